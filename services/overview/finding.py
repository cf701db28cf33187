"""Whether saved searches find anything at all in what the store holds: some of them against the newest postings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, func, select

from schemas.codec import decode
from schemas.criteria import Criteria
from schemas.posting import PostingCore
from schemas.sql.tables import criteria as criteria_table
from schemas.sql.tables import postings
from services.notifier.adapters.sql.rows import criteria_in, unsqueeze
from services.rules.prepared import PreparedPosting
from services.rules.verdict import asked_by, outcome_of
from services.runtime.sql.store import reading

SOME: Final = 100
"""Searches that are looked at."""
_OF_NEWEST: Final = 2_000
"""Criteria, of which these are: those of an import stand beside each other."""
NEWEST: Final = 500
"""Postings, of which a search that somebody made for this board mostly finds a few."""
LEAST_SEARCHES, LEAST_POSTINGS, HARDLY_ANY = 20, 200, 0.9
"""Of fewer nothing is said, as of a new board; nor where a tenth of the searches finds something."""
_MOST_EXPLAINED: Final = 20
_ASKED: Final = {
    "roles.any": "roles",
    "skills.all": "skills",
    "skills.any": "skills",
    "text": "words",
    "place": "places",
    "near": "places",
    "timezone": "time zones",
    "salary": "pay",
    "seniority": "levels",
    "employment": "forms of employment",
    "language": "languages",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What of some searches came."""

    of: int
    """Searches that were looked at."""
    nothing: int
    """Of these, such as fit none of the postings, nor nearly."""
    postings: int
    fails: str = ""
    """What most of them ask for that no posting has; empty where each has some, and none all at once."""

    @property
    def hardly_any(self) -> bool:
        """Whether so few find anything that they were not made for what is here."""
        enough = self.of >= LEAST_SEARCHES and self.postings >= LEAST_POSTINGS
        return enough and self.nothing >= HARDLY_ANY * self.of

    @property
    def said(self) -> str:
        """In words."""
        why = f"most ask for {self.fails} that none of these has" if self.fails else "none has all that they ask for"
        return (
            f"of {self.of:,} saved searches {self.nothing:,} fit none of the newest {self.postings:,} open postings:"
            f" {why}"
        )


def some_of(searches: Sequence[Criteria]) -> list[Criteria]:
    """As many as are looked at, from all parts of them."""
    return [searches[at * len(searches) // SOME] for at in range(SOME)] if len(searches) > SOME else [*searches]


def finding_of(searches: Sequence[Criteria], newest: Sequence[PostingCore]) -> Finding:
    """Hold searches against postings, by the truth."""
    prepared = [PreparedPosting(posting) for posting in newest]
    without = [search for search in searches if not _finds(search, prepared)]
    fails = Counter(name for search in without[:_MOST_EXPLAINED] for name in {*_had_by_none(search, prepared)})
    most = fails.most_common(1)
    return Finding(len(searches), len(without), len(prepared), most[0][0] if most else "")


def newest_in(store: Engine) -> list[PostingCore]:
    """The newest open postings, or none where there are too few to say anything. Raises UnavailableError."""
    query = select(postings.c.document).where(postings.c.status == "open")
    with reading(store) as connection:
        rows = connection.execute(query.order_by(postings.c.stored_at.desc()).limit(NEWEST)).scalars().all()
    return [decode(PostingCore, unsqueeze(row)) for row in rows] if len(rows) >= LEAST_POSTINGS else []


def read_finding(store: Engine) -> Finding | None:
    """Of the searches that were saved last; None where there are too few of them, or of postings.

    Raises UnavailableError.
    """
    used = criteria_table.c.members > 0
    newest_key = select(func.max(criteria_table.c.key)).scalar_subquery()
    query = select(criteria_table.c.document).where(used, criteria_table.c.key > newest_key - _OF_NEWEST)
    with reading(store) as connection:
        documents = connection.execute(query.order_by(criteria_table.c.key)).scalars().all()
    if len(documents) < LEAST_SEARCHES or not (newest := newest_in(store)):
        return None
    return finding_of(some_of([criteria_in(document) for document in documents]), newest)


def _finds(search: Criteria, prepared: Sequence[PreparedPosting]) -> bool:
    asked = asked_by(search)
    return any(outcome_of(search, posting, asked) != "reject" for posting in prepared)


def _had_by_none(search: Criteria, prepared: Sequence[PreparedPosting]) -> Iterator[str]:
    for criterion in asked_by(search):
        if all(criterion.fit(search, posting) == "no" for posting in prepared):
            yield _ASKED.get(criterion.name, criterion.name)

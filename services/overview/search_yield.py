"""Whether saved searches find anything at all in what the store holds: some of them against the newest postings."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
MORE: Final = 3_000
"""Postings of all ages and sources, looked at where hardly any search finds one of the newest: these may be all of one
source that was added, and on the board of a whole country who looks for one trade in one town finds few of any."""
LEAST_SEARCHES, LEAST_POSTINGS, HARDLY_ANY = 20, 200, 0.9
"""Of fewer nothing is said, as of a new board; nor where a tenth of the searches finds something."""
_MOST_EXPLAINED: Final = 20
"""Of those that find nothing, so many are asked what they lack, and held against more."""
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
class SearchYield:
    """What of some searches came."""

    of: int
    """Searches that were looked at."""
    nothing: int
    """Of these, such as fit none of the postings, nor nearly; where more were looked at, by some of these."""
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


def some_of(searches: Sequence[Criteria], most: int = SOME) -> list[Criteria]:
    """As many as are looked at, from all parts of them."""
    return [searches[at * len(searches) // most] for at in range(most)] if len(searches) > most else [*searches]


def yield_of(
    searches: Sequence[Criteria], newest: Sequence[PostingCore], more: Callable[[], Iterable[PostingCore]] = tuple
) -> SearchYield:
    """Hold searches against postings, by the truth; against `more` where hardly any fits one of the newest."""
    prepared = [PreparedPosting(posting) for posting in newest]
    without = [search for search in searches if not _finds(search, prepared)]
    fails = Counter(name for search in without[:_MOST_EXPLAINED] for name in {*_had_by_none(search, prepared)})
    most = fails.most_common(1)
    found = SearchYield(len(searches), len(without), len(prepared), most[0][0] if most else "")
    return replace(found, nothing=_still(without, more())) if found.hardly_any else found


def newest_in(store: Engine) -> list[PostingCore]:
    """The newest open postings, or none where there are too few to say anything. Raises UnavailableError."""
    query = select(postings.c.document).where(postings.c.status == "open")
    with reading(store) as connection:
        rows = connection.execute(query.order_by(postings.c.stored_at.desc()).limit(NEWEST)).scalars().all()
    return [decode(PostingCore, unsqueeze(row)) for row in rows] if len(rows) >= LEAST_POSTINGS else []


def more_in(store: Engine) -> Iterator[PostingCore]:
    """Open postings of all ages and sources: ids are digests, and their order is none. Raises UnavailableError."""
    query = select(postings.c.document).where(postings.c.status == "open").order_by(postings.c.posting_id).limit(MORE)
    with reading(store) as connection:
        documents = connection.execute(query).scalars().all()
    for document in documents:
        yield decode(PostingCore, unsqueeze(document))


def read_search_yield(store: Engine) -> SearchYield | None:
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
    return yield_of(some_of([criteria_in(document) for document in documents]), newest, partial(more_in, store))


def _still(without: Sequence[Criteria], more: Iterable[PostingCore]) -> int:
    """How many of these find nothing among more postings, by some of them."""
    some = left = some_of(without, _MOST_EXPLAINED)
    for posting in more:
        prepared = [PreparedPosting(posting)]
        left = [search for search in left if not _finds(search, prepared)]
        if len(left) < HARDLY_ANY * len(some):
            break
    return len(without) * len(left) // len(some)


def _finds(search: Criteria, prepared: Sequence[PreparedPosting]) -> bool:
    asked = asked_by(search)
    return any(outcome_of(search, posting, asked) != "reject" for posting in prepared)


def _had_by_none(search: Criteria, prepared: Sequence[PreparedPosting]) -> Iterator[str]:
    for criterion in asked_by(search):
        if all(criterion.fit(search, posting) == "no" for posting in prepared):
            yield _ASKED.get(criterion.name, criterion.name)

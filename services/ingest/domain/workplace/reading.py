"""Remote, hybrid or on-site: a statement about the role beats the board's field; a word about the company does not."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Literal, get_args

from schemas.posting import Workplace
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.anchors import holds, matches, stretches
from services.ingest.domain.text.sections import BOILERPLATE, Document
from services.ingest.domain.workplace import days
from services.ingest.domain.workplace.anywhere import remote_anywhere
from services.ingest.domain.workplace.statements import (
    AT_TIMES,
    CONDITIONAL,
    DENIED,
    FIELD,
    FOR_A_WHILE,
    HYBRID_SAID,
    HYBRID_WAY,
    HYBRID_WEAK,
    NOT_GIVEN,
    ONSITE_WAY,
    OPTION,
    PAST,
    REMOTE_SAID,
    REMOTE_WAY,
    REMOTE_WEAK,
    TAG,
    TITLE,
    USED_TO,
    onsite_said,
)

Rank = Literal["tag", "option", "days", "said", "way", "anywhere", "policy", "weak"]
Found = dict[tuple[Rank, Workplace], Finding[Workplace]]

_STRONG: tuple[tuple[Rank, Workplace], ...] = (
    ("option", "remote"), ("days", "hybrid"), ("tag", "hybrid"), ("tag", "remote"), ("tag", "onsite"),
    ("said", "hybrid"), ("said", "remote"), ("said", "onsite"), ("way", "hybrid"), ("way", "remote"),
    ("way", "onsite"), ("anywhere", "remote"),
)  # fmt: skip
"""What beats the board's field, the strongest first.

Hybrid stands before remote in each: who may come in two days a week can also work remotely, on the others.
"""
_WEAK: tuple[tuple[Rank, Workplace], ...] = (
    ("policy", "hybrid"), ("policy", "remote"), ("policy", "onsite"), ("weak", "remote"), ("weak", "hybrid"),
)  # fmt: skip
"""What counts where no field says anything: the ways of the whole company, and what is said under conditions."""
_BEFORE, _AFTER = 60, 65
_MOST_MATCHES = 20
"""Of one pattern in one text; in the captured postings none has more than half of them."""


def read_workplace(draft: Draft, document: Document) -> Finding[Workplace]:
    """Decide the workplace. That a board lists only remote jobs is no statement; `unknown` where there is none."""
    in_title = _in_fields(TITLE, (Stated("title", document.title),))
    if in_title is not None:
        return in_title
    found: Found = {}
    for strong in _STRONG:  # what is weaker is looked for only where this is missing: most of the time goes there
        _look(*strong, document, found)
        if strong in found:
            return found[strong]
    _look("weak", "hybrid", document, found)
    stated = _from_fields(draft, found)
    if stated is not None:
        return stated
    _look("weak", "remote", document, found)
    return next((found[weak] for weak in _WEAK if weak in found), Finding("unknown"))


def _from_fields(draft: Draft, found: Found) -> Finding[Workplace] | None:
    """What the fields say. Many have a word for remote only: what is not remote there may be hybrid by the text."""
    stated = _in_fields(FIELD, draft.locations) or _in_fields(FIELD, draft.workplace)
    if stated is not None and stated.value == "onsite":
        return found.get(("policy", "hybrid")) or found.get(("weak", "hybrid")) or stated
    return stated


def _in_fields(pattern: re.Pattern[str], fields: Iterable[Stated]) -> Finding[Workplace] | None:
    for stated in fields:
        match = pattern.search(stated.text)
        if match is not None:
            return Finding(_named(match), (evidence_of(stated.field, stated.text),))
    return None


def _look(rank: Rank, workplace: Workplace, document: Document, found: Found) -> None:
    """Look for the statements of one kind. One that is not plainly about the role is kept at a weaker rank."""
    if rank == "option":
        _options(document, found)
    elif rank == "days":
        _days(document, found)
    elif rank == "tag":
        _tags(document, found)
    else:
        every = matches(document, workplace, _plain()[rank, workplace], before=_BEFORE, after=_AFTER)
        for match in islice(every, _MOST_MATCHES):
            here = not _passing(document, match, workplace) and not _elsewhere(rank, workplace, document, match)
            if here and _capital_follows(document, match):
                _keep(found, _weighed(rank, workplace, document, match), workplace, match, document)


@cache
def _plain() -> dict[tuple[Rank, Workplace], re.Pattern[str]]:
    return {
        ("said", "hybrid"): HYBRID_SAID, ("way", "hybrid"): HYBRID_WAY, ("weak", "hybrid"): HYBRID_WEAK,
        ("said", "onsite"): onsite_said(), ("way", "onsite"): ONSITE_WAY,
        ("said", "remote"): REMOTE_SAID, ("way", "remote"): REMOTE_WAY, ("anywhere", "remote"): remote_anywhere(),
        ("weak", "remote"): REMOTE_WEAK,
    }  # fmt: skip


def _options(document: Document, found: Found) -> None:
    for match in matches(document, "remote", OPTION, before=30, after=30):
        vague = _of_company(document, match) or _conditional(document, match)
        _keep(found, "weak" if vague else "option", "remote", match, document)


def _days(document: Document, found: Found) -> None:
    lowered = document.lowered
    for start, stop in stretches(document, "days", before=_BEFORE, after=_AFTER):
        for sign, pattern in days.patterns().parts:
            if sign.search(lowered, start, stop):
                _keep_days(pattern.finditer(lowered, start, stop), document, found)
        if holds(document, "weekdays", start, stop):
            _keep_days(days.patterns().weekdays.finditer(lowered, start, stop), document, found)


def _keep_days(statements: Iterable[re.Match[str]], document: Document, found: Found) -> None:
    for said in statements:
        if not days.patterns().rarely.match(document.lowered, said.end()) and not _of_others(document, said):
            _keep(found, "weak" if _conditional(document, said) else "days", "hybrid", said, document)


def _of_others(document: Document, said: re.Match[str]) -> bool:
    """Whether such days are denied or come once, or a share is that of the people, not of the time."""
    if DENIED.match(document.lowered, said.end()):
        return True
    known = days.patterns()
    before = document.lowered[max(0, said.start() - 45) : said.start()].rpartition("\n")[2]
    return known.once.search(before) is not None or (said.re is known.share and known.others.search(before) is not None)


def _tags(document: Document, found: Found) -> None:
    for match in matches(document, "tag", TAG, before=0, after=15):
        _keep(found, "tag", _named(match), match, document)


def _keep(found: Found, rank: Rank, workplace: Workplace, match: re.Match[str], document: Document) -> None:
    if (rank, workplace) not in found:
        evidence = quote("text", document.text, match.start(), match.end())
        found[rank, workplace] = Finding(workplace, (evidence,))


def _weighed(rank: Rank, workplace: Workplace, document: Document, match: re.Match[str]) -> Rank:
    if workplace == "hybrid" and _conditional(document, match):
        return "weak"
    return "policy" if rank in ("way", "anywhere") and _of_company(document, match) else rank


def _of_company(document: Document, match: re.Match[str]) -> bool:
    return document.kind_at(match.start()) in BOILERPLATE


def _conditional(document: Document, match: re.Match[str]) -> bool:
    start, end = document.sentence_at(match.start(), match.end())
    return CONDITIONAL.search(document.lowered, start, end) is not None


def _passing(document: Document, match: re.Match[str], workplace: Workplace) -> bool:
    """Whether its sentence is about some weeks of the year. Behind `hybrid` a number of days is that in the office."""
    start, end = document.sentence_at(match.start(), match.end())
    before = document.lowered[max(start, match.start() - 25) : match.start()].rpartition("\n")[2]
    if FOR_A_WHILE.search(before) or AT_TIMES.search(before):
        return True
    after = document.lowered[match.end() : min(end, match.end() + 60)].partition("\n")[0]
    return workplace != "hybrid" and FOR_A_WHILE.search(after) is not None


def _elsewhere(rank: Rank, workplace: Workplace, document: Document, match: re.Match[str]) -> bool:
    """Whether what follows denies it, or, of weak words and of hybrid ways, it was done for another employer."""
    before = document.lowered[max(0, match.start() - 90) : match.start()].rpartition("\n")[2]
    if workplace != "onsite" and (DENIED.match(document.lowered, match.end()) or NOT_GIVEN.search(before)):
        return True
    if rank == "way" and workplace == "hybrid":
        return USED_TO.search(before) is not None
    return rank == "weak" and PAST.search(before) is not None


def _capital_follows(document: Document, match: re.Match[str]) -> bool:
    """Whether a place follows where a pattern asks for one: `remote in Portugal`."""
    if not any(name.startswith("capital") and group is not None for name, group in match.groupdict().items()):
        return True
    return document.text[match.end() : match.end() + 1].isupper()


def _named(match: re.Match[str]) -> Workplace:
    return next(workplace for workplace in get_args(Workplace) if workplace == match.lastgroup)

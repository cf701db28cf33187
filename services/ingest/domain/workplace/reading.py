"""Remote, hybrid or on-site: a statement about the role beats the board's field; a word about the company does not."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, get_args

from schemas.posting import Condition, Workplace
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.anchors import holds, matches, stretches
from services.ingest.domain.workplace import days
from services.ingest.domain.workplace.words import Rank, patterns
from services.rules.places.known import find_places
from services.rules.roles.taxonomy import roles
from services.rules.sections import BOILERPLATE, Document

_TAG: Final = re.compile(r"#(?:li|bi)[-_ ]?(?:(?P<hybrid>hybrid)|(?P<onsite>on-?site)|(?P<remote>remote))\b")
"""The tags that recruiters set for LinkedIn: statements about the one posting."""
Statements = dict[tuple[Rank, Workplace], Finding[Workplace]]

_STRONG: tuple[tuple[Rank, Workplace], ...] = (
    ("option", "remote"), ("days", "hybrid"), ("tag", "hybrid"), ("tag", "remote"), ("tag", "onsite"),
    ("said", "hybrid"), ("said", "remote"), ("said", "onsite"), ("way", "hybrid"), ("way", "remote"),
    ("way", "onsite"), ("anywhere", "remote"),
)  # fmt: skip
"""What beats the board's field, the strongest first.

Hybrid stands before remote in each: who may come in two days a week can also work remotely, on the others.
"""
_WEAK: tuple[tuple[Rank, Workplace], ...] = (
    ("policy", "hybrid"), ("policy", "remote"), ("policy", "onsite"), ("weak", "remote"),
)  # fmt: skip
"""What counts where no field says anything: the ways of the whole company, and what is said in passing."""
_BEFORE, _AFTER = 60, 65
_MOST_OF_PLACE = 40
_MOST_ASKED = 180
"""Characters before remote work of the question of a form, and of the note behind it."""
_DAYS_BEHIND = 40
"""Characters in which an option may go on with its days."""
_MOST_MATCHES = 20
"""Of one pattern in one text; in the captured postings none has more than half of them."""


def read_workplace(draft: Draft, document: Document) -> Finding[Workplace]:
    """Decide the workplace; `unknown` where nothing is said, and the board lists jobs of all kinds."""
    in_title = _in_fields(patterns().title, (Stated("title", document.title),)) or _at_homes(document.title)
    if in_title is not None:
        return in_title
    said: Statements = {}
    for strong in _STRONG:  # what is weaker is looked for only where this is missing: most of the time goes there
        _look(*strong, document, said)
        if strong in said:
            return said[strong]
    _look("weak", "hybrid", document, said)
    stated = _from_fields(draft, said)
    if stated is not None:
        return stated
    _look("weak", "remote", document, said)
    weak = next((said[weak] for weak in _WEAK if weak in said), None)
    if weak is None:
        _look("weak", "onsite", document, said)
        weak = said.get(("weak", "onsite"))
    return weak or _of_board(draft) or said.get(("weak", "hybrid")) or Finding("unknown")


def _at_homes(title: str) -> Finding[Workplace] | None:
    """Work at the homes of others is on site, whatever a board for remote work lists: `Home Health Nurse`."""
    return Finding("onsite", (evidence_of("title", title),)) if at_homes(title) else None


def at_homes(title: str) -> bool:
    """Whether a title says that one works at the homes of others: "Aide à domicile"."""
    known, lowered = patterns(), title.lower()
    return bool(known.homes.search(lowered)) and not known.at_desk.search(lowered)


def _of_board(draft: Draft) -> Finding[Workplace] | None:
    """What all jobs of the board are. Hybrid ways under conditions, as near an office, leave it so."""
    if draft.board_workplace is None:
        return None
    return Finding(draft.board_workplace, (evidence_of("board", f"lists {draft.board_workplace} jobs alone"),))


def _from_fields(draft: Draft, said: Statements) -> Finding[Workplace] | None:
    """What the fields say. Many have a word for remote only: what is not remote there may be hybrid by the text."""
    stated = _in_fields(patterns().field, draft.locations) or _in_fields(patterns().field, draft.workplace)
    if stated is not None and stated.value == "onsite":
        return said.get(("policy", "hybrid")) or said.get(("weak", "hybrid")) or stated
    return stated


def _in_fields(pattern: re.Pattern[str], fields: Iterable[Stated]) -> Finding[Workplace] | None:
    for stated in fields:
        match = pattern.search(stated.text)
        if match is not None:
            return Finding(_of_field(match), (evidence_of(stated.field, stated.text),))
    return None


def _of_field(match: re.Match[str]) -> Workplace:
    """What a field or a title says, which may also deny it, `kein Homeoffice`, or offer it: `Homeoffice möglich`."""
    named, lowered, known = _workplace(match), match.string.lower(), patterns()
    if named != "remote":
        return named
    if known.not_from_home.search(lowered):
        return "onsite"
    offered = known.offered.search(lowered)
    wholly = offered is None or offered[0] == match[0].lower() or known.wholly.search(lowered)
    return named if wholly else "hybrid"


def _look(rank: Rank, workplace: Workplace, document: Document, said: Statements) -> None:
    """Look for the statements of one kind. One that is not plainly about the role is kept at a weaker rank."""
    if rank == "option":
        _options(document, said)
    elif rank == "days":
        _days(document, said)
    elif rank == "tag":
        _tags(document, said)
    else:
        every = matches(document, workplace, patterns().statements[rank, workplace], before=_BEFORE, after=_AFTER)
        for match in islice(every, _MOST_MATCHES):
            here = not _passing(document, match, workplace) and not _elsewhere(rank, workplace, document, match)
            if here and _place_follows(document, match):
                _add_statement(said, _weighed(rank, workplace, document, match), workplace, match, document)


def _options(document: Document, said: Statements) -> None:
    for match in matches(document, "remote", patterns().option, before=30, after=30):
        if _denied(document, match) or _on_days(document, match):
            continue
        vague = _of_company(document, match) or _conditional(document, match)
        _add_statement(said, "weak" if vague else "option", "remote", match, document)


def _on_days(document: Document, match: re.Match[str]) -> bool:
    """Whether the option is one of some days of the week: `the option to work remotely two days a week`."""
    stop = match.end() + _DAYS_BEHIND
    return any(pattern.search(document.lowered, match.start(), stop) for _, pattern in days.patterns().parts)


def _days(document: Document, said: Statements) -> None:
    lowered = document.lowered
    for start, stop in stretches(document, "days", before=_BEFORE, after=_AFTER):
        for sign, pattern in days.patterns().parts:
            if sign.search(lowered, start, stop):
                _keep_days(pattern.finditer(lowered, start, stop), document, said)
        if holds(document, "weekdays", start, stop):
            _keep_days(days.patterns().weekdays.finditer(lowered, start, stop), document, said)


def _keep_days(matched: Iterable[re.Match[str]], document: Document, said: Statements) -> None:
    for match in matched:
        if not days.patterns().rarely.match(document.lowered, match.end()) and not _of_others(document, match):
            _add_statement(said, "weak" if _conditional(document, match) else "days", "hybrid", match, document)


def _of_others(document: Document, match: re.Match[str]) -> bool:
    """Whether such days are denied or come once, or a share is that of the people, not of the time."""
    if patterns().denied.match(document.lowered, match.end()):
        return True
    known = days.patterns()
    before = document.lowered[max(0, match.start() - 45) : match.start()].rpartition("\n")[2]
    if known.once.search(before) is not None:
        return True
    return match.re is known.share and known.others.search(before) is not None


def _tags(document: Document, said: Statements) -> None:
    for match in matches(document, "tag", _TAG, before=0, after=15):
        _add_statement(said, "tag", _workplace(match), match, document)


def _add_statement(
    said: Statements, rank: Rank, workplace: Workplace, match: re.Match[str], document: Document
) -> None:
    if (rank, workplace) not in said:
        evidence = quote("text", document.text, match.start(), match.end())
        said[rank, workplace] = Finding(workplace, (evidence,))


def _weighed(rank: Rank, workplace: Workplace, document: Document, match: re.Match[str]) -> Rank:
    if workplace == "hybrid" and _conditional(document, match):
        return "weak"
    return "policy" if rank in ("way", "anywhere") and _of_company(document, match) else rank


def _of_company(document: Document, match: re.Match[str]) -> bool:
    return document.kind_at(match.start()) in BOILERPLATE


def _conditional(document: Document, match: re.Match[str]) -> bool:
    start, end = document.sentence_at(match.start(), match.end())
    return patterns().conditional.search(document.lowered, start, end) is not None


def _passing(document: Document, match: re.Match[str], workplace: Workplace) -> bool:
    """Whether its sentence is about some weeks of the year, or about a pandemic. Behind `hybrid` a number of days is
    that in the office."""
    start, end = document.sentence_at(match.start(), match.end())
    if workplace != "onsite" and patterns().pandemic.search(document.lowered, start, end):
        return True
    before = document.lowered[max(start, match.start() - 25) : match.start()].rpartition("\n")[2]
    if patterns().for_a_while.search(before) or patterns().at_times.search(before):
        return True
    after = document.lowered[match.end() : min(end, match.end() + 60)].partition("\n")[0]
    if workplace == "hybrid":
        return False
    return bool(patterns().for_a_while.search(after) or patterns().at_times.match(after.lstrip()))


def _elsewhere(rank: Rank, workplace: Workplace, document: Document, match: re.Match[str]) -> bool:
    """Whether what follows denies it, or, of weak words and of hybrid ways, it was done for another employer."""
    before = _before(document, match)
    if workplace != "onsite" and _denied(document, match):
        return True
    if rank == "way" and workplace == "hybrid":
        return patterns().used_to.search(before) is not None
    return rank == "weak" and patterns().past.search(before) is not None


def _denied(document: Document, match: re.Match[str]) -> bool:
    """Whether the words behind it, or before it, say that there is none: `we do not offer remote or hybrid options`."""
    known = patterns()
    asked = known.asked.finditer(document.lowered, max(0, match.start() - _MOST_ASKED), match.end() + _MOST_ASKED)
    if any(form.start() <= match.start() < form.end() for form in asked):
        return True
    return bool(known.denied.match(document.lowered, match.end()) or known.not_given.search(_before(document, match)))


def _before(document: Document, match: re.Match[str]) -> str:
    """What of its line stands before it."""
    return document.lowered[max(0, match.start() - 90) : match.start()].rpartition("\n")[2]


def _place_follows(document: Document, match: re.Match[str]) -> bool:
    """Whether a place follows where a pattern asks for one: `remote in Portugal`, `vor Ort in Graz`."""
    behind = {name for name, group in match.groupdict().items() if group is not None}
    if "place" in behind:
        places = find_places(document.text[match.end() : match.end() + _MOST_OF_PLACE], cities=True)
        return bool(places) and places[0].start == 0
    capital = any(name.startswith("capital") for name in behind)
    return not capital or document.text[match.end() : match.end() + 1].isupper()


def _workplace(match: re.Match[str]) -> Workplace:
    return next(workplace for workplace in get_args(Workplace) if workplace == match.lastgroup)


def done_by_hand(named: Sequence[str]) -> bool:
    """Whether work of these roles is done where the machine, the guest or the patient is."""
    return bool(named) and all(roles()[role].by_hand for role in named)


def bound_to_a_place(
    workplace: Finding[Workplace], conditions: Finding[tuple[Condition, ...]], named: Finding[tuple[str, ...]]
) -> Finding[Workplace]:
    """What a field calls remote is unknown where one is asked to move to a town, or in the title to move at all, and
    where the work is done by hand."""
    if workplace.value != "remote" or any(shown.source in ("title", "text") for shown in workplace.evidence):
        return workplace
    if done_by_hand(named.value):
        return Finding("unknown", named.evidence[:1])
    first = conditions.value[0] if conditions.value else None  # a move is read before all else
    if first is None or first.kind != "relocation":
        return workplace
    asked = conditions.evidence[:1]
    return Finding("unknown", asked) if first.towns or asked[0].source == "title" else workplace

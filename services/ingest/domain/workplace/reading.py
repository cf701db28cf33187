"""Remote, hybrid or on-site: a statement about the role beats the board's field; a word about the company does not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final, Literal, get_args

from schemas.posting import Workplace
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.anchors import holds, matches, stretches
from services.ingest.domain.text.sections import BOILERPLATE, Document
from services.ingest.domain.workplace import days
from services.rules.lexicon.builder import any_of, composed
from services.rules.places.known import find_places

Rank = Literal["tag", "option", "days", "said", "way", "anywhere", "policy", "weak"]

_TAG: Final = re.compile(r"#(?:li|bi)[-_ ]?(?:(?P<hybrid>hybrid)|(?P<onsite>on-?site)|(?P<remote>remote))\b")
"""The tags that recruiters set for LinkedIn: statements about the one posting."""
_GAP: Final = r"(?!-\w)\W{1,4}(?:[\w, /-]{0,30}[^\w\n])?"
"""Between a label and what it heads."""
_LINE: Final = r"(?:^|\n)\W{0,4}"
_NOT_WORK: Final = "(?! {not_work})"
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
_MOST_MATCHES = 20
"""Of one pattern in one text; in the captured postings none has more than half of them."""


def read_workplace(draft: Draft, document: Document) -> Finding[Workplace]:
    """Decide the workplace; `unknown` where nothing is said, and the board lists jobs of all kinds."""
    in_title = _in_fields(_patterns().title, (Stated("title", document.title),)) or _at_homes(document.title)
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
    known, lowered = _patterns(), title.lower()
    if not known.homes.search(lowered) or known.at_desk.search(lowered):
        return None
    return Finding("onsite", (evidence_of("title", title),))


def _of_board(draft: Draft) -> Finding[Workplace] | None:
    """What all jobs of the board are. Hybrid ways under conditions, as near an office, leave it so."""
    if draft.board_workplace is None:
        return None
    return Finding(draft.board_workplace, (evidence_of("board", f"lists {draft.board_workplace} jobs alone"),))


def _from_fields(draft: Draft, said: Statements) -> Finding[Workplace] | None:
    """What the fields say. Many have a word for remote only: what is not remote there may be hybrid by the text."""
    stated = _in_fields(_patterns().field, draft.locations) or _in_fields(_patterns().field, draft.workplace)
    if stated is not None and stated.value == "onsite":
        return said.get(("policy", "hybrid")) or said.get(("weak", "hybrid")) or stated
    return stated


def _in_fields(pattern: re.Pattern[str], fields: Iterable[Stated]) -> Finding[Workplace] | None:
    for stated in fields:
        match = pattern.search(stated.text)
        if match is not None:
            return Finding(_workplace(match), (evidence_of(stated.field, stated.text),))
    return None


def _look(rank: Rank, workplace: Workplace, document: Document, said: Statements) -> None:
    """Look for the statements of one kind. One that is not plainly about the role is kept at a weaker rank."""
    if rank == "option":
        _options(document, said)
    elif rank == "days":
        _days(document, said)
    elif rank == "tag":
        _tags(document, said)
    else:
        every = matches(document, workplace, _patterns().statements[rank, workplace], before=_BEFORE, after=_AFTER)
        for match in islice(every, _MOST_MATCHES):
            here = not _passing(document, match, workplace) and not _elsewhere(rank, workplace, document, match)
            if here and _place_follows(document, match):
                _keep(said, _weighed(rank, workplace, document, match), workplace, match, document)


def _options(document: Document, said: Statements) -> None:
    for match in matches(document, "remote", _patterns().option, before=30, after=30):
        vague = _of_company(document, match) or _conditional(document, match)
        _keep(said, "weak" if vague else "option", "remote", match, document)


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
            _keep(said, "weak" if _conditional(document, match) else "days", "hybrid", match, document)


def _of_others(document: Document, match: re.Match[str]) -> bool:
    """Whether such days are denied or come once, or a share is that of the people, not of the time."""
    if _patterns().denied.match(document.lowered, match.end()):
        return True
    known = days.patterns()
    before = document.lowered[max(0, match.start() - 45) : match.start()].rpartition("\n")[2]
    if known.once.search(before) is not None:
        return True
    return match.re is known.share and known.others.search(before) is not None


def _tags(document: Document, said: Statements) -> None:
    for match in matches(document, "tag", _TAG, before=0, after=15):
        _keep(said, "tag", _workplace(match), match, document)


def _keep(said: Statements, rank: Rank, workplace: Workplace, match: re.Match[str], document: Document) -> None:
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
    return _patterns().conditional.search(document.lowered, start, end) is not None


def _passing(document: Document, match: re.Match[str], workplace: Workplace) -> bool:
    """Whether its sentence is about some weeks of the year. Behind `hybrid` a number of days is that in the office."""
    start, end = document.sentence_at(match.start(), match.end())
    before = document.lowered[max(start, match.start() - 25) : match.start()].rpartition("\n")[2]
    if _patterns().for_a_while.search(before) or _patterns().at_times.search(before):
        return True
    after = document.lowered[match.end() : min(end, match.end() + 60)].partition("\n")[0]
    return workplace != "hybrid" and _patterns().for_a_while.search(after) is not None


def _elsewhere(rank: Rank, workplace: Workplace, document: Document, match: re.Match[str]) -> bool:
    """Whether what follows denies it, or, of weak words and of hybrid ways, it was done for another employer."""
    before = document.lowered[max(0, match.start() - 90) : match.start()].rpartition("\n")[2]
    denied = _patterns().denied.match(document.lowered, match.end()) or _patterns().not_given.search(before)
    if denied and workplace != "onsite":
        return True
    if rank == "way" and workplace == "hybrid":
        return _patterns().used_to.search(before) is not None
    return rank == "weak" and _patterns().past.search(before) is not None


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


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml, under `[workplace]`."""

    title: re.Pattern[str]
    """In any case, as `field`: a group is named as its workplace."""
    field: re.Pattern[str]
    homes: re.Pattern[str]
    at_desk: re.Pattern[str]
    option: re.Pattern[str]
    statements: Mapping[tuple[Rank, Workplace], re.Pattern[str]]
    """Behind a group whose name begins with `capital` a capital has to stand, behind `place` a known place."""
    conditional: re.Pattern[str]
    denied: re.Pattern[str]
    """Behind remote work: there is none."""
    not_given: re.Pattern[str]
    """Before it."""
    past: re.Pattern[str]
    used_to: re.Pattern[str]
    for_a_while: re.Pattern[str]
    """A benefit for some weeks of the year, and no workplace: `work from anywhere for four weeks`."""
    at_times: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """The patterns, compiled once."""
    return _Patterns(
        title=re.compile(_forms("title"), re.IGNORECASE),
        field=re.compile(_forms("field"), re.IGNORECASE),
        homes=_pattern(r"{in_homes}.{0,60}{carer}|{carer}.{0,60}{in_homes}"),
        at_desk=_pattern("{at_desk}"),
        option=_pattern(rf"{{option}}|,? {{or_remote}}{_NOT_WORK}"),
        statements={
            ("said", "hybrid"): _pattern(_hybrid_said()),
            ("said", "onsite"): re.compile(_onsite_said()),
            ("said", "remote"): _pattern(_remote_said()),
            ("way", "hybrid"): _pattern("{way.hybrid}"),
            ("way", "onsite"): _pattern(
                r"{way.onsite}|(?:^|[.\n] ?){based_in_office}"
                r"|{works_there} {at} (?P<place>)(?![^.\n]{0,50}{not_always})"
            ),
            ("way", "remote"): _pattern("{way.remote}"),
            ("anywhere", "remote"): re.compile(_remote_anywhere()),
            ("weak", "hybrid"): _pattern("{weak.hybrid}"),
            ("weak", "onsite"): _pattern(
                r"(?:(?:^|\n)\W{0,4}|{you_do} ){visits}(?![^.\n]{0,60}{not_there})[^.\n]{0,60}{at_homes}"
            ),
            ("weak", "remote"): _pattern(r"{weak.remote}|{remote}(?=\W*(?:\n|$))"),
        },
        conditional=_pattern("{conditional}"),
        denied=_pattern(r"[^.\n]{0,30}{impossible}"),
        not_given=_pattern(r"{not_given}[^.,;\n]{0,25}$"),
        past=_pattern(r"{past}[^.\n]{0,60}$"),
        used_to=_pattern(r"{used_to} [^.,;\n]{0,30}$"),
        for_a_while=_pattern(r"{weeks}|{some} (?:\w+ )?{week}"),
        at_times=_pattern("{at_times}"),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("workplace", template))


def _forms(source: str) -> str:
    forms = ("hybrid", "onsite", "remote")
    return "|".join(f"(?P<{form}>{any_of(f'workplace.{source}.{form}')})" for form in forms)


def _hybrid_said() -> str:
    return (
        r"{said.hybrid}|{said.splits} (?=[^.\n]{0,50}{said.between})"
        rf"|{{label}}{_GAP}{{hybrid_form}}|{{hybrid_at}} (?P<capital>)"
        r"|(?:^|\n)[^\w\n•]{0,4}{hybrid_form}(?= ?(?:$|\n|[,;(|·–—]|: ))(?!\W{1,3}{not_hybrid})"
        rf"|{_LINE}{{hybrid_form}}\W{{1,3}}(?:{any_of('week.about')} )?(?:[1-4]|{any_of('week.some')})\b"
    )


def _onsite_said() -> str:
    """The role is on-site, said of it."""
    week, at = days.all_week(), days.office()
    said = composed(
        "workplace",
        r"{said.onsite}|{home_work} {impossible}|{no_home_work} {home_work}|{not_given} ?{home_work}"
        r"|{wholly} {there}|{there} {only_so}|{must_be_there}(?![^.\n]{0,30}{not_always})"
        rf"|{{label}}{_GAP}{{there}}(?! {{joint.or}} )"
        rf"|{_LINE}(?:100 ?% )?{{there}}(?= ?(?:$|\n|[,;.(|·–—]))|{_LINE}{{there}} {{at}} (?P<capital>)",
    )
    premises = composed("workplace", f"(?:{at}|{{plant}})")
    at_office = composed("workplace", f"{{in}} {at}")
    return said + composed(
        "workplace",
        rf"|\b{week} (?:{{in_person}}|{at_office}\b)|{{presence}} {at_office} {{is_required}}"
        rf"|{{be_there}}[^.,\n]{{0,25}}? {{into}} {premises}(?: {{in_the}} \w+)?,? \(?{week}\b"
        rf"|{{place_of_work}} {premises}(?! {{joint.or}})",
    )


def _remote_said() -> str:
    return (
        rf"{_LINE}{{remote_line}}{_NOT_WORK}[^\n.]{{0,55}}(?=$|\n)|{_LINE}{{fully_remote}}\.(?=\s|$)|{{said.remote}}|{{seeks_remote}}{_NOT_WORK}"
        rf"|{{label}}{_GAP}(?:{{wholly_form}} )?{{remote_form}}|{{remote_at}} (?P<capital>)"
        r"|{remote}\s?[-–—|:,(]\s?(?P<capital_too>)|{label}\W{1,4}{home}(?= ?(?:$|\n|[.,;(]))|{wholly} {remotely}"
        rf"|(?:^|\n){{remote}}{_NOT_WORK} (?P<capital_next>)"
        r"|[-–—|·(] ?{fully_remote}(?=\s?(?:[)|·–—\n-]|$|{behind_remote}))"
    )


def _remote_anywhere() -> str:
    """One may work from anywhere, all over the world or within a part of it.

    What is done for some weeks is told apart by whoever asks.
    """
    anywhere, all_over = any_of("anywhere.from_anywhere"), any_of("anywhere.all_over")
    remote, work = any_of("anywhere.remote", whole=False), any_of("anywhere.remote_work", whole=False)
    return (
        rf"{any_of('workplace.may_be_done')}"
        rf"|\b{remote}\W{{1,3}}(?:{work} )?(?:{anywhere}|{all_over})"
        rf"(?! {any_of('anywhere.of_company')})"
        rf"|(?:^|[\n.!?;•|]) ?(?:{any_of('anywhere.begins')} )?{anywhere}"
        rf"(?= ?(?:$|[\n.!,;|(])| {any_of('anywhere.within')} )"
        rf"|{any_of('anywhere.work')}(?: \w+){{0,2}} {anywhere}"
        rf"|{anywhere}(?: {any_of('anywhere.from_behind')})? {any_of('anywhere.to_work')}"
    )

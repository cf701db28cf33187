"""What the text of a job demands of whoever has it: years, a clearance, a degree, to travel, to be on call, to lead."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of, numbers
from services.rules.sections import sections_of

_BEFORE: Final = 40
_MOST_ABOVE: Final = 400
"""Characters before years in which a sentence about an employer may begin."""
_MOST_CLAUSE: Final = 120
"""Characters on either side of years in which their clause is looked through for a wish."""
_CLAUSE: Final = re.compile(r"[.,;:()\n–—•]| - ")
_SENTENCE: Final = re.compile(r"[.!?] |\n")
_MOST_DEGREES: Final = 40
"""So many mentions of one are looked at: each is held against what stands around it."""
_MOST_SUBJECT: Final = 4
"""Words of what a degree is in."""
_MOST_COUNTED: Final = 100
"""Characters, and more than there can be, from where years begin to be counted to the word for them."""
_MOST_BEHIND_YEARS: Final = 50
_MOST_YEARS: Final = 15
"""More are the age of an employer, or nobody's to ask."""
_MOST_BEFORE: Final = 80
"""Characters in which a word of travelling may stand before its share."""
_MOST_BEHIND: Final = 35
"""And behind it."""


def years_asked(text: str) -> int:
    """The most years of experience that a sentence asks for at least; 0 where none counts them."""
    found = (match for match in counted_years(text) if _asks_years(text, match))
    return max((_number(match["years"]) for match in found), default=0)


def counted_years(text: str) -> Iterator[re.Match[str]]:
    """All `finditer` of the whole expression, in a tenth of the time: numbers stand before few words, and years do."""
    known, last = _experience(), 0
    for year in known.year.finditer(text):
        start, stop = max(last, year.start() - _MOST_COUNTED), year.end() + _MOST_BEHIND_YEARS
        for found in known.years.finditer(text, start, stop + 1):
            if found.end() > year.end():
                break  # Of a further word for years, behind which more is to be seen.
            last = found.end()
            yield found


def travel_asked(text: str) -> int:
    """The most per cent of their time that somebody must travel by one sentence; 0 where none counts them."""
    shares = (
        match for match in _travel().share.finditer(text) if match["share"].isdecimal() and len(match["share"]) <= 2
    )
    return max((int(match["share"]) for match in shares if _is_of_travel(text, match)), default=0)


def needs_clearance(text: str) -> bool:
    """Whether one must have a security clearance, or be able to get one."""
    return any(_is_needed(text, match) for match in _clearance().finditer(text))


class Degree(NamedTuple):
    """One that a text asks for."""

    subject: str = ""
    """What it is in, as the text spells it; empty where it names none, or several in a way that cannot be cut."""
    alone: bool = True
    """Nothing else will do, as in "a degree in economics or a related field"."""


def degree_asked(text: str) -> Degree | None:
    """The degree that one must have; None where the text asks for none, or something else will do in its place.

    The first that names what it is in, else the first.
    """
    named = islice(_studies().named.finditer(text), _MOST_DEGREES)
    asked = [match for match in named if _is_studied(text, match)]
    return next(filter(None, (_subject(text, match) for match in asked)), Degree()) if asked else None


def is_on_call(text: str) -> bool:
    """Whether one must be ready to work outside one's hours."""
    return any(_is_needed(text, match, _hours().no_call) for match in _hours().on_call.finditer(text))


def works_weekends(text: str) -> bool:
    """Whether one must work on weekends, if only on some."""
    return any(_is_needed(text, match, _hours().no_weekends) for match in _hours().weekends.finditer(text))


def only_overlaps(text: str) -> bool:
    """Whether hours of work need only overlap with others, and not in full."""
    return any(found["overlap"] for found in _overlap().finditer(text))


def leads_people(text: str) -> bool:
    """Whether it says that whoever has the job leads people."""
    return _leading().search(text) is not None


@cache
def _clearance() -> re.Pattern[str]:
    """Under `[clearance]`."""
    return re.compile(any_of("clearance.named"), re.IGNORECASE)


@cache
def _optional() -> re.Pattern[str]:
    return re.compile(any_of("sentence.optional"), re.IGNORECASE)


@cache
def _waived() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Before and behind what is not needed: `no security clearance`, `security clearance is not needed`."""
    needs_not = rf"{any_of('denial.not', 'denial.is_not')}(?:\s{any_of('denial.be')})?(?:\s{any_of('denial.how')})*"
    return (
        re.compile(rf"{any_of('clearance.waived')}(?:\s\w+){{0,2}}\s*$", re.IGNORECASE),
        re.compile(
            rf"[^.,;(]{{0,25}}?{needs_not}\s{any_of('denial.needed')}|[^.,;(]{{0,12}}:\s*{any_of('denial.none_of')}\W*$",
            re.IGNORECASE,
        ),
    )


def _is_needed(text: str, found: re.Match[str], unless: re.Pattern[str] | None = None) -> bool:
    """Whether neither its sentence nor the heading above calls it a wish, or says that none is needed.

    `unless`: what in its sentence says that something else is meant.
    """
    before, behind = _SENTENCE.split(text[: found.start()])[-1], _SENTENCE.split(text[found.end() :], 1)[0]
    ahead, after = _waived()
    if ahead.search(before) or after.match(behind):
        return False
    sentence = f"{before}{found[0]}{behind}"
    if unless and unless.search(sentence):
        return False
    return not _optional().search(sentence) and not _is_nice(text, found)


def _is_nice(text: str, found: re.Match[str]) -> bool:
    """Whether it stands below a heading of what is nice to have; of its own line its sentence tells."""
    return sections_of(text).kind_at(max(0, text.rfind("\n", 0, found.start()))) == "nice"


class _Hours(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[on_call]` and `[weekends]`."""

    on_call: re.Pattern[str]
    no_call: re.Pattern[str]
    weekends: re.Pattern[str]
    no_weekends: re.Pattern[str]


@cache
def _hours() -> _Hours:
    entries = ("on_call.named", "on_call.unless", "weekends.named", "weekends.unless")
    return _Hours(*(re.compile(any_of(entry), re.IGNORECASE) for entry in entries))


class _Studies(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[studies]`."""

    named: re.Pattern[str]
    instead: re.Pattern[str]
    joins: re.Pattern[str]
    """Between it and what it is in, unless it ends with that."""
    ends: re.Pattern[str]
    """Behind what it is in: a sign, or a word that goes on to something else."""
    either: re.Pattern[str]
    vague: re.Pattern[str]


@cache
def _studies() -> _Studies:
    named, instead, joins, ends, vague = (
        any_of(f"studies.{entry}") for entry in ("named", "instead", "joins", "ends", "vague")
    )
    either, both = any_of("joint.or"), any_of("joint.and")
    return _Studies(
        named=re.compile(named, re.IGNORECASE),
        instead=re.compile(instead, re.IGNORECASE),
        joins=re.compile(rf"\s{joins}\s", re.IGNORECASE),
        ends=re.compile(rf"\s*(?:[.,;:/()|•–—]|\b(?:{ends}|{either}|(?P<both>{both}|&))(?!\w))", re.IGNORECASE),
        either=re.compile(rf"/|{either}", re.IGNORECASE),
        vague=re.compile(vague, re.IGNORECASE),
    )


def _subject(text: str, found: re.Match[str]) -> Degree | None:
    """What a degree is in; None where its line does not say so in a few words."""
    known = _studies()
    line = text[found.start() :].partition("\n")[0]
    joints = (known.joins.match(line, at) for at in (found[0].rfind(" "), len(found[0])) if at >= 0)
    joint = next(filter(None, joints), None)
    if joint is None:
        return None
    named = line[joint.end() :]
    end = known.ends.search(named)
    subject, behind = (named[: end.start()], named[end.start() :]) if end else (named, "")
    subject = subject.strip()
    if not 0 < len(subject.split()) <= _MOST_SUBJECT or known.vague.search(subject) or (end and end["both"]):
        return None
    if end and known.either.match(end[0].strip()) and _shares_its_end(subject, named[end.end() :]):
        return None
    return Degree(subject, alone=not known.either.search(_SENTENCE.split(behind)[0]))


def _shares_its_end(subject: str, behind: str) -> bool:
    """Whether a subject may be cut off by an `or`: "computer or software engineering"."""
    known = _studies()
    end = known.ends.search(behind)
    other = behind[: end.start()] if end else behind
    return " " not in subject and len(other.split()) > 1 and not known.vague.search(other)


def _is_studied(text: str, found: re.Match[str]) -> bool:
    """Whether neither the rest of its line nor the heading above says that it may be missing."""
    before, behind = _SENTENCE.split(text[: found.start()])[-1], text[found.end() :].partition("\n")[0]
    line = f"{before}{found[0]}{behind}"
    return not _optional().search(line) and not _studies().instead.search(line) and not _is_nice(text, found)


class _Travel(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[travel]`."""

    share: re.Pattern[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]


@cache
def _travel() -> _Travel:
    travel, others = any_of("travel.travelling"), any_of("travel.of_others")
    return _Travel(
        share=re.compile(rf"(?P<share>\d[\d.,]*) ?(?:%|{any_of('travel.percent')})", re.IGNORECASE),
        before=re.compile(rf"{travel}(?:(?!{others})[^.\n%])*(?:[ (]\w{{2,6}}\. ?)?$", re.IGNORECASE),
        behind=re.compile(rf"[^.\n%]*?{travel}", re.IGNORECASE),
    )


def _is_of_travel(text: str, found: re.Match[str]) -> bool:
    """Whether a word of travelling stands before a share in its sentence, or shortly behind it."""
    before = text[max(0, found.start() - _MOST_BEFORE) : found.start()]
    behind = text[found.end() : found.end() + _MOST_BEHIND]
    return bool(_travel().before.search(before) or _travel().behind.match(behind))


@cache
def _overlap() -> re.Pattern[str]:
    """Under `[zone]`."""
    return re.compile(rf"(?:{any_of('zone.in_full')})|(?P<overlap>{any_of('zone.overlap')})", re.IGNORECASE)


@cache
def _leading() -> re.Pattern[str]:
    """Leading with whom it is of, or said by itself; likewise under `[leading]`."""
    leads, people = any_of("leading.leads"), any_of("leading.people")
    return re.compile(rf"{leads}[^.\n]{{0,40}}?{people}|{any_of('leading.said')}", re.IGNORECASE)


class _Experience(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[experience]`."""

    year: re.Pattern[str]
    years: re.Pattern[str]
    """So many of them, with what stands behind."""
    of_person: re.Pattern[str]
    own: re.Pattern[str]
    else_before: re.Pattern[str]
    else_behind: re.Pattern[str]
    instead: re.Pattern[str]
    """Right before years that will do in place of a degree, or of other years."""
    of_firm: re.Pattern[str]


@cache
def _experience() -> _Experience:
    more, to = any_of("experience.or_more"), any_of("experience.to")
    both = any_of("joint.and", "joint.own.and")
    written = "|".join(numbers())
    number, year = rf"(?:\d{{1,2}}|{written})", any_of("experience.year")
    return _Experience(
        year=re.compile(year, re.IGNORECASE),
        years=re.compile(
            # Or where a line break was lost: "or equivalent8+ years".
            r"(?:(?<![\w.,$€£-])|(?<=[a-z]{4})(?=\d{1,2}\+))"
            rf"(?P<ranged>{any_of('experience.between')} )?(?P<years>1?\d|{written})(?: ?\+| {more})?"
            rf"(?: ?(?:-|–|{to}|(?(ranged){both}|(?!))) ?{number})? ?\+? ?"
            rf"(?:\({number} ?\+?\) ?)?{year}(?=(?P<behind>[^.\n;]{{0,{_MOST_BEHIND_YEARS}}}))",
            re.IGNORECASE,
        ),
        of_person=re.compile(any_of("experience.of_person"), re.IGNORECASE),
        own=re.compile(any_of("experience.own"), re.IGNORECASE),
        else_before=re.compile(rf"{any_of('experience.else_before')}\W*(?:\w+\W+){{0,3}}$", re.IGNORECASE),
        else_behind=re.compile(rf"\W*{any_of('experience.else_behind')}", re.IGNORECASE),
        instead=re.compile(rf"{any_of('joint.or')}\W*$", re.IGNORECASE),
        of_firm=re.compile(any_of("experience.of_firm"), re.IGNORECASE),
    )


def _asks_years(text: str, found: re.Match[str]) -> bool:
    """Whether years are those of an applicant, and not of a contract, a firm or a person's age."""
    before = text[max(0, found.start() - _BEFORE) : found.start()]
    if _number(found["years"]) > _MOST_YEARS or _experience().else_before.search(before):
        return False
    if _experience().else_behind.match(found["behind"]) or _experience().instead.search(before):
        return False
    above = text[max(0, found.start() - _MOST_ABOVE) : found.start()]
    if _experience().of_firm.search(_SENTENCE.split(above)[-1]) or _are_wished(text, found):
        return False
    around = before + found["behind"]
    # "In two years we have grown in ..." is no figure of what is asked for, of which texts mostly make digits.
    told_by = _experience().of_person if found["years"].isdecimal() else _experience().own
    return told_by.search(around) is not None


def _are_wished(text: str, found: re.Match[str]) -> bool:
    """Whether their clause calls years a wish, or the heading above does.

    "5 years preferably in sales" wishes for sales alone: what goes on behind the word is what it is said of.
    """
    start, stop = found.span("years")[0], found.start("behind")
    before = _CLAUSE.split(text[max(0, start - _MOST_CLAUSE) : start])[-1]
    behind = _CLAUSE.split(text[stop : stop + _MOST_CLAUSE], 1)[0]
    said = _optional().finditer(behind)
    of_them = any(not behind[wish.end() :].lstrip()[:1].isalnum() for wish in said)
    return of_them or _optional().search(before) is not None or _is_nice(text, found)


def _number(said: str) -> int:
    return int(said) if said.isdecimal() else numbers()[said.lower()]

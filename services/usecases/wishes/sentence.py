"""A sentence in which somebody says what they look for, taken apart: what they want, and what they do not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from services.ingest.domain.pay.data import pay_data
from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part
from services.rules.places.known import find_places
from services.usecases.wishes.ways import ways

CLAUSE_ENDS: Final = r"[,;:!?](?=\s|$)|\.(?=\s|$)|[()\n]|\s[-–—]\s"
EDGES: Final = " ,;:.!?-–—()"
_SUM: Final = re.compile(r"\s(?=[£€$]\s?\d|\d[\d.,]*\s?(?:[£€$]|k\b|[A-Z]{3}\b))", re.IGNORECASE)
_PERIODS: Final = ("year", "month", "week", "day", "hour")
_BESIDE_SUMS: Final = ("period.per", "period.filler", "wish.day_rate", *(f"period.behind.{each}" for each in _PERIODS))
HOURS: Final = ("wish.nights", "wish.days", "wish.weekends", "wish.early", "wish.late")
"""Entries of hours at which somebody works, for which there is no criterion."""
_OF_PAY: Final = ("salary", "pay", "base")
_WHERE_PORTUGUESE: Final = ("BR", "PT")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sentence wants and does not, in its own words."""

    wanted: str
    """The sentence without what it does not want."""
    refused: tuple[str, ...]
    """What it does not want, each with the word that says so."""


def taken_apart(sentence: str) -> Wish:
    """Cut out what a sentence does not want: from the word that says so to the end of its clause."""
    kept, refused = list[str](), list[str]()
    for clause in _clauses(sentence):
        begins = [*_denials_in(clause)]
        kept.append(clause[: begins[0]].strip() if begins else clause)
        for never, end in pairwise((*begins, len(clause))):
            denied = clause[never:end]
            # What one wants to be paid, and how and where to work, is no part of it: "no nights £17 an hour".
            paid = min(
                (sum_.start() for way in (_SUM, _patterns().least) for sum_ in way.finditer(denied)), default=None
            )
            ends = min(behind(denied[:paid]) for behind in (_place_behind, _way_behind, _experience_ends))
            kept.append(f", {denied[ends:].strip()}")
            refused.append(_patterns().joint_behind.sub("", denied[:ends].strip(EDGES)))
    return Wish("".join(kept).strip(EDGES) if refused else sentence, tuple(refused))


def parts_of(wanted: str) -> Iterator[tuple[str, str]]:
    """Each part of what is wanted that may ask for something by itself, and the rest of it."""
    start = 0
    for found in (*_patterns().parts.finditer(wanted), None):
        end = found.start() if found else len(wanted)
        part = wanted[start:end].strip(EDGES)
        if re.search(r"\w", _patterns().idle.sub("", anything().sub("", part))):
            yield part, f"{wanted[:start]} {wanted[end:]}"
        start = found.end() if found else end


def hours_of(sentence: str) -> tuple[str, str]:
    """The stretch that names a place for its hours ("US hours"), and the sentence without it: nobody lives there."""
    known = _patterns()
    for place in find_places(sentence):
        if found := known.hours.match(sentence, place.end) or known.shifts.match(sentence, place.start):
            return sentence[place.start : found.end()], f"{sentence[: place.start]}{sentence[found.end() :]}"
    return "", sentence


def choices_in(wanted: str) -> Iterator[tuple[str, int, int]]:
    """Each "or": its clause up to it, where it begins, and where what is behind it does."""
    known = _patterns()
    for found in known.choice.finditer(wanted):
        begins = max((part.end() for part in known.clauses.finditer(wanted, 0, found.start())), default=0)
        yield wanted[begins : found.start()].strip(), found.start(), found.end()


def choices_of(wanted: str) -> Iterator[str]:
    """What stands between commas and each "or"."""
    yield from (wanted[start:end] for start, end in stretches_of(wanted))


def stretches_of(wanted: str) -> Iterator[tuple[int, int]]:
    """Where that begins and ends."""
    known, start = _patterns(), 0
    ends = sorted(found.span() for pattern in (known.clauses, known.choice) for found in pattern.finditer(wanted))
    for end, behind in (*ends, (len(wanted), len(wanted))):
        if said := wanted[start:end].strip(EDGES):
            begins = wanted.index(said, start)
            yield begins, begins + len(said)
        start = behind


def each_refused(refused: str) -> Iterator[tuple[str, bool]]:
    """What one denial refuses: "no nights or weekends" both.

    Each part with whether it stands behind an "and" alone, which may begin what is wanted: "no nights and part-time".
    """
    known, start, added = _patterns(), 0, False
    for found in (*known.each.finditer(refused), None):
        if part := refused[start : found.start() if found else len(refused)].strip(EDGES):
            added = added and not known.never.search(part)
            yield part, added
        if found:
            start, added = found.end(), added or bool(found["adds"])


def words_in(part: str, wanted: Callable[[str, str], bool]) -> list[str]:
    """The stretches of those words that are `wanted`, which is asked of each with the rest; idle ones are none."""
    found, ended = list[str](), -1
    for word in re.finditer(r"[\w-]+", part):
        if is_idle(word[0]) or not wanted(word[0], f"{part[: word.start()]}{part[word.end() :]}"):
            continue
        if ended >= 0 and part[ended : word.start()] == " ":
            found[-1] = f"{found[-1]} {word[0]}"
        else:
            found.append(word[0])
        ended = word.end()
    return found


def is_idle(word: str) -> bool:
    """Whether a word asks for nothing by itself."""
    return _patterns().idle.fullmatch(word) is not None


def is_lead(word: str) -> bool:
    """Whether a word leads to a place or to what is looked for: "in", "as"."""
    return _patterns().leads.fullmatch(word) is not None


def is_vague(word: str) -> bool:
    """Whether a word says nothing more of what it stands beside: "fully remote", "max 2 days", "greater London"."""
    return _patterns().vague.fullmatch(word) is not None


def without_idle(part: str) -> str:
    """The words that ask for something, in their order."""
    return " ".join(word for word in part.split() if not is_idle(word.strip(EDGES)))


@cache
def anything() -> re.Pattern[str]:
    """What says that no trade is meant: "anything in a museum or library"."""
    return re.compile(any_of("wish.anything"), re.IGNORECASE)


def is_of_pay(word: str) -> bool:
    """Whether a word beside a sum says in what it is paid and for what time: "euros", "salary", "per", "year"."""
    known, lowered = pay_data(), word.lower()
    names_pay = any(phrase == lowered and said in _OF_PAY for phrase, said in known.phrases.get(lowered, ()))
    named = lowered in known.before or lowered in known.after or lowered in known.multipliers
    return names_pay or named or _patterns().pay.fullmatch(lowered) is not None


def shifts_in(wanted: str) -> Iterator[str]:
    """Shifts, nights and weekends that are named: no criterion asks for them."""
    for found in _patterns().shifts.finditer(wanted):
        yield found[0]


def net_in(wanted: str) -> Iterator[str]:
    """Words that say of a sum that it is what is left of it: postings state pay before tax."""
    for found in _patterns().net.finditer(wanted):
        yield found["net"]


def names_condition(refused: str) -> bool:
    """Whether what is refused may be of any work, and is no trade or tool: travel, nights."""
    return any(_patterns().condition.fullmatch(said) for said in (refused, without_idle(refused)))


def lacks_experience(refused: str) -> bool:
    """Whether what is denied is experience with something, which may be wanted all the same."""
    return bool(_patterns().experience.search(refused.lower()))


def wants_visa(wanted: str) -> bool:
    """Whether a visa is asked for."""
    return bool(_patterns().visa.search(wanted.lower()))


def takes_similar(wanted: str) -> bool:
    """Whether trades near those that are named will do: "or similar roles"."""
    return bool(_patterns().similar.search(wanted.lower()))


def without_denial(refused: str) -> str:
    """What is refused, without the word that says so."""
    return _patterns().never.sub("", refused, count=1).strip(EDGES)


def with_denial(part: str, denial: str) -> str:
    """A part of what one denial refuses, with its word: of "no nights or weekends" also "no weekends"."""
    found = None if _patterns().never.match(part) else _patterns().never.match(denial)
    return f"{found[0]} {part}" if found else part


def _clauses(sentence: str) -> Iterator[str]:
    """Each with what ends it."""
    start = 0
    for found in _patterns().clauses.finditer(sentence):
        if found.start() > start:
            yield sentence[start : found.end()]
            start = found.end()
    yield sentence[start:]


def _place_behind(denied: str) -> int:
    """Where the places begin with which a denial ends, behind what it refuses: "no nights Leeds", "not in Leeds"."""
    places, begins = find_places(denied, cities=True, small=True), len(denied)
    for place in reversed(places):
        joint = denied[place.end : begins].strip(EDGES)
        if joint and not _patterns().joint.fullmatch(joint):
            break
        begins = place.start
    while begins < len(denied) and _is_led(denied[:begins]):
        if condition := _condition_before(denied[:begins]):
            return condition
        # "No jobs in London or Leeds" refuses both.
        begins = next((place.start for place in places if place.start > begins), len(denied))
    return begins


def _condition_before(denied: str) -> int:
    """Where what leads to a place begins behind a condition, of any work anywhere: "no nights in Leeds"; else 0."""
    words = denied.split(" ")
    while words and (not words[-1] or is_idle(words[-1]) or is_vague(words[-1])):
        words.pop()
    said = " ".join(words)
    return len(said) if words and names_condition(without_denial(said)) else 0


def _is_led(denied: str) -> bool:
    """Whether a denial goes on with what stands behind it: "not in", "no remote jobs in", "no central"."""
    last = without_denial(denied).split()[-1:]
    return not last or any(is_idle(word) or is_vague(word) or _patterns().joint.fullmatch(word) for word in last)


def _experience_ends(denied: str) -> int:
    """Where experience ends that is denied as such, and not "in" something: "no experience python Leeds"."""
    known = _patterns()
    never = known.never.match(denied)
    found = known.beginner.match(denied, never.end() if never else 0)
    behind = denied[found.end() :].split()[:1] if found else []
    goes_on = any(is_lead(word) or is_idle(word) or known.joint.fullmatch(word) for word in behind)
    return len(denied) if found is None or goes_on else found.end()


def _way_behind(denied: str) -> int:
    """Where a way or form of work begins behind what is refused: "no nights part-time", but "no fully remote jobs"."""
    for way in (*ways().wanted.values(), _patterns().forms):
        for said in way.finditer(denied.lower()):
            between = without_denial(denied[: said.start()])
            if without_idle(between) == between != "" and not any(map(is_vague, between.split())):
                return said.start()
    return len(denied)


def _denials_in(clause: str) -> Iterator[int]:
    """Where a clause begins to say what is not wanted, each time."""
    for found in _patterns().never.finditer(clause):
        behind = next(
            (place for place in find_places(clause[found.end() :].lstrip(), small=True) if place.start == 0), None
        )
        # "No" is "in the" in Portuguese: "vaga no Brasil", and of Brazil and Portugal also where a part begins with it.
        if (
            _patterns().in_the.fullmatch(found[0]) is None
            or behind is None
            or (not clause[: found.start()].strip() and country_part(behind.code) not in _WHERE_PORTUGUESE)
        ):
            yield found.start()


@dataclass(frozen=True, slots=True)
class _Patterns:
    clauses: re.Pattern[str]
    parts: re.Pattern[str]
    never: re.Pattern[str]
    in_the: re.Pattern[str]
    """Among these, what is a preposition before a place."""
    forms: re.Pattern[str]
    joint: re.Pattern[str]
    joint_behind: re.Pattern[str]
    choice: re.Pattern[str]
    """Leads to what will do as well."""
    each: re.Pattern[str]
    """Between what is refused by one denial."""
    idle: re.Pattern[str]
    leads: re.Pattern[str]
    vague: re.Pattern[str]
    hours: re.Pattern[str]
    """Behind a place: its hours."""
    pay: re.Pattern[str]
    """Words beside a sum."""
    shifts: re.Pattern[str]
    net: re.Pattern[str]
    condition: re.Pattern[str]
    experience: re.Pattern[str]
    least: re.Pattern[str]
    beginner: re.Pattern[str]
    """Behind a denial: experience of any kind."""
    visa: re.Pattern[str]
    similar: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    joint = any_of("joint.and", "joint.or", "joint.either")
    joints = any_of("joint.and", "joint.or", "joint.either", "joint.own.and", "joint.own.or", "wish.leads", "wish.but")
    return _Patterns(
        clauses=re.compile(rf"{CLAUSE_ENDS}|{any_of('wish.but')}(?=\s)", re.IGNORECASE),
        parts=re.compile(rf"{CLAUSE_ENDS}|(?<![\w-]){joints}(?=\s)", re.IGNORECASE),
        never=re.compile(rf"(?<![\w-]){any_of('wish.never')}(?:(?<=['’])|(?![\w-]))", re.IGNORECASE),
        in_the=re.compile(any_of("wish.leads", languages=("pt",)), re.IGNORECASE),
        forms=re.compile(any_of("employment.part_time", "employment.full_time")),
        joint=re.compile(joint, re.IGNORECASE),
        joint_behind=re.compile(rf"\s+{joint}$", re.IGNORECASE),
        choice=re.compile(rf"(?<=[\w,-]) {any_of('joint.or', 'joint.either')} (?=\w)", re.IGNORECASE),
        each=re.compile(
            rf"(?<=\w) (?:{any_of('joint.or', 'joint.either', 'wish.nor')}|(?P<adds>{any_of('joint.and')})) (?=\w)",
            re.IGNORECASE,
        ),
        idle=re.compile(any_of("wish.idle", "wish.leads", "wish.but"), re.IGNORECASE),
        leads=re.compile(any_of("wish.leads"), re.IGNORECASE),
        vague=re.compile(any_of("wish.vague"), re.IGNORECASE),
        hours=re.compile(
            rf" (?:{any_of('zone.work')} )?{any_of('zone.hours', 'zone.time_zones')}(?!\w)", re.IGNORECASE
        ),
        pay=re.compile(any_of(*_BESIDE_SUMS)),
        shifts=re.compile(any_of("condition.shifts.title", *HOURS), re.IGNORECASE),
        net=re.compile(rf"\d[^\d,;]{{0,15}}?(?<![\w.])(?P<net>{any_of('wish.net')})(?!\w)"),
        condition=re.compile(any_of("wish.conditions", *HOURS), re.IGNORECASE),
        experience=re.compile(any_of("denial.knowledge")),
        least=re.compile(rf"\s{any_of('pay.from', 'wish.at_least')}\s\d[\d.,]{{3}}", re.IGNORECASE),
        beginner=re.compile(
            rf"\s*(?:{any_of('denial.kind_of_knowledge')} )?{any_of('experience.own')}"
            rf"(?: {any_of('denial.needed')})?(?!\w)",
            re.IGNORECASE,
        ),
        visa=re.compile(any_of("visa.wish")),
        similar=re.compile(any_of("wish.similar")),
    )

"""A plausible job market from a seed: as many criteria and postings as wanted, quickly.

Skills, words and countries are asked for and offered by Zipf's law (s = 1): a few are everywhere, most are rare. One
criterion in about a hundred fits a posting or nearly fits it.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Final, TypeVar

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import (
    Cluster,
    Company,
    Employment,
    PostingCore,
    Reach,
    Salary,
    Seniority,
    Skill,
    Timezones,
    Workplace,
    posting_id_of,
)
from services.rules.money import annual, rates_before, tops
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import TextQuery

T = TypeVar("T", bound=str)

NOON: Final = datetime(2026, 8, 10, 12, tzinfo=UTC)
COUNTRIES: Final = (
    *("US", "DE", "GB", "FR", "CA", "NL", "ES", "PL", "IN", "BR", "PT", "IE", "SE"),
    *("CH", "AU", "IT", "AT", "DK", "UA", "JP", "NG", "ZA", "MX", "AR", "RO", "CZ"),
)
PARTS: Final = ("US-CA", "US-NY", "US-TX", "US-WA", "CA-ON", "DE-BE", "DE-BY", "AU-NSW", "GB-SCT")
GROUPS: Final = ("europe", "eu", "emea", "americas", "latam", "apac")
CURRENCIES: Final = ("USD", "EUR", "GBP", "CAD", "CHF", "PLN", "INR", "SEK")
WORKPLACES: Final[tuple[Workplace, ...]] = ("remote", "hybrid", "onsite", "unknown")
LEVELS: Final[tuple[Seniority, ...]] = ("senior", "mid", "junior", "lead", "staff", "principal", "manager", "director")
KINDS: Final[tuple[Employment, ...]] = ("full_time", "contract", "part_time", "internship", "freelance")
LANGUAGES: Final = ("en", "de", "fr", "es", "pt")
_SYLLABLES: Final = ["ba", "co", "di", "fu", "ga", "he", "ki", "lo", "ma", "ne", "pi", "ro", "sa", "te", "vu"]
_SKILLS: Final = 500
_WORDS: Final = 3_000


def criteria(count: int, seed: int = 1) -> Iterator[Criteria]:
    """Canonical criteria."""
    random_ = random.Random(seed)
    for _ in range(count):
        yield _one_criteria(random_)


def postings(count: int, seed: int = 2) -> list[PostingCore]:
    """Open postings of 5 to 12 skills and 150 to 400 words."""
    random_ = random.Random(seed)
    return [_one_posting(random_, number) for number in range(count)]


def _one_criteria(random_: random.Random) -> Criteria:
    kind = random_.random()
    needed = _several(random_, _skills(), (1, 2, 2, 3, 3, 4)) if kind < 0.85 else ()
    any_of = _alternatives(random_) if 0.78 < kind < 0.94 else ()
    unwanted = _several(random_, _skills(), (1, 2)) if random_.random() < 0.15 else ()
    has_text = kind > 0.97 or random_.random() < 0.10
    if {*needed, *(parent for name in needed for parent in taxonomy().parents(name))} & set(any_of):
        any_of = ()
    floor = random_.random() < 0.45
    offset = random_.choice((-8.0, -5.0, 0.0, 1.0, 2.0, 5.5)) if random_.random() < 0.10 else None
    places = _places(random_) if random_.random() < 0.70 or (kind > 0.94 and not has_text) else ()
    return Criteria(
        skills=SkillTerms(all=needed, any=any_of, none=tuple(name for name in unwanted if name not in needed + any_of)),
        text=_text(random_) if has_text else "",
        places=places,
        accept_unknown_place=bool(places) and random_.random() < 0.3,
        utc_offset=offset,
        tolerance=random_.choice((0.0, 1.0, 2.0, 3.0)) if offset is not None else 0.0,
        salary_floor=SalaryFloor(
            amount=random_.randrange(40_000, 200_000, 1_000), currency=_zipf(random_, CURRENCIES, 1)[0]
        )
        if floor
        else None,
        accept_undisclosed=not floor or random_.random() < 0.6,
        workplace=("remote",) if random_.random() < 0.40 else (),
        seniority=_several(random_, LEVELS, (1, 2, 3)) if random_.random() < 0.40 else (),
        employment=_several(random_, KINDS, (1, 2)) if random_.random() < 0.25 else (),
        languages=_several(random_, LANGUAGES, (1, 1, 2)) if random_.random() < 0.25 else (),
    )


def _one_posting(random_: random.Random, number: int) -> PostingCore:
    fetched = NOON + timedelta(seconds=number)
    return PostingCore(
        posting_id=posting_id_of("market", str(number)),
        version=number + 1,
        source="market",
        source_id=str(number),
        title=" ".join(_zipf(random_, _words(), 4)),
        company=Company(name=f"Company {number % 97}"),
        description_text=" ".join(random_.choices(_words(), cum_weights=_weights(_WORDS), k=random_.randint(150, 400))),
        language=_zipf(random_, LANGUAGES, 1)[0],
        skills=tuple(Skill(name=name) for name in _zipf(random_, _skills(), random_.randint(5, 12))),
        workplace=_zipf(random_, WORKPLACES, 1)[0],
        reach=_reach(random_),
        timezones=Timezones(min=-8.0, max=-4.0) if random_.random() < 0.1 else None,
        salary=_salary(random_) if random_.random() < 0.6 else None,
        seniority=_zipf(random_, LEVELS, 1)[0] if random_.random() < 0.7 else None,
        employment=_zipf(random_, KINDS, 1)[0] if random_.random() < 0.8 else None,
        fetched_at=fetched,
        cluster=Cluster(key=str(number)),
    )


def _reach(random_: random.Random) -> Reach:
    shape = random_.random()
    if shape < 0.10:
        return Reach(scope="worldwide")
    if shape < 0.15:
        return Reach(scope="worldwide", excluded=tuple(random_.sample(COUNTRIES, 2)))
    if shape < 0.25:
        return Reach()
    if shape < 0.40:
        return Reach(scope="listed", groups=(random_.choice(GROUPS),))
    if shape < 0.55:
        return Reach(scope="listed", subdivisions=(random_.choice(PARTS),))
    return Reach(scope="listed", countries=_several(random_, COUNTRIES, (1, 1, 1, 2, 3)))


def _salary(random_: random.Random) -> Salary:
    top, currency = random_.randrange(40_000, 220_000, 1_000), _zipf(random_, CURRENCIES, 1)[0]
    yearly = annual(top, "year")
    return Salary(
        max=top,
        currency=currency,
        period="year",
        annual_max=yearly,
        tops=tops(yearly, currency, rates_before(date(2026, 8, 10))),
    )


def _places(random_: random.Random) -> tuple[str, ...]:
    shape = random_.random()
    if shape < 0.15:
        return (random_.choice(GROUPS),)
    if shape < 0.20:
        return ("worldwide",)
    if shape < 0.35:
        return (random_.choice(PARTS),)
    return _several(random_, COUNTRIES, (1, 1, 1, 2, 3))


def _text(random_: random.Random) -> str:
    shape, words = random_.random(), _zipf(random_, _words(), 3)
    if shape < 0.5:
        asked = words[0]
    elif shape < 0.7:
        asked = f"{words[0]} {words[1]}"
    elif shape < 0.85:
        asked = f'"{words[0]} {words[1]}"'
    elif shape < 0.95:
        asked = f"{words[0]} -{words[1]}"
    else:
        asked = f'{words[0]} OR "{words[1]} {words[2]}"'
    return str(TextQuery.parse(asked))


def _alternatives(random_: random.Random) -> tuple[str, ...]:
    """Something common and some that are as good."""
    return tuple(sorted({*_zipf(random_, _skills(), 1), *random_.sample(_skills(), random_.randint(1, 3))}))


def _several(random_: random.Random, values: Sequence[T], sizes: Sequence[int]) -> tuple[T, ...]:
    return tuple(sorted(_zipf(random_, values, random_.choice(sizes))))


def _zipf(random_: random.Random, values: Sequence[T], count: int) -> list[T]:
    """Distinct ones, the first of the values most often."""
    weights, found = _weights(len(values)), dict[T, None]()
    while len(found) < count:
        found.update(dict.fromkeys(random_.choices(values, cum_weights=weights, k=count - len(found))))
    return list(found)


@cache
def _weights(count: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / rank for rank in range(1, count + 1)))


@cache
def _skills() -> tuple[str, ...]:
    return tuple(random.Random(3).sample(sorted(taxonomy().names()), _SKILLS))


@cache
def _words() -> tuple[str, ...]:
    random_, found = random.Random(4), dict[str, None]()
    while len(found) < _WORDS:
        found["".join(random_.choices(_SYLLABLES, k=random_.randint(2, 4)))] = None
    return tuple(found)

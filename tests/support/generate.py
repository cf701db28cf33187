"""Plausible postings and criteria from a seed: many, quickly, and often close to one another.

Criteria drawn at random from the whole taxonomy match next to nothing, and a test over them proves nothing. So they are
drawn after a posting, and then bent a little.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, get_args

from schemas.criteria import Criteria, CriteriaRecord, Nearby, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import (
    Cluster,
    Company,
    Condition,
    Employment,
    Form,
    PostingCore,
    Reach,
    Salary,
    Seniority,
    Skill,
    Timezones,
    posting_id_of,
)
from services.rules.criteria import CriteriaError, canonical, criteria_id
from services.rules.money import annual, rates_before, tops
from services.rules.places.towns import label_of
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy

NOON = datetime(2026, 8, 10, 12, tzinfo=UTC)
RATES_DAY = date(2026, 8, 10)

PLACES = ("DE", "FR", "GB", "US", "CA", "BR", "IN", "PL", "ES", "PT", "UA", "AU", "JP", "NG")
STATES = ("US-CA", "US-NY", "US-TX", "CA-ON", "DE-BE", "AU-NSW")
GROUPS = ("eu", "europe", "latam", "north-america", "emea", "apac")
CURRENCIES = ("EUR", "EUR", "USD", "USD", "GBP", "INR", "UAH", "JPY", "XTS")
"""XTS is ISO 4217's code for testing, and has no rate."""
SKILLS = (
    *(
        "Python",
        "Go",
        "Rust",
        "Java",
        "Kotlin",
        "PHP",
        "Ruby",
        "JavaScript",
        "TypeScript",
        "React",
        "Next.js",
        "Node.js",
    ),
    *("Django", "Kafka", "PostgreSQL", "Kubernetes", "Docker", "AWS", "Terraform", "SQL", "Figma", "Excel", "German"),
)
ROLES = (
    *("backend-engineer", "full-stack-engineer", "frontend-engineer", "devops-engineer", "solutions-engineer"),
    *("data-engineer", "data-scientist", "accountant", "nurse"),
)
TOWNS = (2867714, 2954172, 2820256, 2950159, 2852458, 5128581, 4931972, 2653941)
"""Munich, Augsburg, Ulm; Berlin, Potsdam; New York; two Cambridges."""
WORDS = (
    *("engineer", "platform", "payments", "growth", "remote", "team", "front-end", "back-end", "c++", "c#", ".net"),
    *("machine learning", "on call", "health care", "señor/a", "straße", "エンジニア", "개발자", "fully distributed"),
    *("machine shop", "front desk", "señora", "health worker*in", "エンジン"),
)
_STRENGTHS = ("title", "required", "required", "required", "wanted", "bonus", "passing", None)
"""None of a record from before strengths were told."""
_PER = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080, "project": 1}


def _some(random_: random.Random, values: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(random_.sample(list(values), k=random_.randint(0, min(most, len(values)))))


def reach_of(random_: random.Random) -> Reach:
    """Every shape of reach, unknown ones and exclusions among them."""
    shape = random_.choice(("worldwide", "country", "country", "groups", "state", "mixed", "shut", "unknown"))
    excluded = _some(random_, PLACES + STATES + GROUPS, 2) if random_.random() < 0.2 else ()
    match shape:
        case "worldwide":
            return Reach(scope="worldwide", excluded=excluded)
        case "shut":
            return Reach(scope="worldwide", excluded=(random_.choice(PLACES + STATES + GROUPS),))
        case "country":
            return Reach(scope="listed", countries=(random_.choice(PLACES),), excluded=excluded)
        case "groups":
            return Reach(scope="listed", groups=(random_.choice(GROUPS),), excluded=excluded)
        case "state":
            return Reach(scope="listed", subdivisions=(random_.choice(STATES),), excluded=excluded)
        case "mixed":
            return Reach(
                scope="listed",
                countries=_some(random_, PLACES, 3),
                subdivisions=_some(random_, STATES, 2),
                groups=_some(random_, GROUPS, 1),
                excluded=excluded,
            )
    return Reach()


def salary_of(random_: random.Random) -> Salary | None:
    """Pay in all periods and many currencies, sometimes without a rate or not told."""
    if random_.random() < 0.35:
        return None
    rates = rates_before(RATES_DAY)
    period = random_.choice(("year", "year", "year", "month", "week", "day", "hour", "project"))
    currency = random_.choice(CURRENCIES)
    euros = random_.randrange(20_000, 200_000, 1_000)
    top = round(euros * rates.euro.get(currency, 1.0) / _PER[period], 2)
    low = None if random_.random() < 0.3 else round(top * 0.8, 2)
    high = None if low is not None and random_.random() < 0.2 else top
    highest = annual(high or low or top, period)
    return Salary(
        min=low,
        max=high,
        currency=currency,
        period=period,
        annual_min=None if low is None else annual(low, period),
        annual_max=None if high is None else annual(high, period),
        tops=tops(highest, currency, rates),
        rates_on=rates.on.isoformat(),
    )


FORMS: Final[tuple[tuple[Form, ...], ...]] = (
    (), (), (), ("full_time",), ("full_time", "part_time"), ("contract", "freelance", "part_time"), ("student",),
    ("volunteer",),
)  # fmt: skip
"""Mostly none, as of older records, which have `employment` alone."""

CONDITIONS: Final[tuple[tuple[Condition, ...], ...]] = (
    (), (), (), (Condition(kind="licence", places=("US-CA",)),), (Condition(kind="relocation", places=("DE",)),),
    (Condition(kind="enrolment"), Condition(kind="shifts")), (Condition(kind="pool"),),
)  # fmt: skip


def posting(random_: random.Random, number: int, version: int = 1) -> PostingCore:
    """One posting; the same number is the same posting in another version."""
    title = " ".join(random_.sample(WORDS, k=2))
    body = ". ".join(random_.sample(WORDS, k=8))
    seen = NOON - timedelta(minutes=random_.randrange(0, 10 * 24 * 60))
    zone = random_.choice((None, None, (-8.0, -5.0), (0.0, 2.0), (5.5, 5.5), (10.0, -11.0), (12.0, 13.0)))
    return PostingCore(
        posting_id=posting_id_of("generated", str(number)),
        version=version,
        source="generated",
        source_id=str(number),
        url=f"https://jobs.example.com/{number}",
        status="closed" if random_.random() < 0.05 else "open",
        title=title,
        company=Company(name=f"Company {number % 50}"),
        description_text=body,
        language=random_.choice(("en", "en", "en", "de", "fr", None)),
        skills=tuple(
            Skill(name=name, strength=random_.choice(_STRENGTHS))
            for name in random_.sample(SKILLS, k=random_.randint(1, 8))
        ),
        roles=() if random_.random() < 0.2 else tuple(random_.sample(ROLES, k=random_.choice((1, 1, 2)))),
        workplace=random_.choice(("remote", "remote", "hybrid", "onsite", "unknown")),
        reach=reach_of(random_),
        timezones=Timezones(min=zone[0], max=zone[1]) if zone else None,
        salary=salary_of(random_),
        seniority=random_.choice((None, None, "junior", "mid", "senior", "senior", "lead")),
        employment=random_.choice((None, "full_time", "full_time", "contract", "part_time")),
        forms=FORMS[number % len(FORMS)],
        visa=random_.choice(("offered", "refused", "unknown", "unknown")),
        conditions=CONDITIONS[number % len(CONDITIONS)],
        posted_at=seen,
        fetched_at=NOON,
        cluster=Cluster(key=f"k{number}"),
        towns=tuple(random_.sample(TOWNS, k=random_.choice((0, 1, 1, 2)))),
    )


def postings(count: int, seed: int) -> list[PostingCore]:
    """Distinct postings."""
    random_ = random.Random(seed)
    return [posting(random_, number) for number in range(count)]


def _floor(random_: random.Random, model: PostingCore) -> SalaryFloor:
    """Often just below, at or above what the model pays."""
    known = model.salary.tops if model.salary else {}
    choices = [currency for currency in known if currency in CURRENCIES]
    if choices and random_.random() < 0.8:
        currency = random_.choice(choices)
        factor = random_.choice((0.5, 0.9, 1.0, 1.0, 1.02, 1.08, 1.11, 1.5))
        period = random_.choice(("year", "year", "month", "hour"))
        amount = max(1, int(known[currency] * factor / _PER[period]))
        return SalaryFloor(amount=amount, currency=currency, period=period)
    return SalaryFloor(amount=random_.randrange(10_000, 150_000, 5_000), currency=random_.choice(("EUR", "USD", "GBP")))


def _places(random_: random.Random, model: PostingCore) -> tuple[str, ...]:
    reach = model.reach
    own = (*reach.countries, *reach.subdivisions, *reach.groups) or (*PLACES, "worldwide")
    pool = own if random_.random() < 0.7 else (*PLACES, *STATES, *GROUPS, "worldwide")
    return tuple(random_.sample(pool, k=random_.randint(1, min(3, len(pool)))))


def _text(random_: random.Random, model: PostingCore) -> str:
    own = [word for word in WORDS if word in model.description_text or word in model.title] or list(WORDS)
    wanted = [
        f'"{word}"' if " " in word else word for word in random_.sample(own, k=random_.randint(0, min(2, len(own))))
    ]
    unwanted = [f'-"{word}"' for word in _some(random_, WORDS, 1)]
    other = WORDS[len(model.title) % len(WORDS)]
    asked = [*wanted[:-1], f'{wanted[-1]} OR "{other}"'] if wanted and len(model.title) % 3 == 0 else wanted
    return " ".join(asked + unwanted)


def _skills(random_: random.Random, model: PostingCore, others: Sequence[str]) -> SkillTerms:
    own = [skill.name for skill in model.skills] or list(SKILLS)
    parents = sorted(taxonomy().parents(own[0]))
    needed = _some(random_, own, 2) if random_.random() < 0.5 else ()
    pool = [*random_.sample(own, k=min(2, len(own))), *parents[:1], *random_.sample(others, k=2)]
    any_of = _some(random_, pool, 3) if random_.random() < 0.5 else ()
    unwanted = [name for name in _some(random_, others, 2) if name not in needed and name not in any_of]
    unwanted = unwanted if random_.random() < 0.4 else []
    at_least = random_.randint(1, len(any_of)) if any_of and random_.random() < 0.2 else 1
    mentions = random_.random() < 0.3
    return SkillTerms(all=needed, any=any_of, at_least=at_least, none=tuple(unwanted), mentions=mentions)


def _roles(random_: random.Random, model: PostingCore) -> RoleTerms:
    own = model.roles or ROLES[:1]
    near = sorted({name for role in own for name in roles().neighbours(role)})
    wanted = {*_some(random_, own, 2), *_some(random_, near, 1), *_some(random_, ROLES, 1)}
    return RoleTerms(
        any=tuple(wanted) if random_.random() < 0.7 else (),
        none=tuple(role for role in _some(random_, ROLES, 4) if role not in wanted) if random_.random() < 0.5 else (),
        neighbours=random_.random() < 0.5,
        accept_unknown=random_.choice((None, None, True, False)),
    )


def _near(random_: random.Random, model: PostingCore) -> tuple[Nearby, ...]:
    own = [label for town in model.towns if (label := label_of(town))]
    names = random_.sample([*own, *(label for town in TOWNS if (label := label_of(town)))], k=random_.randint(1, 3))
    return tuple(Nearby(town=name, km=random_.choice((5, 38, 40, 57, 100, 290))) for name in names)


def loose_criteria(random_: random.Random, model: PostingCore, others: Sequence[str] = SKILLS) -> Criteria:
    """Criteria drawn after a posting, not in canonical form and perhaps asking for nothing."""

    def often(share: float) -> bool:
        return random_.random() < share

    offset = random_.choice((-8.0, 0.0, 1.0, 5.5, 12.0, 13.0, -11.0)) if often(0.15) else None
    return Criteria(
        skills=_skills(random_, model, others) if often(0.9) else SkillTerms(),
        text=_text(random_, model) if often(0.2) else "",
        places=_places(random_, model) if often(0.5) else (),
        accept_unknown_place=often(0.5),
        utc_offset=offset,
        tolerance=random_.choice((0.0, 1.0, 2.5)) if offset is not None else 0.0,
        salary_floor=_floor(random_, model) if often(0.4) else None,
        accept_undisclosed=often(0.6),
        workplace=random_.choice((("remote",), ("remote", "hybrid"), ("remote", "unknown"))) if often(0.2) else (),
        seniority=tuple(random_.sample(get_args(Seniority), k=4)) if often(0.2) else (),
        employment=tuple(random_.sample(get_args(Employment), k=3)) if often(0.15) else (),
        permanent=often(0.1),
        languages=random_.choice((("en",), ("en", "de"))) if often(0.15) else (),
        visa_sponsorship=often(0.08),
        accept_unknown_visa=often(0.5),
        roles=_roles(random_, model) if often(0.2) else RoleTerms(),
        near=_near(random_, model) if often(0.25) else (),
        accept_unknown_town=often(0.3),
    )


def criteria(count: int, seed: int, models: Sequence[PostingCore]) -> list[Criteria]:
    """Canonical criteria after some postings, with skills of the whole taxonomy among them."""
    random_ = random.Random(seed)
    names = (*SKILLS, *taxonomy().names())
    found: list[Criteria] = []
    while len(found) < count:
        others = SKILLS if random_.random() < 0.7 else names
        try:
            found.append(canonical(loose_criteria(random_, random_.choice(models), others)))
        except CriteriaError:
            continue  # Asked for nothing, or for what it excluded: draw again.
    return found


def records(found: Sequence[Criteria], version: int = 1) -> list[CriteriaRecord]:
    """Criteria as they come over the log, with keys from 0."""
    return [
        CriteriaRecord(key=key, criteria_id=criteria_id(asked), version=version, criteria=asked)
        for key, asked in enumerate(found)
    ]

"""Criteria of people who read the captured feeds: each is drawn from a posting that somebody might have liked.

One criterion in about a hundred fits a posting; what is asked for often is what is offered often. All are distinct; of
more than 100,000, those beyond ask what the first ask, for other pay.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from bench.corpus import GROUPS, KINDS, LEVELS
from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore
from services.rules.criteria import CriteriaError, canonical
from services.rules.titles import fold_title

_DRAWN: Final = 100_000
_CURRENCIES: Final = ("USD", "USD", "EUR", "EUR", "GBP")


def wishes(postings: Sequence[PostingCore], count: int, seed: int = 5) -> Iterator[Criteria]:
    """So many distinct canonical criteria."""
    random_ = random.Random(seed)
    first = []
    for wish in _drawn(postings, min(count, _DRAWN), random_):
        first.append(wish)
        yield wish
    # No floor that is drawn is odd.
    for round_ in range(1, -(-count // _DRAWN)):
        for wish in first[: count - round_ * _DRAWN]:
            yield wish.model_copy(update={"salary_floor": _floor(random_, odd=round_)})


def _drawn(postings: Sequence[PostingCore], count: int, random_: random.Random) -> Iterator[Criteria]:
    liked = [posting for posting in postings if posting.skills]
    found: set[Criteria] = set()
    while len(found) < count:
        try:
            wish = canonical(_wish(random_, random_.choice(liked)))
        except CriteriaError:
            continue
        if wish not in found:
            found.add(wish)
            yield wish


def _wish(random_: random.Random, liked: PostingCore) -> Criteria:
    names = [skill.name for skill in liked.skills]
    kind = random_.random()
    needed = random_.sample(names, min(len(names), random_.choice((1, 1, 2, 2, 3)))) if kind < 0.82 else []
    any_of = random_.sample(names, min(len(names), random_.choice((2, 3, 4)))) if 0.74 < kind < 0.95 else []
    floor = random_.random() < 0.6
    places = _places(random_, liked) if random_.random() < 0.7 else ()
    return Criteria(
        skills=SkillTerms(all=tuple(needed), any=tuple(name for name in any_of if name not in needed)),
        text=random_.choice(fold_title(liked.title).split() or ["remote"]) if kind > 0.92 else "",
        places=places,
        accept_unknown_place=bool(places) and random_.random() < 0.5,
        salary_floor=_floor(random_) if floor else None,
        accept_undisclosed=not floor or random_.random() < 0.6,
        workplace=("remote",) if random_.random() < 0.3 else (),
        seniority=tuple({liked.seniority or "senior", *random_.sample(LEVELS, 2)}) if random_.random() < 0.3 else (),
        employment=("full_time", random_.choice(KINDS[1:])) if random_.random() < 0.2 else (),
        languages=(liked.language,) if liked.language and random_.random() < 0.2 else (),
    )


def _floor(random_: random.Random, odd: int = 0) -> SalaryFloor:
    return SalaryFloor(amount=random_.randrange(30_000, 180_000, 250) + odd, currency=random_.choice(_CURRENCIES))


def _places(random_: random.Random, liked: PostingCore) -> tuple[str, ...]:
    reach = liked.reach
    offered = [
        *reach.countries[:6],
        *reach.subdivisions[:2],
        *reach.groups,
        *(("worldwide",) * (reach.scope == "worldwide")),
    ]
    chosen = random_.sample(offered, min(len(offered), random_.choice((1, 1, 2))))
    return tuple(chosen) or (random_.choice(GROUPS),)

"""What a chance rests on: facts of a posting for a search and its person, each 1 where nothing speaks against the job.

For most pairs most facts are in no doubt: a posting that asks for no hours lies in no far zone, and who asks for no
words does not mind how often they are said. So each says by the posting alone, and by the search alone, whether it may
be in doubt, and is worked out where both say so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, get_args

from schemas.criteria import SalaryFloor
from schemas.posting import Salary, Timezones
from services.notifier.domain.curation.chance.conditions import UNTOLD, hardest_condition
from services.notifier.domain.curation.chance.levels import (
    experience,
    leads_unasked,
    may_ask_years,
    may_lead,
    nearness,
    overqualified,
    settled,
    tells_years,
)
from services.notifier.domain.curation.chance.own_words import avoided, known
from services.notifier.domain.curation.chance.themed import MUCH_TRAVEL
from services.notifier.domain.curation.chance.times_said import OFTEN
from services.notifier.domain.curation.chance.wanted_places import (
    far_off,
    named_elsewhere,
    nearby,
    parts_of_country,
    takes_in_home,
)
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.score import share_of_skills
from services.notifier.domain.curation.wishes import Wish
from services.notifier.domain.weights import ChanceFact
from services.rules.criterion.salary import salary_fit
from services.rules.criterion.timezone import hours_apart
from services.rules.languages.speaking import less_well
from services.rules.roles.affinity import CLOSE, Affinity
from services.rules.skills.taxonomy import taxonomy

FACTS: Final[tuple[ChanceFact, ...]] = get_args(ChanceFact)
"""In the order in which they are added up."""
OF_ROLES: Final = 4
"""So many of the first hang on the roles of a posting alone, for one search."""
WANTED: Final = 0.25
"""Core skills that one is worth which a job would like, or which the work is done with."""
LESS_WELL: Final = 0.5
"""What a language is that somebody speaks, but less well than is asked for."""
_MOST_HOURS: Final = 6.0
_HALF_A_DAY: Final = 4.0
"""Hours of work."""
_NEARBY: Final = FACTS.index("nearby")
_KNOWN: Final = FACTS.index("known")
ALREADY: Final[Mapping[int, float]] = {_NEARBY: 1.0, _KNOWN: 0.75}
"""How much further these facts hold, before they are held against a job, for somebody of whom they can be told: who
names a town, or says what they can do. A job that lies nowhere near, or that names a quarter of it, is foreseen as for
who says nothing (docs/adr/0073, 0074)."""


Share = Callable[[Wish, PostingFeatures], float]


class Fact(NamedTuple):
    """One of them; docs/relevance.md says each in words."""

    by_posting: Callable[[PostingFeatures], object]
    """Whether it may be in doubt for some search."""
    by_search: Callable[[Wish], object]
    """Whether it may be in doubt for some posting."""
    share: Share
    """How far it holds, 0 to 1."""


def facts_of(wish: Wish, ready: PostingFeatures) -> tuple[float, ...]:
    """All for a posting that fits the criteria of a wish, in the order of `FACTS`; above 1 where one raises."""
    facts = [1.0] * len(FACTS)
    for place, share in in_doubt(wish, ready):
        facts[place] = share
    for place in raised(wish):
        facts[place] += ALREADY[place]
    return tuple(facts)


def raised(wish: Wish) -> Iterator[int]:
    """The places of those facts that may raise a chance above what it is for who says nothing."""
    if wish.localities.towns:
        yield _NEARBY
    if wish.knows:
        yield _KNOWN


def in_doubt(wish: Wish, ready: PostingFeatures) -> Iterator[tuple[int, float]]:
    """The places of those that hold in part or not at all, with how far."""
    yield from of_roles(wish, ready.posting.roles)
    for place, share_of in may_be_in_doubt(wish, ready):
        share = share_of(wish, ready)
        if share < 1.0:
            yield place, share


def may_be_in_doubt(wish: Wish, ready: PostingFeatures) -> tuple[tuple[int, Share], ...]:
    """The places of those that roles do not decide and that neither posting nor search settles, each to be worked out.

    For whoever adds up many.
    """
    return _named(wish.in_doubt(_by_search) & ready.in_doubt(_by_posting))


@lru_cache(maxsize=4_096)
def _named(bits: int) -> tuple[tuple[int, Share], ...]:
    return tuple((place, fact.share) for place, fact in _BY_ITSELF.items() if bits >> place & 1)


def _by_search(wish: Wish) -> int:
    return sum(1 << place for place, fact in _BY_ITSELF.items() if fact.by_search(wish))


def _by_posting(ready: PostingFeatures) -> int:
    return sum(1 << place for place, fact in _BY_ITSELF.items() if fact.by_posting(ready))


def of_roles(wish: Wish, given: tuple[str, ...]) -> tuple[tuple[int, float], ...]:
    """The first four, which roles decide, where they hold in part or not at all."""
    close = [trade.to(given) for trade in wish.trades]
    shares = (*_role(wish, given, close), _searches(wish, given, close), _asked(wish, given))
    return tuple((place, share) for place, share in enumerate(shares) if share < 1.0)


def likely_of(wish: Wish) -> tuple[Affinity, ...]:
    """What the search is likely to mean; where it names no trade, what the person's others do."""
    return (wish.affinity,) if wish.affinity else wish.trades


def _role(wish: Wish, given: tuple[str, ...], close: Sequence[float]) -> tuple[float, float]:
    """How far a posting's roles come: into the family of a likely one, and near it. `close`: to each of the trades."""
    if not close and wish.level:
        return (1.0, 1.0)
    if not close or not given:
        return (1.0, UNTOLD)
    # The first of the trades is what the search is likely to mean itself, if it names one.
    return by_closeness(close[0] if wish.affinity else max(close))


def by_closeness(close: float) -> tuple[float, float]:
    """The first two facts, of roles that come so close to the likely ones; they grow with it."""
    family, near = CLOSE["family"], CLOSE["near"]
    return (min(1.0, close / family), min(1.0, max(0.0, close - family) / (near - family)))


def _searches(wish: Wish, given: tuple[str, ...], close: Sequence[float]) -> float:
    """How close a posting's roles are to what the person's searches mean: between the closest and their mean.

    In place of the mean stands what the person has worked as, the more the longer they have done so.
    """
    if not given:
        return 1.0 if close else UNTOLD  # `_role` counts what is untold.
    closest, together = (max(close), sum(close) / len(close)) if close else (UNTOLD, UNTOLD)
    if wish.done:
        together += settled(wish.years) * (wish.done.to(given) - together)
    return (closest + together) / 2.0


def _asked(wish: Wish, given: tuple[str, ...]) -> float:
    """Whether a posting's first role, which decides, is one that the search asks for, and no neighbour of it."""
    asked = wish.criteria.roles.any
    return float(not asked or not given or given[0] in asked)


def other_tools(wish: Wish, ready: PostingFeatures) -> tuple[str, ...]:
    """The tools that the title names, where tools are asked for and it names none of the asked skills."""
    tools = _titled_tools(ready) if wish.tools else ()
    if not tools:
        return ()
    known, asked = taxonomy(), {*wish.criteria.skills.all, *wish.criteria.skills.any}
    named = _titled(ready)
    return () if any(name in asked or not asked.isdisjoint(known.parents(name)) for name in named) else tools


def _titled(ready: PostingFeatures) -> tuple[str, ...]:
    return tuple(skill.name for skill in ready.posting.skills if skill.strength == "title")


def _titled_tools(ready: PostingFeatures) -> tuple[str, ...]:
    return tuple(filter(taxonomy().is_tool, _titled(ready)))


def unsaid(wish: Wish, ready: PostingFeatures) -> tuple[str, ...]:
    """The words of the title that neither a search of the person says nor a name of what they surely mean."""
    return tuple(word for stem, word in ready.title_stems.items() if stem not in wish.said)


def _often(terms: tuple[str, ...], ready: PostingFeatures) -> float:
    """How often asked words are said; in the title is enough."""
    if any(map(ready.title.holds, terms)):
        return 1.0
    return min(OFTEN, sum(map(ready.haystack.times, terms))) / OFTEN


def _zone(wish: Wish, ready: PostingFeatures) -> float:
    """How far somebody's zone lies from the hours that a posting asks for; an hour is nothing."""
    away = _zone_away(wish, ready)
    return 1.0 if away <= 1.0 else max(0.0, 1.0 - away / _MOST_HOURS)


def _zone_away(wish: Wish, ready: PostingFeatures) -> float:
    """The hours; those that need only overlap may lie half a day's work apart."""
    away = hours_away(wish.offset, ready.posting.timezones)
    return max(0.0, away - _HALF_A_DAY) if away and ready.only_overlaps else away


def hours_away(offset: float | None, asked: Timezones | None) -> float:
    """By the clock, as `hours_apart`: who is nine hours ahead begins when others end."""
    return 0.0 if offset is None or asked is None else hours_apart(offset, asked)


def unspoken_of(wish: Wish, ready: PostingFeatures) -> tuple[str, ...]:
    """The first languages of which there is no sign, where the work needs one of them or the title names them."""
    return next((codes for codes in ready.languages if wish.languages.isdisjoint(codes)), ())


def _spoken(wish: Wish, ready: PostingFeatures) -> float:
    return 0.0 if unspoken_of(wish, ready) else LESS_WELL if less_well(wish.speaks, ready.posting) else 1.0


def _pay(floors: Iterable[SalaryFloor], pay: Salary) -> float:
    """Whether the pay reaches any of several floors, or cannot be held against it."""
    return float(any(salary_fit(floor, True, pay.tops) == "yes" for floor in floors))


def _always(of: object) -> bool:
    return True


def _placed(facts: Mapping[ChanceFact, Fact]) -> Mapping[int, Fact]:
    return {FACTS.index(name): facts[name] for name in FACTS if name in facts}


_BY_ITSELF: Final = _placed(
    {
        "breadth": Fact(_always, lambda wish: wish.alternatives > 1, lambda wish, _: 1.0 / wish.alternatives),
        "title": Fact(
            lambda ready: ready.title_stems,
            lambda wish: wish.trades,
            # As many as `unsaid` names, by sets alone: this is worked out of nearly every pair.
            lambda wish, ready: 1.0 - len(ready.stems_of_title - wish.said) / len(ready.title_stems),
        ),
        "core": Fact(
            _always,
            lambda wish: wish.criteria.skills.all or wish.criteria.skills.any,
            lambda wish, ready: share_of_skills(wish.criteria, ready, WANTED),
        ),
        "often": Fact(_always, lambda wish: wish.terms, lambda wish, ready: _often(wish.terms, ready)),
        "technology": Fact(
            _titled_tools, lambda wish: wish.tools, lambda wish, ready: float(not other_tools(wish, ready))
        ),
        "home": Fact(
            _always,
            lambda wish: wish.places or wish.stays_in,
            lambda wish, ready: takes_in_home(wish, ready.allowed),
        ),
        "region": Fact(
            lambda ready: ready.posting.reach.subdivisions or ready.posting.towns,
            lambda wish: wish.criteria.places or any(wish.localities),
            lambda wish, ready: float(not parts_of_country(wish, ready) and not far_off(wish, ready)),
        ),
        "nearby": Fact(_always, lambda wish: wish.localities.towns, nearby),
        "elsewhere": Fact(
            lambda ready: ready.title_places,
            lambda wish: wish.criteria.places,
            lambda wish, ready: float(not named_elsewhere(wish, ready)),
        ),
        "zone": Fact(
            lambda ready: ready.posting.timezones,
            lambda wish: wish.offset is not None,
            _zone,
        ),
        "workplace": Fact(
            lambda ready: ready.posting.workplace == "unknown", lambda wish: wish.criteria.workplace, lambda *_: 0.0
        ),
        "form": Fact(
            lambda ready: (
                ready.posting.offered and ("full_time" not in ready.posting.offered or ready.posting.ends_by_a_day)
            ),
            lambda wish: not wish.criteria.employment and not wish.level,
            lambda *_: 0.0,
        ),
        "level": Fact(
            lambda ready: ready.posting.seniority,
            _always,
            lambda wish, ready: nearness(wish, ready.posting.seniority),
        ),
        "experience": Fact(may_ask_years, _always, experience),
        "overqualified": Fact(tells_years, lambda wish: wish.years, overqualified),
        "leading": Fact(may_lead, _always, lambda wish, ready: float(not leads_unasked(wish, ready))),
        "travel": Fact(lambda ready: ready.travel >= MUCH_TRAVEL, lambda wish: not wish.travels, lambda *_: 0.0),
        "written": Fact(
            lambda ready: ready.posting.language,
            _always,
            lambda wish, ready: float(ready.posting.language in wish.languages),
        ),
        "spoken": Fact(lambda ready: ready.languages, _always, _spoken),
        "condition": Fact(
            lambda ready: ready.posting.conditions,
            _always,
            lambda wish, ready: hardest_condition(wish, ready.posting)[0],
        ),
        "pay": Fact(
            lambda ready: ready.posting.salary,
            lambda wish: wish.floors,
            lambda wish, ready: _pay(wish.floors, ready.posting.salary) if ready.posting.salary else 1.0,
        ),
        "known": Fact(_always, lambda wish: wish.knows, known),
        "avoided": Fact(_always, lambda wish: wish.avoids, lambda wish, ready: 1.0 - avoided(wish, ready)[0]),
    }
)
"""Those that roles do not decide, by their place."""

"""Places as terms, which an index can look up, decide as the rule over places does."""

import random

from hypothesis import given

from schemas.criteria import Criteria
from schemas.posting import Reach
from services.rules.criterion import PLACE
from services.rules.places.data import place_data
from services.rules.places.placing import Allowed, deciding
from services.rules.prepared import PreparedPosting
from tests.support import generate
from tests.support.judging import a_posting
from tests.support.strategies import seeds

_CODES = (*place_data().countries, *place_data().subdivisions, *place_data().group_names, "worldwide")


def terms_of(reach: Reach) -> tuple[str, ...] | None:
    return PLACE.terms_of(PreparedPosting(a_posting(reach=reach)))


def by_terms(asked: Criteria, reach: Reach) -> bool:
    had, narrowing = terms_of(reach), PLACE.narrowing(asked)
    return had is None or narrowing is None or not set(narrowing.terms).isdisjoint(had)


def by_rule(asked: Criteria, reach: Reach) -> bool:
    allowed, wanted = Allowed.of(reach), deciding(asked)
    if not wanted:
        return True
    return any(map(allowed.takes_in, wanted)) if allowed.stated else asked.accept_unknown_place


@given(seed=seeds)
def test_terms_decide_about_places_as_the_rule_does(seed: int) -> None:
    random_ = random.Random(seed)
    known = (*generate.PLACES, *generate.STATES, *generate.GROUPS, "worldwide")
    reach = generate.reach_of(random_)
    for pool in (known, known, known, _CODES):
        asked = Criteria(places=tuple(random_.sample(pool, random_.randint(0, 3))), accept_unknown_place=seed % 2 == 0)
        assert by_terms(asked, reach) == by_rule(asked, reach), (asked.places, reach)


@given(seed=seeds)
def test_terms_decide_about_every_single_place(seed: int) -> None:
    reach = generate.reach_of(random.Random(seed))
    allowed = Allowed.of(reach)
    if not allowed.stated or terms_of(reach) is None:
        return
    for code in _CODES[::7]:
        assert by_terms(Criteria(places=(code,)), reach) == allowed.takes_in(code), (code, reach)

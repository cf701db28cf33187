"""What indices look up of a criterion leaves out nothing that fits it, and tells what fits where it says so."""

from typing import Any

from hypothesis import given

from schemas.criteria import Criteria
from services.rules.criterion import CRITERIA, Criterion
from services.rules.prepared import PreparedPosting
from tests.support import generate
from tests.support.strategies import seeds


def met(criterion: Criterion[Any], asked: Criteria, prepared: PreparedPosting) -> bool:
    narrowing, had = criterion.narrowing(asked), criterion.terms_of(prepared)
    if narrowing is None:
        return True
    assert narrowing.at_least <= len(set(narrowing.terms)) == len(narrowing.terms)
    found = len(narrowing.terms) if had is None else len(set(narrowing.terms) & set(had))
    return found == 0 if criterion.excludes else found >= narrowing.at_least


@given(seed=seeds)
def test_terms_leave_out_nothing_that_fits_and_where_they_are_exact_nothing_else(seed: int) -> None:
    models = generate.postings(12, seed)
    postings = [PreparedPosting(posting) for posting in models]
    every = generate.criteria(12, seed, models)
    for criterion in CRITERIA:
        for asked in every:
            assert criterion.asks(asked) or criterion.narrowing(asked) is None
            for prepared in postings:
                fits = criterion.fit(asked, prepared) != "no"
                holds = met(criterion, asked, prepared)
                assert holds or not fits, (criterion.name, asked)
                if criterion.by_terms and criterion.exact:
                    assert holds == fits, (criterion.name, asked)


def test_a_criterion_without_terms_narrows_by_none() -> None:
    own_way = {criterion.name for criterion in CRITERIA if not criterion.by_terms}
    assert own_way == {"text", "timezone", "salary"}

"""A press that asks for something else: the form with it asks for just that, however the same was written before."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given

from schemas.criteria import Criteria
from services.portal.search_form import DEFAULTS, asking_instead, given_of, instead, search_of
from services.rules.criteria import CriteriaError, accepted
from services.usecases.searches import Query, Timing
from services.wording.catalogues import english
from tests.support import generate
from tests.support.strategies import seeds


@given(seeds)
def test_a_press_makes_of_a_form_one_that_asks_for_what_it_says_and_the_next_undoes_it(seed: int) -> None:
    words, some = english(), list[Criteria]()
    for criteria in generate.criteria(9, seed, generate.postings(10, seed)):
        with suppress(CriteriaError):
            some.append(accepted(criteria))
    for asked, other in pairwise(some):
        form = {**DEFAULTS, **given_of(Query("x", asked), Timing("daily", 8, None), words)}
        pressed = instead(form, asking_instead(form, asked, other, words))
        undone = instead(pressed, pressed["before"])
        found = [search_of(filled, words) for filled in (form, pressed, undone)]
        assert [wanted and wanted.criteria for wanted in found] == [asked, other, asked]

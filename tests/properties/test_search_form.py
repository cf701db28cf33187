"""Whatever a search asks for, the form that shows it asks for the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.domain.people import Timing
from services.portal.search_form import given_of, search_of
from services.rules.criteria import CriteriaError, accepted
from services.usecases.searches import Query
from services.wording.catalogues import words_of
from services.wording.words import LANGUAGES
from tests.support import generate
from tests.support.long_form import examples
from tests.support.strategies import seeds

TIMINGS = (Timing("daily", 7, None), Timing("weekly", 18, 4), Timing("instant", 8, None))


@settings(max_examples=examples(60), deadline=None)
@given(seeds, st.sampled_from(LANGUAGES), st.sampled_from(TIMINGS))
def test_a_search_comes_back_as_it_went_into_the_form(seed: int, language: str, timing: Timing) -> None:
    words = words_of(language)
    for asked in generate.criteria(8, seed, generate.postings(10, seed)):
        try:
            accepted(asked)
        except CriteriaError:
            continue  # a form asks to mend what surely was not meant
        search = Query("A name, with a comma", asked, ("PT", "europe"))
        back = search_of(given_of(search, timing, words), words)
        assert back is not None
        assert (back.criteria, back.name, back.timing) == (asked, search.name, timing)
        assert back.preferred_places == tuple(sorted(search.preferred_places)) or back.preferred_places == ("europe",)

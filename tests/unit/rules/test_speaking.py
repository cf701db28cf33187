"""What somebody speaks against what a job needs."""

from itertools import product

import pytest

from schemas.posting import LanguageLevel, Spoken
from services.notifier.domain.people import speaks_of
from services.rules.languages.speaking import LEVELS, SpokenLanguage, Unspoken, unspoken
from tests.support.digests import posting

DANISH = Spoken(any=("da",))


def missing(speaks: str, *needs: Spoken, written: str | None = "en", asked: tuple[str, ...] = ()) -> Unspoken | None:
    return unspoken(speaks_of(speaks), posting(language=written, languages=needs), asked)


def test_a_needed_language_that_is_not_spoken_is_missing() -> None:
    assert missing("en; es", Spoken(any=("en",)), DANISH) == Unspoken("needed", ("da",))
    assert missing("en; da", Spoken(any=("en",)), DANISH) is None


def test_who_says_nothing_is_kept_from_nothing_and_english_is_not_taken_for_granted() -> None:
    assert missing("", DANISH, written="da") is None
    assert missing("es", Spoken(any=("en",))) == Unspoken("needed", ("en",))


def test_one_of_several_is_enough_and_what_is_only_wanted_keeps_nobody_out() -> None:
    either = Spoken(any=("da", "sv"))
    assert missing("sv", either) is None
    assert missing("en", either) == Unspoken("needed", ("da", "sv"))
    assert missing("en", Spoken(any=("da",), need="wanted")) is None


@pytest.mark.parametrize(("own", "asked"), [*product(LEVELS, LEVELS)])
def test_one_level_below_is_enough_and_two_are_not(own: LanguageLevel, asked: LanguageLevel) -> None:
    found = missing(f"de:{own}", Spoken(any=("de",), level=asked))
    below = LEVELS.index(asked) - LEVELS.index(own)
    assert found == (Unspoken("needed", ("de",), asked, SpokenLanguage("de", own)) if below > 1 else None)


@pytest.mark.parametrize("level", [None, *LEVELS])
def test_a_level_that_one_side_does_not_say_is_held_against_nobody(level: LanguageLevel | None) -> None:
    assert missing("de", Spoken(any=("de",), level=level)) is None
    assert missing(f"de:{level}" if level else "de", Spoken(any=("de",))) is None


def test_of_several_the_one_that_is_spoken_best_counts() -> None:
    either = Spoken(any=("da", "de", "sv"), level="native")
    assert missing("da:basic; de:fluent", either) is None
    assert missing("da:basic; de:working", either) == Unspoken(
        "needed", either.any, "native", SpokenLanguage("de", "working")
    )


def test_what_a_posting_is_written_in_counts_where_it_says_nothing_of_languages() -> None:
    assert missing("en", written="da") == Unspoken("written", ("da",))
    assert missing("en; da:basic", written="da") is None
    assert missing("en", written=None) is None
    assert missing("en", Spoken(any=("en",)), written="da") is None, "it says what it needs"
    assert missing("en", Spoken(any=("da",), need="wanted"), written="da") is None


def test_what_a_search_asks_to_be_written_in_is_welcome_though_it_is_not_spoken() -> None:
    assert missing("en", written="da", asked=("da",)) is None
    assert missing("en", DANISH, written="da", asked=("da",)) == Unspoken("needed", ("da",))

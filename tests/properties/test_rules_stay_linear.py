"""A rule takes time in proportion to its text, whatever words of its own are repeated in it."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas.posting import Reach
from services.ingest.domain.conditions import read_conditions
from services.ingest.domain.dates import read_date
from services.ingest.domain.draft import MOST_VALUE, Draft, Stated
from services.ingest.domain.employment import read_employment
from services.ingest.domain.findings import Finding
from services.ingest.domain.pay.reading import read_salary
from services.ingest.domain.reach.named import at_states
from services.ingest.domain.reach.reading import read_reach
from services.ingest.domain.seniority import read_seniority
from services.ingest.domain.skills.reading import read_skills
from services.ingest.domain.spoken.reading import read_languages
from services.ingest.domain.text.html import sanitise, text_of_safe
from services.ingest.domain.text.language import read_language
from services.ingest.domain.visa import read_visa
from services.ingest.domain.workplace.reading import read_workplace
from services.ingest.domain.zones.reading import read_timezones
from services.rules.places.known import canonical_place, places_in_field
from services.rules.places.text import find_places
from services.rules.roles.words import stem, title_words
from services.rules.sections import MOST_READ, Document, document_of
from services.rules.signature import fold_company, signature_of
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import fold, words
from services.rules.titles import fold_title
from tests.support.drafting import FETCHED, RATES, a_draft
from tests.support.long_form import LONG, examples, some
from tests.support.pumping import grows_faster_than_its_text, words_of_the_rules

_PLAIN = a_draft()
_WORDS = st.deferred(lambda: st.sampled_from(words_of_the_rules()))


def _of_text(rule: Callable[[Draft, Document], object]) -> Callable[[str], object]:
    return lambda text: rule(_PLAIN, document_of("Data Engineer", text))


def _of_title(rule: Callable[[Draft, Document], object]) -> Callable[[str], object]:
    return lambda text: rule(_PLAIN, document_of(text, "We build it."))


def _of_field(name: str, rule: Callable[[Draft, Document], object]) -> Callable[[str], object]:
    document = document_of("Data Engineer", "We build it.")
    return lambda text: rule(a_draft(**{name: text}), document)


def _salary(draft: Draft, document: Document) -> object:
    return read_salary(draft, document, country=None, rates=RATES)


def _skills(draft: Draft, document: Document) -> object:
    return read_skills(draft, document, taxonomy())


def _at_states(text: str) -> object:
    """Behind the text stands a state, up to which a location is looked through for a town."""
    found = Finding(Reach(countries=("US",)))
    return at_states(found, "onsite", (), (Stated("locations", f"{text} Massachusetts"),), by_hand=False)


_READERS = {
    "reach": read_reach,
    "workplace": read_workplace,
    "timezones": read_timezones,
    "salary": _salary,
    "seniority": read_seniority,
    "employment": read_employment,
    "skills": _skills,
    "language": lambda draft, document: read_language(document, draft.language),
    "visa": lambda draft, document: read_visa(document, "en"),
    "conditions": lambda draft, document: read_conditions(document, "en", (), "US"),
    "languages of work": lambda draft, document: read_languages(document, (), "de"),
}
_FIELDS = {
    "restriction": read_reach,
    "locations": read_reach,
    "workplace": read_workplace,
    "pay_text": _salary,
    "seniority": read_seniority,
    "employment": read_employment,
    "departments": read_seniority,
    "skills": _skills,
}
RULES: dict[str, Callable[[str], object]] = {
    **{f"{name} of a text": _of_text(rule) for name, rule in _READERS.items()},
    **{f"{name} of a title": _of_title(rule) for name, rule in _READERS.items()},
    **{f"the field {name}": _of_field(name, rule) for name, rule in _FIELDS.items()},
    "a date": lambda text: read_date("posted_at", text, fetched_at=FETCHED),
    "states of towns": _at_states,
    "markup": lambda text: text_of_safe(sanitise(text)),
    "places of a text": find_places,
    "places of a field": places_in_field,
    "canonical place": canonical_place,
    "signature": signature_of,
    "company": fold_company,
    "title": fold_title,
    "folding": fold,
    "words": words,
}
_UNITS = [
    "US, ", "US, CA, ", "EMEA ", "EMEA (US), ", "EU: US, ", "Remote, US, ", "not in US, ", "Kenya only, ", "US\n",
    "Austin, TX, ", "US citizens and ", "in Österreich wohnen ", "anywhere ", "$120k - $150k ", "CET ", "Go, C, R, ",
]  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.parametrize("unit", some(_UNITS, 2))
def test_the_reach_of_a_text_and_of_a_field_stays_linear_in_places(unit: str) -> None:
    for rule in ("reach of a text", "the field locations"):
        assert grows_faster_than_its_text(RULES[rule], unit, 15_000) is None


@pytest.mark.parametrize("unit", ["a", "Remote ", "abc, "])
def test_looking_for_a_town_before_a_state_stays_linear_with_and_without_commas(unit: str) -> None:
    assert grows_faster_than_its_text(RULES["states of towns"], unit, MOST_VALUE // 2) is None


@pytest.mark.parametrize("unit", ["\u0301\u0316", "\u3099\u0301", "\u05b0\u05bc", "e\u0301", "\ufdfa", "\u0e33"])
def test_folding_stays_linear_in_signs_that_combine(unit: str) -> None:
    assert grows_faster_than_its_text(fold, unit, 20_000) is None
    assert fold(f"x{unit * 3}") == fold(fold(f"x{unit * 3}"))


@pytest.mark.parametrize(
    "unit", ["<b></i>", "<div></i>", "<svg></b>", "<pre></i>", "<table><tr>", "<b><p></b>", "<a a=1 "]
)
def test_markup_stays_linear_in_tags_that_do_not_match(unit: str) -> None:
    assert grows_faster_than_its_text(RULES["markup"], unit, 100_000) is None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("unit", ["US, ", "EMEA (US), "])
def test_places_stay_linear_far_beyond_the_length_of_a_field(unit: str) -> None:
    assert grows_faster_than_its_text(places_in_field, unit, 100_000 if LONG else 40_000) is None


@pytest.mark.timeout(300)
@settings(
    max_examples=examples(150),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.sampled_from(sorted(RULES)),
    _WORDS,
    st.one_of(st.just(""), _WORDS),
    st.sampled_from(["", " ", ", ", "\n", ". ", " - "]),
)
def test_a_rule_stays_linear_in_words_of_the_rules_alone_and_in_pairs(
    rule: str, word: str, other: str, between: str
) -> None:
    # Of a text no more is read than that; all else is pumped to 200 kB.
    length = MOST_READ // 2 if rule.endswith("of a text") else 100_000
    assert grows_faster_than_its_text(RULES[rule], f"{word}{between}{other}{between if other else ''}", length) is None


def test_taking_a_title_apart_stays_linear_in_a_word_without_end() -> None:
    def taken_apart(text: str) -> object:
        stem.cache_clear()  # else the second try would find all of it there
        return title_words(text, joins=(), compounds={"noun"})

    assert grows_faster_than_its_text(taken_apart, "Ω", 1_000) is None


@pytest.mark.parametrize(
    ("rule", "unit"), [("title", "(m / m) "), ("timezones of a title", " (UTC "), ("timezones of a title", "KST - ")]
)
def test_a_rule_of_titles_stays_linear(rule: str, unit: str) -> None:
    assert grows_faster_than_its_text(RULES[rule], unit, 15_000) is None

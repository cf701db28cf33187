"""What holds of the languages that the work needs, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.spoken.names import CODES, names_of
from services.ingest.domain.spoken.reading import LanguagesOfWork, read_languages
from services.rules.lexicon.builder import LANGUAGES
from services.rules.sections import MOST_READ, document_of
from services.rules.text import collapsed
from tests.support.long_form import met
from tests.support.pumping import grows_faster_than_its_text, words_of_the_rules

_NAMES = ["English", "German", "Polish", "Danish", "Français", "Deutsch", "Español"]
_PIECES = st.one_of(
    st.sampled_from(_NAMES),
    st.sampled_from(["fluent", "in", "and", "or", ",", "(", ")", "a plus", "required", "no", "\n", ". ", "/", "- "]),
    st.text(max_size=8),
)


def read(text: str, language: str, *, title: str = "Engineer") -> LanguagesOfWork:
    """What is read of a text."""
    return read_languages(document_of(title, text), (), language)


@given(st.lists(_PIECES, max_size=30), st.sampled_from(LANGUAGES))
def test_evidence_is_in_the_text_and_codes_are_known_and_sorted(pieces: list[str], language: str) -> None:
    text = " ".join(pieces)
    for need in read(text, language).stated:
        assert need.evidence.text.strip("…") in collapsed(text)
        assert set(need.codes) <= set(CODES)
        assert list(need.codes) == sorted(set(need.codes))


@given(st.lists(_PIECES, max_size=30))
def test_no_language_is_both_needed_and_wanted(pieces: list[str]) -> None:
    found = read(" ".join(pieces), "en").stated
    needed, wanted = ({language.codes for language in found if language.need == need} for need in ("needed", "wanted"))
    assert not needed & wanted


@pytest.mark.parametrize("name", _NAMES[:4])
@given(before=st.sampled_from(["", "We build it. ", "Requirements\n• "]), level=st.sampled_from(["", "fluent "]))
def test_a_denial_never_gives_a_need(name: str, before: str, level: str) -> None:
    for text in (f"No {level}{name} required.", f"You do not need to speak {level}{name}.", f"{name} is not required."):
        assert read(before + text, "en").stated == ()
        assert read("We build it.", "en", title=f"Engineer ({text})").stated == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_name_in_each_language(language: str) -> None:
    assert {code for _, code, _ in names_of(language).names} >= set(CODES)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("at", "between"), [*enumerate((" ", ", ", " and ", "/", "\n", ". ", " (", " a plus, "))])
def test_reading_stays_linear_in_names_and_what_joins_them(at: int, between: str) -> None:
    for unit in met(at, (f"German{between}", f"fluent English{between}", f"bilingual EN/FR{between}"), 3):
        assert grows_faster_than_its_text(lambda text: read(text, "en"), unit, MOST_READ // 2) is None
        assert grows_faster_than_its_text(lambda text: read("", "en", title=text), unit, 100_000) is None


@pytest.mark.timeout(300)
@given(
    st.deferred(lambda: st.sampled_from(words_of_the_rules())),
    st.sampled_from(_NAMES),
    st.sampled_from([" ", ", ", "\n", ""]),
)
def test_reading_stays_linear_in_words_of_the_rules_beside_names(word: str, name: str, between: str) -> None:
    unit = f"{word}{between}{name} "
    assert grows_faster_than_its_text(lambda text: read(text, "de"), unit, MOST_READ // 4) is None

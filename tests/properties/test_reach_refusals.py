"""A place whose people are turned away is never given as one where one may work from, whatever the language."""

import re

from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.posting import Reach
from services.ingest.domain.draft import Draft
from services.ingest.domain.reach.reading import read_reach
from services.rules.places.data import place_data
from services.rules.places.known import find_places
from services.rules.sections import document_of
from services.rules.text import fold
from tests.support.long_form import examples

JOINED = {
    "en": (" and ", " or ", ", "), "de": (" und ", " oder "), "fr": (" et ", " ou "), "es": (" y ", " o ", " ni "),
    "pt": (" e ", " ou "), "it": (" e ", " o "), "nl": (" en ", " of "),
}  # fmt: skip
TURNED_AWAY = {
    "en": (
        "Applicants from {} cannot be considered.",
        "Unfortunately, candidates based in {} will not be considered for this role.",
        "Candidates located in {} are not eligible.",
        "Residents of {} need not apply.",
        "People living in {} can’t apply.",
        "Please do not apply if you live in {}.",
        "If you are based in {}, we are unable to hire you.",
        "We do not consider applications from {}.",
        "We're not currently able to employ people in {}.",
        "This role is not open to residents of {}.",
        "No candidates from {}, please.",
        "Applications from {} will be rejected.",
        "You must not be located in {}.",
    ),
    "de": (
        "Keine Bewerber aus {}.",
        "Bewerbungen aus {} können leider nicht berücksichtigt werden.",
        "Wir können keine Kandidaten aus {} einstellen.",
        "Bewerber mit Wohnsitz in {} werden nicht berücksichtigt.",
        "Wenn du in {} wohnst, können wir dich nicht einstellen.",
    ),
    "fr": (
        "Pas de candidats de {}.",
        "Les candidats résidant en {} ne seront pas retenus.",
        "Nous n'acceptons pas de candidatures en provenance de {}.",
        "Nous ne pouvons pas embaucher en {}.",
    ),
    "es": (
        "No se aceptan candidatos de {}.",
        "Los candidatos de {} no serán considerados.",
        "No podemos contratar en {}.",
        "Si vives en {}, no postules.",
    ),
    "pt": (
        "Não aceitamos candidatos de {}.",
        "Candidatos de {} não serão considerados.",
        "Infelizmente não podemos contratar em {}.",
    ),
    "it": (
        "Non si accettano candidati residenti in {}.",
        "I candidati residenti in {} non saranno presi in considerazione.",
        "Non possiamo assumere in {}.",
    ),
    "nl": (
        "We nemen geen kandidaten uit {} aan.",
        "Sollicitaties uit {} worden niet in behandeling genomen.",
    ),
}
ALLOWED = {
    "en": (
        "Applicants must be based in {}.",
        "Only candidates located in {} will be considered.",
        "Candidates who are not based in {} will not be considered.",
        "Applicants outside {} cannot be considered.",
        "If you do not live in {}, please do not apply.",
        "We are unable to hire outside of {}.",
        "Unless you live in {}, we cannot consider you.",
    ),
    "de": (
        "Du hast deinen Wohnsitz in {}.",
        "Bewerbungen von außerhalb {} können nicht berücksichtigt werden.",
        "Bewerber, die nicht in {} wohnen, können wir nicht einstellen.",
        "Bewerber müssen in {} leben.",
    ),
    "fr": (
        "Vous résidez en {}.",
        "Les candidats résidant hors de {} ne seront pas retenus.",
        "Pas de candidats hors de {}.",
    ),
    "es": ("Debes residir en {}.", "No se aceptan candidatos fuera de {}.", "Si no vives en {}, no postules."),
    "pt": ("Você precisa morar em {}.", "Candidatos de fora de {} não serão considerados."),
    "it": ("Devi vivere in {}.", "Non si accettano candidati al di fuori di {}."),
    "nl": ("Je moet in {} wonen.", "Kandidaten buiten {} nemen we niet aan."),
}  # fmt: skip
DENIED = {
    "en": ("Candidates from {} {} {}.", ("will not", "cannot", "do not", "won’t", "should not", "are not", "may not")),
    "de": ("Bewerber aus {} {} {}.", ("können nicht", "werden nicht", "sind nicht", "dürfen leider nicht")),
    "fr": ("Les candidats de {} {} {}.", ("ne seront pas", "ne peuvent pas", "ne sont pas", "ne doivent pas")),
    "es": ("Los candidatos de {} {} {}.", ("no serán", "no pueden", "no son", "no deben")),
    "pt": ("Candidatos de {} {} {}.", ("não serão", "não podem", "não são")),
    "it": ("I candidati residenti in {} {} {}.", ("non saranno", "non possono", "non sono")),
    "nl": ("Kandidaten uit {} {} {}.", ("worden niet", "kunnen niet", "zijn niet")),
}
WHATEVER = ("flurbish", "zolved at once", "be blandished", "any further", "")


def _countries(language: str) -> list[tuple[str, str]]:
    """Countries with their names in a language, without those that also mean something else."""
    named = []
    for code, name in Locale(language).territories.items():
        found = find_places(f"in {name}") if re.fullmatch(r"[A-Za-z]{2}", code) else ()
        if (
            fold(name) not in place_data().doubtful
            and len(found) == 1
            and (found[0].code, found[0].text, found[0].kind) == (code, name, "country")
        ):
            named.append((code, name))
    return named


COUNTRIES = {language: _countries(language) for language in JOINED}


@st.composite
def sentences(draw: st.DrawFn, templates: dict[str, tuple[str, ...]]) -> tuple[str, set[str]]:
    """A sentence of a template's language, and the codes of the one or two countries in it."""
    language = draw(st.sampled_from(sorted(templates)))
    places, codes = draw(_places(language))
    return draw(st.sampled_from(templates[language])).replace("{}", places), codes


@st.composite
def denials(draw: st.DrawFn) -> tuple[str, set[str]]:
    language = draw(st.sampled_from(sorted(DENIED)))
    template, verbs = DENIED[language]
    places, codes = draw(_places(language))
    return template.format(places, draw(st.sampled_from(verbs)), draw(st.sampled_from(WHATEVER))), codes


@st.composite
def _places(draw: st.DrawFn, language: str) -> tuple[str, set[str]]:
    chosen = draw(st.lists(st.sampled_from(COUNTRIES[language]), min_size=1, max_size=2, unique=True))
    return draw(st.sampled_from(JOINED[language])).join(name for _, name in chosen), {code for code, _ in chosen}


def _reach(text: str) -> Reach:
    return read_reach(Draft("x", "t", "c"), document_of("", text)).value


@given(sentences(TURNED_AWAY))
@settings(max_examples=examples(400))
def test_places_whose_people_are_turned_away_are_ruled_out_and_never_allowed(said: tuple[str, set[str]]) -> None:
    text, codes = said
    found = _reach(text)
    assert set(found.excluded) == codes
    assert found.scope == "unknown"


@given(sentences(ALLOWED))
@settings(max_examples=examples(400))
def test_places_outside_of_which_people_are_turned_away_are_allowed(said: tuple[str, set[str]]) -> None:
    text, codes = said
    found = _reach(text)
    assert set(found.countries) == codes
    assert not found.excluded


@given(denials())
@settings(max_examples=examples(400))
def test_places_of_whose_people_something_unknown_is_denied_are_not_allowed(said: tuple[str, set[str]]) -> None:
    text, codes = said
    assert not codes.intersection(_reach(text).countries)

"""The catalogues of the digest's texts: whole, in step with the code, and compiled."""

import re
import string
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services import portal, wording
from services.notifier import domain
from services.rules.places.data import place_data
from services.wording.catalogues import DOMAIN, words_of
from services.wording.dates import day_in_words, day_of_year
from services.wording.places import GROUPS, place_in_words
from services.wording.words import LANGUAGES

FOLDERS = tuple(str(Path(str(room.__file__)).parent) for room in (wording, domain, portal))
METHODS = [("**.py", "python"), ("**.html.j2", "jinja2")]
LOCALE_FOLDER = Path(FOLDERS[0]) / "locale"
KEYWORDS = {"say": None, "count": (1, 2), "mark": None}
TRANSLATED = LANGUAGES[1:]


def po_file(language: str) -> Path:
    return LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def messages(language: str) -> list[Message]:
    return [message for message in read(po_file(language)) if message.id]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_template_holds_what_the_code_says_and_no_more() -> None:
    said = {forms(found[2]) for folder in FOLDERS for found in extract_from_dir(folder, METHODS, keywords=KEYWORDS)}
    kept = {forms(message.id) for message in read(LOCALE_FOLDER / f"{DOMAIN}.pot") if message.id}
    assert kept == said, "run `make locales`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    wanted = {forms(message.id) for message in read(LOCALE_FOLDER / f"{DOMAIN}.pot") if message.id}
    assert {forms(message.id) for message in messages(language)} == wanted, "run `make locales`"
    assert not [message.id for message in messages(language) if not all(forms(message.string))]
    assert not [message.id for message in messages(language) if message.fuzzy]


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_have_the_placeholders_of_their_texts(language: str) -> None:
    for message in messages(language):
        # The last form is the one that names its number.
        wanted = placeholders(forms(message.id)[-1])
        for form in forms(message.string):
            assert placeholders(form) == wanted, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_its_texts(language: str) -> None:
    made = BytesIO()
    write_mo(made, read(po_file(language)))
    assert po_file(language).with_suffix(".mo").read_bytes() == made.getvalue(), "run `make locales`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_of_countries_has_a_name_in_every_language(language: str) -> None:
    named = {code: place_in_words(code, words_of(language)) for code in place_data().group_names}
    assert all(named.values())
    if language != "en":
        english = {code: place_in_words(code, words_of("en")) for code in named}
        unnamed = set(place_data().group_names) - set(GROUPS) - set(place_data().group_locales)
        assert not unnamed, "name these in place_wording.GROUPS"
        same = {code for code in named if named[code] == english[code]}
        assert same <= {"benelux", "brics", "asia", "oceania", "eu", "europe"}


def test_other_languages_are_served_in_english() -> None:
    assert words_of("it_CH").say("Unsubscribe") == "Unsubscribe"
    assert words_of("fr_CA").say("Unsubscribe") == "Se désinscrire"
    assert words_of("pt-PT").say("Unsubscribe") == "Cancelar inscrição"
    assert words_of("de-CH").say("Unsubscribe") == "Abbestellen"
    assert words_of("es_MX").say("Unsubscribe") == "Darse de baja"


def test_a_number_takes_the_form_of_its_language() -> None:
    many = ("{count} more job fits; these are the ones that fit best.",
            "{count} more jobs fit; these are the ones that fit best.")  # fmt: skip
    french, portuguese = words_of("fr"), words_of("pt_BR")
    assert [french.count(*many, number).split(" ")[2] for number in (0, 1, 2)] == ["offre", "offre", "offres"]
    assert [portuguese.count(*many, number).split(" ")[2] for number in (0, 1, 2)] == ["vagas", "vaga", "vagas"]


@pytest.mark.parametrize(
    ("role", "article"),
    [
        ("Nurse", "a"),
        ("Accountant", "an"),
        ("iOS Engineer", "an"),
        ("HR Manager", "an"),
        ("UX Designer", "a"),
        ("University Lecturer", "a"),
        ("Underwriter", "an"),
        ("QA Engineer", "a"),
        ("3D Artist", "a"),
    ],
)
def test_english_has_an_before_the_sound_of_a_vowel(role: str, article: str) -> None:
    assert words_of("en_GB").say("is a {role} job", role=role) == f"is {article} {role} job"


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("Ingénieur cloud", "est un poste d’Ingénieur cloud"),
        ("Économiste", "est un poste d’Économiste"),
        ("Trader", "est un poste de Trader"),
        ("Haskeller", "est un poste de Haskeller"),
        ("{role}", "est un poste de {role}"),
    ],
)
def test_french_elides_before_a_vowel(role: str, said: str) -> None:
    assert words_of("fr_CA").say("is a {role} job", role=role) == said
    assert words_of("pt").say("is a {role} job", role=role) == f"é uma vaga de {role}"


def test_french_has_its_spaces_before_signs() -> None:
    said = [form for message in messages("fr") for form in forms(message.string)]
    # The colon of an address is none of a sentence.
    unspaced = re.compile(r"(?<![\u202f])[;?!]|(?<![\u00a0\d])(?::(?!//)|»)|«(?!\u00a0)")
    assert not [form for form in said if unspaced.search(form)]


@pytest.mark.parametrize(
    ("locale", "full", "short"),
    [
        ("en", "Sunday, November 1, 2026", "November 1"),
        ("de", "Sonntag, 1. November 2026", "1. November"),
        ("fr", "dimanche 1er novembre 2026", "1er novembre"),
        ("pt", "domingo, 1 de novembro de 2026", "1 de novembro"),
    ],
)
def test_a_day_is_said_as_the_language_says_it(locale: str, full: str, short: str) -> None:
    day = date(2026, 11, 1)
    assert (day_in_words(day, locale, weekday=True), day_of_year(day, locale)) == (full, short)


def test_a_text_is_said_with_whatever_is_filled_in() -> None:
    assert words_of("en").say("via {source}", source="{braces} %s %(x)s") == "via {braces} %s %(x)s"

"""Towns are called by their name in the reader's language."""

import pytest

from services.rules.places.data import place_data
from services.rules.places.towns import town_of
from services.wording.catalogues import words_of
from services.wording.places import town_in_words, towns_in_words


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Munich, DE", {"en": "Munich", "de_AT": "München", "es": "Múnich", "fr": "Munich", "pt": "Munique"}),
        ("Vienna, AT", {"en": "Vienna", "de": "Wien", "es_MX": "Viena", "fr": "Vienne", "pt": "Viena"}),
        ("Köln, DE", {"en": "Cologne", "de": "Köln", "es": "Colonia", "fr": "Cologne", "pt": "Colônia"}),
        ("Reykjavík, IS", {"de": "Reykjavík"}),
        ("Dachau, DE", {"en": "Dachau", "de": "Dachau", "es": "Dachau"}),
        ("Nowhere, DE", {"de": "Nowhere, DE"}),
    ],
)  # fmt: skip
def test_a_town_has_its_name_in_the_readers_language_where_one_is_known(label: str, said: dict[str, str]) -> None:
    assert {locale: town_in_words(label, words_of(locale)) for locale in said} == said


def test_a_card_has_the_same_names_alone_and_in_lists() -> None:
    numbers = [town.id for label in ("Munich, DE", "Augsburg, DE", "Milan, IT") if (town := town_of(label))]
    assert towns_in_words(numbers[:1], words_of("de")) == "München, Deutschland"
    assert towns_in_words(numbers, words_of("es")) == "Múnich, Augsburgo o Milán"


def test_a_town_that_is_called_as_its_country_is_named_once() -> None:
    [singapore] = [town.id for town in [town_of("Singapore, SG")] if town]
    assert towns_in_words([singapore], words_of("de")) == "Singapur"


def test_each_name_is_a_name() -> None:
    names = [name for own in place_data().town_names.values() for name in own.values()]
    assert not [
        name for name in names if not name[0].isupper() or not name.replace("\u2019", "").isprintable() or "(" in name
    ]

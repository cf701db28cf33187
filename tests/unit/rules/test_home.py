"""Where somebody says that they live."""

import pytest

from services.rules.criterion import CriteriaError
from services.rules.home import Home, home_meant, home_read
from services.rules.places.data import place_data
from services.rules.places.town_data import towns
from services.usecases.completion import readable_home
from services.wording.catalogues import words_of
from services.wording.words import LANGUAGES


@pytest.mark.parametrize(
    ("said", "home", "country", "state"),
    [
        ("Munich", "Munich, DE", "DE", None),
        ("Cambridge, MA", "Cambridge, US-MA", "US", "US-MA"),
        ("UK", "GB", "GB", None),
        ("de", "DE", "DE", None),
        ("Texas", "US-TX", "US", "US-TX"),
        ("Scotland", "GB-SCT", "GB", "GB-SCT"),
        ("Mexico", "MX", "MX", None),
        ("Ciudad de México", "Mexico City, MX", "MX", None),
        ("Mexiko-Stadt", "Mexico City, MX", "MX", None),
        ("nyc", "New York City, US-NY", "US", "US-NY"),
        ("Georgia, US", "US-GA", "US", "US-GA"),
        # A file may say it so of Laos; a form takes it for Los Angeles.
        ("LA", "LA", "LA", None),
    ],
)
def test_a_town_a_country_or_a_part_of_one_is_meant(said: str, home: str, country: str, state: str | None) -> None:
    found = home_meant(said)
    assert (str(found), found.country, found.state) == (home, country, state)
    assert home_read(str(found)) == found
    assert (found.town is None) == (", " not in home)


def test_a_town_is_meant_before_the_part_that_it_lies_in_and_a_part_before_a_town_elsewhere() -> None:
    assert [str(home_meant(said)) for said in ("Hamburg", "New York")] == ["Hamburg, DE", "New York City, US-NY"]
    assert str(home_meant("Ontario")) == "CA-ON"
    assert [str(home_meant(said)) for said in ("Geneva", "Lucerne")] == ["Genève, CH", "Luzern, CH"]
    # Xalisco lies in Nayarit, and Pará de Minas in Minas Gerais.
    assert [str(home_meant(said)) for said in ("Jalisco", "Pará", "Bihar")] == ["MX-JAL", "BR-PA", "IN-BR"]


@pytest.mark.parametrize(
    ("said", "code"), [("Munichh", "town_near"), ("Manchester", "town_several"), ("Georgia", "town_several")]
)
def test_what_is_no_place_or_several_is_refused_with_what_may_be_meant(said: str, code: str) -> None:
    with pytest.raises(CriteriaError) as raised:
        home_meant(said)
    assert raised.value.code == code
    assert raised.value.values["near"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_stands_on_a_page_is_meant_again(language: str) -> None:
    labels = sorted(town.label for town in towns().by_id.values())
    # A town that is called almost like a country, and one of so many others.
    for label in ("Aland, IN", "Singapore, SG", *labels[::200]):
        assert str(home_meant(label)) == label
    words = words_of(language)
    for code in (
        *place_data().countries,
        "US-NY",
        "CA-QC",
        "DE-HH",
        "DE-BY",
        "GB-SCT",
        *sorted(place_data().subdivisions)[::100],
    ):
        assert str(home_meant(readable_home(Home(code), words))) == code


def test_several_countries_are_no_home() -> None:
    for said in ("Europe", "eu", "worldwide"):
        with pytest.raises(CriteriaError):
            home_meant(said)


def test_a_town_that_this_release_does_not_know_keeps_its_country() -> None:
    home = home_read("Newtown, US-MA")
    assert (home, home.town, home.country) == (Home("US-MA", "Newtown, US-MA"), None, "US")
    assert readable_home(home, words_of("en")) == "Massachusetts"

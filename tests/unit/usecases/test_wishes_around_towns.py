"""How far around a town somebody would go, and areas that they name instead of one."""

import tomllib
from importlib import resources

import pytest

from services.rules.places.towns import town_of
from services.usecases.pasted import asked_in
from services.usecases.wishes.radius import radius_of
from tests.support.notifying import NOW


@pytest.mark.parametrize(
    ("text", "circles"),
    [
        ("care assistant within 10 miles of Bristol", {"Bristol, GB": 16}),
        ("Altenpfleger im Umkreis von 30 km um Köln", {"Köln, DE": 30}),
        ("infirmière à moins de 20 km de Lyon", {"Lyon, FR": 20}),
        ("nurse Leeds (20km)", {"Leeds, GB": 20}),
        ("camarero a 15 km de Sevilla", {"Sevilla, ES": 15}),
        ("driver in Leeds, 200 km a day", {"Leeds, GB": 50}),
    ],
)
def test_a_distance_is_how_far_from_the_towns_the_work_may_be(text: str, circles: dict[str, int]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert {near.town: near.km for near in asked.criteria.near} == circles


def test_a_distance_farther_than_a_search_may_ask_for_is_none() -> None:
    assert radius_of("driver within 900 km of Leeds") == (None, "driver within 900 km of Leeds")


@pytest.mark.parametrize(
    ("text", "country", "circles"),
    [
        ("teacher Kent or Surrey", "GB", {"Maidstone, GB": 50, "Guildford, GB": 35}),
        ("teacher in county kerry", "IE", {"Tralee, IE": 60}),
        ("cocinero Cote d'Azur", "", {"Nice, FR": 60}),
        # Of a county and a town elsewhere the one where its writer is, unless its state says which.
        ("nurse in Norfolk", "GB", {"Norwich, GB": 60}),
        ("nurse in Norfolk, Virginia", "GB", {"Norfolk, US-VA": 50}),
        ("nurse in Norfolk", "US", {"Norfolk, US-VA": 50}),
        ("Koch Ruhrgebiet 20 km", "DE", {"Essen, DE": 20}),
    ],
)
def test_an_area_is_a_circle_round_the_town_in_its_midst(text: str, country: str, circles: dict[str, int]) -> None:
    asked = asked_in(text, "EUR", NOW, country)
    assert asked is not None
    assert {near.town: near.km for near in asked.criteria.near} == circles


def test_nobody_lives_in_the_town_in_the_midst_of_an_area() -> None:
    asked = asked_in("nurse in Kent", "GBP", NOW, "GB")
    assert asked is not None
    assert asked.home is None


def test_each_area_has_a_town_of_the_table() -> None:
    file = resources.files("services.rules.data").joinpath("places", "areas.toml")
    areas = tomllib.loads(file.read_text("utf-8"))
    assert areas
    assert not [name for name, area in areas.items() if not town_of(area["town"]) or not 0 < area["km"] <= 300]

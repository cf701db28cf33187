"""What people type is read alike at every door, and what a form shows is read as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Nearby
from services.usecases import typed
from services.usecases.errors import WrongFieldError


@pytest.mark.parametrize(
    "text", ["Munich 40 km", "Munich (40 km)", " Munich 40km ", "Munich  40 KM", "Munich(40km)"], ids=repr
)
def test_a_town_with_its_kilometres_is_read_however_it_is_written(text: str) -> None:
    assert typed.circle_in(text) == typed.circle_in(text, 10) == {"town": "Munich", "km": 40}


@pytest.mark.parametrize("text", ["Munich", "Munich 40", "40 km", "Munich (40 km", "Munich 40 km)", "Munich40km"])
def test_without_kilometres_a_town_has_those_of_the_form_and_else_it_is_asked_for(text: str) -> None:
    assert typed.circle_in(text, 25) == {"town": text, "km": 25}
    with pytest.raises(WrongFieldError, match="say it like"):
        typed.circle_in(text)


NAMES = st.lists(st.text("aB, é;", min_size=1).map(str.strip).filter(lambda name: name and ";" not in name), min_size=1)


@given(NAMES)
def test_names_are_read_as_they_are_written(names: list[str]) -> None:
    assert typed.names_in(typed.written(names)) == names


def test_several_towns_stand_between_semicolons_for_each_has_a_comma_itself() -> None:
    near = [Nearby(town=town, km=50) for town in ("Augsburg, DE", "Munich, DE")]
    assert typed.written_circles(near) == ("Augsburg, DE; Munich, DE", "50")
    assert typed.written_circles(near[:1]) == ("Augsburg, DE", "50")


@pytest.mark.parametrize("radii", [(25, 25), (25, 50)])
def test_circles_are_read_as_they_are_written(radii: tuple[int, int]) -> None:
    near = [Nearby(town=town, km=km) for town, km in zip(("Berlin, DE", "Washington, D.C., US-DC"), radii, strict=True)]
    towns, km = typed.written_circles(near)
    read = [typed.circle_in(town, int(km) if km else None) for town in typed.towns_in(towns)]
    assert read == [circle.model_dump() for circle in near]


@pytest.mark.parametrize(
    ("said", "home"),
    [("LA", "Los Angeles, US-CA"), (" sf ", "San Francisco, US-CA"), ("Leeds", "Leeds"), ("Laos", "Laos"), ("", "")],
)
def test_whoever_types_where_they_live_means_a_large_town_by_its_short_name(said: str, home: str) -> None:
    assert typed.home_in(said) == home

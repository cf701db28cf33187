"""The towns of a job: what a board lists, against coordinates, the text and the title."""

from typing import Any

import pytest

from services.ingest.domain.draft import Stated
from services.rules.places.towns import label_of
from tests.support.drafting import normalised


def seat(title: str = "Teacher", text: str = "", **stated: Any) -> tuple[list[str | None], tuple[str, ...]]:
    """The labels of its towns, and the states of its reach."""
    found = normalised(title, f"<p>{text}</p>", **stated)
    return [label_of(town) for town in found.towns], found.reach.subdivisions


RICHMOND = {"locations": "Richmond, VA, United States"}


@pytest.mark.parametrize(
    ("text", "towns", "states"),
    [
        ("Division (Div) Work Location Hampton - 650 Hiring Range Negotiable", ["Hampton, US-VA"], ()),
        ("Place of work: Norfolk, VA", ["Norfolk, US-VA"], ()),
        ("Location: Pittsburgh, PA", ["Pittsburgh, US-PA"], ()),
        ("Working from one of our Family Centers in Pennsylvania, you teach.", [], ("US-PA",)),
        ("You work out of our small studio in Baltimore, MD.", ["Baltimore, US-MD"], ()),
        # What lies nearby, in no state that is named, or is said of others, stands against nothing.
        ("Location: Petersburg, VA", ["Richmond, US-VA"], ()),
        ("Location: Frederick", ["Richmond, US-VA"], ()),
        ("Our partners are working from one of our studios in Ohio.", ["Richmond, US-VA"], ()),
        ("We also have a studio in Baltimore, MD.", ["Richmond, US-VA"], ()),
        ("About us\n\nWorking from one of our studios in Ohio, the founders built this.", ["Richmond, US-VA"], ()),
    ],
)
def test_where_a_text_says_that_work_is_done_stands_before_where_it_is_advertised(
    text: str, towns: list[str], states: tuple[str, ...]
) -> None:
    assert seat(text=text.replace("\n\n", "</p><p>"), **RICHMOND) == (towns, states)


def test_the_towns_of_a_board_are_none_of_a_job_whose_title_names_another_state() -> None:
    assert seat("Teacher - Chesterfield, SC", **RICHMOND) == ([], ("US-SC",))
    assert seat("Teacher - York, PA", **RICHMOND) == (["York, US-PA"], ("US-PA",))
    assert seat("Teacher - Richmond, VA", **RICHMOND)[0] == ["Richmond, US-VA"]


@pytest.mark.parametrize(
    ("place", "at", "towns"),
    [
        ("Fern Infirmary, GB", (53.80, -1.55), ["Leeds, GB"]),
        ("Newport, GB", (50.70, -1.29), ["East Cowes, GB"]),  # on the Isle of Wight, and not in Wales
        ("Halifax, GB", (44.65, -63.58), ["Halifax, GB"]),  # in Canada: coordinates of no town of the reach
        ("Leeds, GB", (53.79, -1.50), ["Leeds, GB"]),
        ("Fern Infirmary, GB", (57.5, -4.9), []),  # far from any town
        ("Fern Infirmary, GB", None, []),
    ],
)
def test_coordinates_tell_a_town_that_no_name_tells(
    place: str, at: tuple[float, float] | None, towns: list[str]
) -> None:
    assert seat(locations=(Stated("jobLocation", place, at),))[0] == towns

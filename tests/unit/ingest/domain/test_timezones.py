"""Time zones that a posting asks for."""

import pytest

from schemas.posting import Timezones
from services.ingest.domain.draft import Stated
from tests.support.drafting import normalised
from tests.support.notations import notations


def zones(title: str = "Data Engineer", html: str = "", **stated: object) -> Timezones | None:
    return normalised(title, html, **stated).timezones


@pytest.mark.parametrize(("text", "expected"), notations("zones"))
def test_words_that_ask_for_a_time_zone(text: str, expected: str) -> None:
    found = zones(html="".join(f"<p>{line}</p>" for line in text.split("\\n")))
    assert (f"{found.min:g} {found.max:g}" if found else "-") == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Engineer (Pacific Time Zone Preferred)", (-8, -8)),
        ("Clerk | EST Hours", (-5, -5)),
        ("Sales Rep Bozeman MT", None),
        ("Engineer (EU, US - Eastern Time Zone Preferred)", None),
        ("Architect (US time zones)", (-8, -5)),
    ],
)
def test_a_zone_in_the_title(title: str, expected: tuple[float, float] | None) -> None:
    found = zones(title)
    assert ((found.min, found.max) if found else None) == expected


def test_stated_hours_beat_the_boards_field() -> None:
    assert zones(html="<p>Working hours: 9 to 5 CET</p>", timezones=(-5.0,)) == Timezones(min=1, max=1)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>You must be based in Portugal or Spain.</p>", None),
        ("<p>You must be based in Portugal.</p>", Timezones(min=0, max=0)),
        ("<p>We build maps.</p>", Timezones(min=0, max=0)),
    ],
)
def test_the_zones_of_a_board_are_those_of_the_places_that_it_lists(html: str, expected: Timezones | None) -> None:
    board = (Stated("restriction", "Portugal"),)
    assert zones(html=html, restriction=board, timezones=(0.0,)) == expected
    assert zones(html=html, timezones=(0.0,)) == Timezones(min=0, max=0), "of no place"


def test_evidence_names_the_field() -> None:
    posting = normalised(timezones=(-8.0, -7.0, 14.0))
    assert posting.evidence["timezones"][0].source == "timezones"
    assert posting.timezones == Timezones(min=-8, max=-7)

"""Time zones that a posting asks for."""

import pytest

from schemas.posting import Timezones
from tests.support.drafting import normalised
from tests.support.in_one_test import in_one_test
from tests.support.notations import notations


def zones(title: str = "Data Engineer", html: str = "", **stated: object) -> Timezones | None:
    return normalised(title, html, **stated).timezones


@in_one_test("text, expected", notations("zones"))
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


def test_evidence_names_the_field() -> None:
    posting = normalised(timezones=(-8.0, -7.0, 14.0))
    assert posting.evidence["timezones"][0].source == "timezones"
    assert posting.timezones == Timezones(min=-8, max=-7)

"""What a sentence refuses, and where that ends when nobody sets a comma."""

import pytest

from services.usecases.pasted import asked_in
from tests.support.notifying import NOW
from tests.support.typed_sentences import said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Each denial refuses its own, and what stands behind the last is wanted again.
        ("ux designer no agencies no travel portugal or spain", "ux-designer; ES; PT; “no agencies”; “no travel”"),
        (
            "devops engineer no on call no travel 90k eur remote germany",
            "devops-engineer; DE; remote; 90000 EUR/year; “no on call”; “no travel”",
        ),
        ("social worker not in a hospital Melbourne", "social-worker; AU; Melbourne AU-VIC; “not in a hospital”"),
        ("nurse no nights part time Leeds", "nurse; GB; Leeds GB; part_time; “no nights”"),
        ("comptable pas de déplacements Lyon ou Paris", "accountant; FR; Lyon FR; Paris FR; “pas de déplacements”"),
        # A place that is refused is none that is wanted.
        ("developer not in London or Leeds", "software-engineer; “not in London”; “not Leeds”"),
        ("designer no jobs in London", "product-designer; “no jobs in London”"),
        # Travel is no travel agent, and a refusal that goes on beyond a tool refuses more than that.
        ("nurse, no travel", "nurse; “no travel”"),
        ("truck driver no overnight trips cdl class a", "truck-driver; “no overnight trips cdl class a”"),
    ],
)
def test_what_is_refused_ends_where_something_is_wanted_again(text: str, expected: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert said(asked) == expected


@pytest.mark.parametrize(
    ("text", "avoided"),
    [
        ("copywriter, no gambling, freelance", ["gambling"]),
        ("nurse, no nights or weekends", ["nights", "weekends"]),
        ("data scientist, no finance", ["finance"]),
        ("social worker, not in a hospital", ["hospital"]),
        ("accounting assistant, day shift, Manila", ["night shift"]),
        ("Pflegefachkraft, Tagdienst", ["nachtschicht"]),
        ("nurse, day or night shift", []),
        ("nurse, day shift, no nights", ["nights"]),
        # A tool, a form, a place and a language are told otherwise, or by nothing.
        ("developer, no PHP, no internships, not in London, no German", []),
    ],
)
def test_work_that_is_refused_is_what_they_would_rather_not_do(text: str, avoided: list[str]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert [*asked.avoids.values()] == avoided


@pytest.mark.parametrize(
    ("text", "workplaces"), [("designer, no on-site", ("hybrid", "remote")), ("designer, not remote", ())]
)
def test_who_refuses_work_on_site_takes_the_other_ways(text: str, workplaces: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.workplace == workplaces

"""Half a name is enough: what may be meant is offered, by synonyms and in the reader's language too."""

import re

import pytest

from services.usecases.completion import KINDS
from tests.support.portal import ServedPortal


def offered(portal: ServedPortal, kind: str, typed: str, language: str = "en") -> list[str]:
    answer = portal.client.get(f"/complete/{kind}", params={"typed": typed}, headers={"accept-language": language})
    assert answer.status_code == 200
    return re.findall(r'<li role="option" aria-selected="false" data-value="([^"]*)">', answer.text)


@pytest.mark.parametrize(
    ("kind", "typed", "language", "first"),
    [
        ("skills", "k8s", "en", "Kubernetes"),
        ("skills", "Kuberne", "en", "Kubernetes"),
        ("skills", "kubernets", "en", "Kubernetes"),
        ("skills", "golang", "en", "Go"),
        ("roles", "backend", "en", "Backend Engineer"),
        ("roles", "krankenschw", "en", "Nurse"),
        ("places", "deutschl", "en", "Germany"),
        ("places", "pol", "de", "Polen"),
        ("places", "uk", "en", "United Kingdom"),
        ("places", "calif", "en", "California"),
        ("towns", "münch", "en", "Munich, DE"),
        ("towns", "ber", "en", "Berlin, DE"),
        ("towns", "york", "en", "York, GB"),
        ("homes", "york", "en", "York, GB"),
        ("homes", "manch", "en", "Manchester, GB"),
        ("homes", "deutschl", "de", "Deutschland"),
        ("homes", "portug", "en", "Portugal"),
        ("homes", "munichh", "en", "Munich, DE"),
    ],
)
def test_what_is_likely_meant_comes_first(
    portal: ServedPortal, kind: str, typed: str, language: str, first: str
) -> None:
    assert offered(portal, kind, typed, language)[0] == first


def test_namesakes_are_told_apart_by_where_they_lie(portal: ServedPortal) -> None:
    page = portal.get("/complete/towns?typed=cambridge").text
    assert {"Cambridge, GB", "Cambridge, US-MA", "Cambridge, CA-ON"} <= set(offered(portal, "towns", "cambridge"))
    assert "<small>Massachusetts, the United States</small>" in page


def test_whatever_is_offered_the_form_takes(portal: ServedPortal) -> None:
    fields = {"roles": "roles", "skills": "skills", "places": "places", "towns": "towns", "homes": "home"}
    for kind, field in fields.items():
        for language in ("en", "de", "es"):
            for typed in ("s", "ma", "ber", "ne", "an", "eu"):
                for value in offered(portal, kind, typed, language)[:4]:
                    form = {"do": "preview", field: f"{value};"}
                    if kind == "homes":
                        # One name needs no sign behind it; nobody is shown anything who asks for nothing.
                        form = {"do": "preview", "roles": "nurse", field: value}
                    page = portal.client.post("/sign-up", data=form, headers={"accept-language": language})
                    assert 'aria-invalid="true"' not in page.text, (kind, value)
                    assert "“" not in page.text.partition('<div id="preview"')[2][:400], (kind, value)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_too_strange_to_be_looked_up(portal: ServedPortal, kind: str) -> None:
    for typed in ("", " ", "<script>", "\0", "x" * 5_000, "\ud7ff\U0010ffff", "ß", "%", "'; DROP", "ك", "-"):
        assert all("<script>" not in value for value in offered(portal, kind, typed))
    assert portal.get("/complete/people?typed=a").status_code == 404

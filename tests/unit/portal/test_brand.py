"""The portal in a board's own colours, with its logo."""

from pathlib import Path

from tests.support.notifying import NotifierStore
from tests.support.portal import ServedPortal, served_portal


def test_pages_carry_the_boards_colours_logo_and_address(store: NotifierStore, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    brand: dict[str, object] = {"colour": "#8a1538", "logo": logo, "website": "https://board.example"}
    brand |= {"welcome": {"de": "Stellen auf <See>."}}
    with served_portal(store, brand=brand) as portal:
        page = portal.get("/sign-in").text
        assert '<a class="board" href="https://board.example">' in page
        assert '<img src="/static/logo" alt="Harbour Jobs">' in page
        assert page.index("base.css") < page.index("brand.css")
        assert "--accent: #8a1538" in portal.get("/static/brand.css").text
        german = {"Accept-Language": "de-AT"}
        assert "<p>Stellen auf &lt;See&gt;.</p>" in portal.get("/sign-up", **german).text
        assert "<p>Say what you look for." in portal.get("/sign-up").text
        picture = portal.get("/static/logo")
        assert (picture.headers["content-type"], picture.content) == ("image/svg+xml", logo.read_bytes())
        assert picture.headers["cross-origin-resource-policy"] == "cross-origin"


def test_without_a_brand_the_name_stands_alone(portal: ServedPortal) -> None:
    page = portal.get("/sign-in").text
    assert '<p class="board">Harbour Jobs</p>' in page
    assert "brand.css" not in page
    assert portal.get("/static/logo").status_code == 404

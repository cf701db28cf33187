"""Every page of the console in Chromium, light and dark, on a phone and a desk: axe finds no fault in any."""

from pathlib import Path
from typing import Any

import pytest

from schemas.topics import EMBEDDED_PARTITIONS, RAW, dead_of
from services.runtime.records import partition_of
from tests.support.console import TOKEN, ServedConsole
from tests.support.linting import AXE, RULES, axe
from tests.support.walking import open_browser

pytestmark = pytest.mark.slow
LETTER = f"{dead_of(RAW.name)}:{partition_of(b'key', EMBEDDED_PARTITIONS)}:0"
PAGES = (
    "/",
    "/figures",
    "/figures?span=year",
    "/relevance",
    "/postings",
    "/letters",
    "/letters?error=title",
    f"/letters/{LETTER}",
    "/why",
    "/people",
    "/sources",
    "/sources/board",
    "/sending",
    "/acts",
)


def test_no_page_has_a_fault_that_axe_knows_or_sticks_out(console: ServedConsole, tmp_path: Path) -> None:
    base, faults = str(console.client.base_url).rstrip("/"), dict[str, Any]()
    with open_browser() as browser, browser.new_context() as context:
        tab = context.new_page()
        said = list[str]()
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"{base}/enter")
        tab.get_by_label("Token or password").fill(TOKEN)
        tab.get_by_role("button", name="Sign in").click()
        tab.wait_for_url(f"{base}/")
        for path in PAGES:
            tab.goto(f"{base}{path}")
            tab.evaluate(axe())
            for width in (390, 1280):
                tab.set_viewport_size({"width": width, "height": 800})
                for scheme in ("light", "dark"):
                    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    tab.screenshot(path=tmp_path / f"{PAGES.index(path)}-{width}-{scheme}.png", full_page=True)
                    found = [*tab.evaluate(AXE, RULES)]
                    found += ["sticks out"] if tab.evaluate("document.documentElement.scrollWidth") > width else []
                    faults |= {f"{path}, {width}, {scheme}": found} if found else {}
        assert (faults, said) == ({}, [])


def test_a_letter_is_mended_and_sent_back_by_hand(console: ServedConsole, log: Any) -> None:
    base = str(console.client.base_url).rstrip("/")
    with open_browser() as browser, browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        tab.get_by_text("NOT WELL").wait_for()
        tab.get_by_role("link", name="Look at them").click()
        tab.get_by_role("link", name=LETTER).click()
        tab.locator("textarea").fill('{"source": "board", "title": "Engineer"}')
        tab.get_by_role("button", name="Send the mended copy back").click()
        tab.get_by_text("The mended copy was sent back").wait_for()
    assert [record.value for record in log.read_all(RAW.name)] == [b'{"source": "board", "title": "Engineer"}']

"""Every page in Chromium, light and dark, on a small phone and a desk: axe finds no fault, nothing sticks out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.support.linting import AXE, RULES, axe
from tests.support.long_form import LONG
from tests.support.portal_pages import PortalPage, every_page, visit
from tests.support.walking import open_browser

pytestmark = pytest.mark.slow
LOOKS: dict[str, tuple[tuple[int, Literal["light", "dark"]], ...]] = {
    "en": ((320, "light"), (1280, "dark")),
    "fr": ((320, "dark"), (1280, "light")),
}
"""Width and colours, in each language half of them: what a width breaks, words break too, and colours alike."""
MOST_TABS = 120
FOCUS = """() => {
  const on = document.activeElement, style = getComputedStyle(on), box = on.getBoundingClientRect();
  if (on === document.body) return null;
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {
    at: [...document.querySelectorAll("*")].indexOf(on),
    named: on.outerHTML.slice(0, 80),
    seen: outlined && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
UNDER_THE_BOX = """(boxes) => boxes.map((box) => box.closest("label")).filter((label) => {
  const range = document.createRange(), box = label.querySelector("input").getBoundingClientRect();
  range.selectNodeContents(label);
  range.setStartAfter(label.querySelector("input"));
  return [...range.getClientRects()].some((line) => line.width > 0 && line.left < box.right);
}).map((label) => label.textContent.trim())"""
"""The words that run on below a box."""
SIDES = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector("h1"));
  const page = document.documentElement;
  return {wide: page.scrollWidth, right: page.clientWidth - range.getBoundingClientRect().right};
}"""


@dataclass(frozen=True, slots=True)
class Served:
    language: str
    base: str
    pages: dict[str, PortalPage]
    browser: Browser


@pytest.fixture(scope="module", params=list(LOOKS))
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with every_page(tmp_path_factory.mktemp("pages"), request.param) as (portal, pages), open_browser() as browser:
        yield Served(request.param, str(portal.client.base_url).rstrip("/"), pages, browser)


@pytest.fixture(scope="module")
def tab(served: Served) -> Iterator[Page]:
    """A tab in which a test may run scripts of its own, which the portal's policy forbids."""
    with served.browser.new_context(bypass_csp=True) as context:
        context.set_default_timeout(15_000)
        yield context.new_page()


def test_no_page_has_a_fault_that_axe_knows_or_sticks_out_and_the_first_key_leads_past_the_menu(
    served: Served, tab: Page
) -> None:
    script, faults = axe(), dict[str, Any]()
    # What sticks out hangs on the words, what axe knows hardly ever does.
    by_axe = LONG or served.language == "en"
    for name, page in served.pages.items():
        tab.set_viewport_size({"width": 320, "height": 800})
        visit(tab, served.base, page)
        if not _leads_past_the_menu(tab):
            faults[f"{name}, past the menu"] = "no link that comes into sight and leads to what is main"
        if by_axe:
            tab.evaluate(script)
        for width, scheme in LOOKS[served.language]:
            tab.set_viewport_size({"width": width, "height": 800})
            tab.emulate_media(color_scheme=scheme)
            # At its end nothing lies under the line that stays in sight.
            tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            found = [*tab.evaluate(AXE, RULES)] if by_axe else []
            found += ["sticks out"] if tab.evaluate("document.documentElement.scrollWidth") > width else []
            faults |= {f"{name}, {width}, {scheme}": found} if found else {}
        tab.evaluate("document.documentElement.dir = 'rtl'")
        tab.set_viewport_size({"width": 320, "height": 800})
        sides = tab.evaluate(SIDES)
        if sides["wide"] > 320 or not sides["right"] < 40:
            faults[f"{name}, from the right"] = sides
    assert faults == {}


def _leads_past_the_menu(tab: Page) -> bool:
    skip = tab.locator("a.skip")
    before = (skip.bounding_box() or {"width": 0})["width"]
    skip.focus()
    after = (skip.bounding_box() or {"width": 0})["width"]
    tab.keyboard.press("Enter")
    return before <= 1 and after > 50 and bool(tab.evaluate("document.activeElement.tagName === 'MAIN'"))


@pytest.mark.one_of("served")
def test_axe_tells_what_is_wrong(served: Served, tab: Page) -> None:
    tab.emulate_media(color_scheme="light")
    tab.goto(f"{served.base}/sign-in")
    tab.evaluate(axe())
    tab.evaluate("document.querySelector('main p').style.color = '#c8c8c8'; document.querySelector('label').remove()")
    tab.evaluate("document.querySelector('main').innerHTML += '<input name=nameless>'")
    found = {fault.partition(":")[0] for fault in tab.evaluate(AXE, RULES)}
    assert {"color-contrast", "label"} <= found


@pytest.mark.one_of("served")
@pytest.mark.parametrize("path", ["/sign-up", "/sign-in", "/privacy"])
def test_the_keyboard_walks_a_page_in_its_order_sees_where_it_is_and_is_never_caught(
    served: Served, tab: Page, path: str
) -> None:
    tab.goto(f"{served.base}{path}")
    tab.set_viewport_size({"width": 320, "height": 800})
    walked = list[dict[str, Any]]()
    for _ in range(MOST_TABS):
        tab.keyboard.press("Tab")
        if (here := tab.evaluate(FOCUS)) is None:
            break
        walked.append(here)
    else:
        pytest.fail(f"caught at {walked[-1]['named']}")
    assert len(walked) >= 1
    assert [stop["named"] for stop in walked if not stop["seen"]] == []
    assert [stop["at"] for stop in walked] == sorted({stop["at"] for stop in walked})


@pytest.mark.one_of("served")
def test_a_box_to_tick_keeps_its_size_beside_words_of_two_lines(served: Served, tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(f"{served.base}/sign-up")
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    widths = tab.eval_on_selector_all("[type=checkbox]", "(boxes) => boxes.map((box) => box.offsetWidth)")
    assert len(widths) > 10
    assert set(widths) == {24}
    assert tab.eval_on_selector_all("[type=checkbox]", UNDER_THE_BOX) == []


@pytest.mark.one_of("served")
def test_a_page_looks_itself_up_nowhere_else_and_does_not_jump(served: Served, tab: Page) -> None:
    asked = list[str]()
    tab.on("request", lambda request: asked.append(request.url))
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(f"{served.base}/sign-up")
    moved = tab.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((one) => { sum += one.value; }))
            .observe({type: "layout-shift", buffered: true});
          setTimeout(() => done(sum), 500);
        })"""
    )
    assert moved < 0.01
    assert all(url.startswith(served.base) for url in asked)

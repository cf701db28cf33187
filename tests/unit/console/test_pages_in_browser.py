"""Every page of the console in Chromium, light and dark, on a phone and a desk: axe finds no fault in any."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from schemas.topics import EMBEDDED_PARTITIONS, RAW, dead_of
from services.console import live
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import Counts, SourceHealth
from services.runtime.clock import FixedClock
from services.runtime.figures.hours import SOURCE_POLLS, SOURCE_SEEN, SOURCE_UNREAD, SOURCE_YIELD, HourCounts
from services.runtime.metrics import catalogue
from services.runtime.metrics.process import Metrics
from services.runtime.records import partition_of
from services.usecases import accounts, workers
from tests.support.console import TOKEN, ServedConsole
from tests.support.linting import AXE, RULES, axe
from tests.support.long_form import met
from tests.support.notifying import NotifierStore, arrival, posting
from tests.support.walking import open_browser

pytestmark = pytest.mark.slow
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (390, "light"), (390, "dark"), (1280, "dark"), (1280, "light"),
)  # fmt: skip
"""Width and colours; each page is loaded once for all that it is looked at in, in turn two of them."""
LETTER = f"{dead_of(RAW.name)}:{partition_of(b'key', EMBEDDED_PARTITIONS)}:0"
WIDER_EVIDENCE = "[...document.querySelectorAll('.evidence')].some(one => one.scrollWidth > one.clientWidth)"
SAMPLE = '{"jobs": [{"id": 1, "title": "Engineer", "company": "Nimbus", "url": "https://nimbus.example/1"}, {"id": 2}]}'
PAGED = """{"links": {"next": "/jobs?page=2"}, "cursor": "x7", "jobs": {
  "a-1": {"title": "Gardener", "company": "Fern", "url": "https://fern.example/1"},
  "a-2": {"title": "Cook", "company": "Fern", "url": "https://fern.example/2"}}}"""
PAGES = (
    "/",
    "/figures",
    "/figures?span=hour",
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
    "/sources/acme",
    "/mapping",
    "/sending",
    "/acts",
    "/runbook",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here: what they open in it shares nothing."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def filled(console: ServedConsole) -> ServedConsole:
    """With somebody, a posting that fits, and figures of hours that are over."""
    now, store = console.now, NotifierStore(console.installation.engine)
    address = f"https://jobs.example.com/{'x' * 300}"
    job = posting("one", fetched_at=now - timedelta(hours=1), url=address)
    key = store.search(store.person(now=now), hour=8, now=now).key
    store.matches.store(0, [arrival(0, job, (key,))], now)
    for hour in range(30):
        hours = HourCounts(FixedClock(now - timedelta(hours=hour)))
        metrics = Metrics(hours)
        for took in (0.2, 3.0, 40.0)[: 1 + hour % 3]:
            metrics.observe(catalogue.FETCHED_TO_STORED, took)
            metrics.count(catalogue.RECORDS, "matcher", "postings.v1", by=hour % 7)
        hours.of_part("acme", {SOURCE_POLLS: 3, SOURCE_SEEN: 40, SOURCE_YIELD: hour % 3, SOURCE_UNREAD: hour % 5 // 4})
        hours.keep(store.engine)
        health = SourceHealth(
            "board", now - timedelta(days=2), now + timedelta(hours=1), now - timedelta(hours=hour), now
        )
        failed = replace(health, failures=1, last_error="HTTP 503") if hour % 7 == 3 else health
        SqlSourceLedger(store.engine).settle(failed, Counts(items=90, new=hour % 4), unread=12 if hour == 5 else 0)
    return console


def test_no_page_has_a_fault_that_axe_knows_or_sticks_out(filled: ServedConsole, browser: Browser) -> None:
    base, faults = str(filled.client.base_url).rstrip("/"), dict[str, Any]()
    [person] = [each.subscriber.subscriber_id for each in accounts.everybody(filled.installation)]
    pages = (*PAGES, f"/people/{person}", f"/postings/{posting('one').posting_id}")
    with browser.new_context() as context:
        tab = context.new_page()
        said = list[str]()
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"{base}/enter")
        tab.get_by_label("Token or password").fill(TOKEN)
        tab.get_by_role("button", name="Sign in").click()
        tab.wait_for_url(f"{base}/")
        tab.goto(f"{base}/people/{person}")
        tab.get_by_role("button", name="Reveal it").click()
        tab.frame_locator("iframe >> nth=0").get_by_text("Python engineer, one").first.wait_for()
        for at, path in enumerate(pages):
            tab.goto(f"{base}{path}")
            if path == "/mapping":
                tab.get_by_text("Some of its items").click()
                tab.get_by_label("A sample").fill(SAMPLE)
                tab.get_by_role("button", name="Show its fields").click()
                tab.get_by_role("heading", name="What comes of it").wait_for()
            if path == "/why":
                tab.get_by_label("Address or id of the person").fill(person)
                tab.get_by_label("Id of the posting").fill(posting("one").posting_id)
                tab.get_by_role("button", name="Tell why").click()
                tab.get_by_role("link", name="each field with its words").wait_for()
            tab.evaluate(axe())
            for width, scheme in met(at, LOOKS, 2):
                tab.set_viewport_size({"width": width, "height": 800})
                tab.emulate_media(color_scheme=scheme)
                found = [*tab.evaluate(AXE, RULES)]
                found += ["sticks out"] if tab.evaluate("document.documentElement.scrollWidth") > width else []
                found += ["its fields do not fit"] if width == 1280 and tab.evaluate(WIDER_EVIDENCE) else []
                faults |= {f"{path}, {width}, {scheme}": found} if found else {}
        assert (faults, said) == ({}, [])


def test_on_a_phone_no_button_of_a_source_stands_on_what_is_said_of_it(filled: ServedConsole, browser: Browser) -> None:
    base = str(filled.client.base_url).rstrip("/")
    under = """() => {
      const said = document.querySelector('tbody td:nth-child(4)').getBoundingClientRect()
      return said.right > document.querySelector('tbody td:last-child').getBoundingClientRect().left
    }"""
    with browser.new_context(viewport={"width": 375, "height": 800}) as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        tab.goto(f"{base}/sources")
        assert tab.locator("tbody form").count() > 1
        assert not tab.evaluate(under)


def test_a_feed_of_pages_whose_rows_lie_by_name_is_mapped_by_choosing(console: ServedConsole, browser: Browser) -> None:
    base = str(console.client.base_url).rstrip("/")
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        tab.goto(f"{base}/mapping")
        tab.get_by_label("Address of the feed").fill("https://fern.example/jobs")
        tab.get_by_text("Some of its items").click()
        tab.get_by_label("A sample").fill(PAGED)
        tab.get_by_role("button", name="Show its fields").click()
        tab.get_by_text("The next page is").wait_for()
        assert "https://fern.example/jobs?page=2" in tab.locator("#tried").inner_text()
        tab.get_by_label("The next is found").select_option("by a value that the feed gives")
        tab.get_by_label("That address or value").select_option("cursor")
        tab.get_by_label("Parameter of the address").fill("after")
        tab.get_by_role("button", name="Try it").click()
        tab.get_by_text("https://fern.example/jobs?after=x7").wait_for()
        assert "2 of 2 items would be a posting" in tab.locator("#tried").inner_text()
        for width in (390, 1280):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.get_by_label("The next is found").scroll_into_view_if_needed()
            assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_value_is_pressed_and_named_by_keys_alone_and_what_becomes_of_it_stands_beside_it(
    console: ServedConsole,
    browser: Browser,
) -> None:
    base = str(console.client.base_url).rstrip("/")
    with browser.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter")
        tab.get_by_label("Token or password").fill(TOKEN)
        tab.get_by_role("button", name="Sign in").click()
        tab.goto(f"{base}/mapping")
        tab.get_by_text("Some of its items").click()
        tab.get_by_label("A sample").fill(PAGED)
        tab.get_by_role("button", name="Show its fields").click()
        value = tab.locator('input[name="at"][value="title"]')
        value.focus()
        tab.keyboard.press("Space")
        tab.get_by_role("button", name="company", exact=True).press("Enter")
        tab.wait_for_url(f"{base}/mapping#row")
        assert value.is_checked()
        assert tab.locator("label.value", has=value).locator("b").all_inner_texts() == ["title", "company"]
        assert "Company\nGardener" in tab.locator("#becomes").inner_text()
        tab.get_by_role("button", name="Another row").click()
        tab.get_by_text("row 2 of the 2 looked at").wait_for()
        assert "Title\nCook" in tab.locator("#becomes").inner_text()


def test_the_stream_stays_where_it_is_looked_at_and_says_when_nothing_comes(
    console: ServedConsole, browser: Browser
) -> None:
    base = str(console.client.base_url).rstrip("/")
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        tab = context.new_page()
        tab.clock.install()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        table = tab.locator("#table-services")
        table.evaluate("table => { table.scrollLeft = 90; table.dataset.before = 'x'; }")
        right = "document.getElementById('do-pause-matcher').getBoundingClientRect().right"
        assert 0 < tab.evaluate(right) <= 390, "its button is in sight"
        tab.locator("#table-services[data-before]").wait_for(state="detached")
        # Or as far as it goes, where what came is narrower.
        left, most = table.evaluate("table => [table.scrollLeft, table.scrollWidth - table.clientWidth]")
        assert left == min(90, most)
        assert tab.locator("#lost").is_hidden()
        tab.evaluate("live.close()")
        tab.clock.fast_forward(25_000)
        tab.get_by_text("The console does not answer").wait_for()


def test_the_keyboard_stays_at_its_button_whatever_comes_before_it_and_at_the_content_once_that_is_gone(
    console: ServedConsole, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    monkeypatch.setattr(live, "_EVERY_S", 0.05)
    base, pause = (
        str(console.client.base_url).rstrip("/"),
        partial(workers.hold_source, console.installation, now=console.now),
    )
    pause("acme", paused=True)
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        notes = tab.get_by_role("listitem")
        button = notes.get_by_role("button", name="Go on with acme")
        button.focus()
        pause("board", paused=True)
        notes.get_by_role("button", name="Go on with board").wait_for()
        labels = notes.get_by_role("button").all_inner_texts()
        assert labels.index("Go on with board") < labels.index("Go on with acme")
        assert tab.evaluate("document.activeElement.textContent") == "Go on with acme"
        pause("acme", paused=False)
        button.wait_for(state="detached")
        assert tab.evaluate("document.activeElement.id") == "main"


def test_a_letter_is_mended_and_sent_back_by_hand(console: ServedConsole, log: Any, browser: Browser) -> None:
    base = str(console.client.base_url).rstrip("/")
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        tab.get_by_text("NOT WELL").wait_for()
        tab.get_by_role("link", name="Look at them").first.click()
        tab.get_by_role("link", name=LETTER).click()
        tab.locator("textarea").fill('{"source": "board", "title": "Engineer"}')
        tab.get_by_role("button", name="Send the mended copy back").click()
        tab.get_by_text("The mended copy was sent back").wait_for()
    assert [record.value for record in log.read_all(RAW.name)] == [b'{"source": "board", "title": "Engineer"}']

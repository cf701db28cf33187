"""A subscriber's walk in a browser, from the sign-up to the last mail: what they press, and what they are mailed."""

import email
import email.policy
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from services.cli.commands.demo import serve_on
from tests.support.waiting import until

_MISSING = "there is no Chromium: `apt-get install chromium`"
_PATIENCE_MS = 30_000


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium; skips where there is none, but in CI."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        if os.environ.get("CI"):
            raise RuntimeError(_MISSING)
        pytest.skip(_MISSING)
    with sync_playwright() as driver, driver.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as opened:
        yield opened


@contextmanager
def browser_page(*, scripts: bool) -> Iterator[Page]:
    """A page as wide as a phone, with JavaScript or without it, in a browser of its own."""
    with open_browser() as opened, page_in(opened, scripts=scripts) as page:
        yield page


@contextmanager
def page_in(browser: Browser, *, scripts: bool = True) -> Iterator[Page]:
    """A page as wide as a phone, which shares nothing with others of that browser."""
    with browser.new_context(
        java_script_enabled=scripts, locale="en-GB", viewport={"width": 390, "height": 844}, color_scheme="dark"
    ) as context:
        context.set_default_timeout(_PATIENCE_MS)
        yield context.new_page()


@contextmanager
def served_demo(out: Path, feeds: Path, public_url: str, now: datetime) -> Iterator[None]:
    """`demo --serve` after its simulated days, until this is left."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(serve_on, out, feeds, public_url, now, stop)
        try:
            until(lambda: running.done() or answers(public_url), "the portal answers")
            yield
        finally:
            stop.set()
            running.result()


class Letterbox:
    """What one address is mailed, of a folder of mails."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self.address = address
        self._read: set[Path] = set()

    def new(self) -> list[EmailMessage]:
        """What has come since the last look."""
        found = []
        for path in sorted(set(self._folder.glob("*.eml")) - self._read):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            self._read.add(path)
            if message["To"] == self.address:
                found.append(message)
        return found

    def next(self, what: str) -> EmailMessage:
        """The one that comes next, waited for."""
        found: list[EmailMessage] = []

        def came() -> bool:
            found.extend(self.new())
            return bool(found)

        until(came, what)
        (message,) = found
        return message


def link_of(message: EmailMessage, base: str, path: str) -> str:
    """The first link of a mail whose path begins so."""
    body = message.get_body(("html",))
    assert body is not None
    found = re.search(rf'{re.escape(f"{base}/{path}/")}[^"\s<]+', body.get_content())
    assert found is not None, f"no link to /{path}/"
    return found[0]


def walk(
    page: Page, base: str, letters: Letterbox, address: str, *, skills: str, feed: Callable[[], None], scripts: bool
) -> None:
    """Sign up for what is shown, confirm, wait for a digest, call a job not relevant, leave by one click.

    Then nothing comes. `scripts`: whether the page runs them. `feed` has new postings come that fit.
    """
    page.goto(f"{base}/sign-up")
    page.get_by_label("Your email address").fill(address)
    typing = "combobox" if scripts else "textbox"
    page.get_by_role(typing, name="Skills, with commas").fill(skills)
    page.get_by_role(typing, name="Your town or country").fill("Germany")
    page.get_by_label("Years in this work").fill("6")
    if not scripts:
        page.get_by_role("button", name="See what it finds").click()
    # With scripts it comes while they type.
    page.locator("#preview h2").wait_for()
    fit, rate = r"\d+ jobs? of the last 30 days fits?", r"(About \d+ (a week|in \d+ days) would be mailed; )?"
    assert re.fullmatch(rate + fit, page.locator("#preview h2").inner_text())
    if scripts:  # Without them it stands open, since nobody knows their time zone.
        page.get_by_text("When you are mailed").click()
    page.get_by_label("How often").select_option(value="instant")
    page.get_by_role("button", name="Sign up").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Look into your mailbox"

    page.goto(link_of(letters.next("the letter that asks to confirm"), base, "c"))
    assert address in page.inner_text("body")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{base}/home/welcome")
    assert "Your first mail comes as soon as there is a job worth it." in page.inner_text("body")
    page.get_by_role("link", name="Your searches").first.click()
    page.wait_for_url(f"{base}/home")
    assert page.get_by_role("heading", name=skills).is_visible()

    # What they said of themself is known here, and taken back here.
    about = page.get_by_label("Your town or country"), page.get_by_label("Years in this work")
    assert [field.input_value() for field in about] == ["Germany", "6"]
    about[1].fill("")
    page.locator("form", has=about[1]).get_by_role("button", name="Save").click()
    page.wait_for_url(f"{base}/home")
    assert [field.input_value() for field in about] == ["Germany", ""]

    page.get_by_role("link", name="Change it").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Change a search"
    page.get_by_label("Name of the search").fill("What I like")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{base}/home")
    assert page.get_by_role("heading", name="What I like").is_visible()

    feed()
    digest = letters.next("the first digest")
    page.goto(link_of(digest, base, "n"))
    assert page.get_by_role("button", name="Undo").count() == 0
    page.get_by_role("button").first.click()
    assert page.get_by_role("button", name="Undo").is_visible()

    leave = link_of(digest, base, "u")
    page.goto(leave)
    assert page.get_by_role("button", name="Stop all job alerts").is_visible()
    # As a mail program does; no header names it here, since RFC 8058 wants https.
    assert httpx2.post(leave, data={"List-Unsubscribe": "One-Click"}, timeout=30).status_code == 200
    page.goto(leave)
    assert page.get_by_role("heading", level=1).inner_text() == "You are unsubscribed"
    page.goto(f"{base}/home")
    assert "You are unsubscribed: nothing is sent." in page.inner_text("body")
    feed()


def answers(base: str) -> bool:
    """Whether a portal answers there."""
    try:
        return httpx2.get(f"{base}/privacy", timeout=10, verify=False).status_code == 200
    except httpx2.TransportError:
        return False

"""In Chromium: what a form did has the focus; Back and Forward lead there again, and send nothing again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.notifier.domain.links import slot_of
from services.notifier.domain.people import Subscriber
from tests.support.portal import ServedPortal
from tests.support.signed_in import Browser as SignedIn
from tests.support.waiting import until
from tests.support.walking import open_browser, page_in

NAVIGATES = {"sec-fetch-dest": "document", "sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, portal: ServedPortal, browser: Browser) -> Iterator[Page]:
    until(lambda: "<h2" in portal.post("/preview", skills="Python").text, "the postings are read")
    with page_in(browser, scripts=request.param) as opened:
        yield opened


def goes_there_and_back(page: Page) -> None:
    """On to another page, back to what answered a form, back to the form, and forward again."""
    answered, fetched = page.locator("main").inner_text(), list[str]()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.responseReceived",
        lambda got: fetched.append(got["response"]["url"]) if not got["response"]["fromDiskCache"] else None,
    )
    answered_at = page.url
    page.get_by_role("link", name="Privacy").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Privacy")
    page.go_back()
    assert page.locator("main").inner_text() == answered
    assert answered_at not in fetched
    page.go_back()
    fetched.clear()
    page.go_forward()
    assert page.locator("main").inner_text() == answered
    assert answered_at not in fetched


def test_a_sentence_that_was_read_is_gone_back_to(page: Page, portal: ServedPortal) -> None:
    page.goto(f"{portal.client.base_url}/sign-up")
    page.get_by_label("A text that says what you look for").fill("remote Python jobs")
    page.get_by_role("button", name="Fill the form").click()
    expect(page.get_by_text("Filled by your text")).to_be_focused()
    goes_there_and_back(page)


def test_a_posting_that_was_read_is_gone_back_to(page: Page, portal: ServedPortal) -> None:
    page.goto(f"{portal.client.base_url}/read")
    page.get_by_label("The text of the posting").fill("You know Python.")
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("mark")).to_have_text("Python")
    goes_there_and_back(page)


def test_a_form_that_was_refused_is_gone_back_to(page: Page, portal: ServedPortal) -> None:
    page.goto(f"{portal.client.base_url}/sign-in")
    page.get_by_label("Your email address").fill("ada@nowhere")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    goes_there_and_back(page)


def test_leaving_is_gone_back_to(page: Page, portal: ServedPortal, ada: Subscriber) -> None:
    page.goto(f"{portal.client.base_url}{portal.path('unsubscribe', ada)}")
    page.get_by_role("button", name="Stop all job alerts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    goes_there_and_back(page)


def test_a_press_that_brings_mails_back_stands_apart_from_the_searches(
    page: Page, portal: ServedPortal, ada: Subscriber
) -> None:
    page.goto(f"{portal.client.base_url}{portal.path('unsubscribe', ada)}")
    page.get_by_role("button", name="Stop all job alerts").click()
    page.goto(f"{portal.client.base_url}{portal.path('manage', ada, slot_of(portal.now))}")
    again = page.get_by_role("button", name="Mail me again")
    press, card = again.bounding_box(), page.locator("main > section").first.bounding_box()
    assert press is not None
    assert card is not None
    assert press["y"] + press["height"] + 12 <= card["y"]
    again.click()
    expect(page.get_by_role("status")).to_be_focused()


def test_only_the_page_that_a_form_leads_to_is_kept_by_the_browser(portal: ServedPortal) -> None:
    asked = {"address": "nobody"}
    kept = portal.client.post("/sign-in", data=asked, headers=NAVIGATES).headers["cache-control"]
    assert kept == "private, no-cache"
    assert portal.client.post("/sign-in", data=asked).headers["cache-control"] == "no-store"
    assert portal.get("/sign-in", **NAVIGATES).headers["cache-control"] == "no-store"


def test_a_page_with_a_new_secret_is_kept_by_nobody(portal: ServedPortal, ada: Subscriber) -> None:
    portal.client.headers.update(NAVIGATES)
    asked = {"do": "make", "name": "My script", "searches:read": "1", "days": "30"}
    signed_in = SignedIn(portal, ada)
    made = signed_in.post("/home/tokens", **asked)
    assert ("<code>jobchime_" in made.text, made.headers["cache-control"]) == (True, "no-store")
    refused = signed_in.post("/home/tokens", **asked | {"name": " "})
    assert refused.headers["cache-control"] == "private, no-cache"

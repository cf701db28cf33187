"""On a phone in Chromium: which kinds of jobs one would take is asked where the eye is, and follows what is typed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from services.wording.words import LANGUAGES
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.waiting import until
from tests.support.walking import open_browser, page_in

QUESTION = "Which of these would you take?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def served(store: NotifierStore, tmp_path: Path) -> Iterator[ServedPortal]:
    """A portal over jobs of many kinds."""
    kinds = ("data-engineer", "data-analyst", "data-scientist", "devops-engineer", "qa-engineer", "nurse", "chef")
    jobs = [
        posting(f"{role} {at}", roles=(role,), title=f"{role} of an unusually long name, {at}", posted_at=NOW)
        for number, role in enumerate(kinds)
        for at in range(9 - number)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    with served_portal(store, folder=tmp_path) as portal:
        until(lambda: "<h2" in portal.post("/preview", skills="Python").text, "the postings are read")
        yield portal


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, served: ServedPortal, browser: Browser) -> Iterator[Page]:
    with page_in(browser, scripts=request.param) as opened:
        opened.set_viewport_size({"width": 375, "height": 812})
        opened.goto(f"{served.client.base_url}/sign-up")
        opened.get_by_label("A text that says what you look for").fill("Python, no internship")
        opened.get_by_role("button", name="Fill the form").click()
        yield opened


def test_it_is_in_sight_once_a_sentence_is_typed_and_a_key_leaves_a_kind_out(page: Page) -> None:
    expect(page.get_by_role("heading", name=QUESTION)).to_be_in_viewport()
    first = page.get_by_role("button", name="Leave out Data Engineer")
    expect(first).to_be_in_viewport(ratio=1)
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Let it in again Data Engineer: 9 jobs")).to_be_visible()
    expect(page.locator("#wished")).to_contain_text("not Data Engineer")
    expect(page.get_by_role("heading", name=QUESTION)).to_be_in_viewport()
    page.get_by_role("button", name="Let it in again Data Engineer: 9 jobs").click()
    expect(page.get_by_role("button", name="Leave out Data Engineer")).to_be_visible()


@pytest.mark.parametrize("page", [True], indirect=True)
def test_it_follows_what_is_typed_and_stands_once(page: Page) -> None:
    page.get_by_text("Change it, field by field").click()
    page.get_by_role("combobox", name="Job titles that you do not want").fill("Data analyst,")
    expect(page.get_by_role("button", name=re.compile("Let it in again Data Analyst: 8 jobs"))).to_be_visible()
    expect(page.get_by_role("heading", name=QUESTION)).to_have_count(1)
    expect(page.get_by_role("button", name="Leave out Data Analyst")).to_have_count(0)


def test_where_it_lies_below_the_form_the_line_in_sight_asks_it_and_leads_there(
    served: ServedPortal, browser: Browser
) -> None:
    with page_in(browser) as page:
        page.set_viewport_size({"width": 375, "height": 812})
        page.goto(f"{served.client.base_url}/sign-up?skills=Python")
        line = page.locator(".glance a").filter(has_text=QUESTION)
        expect(line).to_be_in_viewport(ratio=1)
        line.click()
        expect(page.get_by_role("heading", name=QUESTION)).to_be_in_viewport()


def test_each_kind_is_one_line_with_its_button_in_each_language(served: ServedPortal, browser: Browser) -> None:
    with page_in(browser) as page:
        page.set_viewport_size({"width": 375, "height": 812})
        wide = {}
        for language in LANGUAGES:
            page.set_extra_http_headers({"Accept-Language": language})
            page.goto(f"{served.client.base_url}/sign-up?skills=Python")
            page.locator(".kinds li").first.wait_for()
            wide[language] = page.evaluate("document.documentElement.scrollWidth")
            for kind in page.locator(".kinds ul").first.locator("li").all():
                name, press = kind.locator("strong").bounding_box(), kind.locator("button").bounding_box()
                assert name is not None
                assert press is not None
                assert name["x"] + name["width"] <= press["x"]
                assert press["y"] <= name["y"] + name["height"] / 2 <= press["y"] + press["height"]
        assert wide == dict.fromkeys(LANGUAGES, 375)

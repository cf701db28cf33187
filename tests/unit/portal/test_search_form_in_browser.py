"""The form of a search in Chromium: names complete by keyboard, chips are removed, pay slides, the mail is shown."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from schemas.posting import Salary, Skill
from services.usecases.live_previews import LivePreviews
from services.wording.words import LANGUAGES
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.waiting import until
from tests.support.walking import open_browser, page_in


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here: what they open in it shares nothing."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def paying(store: NotifierStore, tmp_path: Path) -> Iterator[ServedPortal]:
    """A portal over jobs that say what they pay."""
    tops = [30_000 + 5_000 * at for at in range(20)]
    jobs = (
        posting(f"paid-{at}", salary=Salary(min=top, currency="EUR", period="year", annual_min=top, tops={"EUR": top}))
        for at, top in enumerate(tops)
    )
    named = [("Kubernetes", "Terraform")] * 5 + [("Terraform",)] * 7
    cloudy = (
        posting(f"cloud-{at}", skills=tuple(Skill(name=name, core=True) for name in names), posted_at=NOW)
        for at, names in enumerate(named)
    )
    store.matches.store(0, [arrival(at, job) for at, job in enumerate([*jobs, *cloudy], 2)], NOW)
    with served_portal(store, folder=tmp_path) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
        yield portal


@pytest.fixture
def page(paying: ServedPortal, browser: Browser) -> Iterator[Page]:
    with page_in(browser) as opened:
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        opened.goto(f"{paying.client.base_url}/sign-up")
        yield opened
        assert faults == []


def test_a_name_is_completed_by_keyboard_alone_and_taken_out_again(page: Page) -> None:
    skills = page.get_by_role("combobox", name="Skills, with commas")
    kept = page.locator('input[name="skills"]')
    skills.focus()
    page.keyboard.type("k8s")
    option = page.get_by_role("option", name="Kubernetes")
    option.wait_for()
    expect(skills).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert skills.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    expect(skills).to_have_attribute("aria-expanded", "false")
    assert kept.input_value() == "Kubernetes"
    expect(page.get_by_role("status").filter(has_text="Kubernetes: added")).to_have_count(1)
    page.keyboard.type("Fraud, Waste and Abuse;")
    page.keyboard.type("Py")
    page.get_by_role("option", name="Python", exact=True).click()
    assert kept.input_value() == "Kubernetes; Fraud; Waste and Abuse; Python"
    page.get_by_role("button", name="Remove Kubernetes").click()
    expect(page.get_by_role("status").filter(has_text="Kubernetes: removed")).to_have_count(1)
    skills.focus()
    page.keyboard.press("Backspace")
    assert kept.input_value() == "Fraud; Waste and Abuse"
    page.keyboard.type("Py")
    expect(skills).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(skills).to_have_attribute("aria-expanded", "false")
    assert page.get_by_role("listbox", name="Skills, with commas").count() == 0
    assert skills.input_value() == "Py"


def test_a_page_that_waits_for_the_postings_asks_again_by_itself(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    may_read, refresh = Event(), LivePreviews.refresh

    def waiting(live: LivePreviews, now: datetime) -> None:
        may_read.wait(30)
        refresh(live, now)

    monkeypatch.setattr(LivePreviews, "refresh", waiting)
    with served_portal(store) as portal, page_in(browser) as page:
        page.goto(f"{portal.client.base_url}/sign-up?skills=Python")
        page.locator("#preview").get_by_text("still being read").wait_for()
        assert page.get_by_text("again in a minute").is_hidden()
        without_scripts = portal.post("/sign-up", skills="Python", do="preview").text
        assert '<noscript><p class="facts">Press “See what it finds” again in a minute.' in without_scripts
        may_read.set()
        page.locator("#preview h2").wait_for()


def test_when_mails_come_is_folded_away_once_the_time_zone_is_known_and_open_where_it_is_not(page: Page) -> None:
    zone = page.get_by_label("Time zone, such as Europe/Berlin")
    expect(zone).to_be_hidden()
    page.get_by_text("When you are mailed: daily at 08:00").click()
    expect(zone).not_to_have_value("")
    assert page.context.browser is not None
    plain = page.context.browser.new_page(java_script_enabled=False)
    plain.goto(page.url)
    expect(plain.get_by_label("Time zone, such as Europe/Berlin")).to_be_visible()


@pytest.mark.parametrize("by", ["a mouse", "a finger"])
def test_the_first_press_counts_of_a_button_that_a_new_chip_moves(
    paying: ServedPortal, browser: Browser, by: str
) -> None:
    with browser.new_context(viewport={"width": 320, "height": 700}, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{paying.client.base_url}/sign-up")
        page.get_by_label("A text that says what you look for").fill("remote")
        page.get_by_role("button", name="Fill the form").click()
        page.wait_for_load_state("networkidle")
        page.get_by_role("combobox", name="Job titles, with commas").fill("qzvx wplk")
        button = page.get_by_role("button", name="Add it")
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        at = box["x"] + box["width"] / 2, box["y"] + 8
        with page.expect_navigation():
            if by == "a finger":
                page.touchscreen.tap(*at)
            else:
                page.mouse.move(*at)
                page.mouse.down()
                page.wait_for_timeout(50)
                page.mouse.up()
        assert page.locator('input[name="roles"]').input_value() == "qzvx wplk"


def test_who_tabs_on_from_what_the_arrows_chose_takes_it(page: Page) -> None:
    skills = page.get_by_role("combobox", name="Skills, with commas")
    skills.focus()
    page.keyboard.type("kuber")
    page.get_by_role("option", name="Kubernetes", exact=True).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator('input[name="skills"]')).to_have_value("Kubernetes")
    expect(skills).not_to_be_focused()


def test_a_home_is_completed_as_one_name_and_looked_up_by_once_it_is_whole(page: Page) -> None:
    page.locator('input[name="skills"] ~ .combobox input').fill("Python,")
    page.get_by_role("heading", name="jobs of the last").wait_for()
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.post_data or "") if sent.url.endswith("/preview") else None)
    home = page.get_by_role("combobox", name="Your town or country")
    kept = page.locator('input[name="home"]')
    home.focus()
    page.keyboard.type("manchest")
    page.get_by_role("option", name="Manchester, GB").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert (kept.input_value(), home.input_value()) == ("Manchester, GB", "Manchester, GB")
    with page.expect_response(lambda answer: answer.url.endswith("/preview")):
        pass
    assert [sent for sent in asked if "home=manch" in sent] == []
    assert "home=Manchester%2C%20GB" in asked[-1]
    # Who only passes by asks for nothing anew; who empties it takes it back.
    before = len(asked)
    home.focus()
    home.blur()
    page.wait_for_timeout(600)
    assert len(asked) == before
    home.fill("")
    with page.expect_response(lambda answer: answer.url.endswith("/preview")):
        home.blur()
    assert "home=&" in asked[-1]


def test_what_is_half_typed_counts_once_it_is_left(page: Page) -> None:
    page.get_by_role("combobox", name="Skills, with commas").fill("pyhton")
    page.keyboard.press("Tab")
    page.get_by_text("Did you mean Python").first.wait_for()
    expect(page.get_by_role("status").filter(has_text="Did you mean Python")).to_have_count(1)


def test_the_slider_goes_over_what_such_jobs_pay_and_the_mail_is_shown(page: Page) -> None:
    assert page.get_by_label("Currency").input_value() == "GBP"
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("combobox", name="Skills, with commas").fill("Python,")
    page.locator("#preview h2").wait_for()
    slider = page.get_by_role("slider", name="Least pay")
    slider.wait_for()
    assert int(slider.get_attribute("max") or 0) >= 125_000
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    amount = page.get_by_label("Least pay").and_(page.get_by_role("textbox"))
    assert int(amount.input_value()) > int(slider.get_attribute("min") or 0)
    page.get_by_text("Without the floor of").first.wait_for()
    page.locator("details.mail summary").click()
    mail = page.frame_locator('iframe[name="mail"]')
    mail.locator("a").filter(has_text="Python engineer").first.wait_for()


def test_a_skill_that_would_open_more_is_added_by_a_click(page: Page) -> None:
    page.get_by_role("combobox", name="Skills, with commas").fill("Kubernetes,")
    page.get_by_text("Terraform: 7 more").wait_for()
    page.get_by_role("button", name="Add Terraform").click()
    expect(page.locator('input[name="skills"]')).to_have_value("Kubernetes; Terraform")
    expect(page.get_by_role("combobox", name="Skills, with commas")).to_be_focused()
    page.get_by_role("heading", name=re.compile("12 jobs")).wait_for()


def test_on_a_phone_a_line_in_sight_says_what_is_found_and_leads_there(page: Page) -> None:
    skills = page.get_by_role("combobox", name="Skills, with commas")
    skills.fill("Kubernetes,")
    line = page.get_by_role("link", name=re.compile("5 jobs"))
    expect(line).to_be_in_viewport(ratio=1)
    expect(page.locator("#preview h2")).not_to_be_in_viewport()
    at = line.bounding_box()
    assert at is not None
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate("one => one.closest('.glance') !== null"):
            break
        box = focused.bounding_box()
        assert box is None or box["y"] + box["height"] <= at["y"], focused.evaluate("one => one.outerHTML")
    line.click()
    expect(page.locator("#preview h2")).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(line).to_be_hidden()


def test_where_hardly_any_mail_would_come_that_line_asks_for_less_by_one_press(
    page: Page, paying: ServedPortal
) -> None:
    page.goto(f"{paying.client.base_url}/sign-up?skills=Kubernetes&workplace.hybrid=1")
    page.get_by_role("heading", name="0 jobs of the last 30 days fit").wait_for()
    press = page.locator(".glance button")
    expect(press).to_be_in_viewport(ratio=1)
    press.click()
    page.get_by_role("heading", name=re.compile("5 jobs")).wait_for()
    expect(page.get_by_label("Hybrid")).not_to_be_checked()


def test_what_loosened_the_last_search_is_not_offered_for_one_that_cannot_be_looked_up(
    page: Page, paying: ServedPortal
) -> None:
    page.goto(f"{paying.client.base_url}/sign-up?skills=Kubernetes&workplace.hybrid=1")
    press = page.locator(".glance button")
    expect(press).to_be_visible()
    page.route("**/preview", lambda route: route.abort())
    page.locator("#f-amount").fill("70000")
    expect(page.locator("#found")).to_have_class("fault")
    expect(press).to_have_count(0)
    page.unroute("**/preview")
    page.locator("#f-amount").fill("")
    expect(press).to_be_visible()


@pytest.mark.parametrize("status", [429, 0])
def test_what_cannot_be_looked_up_is_said_and_what_was_is_greyed_until_it_can(page: Page, status: int) -> None:
    skills, preview = page.get_by_role("combobox", name="Skills, with commas"), page.locator("#preview")
    skills.fill("Kubernetes,")
    page.get_by_role("heading", name=re.compile("5 jobs")).wait_for()
    page.route("**/preview", lambda route: route.fulfill(status=status) if status else route.abort())
    page.set_viewport_size({"width": 320, "height": 640})
    amount, line = page.locator("#f-amount"), page.locator(".glance")
    amount.focus()
    amount.evaluate(
        "(one, line) => scrollBy(0, one.getBoundingClientRect().bottom + 2 - line.getBoundingClientRect().top)",
        line.element_handle(),
    )
    amount.fill("70000")
    failed = page.locator("#found")
    expect(failed).to_have_class("fault")
    expect(failed).not_to_be_empty()
    expect(preview).to_have_class("stale")
    box, above = amount.bounding_box(), line.bounding_box()
    assert box is not None
    assert above is not None
    assert box["y"] + box["height"] <= above["y"]
    page.unroute("**/preview")
    skills.fill("Python,")
    expect(failed).to_have_class("unseen")
    expect(preview).not_to_have_class("stale")


def test_an_answer_that_takes_long_is_said_to_be_awaited_until_it_comes(page: Page) -> None:
    skills, preview, said = page.locator("#f-skills"), page.locator("#preview"), page.locator("#found")
    skills.fill("Kubernetes,")
    page.get_by_role("heading", name=re.compile("5 jobs")).wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/preview", hold)
    skills.fill("Python,")
    expect(said).to_have_text("Looking that up…")
    expect(preview).to_have_attribute("aria-busy", "true")
    expect(preview).to_have_class(re.compile("stale"))
    held[0].continue_()
    expect(said).not_to_have_text("Looking that up…")
    expect(preview).to_have_attribute("aria-busy", "false")
    expect(preview).not_to_have_class(re.compile("stale"))


def test_a_form_that_a_link_fills_shows_at_once_what_it_finds_as_links_to_the_jobs(
    page: Page, paying: ServedPortal
) -> None:
    page.goto(f"{paying.client.base_url}/sign-up?skills=Kubernetes")
    page.get_by_role("heading", name=re.compile("5 jobs")).wait_for()
    job = page.locator("#preview .job a").first
    assert (job.get_attribute("href") or "").startswith("https://")
    assert {"noopener", "nofollow"} <= {*(job.get_attribute("rel") or "").split()}


def test_what_finds_more_holds_up_no_search_that_is_being_looked_up(page: Page, paying: ServedPortal) -> None:
    page.goto(f"{paying.client.base_url}/sign-up?skills=Kubernetes")
    page.get_by_role("heading", name=re.compile("5 jobs")).wait_for()

    def late(route: Route) -> None:
        time.sleep(1.5)
        route.continue_()

    page.route("**/preview", late)
    page.get_by_role("combobox", name="Skills, with commas").fill("Terraform,")
    expect(page.get_by_role("heading", name=re.compile("5 jobs"))).to_have_count(0)


def test_what_finds_more_is_weighed_by_mails_once_somebody_rests(page: Page, paying: ServedPortal) -> None:
    page.goto(f"{paying.client.base_url}/sign-up?skills=Kubernetes&text=zeppelin")
    looser = page.locator("#preview .gains button").filter(has_text="would be mailed")
    looser.first.wait_for()
    said = (looser.first.text_content() or "").partition(": ")[2].partition(",")[0]
    looser.first.click()
    expect(page.get_by_role("heading", name=re.compile(f"^{said}", re.IGNORECASE))).to_be_visible()


def test_what_each_wish_does_fits_a_small_phone_in_each_language(page: Page, paying: ServedPortal) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    # One that no job fits, and others beside it: what each costs is said.
    others = "&roles_none=Pilot&skills_none=Go&amount=9000000&currency=EUR&languages=en&visa=1&tolerance=1"
    wide = {}
    for language in LANGUAGES:
        page.set_extra_http_headers({"Accept-Language": language})
        page.goto(f"{paying.client.base_url}/sign-up?skills=Kubernetes&text=zeppelin{others}")
        page.locator(".gains:not([hx-post]) .costs").wait_for()  # once it is weighed
        wide[language] = page.evaluate("document.documentElement.scrollWidth")
    assert wide == dict.fromkeys(LANGUAGES, 320)


def test_the_words_that_a_wish_was_read_from_go_with_its_chip(page: Page) -> None:
    expect(page.locator("textarea[name=pasted]"), "who typed nothing yet sees where").to_be_visible()
    page.locator("textarea[name=pasted]").fill("Backend Engineer\nRequirements\n- Golang\n- k8s and more")
    page.get_by_role("button", name="Fill the form").click()
    words = page.locator("#r-skills").get_by_text("Kubernetes: k8s and more")
    expect(words).to_be_visible()
    page.get_by_role("button", name="Remove Kubernetes").click()
    expect(words).to_be_hidden()
    expect(page.locator("#r-skills").get_by_text("Go: Golang")).to_be_visible()


def test_enter_in_the_field_of_an_address_signs_up_whatever_the_form_offers_above_it(page: Page) -> None:
    page.locator("textarea[name=pasted]").fill("Python")
    page.get_by_role("button", name="Fill the form").click()
    page.get_by_role("button", name=re.compile("^Ask for ")).wait_for()
    expect(page.locator('button[name="do"][value=""]').first, "it is for that key alone").to_be_hidden()
    page.get_by_label("Your email address").fill("ada@example.com")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Look into your mailbox").wait_for()


def test_what_one_can_do_is_taken_in_words_of_ones_own_beside_names_that_are_offered(page: Page) -> None:
    entry = page.locator('input[name="knows"] ~ .combobox input')
    entry.fill("forklift licence,")
    entry.press_sequentially("kuber")
    page.get_by_role("option", name="Kubernetes", exact=True).click()
    expect(page.locator('input[name="knows"]')).to_have_value("forklift licence; Kubernetes")
    with page.expect_request(lambda sent: "night" in (sent.post_data or "")) as asked:
        page.get_by_label("What you would rather not do").fill("night shifts")
    sent = parse_qs(asked.value.post_data or "")
    assert (sent["knows"], sent["avoids"]) == (["forklift licence; Kubernetes"], ["night shifts"])


def test_what_one_says_of_oneself_has_room_on_a_phone_below_its_legend(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    where = {
        name: page.locator(f"#f-{name}").bounding_box() for name in ("home", "years", "worked_as", "knows", "avoids")
    }
    home, years, worked_as, *in_words = (box for box in where.values() if box is not None)
    assert home["width"] > 150
    assert years["y"] == home["y"]
    assert worked_as["y"] > home["y"] + home["height"]
    assert len(in_words) == 2
    assert [box["width"] > 300 for box in (worked_as, *in_words)] == [True] * 3

"""At home a search is changed, copied and added in the form in which one signs up, with what it finds."""

import re
from collections.abc import Iterator

import pytest

from schemas.criteria import SkillTerms
from services.notifier.domain.people import Subscriber, Timing
from tests.support.notifying import PYTHON, NotifierStore
from tests.support.portal import ServedPortal
from tests.support.signed_in import Browser
from tests.support.waiting import until


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Iterator[Browser]:
    return Browser(portal, ada)


def names(store: NotifierStore, person: Subscriber) -> list[str]:
    return [search.name for search in store.searches.all(person.subscriber_id)]


def test_each_search_leads_to_its_form_which_changes_nothing_by_itself(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    before = store.searches.all(ada.subscriber_id)
    home = browser.get("/home").text
    for search in before:
        assert f'href="/home/search/{search.search_id}"' in home
        path = f"/home/search/{search.search_id}"
        assert browser.post(path, **browser.form(path), do="save").status_code == 303
    assert store.searches.all(ada.subscriber_id) == before


def test_what_is_changed_is_saved_with_when_it_is_mailed_and_what_comes_first(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, *_] = store.searches.all(ada.subscriber_id)
    path = f"/home/search/{search.search_id}"
    form = browser.form(path) | {
        "name": "Rust",
        "skills": "Rust, Go",
        "at_least": "2",
        "cadence": "weekly",
        "hour": "18",
    }
    form |= {"weekday": "4", "preferred_places": "Portugal", "seniority.lead": "1", "do": "save"}
    assert browser.post(path, **form).headers["location"] == "/home"
    saved = store.searches.get(search.search_id)
    assert saved.criteria.skills == SkillTerms(any=("Go", "Rust"), at_least=2)
    assert (saved.name, saved.criteria.seniority, saved.preferred_places) == ("Rust", ("lead",), ("PT",))
    assert (saved.timing.cadence, saved.timing.hour, saved.timing.weekday) == ("weekly", 18, 4)


def test_a_search_that_was_changed_since_its_form_was_made_is_saved_over_by_a_second_press_alone(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, *_] = store.searches.all(ada.subscriber_id)
    path = f"/home/search/{search.search_id}"
    form = browser.form(path) | {"at_least": "1", "do": "save"}
    one, other = form | {"skills": "Rust"}, form | {"skills": "Zig"}
    assert browser.post(path, **one).status_code == 303
    assert browser.post(path, **one).status_code == 303, "pressed twice"
    looked = browser.post(path, **other | {"do": "preview"})
    assert "changed elsewhere" not in looked.text
    asked = browser.post(path, **other)
    assert asked.text.count("changed elsewhere") == 1
    assert 'value="Zig"' in asked.text
    assert f'<a href="{path}">See it as it is now</a>' in asked.text
    assert store.searches.get(search.search_id).criteria.skills.any == ("Rust",)
    [version] = {*re.findall('name="version" value="(.+?)"', looked.text)}
    assert version == form["version"], "a look is no answer"
    [version] = {*re.findall('name="version" value="(.+?)"', asked.text)}
    assert browser.post(path, **other | {"version": version}).status_code == 303
    assert store.searches.get(search.search_id).criteria.skills.any == ("Zig",)


def test_what_was_typed_in_a_form_whose_search_was_deleted_elsewhere_is_kept_and_saved_as_a_new_one(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, *_] = store.searches.all(ada.subscriber_id)
    path = f"/home/search/{search.search_id}"
    typed = browser.form(path) | {"name": "Typed for long", "skills": "Rust", "do": "save"}
    browser.post("/home", do="delete-search", search=search.search_id)
    page = browser.post(path, **typed)
    assert (page.status_code, "was deleted elsewhere" in page.text) == (404, True)
    assert '<form method="post" action="/home/search"' in page.text
    assert "Typed for long" not in names(store, ada), "nothing is saved unseen"
    again = {name: value for name, value in typed.items() if name != "version"}
    assert browser.post("/home/search", **again).status_code == 303
    assert "Typed for long" in names(store, ada)


def test_a_search_that_nobody_named_is_named_by_what_it_looks_for_now(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    browser.post("/home/search", **(browser.form("/home/search") | {"name": "", "skills": "Go", "do": "save"}))
    [unnamed] = [search for search in store.searches.all(ada.subscriber_id) if search.name == "Go"]
    path = f"/home/search/{unnamed.search_id}"
    browser.post(path, **(browser.form(path) | {"skills": "Go, Rust", "do": "save"}))
    assert store.searches.get(unnamed.search_id).name == "Go, Rust"
    browser.post(path, **(browser.form(path) | {"name": "Mine", "skills": "Rust", "do": "save"}))
    browser.post(path, **(browser.form(path) | {"skills": "Zig", "do": "save"}))
    assert store.searches.get(unnamed.search_id).name == "Mine"


def test_a_skill_that_would_open_more_is_added_to_the_form_and_saved_only_by_its_button(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, *_] = store.searches.all(ada.subscriber_id)
    path = f"/home/search/{search.search_id}"
    page = browser.post(path, **browser.form(path) | {"skills": "Python"}, add="Go")
    assert page.status_code == 200
    assert 'value="Python, Go"' in page.text
    assert store.searches.all(ada.subscriber_id)[0] == search


def test_when_a_search_is_mailed_and_what_comes_first_is_changed_from_the_list(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, other] = store.searches.all(ada.subscriber_id)
    asked = {"do": "timing", "search": search.search_id, "cadence": "weekly", "hour": "18", "weekday": "4"}
    assert browser.post("/home", **asked, preferred_places="Portugal; Spain").headers["location"] == "/home"
    saved = store.searches.get(search.search_id)
    assert (saved.timing, saved.preferred_places) == (Timing("weekly", 18, 4), ("ES", "PT"))
    assert (saved.name, saved.criteria) == (search.name, search.criteria)
    answer = browser.post("/home", **asked | {"hour": "7"}, preferred_places="Atlantis")
    assert (answer.status_code, "“Atlantis”" in answer.text) == (400, True)
    assert store.searches.get(search.search_id) == saved
    assert store.searches.get(other.search_id) == other
    theirs = store.search(store.person("bob"))
    assert browser.post("/home", **asked | {"search": theirs.search_id}).status_code == 404
    assert store.searches.get(theirs.search_id) == theirs


def test_what_is_pressed_says_of_which_search_it_is(ada: Subscriber, browser: Browser) -> None:
    page = re.sub(r"<style.*?</style>", "", browser.get("/home").text, flags=re.DOTALL)
    pressed = re.findall(r"<(?:button|a|summary)[^>]*>(.*?)</(?:button|a|summary)>", page)
    named = [re.sub(r"<[^>]+>", "", element) for element in pressed]
    assert {"Change it Python work", "Change it Go work", "Delete it Go work", "Save Python work"} <= set(named)
    assert len(named) == len(set(named)), sorted(n for n in named if named.count(n) > 1)


def test_a_look_at_what_it_finds_saves_nothing(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    before = store.searches.all(ada.subscriber_id)
    path = f"/home/search/{before[0].search_id}"
    page = browser.post(path, **browser.form(path) | {"skills": "Rust", "do": "preview"}).text
    assert 'value="Rust"' in page
    page = browser.post(path, pasted="remote Go jobs from Poland", do="read", currency="EUR").text
    assert 'value="Poland"' in page
    assert store.searches.all(ada.subscriber_id) == before


def test_a_preview_at_home_goes_by_what_the_profile_says_and_not_by_a_sentence_that_says_otherwise(
    browser: Browser,
) -> None:
    assert browser.post("/home", do="profile", home="Leeds").status_code == 303
    page = browser.post("/home/search", pasted="nurse in Manchester, 6 years", do="read", currency="GBP").text
    carried = dict(re.findall(r'<input type="hidden" name="(home|years)" value="([^"]*)">', page))
    assert carried == {"home": "Leeds, GB", "years": ""}
    assert 'value="Manchester, GB"' in page, "the search asks for it all the same"


def test_a_copy_and_another_one_are_saved_under_names_of_their_own(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, *_] = store.searches.all(ada.subscriber_id)
    copy = browser.form(f"/home/search?like={search.search_id}")
    assert browser.post("/home/search", **copy, do="save").status_code == 303
    assert f"{search.name}, another" in names(store, ada)
    assert (
        browser.post("/home/search", **browser.form("/home/search") | {"skills": "Zig"}, do="save").status_code == 303
    )
    assert "Zig" in names(store, ada)
    again = browser.post("/home/search", **browser.form("/home/search") | {"skills": "Zig"}, do="save")
    assert (again.status_code, "already: give this one another name" in again.text) == (400, True)
    assert re.search(r'name="name"[^>]*aria-invalid="true"', again.text)


def test_where_a_sentence_is_typed_stands_open_until_something_is_typed(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, *_] = store.searches.all(ada.subscriber_id)
    assert '<details class="paste" open>' in browser.get("/home/search").text
    assert '<details class="paste">' in browser.get(f"/home/search/{search.search_id}").text
    sent = browser.form("/home/search") | {"towns": "Leeds", "do": "preview"}
    assert '<details class="paste">' in browser.post("/home/search", **sent).text
    assert '<details class="paste" open>' in browser.get("/sign-up").text


def test_what_asks_for_nothing_is_not_saved(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    before = names(store, ada)
    answer = browser.post("/home/search", **browser.form("/home/search"), do="save")
    assert (answer.status_code, "Say what you look for" in answer.text) == (400, True)
    assert names(store, ada) == before


def test_searches_of_others_are_none_of_theirs(store: NotifierStore, browser: Browser) -> None:
    others = store.search(store.person("bob"))
    path = f"/home/search/{others.search_id}"
    assert browser.get(path).status_code == 404
    assert browser.get(f"/home/search?like={others.search_id}").status_code == 404
    assert browser.post(path, skills="Rust", do="save").status_code == 404
    assert store.searches.get(others.search_id) == others


def test_who_is_not_signed_in_or_comes_from_elsewhere_saves_nothing(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    before = names(store, ada)
    for path in ("/home/search", "/home/search/whatever"):
        assert portal.get(path).headers["location"] == "/sign-in"
        assert portal.post(path, skills="Rust").status_code == 403
    assert browser.post("/home/search", skills="Rust", csrf="forged").status_code == 403
    elsewhere = {"Cookie": browser.cookie, "Sec-Fetch-Site": "cross-site"}
    refused = portal.client.post("/home/search", data={"skills": "Rust"}, headers=elsewhere)
    assert (refused.status_code, "Rust" in refused.text) == (403, False)
    assert names(store, ada) == before


def test_a_search_is_deleted_by_a_button_behind_a_question_and_kept_by_the_other(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [search, other] = store.searches.all(ada.subscriber_id)
    ask = f"/home/search/{search.search_id}/delete"
    home = browser.get("/home").text
    assert f'href="{ask}"' in home
    assert "delete-search" not in home
    page = browser.get(ask).text
    assert f"Delete “{search.name}”?" in page
    assert len(store.searches.all(ada.subscriber_id)) == 2
    [form] = re.findall(r'<form method="post" action="(/home)">(.*?)</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]))
    assert browser.post(form[0], **fields).status_code == 303
    assert store.searches.all(ada.subscriber_id) == [other]
    assert browser.get(ask).status_code == 404


@pytest.mark.parametrize(
    ("page", "fields", "said"),
    [
        ("/home", {"do": "pause-until", "until": "2026-07-20"}, "Paused until July 20, 2026."),
        ("/home", {"do": "profile", "name": "Ada"}, "Saved."),
        ("/home/feedback", {"do": "hide-company", "company": "Initech"}, "Hidden: "),
        ("/home/tokens", {"do": "end-all"}, "Taken back."),
    ],
)
def test_what_a_form_did_is_said_once_on_the_page_that_follows_and_in_no_address(
    browser: Browser, portal: ServedPortal, page: str, fields: dict[str, str], said: str
) -> None:
    answer = browser.post(page, **fields)
    assert answer.headers["location"] == page
    [cookie] = answer.headers.get_list("set-cookie")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=60"} <= set(cookie.split("; "))
    line = f'<p class="done" role="status" tabindex="-1" autofocus>{said}'
    shown = browser.get(page, cookie.partition(";")[0])
    assert line in shown.text
    [forgotten] = shown.headers.get_list("set-cookie")
    assert "Max-Age=0" in forgotten
    assert line not in browser.get(page).text


def test_what_a_form_of_another_session_did_is_not_said(
    store: NotifierStore, browser: Browser, portal: ServedPortal
) -> None:
    bob = Browser(portal, store.person("bob"))
    answer = bob.post("/home", do="profile", name="Bob")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert "Saved." in bob.get("/home", cookie).text
    assert "Saved." not in browser.get("/home", cookie).text
    assert "Saved." not in bob.get("/home", cookie[:-1]).text


def test_the_list_says_what_each_search_asks_for_and_how_many_fit(browser: Browser) -> None:
    def numbers() -> dict[str, str]:
        page = re.sub(r'<div class="row">.*?</div>', "", browser.get("/home").text, flags=re.S)
        return dict(re.findall(r'<p class="facts">(\w+)<br>.*?(\d+) jobs? of the last 30 days fits?', page, re.S))

    until(numbers, "the postings are read")
    assert numbers() == {"Python": "1", "Go": "0"}


def test_a_search_that_names_no_trade_is_asked_which_work_it_is_for_in_the_list_and_in_its_form(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    assert "jobs of every trade fit" not in browser.get("/home").text
    form = browser.form("/home/search") | {"name": "Remote", "workplace.remote": "1", "do": "save"}
    asked = browser.post("/home/search", **form).text
    assert "Which work do you look for?" in asked
    assert names(store, ada)[-1] != "Remote", "asked first"
    browser.post("/home/search", **form, anyway="1")
    assert browser.get("/home").text.count("jobs of every trade fit") == 1
    [search] = [search for search in store.searches.all(ada.subscriber_id) if search.name == "Remote"]
    page = browser.get(f"/home/search/{search.search_id}").text
    assert page.index("jobs of every trade fit") < page.index('name="roles"') < page.index('name="skills"')


def test_what_was_typed_outlives_the_session_and_is_saved_after_another_sign_in(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    typed = browser.form("/home/search") | {"name": "Typed for long", "skills": "Rust", "do": "save"}
    browser.post("/home", do="sign-out-everywhere")
    ended = portal.client.post("/home/search", data=typed, headers={"Cookie": browser.cookie})
    assert (ended.status_code, "You are signed out" in ended.text) == (403, True)
    assert 'value="Typed for long"' in ended.text
    again = Browser(portal, ada)
    since = portal.client.post("/home/search", data=typed | {"csrf": ""}, headers={"Cookie": again.cookie})
    assert (since.status_code, "You have signed in since" in since.text) == (403, True)
    assert 'value="Typed for long"' in since.text
    [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', since.text)
    assert again.post("/home/search", **typed | {"csrf": csrf}).status_code == 303
    assert "Typed for long" in names(store, ada)


def test_who_asks_for_no_pay_yet_is_asked_for_it_in_their_own_currency(
    store: NotifierStore, portal: ServedPortal
) -> None:
    person = store.person("rita", currency="BRL")
    search = store.search(person, "Python", PYTHON)
    browser = Browser(portal, person)
    for path in (f"/home/search/{search.search_id}", f"/home/search?like={search.search_id}"):
        assert 'name="currency" maxlength="3" value="BRL"' in browser.get(path).text

"""A search that brings hardly anything is made wider by one press at home or by a link, and narrow again by another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.criteria import Criteria, RoleTerms, SalaryFloor, SkillTerms
from services.notifier.domain.links import slot_of
from services.notifier.domain.people import SavedSearch, Subscriber
from services.usecases import searches
from services.usecases.installation import Installation
from tests.support.at_once import at_once
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal, settings_of
from tests.support.signed_in import Browser
from tests.support.waiting import until

ZEPPELINS = Criteria(skills=SkillTerms(any=("Python",)), text="zeppelin")


@pytest.fixture
def narrow(store: NotifierStore) -> SavedSearch:
    """A search of Bob's that nothing fits, over seven jobs that fit it without its words."""
    jobs = [posting(f"job {at}") for at in range(6)]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 2)], NOW)
    return store.search(store.person("bob"), "Python", ZEPPELINS, hour=8)


@pytest.fixture
def bob(store: NotifierStore, narrow: SavedSearch) -> Subscriber:
    return store.subscribers.find(narrow.subscriber_id)


@pytest.fixture
def ready(store: NotifierStore, narrow: SavedSearch) -> Iterator[ServedPortal]:
    with served_portal(store) as made:
        until(lambda: "still being read" not in made.post("/preview", skills="Python").text, "the postings are read")
        yield made


@pytest.fixture
def browser(ready: ServedPortal, bob: Subscriber) -> Browser:
    return Browser(ready, bob)


def presses(page: str) -> dict[str, str]:
    """What each button that changes a search says, and sends."""
    found = re.findall(r'name="press" value="([^"]+)">(?:<button[^>]*>)?([^<]+)<', page)
    return {said: sent for sent, said in found}


def widest(page: str) -> str:
    [sent] = [sent for said, sent in presses(page).items() if said.startswith("Without")]
    return sent


def undo(page: str) -> str:
    return presses(page)["Undo"]


@pytest.mark.parametrize("days", [1, 3, 8])
def test_at_home_what_would_bring_more_is_one_press_away_and_the_way_back_another(
    store: NotifierStore, narrow: SavedSearch, ready: ServedPortal, browser: Browser, days: int
) -> None:
    ready.now = NOW + timedelta(days=days)
    page = browser.get("/home").text
    assert "No job of these days fits this, whatever else you ask for: “zeppelin”." in page
    assert any("would be mailed, 7 more fit" in said for said in presses(page))
    pressed = browser.post("/home", do="widen", press=widest(page))
    assert (pressed.status_code, "this search asks for less from now on" in pressed.text) == (200, True)
    assert store.searches.get(narrow.search_id).criteria == ZEPPELINS.model_copy(update={"text": ""})
    assert re.search(r"<p>About \d a week would be mailed; 7 jobs of the last 30 days fit\.</p>", pressed.text)
    undone = browser.post("/home", do="widen", press=undo(pressed.text)).text
    assert "Undone: it is as it was before." in undone
    assert "Undo" not in presses(undone)
    assert store.searches.get(narrow.search_id) == narrow
    assert widest(undone)


def test_what_is_pressed_is_what_the_form_of_the_search_offers(narrow: SavedSearch, browser: Browser) -> None:
    form = browser.get(f"/home/search/{narrow.search_id}").text
    offered = re.findall(r'name="instead" value="[^"]+" formaction="#result" formnovalidate>([^<]+)<', form)
    assert offered
    assert set(presses(browser.get("/home").text)) <= set(offered)


def test_by_the_link_of_a_mail_it_is_one_press_too_and_the_page_goes_on_to_say_what_comes(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, ready: ServedPortal
) -> None:
    path = f"{ready.path('manage', bob, slot_of(NOW))}?more=1"
    pressed = ready.post(path, do="widen", press=widest(ready.get(path).text)).text
    assert store.searches.get(narrow.search_id).criteria.text == ""
    assert "7 jobs of the last 30 days fit" in pressed
    assert "Undone" in ready.post(path, do="widen", press=undo(pressed)).text
    assert store.searches.get(narrow.search_id) == narrow


def test_what_a_link_changed_is_said_at_home_until_its_owner_undoes_it_or_leaves_it_so(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, ready: ServedPortal, browser: Browser
) -> None:
    path, told = f"{ready.path('manage', bob, slot_of(NOW))}?more=1", "a link in one of your mails changed"
    assert told not in browser.get("/home").text
    for answer in ("undo", "leave"):
        ready.post(path, do="widen", press=widest(ready.get(path).text))
        page = browser.get("/home").text
        assert re.search(
            rf'<p class="done">On Jul 1, 2026, [^<,]+, {told} what this search asks for[^<]+zeppelin', page
        )
        if answer == "undo":
            assert told not in browser.post("/home", do="widen", press=undo(page)).text
            assert store.searches.get(narrow.search_id) == narrow
    browser.post("/home", do="keep-search", search=narrow.search_id)
    assert told not in browser.get("/home").text
    assert store.searches.get(narrow.search_id).criteria.text == ""


def test_of_several_changes_by_links_home_leads_back_to_before_the_first_and_what_a_link_took_back_is_not_said(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, ready: ServedPortal, browser: Browser
) -> None:
    path = f"{ready.path('manage', bob, slot_of(NOW))}?more=1"
    ready.post(path, do="widen", press=widest(ready.get(path).text))
    known = store.searches.get(narrow.search_id)
    searches.revise(
        Installation(settings_of(), store.engine), known, {"criteria": {"text": "airship"}}, NOW, by_link=True
    )
    browser.post("/home", do="widen", press=undo(browser.get("/home").text))
    assert store.searches.get(narrow.search_id) == narrow
    pressed = ready.post(path, do="widen", press=widest(ready.get(path).text)).text
    ready.post(path, do="widen", press=undo(pressed))
    assert "Undo" not in presses(browser.get("/home").text)


def test_who_changes_a_search_themself_is_told_no_more_of_what_a_link_changed(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, ready: ServedPortal, browser: Browser
) -> None:
    path = f"{ready.path('manage', bob, slot_of(NOW))}?more=1"
    ready.post(path, do="widen", press=widest(ready.get(path).text))
    store.searches.edit(narrow.search_id, NOW, name="Renamed")
    assert undo(browser.get("/home").text)
    store.searches.edit(narrow.search_id, NOW, criteria=ZEPPELINS.model_copy(update={"text": "airship"}))
    assert "Undo" not in presses(browser.get("/home").text)


def test_a_second_press_does_it_once_and_is_undone_all_the_same(
    store: NotifierStore, narrow: SavedSearch, browser: Browser
) -> None:
    sent = widest(browser.get("/home").text)
    first, second = (browser.post("/home", do="widen", press=sent).text for _ in range(2))
    assert "asks for less from now on" in second
    browser.post("/home", do="widen", press=undo(second))
    assert store.searches.get(narrow.search_id) == narrow
    assert undo(first)


def test_presses_at_the_same_moment_do_it_once_and_none_of_them_fails(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, ready: ServedPortal
) -> None:
    path = f"{ready.path('manage', bob, slot_of(NOW))}?more=1"
    sent, pages = widest(ready.get(path).text), list[str]()
    at_once(*(lambda: pages.append(ready.post(path, do="widen", press=sent).text) for _ in range(6)))
    assert ["asks for less from now on" in page for page in pages] == [True] * 6
    ready.post(path, do="widen", press=undo(pages[-1]))
    assert store.searches.get(narrow.search_id) == narrow


def test_a_second_press_is_known_whatever_the_currency_of_the_floor_was(
    store: NotifierStore, bob: Subscriber, ready: ServedPortal
) -> None:
    floor = SalaryFloor(amount=900_000, currency="GBP", period="year")
    well_paid = Criteria(skills=SkillTerms(any=("Python",)), salary_floor=floor, accept_undisclosed=False)
    search, browser = store.search(bob, "Well paid", well_paid, hour=8), Browser(ready, bob)
    [sent] = [sent for said, sent in presses(browser.get("/home").text).items() if said.startswith("Without the floor")]
    for _ in range(2):
        page = browser.post("/home", do="widen", press=sent).text
        assert "asks for less from now on" in page
    assert store.searches.get(search.search_id).criteria.salary_floor is None
    browser.post("/home", do="widen", press=undo(page))
    assert store.searches.get(search.search_id) == search


def test_a_search_that_was_changed_elsewhere_since_is_left_as_it_is(
    store: NotifierStore, narrow: SavedSearch, browser: Browser
) -> None:
    sent = widest(browser.get("/home").text)
    meant = ZEPPELINS.model_copy(update={"text": "airship"})
    store.searches.edit(narrow.search_id, NOW, criteria=meant)
    assert "changed elsewhere" in browser.post("/home", do="widen", press=sent).text
    assert store.searches.get(narrow.search_id).criteria == meant


def test_a_search_that_nobody_named_is_named_by_what_it_looks_for_unless_another_is(
    store: NotifierStore, bob: Subscriber, ready: ServedPortal
) -> None:
    both = Criteria(skills=SkillTerms(all=("Haskell", "Python")))
    search = store.search(bob, "Haskell, Python", both, hour=8)
    browser = Browser(ready, bob)
    [sent] = [sent for said, sent in presses(browser.get("/home").text).items() if "Haskell" in said]
    browser.post("/home", do="widen", press=sent)
    saved = store.searches.get(search.search_id)
    assert "Haskell" not in saved.criteria.skills.all
    assert saved.name == "Haskell, Python", "the other one is called Python"


def test_what_is_unlikely_is_told_once_and_in_its_number(store: NotifierStore) -> None:
    cook = posting("cook", title="Cook, Python restaurant", roles=("cook",))
    store.matches.store(0, [arrival(2, cook)], NOW)
    ann = store.person("ann")
    store.search(ann, "Python", Criteria(skills=SkillTerms(any=("Python",)), text="restaurant"), hour=8)
    with served_portal(store) as portal:
        browser, fits = Browser(portal, ann), "1 job of the last 30 days fits"
        until(lambda: fits in browser.get("/home").text, "the postings are read")
        page = browser.get("/home").text
    assert f"{fits}; nothing would have been mailed. It fits by the letter, and is unlikely" in page


def test_each_button_names_its_search_for_who_hears_it(narrow: SavedSearch, browser: Browser) -> None:
    page = browser.get("/home").text
    assert re.search(r'name="press" value="[^"]+">Without[^<]+<span class="unseen"> Python</span></button>', page)


def test_nobody_presses_what_their_page_did_not_offer(
    store: NotifierStore, narrow: SavedSearch, ada: Subscriber, ready: ServedPortal, browser: Browser
) -> None:
    sent = widest(browser.get("/home").text)
    for wrong in (sent[:-2], "", "forged"):
        assert browser.post("/home", do="widen", press=wrong).status_code == 404
    assert Browser(ready, ada).post("/home", do="widen", press=sent).status_code == 404
    assert store.searches.get(narrow.search_id) == narrow


def test_who_is_not_mailed_is_not_asked_to_ask_for_less(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, browser: Browser
) -> None:
    store.searches.pause(narrow.search_id, NOW)
    assert not presses(browser.get("/home").text)
    store.searches.resume(narrow.search_id, NOW)
    assert presses(browser.get("/home").text)
    browser.post("/home", do="pause")
    assert not presses(browser.get("/home").text)


def test_a_press_is_known_in_whichever_language_its_page_was(
    store: NotifierStore, narrow: SavedSearch, bob: Subscriber, ready: ServedPortal
) -> None:
    asked = ZEPPELINS.model_copy(update={"roles": RoleTerms(any=("backend-engineer",))})
    store.searches.edit(narrow.search_id, NOW, criteria=asked)
    path = f"{ready.path('manage', bob, slot_of(NOW))}?more=1"
    offered = presses(ready.get(path).text)
    [sent] = [sent for said, sent in offered.items() if said.startswith("Without the word")]
    store.subscribers.change(bob.subscriber_id, replace(bob.profile, locale="fr_FR"), NOW)
    page = ready.post(path, do="widen", press=sent).text
    widened = store.searches.get(narrow.search_id).criteria
    assert (widened.text, widened.roles.any) == ("", asked.roles.any)
    store.subscribers.change(bob.subscriber_id, replace(bob.profile, locale="de_DE"), NOW)
    ready.post(path, do="widen", press=presses(page)["Annuler"])
    undone = store.searches.get(narrow.search_id).criteria
    assert (undone.text, undone.roles.any) == (asked.text, asked.roles.any)


def test_what_would_bring_more_stays_where_another_button_of_its_page_was_pressed(
    narrow: SavedSearch, bob: Subscriber, ready: ServedPortal
) -> None:
    path = ready.path("manage", bob, slot_of(NOW))
    ready.post(path, do="pause-search", search=narrow.search_id)
    assert presses(ready.post(f"{path}?more=1", do="resume-search", search=narrow.search_id).text)
    assert not presses(ready.post(path, do="choose", selectivity="wide").text)


def test_a_link_that_is_opened_all_the_time_weighs_nothing_more(
    narrow: SavedSearch, bob: Subscriber, ada: Subscriber, ready: ServedPortal
) -> None:
    path, of_ada = (ready.path("manage", person, slot_of(NOW)) for person in (bob, ada))
    answers = [ready.get(f"{path}?more=1").status_code for _ in range(31)]
    assert (answers[29], answers[30]) == (200, 429)
    assert ready.get(path).status_code == 200
    assert ready.get(f"{of_ada}?more=1").status_code == 200


def test_a_page_at_home_that_is_opened_all_the_time_weighs_nothing_more_and_people_leave_all_the_same(
    narrow: SavedSearch, bob: Subscriber, store: NotifierStore, ready: ServedPortal, browser: Browser
) -> None:
    first = browser.get("/home").text
    answers = [browser.get("/home").status_code for _ in range(30)]
    assert (answers[28], answers[29]) == (200, 429)
    [token, *_] = re.findall(r'name="csrf" value="([^"]+)"', first)
    assert browser.post("/home", csrf=token, do="widen", press=widest(first)).status_code == 429
    assert store.searches.get(narrow.search_id) == narrow
    path = ready.path("manage", bob, slot_of(NOW))
    assert ready.get(f"{path}?more=1").status_code == 200, "links are counted apart"
    assert browser.post("/home", csrf=token, do="pause-search", search=narrow.search_id).status_code == 303
    assert store.searches.get(narrow.search_id).paused

"""How choosy somebody's mails are: one press where a mail's left out jobs are listed, and a choice at home."""

import re
from datetime import timedelta

import pytest

from services.notifier.domain.links import slot_of
from services.notifier.domain.people import Subscriber
from services.notifier.domain.selectivity import Selectivity
from tests.support.left_out import AT, mailed, unlikely
from tests.support.notifying import NOW, NotifierStore, posting
from tests.support.portal import ServedPortal
from tests.support.signed_in import Browser

LATER = NOW + timedelta(days=14)
MORE, ALL, BACK, UNDO = (
    "Send me more of these from now on",
    "Send me all that fits from now on",
    "Back to the usual choice",
    "Undo",
)


@pytest.fixture
def page(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> str:
    """Of a mail that left out what a wide choice would have held, and what it would not."""
    mailed(
        store,
        (posting("some", title="Clerk"), unlikely(0.3)),
        (posting("there", title="Clerk"), unlikely(0.3, posting_id=posting("some").posting_id)),
        (posting("hardly", title="Cook"), unlikely(0.05)),
        (posting("near"), unlikely(0.35, near=True)),
    )
    portal.now = LATER
    return portal.path("rest", ada, slot_of(AT))


def own(store: NotifierStore, ada: Subscriber) -> Selectivity:
    return store.subscribers.find(ada.subscriber_id).profile.selectivity


def choice(page: str) -> tuple[str, list[str]]:
    """What is said of it, and what each press says."""
    [part] = re.findall(r'<div id="choice".*?\n</div>\n', page, re.DOTALL)
    said = " ".join(re.findall(r"<p[^>]*>([^<]+)</p>", part))
    return said, re.findall(r"<button[^>]*>([^<]+)</button>", part)


def test_one_press_sends_more_from_then_on_and_says_what_that_would_have_brought(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, page: str
) -> None:
    assert choice(portal.get(page).text) == ("In the last 14 days that would have brought 1 more job.", [MORE])
    assert own(store, ada) == "usual", "a look changes nothing"
    pressed = portal.post(page, do="choose", selectivity="wide").headers["location"]
    assert (own(store, ada), pressed) == ("wide", f"{page}?was=usual#choice")
    said, presses = choice(portal.get(pressed).text)
    assert said == "You are sent more than the usual choice. In the last 14 days that would have brought 1 more job."
    assert presses == [ALL, UNDO]
    portal.post(page, do="choose", selectivity="all")
    assert own(store, ada) == "all"
    assert choice(portal.get(page).text) == ("You are sent all that fits your searches.", [BACK])


def test_no_press_is_offered_that_would_have_brought_nothing(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    mailed(store, (posting("of no post"), unlikely(0.0)), (posting("near"), unlikely(0.35, near=True)))
    portal.now = LATER
    page = portal.path("rest", ada, slot_of(AT))
    for path in (page, portal.path("manage", ada, slot_of(LATER))):
        assert choice(portal.get(path).text) == ("In the last 14 days there was nothing more to send you.", [])
    # Nor does the way back hide behind a press that is not there.
    back = portal.post(page, do="choose", selectivity="usual", was="wide").headers["location"]
    assert choice(portal.get(back).text)[1] == [UNDO]


def test_what_would_bring_more_is_offered_where_the_next_choice_would_not(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    mailed(store, (posting("hardly", title="Cook"), unlikely(0.05)))
    portal.now = LATER
    said, presses = choice(portal.get(portal.path("rest", ada, slot_of(AT))).text)
    assert (said, presses) == ("In the last 14 days that would have brought 1 more job.", [ALL])


def test_a_job_that_came_as_several_copies_counts_once_and_one_that_was_mailed_not_at_all(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    repost, mailed_before = {"title": "Clerk", "cluster": {"key": "harbour-clerk"}}, posting("one").cluster
    mailed(
        store,
        (posting("clerk", **repost), unlikely(0.3)),
        (posting("clerk again", **repost), unlikely(0.35)),
        (posting("one elsewhere", title="Python engineer, one", cluster=mailed_before), unlikely(0.3)),
    )
    portal.now = LATER
    said, _ = choice(portal.get(portal.path("rest", ada, slot_of(AT))).text)
    assert said == "In the last 14 days that would have brought 1 more job."


def sent_less(store: NotifierStore, portal: ServedPortal) -> tuple[Subscriber, str]:
    """Somebody who is choosy, and the page of a mail of theirs that left out two jobs."""
    bob = store.person("bob", selectivity="strict")
    store.search(bob)
    mailed(store, (posting("some"), unlikely(0.45)), (posting("less"), unlikely(0.3)))
    return bob, portal.path("rest", bob, slot_of(AT))


def test_a_press_is_undone_by_another_and_the_way_back_is_always_there(
    store: NotifierStore, portal: ServedPortal
) -> None:
    bob, page = sent_less(store, portal)
    said, presses = choice(portal.get(page).text)
    assert said == "You are sent less than the usual choice. In the last 7 days that would have brought 1 more job."
    assert presses == [MORE, BACK]
    pressed = portal.post(page, do="choose", selectivity="usual").headers["location"]
    assert choice(portal.get(pressed).text)[1] == [MORE, UNDO]
    assert choice(portal.get(pressed).text)[0].startswith("You are sent the usual choice.")
    # A second press is undone to before the first.
    twice = portal.post(page, do="choose", selectivity="wide", was="strict").headers["location"]
    assert twice == f"{page}?was=strict#choice"
    assert re.findall(r'name="selectivity" value="(\w+)"', portal.get(twice).text) == ["strict"]
    portal.post(page, do="choose", selectivity="strict")
    assert own(store, bob) == "strict"


def test_once_it_is_undone_the_page_says_so_and_has_one_press_for_more(portal: ServedPortal, page: str) -> None:
    portal.post(page, do="choose", selectivity="wide")
    undone = portal.post(page, do="choose", selectivity="usual").headers["location"]
    said, presses = choice(portal.get(undone).text)
    assert (said.partition(".")[0], presses) == ("You are sent the usual choice", [MORE])


def test_to_undo_twice_does_not_send_all_that_fits(portal: ServedPortal, page: str) -> None:
    for wanted in ("wide", "all"):
        portal.post(page, do="choose", selectivity=wanted, was="usual")
    after = portal.get(portal.post(page, do="choose", selectivity="usual").headers["location"]).text
    assert "You are sent the usual choice." in after
    assert UNDO not in after


def test_who_is_sent_less_and_undoes_two_presses_finds_no_undo_that_brings_more(
    store: NotifierStore, portal: ServedPortal
) -> None:
    _, page = sent_less(store, portal)
    for wanted in ("usual", "wide"):
        portal.post(page, do="choose", selectivity=wanted, was="strict")
    undone = portal.post(page, do="choose", selectivity="strict").headers["location"]
    assert choice(portal.get(undone).text) == (
        "You are sent less than the usual choice. In the last 7 days that would have brought 1 more job.",
        [MORE],
    )


@pytest.mark.parametrize(("do", "offered"), [("pause", True), ("leave", False)])
def test_more_is_offered_to_who_is_mailed_or_will_be_again(
    ada: Subscriber, portal: ServedPortal, page: str, do: str, offered: bool
) -> None:
    portal.post(portal.path("unsubscribe", ada), do=do)
    for path in (page, portal.path("manage", ada, slot_of(LATER))):
        assert ('id="choice"' in portal.get(path).text) == offered


@pytest.mark.parametrize("said", ["", "Wide", "lots", "<b>"])
def test_nothing_else_is_chosen(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, page: str, said: str
) -> None:
    assert portal.post(page, do="choose", selectivity=said).status_code == 400
    assert UNDO not in portal.get(f"{page}?was={said}").text
    assert own(store, ada) == "usual"


def test_the_page_of_searches_that_each_mail_leads_to_has_it_too(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, page: str
) -> None:
    manage = portal.path("manage", ada, slot_of(LATER))
    assert choice(portal.get(manage).text)[1] == ["Send me more from now on"]
    assert choice(portal.post(manage, do="choose", selectivity="all").text)[1] == [BACK]
    assert own(store, ada) == "all"


def test_at_home_it_is_chosen_among_four_beside_what_each_would_have_brought(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, page: str
) -> None:
    browser = Browser(portal, ada)
    shown = browser.get("/home").text
    [part] = re.findall(r'<section id="choice">.*?</section>', shown, re.DOTALL)
    assert re.findall(r'value="(\w+)" required( checked)?', part) == [
        ("strict", ""), ("usual", " checked"), ("wide", ""), ("all", "")
    ]  # fmt: skip
    assert re.findall(r'class="facts">([^<]+)', part) == [
        "1 more job in the last 14 days", "2 more jobs in the last 14 days"
    ]  # fmt: skip
    assert browser.post("/home", do="choose", selectivity="all").status_code == 303
    assert own(store, ada) == "all"
    assert browser.post("/home", do="choose", selectivity="lots").status_code == 400
    assert "You are sent all that fits your searches." in browser.get("/home/mails").text


def test_the_form_of_a_search_previews_by_what_its_owner_chose(store: NotifierStore, portal: ServedPortal) -> None:
    bob = store.person("bob", selectivity="wide")
    search = store.search(bob)
    browser = Browser(portal, bob)
    assert 'name="selectivity" value="wide"' in browser.get(f"/home/search/{search.search_id}").text

"""Below a job that is not relevant: what its title says besides, which one press has somebody avoid."""

import re

import pytest

from schemas.criteria import Criteria, RoleTerms
from schemas.posting import PostingCore
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.people import Subscriber
from services.notifier.domain.said import MOST_SAID
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.waiting import until

SUPPORT = Criteria(roles=RoleTerms(any=("customer-support-representative",)))


def job(name: str, title: str) -> PostingCore:
    return posting(name, title=title, roles=SUPPORT.roles.any, skills=())


JOB = job("harbour", "Customer Support Representative - Insurance (Medicare)")
_BUTTON = re.compile(r'value="avoid"><input[^>]*name="words" value="([^"]*)">')


def offered(page: str) -> list[str]:
    """What the buttons of a page would have avoided."""
    return _BUTTON.findall(page)


def avoids_of(store: NotifierStore, person: Subscriber) -> tuple[str, ...]:
    return store.subscribers.find(person.subscriber_id).profile.avoids


@pytest.fixture
def bob(store: NotifierStore) -> Subscriber:
    store.matches.store(0, [arrival(1, JOB)], NOW)
    person = store.person("bob", avoids=["cold calling"])
    store.search(person, "Support", SUPPORT)
    return person


def test_what_the_title_says_besides_is_offered_once_the_job_is_called_not_relevant(
    bob: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("irrelevant", bob, JOB.posting_id)
    assert offered(portal.get(path).text) == []
    page = portal.post(path, do="say").text
    assert offered(page) == ["Insurance", "Medicare"]
    assert "Jobs about it become less likely; none is excluded." in page
    liked = portal.path("more", bob, JOB.posting_id)
    assert offered(portal.post(liked, do="say").text) == []


def test_one_press_has_them_avoid_it_once_and_the_same_page_undoes_it(
    store: NotifierStore, bob: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("irrelevant", bob, JOB.posting_id)
    portal.post(path, do="say")
    page = portal.post(path, do="avoid", words="Insurance").text
    assert avoids_of(store, bob) == ("cold calling", "Insurance")
    assert "Noted: rather nothing about “Insurance”." in page
    assert offered(page) == ["Medicare"]
    page = portal.post(path, do="avoid", words="Insurance").text
    assert avoids_of(store, bob) == ("cold calling", "Insurance"), "pressed twice it is said once"
    [undo] = re.findall(r'value="avoid-no-more"><input[^>]*name="undo" value="([^"]*)"', page)
    page = portal.post(path, do="avoid-no-more", undo=undo).text
    assert "Undone" in page
    assert offered(page) == ["Insurance", "Medicare"]
    assert avoids_of(store, bob) == ("cold calling",)
    assert portal.post(path, do="avoid-no-more", undo=undo).status_code == 200, "undone twice it is undone"


def test_nobody_has_avoided_what_the_title_does_not_say_or_takes_back_what_was_not_pressed_there(
    store: NotifierStore, bob: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("irrelevant", bob, JOB.posting_id)
    for words in ("", "nights", "cold calling", "support", "insurance, x", "x" * 5_000, "<b>", "\0"):
        assert portal.post(path, do="avoid", words=words).status_code == 404, words
    portal.post(path, do="avoid", words="Insurance")
    page = portal.post(path, do="avoid", words="Medicare").text
    [undo] = re.findall(r'name="undo" value="([^"]*)"', page)
    eve = store.person("eve")
    for of_another in (portal.path("irrelevant", eve, JOB.posting_id), portal.path("irrelevant", bob, "other")):
        assert portal.post(of_another, do="avoid-no-more", undo=undo).status_code in (404, 410)
    for wrong in ("", "x", f"{undo}x"):
        assert portal.post(path, do="avoid-no-more", undo=wrong).status_code == 404
    # What undoes one kind of press undoes no other.
    assert portal.post(path, do="let-in", undo=undo).status_code == 404
    assert avoids_of(store, bob) == ("cold calling", "Insurance", "Medicare")


def test_who_says_as_much_as_they_may_is_offered_no_more(store: NotifierStore, portal: ServedPortal) -> None:
    store.matches.store(0, [arrival(1, JOB)], NOW)
    person = store.person("bob", avoids=[f"thing {number}" for number in range(MOST_SAID)])
    store.search(person, "Support", SUPPORT)
    path = portal.path("irrelevant", person, JOB.posting_id)
    assert offered(portal.post(path, do="say").text) == []
    assert portal.post(path, do="avoid", words="Insurance").status_code == 404


def test_a_title_is_shown_as_text(store: NotifierStore, bob: Subscriber, portal: ServedPortal) -> None:
    marked = job("two", 'Customer Support "><b>Casino</b>')
    store.matches.store(1, [arrival(2, marked)], NOW)
    page = portal.post(portal.path("irrelevant", bob, marked.posting_id), do="say").text
    assert offered(page) == ["Casino"]
    assert "<b>" not in page


def test_it_says_how_many_of_the_newest_would_fall_away(store: NotifierStore) -> None:
    about = ("Insurance", "Insurance claims", "Toys", "Medicare")
    others = [job(f"other {at}", f"Customer Support Representative, {what}") for at, what in enumerate(about)]
    store.matches.store(0, [arrival(at, found) for at, found in enumerate([JOB, *others], 1)], NOW)
    person = store.person("bob")
    store.search(person, "Support", SUPPORT)
    bar = CurateSettings(least_chance=0.5)
    with served_portal(store, curate=bar) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Java").text, "the postings are read")
        page = portal.post(portal.path("irrelevant", person, JOB.posting_id), do="say").text
    said = dict(re.findall(r"“(\w+)”: (\d+) of the newest jobs that you would be mailed would fall away", page))
    assert said == {"Insurance": "2", "Medicare": "1"}

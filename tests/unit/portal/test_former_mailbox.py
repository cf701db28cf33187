"""Mails in a mailbox that somebody else may read by now: their links show what they held, and answer nothing."""

import pytest

from services.notifier.domain.consent import Consent
from services.notifier.domain.links import Purpose, slot_of
from services.notifier.domain.people import Subscriber
from tests.support.left_out import AT, mailed, unlikely
from tests.support.notifying import NotifierStore, posting
from tests.support.portal import ServedPortal
from tests.support.serving import HOUR
from tests.support.signed_in import Browser

SENT, LEFT_OUT = posting("one"), posting("clerk", title="Night clerk", seniority="director")
ANSWERS: tuple[Purpose, ...] = ("irrelevant", "more", "hide", "save")


@pytest.fixture
def moved(store: NotifierStore, ada: Subscriber) -> Subscriber:
    """Who was mailed, and is mailed elsewhere since."""
    mailed(store, (LEFT_OUT, unlikely(0.2)))
    store.subscribers.move(ada.subscriber_id, "ada@elsewhere.example", Consent("moved", AT + HOUR, "page", "There"))
    return store.subscribers.find("ada@elsewhere.example")


def test_a_job_stands_there_without_why_it_would_be_theirs(portal: ServedPortal, moved: Subscriber) -> None:
    page = portal.get(portal.path("job", moved, SENT.posting_id))
    assert page.status_code == 200
    assert SENT.description_text in page.text
    assert [said for said in ("Why it is here", "Go work", "More like this", "Save it") if said in page.text] == []
    assert "mailed no more" in page.text


def test_what_was_left_out_is_listed_without_what_speaks_against_it_now(
    portal: ServedPortal, moved: Subscriber
) -> None:
    page = portal.get(portal.path("rest", moved, slot_of(AT))).text
    assert "Night clerk" in page
    assert [said for said in ("director", "More like this") if said in page] == []


@pytest.mark.parametrize("purpose", ANSWERS)
def test_nothing_is_said_of_a_job_by_such_a_link(
    store: NotifierStore, portal: ServedPortal, moved: Subscriber, purpose: Purpose
) -> None:
    link = portal.path(purpose, moved, SENT.posting_id)
    assert (portal.get(link).status_code, portal.post(link, do="say").status_code) == (410, 410)
    rest = portal.path("rest", moved, slot_of(AT))
    assert portal.post(rest, do="more", job=LEFT_OUT.posting_id).status_code == 410
    assert store.feedback.said(moved.subscriber_id) == []


def test_who_is_signed_in_sees_and_says_all_that_is_theirs(
    store: NotifierStore, portal: ServedPortal, moved: Subscriber
) -> None:
    browser = Browser(portal, moved)
    assert "Why it is here" in browser.get(portal.path("job", moved, SENT.posting_id)).text
    assert "director" in browser.get(portal.path("rest", moved, slot_of(AT))).text
    stranger = Browser(portal, store.person("bob"))
    assert "Why it is here" not in stranger.get(portal.path("job", moved, SENT.posting_id)).text


def test_links_of_mails_to_the_present_address_show_and_act_as_ever(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    store.subscribers.move(ada.subscriber_id, "ada@elsewhere.example", Consent("moved", AT - HOUR, "page", "There"))
    mailed(store, (LEFT_OUT, unlikely(0.2)))
    assert "Why it is here" in portal.get(portal.path("job", ada, SENT.posting_id)).text
    assert "director" in portal.get(portal.path("rest", ada, slot_of(AT))).text
    assert portal.post(portal.path("save", ada, SENT.posting_id), do="say").status_code == 200


def test_what_a_mail_to_the_present_address_left_out_is_theirs_too(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    store.subscribers.move(ada.subscriber_id, "ada@elsewhere.example", Consent("moved", AT - HOUR, "page", "There"))
    mailed(store, (LEFT_OUT, unlikely(0.2)))
    page = portal.get(portal.path("job", ada, LEFT_OUT.posting_id)).text
    assert "More like this" in page
    assert "mailed no more" not in page
    assert portal.post(portal.path("save", ada, LEFT_OUT.posting_id), do="say").status_code == 200


def test_what_a_mail_to_the_former_address_left_out_is_not(
    store: NotifierStore, portal: ServedPortal, moved: Subscriber
) -> None:
    assert "More like this" not in portal.get(portal.path("job", moved, LEFT_OUT.posting_id)).text
    link = portal.path("save", moved, LEFT_OUT.posting_id)
    assert portal.post(link, do="say").status_code == 410


def test_how_much_they_are_sent_is_not_said_from_there_by_any_link(
    store: NotifierStore, portal: ServedPortal, moved: Subscriber
) -> None:
    for link in (portal.path("rest", moved, slot_of(AT)), portal.path("manage", moved, slot_of(AT))):
        assert portal.post(link, do="choose", selectivity="all").status_code == 410
        assert "more job" not in portal.get(f"{link}?was=wide").text
    portal.post(portal.path("unsubscribe", moved), do="choose", selectivity="all")
    assert store.subscribers.find(moved.subscriber_id).profile.selectivity == "usual"

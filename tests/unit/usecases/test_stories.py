"""Why somebody got a job, or did not: each way in which it can go has an answer that names it."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from schemas.posting import Cluster, PostingCore
from schemas.sql.tables import deliveries
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.feedback import likeliest, wishes_of
from services.notifier.domain.model import Cause, Digest, Dropped, FoundBy, Hold, HoldCause, Item
from services.notifier.domain.people import Subscriber
from services.notifier.domain.wording.score_lines import cause_line
from services.rules.verdict import verdict
from services.runtime.errors import UsageError
from services.runtime.sql.store import writing
from services.usecases import feedback, tracker
from services.usecases.installation import Installation
from services.usecases.stories import Story, story
from tests.support.consenting import paused
from tests.support.notifying import GO, NOW, NotifierStore, arrival, posting
from tests.support.portal import settings_of
from tests.support.serving import HOUR, LEASE, closings, email_for

DUE = NOW + 2 * HOUR
ONE = posting("one")
HIDDEN = Cause("hidden_company")


@pytest.fixture
def ada(store: NotifierStore) -> Subscriber:
    person = store.person()
    search = store.search(person, hour=8)
    store.matches.store(0, [arrival(0, posting("one"), (search.key,))], NOW)
    return person


def story_of(store: NotifierStore, person: Subscriber, job: str = "one", now: datetime = NOW + HOUR) -> Story:
    own_id = posting(job).posting_id
    return story(Installation(settings_of(), store.engine), person.profile.address, own_id, now)


def build(store: NotifierStore, *, sends: bool, job: PostingCore = ONE, cause: Cause = HIDDEN) -> None:
    cut = store.windows.take_cut(DUE)
    for due in store.windows.claim_due("test", DUE, cut, LEASE, 100):
        searches = tuple(window.search for window in due.windows)
        if sends:
            found = (FoundBy(searches[0], verdict(searches[0].criteria, job)),)
            made: Digest | Hold = Digest(due.recipient, DUE, searches, (Item(job, found, 1.0),), (), 0, ())
        else:
            made = Hold(due.recipient, DUE, HoldCause("nothing_found"), (Dropped(job.posting_id, cause),))
        email = email_for(due.recipient.address, DUE) if sends else None
        assert store.digests.commit(made, closings(due, cut, DUE), email, DUE)
    store.windows.release("test")


def test_the_chance_of_a_job_stands_beside_the_bar_of_its_reader(store: NotifierStore, ada: Subscriber) -> None:
    def bars() -> list[str]:
        said = " ".join(detail for event in story_of(store, ada).events for detail in event.details)
        return re.findall(r"\(bar (\d+) %\)", said)

    assert bars() == ["40"]
    store.subscribers.change(ada.subscriber_id, replace(ada.profile, selectivity="wide"), NOW)
    assert bars() == ["14"]


def test_what_comes_next_is_said(store: NotifierStore, ada: Subscriber) -> None:
    found = story_of(store, ada)
    assert found.answer == "Not yet: their next digest, were it built now, would hold it."
    [by_search] = [event for event in found.events if "by their search" in event.what]
    assert "matches" in by_search.what
    assert any(line.startswith("chance ") for line in by_search.details)


def test_a_mail_that_held_it_is_named_with_what_became_of_it(store: NotifierStore, ada: Subscriber) -> None:
    build(store, sends=True)
    assert story_of(store, ada).answer.startswith("Not yet: it went into the mail ")
    assert story_of(store, ada).answer.endswith("which is pending.")
    [holds] = [event for event in story_of(store, ada).events if event.kind == "digest"]
    assert holds.details == ("posting 1 of it, at score 1.0 and chance 100 %",)
    for state, answer in (("accepted", "They got it"), ("unknown", "Nobody knows"), ("failed", "They did not get it")):
        with writing(store.engine) as connection:
            connection.execute(update(deliveries).values(state=state, reason="no room" if state == "failed" else ""))
        assert story_of(store, ada).answer.startswith(f"{answer}")
    assert story_of(store, ada).answer.endswith("which is failed: no room.")


def test_a_mail_that_is_late_says_why(store: NotifierStore, ada: Subscriber) -> None:
    build(store, sends=True)
    store.pauses.set_sending(True, NOW)
    assert story_of(store, ada).answer.endswith("which is pending, as sending is paused by operator.")
    store.pauses.set_sending(False, NOW)
    store.pauses.stop_sending("3 of 100 complained", NOW)
    assert story_of(store, ada).answer.endswith("which is pending, as sending stopped by itself: 3 of 100 complained.")
    store.pauses.set_sending(False, NOW)
    with writing(store.engine) as connection:
        connection.execute(update(deliveries).values(reason="cannot reach mail.example"))
    assert story_of(store, ada).answer.endswith("which is pending: cannot reach mail.example.")


def test_a_mail_waits_for_its_hour_until_that_strikes(store: NotifierStore, ada: Subscriber) -> None:
    build(store, sends=True)
    with writing(store.engine) as connection:
        connection.execute(update(deliveries).values(created_at=DUE - HOUR / 2))
    waiting, late = (story_of(store, ada, now=DUE + span).answer for span in (-HOUR / 4, HOUR / 4))
    assert waiting.endswith("which is pending, as it was built ahead of its hour.")
    assert late.endswith("which is pending.")


@pytest.mark.parametrize(("key", "is_copy"), [("fern-gardener-us", True), ("moss-gardener-ca", False)])
def test_a_copy_that_they_were_sent_is_named_and_no_other_job_of_its_title(
    store: NotifierStore, ada: Subscriber, key: str, is_copy: bool
) -> None:
    build(store, sends=True, job=posting("one", cluster=Cluster(key="fern-gardener-us")))
    with writing(store.engine) as connection:
        connection.execute(update(deliveries).values(state="accepted"))
    store.matches.store(0, [arrival(1, posting("two", cluster=Cluster(key=key)), (1,))], NOW)
    copy = f"they were sent the same job as {ONE.posting_id}"
    found = story_of(store, ada, "two")
    assert (copy in [event.what for event in found.events]) == is_copy
    assert (found.answer == f"They got it: {copy}.") == is_copy


def test_a_digest_that_left_it_out_says_why(store: NotifierStore, ada: Subscriber) -> None:
    build(store, sends=False)
    assert story_of(store, ada).answer.startswith("They did not get it: a digest that was held left it out: ")


def test_what_spoke_against_it_is_told_as_it_is_now_and_by_name_where_that_is_gone(
    store: NotifierStore, ada: Subscriber
) -> None:
    def told() -> str:
        [event] = [event for event in story_of(store, ada, "two").events if event.kind == "digest"]
        return event.what.partition("left it out: ")[2]

    far = posting("two", title="Chief iOS Developer", roles=("ios-engineer",), seniority="executive")
    store.matches.store(0, [arrival(1, far, (0,))], NOW)
    chance = likeliest(wishes_of(store.subscribers.recipient(ada.subscriber_id)), PostingFeatures(far))
    assert chance
    assert chance.facts(0.2)
    cause = Cause("unlikely", chance=chance)
    build(store, sends=False, job=far, cause=cause)
    assert told() == cause_line(cause)
    [search] = store.searches.all(ada.subscriber_id)
    store.searches.delete(search.search_id, NOW)
    assert told() != cause_line(cause)
    assert told().startswith(cause_line(cause).partition("(")[0])


def test_a_search_that_it_does_not_fit_says_by_which_criterion(store: NotifierStore) -> None:
    grace = store.person("grace")
    store.search(grace, "Go work", GO, hour=8)
    store.matches.store(0, [arrival(0, posting("one"))], NOW)
    found = story_of(store, grace)
    assert found.answer == "They did not get it: it does not fit their search."
    [by_search] = [event for event in found.events if "by their search" in event.what]
    assert any("Go" in line for line in by_search.details)


def test_who_is_paused_or_suppressed_is_said_to_be(store: NotifierStore, ada: Subscriber) -> None:
    store.subscribers.pause(ada.subscriber_id, paused(NOW))
    assert story_of(store, ada).answer == "They did not get it: they are paused: no digest is built for them."
    store.suppressions.suppress(ada.profile.address, "bounced", NOW)
    assert story_of(store, ada).answer == "They did not get it: their address is suppressed: bounced."


def test_nobody_and_nothing_is_a_sentence(store: NotifierStore, ada: Subscriber) -> None:
    installation = Installation(settings_of(), store.engine)
    with pytest.raises(UsageError, match="nobody"):
        story(installation, "nobody@example.com", posting("one").posting_id, NOW)
    with pytest.raises(UsageError, match=r"no posting nowhere.*`jobchime backtest SEARCH` for ids"):
        story(installation, ada.profile.address, "nowhere", NOW)


def test_who_saved_it_is_said_to_have_done_that_and_no_more(store: NotifierStore, ada: Subscriber) -> None:
    installation, own_id = Installation(settings_of(), store.engine), ada.subscriber_id

    def said() -> list[str]:
        return [event.what for event in story_of(store, ada).events if event.kind == "said"]

    tracker.save(installation, own_id, ONE.posting_id, NOW)
    assert said() == ["they did with it: saved it"]
    feedback.say(installation, own_id, "more_like", ONE.posting_id, NOW)
    assert said() == ["they said of it: that they want more like it", "they did with it: saved it"]

"""Webhooks over either engine: each job once, at least once, to proven addresses of people who are served."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from schemas.posting import Cluster, Company
from schemas.sql.webhooks import webhook_attempts, webhook_events, webhooks
from services.notifier import webhooks as service_module
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.retention import KEEP_EVENTS, forget_cuts, forget_webhook_events
from services.notifier.adapters.sql.webhooks import hooks as adapter
from services.notifier.adapters.sql.webhooks.events import DueWebhook, SqlWebhookEvents
from services.notifier.adapters.sql.webhooks.hooks import SqlWebhooks
from services.notifier.composing import Composer
from services.notifier.domain.consent import Consent
from services.notifier.domain.feedback import Answer
from services.notifier.domain.fields import FieldError
from services.notifier.domain.model import Sender
from services.notifier.domain.people import Subscriber
from services.notifier.domain.webhooks import SCHEDULE, Attempt, after_attempt, same_challenge
from services.runtime.errors import UsageError
from services.runtime.figures.webhooks import read_webhook_figures
from services.runtime.sql.store import reading
from tests.support.at_once import at_once
from tests.support.notifying import GO, NOW, NotifierStore, arrival, posting
from tests.support.webhooks import CHALLENGE, WAITS, Receiving, added, proven, webhooks_over

A_MINUTE = timedelta(minutes=1)
LATER = NOW + A_MINUTE


def came(store: NotifierStore, *names: str, keys: tuple[int, ...] = (0,), **fields: object) -> None:
    """Postings match, at offsets of their own, after webhooks were made."""
    position = store.windows.take_cut(LATER).position(0)
    given = {"fetched_at": LATER} | fields
    store.matches.store(
        0, [arrival(position + at, posting(name, **given), keys) for at, name in enumerate(names)], LATER
    )


@pytest.fixture
def ada(store: NotifierStore) -> Subscriber:
    person = store.person()
    store.search(person)
    return person


def test_a_job_that_matches_is_posted_once_signed_and_kept_as_delivered(store: NotifierStore, ada: Subscriber) -> None:
    hook, receiving = proven(store, ada), Receiving()
    service = webhooks_over(store, receiving)
    came(store, "one", "two")
    for minutes in range(1, 5):
        service.tick(NOW + minutes * A_MINUTE)
    assert receiving.jobs == ["Python engineer, one", "Python engineer, two"]
    first = receiving.posted[0]
    assert first.address == hook.address
    assert first.event["data"]["searches"][0]["name"] == "Python work"
    assert first.headers["webhook-signature"].startswith("v1,")
    events = SqlWebhooks(store.engine).events(ada.subscriber_id, "hook")
    of_jobs = [event for event in events if event.kind == "job.matched"]
    assert {(job.state, job.attempts, job.last.status if job.last else 0) for job in of_jobs} == {("delivered", 1, 200)}


def test_a_copy_from_another_source_is_no_other_event(store: NotifierStore, ada: Subscriber) -> None:
    proven(store, ada)
    receiving = Receiving()
    same = {
        "company": Company(name="Acme"),
        "title": "Python engineer",
        "cluster": Cluster(key="acme|python engineer|de"),
    }
    came(store, "one", "copy", **same)
    webhooks_over(store, receiving).tick(LATER)
    came(store, "a late copy", **same)
    webhooks_over(store, receiving).tick(LATER + A_MINUTE)
    assert len(receiving.posted) == 1


def test_one_webhook_is_of_a_search_and_another_of_all(store: NotifierStore, ada: Subscriber) -> None:
    go = store.search(ada, "Go work", GO)
    proven(store, ada, go.search_id, "for go")
    proven(store, ada, None, "for all")
    receiving = Receiving()
    came(store, "python")
    came(store, "go", keys=(go.key,), skills=({"name": "Go", "core": True},))
    webhooks_over(store, receiving).tick(LATER)
    posted = sorted((request.address.rpartition("/")[2], request.job) for request in receiving.posted)
    assert posted == [
        ("for all", "Python engineer, go"), ("for all", "Python engineer, python"), ("for go", "Python engineer, go")
    ]  # fmt: skip


def test_what_matched_before_and_what_is_below_the_bar_is_not_posted(store: NotifierStore, ada: Subscriber) -> None:
    store.matches.store(0, [arrival(0, posting("before"), (0,))], NOW)
    proven(store, ada)
    receiving = Receiving()
    webhooks_over(store, receiving).tick(LATER)
    came(store, "unlikely")
    webhooks_over(store, receiving, least_chance=1.0).tick(LATER + A_MINUTE)
    webhooks_over(store, receiving).tick(LATER + 2 * A_MINUTE)
    assert receiving.posted == []


def test_an_address_is_proven_by_its_answer_or_by_its_owner_and_by_nobody_else(
    store: NotifierStore, ada: Subscriber
) -> None:
    bob, hooks, receiving = store.person("bob"), SqlWebhooks(store.engine), Receiving()
    added(store, ada, name="silent")
    added(store, ada, name="echoes")
    receiving.answer = lambda request: Attempt(request.at, 1, 200, CHALLENGE if "echoes" in request.address else "ok")
    service = webhooks_over(store, receiving)
    service.tick(NOW)
    assert sorted(request.event["type"] for request in receiving.posted) == ["webhook.challenge"] * 2
    assert {hook.webhook_id: hook.state for hook in hooks.all(ada.subscriber_id)} == {
        "silent": "unproven",
        "echoes": "active",
    }
    came(store, "one")
    service.tick(LATER)
    assert [request.address.rpartition("/")[2] for request in receiving.posted[2:]] == ["echoes"]
    assert not hooks.prove(ada.subscriber_id, "silent", "a guess", LATER)
    assert not same_challenge("", "")
    with pytest.raises(UsageError):
        hooks.prove(bob.subscriber_id, "silent", CHALLENGE, LATER)
    assert hooks.prove(ada.subscriber_id, "silent", f" {CHALLENGE} ", LATER)
    assert {hook.state for hook in hooks.all(ada.subscriber_id)} == {"active"}


def test_what_fails_is_posted_again_by_the_schedule_with_the_same_id_and_body(
    store: NotifierStore, ada: Subscriber
) -> None:
    proven(store, ada)
    receiving = Receiving()
    receiving.says(503, "busy\n now")
    settings = WAITS.model_copy(update={"shut_after": timedelta(days=30)})
    service, now = webhooks_over(store, receiving, settings), LATER
    came(store, "one")
    for wait in (timedelta(0), *SCHEDULE):
        now += wait
        service.tick(now - timedelta(seconds=1))
        before = len(receiving.posted)
        now += wait / 5
        service.tick(now)
        assert len(receiving.posted) == before + 1 if wait else len(receiving.posted) == 1
    assert len(receiving.posted) == len(SCHEDULE) + 1
    assert len({(request.event_id, request.body) for request in receiving.posted}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiving.posted}) == len(receiving.posted)
    service.tick(now + timedelta(days=2))
    assert len(receiving.posted) == len(SCHEDULE) + 1
    [event] = [
        event for event in SqlWebhooks(store.engine).events(ada.subscriber_id, "hook") if event.kind == "job.matched"
    ]
    assert event.state == "failed"
    assert event.last is not None
    assert (event.last.status, event.last.answer) == (503, "busy now")


def shutting(store: NotifierStore) -> Composer:
    sender = Sender("Harbour Jobs", "jobs@example.com", "1 Quay Street, Porto")
    return Composer(JinjaRenderer(sender), sender, "https://jobs.example.com", store.ids)


@pytest.mark.parametrize(("status", "days"), [(410, 0), (500, 4)])
def test_a_webhook_is_shut_and_its_owner_told_once(
    store: NotifierStore, ada: Subscriber, status: int, days: int
) -> None:
    proven(store, ada)
    receiving = Receiving()
    receiving.says(status)
    service = webhooks_over(store, receiving, tell=shutting(store).webhook_shut)
    hours, hooks = 0, SqlWebhooks(store.engine)
    while hooks.all(ada.subscriber_id)[0].state == "active":
        came(store, f"job {hours}", fetched_at=LATER + timedelta(hours=hours))
        service.tick(LATER + timedelta(hours=hours))
        hours += 6
        assert hours < 24 * 5
    assert hours <= 24 * days + 6
    [hook] = hooks.all(ada.subscriber_id)
    assert hook.why_shut == ("gone" if status == 410 else "failing")
    before, now = len(receiving.posted), LATER + timedelta(hours=hours)
    came(store, "another", fetched_at=now)
    service.tick(now + timedelta(days=1))
    assert len(receiving.posted) == before
    [notice] = store.deliveries.claim("w", "m", now, timedelta(minutes=5), 9)
    assert notice.email.to_address == ada.profile.address
    assert hook.address in notice.email.text
    assert "https://jobs.example.com/home/webhooks" in notice.email.text
    with reading(store.engine) as connection:
        assert read_webhook_figures(connection, now + timedelta(days=2)).webhooks == {"shut": 1}
        assert read_webhook_figures(connection, now + timedelta(days=2)).overdue == 0


def test_one_that_is_turned_on_again_has_what_waited_and_what_comes(store: NotifierStore, ada: Subscriber) -> None:
    proven(store, ada)
    receiving, hooks = Receiving(), SqlWebhooks(store.engine)
    service = webhooks_over(store, receiving, WAITS.model_copy(update={"shut_after": timedelta(0)}))
    receiving.says(500)
    came(store, "waits")
    service.tick(LATER)
    service.tick(LATER + A_MINUTE)
    assert hooks.all(ada.subscriber_id)[0].state == "shut"
    came(store, "while it is shut")
    service.tick(LATER + timedelta(hours=1))
    receiving.says(200)
    receiving.posted.clear()
    hooks.ping(ada.subscriber_id, "hook", "msg_ping", LATER + timedelta(hours=1))
    service.tick(LATER + timedelta(hours=2))
    assert [request.event["type"] for request in receiving.posted] == ["webhook.ping"]
    receiving.posted.clear()
    hooks.turn_on(ada.subscriber_id, "hook", LATER + timedelta(hours=2))
    came(store, "afterwards", fetched_at=LATER + timedelta(hours=2))
    service.tick(LATER + timedelta(hours=2))
    assert receiving.jobs == ["Python engineer, afterwards", "Python engineer, waits"]


def paused(store: NotifierStore, ada: Subscriber) -> None:
    store.subscribers.pause(ada.subscriber_id, Consent("paused", LATER, "page", ""))


def left(store: NotifierStore, ada: Subscriber) -> None:
    store.subscribers.unsubscribe(ada.subscriber_id, Consent("withdrawn", LATER, "page", ""))


def suppressed(store: NotifierStore, ada: Subscriber) -> None:
    store.suppressions.suppress(ada.profile.address, "bounced", LATER)


def search_paused(store: NotifierStore, ada: Subscriber) -> None:
    [search] = store.searches.all(ada.subscriber_id)
    store.searches.pause(search.search_id, LATER)


def company_hidden(store: NotifierStore, ada: Subscriber) -> None:
    store.feedback.say(ada.subscriber_id, Answer("hidden_company", "company one", company="Company one"), LATER)


def erased(store: NotifierStore, ada: Subscriber) -> None:
    store.subscribers.erase(ada.subscriber_id, LATER)


def removed(store: NotifierStore, ada: Subscriber) -> None:
    SqlWebhooks(store.engine).remove(ada.subscriber_id, "hook", LATER)


def waiting(store: NotifierStore) -> int:
    own = (webhook_events.c.state == "waiting") & (webhook_events.c.kind == "job.matched")
    with reading(store.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(webhook_events).where(own)).scalar_one())


WISHES = (paused, left, suppressed, search_paused, company_hidden, erased, removed)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("when", ["before it comes", "before it is posted", "before it is posted again"])
def test_nothing_is_posted_to_who_does_not_want_it(
    store: NotifierStore, ada: Subscriber, wish: Callable[[NotifierStore, Subscriber], None], when: str
) -> None:
    proven(store, ada)
    receiving = Receiving()
    receiving.says(500)
    service = webhooks_over(store, receiving)
    if when == "before it comes":
        wish(store, ada)
    came(store, "one")
    if when == "before it is posted again":
        service.tick(LATER)
        assert len(receiving.posted) == 1
        receiving.posted.clear()
    if when == "before it is posted":
        store.pauses.set_sending(True, LATER)
        service.tick(LATER)
        assert waiting(store) == 1
        store.pauses.set_sending(False, LATER)
    if when != "before it comes":
        wish(store, ada)
    receiving.says(200)
    for minutes in (1, 2, 3):
        service.tick(LATER + minutes * A_MINUTE)
    assert receiving.posted == []


def test_all_of_it_goes_with_the_person_and_a_removed_one_keeps_no_address(
    store: NotifierStore, ada: Subscriber
) -> None:
    proven(store, ada)
    proven(store, ada, name="another")
    receiving, hooks = Receiving(), SqlWebhooks(store.engine)
    came(store, "one")
    webhooks_over(store, receiving).tick(LATER)
    hooks.remove(ada.subscriber_id, "another", LATER)
    assert [hook.webhook_id for hook in hooks.all(ada.subscriber_id)] == ["hook"]
    with reading(store.engine) as connection:
        rows = connection.execute(select(webhooks).where(webhooks.c.webhook_id == "another")).all()
        assert [(row.address, row.salt, row.search_id) for row in rows] == [("", "", None)]
        posted = select(func.count()).select_from(webhook_events).where(webhook_events.c.webhook_id == "another")
        assert connection.execute(posted.where(webhook_events.c.kind == "job.matched")).scalar_one() == 0
    assert forget_webhook_events(store.engine, LATER + timedelta(days=2)) == 1
    store.subscribers.erase(ada.subscriber_id, LATER)
    with reading(store.engine) as connection:
        for table in (webhooks, webhook_events, webhook_attempts):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_nobody_has_others_servers_asked_for_long(
    store: NotifierStore, ada: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "MOST_CHALLENGES", 3)
    hooks = SqlWebhooks(store.engine)
    for name in ("one", "two"):
        added(store, ada, name=name)
        hooks.remove(ada.subscriber_id, name, NOW)
    three = added(store, ada, name="three")
    with pytest.raises(FieldError, match="3 times"):
        added(store, ada, name="four")
    with pytest.raises(FieldError):
        hooks.challenge(ada.subscriber_id, "three", "msg_again", "again", NOW)
    hooks.challenge(ada.subscriber_id, "three", "msg_again", "again", NOW + timedelta(days=1, seconds=1))
    with pytest.raises(FieldError, match="there already"):
        hooks.add(replace(three, webhook_id="same"), "msg_same", "same", 10)
    with pytest.raises(FieldError, match="1 webhooks"):
        hooks.add(replace(three, webhook_id="more", address="https://more.example/"), "msg_more", "more", 1)


def test_what_a_killed_worker_had_in_hand_is_posted_again_and_its_late_answer_is_none(
    store: NotifierStore, ada: Subscriber
) -> None:
    proven(store, ada)
    came(store, "one")
    events, receiving = SqlWebhookEvents(store.engine), Receiving()
    store.pauses.set_sending(True, LATER)
    webhooks_over(store, receiving, worker="killed").tick(LATER)
    store.pauses.set_sending(False, LATER)
    [(event_id, _)] = events.waiting(LATER, 9)
    begun = events.begin(event_id, "killed", LATER, timedelta(minutes=1))
    assert begun is not None
    assert events.begin(event_id, "another", LATER, timedelta(minutes=1)) is None
    webhooks_over(store, receiving, worker="another").tick(LATER)
    assert receiving.posted == []
    # A worker of its name frees it at once; others, when its lease has run out.
    webhooks_over(store, receiving, worker="killed").tick(LATER)
    assert [request.event_id for request in receiving.posted] == [event_id]
    failed = after_attempt(begun.kind, "", Attempt(LATER, 1, 500), 1, None, timedelta(days=3), 0.5)
    assert not events.settle(begun, Attempt(LATER, 1, 500), failed, LATER, None)
    [event] = [
        event for event in SqlWebhooks(store.engine).events(ada.subscriber_id, "hook") if event.kind == "job.matched"
    ]
    assert event.state == "delivered"


def test_who_has_nothing_new_keeps_no_other_waiting(
    store: NotifierStore, ada: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = store.search(ada, "Go work", GO)
    for name in ("a", "b", "c", "d", "e"):
        proven(store, ada, go.search_id, name)
    proven(store, ada, store.searches.all(ada.subscriber_id)[1].search_id, "last")
    monkeypatch.setattr(service_module, "MOST_AT_ONCE", 2)
    receiving = Receiving()
    service = webhooks_over(store, receiving)
    came(store, "one")
    for seconds in range(3):
        service.tick(LATER + timedelta(seconds=seconds))
    assert [request.address.rpartition("/")[2] for request in receiving.posted] == ["last"]


def test_one_that_cannot_be_served_keeps_no_other_waiting(
    store: NotifierStore, ada: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("broken", "sound"):
        proven(store, ada, None, name)
    kept = SqlWebhookEvents.keep

    def fails(self: SqlWebhookEvents, due: DueWebhook, *given: Any) -> bool:
        if due.webhook.webhook_id == "broken":
            raise ValueError
        return kept(self, due, *given)

    monkeypatch.setattr(SqlWebhookEvents, "keep", fails)
    receiving = Receiving()
    service = webhooks_over(store, receiving)
    came(store, "one")
    for seconds in range(3):
        service.tick(LATER + timedelta(seconds=seconds))
    assert [request.address.rpartition("/")[2] for request in receiving.posted] == ["sound"]
    monkeypatch.setattr(SqlWebhookEvents, "keep", kept)
    service.tick(LATER + timedelta(minutes=11))
    assert [request.address.rpartition("/")[2] for request in receiving.posted] == ["sound", "broken"]


def test_a_clock_that_ran_ahead_holds_nothing_up(store: NotifierStore, ada: Subscriber) -> None:
    proven(store, ada)
    receiving, ahead = Receiving(), LATER + timedelta(days=9)
    receiving.says(503)
    came(store, "one")
    webhooks_over(store, receiving).tick(ahead)
    came(store, "two")
    receiving.says(200)
    receiving.posted.clear()
    webhooks_over(store, receiving).tick(LATER + A_MINUTE)
    assert receiving.jobs == ["Python engineer, one", "Python engineer, two"]


def test_old_cuts_that_a_webhook_was_served_up_to_are_kept(store: NotifierStore, ada: Subscriber) -> None:
    proven(store, ada)
    came(store, "one")
    for days in range(1, 4):
        came(store, f"later {days}")
        store.windows.take_cut(LATER + timedelta(days=days))
    forget_cuts(store.engine, NOW + timedelta(days=400))
    receiving = Receiving()
    webhooks_over(store, receiving, stale_after=timedelta(days=900)).tick(LATER)
    assert len(receiving.posted) == 4
    assert forget_webhook_events(store.engine, LATER + KEEP_EVENTS + timedelta(days=1)) > 4


def test_workers_at_once_post_each_job_once(stores: list[NotifierStore]) -> None:
    store = stores[0]
    person = store.person()
    store.search(person)
    proven(store, person)
    receiving = Receiving()
    came(store, *(f"job {number}" for number in range(20)))
    services = [webhooks_over(each, receiving, worker=f"worker {at}") for at, each in enumerate(stores)]
    for minutes in range(1, 6):
        at_once(*(partial(service.tick, LATER + minutes * A_MINUTE) for service in services))
    assert len(receiving.jobs) == 20
    assert len({request.event_id for request in receiving.posted}) == 20

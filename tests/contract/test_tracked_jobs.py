"""Jobs that somebody tracks: kept once, changed, taken out, and gone with the person, on either engine."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from schemas.sql.doors import tracked_jobs
from services.notifier.adapters.sql.people import tracked_jobs as adapter
from services.notifier.adapters.sql.people.tracked_jobs import SqlTrackedJobs
from services.notifier.domain.feedback import Answer, TrackedJob, answer_by_saving, answer_of
from services.notifier.domain.model import ClosedJob
from services.runtime.errors import UsageError
from services.runtime.sql.store import reading, writing
from tests.support.notifying import NOW, NotifierStore, arrival, posting


def job(name: str, hours: int = 0) -> TrackedJob:
    return TrackedJob(name, f"Title {name}", "Acme", "https://a.example", "", NOW + timedelta(hours=hours), None)


def test_a_job_is_kept_once_changed_and_taken_out(store: NotifierStore) -> None:
    ada, bob = (store.person(name).subscriber_id for name in ("ada", "bob"))
    tracked = SqlTrackedJobs(store.engine)
    for saved in (job("one"), job("two", 1)):
        tracked.save(ada, saved)
    assert tracked.change(ada, "one", "Ask for Grace", date(2026, 6, 28))
    tracked.save(ada, job("one", 5))
    changed = replace(job("one"), note="Ask for Grace", applied_on=date(2026, 6, 28))
    assert tracked.all(ada) == [job("two", 1), changed]
    assert not tracked.change(bob, "one", "mine", None)
    tracked.take_out(bob, "one")
    tracked.take_out(ada, "two")
    assert tracked.all(ada) == [changed]
    assert (tracked.has(ada, "one"), tracked.has(ada, "two"), tracked.has(bob, "one")) == (True, False, False)


def test_there_is_room_for_so_many_and_none_for_the_erased(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "MOST_TRACKED", 2)
    ada, tracked = store.person().subscriber_id, SqlTrackedJobs(store.engine)
    for name in ("one", "two", "one"):
        tracked.save(ada, job(name))
    with pytest.raises(UsageError):
        tracked.save(ada, job("three"))
    store.subscribers.erase(ada, NOW)
    with pytest.raises(UsageError):
        tracked.save(ada, job("one"))
    with reading(store.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tracked_jobs)).scalar_one() == 0


def test_a_note_beside_what_was_said_stays_when_it_is_said_again(store: NotifierStore) -> None:
    ada, feedback = store.person().subscriber_id, store.feedback
    said = Answer("hidden_company", "acme", posting_id="a posting", company="Acme & Sons")
    assert not feedback.note(ada, said.kind, said.value, "too early")
    feedback.say(ada, said, NOW)
    assert feedback.note(ada, said.kind, said.value, "They never answer")
    feedback.say(ada, said, NOW + timedelta(hours=1))
    assert feedback.said(ada) == [(replace(said, note="They never answer"), NOW + timedelta(hours=1))]


def test_to_save_a_job_says_more_like_it_until_it_is_taken_out_and_never_twice(store: NotifierStore) -> None:
    ada, tracked, feedback = store.person().subscriber_id, SqlTrackedJobs(store.engine), store.feedback
    one = posting("one")
    saved, pressed = answer_by_saving(one, NOW, 0.3), answer_of("more_like", one, NOW, 0.5)

    def kept() -> list[tuple[str, str, float | None]]:
        of_jobs = ((answer.kind, answer.job) for answer, _ in feedback.said(ada))
        return [(kind, about.kind, about.foreseen) for kind, about in of_jobs if about]

    by_saving, by_button = ("more_like", "saved", 0.3), ("more_like", "more_like", 0.5)
    tracked.save(ada, job(one.posting_id), saved)
    assert kept() == [by_saving]
    tracked.take_out(ada, one.posting_id)
    assert kept() == []
    feedback.say(ada, pressed, NOW)
    tracked.save(ada, job(one.posting_id), saved)
    assert kept() == [by_button], "who says it by a button says it once"
    tracked.take_out(ada, one.posting_id)
    assert kept() == [by_button], "and goes on saying it"
    feedback.unsay(ada, "more_like", one.cluster.key)
    tracked.save(ada, job(one.posting_id), saved)
    feedback.say(ada, pressed, NOW)
    assert kept() == [by_button]
    feedback.say(ada, answer_of("not_relevant", one, NOW, 0.5), NOW)
    tracked.save(ada, job(one.posting_id), saved)
    assert kept() == [("not_relevant", "not_relevant", 0.5)], "what is kept already says nothing anew"
    feedback.unsay(ada, "not_relevant", one.cluster.key)
    tracked.say_again(ada, one.posting_id, saved, NOW)
    assert kept() == [by_saving], "what saving says stands behind it"
    tracked.take_out(ada, one.posting_id)
    tracked.say_again(ada, one.posting_id, saved, NOW)
    assert kept() == []


def test_a_saved_job_that_is_hidden_is_kept_no_more_and_its_note_goes_along(store: NotifierStore) -> None:
    ada, tracked, one = store.person().subscriber_id, SqlTrackedJobs(store.engine), posting("one")
    tracked.save(ada, replace(job(one.posting_id), note="Far off"), answer_by_saving(one, NOW, 0.3))
    hidden = answer_of("not_relevant", one, NOW, 0.5)
    for _ in range(2):
        tracked.hide(ada, one.posting_id, hidden, NOW)
        assert tracked.all(ada) == []
        assert [(said.kind, said.note) for said, _ in store.feedback.said(ada)] == [("not_relevant", "Far off")]
    store.subscribers.erase(ada, NOW)
    with pytest.raises(UsageError):
        tracked.hide(ada, one.posting_id, hidden, NOW)


def test_to_apply_says_so_again_once(store: NotifierStore) -> None:
    ada, tracked = store.person().subscriber_id, SqlTrackedJobs(store.engine)
    one = posting("one")
    tracked.save(ada, job(one.posting_id), answer_by_saving(one, NOW, 0.3))
    for day in range(1, 4):
        later = NOW + timedelta(days=day)
        on = None if day == 1 else later.date()
        assert tracked.change(ada, one.posting_id, f"day {day}", on, answer_by_saving(one, later, 0.4))
        said_at = [at for _, at in store.feedback.said(ada)]
        assert said_at == [NOW if day == 1 else NOW + timedelta(days=2)]
    assert not tracked.change(ada, "another", "", NOW.date(), answer_by_saving(posting("another"), NOW, 0.3))
    assert len(store.feedback.said(ada)) == 1


def test_who_saved_what_closed_since_is_told_once(store: NotifierStore) -> None:
    ada, bob = (store.person(name).subscriber_id for name in ("ada", "bob"))
    tracked, before = SqlTrackedJobs(store.engine), {at: posting(name) for at, name in enumerate(("one", "two"))}
    shut = posting("shut", status="closed")
    store.matches.store(0, [*(arrival(at, posting) for at, posting in before.items()), arrival(2, shut)], NOW)
    for hours, saved in enumerate((*before.values(), shut)):
        tracked.save(ada, job(saved.posting_id, hours))
    assert store.digests.closed_jobs([ada, bob]) == {}, "what was closed when it was saved is known"
    closed = [
        posting.model_copy(update={"status": "closed", "version": posting.version + 1}) for posting in before.values()
    ]
    store.matches.store(0, [arrival(3 + at, posting) for at, posting in enumerate(closed)], NOW)
    [closed_job, other] = store.digests.closed_jobs([ada, bob])[ada]
    assert [closed_job.posting_id, other.posting_id] == [before[1].posting_id, before[0].posting_id]
    assert closed_job == ClosedJob(before[1].posting_id, f"Title {before[1].posting_id}", "Acme")
    with writing(store.engine) as connection:
        adapter.note_closed_mailed(connection, bob, [other], NOW)
        adapter.note_closed_mailed(connection, ada, [closed_job], NOW)
    assert store.digests.closed_jobs([ada, bob]) == {ada: (other,)}

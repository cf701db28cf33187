"""Stories as an operator sees them who revealed nobody: no event of any kind tells what somebody looks for."""

from typing import get_args

import pytest
from sqlalchemy import insert, update

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Salary
from schemas.sql.tables import deliveries, digests, mail_events
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import KnownItem
from services.ingest.ports import KeptItem
from services.notifier.domain.feedback import answer_of
from services.notifier.domain.model import Cause, CauseCode, Dropped, Hold, HoldCause
from services.notifier.domain.people import Subscriber
from services.notifier.domain.wording.score_lines import cause_line
from services.runtime.sql.store import writing
from services.usecases.installation import Installation
from services.usecases.stories import Case, EventKind, Story, story
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import settings_of
from tests.support.serving import DAY, HOUR, closings, commit, due

JOB = posting("one", salary=Salary(period="year", currency="EUR", annual_max=90_000, tops={"EUR": 90_000}))
KOTLIN = Criteria(skills=SkillTerms(all=("Kotlin",)), salary_floor=SalaryFloor(amount=123_456, currency="EUR"))
OWN = ("Secret", "Kotlin", "123,456", "ada@example.com", "Ada", "Python", "hidden by", "more like")
"""Names, wishes, a subject, an address, what was said."""
LATER = NOW + 3 * HOUR


@pytest.fixture
def ada(store: NotifierStore) -> Subscriber:
    """With a search that the job fits and one that it does not; the job was listed, matched and cut."""
    person = store.person()
    key = store.search(person, "Secret plans", hour=8).key
    store.search(person, "Secret dreams", KOTLIN, hour=9)
    item = KnownItem("boards", "one", "remoteok", "hash", True, False, None, None, NOW, LATER, NOW + DAY, 0)
    SqlSourceLedger(store.engine).keep([KeptItem(item, {})])
    store.matches.store(0, [arrival(0, JOB, (key,))], NOW)
    return person


def sent(store: NotifierStore) -> None:
    """In a mail that was deferred, accepted and came back."""
    [subscriber] = due(store, LATER)
    assert commit(store, subscriber, store.windows.take_cut(LATER), NOW + 2 * HOUR, "one")
    with writing(store.engine) as connection:
        connection.execute(update(digests).values(subject="Secret subject"))
        values = {"state": "bounced", "mailer": "smtp", "attempts": 2, "failing_since": LATER, "accepted_at": LATER}
        connection.execute(update(deliveries).values(reason="550 no ada@example.com here", changed_at=LATER, **values))
        [delivery] = connection.execute(deliveries.select()).all()
        event = {"event_id": "1", "kind": "soft_bounced", "at": LATER, "taken_at": LATER, "reason": "mailbox full"}
        own = {"delivery_id": delivery.delivery_id, "subscriber_id": delivery.subscriber_id}
        connection.execute(insert(mail_events).values(**event, **own))


def hold_back(store: NotifierStore, cause: Cause) -> None:
    """In a digest that left it out."""
    cut = store.windows.take_cut(LATER)
    [subscriber] = due(store, LATER)
    hold = Hold(subscriber.recipient, LATER, HoldCause("nothing_found"), (Dropped(JOB.posting_id, cause),))
    assert store.digests.commit(hold, closings(subscriber, cut, LATER), None, LATER)


def story_of(store: NotifierStore, person: Subscriber, *, masked: bool) -> Story:
    now = NOW + 5 * HOUR
    return story(Installation(settings_of(), store.engine), person.subscriber_id, JOB.posting_id, now, masked=masked)


def words(found: Story) -> str:
    return "\n".join((found.answer, *(line for event in found.events for line in (event.what, *event.details))))


def test_no_kind_of_event_tells_what_somebody_who_is_masked_looks_for(store: NotifierStore, ada: Subscriber) -> None:
    stories = [story_of(store, ada, masked=masked) for masked in (True, False)]
    sent(store)
    store.feedback.say(ada.subscriber_id, answer_of("more_like", JOB, LATER), LATER)
    stories += [story_of(store, ada, masked=masked) for masked in (True, False)]
    store.suppressions.suppress(ada.profile.address, "bounced", LATER)
    stories += [story_of(store, ada, masked=masked) for masked in (True, False)]
    assert {event.kind for found in stories[::2] for event in found.events} == set(get_args(EventKind))
    assert [[own for own in OWN if own in words(found)] for found in stories[::2]] == [[], [], []]
    whole = "\n".join(map(words, stories[1::2]))
    # Neither masked nor revealed does the mail server's answer name an address.
    assert [own for own in OWN if own not in whole] == ["ada@example.com", "Ada", "hidden by"]


@pytest.mark.parametrize("code", get_args(CauseCode))
def test_why_a_digest_left_it_out_is_told_where_that_tells_nothing_of_them(
    store: NotifierStore, ada: Subscriber, code: CauseCode
) -> None:
    case = Case(Installation(settings_of(), store.engine), ada, JOB, NOW, masked=True)
    of_them = {"hidden_company", "not_relevant", "unspoken"}
    said = cause_line(Cause(code)) or "needs German, which they do not speak"
    beginnings = {"no_fit": "no longer fits: •••", "unlikely": "too unlikely to be wanted: •••"}
    assert case.cause(code, said) == ("•••" if code in of_them else beginnings.get(code, said))


def test_what_they_hid_is_masked_in_the_answer(store: NotifierStore, ada: Subscriber) -> None:
    hold_back(store, Cause("hidden_company"))
    assert story_of(store, ada, masked=True).answer == "They did not get it: a digest that was held left it out: •••."
    assert "hidden by the subscriber" in story_of(store, ada, masked=False).answer


def test_each_step_has_its_time(store: NotifierStore, ada: Subscriber) -> None:
    sent(store)
    steps = [(event.kind, event.at) for event in story_of(store, ada, masked=False).events if event.at]
    assert steps == [
        ("seen", NOW), ("normalised", JOB.fetched_at), ("matched", LATER), ("window", NOW + 2 * HOUR),
        ("digest", NOW + 2 * HOUR), ("delivery", NOW + 2 * HOUR), *[("delivery", LATER)] * 3, ("mail", LATER),
    ]  # fmt: skip


def test_a_match_is_told_with_its_record_and_its_window(store: NotifierStore, ada: Subscriber) -> None:
    cut = store.windows.take_cut(NOW + HOUR)
    said = words(story_of(store, ada, masked=False))
    assert "the store had its match record by then: it fits their search “Secret plans”" in said
    assert "partition 0, position 0 of matches.v1" in said
    opened = (
        "it lies in the open window of their search “Secret plans”, from the beginning to now, due 2026-07-01 08:00Z"
    )
    assert opened in said
    [subscriber] = due(store, LATER)
    assert commit(store, subscriber, cut, NOW + 2 * HOUR, "one")
    said = words(story_of(store, ada, masked=False))
    closed = "window of their search “Secret plans” from the beginning to 2026-07-01 07:00Z, which was due then"
    assert closed in said
    assert "posting 1 of it, at score 1.0" in said
    assert "by revision 1 of the normaliser's rules" in said


def test_a_search_that_fits_and_that_no_record_names_is_told(store: NotifierStore, ada: Subscriber) -> None:
    store.search(ada, "Newer", Criteria(skills=SkillTerms(any=("Python",))), hour=8)
    assert "no match record names their search “Newer” as that asks now" in words(story_of(store, ada, masked=False))

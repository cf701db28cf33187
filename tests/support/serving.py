"""Serving subscribers step by step over a store: what is due, what windows hold, digests committed."""

from datetime import datetime, timedelta

from schemas.keys import unpack
from schemas.posting import Company
from schemas.sql.tables import matches
from services.notifier.domain.model import Digest, Hold, HoldCause, Item, SentItem
from services.notifier.domain.people import Subscriber
from services.notifier.domain.windows import Closing, Cut, DueSubscriber
from services.notifier.ports import Email
from services.runtime.sql.store import reading
from tests.support.notifying import NOW, NotifierStore, arrival, posting

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)
LATE = NOW + 4 * HOUR


def rows(store: NotifierStore) -> list[tuple[int, int, set[int], set[int]]]:
    """Partition, offset, keys and near keys of each stored record of matches."""
    with reading(store.engine) as connection:
        stored = connection.execute(matches.select().order_by(matches.c.partition, matches.c.offset)).all()
    return [
        (row.partition, row.offset, set(unpack(row.matched).tolist()), set(unpack(row.near).tolist())) for row in stored
    ]


def due(store: NotifierStore, now: datetime) -> list[DueSubscriber]:
    """Whoever is due, given back at once."""
    claimed = store.windows.claim_due("test", now, store.windows.take_cut(now), LEASE, 100)
    store.windows.done("test", [person.recipient.subscriber_id for person in claimed])
    return claimed


def ids(store: NotifierStore, people: list[DueSubscriber], cut: Cut) -> dict[str, list[str]]:
    """What windows hold, postings by the name in their source."""
    return {
        search_id: [store.matches.postings([own])[own].source_id for own in matched.posting_ids]
        for search_id, matched in store.windows.matches(people, cut).items()
    }


def found(store: NotifierStore, now: datetime) -> dict[str, list[str]]:
    return ids(store, due(store, now), store.windows.take_cut(now))


def closings(person: DueSubscriber, cut: Cut, now: datetime) -> list[Closing]:
    return [Closing(window, cut.number, window.due_at + DAY) for window in person.windows]


def close(store: NotifierStore, person: DueSubscriber, cut: Cut, now: datetime) -> None:
    hold = Hold(person.recipient, now, HoldCause("nothing_found"), ())
    assert store.digests.commit(hold, closings(person, cut, now), None, now)


def email_for(address: str, due_at: datetime) -> Email:
    return Email(
        delivery_id=f"delivery-{address}-{due_at:%Y%m%d%H%M}",
        sender_name="Job alerts",
        sender_address="alerts@sender.example",
        to_address=address,
        subject="1 new job",
        html="<p>One – job</p>",
        text="One – job",
        date=due_at,
        unsubscribe_url="https://jobs.example.com/u/x",
        headers=(("X-One", "1"),),
    )


def commit(store: NotifierStore, person: DueSubscriber, cut: Cut, due_at: datetime, name: str) -> bool:
    item = Item(posting(name, company=Company(name="Acme")), (), 1.0)
    digest = Digest(person.recipient, due_at, tuple(window.search for window in person.windows), (item,), (), 0, ())
    return store.digests.commit(
        digest, closings(person, cut, due_at), email_for(person.recipient.address, due_at), due_at
    )


def sent_to(store: NotifierStore, person: Subscriber, *names: str) -> list[SentItem]:
    """What someone was sent that may be the same job as postings of these names."""
    wanted = {person.subscriber_id: [posting(name) for name in names]}
    return store.digests.sent(wanted, NOW - 90 * DAY).get(person.subscriber_id, [])


def serve(store: NotifierStore, now: datetime, name: str, keys: list[int]) -> None:
    """Store a match of `keys`, and commit a digest with it for the one subscriber who is due."""
    store.matches.store(0, [arrival(0, posting(name), keys)], NOW)
    cut = store.windows.take_cut(NOW)
    [person] = due(store, now)
    assert commit(store, person, cut, now, name)

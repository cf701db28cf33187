"""Deliveries in the store, driven by two workers at random, against a model that keeps only what must hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from schemas.sql.tables import deliveries, digests
from services.notifier.adapters.sql.rows import pack_email
from services.notifier.ports import ClaimedDelivery, Email, Receipt
from services.runtime.sql.store import reading, writing
from tests.support.long_form import examples
from tests.support.notifying import NOW, NotifierStore, sqlite_store

LEASE = timedelta(minutes=10)
MAILER = "folder"
ENDS = ("accepted", "refused", "withheld", "deferred", "lost", "lost but out", "died", "died but out")

workers = st.sampled_from(["one", "two"])
which = st.integers(0, 5)
ops = st.one_of(
    st.tuples(st.just("claim"), workers, st.integers(1, 2)),
    st.tuples(st.just("begin"), which),
    st.tuples(st.just("end"), which, st.sampled_from(ENDS)),
    st.tuples(st.just("put back"), which),
    st.tuples(st.just("restart"), workers),
    st.tuples(st.just("wait"), st.sampled_from([1, 10])),
    st.tuples(st.just("settle")),
    st.tuples(st.just("event"), st.integers(0, 1)),
    st.tuples(st.just("suppress"), st.integers(0, 9)),
)


@dataclass
class Truth:
    """What really happened to a delivery, whatever the store believes."""

    out: int = 0
    """Messages that left."""
    requests: int = 0
    """Begun and not ended: each may still leave."""
    said: set[str] = field(default_factory=set)
    """What the store was told that ends a delivery."""


@dataclass
class Model:
    """Two deliveries, the claims and requests that workers hold, and the truth about them."""

    store: NotifierStore
    now: datetime = NOW
    truth: dict[str, Truth] = field(default_factory=dict)
    claims: list[tuple[str, ClaimedDelivery]] = field(default_factory=list)
    requests: list[tuple[str, ClaimedDelivery]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in range(2):
            self._open(f"person{number}")

    def do(self, op: tuple[object, ...]) -> None:
        name, *given_ = op
        getattr(self, str(name).replace(" ", "_"))(*given_)

    def claim(self, worker: str, most: int) -> None:
        for claim in self.store.deliveries.claim(worker, MAILER, self.now, LEASE, most):
            truth = self.truth[claim.delivery_id]
            assert not truth.out, "what went out is offered again"
            assert not truth.requests, "what may still go out is offered again"
            self.claims.append((worker, claim))

    def begin(self, number: int) -> None:
        if self.claims:
            worker, claimed = self.claims.pop(number % len(self.claims))
            if self.store.deliveries.begin([claimed], self.now, LEASE):
                self.truth[claimed.delivery_id].requests += 1
                self.requests.append((worker, claimed))

    def put_back(self, number: int) -> None:
        if self.claims:
            self.store.deliveries.put_back(self.claims.pop(number % len(self.claims))[1], self.now)

    def end(self, number: int, how: str) -> None:
        """Whether the message left is one thing, what the store is told another, if it is told."""
        if not self.requests:
            return
        _, claimed = self.requests.pop(number % len(self.requests))
        truth = self.truth[claimed.delivery_id]
        truth.requests -= 1
        truth.out += how in ("accepted", "lost but out", "died but out")
        store, own = self.store.deliveries, (claimed.delivery_id, claimed.attempt)
        if how == "accepted":
            store.accepted([(*own, Receipt("id"))], self.now)
        elif how == "refused":
            truth.said.add("failed")
            store.refused(*own, "never", self.now)
        elif how == "withheld":
            truth.said.add("not_sent")
            store.withheld(*own, "not allowed", self.now)
        elif how == "deferred":
            store.deferred(*own, "busy", self.now, timedelta(0))
        elif how.startswith("lost"):
            store.lost(*own, "cut off", self.now)

    def restart(self, worker: str) -> None:
        """A worker that is killed takes its requests with it: none left after all, and nobody was told."""
        for owner, claimed in self.requests:
            self.truth[claimed.delivery_id].requests -= owner == worker
        self.requests = [request for request in self.requests if request[0] != worker]
        self.claims = [claim for claim in self.claims if claim[0] != worker]
        self.store.deliveries.release(worker, self.now)

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.store.deliveries.sweep(self.now, NOW - timedelta(days=1))

    def settle(self) -> None:
        """Ask what became of the unknown; of what is still on its way nobody can tell."""
        for doubt in self.store.deliveries.doubts(MAILER, 10):
            truth = self.truth[doubt.delivery_id]
            if truth.requests:
                continue
            if truth.out:
                self.store.deliveries.accepted([(doubt.delivery_id, doubt.attempt, Receipt("id"))], self.now)
            else:
                self.store.deliveries.disproved(doubt, self.now, resend=True)

    def event(self, number: int) -> None:
        """The provider tells of a message that left; nothing is told of one that did not."""
        if number < len(self.truth) and self.truth[f"delivery-person{number}"].out:
            self.store.deliveries.settle(f"delivery-person{number}", "delivered", self.now)
            assert not self.store.deliveries.settle(f"delivery-person{number}", "delivered", self.now)

    def suppress(self, number: int) -> None:
        if number < len(self.truth):
            self.truth[f"delivery-person{number}"].said.add("cancelled")
            self.store.suppressions.suppress(f"person{number}@example.com", "unsubscribed", self.now)

    def check(self) -> None:
        with reading(self.store.engine) as connection:
            rows = connection.execute(select(deliveries.c.delivery_id, deliveries.c.state)).all()
        for delivery_id, state in rows:
            truth = self.truth[delivery_id]
            assert truth.out + truth.requests <= 1
            if state in ("accepted", "delivered"):
                assert truth.out == 1
            if state in ("pending", "claimed", "not_sent", "failed", "cancelled"):
                assert not truth.out
            if state in ("failed", "cancelled"):
                assert state in truth.said
            if state not in ("sending", "unknown"):
                assert not truth.requests

    def _open(self, name: str) -> None:
        person = self.store.person(name)
        delivery_id = f"delivery-{name}"
        email = Email(delivery_id, "a", "a@sender.example", person.profile.address, "s", "h", "t", NOW, "")
        own = {"digest_id": name, "subscriber_id": person.subscriber_id, "due_at": NOW, "created_at": NOW}
        digest = {"outcome": "digest", "reason": "", "instant": False, "subject": "s", "dropped": b""}
        waiting = {"state": "pending", "attempts": 0, "not_before": NOW, "reason": "", "changed_at": NOW}
        with writing(self.store.engine) as connection:
            connection.execute(insert(digests).values(**own, **digest, body=pack_email(email)))
            connection.execute(insert(deliveries).values(**own, **waiting, delivery_id=delivery_id))
        self.truth[delivery_id] = Truth()


@contextmanager
def model() -> Iterator[Model]:
    with TemporaryDirectory() as folder:
        made = Model(sqlite_store(Path(folder)))
        try:
            yield made
        finally:
            made.store.engine.dispose()


@given(st.lists(ops, min_size=5, max_size=40))
@settings(max_examples=examples(70))
def test_nothing_leaves_twice_and_the_store_never_says_what_is_not_so(steps: list[tuple[object, ...]]) -> None:
    with model() as made:
        for step in steps:
            made.do(step)
            made.check()


@given(st.lists(ops, max_size=25))
@settings(max_examples=examples(30))
def test_whatever_happened_all_ends_once_the_mailer_answers(steps: list[tuple[object, ...]]) -> None:
    with model() as made:
        for step in steps:
            made.do(step)
        for worker in ("one", "two"):
            made.restart(worker)
        for _ in range(2):
            made.settle()
            made.claim("one", 2)
            while made.claims:
                made.begin(0)
            while made.requests:
                made.end(0, "accepted")
        made.check()
        assert set(made.store.deliveries.states()) <= {"accepted", "delivered", "failed", "cancelled", "not_sent"}

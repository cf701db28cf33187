"""A subscriber's life in any order: never a mail without consent, twice, or after they left; always what is due."""

import email
import email.policy
import re
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services.notifier.adapters.sql.people.doors import SqlDoors
from services.notifier.app import build_notifier
from services.notifier.domain.people import Subscriber, profile_of
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Email, Receipt
from services.notifier.settings import ConsentSettings
from services.runtime.sql.store import open_store
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.stores import new_url

BASE = "https://alerts.example"
TWO_NIGHTS_BEFORE = datetime(2026, 10, 23, 6, tzinfo=UTC)
"""The clocks of Berlin go back."""
ADDRESSES = ("grace@example.com", "grace@elsewhere.example")
WISH = {"skills": "Python", "time_zone": "Europe/Berlin", "hour": "8"}
SPANS = ConsentSettings(ask_after=timedelta(days=6), answer_within=timedelta(days=2), erase_after=timedelta(days=3))
"""A year of silence, in days that a test can wait for."""


class SubscriberLife(RuleBasedStateMachine):
    """One person, the portal, the notifier, and a model of what they want."""

    engine = "sqlite"

    def open(self, now: datetime) -> None:
        """The store, and a portal and a notifier over it."""
        self.store = NotifierStore(open_store(self.url))
        mail = {"folder": self.folder / "letters", "public_url": BASE, "sendgrid": {"event_key": EVENT_KEY}}
        self.served = served_portal(self.store, **mail)
        self.portal: ServedPortal = self.served.__enter__()
        self.portal.now = now
        sender = {"sender_name": "Harbour Jobs", "sender_address": "a@harbour.example", "public_url": BASE}
        settings_of_mail = MailSettings.model_validate(sender | {"postal_address": "1 Quay Street, Porto"})
        self.notifier = build_notifier(self.store.engine, self.store.ids, settings_of_mail, mailer=self, consent=SPANS)

    def close(self) -> None:
        self.served.__exit__(None, None, None)
        self.store.engine.dispose()

    @initialize()
    def begin(self) -> None:
        self.folder, self.made = Path(mkdtemp()), ExitStack()
        self.url = self.made.enter_context(new_url(self.engine, self.folder))
        self.open(TWO_NIGHTS_BEFORE)
        self.name, self.jobs, self.events = "noting", 0, 0
        self.address, self.complained = ADDRESSES[0], set[str]()
        self.wanted = self.unconfirmed = self.left = False
        self.sign = self.asked = self.portal.now
        self.questions: list[str] = []
        self.owed: set[str] = set()
        self.sent: set[str] = set()
        self.wrong: list[str] = []
        # Most lives begin so; without it few would come as far as a mail.
        self.sign_up()
        self.confirm()
        assert self.wanted

    def send(self, message: Email) -> Receipt:
        """As a mailer: each mail is held against the model at the moment it is begun."""
        question = re.findall(rf"{BASE}(/y/\S+)", message.text)
        if question:
            self.questions += question
            self.asked = self.portal.now
        lively = not self.unconfirmed and self.portal.now - self.sign < SPANS.ask_after
        wrong = {
            "a mail to somebody else": message.to_address != self.address,
            "a mail to who did not ask, paused, or left": not question and not self.wanted,
            "a question to who gave a sign of life, or left": bool(question) and (lively or self.left),
            "a mail to who complained": self.suppressed,
            "twice for a window": message.delivery_id in self.sent,
        }
        # Whatever a mailer raises, the courier takes for an answer: it is held against the tick instead.
        self.wrong += [what for what, is_so in wrong.items() if is_so]
        self.sent.add(message.delivery_id)
        self.owed = {name for name in self.owed if f"engineer, {name}" not in message.text}
        return Receipt("taken")

    @property
    def suppressed(self) -> bool:
        return self.address in self.complained

    def person(self) -> Subscriber | None:
        return self.store.subscribers.with_address(self.address)

    def links(self, kind: str) -> Sequence[str]:
        self.portal.postman.join()
        found = []
        for path in (self.folder / "letters").glob("*.eml"):
            body = email.message_from_bytes(path.read_bytes(), policy=email.policy.default).get_body(("plain",))
            assert body is not None
            found += re.findall(rf"{BASE}(/{kind}/\S+)", body.get_content())
        return sorted(found)

    @rule()
    def sign_up(self) -> None:
        self.portal.client.post(
            "/sign-up",
            data=WISH | {"address": self.address},
            headers={"X-Forwarded-For": f"198.{self.events % 200}.1.1"},
        )
        self.events += 1
        self.portal.postman.join()

    @rule()
    def confirm(self) -> None:
        """Press each link that was ever mailed: those that are late or used up do nothing."""
        for link in self.links("c"):
            forwarded = {"X-Forwarded-For": f"198.{self.events % 200}.2.1"}
            self.events += 1
            if self.portal.client.post(link, data={}, headers=forwarded).status_code == 303:
                self.wanted, self.left, self.unconfirmed, self.sign = True, False, False, self.portal.now

    @precondition(lambda self: self.person() is not None)
    @rule(do=st.sampled_from(["leave", "again", "pause", "go-on", "one-click"]))
    def press(self, do: str) -> None:
        person = self.person()
        assert person is not None
        form = {"List-Unsubscribe": "One-Click"} if do == "one-click" else {"do": do}
        answer = self.portal.post(self.portal.path("unsubscribe", person), **form)
        after = self.person()
        assert after is not None
        expected = {"leave": "unsubscribed", "one-click": "unsubscribed", "pause": "paused"}
        assert after.status == expected.get(do, after.status)
        unasked = ("unsubscribed", "unconfirmed")
        assert answer.status_code == 200 or (do == "go-on" and person.status in unasked)
        if do == "go-on" and person.status in unasked:
            assert after.status == person.status
        else:
            self.sign = self.portal.now
        self.wanted, self.unconfirmed = after.status == "active", after.status == "unconfirmed"
        self.left = after.status in ("paused", "unsubscribed")

    @precondition(lambda self: self.person() is not None)
    @rule(kind=st.sampled_from(["spamreport", "bounce", "delivered", "group_unsubscribe"]))
    def tell(self, kind: str) -> None:
        self.events += 1
        body = body_of([event(self.events, kind, self.portal.now, self.person())])
        headers = signed(body, self.portal.now)
        assert self.portal.client.post("/events/sendgrid", content=body, headers=headers).status_code == 200
        if kind in ("spamreport", "bounce"):
            self.complained.add(self.address)
        after = self.person()
        assert after is not None
        if after.status == "unsubscribed":
            self.wanted, self.unconfirmed, self.left = False, False, True

    @precondition(lambda self: self.suppressed)
    @rule()
    def lift(self) -> None:
        self.store.suppressions.allow(self.address, "they asked", self.portal.now, "operator")
        self.complained.discard(self.address)

    @precondition(lambda self: self.person() is not None)
    @rule()
    def erase(self) -> None:
        person = self.person()
        assert person is not None
        self.store.subscribers.erase(person.subscriber_id, self.portal.now)
        self.wanted, self.unconfirmed, self.owed = False, False, set()

    @precondition(lambda self: self.person() is None)
    @rule()
    def declare(self) -> None:
        """An operator takes them in, who is to ask them first."""
        profile = profile_of(WISH | {"address": self.address})
        made = self.store.subscribers.add(profile, self.portal.now, status="unconfirmed")
        self.store.search(made, now=self.portal.now, hour=8)
        self.wanted, self.left, self.unconfirmed = False, False, True

    @precondition(lambda self: self.person() is not None)
    @rule()
    def answer(self) -> None:
        """Press each button of a question that ever came; those that went to another address, or before, do nothing."""
        for link in self.questions:
            before = self.person()
            assert before is not None
            answer = self.portal.post(link, do="yes")
            after = self.person()
            assert after is not None
            if answer.status_code == 200:
                assert after.status == "active"
                self.wanted, self.left, self.unconfirmed = True, False, False
                if before.status != "active" or before.asked_at is not None:
                    self.sign = self.portal.now
            else:
                assert (answer.status_code, after.status) == (410, before.status)

    @precondition(lambda self: self.person() is not None)
    @rule()
    def move(self) -> None:
        """Ask for the other address, and press each link that was ever mailed to confirm one."""
        self.confirm()
        person = self.person()
        assert person is not None
        made = f"a link of theirs {self.events}"
        self.events += 1
        SqlDoors(self.store.engine, self.store.ids).keep_sign_in(made, person.subscriber_id, self.portal.now)
        from_here = {"X-Forwarded-For": f"198.{self.events % 200}.3.1"}
        entered = self.portal.client.post(f"/s/{made}", data={}, headers=from_here)
        own = from_here | {"Cookie": entered.headers["set-cookie"].partition(";")[0]}
        [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', self.portal.client.get("/home", headers=own).text)
        self.sign = self.portal.now
        other = ADDRESSES[1 - ADDRESSES.index(self.address)]
        form = {"do": "move", "csrf": csrf, "address": other}
        assert self.portal.client.post("/home", data=form, headers=own).status_code == 200
        for number, link in enumerate(self.links("a")):
            forwarded = {"X-Forwarded-For": f"198.{self.events % 200}.{number % 250}.4"}
            if self.portal.client.post(link, data={}, headers=forwarded).status_code == 303:
                assert self.person() is None
                self.address = other
        assert self.person() is not None

    @rule()
    def job(self) -> None:
        """One comes that every search fits."""
        person = self.person()
        searches = self.store.searches.all(person.subscriber_id) if person else []
        self.jobs += 1
        name = f"job{self.jobs}"
        made = posting(name, fetched_at=self.portal.now)
        self.store.matches.store(0, [arrival(self.jobs, made, [each.key for each in searches])], self.portal.now)
        if searches and self.wanted and not self.suppressed:
            self.owed.add(name)

    @rule(hours=st.sampled_from([1, 5, 26]))
    def wait(self, hours: int) -> None:
        """The notifier ticks each hour."""
        for _ in range(hours):
            self.portal.now += timedelta(hours=1)
            before = self.person()
            self.notifier.tick(self.portal.now)
            assert self.wrong == []
            self._follow(before)
        if not self.wanted or self.suppressed:
            self.owed = set()
        assert hours < 26 or not self.owed, "what was due did not come"

    def _follow(self, before: Subscriber | None) -> None:
        """Of its own a tick pauses, or erases, only who was asked and had the time to answer."""
        after, waited = self.person(), self.portal.now - self.asked
        if before is None or (after is not None and after.status == before.status):
            return
        if after is None:
            assert before.status in ("paused", "unconfirmed")
            gone = before.status == "unconfirmed" and self.suppressed
            assert gone or waited >= (SPANS.erase_after if before.status == "paused" else SPANS.answer_within)
        else:
            assert (before.status, after.status) == ("active", "paused")
        assert not self.left, "who paused by themselves is not erased"
        self.wanted, self.unconfirmed, self.owed = False, False, set()

    @rule()
    def start_anew(self) -> None:
        """All processes end and others begin: what they know is what the store holds."""
        self.portal.postman.join()
        self.close()
        self.open(self.portal.now)

    @rule()
    def silence(self) -> None:
        """Days in which nothing is heard of them."""
        for _ in range(9):
            self.wait(24)

    @rule()
    def day(self) -> None:
        """The common case: a job comes, and the morning after it."""
        self.job()
        self.wait(26)

    def teardown(self) -> None:
        if hasattr(self, "served"):
            self.close()
            self.made.close()
            shutil.rmtree(self.folder)


SubscriberLife.TestCase.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSubscriberLife = SubscriberLife.TestCase


class LifeOnPostgresql(SubscriberLife):
    """The same over the store of the deployed form."""

    engine = "postgresql"


LifeOnPostgresql.TestCase.settings = settings(
    max_examples=4, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLifeOnPostgresql = pytest.mark.live(LifeOnPostgresql.TestCase)

"""A subscriber's life in any order: never a mail without consent, twice, or after they left; always what is due."""

import email
import email.policy
import re
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services.notifier.app import build_notifier
from services.notifier.domain.people import Subscriber
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Email, Receipt
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import arrival, posting, sqlite_store
from tests.support.portal import ServedPortal, served_portal

BASE = "https://alerts.example"
ADDRESS = "grace@example.com"
WISH = {"address": ADDRESS, "skills": "Python", "time_zone": "Europe/Berlin", "hour": "8"}


class SubscriberLife(RuleBasedStateMachine):
    """One person, the portal, the notifier, and a model of what they want."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.store = sqlite_store(self.folder)
        mail = {"folder": self.folder / "letters", "public_url": BASE, "sendgrid": {"event_key": EVENT_KEY}}
        self.served = served_portal(self.store, **mail)
        self.portal: ServedPortal = self.served.__enter__()
        sender = {"sender_name": "Harbour Jobs", "sender_address": "a@harbour.example", "public_url": BASE}
        settings_of_mail = MailSettings.model_validate(sender | {"postal_address": "1 Quay Street, Porto"})
        self.notifier = build_notifier(self.store.engine, self.store.ids, settings_of_mail, mailer=self)
        self.name, self.jobs, self.events = "noting", 0, 0
        self.wanted = self.suppressed = False
        self.owed: set[str] = set()
        self.sent: set[str] = set()
        self.wrong: list[str] = []
        # Most lives begin so; without it few would come as far as a mail.
        self.sign_up()
        self.confirm()
        assert self.wanted

    def send(self, message: Email) -> Receipt:
        """As a mailer: each mail is held against the model at the moment it is begun."""
        wrong = {
            "a mail to somebody else": message.to_address != ADDRESS,
            "a mail to who did not ask, paused, or left": not self.wanted,
            "a mail to who complained": self.suppressed,
            "twice for a window": message.delivery_id in self.sent,
        }
        # Whatever a mailer raises, the courier takes for an answer: it is held against the tick instead.
        self.wrong += [what for what, is_so in wrong.items() if is_so]
        self.sent.add(message.delivery_id)
        self.owed = {name for name in self.owed if f"engineer, {name}" not in message.text}
        return Receipt("taken")

    def person(self) -> Subscriber | None:
        return self.store.subscribers.with_address(ADDRESS)

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
        self.portal.client.post("/sign-up", data=WISH, headers={"X-Forwarded-For": f"198.{self.events % 200}.1.1"})
        self.events += 1
        self.portal.postman.join()

    @rule()
    def confirm(self) -> None:
        """Press each link that was ever mailed: those that are late or used up do nothing."""
        for link in self.links("c"):
            forwarded = {"X-Forwarded-For": f"198.{self.events % 200}.2.1"}
            self.events += 1
            self.wanted |= self.portal.client.post(link, data={}, headers=forwarded).status_code == 303

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
        assert answer.status_code == 200 or (do == "go-on" and person.status == "unsubscribed")
        if do == "go-on":
            assert (after.status == "unsubscribed") == (person.status == "unsubscribed")
        self.wanted = after.status == "active"

    @precondition(lambda self: self.person() is not None)
    @rule(kind=st.sampled_from(["spamreport", "bounce", "delivered", "group_unsubscribe"]))
    def tell(self, kind: str) -> None:
        self.events += 1
        body = body_of([event(self.events, kind, self.portal.now, self.person())])
        headers = signed(body, self.portal.now)
        assert self.portal.client.post("/events/sendgrid", content=body, headers=headers).status_code == 200
        self.suppressed |= kind in ("spamreport", "bounce")
        self.wanted &= kind != "group_unsubscribe"

    @precondition(lambda self: self.suppressed)
    @rule()
    def lift(self) -> None:
        self.store.suppressions.allow(ADDRESS, "they asked", self.portal.now, "operator")
        self.suppressed = False

    @precondition(lambda self: self.person() is not None)
    @rule()
    def erase(self) -> None:
        person = self.person()
        assert person is not None
        self.store.subscribers.erase(person.subscriber_id, self.portal.now)
        self.wanted, self.owed = False, set()

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
            self.notifier.tick(self.portal.now)
            assert self.wrong == []
        if not self.wanted or self.suppressed:
            self.owed = set()
        assert hours < 26 or not self.owed, "what was due did not come"

    @rule()
    def day(self) -> None:
        """The common case: a job comes, and the morning after it."""
        self.job()
        self.wait(26)

    def teardown(self) -> None:
        if hasattr(self, "served"):
            self.served.__exit__(None, None, None)
            self.store.engine.dispose()
            shutil.rmtree(self.folder)


SubscriberLife.TestCase.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSubscriberLife = SubscriberLife.TestCase

"""A subscriber's life in any order: never a mail without consent, twice, or after they left; always what is due."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lxml import html as lxml_html

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Skill
from services.notifier.adapters.sql.people.doors import SqlDoors
from services.notifier.app import build_notifier
from services.notifier.domain.model import Cadence
from services.notifier.domain.people import SavedSearch, Status, Subscriber, profile_of
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Email, MailDeferredError, MailUnknownError, Receipt
from services.notifier.settings import ConsentSettings
from services.runtime.sql.ran_ahead import AHEAD, FURTHEST_DUE
from services.runtime.sql.store import open_store
from services.usecases import consent
from services.usecases.installation import Installation
from tests.support import kill_points
from tests.support.consenting import declared
from tests.support.kill_points import DiedError, dying_at
from tests.support.letters import CONFIRM, NEW_ADDRESS, SIGN_IN, LetterBox
from tests.support.long_form import LONG
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal, settings_of
from tests.support.stores import new_url

BASE = "https://alerts.example"
NIGHTS: Mapping[str, Sequence[datetime]] = {
    "Europe/Berlin": (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)),
}
"""When the clocks of a zone go back, and forward: a life begins two days before."""
ADDRESSES = ("grace@example.com", "grace@elsewhere.example")
SPANS = ConsentSettings(ask_after=timedelta(days=6), answer_within=timedelta(days=2), erase_after=timedelta(days=3))
"""A year of silence, in days that a test can wait for."""
TO_THE_DAY = timedelta(days=1)
"""How exactly signs of life are kept."""
COMES_WITHIN: Mapping[Cadence, timedelta] = {
    # A day of 25 hours, and a tick an hour; a week, and what a change of times may put off; the next day's first.
    "daily": timedelta(hours=26),
    "weekly": timedelta(days=11),
    "instant": timedelta(hours=26),
}
AT_OTHER_TIMES = timedelta(days=2)
"""What was due may wait for so long more where a search gets other times: each date has one digest."""
RAN_AHEAD: Mapping[Cadence, timedelta] = {
    cadence: FURTHEST_DUE[cadence] + AHEAD + timedelta(hours=2) for cadence in COMES_WITHIN
}
"""How long what is due may wait after a clock ran ahead."""
LOOKS_BACK = timedelta(days=6)
"""A day less than a search does that is new or goes on again."""
MOST_SET_BACK = timedelta(hours=30)
"""In a clock that is set back by more, the days since a question are counted anew."""
LANGUAGES = ("Python", "Go")
QUESTIONS: Mapping[str, Status] = {
    "Do you want job alerts": "unconfirmed",
    "Do you still want job alerts": "active",
    "Your job alerts from Harbour Jobs are paused": "paused",
}
"""How the notices begin that a notifier mails, and what who gets one is by then."""
ASKED: Sequence[Mapping[str, str]] = tuple({"skills": some} for some in ("Python", "Go", "Python, Go"))
TIMES: Sequence[Mapping[str, str]] = (
    {"cadence": "daily", "hour": "8"},
    {"cadence": "daily", "hour": "20"},
    {"cadence": "daily", "hour": "2"},
    {"cadence": "weekly", "hour": "8", "weekday": "0"},
    {"cadence": "instant"},
)
"""Of forms: what a search asks for, and when it is mailed."""
DEATHS: Mapping[str, Sequence[str]] = {
    "sign-up": (
        "after a letter may go, before its link is kept",
        "between a letter and its wish",
        "between a wish and its letter",
        "after a letter, before its record",
        "after a letter",
    ),
    "confirm": (
        "within a change of consent, at its row in the ledger",
        "within a confirmation, before its search",
        "within a confirmation, before its wish is forgotten",
    ),
    "leave": (
        "within a change of consent, at its row in the ledger",
        "within leaving or a pause, between standing and what waits",
        "after leaving, before its answer",
    ),
    "spamreport": (
        "within an event of a batch",
        "before an event suppresses",
        "between the transactions of a batch",
        "after a batch is kept, before its answer",
    ),
    "erase": (
        "between the mails and the rows of an erasure",
        "within the rows of an erasure",
        "between the rows and the last mails of an erasure",
        "after an erasure, before its answer",
    ),
    "tick": (
        "before somebody is asked",
        "within asking somebody",
        "after who is due is claimed",
        "within a digest, before its delivery is opened",
        "after a digest is kept",
        "after mails are claimed",
        "before SENDING",
        "after SENDING, before the mail",
        "after the mail, before its answer",
        "after the answer, before the record",
        "after the record",
    ),
}
"""At which points of `tests.support.kill_points` an act may die."""


@dataclass(frozen=True)
class Job:
    """A posting that asks for one language."""

    posting: PostingCore
    language: str
    at: datetime

    def fits(self, asked: Criteria) -> bool:
        return self.language in (*asked.skills.any, *asked.skills.all)


def job_of(name: str, language: str, at: datetime) -> Job:
    text = f"We are looking for someone who writes {language} for {name}."
    fields = {"title": f"{language} engineer, {name}", "description_text": text}
    made = posting(name, fetched_at=at, skills=(Skill(name=language, core=True),), **fields)
    return Job(made, language, at)


class SubscriberLife(RuleBasedStateMachine):
    """One person, the portal, the notifier, and a model of what they want."""

    engine = "sqlite"

    def open(self, now: datetime) -> None:
        """The store, and a portal and a notifier over it."""
        self.store = NotifierStore(open_store(self.url))
        mail = {"folder": self.folder / "letters", "public_url": BASE, "sendgrid": {"event_key": EVENT_KEY}}
        self.installation = Installation(settings_of(**mail), self.store.engine)
        self.served = served_portal(self.store, **mail)
        self.portal: ServedPortal = self.served.__enter__()
        self.portal.now = now
        # A connection that idles while the notifier ticks may be closed just as it is used again.
        self.portal.client.headers["Connection"] = "close"
        sender = {"sender_name": "Harbour Jobs", "sender_address": "a@harbour.example", "public_url": BASE}
        settings_of_mail = MailSettings.model_validate(sender | {"postal_address": "1 Quay Street, Porto"})
        self.notifier = build_notifier(self.store.engine, self.store.ids, settings_of_mail, mailer=self, consent=SPANS)

    def close(self) -> None:
        self.served.__exit__(None, None, None)
        self.store.engine.dispose()

    @initialize(zone=st.sampled_from(sorted(NIGHTS)), spring=st.booleans())
    def begin(self, zone: str, spring: bool) -> None:
        self.folder, self.made = Path(mkdtemp()), ExitStack()
        self.url = self.made.enter_context(new_url(self.engine, self.folder))
        self.open(NIGHTS[zone][spring].replace(hour=6) - timedelta(days=2))
        self.wish = {"skills": "Python", "time_zone": zone, "hour": "8"}
        self.ran_ahead_at: datetime | None = None
        self.name, self.latest, self.events = "noting", self.portal.now, 0
        self.jobs: dict[str, Job] = {}
        self.records, self.matched = 0, set[int]()
        self.got, self.pressed = set[str](), set[str]()
        self.address, self.complained = ADDRESSES[0], set[str]()
        self.wanted = self.unconfirmed = self.left = False
        self.back: datetime | None = None
        self.sign = self.asked = self.portal.now
        self.questions: list[str] = []
        self.owed: dict[str, datetime] = {}
        self.asked_for: list[Criteria] = []
        self.away = self.waits = False
        self.lost, self.formerly, self.paused = set[str](), list[Criteria](), list[Criteria]()
        self.sent: set[str] = set()
        self.letters = LetterBox(self.folder / "letters")
        self.put = set[tuple[str, datetime]]()
        self.doubtful: dict[str, datetime] = {}
        self.left_behind: list[str] = []
        self.wrong: list[str] = []
        # The notifier has known the time before anybody came.
        self.notifier.tick(self.portal.now)
        # Most lives begin so; without it few would come as far as a mail.
        self.sign_up()
        self.confirm()
        assert self.wanted

    def send(self, message: Email) -> Receipt:
        """As a mailer: each mail is held against the model at the moment it is begun."""
        person = self.person()
        if person is None:
            self.wrong.append("a mail to who is erased")
            return Receipt("taken")
        if "go to another address" in message.subject:
            return self.tell_old_address(message)
        question = re.findall(rf"{BASE}(/y/\S+)", message.text)
        put = [(kind, self.sign) for kind in QUESTIONS if message.subject.startswith(kind)]
        if question:
            self.asked = message.date
        lively = not self.unconfirmed and self.portal.now - self.sign < SPANS.ask_after - TO_THE_DAY
        fitting, _, near = message.text.partition("\nNEARLY\n")
        jobs = re.findall(r"engineer, (job\d+)", fitting)
        wrong = {
            "a mail to somebody else": message.to_address != self.address,
            "a mail to who did not ask, paused, or left": not question and not self.wanted,
            "a question to who gave a sign of life, or left": bool(question) and (lively or self.left),
            "a question that asks what was answered": len(put) != len(question)
            or any(QUESTIONS[kind] != person.status for kind, _ in put),
            "a question twice": bool(self.put & set(put)),
            "a mail to who complained": self.suppressed,
            "twice for a window": message.delivery_id in self.sent,
            "a job twice": bool(self.got & set(jobs)) or len(set(jobs)) < len(jobs),
            "a job that no search asks for": not all(self.fits(name, self.formerly + self.paused) for name in jobs),
            "a mail of searches that are paused or gone": bool(jobs)
            and not any(self.fits(name, self.formerly) for name in jobs),
        }
        # Whatever a mailer raises, the courier takes for an answer: it is held against the tick instead.
        self.wrong += [what for what, is_so in wrong.items() if is_so]
        if self.away:
            raise MailDeferredError("away")
        self.questions += question
        self.put |= set(put)
        self.sent.add(message.delivery_id)
        self.got |= {*jobs, *re.findall(r"engineer, (job\d+)", near)}
        kill_points.is_out()
        return Receipt("taken")

    def find(self, delivery_id: str) -> Receipt | None:
        """As a mailer that can look up what it took."""
        if self.away:
            raise MailUnknownError("away")
        return Receipt("taken") if delivery_id in self.sent else None

    def tell_old_address(self, message: Email) -> Receipt:
        """Whatever they are by now: once, where they were mailed before they moved."""
        if message.to_address not in self.left_behind or message.to_address in self.complained:
            self.wrong.append("an old address is told of no move, twice, or after a complaint")
        elif self.away:
            raise MailDeferredError("away")
        else:
            self.left_behind.remove(message.to_address)
            self.sent.add(message.delivery_id)
        kill_points.is_out()
        return Receipt("taken")

    def fits(self, name: str, besides: Sequence[Criteria]) -> bool:
        return any(self.jobs[name].fits(asked) for asked in (*self.asked_for, *besides))

    @property
    def suppressed(self) -> bool:
        return self.address in self.complained

    def person(self) -> Subscriber | None:
        return self.store.subscribers.with_address(self.address)

    def saved(self) -> list[SavedSearch]:
        person = self.person()
        return self.store.searches.all(person.subscriber_id) if person else []

    @invariant()
    def follow(self) -> None:
        """Look up what is newly asked for in what came before, as a matcher does; and note what is owed by now."""
        assert self.get_letters() == [], "a letter that nobody asked for"
        saved = self.saved()
        for search in saved:
            if search.key not in self.matched:
                self.match([job for job in self.jobs.values() if job.fits(search.criteria)], [search.key])
        self.matched = {search.key for search in saved}
        serves = self.wanted and not self.suppressed
        if self.waits and not serves:
            # What waits for a mailer is cancelled then, and comes no more.
            self.lost = set(self.jobs)
        asking = [search for search in saved if serves and not search.paused]
        self.asked_for = [search.criteria for search in asking]
        owed: dict[str, datetime] = {}
        for name, job in self.jobs.items():
            cadences = [search.timing.cadence for search in asking if job.fits(search.criteria)]
            known = name in self.owed or self.latest - job.at < LOOKS_BACK
            if cadences and known and name not in self.got | self.lost:
                owed[name] = self.owed.get(name, max(self.comes_by(cadence) for cadence in cadences))
        self.owed = owed

    def comes_by(self, cadence: Cadence) -> datetime:
        """When what a search finds now has come at the latest."""
        by = self.latest + COMES_WITHIN[cadence]
        return max(by, self.ran_ahead_at + RAN_AHEAD[cadence]) if self.ran_ahead_at else by

    def match(self, jobs: Sequence[Job], keys: Sequence[int]) -> None:
        """Write of the matcher's records, at the end of its topic."""
        for job in jobs:
            self.records += 1
            self.store.matches.store(0, [arrival(self.records, job.posting, keys)], self.portal.now)

    def network(self) -> dict[str, str]:
        """Another each time: of one only so many forms are taken."""
        self.events += 1
        return {"X-Forwarded-For": f"198.{self.events // 200 % 200}.{self.events % 200}.1"}

    def links(self, kind: str) -> Sequence[str]:
        """All that were ever mailed, those in mails that an erasure deleted too."""
        return sorted(link for link in self.pressed if link.startswith(f"/{kind}/"))

    def get_letters(self) -> list[tuple[str, str]]:
        """Of each that came since the last look: its kind, and to whom."""
        self.portal.postman.join()
        found = self.letters.news()
        assert all(letter.at == self.portal.now for letter in found), "a letter goes at once or not at all"
        self.pressed |= {letter.path for letter in found}
        return [(letter.kind, letter.to) for letter in found]

    @contextmanager
    def getting(self, kind: str | None, address: str) -> Iterator[None]:
        """Who asks for a letter gets it where it may go, and nobody gets another; None: who has none to get."""
        goes = kind is not None and self.letters.may_get(address, self.portal.now, self.complained)
        yield
        found = self.get_letters()
        doubtful = not found and self.portal.now - self.doubtful.get(address, self.portal.now) < timedelta(days=1)
        assert found == ([(kind, address)] if goes else []) or (address in self.doubtful and doubtful)

    @rule()
    def sign_up(self) -> None:
        with self.getting(SIGN_IN if self.person() else CONFIRM, self.address):
            self.portal.client.post("/sign-up", data=self.wish | {"address": self.address}, headers=self.network())

    @rule()
    def sign_in(self) -> None:
        """By a letter, which who is not there gets none of; its link does it once."""
        before = self.links(SIGN_IN)
        with self.getting(SIGN_IN if self.person() else None, self.address):
            self.portal.client.post("/sign-in", data={"address": self.address}, headers=self.network())
        for link in set(self.links(SIGN_IN)) - set(before):
            here = self.network()
            entered = self.portal.client.post(link, data={}, headers=here)
            assert entered.status_code == 303
            own = here | {"Cookie": entered.headers["set-cookie"].partition(";")[0]}
            assert self.portal.client.get("/home", headers=own).status_code == 200
            self.sign = self.portal.now
            assert self.portal.client.post(link, data={}, headers=here).status_code == 410, "used up"

    @rule()
    def confirm(self) -> None:
        """Press each link that was ever mailed: those that are late or used up do nothing."""
        for link in self.links(CONFIRM):
            if self.portal.client.post(link, data={}, headers=self.network()).status_code == 303:
                self.wanted, self.left, self.unconfirmed, self.sign = True, False, False, self.portal.now

    @precondition(lambda self: self.person() is not None)
    @rule(do=st.sampled_from(["leave", "again", "pause", "go-on", "one-click"]))
    def press(self, do: str) -> None:
        person = self.person()
        assert person is not None
        form = {"List-Unsubscribe": "One-Click"} if do == "one-click" else {"do": do}
        # They moved: by a link that may be of a mail to the old mailbox nobody is mailed again, but for one to sign in.
        mails_again = do in ("again", "go-on") or (do, person.status) == ("pause", "unsubscribed")
        asks_to_sign_in = person.address_since is not None and mails_again
        with self.getting(SIGN_IN if asks_to_sign_in else None, self.address):
            answer = self.portal.post(self.portal.path("unsubscribe", person), **form)
        after = self.person()
        assert after is not None
        # Of who never confirmed a pause would be a yes that they did not say.
        refused = {"go-on": ("unsubscribed", "unconfirmed"), "pause": ("unconfirmed",)}
        expected = {"leave": "unsubscribed", "one-click": "unsubscribed", "pause": "paused", "again": "active"}
        if asks_to_sign_in:
            assert (answer.status_code, after.status) == (200, person.status)
        elif person.status in refused.get(do, ()):
            assert (answer.status_code, after.status) == (400, person.status)
        else:
            resumed = "active" if person.status == "paused" else person.status
            assert (answer.status_code, after.status) == (200, expected.get(do, resumed))
            self.sign = self.portal.now
            self.said_anew(person, after)
        self.wanted, self.unconfirmed = after.status == "active", after.status == "unconfirmed"
        # Who is only asked to sign in may be paused because they never answered.
        self.left = self.left if asks_to_sign_in else after.status in ("paused", "unsubscribed")

    @precondition(lambda self: (person := self.person()) is not None and person.status in ("active", "paused"))
    @rule(days=st.sampled_from([1, 3, 20]))
    def pause_until(self, days: int) -> None:
        """By the form at home: nothing is mailed before that day begins by their clock; from then on it is again."""
        person = self.person()
        assert person is not None
        own, csrf = self.at_home(person)
        zone = person.profile.time_zone
        day = self.portal.now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
        form = {"do": "pause-until", "csrf": csrf, "until": day.isoformat()}
        assert self.portal.client.post("/home", data=form, headers=own).status_code == 303
        after = self.person()
        assert after is not None
        assert after.status == "paused"
        self.wanted, self.left, self.back = False, True, consent.beginning_of(day, zone)

    def said_anew(self, before: Subscriber, after: Subscriber) -> None:
        """No day ends by itself any more, unless they said what was so already: then it may be kept, or not."""
        if after.status != "active" or not before.is_served(self.portal.now) or after.paused_until is None:
            self.back = None

    @precondition(lambda self: self.person() is not None)
    @rule(kind=st.sampled_from(["spamreport", "bounce", "delivered", "group_unsubscribe"]))
    def tell(self, kind: str) -> None:
        self.events += 1
        body = body_of([event(self.events, kind, self.portal.now, self.person())])
        headers = signed(body, self.portal.now)
        assert self.portal.client.post("/events/sendgrid", content=body, headers=headers).status_code == 200
        if kind in ("spamreport", "bounce"):
            self.complained.add(self.address)
            self.left_behind = [address for address in self.left_behind if address != self.address]
        elif kind == "group_unsubscribe":
            after = self.person()
            assert after is not None
            assert after.status == "unsubscribed", "whatever they said before"
            self.wanted, self.unconfirmed, self.left = False, False, True
            self.back = None

    @precondition(lambda self: self.suppressed)
    @rule()
    def lift(self) -> None:
        self.store.suppressions.allow(self.address, "they asked", self.portal.now, "operator")
        self.complained.discard(self.address)
        # Who could not be asked is asked again.
        self.put = set()

    def at_home(self, person: Subscriber) -> tuple[dict[str, str], str]:
        """Sign them in; what a browser of theirs sends with each request, and what their forms carry."""
        link = f"a link of theirs {self.events}"
        SqlDoors(self.store.engine, self.store.ids).keep_sign_in(link, person.subscriber_id, self.portal.now)
        here = self.network()
        entered = self.portal.client.post(f"/s/{link}", data={}, headers=here)
        own = here | {"Cookie": entered.headers["set-cookie"].partition(";")[0]}
        [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', self.portal.client.get("/home", headers=own).text)
        self.sign = self.portal.now
        return own, csrf

    @precondition(lambda self: self.person() is not None)
    @rule()
    def erase(self) -> None:
        person = self.person()
        assert person is not None
        own, csrf = self.at_home(person)
        form = {"do": "erase", "csrf": csrf, "sure": "1"}
        assert self.portal.client.post("/home", data=form, headers=own).status_code == 200
        assert self.person() is None
        assert self.portal.client.get("/home", headers=own).status_code == 303, "signed out"
        self.wanted, self.unconfirmed = False, False
        self.is_gone()

    def is_gone(self) -> None:
        """They are erased: what they got is forgotten with them, and nobody is told any more where they moved."""
        self.got, self.put, self.left_behind, self.back = set(), set(), [], None
        self.letters.forget(self.address)

    @precondition(lambda self: self.saved())
    @rule(do=st.sampled_from(["pause-search", "resume-search"]), which=st.integers(0, 2), there=st.booleans())
    def press_of_one_search(self, do: str, which: int, there: bool = False) -> None:
        """By the link in a mail or, with `there`, signed in."""
        person, saved = self.person(), self.saved()
        assert person is not None
        search = saved[which % len(saved)]
        # A mail that waits goes with the jobs of one search that is paused where it has those of another.
        self.paused += [search.criteria] if self.waits else []
        if there:
            own, csrf = self.at_home(person)
            form = {"do": do, "csrf": csrf, "search": search.search_id}
            assert self.portal.client.post("/home", data=form, headers=own).status_code == 303
            assert self.store.searches.get(search.search_id).paused is (do == "pause-search")
            return
        moved = person.address_since is not None
        with self.getting(SIGN_IN if moved and do == "resume-search" else None, self.address):
            answer = self.portal.post(self.portal.path("unsubscribe", person), do=do, search=search.search_id)
        assert answer.status_code == 200
        paused = do == "pause-search" or (moved and search.paused)
        assert self.store.searches.get(search.search_id).paused is paused
        if do == "pause-search" or not moved:
            self.sign = self.portal.now

    @precondition(lambda self: self.saved())
    @rule(changed=st.sampled_from((*ASKED, *TIMES)), which=st.integers(0, 2))
    def edit(self, changed: Mapping[str, str], which: int) -> None:
        """In the forms that the pages show, as they are filled there."""
        person, saved = self.person(), self.saved()
        assert person is not None
        search = saved[which % len(saved)]
        # A mail that waits goes as it was built.
        self.formerly += [search.criteria] if self.waits and not search.paused else []
        page = f"/home/search/{search.search_id}" if "skills" in changed else "/home"
        self.fill(person, page, changed, search.search_id)
        after = self.store.searches.get(search.search_id)
        by_what_it_asks = search.name == ", ".join(search.criteria.skills.any) and "skills" in changed
        assert (after.name, after.key == search.key, after.timing == search.timing) == (
            changed["skills"] if by_what_it_asks else search.name,
            "skills" not in changed or after.criteria == search.criteria,
            "cadence" not in changed or after.timing == search.timing,
        ), "nothing else changes"
        if "cadence" in changed:
            by = self.latest + COMES_WITHIN[after.timing.cadence] + AT_OTHER_TIMES
            self.owed = {name: max(before, by) for name, before in self.owed.items()}

    @precondition(lambda self: 0 < len(self.saved()) < 3)
    @rule(changed=st.sampled_from(ASKED), copied=st.booleans())
    def add_search(self, changed: Mapping[str, str], copied: bool) -> None:
        """In the form of another search, empty or like one of theirs."""
        person, saved = self.person(), self.saved()
        assert person is not None
        self.events += 1
        page = f"/home/search?like={saved[0].search_id}" if copied else "/home/search"
        self.fill(person, page, {"name": f"search {self.events}", **changed})
        assert len(self.saved()) == len(saved) + 1

    def fill(self, person: Subscriber, page: str, changed: Mapping[str, str], search_id: str = "") -> None:
        """Send the form of a page that has these fields, and is of a search where the page has several."""
        own, _ = self.at_home(person)
        shown: Any = lxml_html.fromstring(self.portal.client.get(page, headers=own).text)
        forms = [dict(form.form_values()) for form in shown.forms]
        [form] = [
            form for form in forms if changed.keys() <= form.keys() and form.get("search", search_id) == search_id
        ]
        sent = {"do": "save"} | form | dict(changed)
        to = page.partition("?")[0]
        assert self.portal.client.post(to, data=sent, headers=own).status_code == 303

    @precondition(lambda self: len(self.saved()) > 1)
    @rule()
    def delete_search(self) -> None:
        person = self.person()
        assert person is not None
        own, csrf = self.at_home(person)
        self.paused += [self.saved()[0].criteria] if self.waits else []
        form = {"do": "delete-search", "csrf": csrf, "search": self.saved()[0].search_id}
        assert self.portal.client.post("/home", data=form, headers=own).status_code == 303

    @precondition(lambda self: self.latest - self.portal.now < MOST_SET_BACK)
    @rule(minutes=st.sampled_from([7, 55, 180, 660]))
    def set_back(self, minutes: int) -> None:
        """The clock of all processes."""
        self.portal.now -= timedelta(minutes=minutes)

    @rule(step=st.sampled_from([timedelta(seconds=1), timedelta(minutes=20), timedelta(hours=9), timedelta(days=4)]))
    def set_forward(self, step: timedelta) -> None:
        """The clock of all processes, which goes on from there: or nobody ran meanwhile."""
        self.follow()
        self.portal.now += step
        self.latest = max(self.latest, self.portal.now)
        self.pass_hours(1)

    @rule(days=st.sampled_from([0.2, 1.5, 3, 12, 45]), changed=st.sampled_from([None, *ASKED, *TIMES]))
    def run_ahead(self, days: float, changed: Mapping[str, str] | None) -> None:
        """The clock of all processes, for a moment in which they do what is due by it; then it is right again."""
        self.follow()
        right = self.portal.now
        self.portal.now += timedelta(days=days)
        self.tick()
        if changed is not None and self.saved():
            self.edit(changed, 0)
        self.portal.now = self.ran_ahead_at = right
        self.owed = {name: max(by, right + max(RAN_AHEAD.values())) for name, by in self.owed.items()}
        self.tick()

    @precondition(lambda self: self.person() is None)
    @rule()
    def declare(self) -> None:
        """An operator takes them in, who is to ask them first."""
        profile = profile_of(self.wish | {"address": self.address})
        made = self.store.subscribers.add(profile, self.portal.now, declared(self.portal.now), status="unconfirmed")
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
                self.said_anew(before, after)
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
        own, csrf = self.at_home(person)
        other = ADDRESSES[1 - ADDRESSES.index(self.address)]
        form = {"do": "move", "csrf": csrf, "address": other}
        with self.getting(NEW_ADDRESS, other):
            assert self.portal.client.post("/home", data=form, headers=own).status_code == 200
        for link in self.links(NEW_ADDRESS):
            if self.portal.client.post(link, data={}, headers=self.network()).status_code == 303:
                assert self.person() is None
                self.left_behind.append(self.address)
                self.address = other
        assert self.person() is not None

    @precondition(lambda self: len(self.owed) < 6)
    @rule(language=st.sampled_from(LANGUAGES))
    def job(self, language: str) -> None:
        """One comes, and is matched against all that is asked for, also by who is paused."""
        self.follow()
        made = job_of(f"job{len(self.jobs) + 1}", language, self.portal.now)
        self.jobs[made.posting.source_id] = made
        self.match([made], [search.key for search in self.saved() if made.fits(search.criteria)])
        self.follow()

    @rule(hours=st.sampled_from([1, 5, 26]))
    def wait(self, hours: int) -> None:
        """The notifier ticks each hour."""
        self.pass_hours(hours)

    def pass_hours(self, hours: int, every: int = 1) -> None:
        """With a tick each so many hours."""
        self.follow()
        # What was served ahead of its slot has its minute already, and is served by the tick after.
        slack = timedelta(hours=every - 1 + (every if self.ran_ahead_at else 0))
        for _ in range(0, hours, every):
            self.portal.now += timedelta(hours=every)
            self.latest = max(self.latest, self.portal.now)
            self.tick()
            late = [name for name, by in self.owed.items() if by < self.portal.now - slack]
            assert self.away or late == [], "what was due did not come"

    def tick(self) -> None:
        before = self.person()
        if self.back is not None:
            self.come_back_by_the_clock(self.portal.now >= self.back)
        with suppress(DiedError):
            self.notifier.tick(self.portal.now)
        assert self.wrong == []
        self._after_tick(before)
        self.waits = bool(self.store.deliveries.states().get("pending"))
        self.formerly, self.paused = (self.formerly, self.paused) if self.waits else ([], [])
        self.follow()

    def come_back_by_the_clock(self, wanted: bool) -> None:
        """The day has come until which they paused; or by a clock that is set right it has not, and they wait again."""
        if self.wanted and not wanted:
            # What it had them go on past is not looked back for; what they were asked meanwhile they are asked again.
            self.lost, self.put = set(self.jobs), set()
        self.wanted, self.left = wanted, not wanted
        self.follow()

    def _after_tick(self, before: Subscriber | None) -> None:
        """Of its own a tick pauses, or erases, only who was asked and had the time to answer, or named a day."""
        after, waited = self.person(), self.portal.now - self.asked
        if self.back is not None:
            assert after is not None
            by_day = ("paused", "active") if self.wanted else ("active", "paused")
            if (before and before.status, after.status) == by_day:
                return
        if before is None or (after is not None and after.status == before.status):
            return
        if after is None:
            self.is_gone()
            assert before.status in ("paused", "unconfirmed")
            gone = before.status == "unconfirmed" and self.suppressed
            assert gone or waited >= (SPANS.erase_after if before.status == "paused" else SPANS.answer_within)
        else:
            assert (before.status, after.status) == ("active", "paused")
        assert not self.left, "who paused by themselves is not erased"
        self.back = None
        self.wanted, self.unconfirmed = False, False

    @rule()
    def start_anew(self) -> None:
        """All processes end and others begin: what they know is what the store holds."""
        self.portal.postman.join()
        self.close()
        self.open(self.portal.now)

    @rule(at=st.sampled_from([(act, point) for act, points in DEATHS.items() for point in points]))
    def die(self, at: tuple[str, str]) -> None:
        """In the middle of an act all processes end at a point; others begin, and it is done again."""
        act, point = at
        self.follow()
        if act == "confirm":
            if self.person() is not None:
                self.erase()
            self.sign_up()
        elif self.person() is None:
            self.sign_up()
            self.confirm()
        if act not in ("sign-up", "confirm") and self.person() is None:
            return
        if act == "tick":
            self.job("Python")
        with dying_at(point) as died:
            self.attempt(act, died)
        self.close()
        self.open(self.portal.now)
        found = self.get_letters()
        assert [to for _, to in found] in ([], [self.address] * (act == "sign-up")), "a letter for nothing"
        if act == "sign-up" and died and not found:
            # It may count, although it never went out.
            self.doubtful[self.address] = self.portal.now
        self.do_again(act)

    def attempt(self, act: str, died: Sequence[str]) -> None:
        """Without a look at what came of it: nobody was told."""
        person, client, here = self.person(), self.portal.client, self.network()
        with suppress(httpx2.HTTPError):
            match act:
                case "sign-up":
                    client.post("/sign-up", data=self.wish | {"address": self.address}, headers=here)
                    self.portal.postman.join()
                case "confirm":
                    for link in self.links(CONFIRM):
                        client.post(link, data={}, headers=self.network())
                case "leave" if person is not None:
                    self.portal.post(self.portal.path("unsubscribe", person), do="leave")
                case "spamreport":
                    body = body_of([event(self.events, act, self.portal.now, person)])
                    client.post("/events/sendgrid", content=body, headers=signed(body, self.portal.now))
                case "erase" if person is not None:
                    own, csrf = self.at_home(person)
                    client.post("/home", data={"do": act, "csrf": csrf, "sure": "1"}, headers=own)
                case _:
                    until = self.portal.now + timedelta(hours=26)
                    while not died and self.portal.now < until:
                        self.portal.now += timedelta(hours=1)
                        self.latest = max(self.latest, self.portal.now)
                        self.tick()

    def do_again(self, act: str) -> None:
        """What somebody does whom nothing was answered; the notifier is given an hour more."""
        self.portal.now += timedelta(minutes=16)
        self.latest = max(self.latest, self.portal.now)
        self.owed = {name: by + timedelta(hours=2) for name, by in self.owed.items()}
        match act:
            case "sign-up":
                self.sign_up()
            case "confirm":
                self.confirm()
            case "leave":
                self.press("leave")
            case "spamreport":
                self.tell(act)
            case "erase" if self.person() is not None:
                self.erase()
            case "erase":
                self.wanted, self.unconfirmed = False, False
                self.is_gone()
        self.pass_hours(1)

    @rule(hours=st.sampled_from([0, 5, 60]), language=st.sampled_from(LANGUAGES))
    def lose_the_way(self, hours: int, language: str) -> None:
        """The mailer is away: what is built waits, and the next act finds it so."""
        self.job(language)
        self.away = True
        for _ in range(hours):
            self.wait(1)

    @precondition(lambda self: self.away)
    @rule()
    def find_the_way(self) -> None:
        self.away = False
        # Of what waited for too long the jobs come with the next digest.
        self.owed = {}
        self.follow()

    @precondition(lambda self: self.saved())
    @rule(do=st.sampled_from(["leave", "one-click", "pause", "pause-search", "spamreport"]))
    def leave_while_it_waits(self, do: str) -> None:
        """What races are about: a mail is built and cannot go, and its reader leaves, or pauses what found its jobs."""
        self.lose_the_way(26, "Python")
        for which in range(len(self.saved()) if do == "pause-search" else 0):
            self.press_of_one_search(do, which)
        if self.saved() and do == "spamreport":
            self.tell(do)
        elif self.saved() and do != "pause-search":
            self.press(do)
        self.find_the_way()
        self.wait(1)

    @rule()
    def silence(self) -> None:
        """Days in which nothing is heard of them."""
        self.pass_hours(9 * 24, every=4)

    @rule(language=st.sampled_from(LANGUAGES))
    def day(self, language: str) -> None:
        """The common case: a job comes, and the morning after it."""
        self.job(language)
        self.wait(26)

    def teardown(self) -> None:
        if hasattr(self, "served"):
            self.close()
            self.made.close()
            shutil.rmtree(self.folder)


SubscriberLife.TestCase.settings = settings(
    max_examples=12 if LONG else 4, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSubscriberLife = SubscriberLife.TestCase


class LifeOnPostgresql(SubscriberLife):
    """The same over the store of the deployed form."""

    engine = "postgresql"


LifeOnPostgresql.TestCase.settings = settings(
    max_examples=4 if LONG else 2, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLifeOnPostgresql = pytest.mark.live(LifeOnPostgresql.TestCase)

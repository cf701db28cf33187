"""The victim of test_kill_points: portal, notifier and an operator over one store, living a plan, killed at points.

What it is about to do, has done, and mails is written into a journal, line by line, before and after it happens.
"""

import email
import email.policy
import json
import os
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
from pydantic import SecretStr

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.app import build_notifier
from services.notifier.domain.people import Subscriber
from services.notifier.domain.webhooks import Attempt
from services.notifier.ports import Email, Receipt
from services.notifier.settings import ConsentSettings
from services.portal.app import PortalServer
from services.runtime.files.datadir import LOG_FILE, locked
from services.runtime.log.sqlite import SqliteLog
from services.runtime.logging import configure_logging
from services.runtime.sql.store import open_store
from services.settings import Settings
from services.settings.portal import PortalSettings
from services.usecases import accounts, links, signing, state, webhooks
from services.usecases.installation import Installation
from tests.support import kill_points
from tests.support.consenting import DECLARATION
from tests.support.kill_points import Watch
from tests.support.letters import letter_in
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NotifierStore, arrival, posting
from tests.support.portal import settings_of
from tests.support.postgresql import dumped, restored
from tests.support.stores import new_url
from tests.support.victims import Ready, serve
from tests.support.webhooks import webhooks_over

BASE = "https://alerts.example"
START = datetime(2026, 10, 23, 4, tzinfo=UTC)
"""Two days before the clocks of Berlin go back."""
PEOPLE = ("ada", "bob", "cleo", "dora")
DECLARED = "dora"
"""Whom an operator takes in, who is asked before anything else is mailed to her."""
JOURNAL, PLAN = "journal.jsonl", "plan.json"
_DRAWN = {"sign-up": 3, "confirm": 4, "job": 3, "day": 3, "one-click": 2, "again": 2, "pause": 1, "go-on": 1}
_DRAWN |= {"pause-search": 1, "resume-search": 1, "events": 3, "erase": 2, "address": 1, "move": 2, "lift": 1}
_DRAWN |= {"answer": 2, "sign-in": 2}
"""Acts by how often they are."""
_LETTERS_BY = "trial_mailer_of"
"""Gives the mailer of letters."""


@dataclass(frozen=True)
class Place:
    """Where a life is lived, in which nothing has happened yet; all of it is gone at the end."""

    folder: Path
    store: str
    """The address of its store."""
    server: bool
    """Whether that is a server's, which is dumped and restored by its own tools."""


@contextmanager
def new_place(engine: str, folder: Path) -> Iterator[Place]:
    """A place with a store of that engine, see `tests.support.stores`."""
    with new_url(engine, folder / "data") as store:
        SqliteLog(folder / "data" / LOG_FILE).close()
        yield Place(folder, store, engine != "sqlite")
    shutil.rmtree(folder)


class Life:
    """A plan of acts over a folder, gone on with where the journal ends."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place, self.folder, self.chance = place, place.folder, random.Random(seed)
        folder = place.folder
        self.file = os.open(folder / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.now, self.networks = START, count(os.getpid())
        self.mails = FolderMailer(folder / "mails")
        self.name = self.mails.name
        self.find = self.mails.find
        self.number = self.ticked = 0
        self.heard: set[str] = set()
        """Events that a receiver was posted in this process."""
        self.stood: dict[str, tuple[str, str, bool]] = {}
        """As `stands`, after what was last done."""

    def plan(self) -> list[tuple[str, str]]:
        """Everybody comes in and is mailed; then anything may happen, and at the end a backup is restored."""
        acts = [("come-in", who) for who in PEOPLE if who != DECLARED]
        acts += [("webhook", who) for who in PEOPLE if who != DECLARED]
        acts += [("declare", DECLARED), ("job", ""), ("day", ""), ("misfit", ""), ("answer", DECLARED)]
        drawn = self.chance.choices(list(_DRAWN), list(_DRAWN.values()), k=12)
        acts += [(act, self.chance.choice(PEOPLE)) for act in drawn]
        somebody = self.chance.sample(PEOPLE, len(PEOPLE))
        acts += list(zip(("move", "pause", "pause-search", "one-click"), somebody, strict=True))
        acts += [("address", "ada"), ("go-on", somebody[1]), ("resume-search", somebody[2]), ("flood", "bob")]
        acts += [("erase", somebody[0]), ("restore", somebody[1])]
        return [*acts, ("job", ""), ("day", ""), ("day", "")]

    def tell(self, what: str, **facts: Any) -> None:
        os.write(self.file, (json.dumps({"what": what, "now": self.now.isoformat()} | facts) + "\n").encode())

    def send(self, message: Email) -> Receipt:
        """As the mailer of digests: a mail counts once its file is whole."""
        receipt = self.mails.send(message)
        jobs = re.findall(r"engineer, (job\d+)", message.text)
        asks = f"{BASE}/y/" in message.text
        kind = "question" if asks else "moved" if "go to another address" in message.subject else "digest"
        self.tell("mail", to=message.to_address, delivery=message.delivery_id, kind=kind, jobs=jobs)
        kill_points.is_out()
        return receipt

    def send_letter(self, message: Email) -> Receipt:
        """As the mailer of letters."""
        receipt = self.mails.send(message)
        letter = letter_in(mime_bytes(message))
        assert letter is not None
        self.tell("letter", to=message.to_address, id=letter.letter_id, kind=letter.kind, path=letter.path)
        return receipt

    def live(self) -> None:
        """Go on to the end of the plan: what was cut short is done again, after the notifier has had a turn."""
        done = [json.loads(line) for line in (self.folder / JOURNAL).read_text().splitlines()]
        self.acts = self.plan()
        first = sum(line["what"] == "done" for line in done)
        if done:
            self.now = datetime.fromisoformat(done[-1]["now"])
            begun = max((at for at, line in enumerate(done) if line["what"] == "begin"), default=0)
            self.ticked = sum(line["what"] == "ticked" for line in done[begun:])
            self.stood = next((line["stands"] for line in reversed(done) if line["what"] == "done"), {})
        # As whatever runs on it does: a restore that was cut short is finished first.
        with locked(self.folder / "data"):
            pass
        with self.opened():
            if done:
                self.tell("restart", stands=self.stands())
            # What was mailed after a backup is mailed again after its restore, as it says; from a dump nothing is
            # before it was told who left.
            waits = [line["what"] for line in done if line["what"] in ("restored", "replayed")][-1:] == ["restored"]
            if done and self.acts[first:] and (self.acts[first][0] != "restore" or waits):
                self.tick()
            for number, (act, who) in enumerate(self.acts[first:], first):
                self.number = number
                # What somebody does takes half an hour, so that nobody is kept waiting for a letter.
                self.now += timedelta(minutes=30)
                self.tell("begin", act=act, who=who, number=number)
                outcome = getattr(self, act.replace("-", "_"))(who)
                self.stood = self.stands()
                self.tell("done", act=act, who=who, outcome=outcome, stands=self.stood)
                self.ticked = 0

    def stands(self) -> dict[str, tuple[str, str, bool]]:
        """By who is subscribed: the status, the address, and whether what they search for is served."""
        found: dict[str, tuple[str, str, bool]] = {}
        for who in PEOPLE:
            person = self.person(who)
            if person is not None:
                saved = self.store.searches.all(person.subscriber_id)
                serves = any(not search.paused for search in saved)
                found[who] = (person.status, person.profile.address, serves)
        return found

    def settings(self) -> Settings:
        portal = PortalSettings(port=0, consent=ConsentSettings(confirm_declared=True))
        made = settings_of(portal, folder=self.folder / "mails", public_url=BASE, sendgrid={"event_key": EVENT_KEY})
        elsewhere = {"store": SecretStr(self.place.store)} if self.place.server else {}
        return made.model_copy(update={"data": self.folder / "data", **elsewhere})

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The store, and the portal over it."""
        self.store = NotifierStore(open_store(self.place.store))
        self.installation = Installation(self.settings(), self.store.engine)
        setattr(signing, _LETTERS_BY, lambda mail: SimpleNamespace(name=self.name, send=self.send_letter))
        server = PortalServer(self.installation, lambda: self.now)
        self.postman = server.postman
        with server, httpx2.Client(base_url=f"http://{server.address}", timeout=30, verify=False) as self.client:
            yield
        self.store.engine.dispose()

    def tick(self) -> None:
        settings = self.settings()
        asking = settings.portal.consent
        build_notifier(self.store.engine, self.store.ids, settings.mail, mailer=self, consent=asking).tick(self.now)
        webhooks_over(self.store, self.take_event, worker="embedded").tick(self.now)

    def take_event(self, address: str, body: bytes, headers: Mapping[str, str], at: datetime) -> Attempt:
        """As a receiver of theirs, which is busy at every second job until it has heard of it."""
        event, event_id = json.loads(body), headers["webhook-id"]
        if event["type"] == "webhook.challenge":
            return Attempt(at, 1, 200, event["data"]["challenge"])
        job = event["data"]["job"]["title"].rpartition(" ")[2]
        self.tell("event", who=address.rpartition("/")[2], id=event_id, job=job)
        busy = job.endswith(("1", "3", "5", "7", "9")) and event_id not in self.heard
        self.heard.add(event_id)
        return Attempt(at, 1, 503 if busy else 200)

    def webhook(self, who: str) -> bool:
        """Add one, and prove it; whether jobs are posted there."""
        person = self.person(who)
        if person is None:
            return False
        own_id = person.subscriber_id
        if not webhooks.listed(self.installation, own_id):
            webhooks.add(self.installation, person, f"https://receiver.example/{who}", "", self.now)
        self.tick()
        return [hook.webhook.state for hook in webhooks.listed(self.installation, own_id)] == ["active"]

    def post(self, path: str, cookie: str = "", **fields: str) -> httpx2.Response:
        number = next(self.networks)
        forwarded = {"X-Forwarded-For": f"198.{number // 256 % 256}.{number % 256}.1", "Cookie": cookie}
        return self.client.post(path, data=fields, headers=forwarded)

    def post_at_home(self, person: Subscriber, **fields: str) -> httpx2.Response:
        """Sign them in, and post a form of theirs."""
        link = signing.make_link(self.installation, person, "", self.now)
        cookie = self.post(link).headers["set-cookie"].partition(";")[0]
        home = self.client.get("/home", headers={"Cookie": cookie}).text
        [csrf, *_] = re.findall(r'name="csrf" value="([^"]+)"', home)
        return self.post("/home", cookie, csrf=csrf, **fields)

    def person(self, who: str) -> Subscriber | None:
        found = (self.store.subscribers.with_address(address) for address in addresses_of(who))
        return next((answer for answer in found if answer is not None), None)

    def sign_up(self, who: str) -> str:
        """Twice, as somebody impatient; the address."""
        address, cadence = self.address_of(who), "instant" if who == "cleo" else "daily"
        wish = {"skills": "Python", "time_zone": "Europe/Berlin", "hour": "8", "cadence": cadence}
        for _ in range(2):
            assert self.post("/sign-up", address=address, **wish).status_code == 200
        self.postman.join()
        return address

    def sign_in(self, who: str) -> str:
        """Ask for a link that does it; for which address."""
        address = self.address_of(who)
        assert self.post("/sign-in", address=address).status_code == 200
        self.postman.join()
        return address

    def address_of(self, who: str) -> str:
        person = self.person(who)
        return person.profile.address if person else addresses_of(who)[0]

    def come_in(self, who: str) -> None:
        """Sign up and confirm; where the letter does not come, once more the next day."""
        for _ in range(5):
            self.sign_up(who)
            # Where the link is used up already, that was kept, and not answered.
            if self.confirm(who) or self.is_active(who):
                return
            self.now += timedelta(days=1)
        raise AssertionError("no letter comes")

    def pressed(self, who: str, kind: str, **form: str) -> bool:
        """Press each button of a kind that they were ever mailed; whether one did something."""
        pressed = False
        for file in (self.folder / "mails").glob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if message["To"] in addresses_of(who):
                text = message.get_body(("plain",)).get_content()
                codes = [self.post(link, **form).status_code for link in re.findall(rf"{BASE}(/{kind}/\S+)", text)]
                pressed |= any(code in (200, 303) for code in codes)
        return pressed

    def confirm(self, who: str) -> bool:
        pressed = self.pressed(who, "c")
        assert not pressed or self.is_active(who)
        return pressed

    def answer(self, who: str) -> bool:
        """Whether they want mails: yes."""
        pressed = self.pressed(who, "y", do="yes")
        assert not pressed or self.is_active(who)
        return pressed

    def is_active(self, who: str) -> bool:
        person = self.person(who)
        return person is not None and person.status == "active"

    def declare(self, who: str) -> None:
        if self.person(who) is None:
            profile = accounts.profile_from({"address": addresses_of(who)[0], "time_zone": "Europe/Berlin"})
            accounts.add(self.installation, profile, self.now, DECLARATION)
        person = self.person(who)
        assert person is not None
        if not self.store.searches.all(person.subscriber_id):
            self.store.search(person, now=self.now, hour=8)

    def press(self, who: str, **form: str) -> None:
        """A button of the page that mails lead to; what it answers is so."""
        before = self.person(who)
        if before is None:
            return
        [search] = self.store.searches.all(before.subscriber_id)
        answer = self.post(links.link(self.installation, "unsubscribe", before), **form | {"search": search.search_id})
        self.postman.join()
        after, do = self.person(who), form.get("do", "one-click")
        assert after is not None
        begins = do in ("again", "go-on", "resume-search") or (do, before.status) == ("pause", "unsubscribed")
        # Who moved is not had mailed again by a link that may be of a mail to the old address.
        may = before.address_since is None or not begins
        refused = {"pause": ("unconfirmed",), "go-on": ("unconfirmed", "unsubscribed")} if may else {}
        becomes = {"one-click": "unsubscribed", "again": "active", "pause": "paused", "go-on": "active"} if may else {}
        if before.status in refused.get(do, ()):
            assert (answer.status_code, after.status) == (400, before.status)
        else:
            assert (answer.status_code, after.status) == (200, becomes.get(do, before.status))
        if may and do in ("pause-search", "resume-search"):
            assert self.store.searches.get(search.search_id).paused is (do == "pause-search")

    def one_click(self, who: str) -> None:
        self.press(who, **{"List-Unsubscribe": "One-Click"})

    def again(self, who: str) -> None:
        self.press(who, do="again")

    def pause(self, who: str) -> None:
        self.press(who, do="pause")

    def go_on(self, who: str) -> None:
        self.press(who, do="go-on")

    def pause_search(self, who: str) -> None:
        self.press(who, do="pause-search")

    def resume_search(self, who: str) -> None:
        self.press(who, do="resume-search")

    def flood(self, who: str) -> list[str]:
        """A request as large as they come."""
        return self.events(who, 10_000)

    def events(self, who: str, number: int = 500) -> list[str]:
        """A batch of everybody's, of which one complains; the addresses that it concerns."""
        lines = [json.loads(line) for line in (self.folder / JOURNAL).read_text().splitlines()]
        last = {line["to"]: line["delivery"] for line in lines if line["what"] == "mail"}
        # More than one transaction takes, before and after those of the people.
        first = self.number * 20_000 + len(PEOPLE)
        made = [
            event(at, "processed", self.now, email=f"{'az'[at % 2]}{at}@b.example")
            for at in range(first, first + number - len(PEOPLE))
        ]
        complained = []
        for at, name in enumerate(PEOPLE):
            person = self.person(name)
            if person is not None:
                address = person.profile.address
                kind = "spamreport" if name == who else "delivered"
                about = {"delivery_id": last[address]} if address in last else {}
                made.append(event(self.number * 20_000 + at, kind, self.now, person, **about))
                complained += [address] if name == who else []
        body = body_of(made)
        answer = self.client.post("/events/sendgrid", content=body, headers=signed(body, self.now))
        assert answer.status_code == 200, answer.text
        assert all(self.store.suppressions.reason(address) for address in complained)
        # Where so many complained that the sending stopped, somebody looked at it.
        self.store.pauses.set_sending(False, self.now)
        return complained

    def lift(self, who: str) -> list[str]:
        return [each for each in addresses_of(who) if self.store.suppressions.allow(each, "asked", self.now, "me")]

    def address(self, who: str) -> str | None:
        """By an operator, at their word; the address that is now theirs."""
        person = self.person(who)
        if person is None:
            return None
        to = self.other_address(who)
        accounts.change(self.installation, person.subscriber_id, {"address": to}, self.now, DECLARATION)
        return to

    def move(self, who: str) -> str | None:
        """Ask for another address, and confirm it by the letter that comes there; the address that is now theirs."""
        person = self.person(who)
        if person is None:
            return None
        to = self.other_address(who)
        assert self.post_at_home(person, do="move", address=to).status_code == 200
        self.postman.join()
        pressed = self.pressed(who, "a")
        after = self.person(who)
        assert after is not None
        assert after.profile.address == to or not pressed
        return after.profile.address

    def other_address(self, who: str) -> str:
        """Where they want to be mailed by now, as often as what is done now is done."""
        acts = self.acts[: self.number + 1]
        return addresses_of(who)[sum(whose == who and act in ("address", "move") for act, whose in acts) % 2]

    def erase(self, who: str) -> None:
        """By themselves: nothing of theirs is left, no mail in the folder either."""
        person = self.person(who)
        if person is not None:
            assert self.post_at_home(person, do="erase", sure="1").status_code == 200
        assert self.person(who) is None
        if who not in self.stood:
            # Letters to who only asked to come in are not theirs yet.
            return
        mails = [email.message_from_bytes(file.read_bytes()) for file in (self.folder / "mails").glob("*.eml")]
        assert not any(mail["To"] in addresses_of(who) for mail in mails)

    def erase_by_operator(self, who: str) -> None:
        person = self.person(who)
        if person is not None:
            accounts.erase(self.installation, person.subscriber_id, self.now)

    def job(self, _: str) -> list[str]:
        """One comes that every search fits; whom it is due to, as far as they want mails."""
        made = posting(f"job{self.number}", fetched_at=self.now)
        keys = {search.key for search in self.store.searches.all()}
        self.store.matches.store(0, [arrival(self.number, made, keys)], self.now)
        return [f"job{self.number}", *(who for who in PEOPLE if self.person(who))]

    def misfit(self, _: str) -> None:
        """A job comes that no search fits, and whoever is served at once is not."""
        made = posting(f"other{self.number}", fetched_at=self.now)
        self.store.matches.store(0, [arrival(self.number, made)], self.now)
        self.tick()

    def day(self, _: str) -> None:
        for _ in range(9 - self.ticked):
            self.now += timedelta(hours=3)
            self.tick()
            self.tell("ticked")

    def restore(self, who: str) -> bool:
        """Back up, erase somebody, restore: they stay erased."""
        (self.restore_dump if self.place.server else self.restore_archive)(who)
        assert self.person(who) is None
        return True

    def restore_archive(self, who: str) -> None:
        target, settings = self.folder / "backup.zip", self.settings()
        if not target.exists():
            state.backup(settings, target, self.now)
        self.erase_by_operator(who)
        self.tell("erased", who=who)
        self.store.engine.dispose()
        state.restore(settings, target, self.now, force=True, tell=lambda said: None)

    def restore_dump(self, who: str) -> None:
        """As docs/deployed.md says, but that the notifier runs on meanwhile: it mails nobody before the replay."""
        dump, gone = self.folder / "dump.sql", self.folder / "opt-outs.jsonl"
        if not dump.exists():
            self.keep(dump, dumped(self.place.store, "--clean", "--if-exists"))
        if not gone.exists():
            self.erase_by_operator(who)
            self.tell("erased", who=who)
            self.keep(gone, "\n".join(state.as_lines(state.opt_outs(self.installation, self.now))).encode())
        self.store.engine.dispose()
        restored(dump.read_bytes(), self.place.store)
        self.tell("restored")
        self.tick()
        replayed = state.replay(self.installation, state.opt_outs_in(gone.read_text()), self.now)
        assert not replayed.failed
        self.tell("replayed")

    @staticmethod
    def keep(file: Path, data: bytes) -> None:
        """All of it, or nothing."""
        part = file.with_suffix(".part")
        part.write_bytes(data)
        part.rename(file)


def addresses_of(who: str) -> tuple[str, str]:
    return f"{who}@fern.example", f"{who}.new@fern.example"


def main(folder: Path, engine: str) -> None:
    configure_logging(level="error")
    # Once, before the victims are forked: what a life loads and keeps is then there.
    with new_place(engine, folder / "warm") as warm:
        Life(warm, 0).live()

    def live(ready: Ready) -> None:
        plan = json.loads((folder / PLAN).read_text())
        place = plan["place"]
        life = Life(Place(Path(place["folder"]), place["store"], place["server"]), plan["seed"])
        passed = Counter(plan["passed"])
        Watch(plan["kills"], passed, lambda point: life.tell("dies", point=point, passed=passed)).set_up()
        ready()
        life.live()
        life.tell("lived", passed=passed)

    serve(live)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

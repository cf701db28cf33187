"""The victim of test_kill_points: portal, notifier and an operator over one store, living a plan, killed at points.

What it is about to do, has done, and mails is written into a journal, line by line, before and after it happens.
"""

import json
import os
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
from services.notifier.ports import Email, Receipt
from services.portal.app import PortalServer
from services.runtime.files.datadir import LOG_FILE, locked
from services.runtime.log.sqlite import SqliteLog
from services.runtime.logging import configure_logging
from services.runtime.sql.store import open_store
from services.settings import Settings
from services.usecases import accounts, links, signing, state
from services.usecases.installation import Installation
from tests.support import kill_points
from tests.support.consenting import DECLARATION
from tests.support.kill_points import Watch
from tests.support.letters import CONFIRM, letter_in
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NotifierStore, arrival, posting
from tests.support.portal import settings_of
from tests.support.postgresql import replace_database
from tests.support.stores import new_url
from tests.support.victims import Ready, serve

BASE = "https://alerts.example"
START = datetime(2026, 10, 23, 4, tzinfo=UTC)
"""Two days before the clocks of Berlin go back."""
PEOPLE = ("ada", "bob", "cleo")
JOURNAL, PLAN = "journal.jsonl", "plan.json"
_DRAWN = {"sign-up": 3, "confirm": 4, "job": 3, "day": 3, "one-click": 2, "again": 2, "pause": 1, "go-on": 1}
_DRAWN |= {"events": 3, "erase": 2, "address": 1, "lift": 1, "sign-in": 2}
"""Acts by how often they are."""
_LETTERS_BY = "trial_mailer_of"
"""Gives the mailer of letters."""


@dataclass(frozen=True)
class Place:
    """Where a life is lived, in which nothing has happened yet; all of it is gone at the end."""

    folder: Path
    store: str
    """The address of its store."""
    dump: str
    """Of a store that a dump of a server's is kept in; empty where the store is in the folder."""


@contextmanager
def new_place(engine: str, folder: Path) -> Iterator[Place]:
    """A place with a store of that engine, see `tests.support.stores`."""
    with ExitStack() as stack:
        store = stack.enter_context(new_url(engine, folder / "data"))
        dump = "" if engine == "sqlite" else stack.enter_context(new_url(engine, folder))
        SqliteLog(folder / "data" / LOG_FILE).close()
        yield Place(folder, store, dump)
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
        self.jobs = 0

    def plan(self) -> list[tuple[str, str]]:
        """Everybody comes in and is mailed; then anything may happen, and at the end a backup is restored."""
        acts = [(act, who) for who in PEOPLE for act in ("sign-up", "confirm")] + [("job", ""), ("day", "")]
        drawn = self.chance.choices(list(_DRAWN), list(_DRAWN.values()), k=14)
        acts += [(act, self.chance.choice(PEOPLE)) for act in drawn]
        acts += [("address", "ada"), ("events", "bob"), ("one-click", "cleo"), ("restore", self.chance.choice(PEOPLE))]
        return [*acts, ("job", ""), ("day", ""), ("day", "")]

    def tell(self, what: str, **facts: Any) -> None:
        os.write(self.file, (json.dumps({"what": what, "now": self.now.isoformat()} | facts) + "\n").encode())

    def send(self, message: Email) -> Receipt:
        """As the mailer of digests: a mail counts once its file is whole."""
        receipt = self.mails.send(message)
        jobs = re.findall(r"engineer, (job\d+)", message.text)
        self.tell("mail", to=message.to_address, delivery=message.delivery_id, jobs=jobs)
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
        acts = self.plan()
        first = sum(line["what"] == "done" for line in done)
        if done:
            self.now = datetime.fromisoformat(done[-1]["now"])
            self.tell("restart")
        # As whatever runs on it does: a restore that was cut short is finished first.
        with locked(self.folder / "data"):
            pass
        with self.opened():
            # What was mailed after a backup is mailed again after its restore, as it says.
            if done and acts[first : first + 1] and acts[first][0] != "restore":
                self.tick()
            for number, (act, who) in enumerate(acts[first:], first):
                self.jobs = number
                # What somebody does takes half an hour, so that nobody is kept waiting for a letter.
                self.now += timedelta(minutes=30)
                self.tell("begin", act=act, who=who)
                self.tell("done", act=act, who=who, outcome=getattr(self, act.replace("-", "_"))(who))

    def settings(self) -> Settings:
        made = settings_of(folder=self.folder / "mails", public_url=BASE, sendgrid={"event_key": EVENT_KEY})
        elsewhere = {"store": SecretStr(self.place.store)} if self.place.dump else {}
        return made.model_copy(update={"data": self.folder / "data", **elsewhere})

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The store, and the portal over it."""
        self.store = NotifierStore(open_store(self.place.store))
        self.installation = Installation(self.settings(), self.store.engine)
        setattr(signing, _LETTERS_BY, lambda mail: SimpleNamespace(name=self.name, send=self.send_letter))
        server = PortalServer(self.installation, lambda: self.now)
        self.postman = server.postman
        with server, httpx2.Client(base_url=f"http://{server.address}", timeout=30) as self.client:
            yield
        self.store.engine.dispose()

    def tick(self) -> None:
        mail = self.settings().mail
        build_notifier(self.store.engine, self.store.ids, mail, mailer=self).tick(self.now)

    def post(self, path: str, **fields: str) -> httpx2.Response:
        number = next(self.networks)
        forwarded = {"X-Forwarded-For": f"198.{number // 256 % 256}.{number % 256}.1"}
        return self.client.post(path, data=fields, headers=forwarded)

    def person(self, who: str) -> Subscriber | None:
        found = (self.store.subscribers.with_address(address) for address in addresses_of(who))
        return next((one for one in found if one is not None), None)

    def sign_up(self, who: str) -> str:
        """Twice, as somebody impatient; the address."""
        address = self.address_of(who)
        for _ in range(2):
            answer = self.post("/sign-up", address=address, skills="Python", time_zone="Europe/Berlin", hour="8")
            assert answer.status_code == 200
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

    def confirm(self, who: str) -> bool:
        """Press each button of theirs; whether one took them in."""
        pressed = False
        for file in (self.folder / "mails").glob("*.eml"):
            letter = letter_in(file.read_bytes())
            if letter is not None and letter.kind == CONFIRM and letter.to in addresses_of(who):
                pressed |= self.post(letter.path).status_code == 303
        return pressed

    def press(self, who: str, **form: str) -> bool:
        person = self.person(who)
        if person is None:
            return False
        answer = self.post(links.link(self.installation, "unsubscribe", person), **form)
        self.postman.join()
        assert answer.status_code in (200, 400)
        return answer.status_code == 200

    def is_active(self, who: str) -> bool:
        """Who moved is not had mailed again by a link that may be of a mail to the old address."""
        person = self.person(who)
        return person is not None and person.status == "active"

    def one_click(self, who: str) -> bool:
        return self.press(who, **{"List-Unsubscribe": "One-Click"})

    def again(self, who: str) -> bool:
        return self.press(who, do="again") and self.is_active(who)

    def pause(self, who: str) -> bool:
        return self.press(who, do="pause")

    def go_on(self, who: str) -> bool:
        return self.press(who, do="go-on") and self.is_active(who)

    def events(self, who: str) -> list[str]:
        """A batch of everybody's, of which one complains; the addresses that it concerns."""
        lines = [json.loads(line) for line in (self.folder / JOURNAL).read_text().splitlines()]
        last = {line["to"]: line["delivery"] for line in lines if line["what"] == "mail"}
        # More than one transaction takes, before and after those of the three.
        made = [event(self.jobs * 1_000 + at, "processed", self.now) for at in range(3, 303)]
        made += [
            event(self.jobs * 1_000 + at, "processed", self.now, email=f"z{at}@b.example") for at in range(303, 503)
        ]
        complained = []
        for at, name in enumerate(PEOPLE):
            person = self.person(name)
            if person is not None:
                address = person.profile.address
                kind = "spamreport" if name == who else "delivered"
                about = {"delivery_id": last[address]} if address in last else {}
                made.append(event(self.jobs * 1_000 + at, kind, self.now, person, **about))
                complained += [address] if name == who else []
        body = body_of(made)
        answer = self.client.post("/events/sendgrid", content=body, headers=signed(body, self.now))
        assert answer.status_code == 200, answer.text
        return complained

    def lift(self, who: str) -> list[str]:
        return [each for each in addresses_of(who) if self.store.suppressions.allow(each, "asked", self.now, "me")]

    def address(self, who: str) -> str | None:
        """By an operator, at their word; the address that is now theirs."""
        person = self.person(who)
        if person is None:
            return None
        first, second = addresses_of(who)
        to = second if person.profile.address == first else first
        accounts.change(self.installation, person.subscriber_id, {"address": to}, self.now, DECLARATION)
        return to

    def erase(self, who: str) -> None:
        person = self.person(who)
        if person is not None:
            accounts.erase(self.installation, person.subscriber_id, self.now)

    def job(self, _: str) -> list[str]:
        """One comes that every search fits; whom it is due to, as far as they want mails."""
        made = posting(f"job{self.jobs}", fetched_at=self.now)
        keys = {search.key for search in self.store.searches.all()}
        self.store.matches.store(0, [arrival(self.jobs, made, keys)], self.now)
        return [f"job{self.jobs}", *(who for who in PEOPLE if self.person(who))]

    def day(self, _: str) -> None:
        for _ in range(9):
            self.now += timedelta(hours=3)
            self.tick()

    def restore(self, who: str) -> bool:
        """Back up, erase somebody, restore: they stay erased."""
        (self.restore_dump if self.place.dump else self.restore_archive)(who)
        assert self.person(who) is None
        return True

    def restore_archive(self, who: str) -> None:
        target, settings = self.folder / "backup.zip", self.settings()
        if not target.exists():
            state.backup(settings, target, self.now)
        self.erase(who)
        self.tell("erased", who=who)
        self.store.engine.dispose()
        state.restore(settings, target, self.now, force=True, tell=lambda said: None)

    def restore_dump(self, who: str) -> None:
        """As docs/deployed.md says of a server's store, whose dump is a copy here."""
        gone, dumped = self.folder / "opt-outs.jsonl", self.folder / "dumped"
        if not dumped.exists():
            self.store.engine.dispose()
            replace_database(self.place.dump, self.place.store)
            dumped.touch()
        if not gone.exists():
            self.erase(who)
            self.tell("erased", who=who)
            whole = gone.with_suffix(".part")
            whole.write_text("\n".join(map(state.as_line, state.opt_outs(self.installation))))
            whole.rename(gone)
        self.store.engine.dispose()
        replace_database(self.place.store, self.place.dump)
        replayed = state.replay(self.installation, state.opt_outs_in(gone.read_text()), self.now)
        assert not replayed.failed


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
        life = Life(Place(Path(place["folder"]), place["store"], place["dump"]), plan["seed"])
        passed = Counter(plan["passed"])
        Watch(plan["kills"], passed, lambda point: life.tell("dies", point=point, passed=passed)).set_up()
        ready()
        life.live()
        life.tell("lived", passed=passed)

    serve(live)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

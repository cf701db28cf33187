"""Runs the embedded form over feed files for some simulated days."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal, assert_never

from pydantic import SecretStr, TypeAdapter
from sqlalchemy import Engine

from schemas.counted import counted
from services.embedded import Embedded, embedded
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.collector import Collector
from services.ingest.reader import Reader
from services.ingest.sending import Tools
from services.ingest.settings import IngestSettings, SourceSettings
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.mail_settings import MailSettings
from services.runtime.clock import Clock, FixedClock
from services.runtime.errors import UsageError
from services.runtime.files.private import private_folder
from services.runtime.log.sqlite import SqliteLog
from services.settings import Settings
from services.settings.model import ProbeSettings
from services.settings.portal import PortalSettings
from services.settings.writing import written
from services.usecases import accounts, consent, feedback, importing, suppressions
from services.usecases.accounts import Subscriber
from services.usecases.importing import Fault
from services.usecases.installation import Installation
from services.usecases.progress import Advance
from services.usecases.simulation.report import DemoReport, report_of, write_index
from services.usecases.simulation.shelf import Shelf, ShelfFetcher, feed_files

STEP = timedelta(hours=1)
POLL_EVERY = timedelta(hours=6)
_SECRET = "the demo has no secrets to keep"  # noqa: S105 (so that its bytes are the same each time)
NOWHERE = "https://alerts.example"
"""Where links lead while nobody serves them."""
Beside = Callable[[Installation, Callable[[], datetime]], AbstractContextManager[object]]
HOST = "127.0.0.1"
SETTINGS = "jobchime.toml"
"""In the demo's folder, so that every command can look at what happened."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What a subscriber does while the days go by."""

    at: datetime
    address: str
    does: Literal["pause", "unsubscribe", "complain", "hide"]
    company: str = ""
    """Whose jobs they hide."""


_HAPPENING = TypeAdapter(Happening)


def demo_settings(out: Path, feeds: Path, public_url: str = NOWHERE) -> Settings:
    """The demo's installation: one source a feed file, a folder for mail, a secret that everybody knows."""
    sources = tuple(SourceSettings(name=name, url=str(path), every=POLL_EVERY) for name, path in _source_names(feeds))
    if not sources:
        raise UsageError(f"there is no feed file in {feeds}")
    mail = MailSettings(
        folder=out / "mails",
        public_url=public_url,
        sender_name="Example Board job alerts",
        sender_address="alerts@jobs.example",
        postal_address="1 Example Street, Exampletown",
    )
    return Settings(
        data=out / "state",
        secret=SecretStr(_SECRET),
        ingest=IngestSettings(sources=sources, polls_at_once=1, reads_beside=False),
        mail=mail,
    )


def hours(now: datetime, days: int) -> list[datetime]:
    """The simulated times, hour by hour: `days` up to `now`, and one more, on which the last jobs are mailed."""
    start = now - timedelta(days=days)
    return [start + STEP * step for step in range((days + 1) * 24 + 1)]


def simulate(
    feeds: Path,
    people: str,
    *,
    now: datetime,
    days: int,
    out: Path,
    advance: Advance,
    happenings: str = "",
    why: str = "",
    public_url: str = NOWHERE,
) -> DemoReport:
    """Run `days` up to `now`, and the day after, into the folder `out`, made anew.

    `people` are JSON lines, and so are `happenings`. `why` is what the pages say of the choice of these days,
    `public_url` where the mails' links lead. Raises UsageError for people who cannot be read, and where `out` is no
    folder of an earlier demo.
    """
    to_come = sorted(
        map(_HAPPENING.validate_json, happenings.splitlines()), key=lambda happening: happening.at, reverse=True
    )
    _clear(out)
    times = hours(now, days)
    clock = FixedClock(times[0])
    settings = demo_settings(out, feeds, public_url)
    (out / SETTINGS).write_text(_written(settings), encoding="utf-8")
    with _demo_form(settings, clock) as form:
        taken_in = take_in(form, people, times[0])
        form.runner.load()
        for at in times:
            while to_come and to_come[-1].at <= at:
                happen(Installation(settings, form.engine), to_come.pop())
            clock.set(at)
            form.runner.once(at)
            advance(1)
        history = SqlDigests(form.engine, settings.ids()).history(with_holds=True)
        span = f"{counted(days, 'day')} up to {now:%Y-%m-%d %H:%M} UTC, and the day after"
        note = f"Simulated: {span}, over {feeds.name}. {why}"
        write_index(out, form.engine, taken_in, history, note.rstrip())
        return report_of(form, taken_in, history)


def shelved_collector(settings: Settings, engine: Engine, log: SqliteLog, shelf: Shelf) -> Collector:
    """A collector of files whose items arrive by the shelf's clock."""
    chance = Random(0)  # noqa: S311 (the same demo each time)
    fetcher = ShelfFetcher(shelf)
    reader = Reader(web=fetcher, files=fetcher, detect=shelf.detect, format_named=shelf.format_named)
    tools = Tools(settings.ingest, SqlSourceLedger(engine), log, shelf.format_named)
    return Collector(tools, reader, chance)


DECLARED = {"consent_origin": "the demo, of people who are invented", "consent_wording": "Send me job alerts"}


def take_in(form: Embedded, people: str, now: datetime) -> dict[str, tuple[Subscriber, int]]:
    """Subscribe people, JSON lines; each with their number of searches, by id. Raises UsageError."""
    installation = Installation(form.settings, form.engine)
    taken: dict[str, tuple[Subscriber, int]] = {}
    for entry in importing.read(None, people, DECLARED | {"consent_date": f"{now:%Y-%m-%d}"}):
        outcome = entry if isinstance(entry, Fault) else importing.take_in(installation, entry, now, update=False)
        if isinstance(outcome, Fault):
            raise UsageError(f"the subscribers' file, line {outcome.line}: {outcome.said}")
        person = accounts.find(installation, outcome.address)
        taken[person.subscriber_id] = (person, outcome.searches)
    return taken


def happen(installation: Installation, happening: Happening) -> None:
    """Let somebody do something. Raises UsageError where there is no such person."""
    person = accounts.find(installation, happening.address)
    match happening.does:
        case "pause":
            accounts.pause(installation, person.subscriber_id, happening.at)
        case "unsubscribe":
            consent.unsubscribe(installation, person.subscriber_id, "one-click", "", happening.at)
        case "complain":
            suppressions.add(
                installation, happening.address, "its owner reported a mail as spam", "mail provider", happening.at
            )
        case "hide":
            feedback.say(installation, person.subscriber_id, "hidden_company", happening.company, happening.at)
        case _:
            assert_never(happening.does)


def _written(settings: Settings) -> str:
    """The settings as their file has them."""
    mail = settings.mail
    lines = [
        "# The demo's installation, whose time stood still when it ended: give commands that time with --now.",
        'data = "state"',
        f"secret = {written(_SECRET)}",
        "[mail]",
        'folder = "mails"',
        *(
            f"{name} = {written(getattr(mail, name))}"
            for name in ("public_url", "sender_name", "sender_address", "postal_address")
        ),
    ]
    for source in settings.ingest.sources:
        address = written(Path(source.url).resolve())
        lines += ["[[ingest.sources]]", f"name = {written(source.name)}", f"url = {address}", 'every = "6h"']
    return "\n".join(lines) + "\n"


def _source_names(feeds: Path) -> Iterator[tuple[str, Path]]:
    taken: set[str] = set()
    for path in feed_files(feeds):
        called, _, _ = str(path.relative_to(feeds).with_suffix("")).lower().partition("@")
        name = re.sub(r"[^a-z0-9]+", "-", called).strip("-")[:60]
        while name in taken or not name:
            name += "-"
        taken.add(name)
        yield name, path


def _clear(out: Path) -> None:
    """Only what an earlier demo wrote is ever deleted."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / ".jobchime-demo").is_file():
        raise UsageError(f"{out} holds other files; name an empty or new folder with --out")
    shutil.rmtree(out, ignore_errors=True)
    private_folder(out)
    (out / ".jobchime-demo").write_text("made by `jobchime demo`, which may delete this folder\n", encoding="utf-8")


def address_at(port: int) -> str:
    """What the mails of a served demo link to. Raises UsageError where the port is not free."""
    try:
        with socket.create_server((HOST, port)) as tried:
            return f"http://{HOST}:{tried.getsockname()[1]}"
    except OSError as error:
        raise UsageError(f"the port {port} cannot be had: {error.strerror}; name another with --port") from None


def go_on(out: Path, feeds: Path, public_url: str, now: datetime, stop: threading.Event, beside: Beside) -> None:
    """Go on where the simulated days ended until `stop` is set: who signs up gets mail.

    Its time goes on from `now` as time does. `beside`: what is entered meanwhile, of its installation and its time.
    """
    settings = demo_settings(out, feeds, public_url).model_copy(
        update={
            "portal": PortalSettings(host=HOST, port=int(public_url.rpartition(":")[2])),
            "probes": ProbeSettings(enabled=False),
        }
    )
    clock = _OnwardClock(now)
    with _demo_form(settings, clock) as form:
        form.run(stop, (beside(Installation(settings, form.engine), clock.now),))


def _demo_form(settings: Settings, clock: Clock) -> AbstractContextManager[Embedded]:
    shelf = Shelf(clock)
    return embedded(settings, clock=clock, make_own=lambda engine, log: shelved_collector(settings, engine, log, shelf))


class _OnwardClock:
    """A clock that runs on from a given time."""

    def __init__(self, start: datetime) -> None:
        self._start, self._begun = start, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun)

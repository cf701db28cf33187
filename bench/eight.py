"""How long after its hour a mail is handed over, built at the hour and ahead of it: `python -m bench.eight [--json]
[--people N] [--lead 30] [--form embedded|deployed]`.

The morning of `bench.delivery`, served by one notifier, over SQLite into a folder or over PostgreSQL to a fake SendGrid
that answers after 100 ms, by a clock that goes as fast as the machine's, but for hours in which a notifier has nothing
to do, which it skips. First digests are built at eight; the second store is given the pace of the first, and its
notifier begins by that, so many minutes ahead at most. Told are those due at eight: a tenth is due an hour before, and
built first in both. Mails and what is kept of them must be the same bytes. Exit code 1 where a mail is lost, doubled,
too early, out of turn or another.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy import func, select

from bench.delivery import LATENCY_S
from bench.morning import DUE, EARLIER, IDS, Morning, fill, the_morning
from bench.notifiers import Plan, into, plan_of, written
from bench.same_digests import found_in
from bench.stopwatch import percentile
from schemas.sql.tables import deliveries, digests
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings, SendGridSettings
from services.notifier.settings import NotifierSettings
from services.runtime.figures.hours import add_hours, hour_of
from services.runtime.figures.peak import BUILDING_MS, DIGESTS_BUILT, HANDING_OVER_MS, MAILS_HANDED_OVER
from services.runtime.metrics.process import Metrics
from services.runtime.sql.store import open_store, reading
from tests.support.fake_sendgrid import recorded
from tests.support.postgresql import migrated_database
from tests.support.sending import by_sendgrid, sendgrid_process
from tests.support.stores import sqlite_url

_SKIPPED_S = 5.0
_IDLE_TICKS = 5


@dataclass(frozen=True)
class Eight:
    """One morning. Seconds are after eight, of the mails due then."""

    mails: int
    built_ahead: int
    begun_s: float
    """When the first was built, by the notifier's clock: before eight below 0."""
    p50_s: float
    p99_s: float
    last_s: float
    each_ms: float
    """What a digest took to build, mails and those held."""
    handed_ms: float
    """What a mail took to be handed over."""
    early: int
    lost: int
    doubled: int
    out_of_turn: int
    """Mails due an hour before that came after one due at eight."""


@dataclass(frozen=True)
class Place:
    """Where a notifier finds whom to mail, and where its mails go."""

    url: str
    mail: MailSettings
    arrived: Callable[[], list[tuple[str, float]]]
    """The deliveries that came, in their order, with when, in seconds since 1970."""


@contextmanager
def embedded(folder: Path) -> Iterator[Place]:
    """A new store of SQLite and a folder of mails."""
    url, mail = sqlite_url(folder), into(folder)

    def arrived() -> list[tuple[str, float]]:
        files = sorted(mail.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [(file.stem, file.stat().st_mtime) for file in files]

    yield Place(url, mail, arrived)


@contextmanager
def deployed(folder: Path) -> Iterator[Place]:
    """A new store of PostgreSQL and a fake SendGrid, gone at the end."""

    def arrived() -> list[tuple[str, float]]:
        return [(seen.delivery_id, seen.at) for seen in recorded(folder) if seen.accepted]

    with migrated_database() as url, sendgrid_process(folder, LATENCY_S, volatile=True) as host:
        yield Place(url, by_sendgrid(host, SendGridSettings().in_flight), arrived)


FORMS = {"embedded": embedded, "deployed": deployed}


def served(place: Place, morning: Morning, lead: timedelta, pace_ms: float) -> Eight:
    """Fill a store and have a notifier live from an hour before eight until all is handed over."""
    engine, people = open_store(place.url), len(morning.searches)
    fill(engine, morning)
    # As if a thousand had been built so a day before.
    add_hours(engine, {(hour_of(DUE), DIGESTS_BUILT, ""): 1_000, (hour_of(DUE), BUILDING_MS, ""): int(1_000 * pace_ms)})
    plan = written((place.url, place.mail, "one"))
    command = [sys.executable, "-m", "bench.eight", "--notifier", json.dumps([plan, lead.total_seconds()])]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    with reading(engine) as connection:
        due_at = {row.delivery_id: row.due_at for row in connection.execute(select(deliveries))}
        built = connection.execute(select(func.count()).select_from(digests)).scalar_one()
    engine.dispose()
    came = place.arrived()
    order = [due_at[own] for own, _ in came]
    late = sorted(at - said["eight"] for (_, at), due in zip(came, order, strict=True) if due == DUE)
    ticks, earlier = said["ticks"], people // 10
    totals = list(accumulate(tick[DIGESTS_BUILT] for tick in ticks))
    handed = sum(tick[MAILS_HANDED_OVER] for tick in ticks)
    return Eight(
        mails=len(came),
        built_ahead=max((total for tick, total in zip(ticks, totals, strict=True) if tick["began_s"] < 0)) - earlier,
        begun_s=next(tick["began_s"] for tick, total in zip(ticks, totals, strict=True) if total > earlier),
        p50_s=percentile(late, 0.5),
        p99_s=percentile(late, 0.99),
        last_s=late[-1],
        each_ms=sum(tick[BUILDING_MS] for tick in ticks) / built,
        handed_ms=sum(tick[HANDING_OVER_MS] for tick in ticks) / handed,
        early=sum(after < 0 for after in late),
        lost=people - built + len(due_at.keys() - {own for own, _ in came}),
        doubled=handed - len({own for own, _ in came}),
        out_of_turn=order[order.index(DUE) :].count(EARLIER),
    )


class _Ticks(Metrics):
    """Keeps what each tick did, with when it began: seconds after eight by the notifier's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.began_s = 0.0
        self.did: list[dict[str, float]] = []

    def by_hour(self, part: str, counts: Mapping[str, int]) -> None:
        self.did.append({"began_s": self.began_s, **counts})


def notify(plan: Plan, lead: timedelta) -> Mapping[str, Any]:
    """Be the notifier, until nobody is due and no mail waits."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    url, mail, _ = plan
    engine, ticks = open_store(url), _Ticks()
    notifier = build_notifier(engine, IDS, mail, NotifierSettings(builds_ahead=lead), metrics=ticks)
    notifier.load()
    eight, idle = time.time() + (DUE - EARLIER).total_seconds(), 0
    while idle < _IDLE_TICKS:
        did, ticks.began_s = len(ticks.did), time.time() - eight
        notifier.tick(DUE + timedelta(seconds=ticks.began_s))
        left_s = eight - time.time()
        if len(ticks.did) > did:
            idle = 0
        elif left_s > 0:
            eight -= min(_SKIPPED_S, left_s)
        else:
            idle += 1
            time.sleep(0.1)
    engine.dispose()
    return {"eight": eight, "ticks": ticks.did}


def measure(people: int, lead: timedelta, form: str) -> dict[str, Any]:
    """Both mornings, and whether they are the same but for their times."""
    way, morning = FORMS[form], the_morning(people)
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        at_eight, ahead = Path(name) / "at-eight", Path(name) / "ahead"
        with way(at_eight) as place:
            first, others = served(place, morning, timedelta(), 0.0), found_in(place.url, at_eight)
        with way(ahead) as place:
            second, mine = served(place, morning, lead, first.each_ms), found_in(place.url, ahead)
    differ = sum(mine.get(own) != others.get(own) for own in mine.keys() | others.keys())
    return {"people": people, "form": form, "at_eight": asdict(first), "ahead": asdict(second), "differ": differ}


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--lead", type=float, default=30, help="minutes")
    parser.add_argument("--form", choices=FORMS, default="embedded")
    parser.add_argument("--notifier", help="be one: JSON of its plan and of the lead in seconds")
    given = parser.parse_args()
    if given.notifier:
        plan, lead_s = json.loads(given.notifier)
        print(json.dumps(notify(plan_of(plan), timedelta(seconds=lead_s))))
        return
    found = measure(given.people, timedelta(minutes=given.lead), given.form)
    if given.json:
        print(json.dumps(found))
    else:
        for way in ("at_eight", "ahead"):
            print(f"{way}: " + ", ".join(f"{name} {value:,.4g}" for name, value in found[way].items()))
        print(f"{found['differ']:,} mails and rows differ")
    amiss = ("early", "lost", "doubled", "out_of_turn")
    sys.exit(bool(found["differ"] or any(found[way][name] for way in ("at_eight", "ahead") for name in amiss)))


if __name__ == "__main__":
    main()

"""How long after its hour a mail is handed over, built at the hour and ahead of it: `python -m bench.eight [--json]
[--people N] [--lead 30]`.

The morning of `bench.delivery`, embedded, mails into a folder, by a clock that goes as fast as the machine's, but for
hours in which a notifier has nothing to do, which it skips. First digests are built at eight; the second store is given
the pace of the first, and its notifier begins by that, so many minutes ahead at most. Told are those due at eight: a
tenth is due an hour before, and built first in both. Mails and what is kept of them must be the same bytes. Exit code 1
where a mail is lost, doubled, too early, out of turn or another.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy import func, select

from bench.delivery import into
from bench.morning import DUE, EARLIER, IDS, fill, the_morning
from bench.same_digests import found_in
from bench.stopwatch import percentile
from schemas.sql.tables import deliveries, digests
from services.notifier.app import build_notifier
from services.notifier.settings import NotifierSettings
from services.runtime.figures.hours import add_hours, hour_of
from services.runtime.figures.peak import BUILDING_MS, DIGESTS_BUILT, HANDING_OVER_MS, MAILS_HANDED_OVER
from services.runtime.metrics.process import Metrics
from services.runtime.sql.store import open_store, reading
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


def morning(folder: Path, people: int, lead: timedelta, pace_ms: float) -> Eight:
    """Fill a store and have a notifier live from an hour before eight until all is handed over."""
    url, mail = sqlite_url(folder), into(folder)
    engine = open_store(url)
    fill(engine, the_morning(people))
    # As if a thousand had been built so a day before.
    add_hours(engine, {(hour_of(DUE), DIGESTS_BUILT, ""): 1_000, (hour_of(DUE), BUILDING_MS, ""): int(1_000 * pace_ms)})
    command = [sys.executable, "-m", "bench.eight", "--notifier", json.dumps([str(folder), lead.total_seconds()])]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    with reading(engine) as connection:
        due_at = {row.delivery_id: row.due_at for row in connection.execute(select(deliveries))}
        built = connection.execute(select(func.count()).select_from(digests)).scalar_one()
    engine.dispose()
    files = sorted(mail.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    order = [due_at[file.stem] for file in files]
    late = sorted(file.stat().st_mtime - said["eight"] for file, due in zip(files, order, strict=True) if due == DUE)
    ticks, earlier = said["ticks"], people // 10
    totals = list(accumulate(tick[DIGESTS_BUILT] for tick in ticks))
    handed = sum(tick[MAILS_HANDED_OVER] for tick in ticks)
    return Eight(
        mails=len(files),
        built_ahead=max((total for tick, total in zip(ticks, totals, strict=True) if tick["began_s"] < 0)) - earlier,
        begun_s=next(tick["began_s"] for tick, total in zip(ticks, totals, strict=True) if total > earlier),
        p50_s=percentile(late, 0.5),
        p99_s=percentile(late, 0.99),
        last_s=late[-1],
        each_ms=sum(tick[BUILDING_MS] for tick in ticks) / built,
        handed_ms=sum(tick[HANDING_OVER_MS] for tick in ticks) / handed,
        early=sum(after < 0 for after in late),
        lost=people - built + len(due_at) - len(files),
        doubled=handed - len(files),
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


def notify(folder: Path, lead: timedelta) -> Mapping[str, Any]:
    """Be the notifier, until nobody is due and no mail waits."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    engine, ticks = open_store(f"sqlite:///{folder / 'store.sqlite'}"), _Ticks()
    notifier = build_notifier(engine, IDS, into(folder), NotifierSettings(builds_ahead=lead), metrics=ticks)
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


def measure(people: int, lead: timedelta) -> dict[str, Any]:
    """Both mornings, and whether they are the same but for their times."""
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        at_eight, ahead = Path(name) / "at-eight", Path(name) / "ahead"
        first = morning(at_eight, people, timedelta(), 0.0)
        second = morning(ahead, people, lead, first.each_ms)
        mine, others = (found_in(folder) for folder in (ahead, at_eight))
    differ = sum(mine.get(own) != others.get(own) for own in mine.keys() | others.keys())
    return {"people": people, "at_eight": asdict(first), "ahead": asdict(second), "differ": differ}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--lead", type=float, default=30, help="minutes")
    parser.add_argument("--notifier", help="be one: JSON of the folder of its store and of the lead in seconds")
    given = parser.parse_args()
    if given.notifier:
        folder, lead_s = json.loads(given.notifier)
        print(json.dumps(notify(Path(folder), timedelta(seconds=lead_s))))
        return
    found = measure(given.people, timedelta(minutes=given.lead))
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

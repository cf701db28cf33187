"""Eight o'clock: everybody due in one minute, built and handed over: `python -m bench.delivery [--json]
[--people N] [--forms embedded,...] [--copies N] [--in-flight N] [--listmonk FOLDER]`.

Captured postings, and people with five searches each, drawn from them: a fifth of the people ask for what a hundredth
of all ask for, nobody else shares a search. Five locales, currencies and time zones; a tenth was due an hour before and
is to be served first. Matches are made by the index in memory, and written into the store. Then notifiers tick until
nothing is left, each a process of its own that does nothing else: one over SQLite that writes mails into a folder, then
two over PostgreSQL that hand them to a fake SendGrid, once with answers at once and once after 100 ms each. Of forms
called `handing` all is built before, while sending is paused, and told is what handing over takes; there each mail that
waits then may stand `--copies` times, to as many people, so that few who are built make a crowd.

Processor time is of the notifiers, and of the database's own processes, told apart; that of the fake is in no ratio.
`memory_growth` is the peak of the first against that with a tenth of the people. Logs are not written. With listmonk at
hand (`bench.listmonk`) it is told how rendering and handing over a mail there compares: `vs_listmonk_render`.
"""

import argparse
import json
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import func, select, text

from bench.morning import DUE, EARLIER, Morning, fill, multiply, the_morning
from bench.notifiers import build, into, notify, plan_of, run
from bench.stopwatch import database_s
from schemas.sql.tables import deliveries, digests
from services.notifier.mail_settings import SendGridSettings
from services.runtime.sql.store import open_store, reading
from tests.support.fake_sendgrid import recorded
from tests.support.postgresql import migrated_database
from tests.support.sending import by_sendgrid, sendgrid_process
from tests.support.stores import sqlite_url

LATENCY_S: Final = 0.1
_IN_FLIGHT: Final = SendGridSettings().in_flight
_FORMS: Final = ("a_tenth", "embedded", "deployed", "deployed_100ms")
_HANDING: Final = ("handing", "handing_deployed", "handing_deployed_100ms")


@dataclass(frozen=True)
class Ran:
    """One form: what its notifiers did, and what it took."""

    mails: int
    holds: int
    wall_s: float
    cpu_s: float
    """Of the notifiers."""
    store_cpu_s: float
    """Of the database's own processes; SQLite has none."""
    fake_cpu_s: float
    peak_mib: float
    """The most that one notifier held."""
    ticks: int
    lost: int
    doubled: int
    early: int  # by the notifiers' clocks
    out_of_turn: int
    """Mails of those due earlier that were handed over after one of those due later."""
    stages_ms: Mapping[str, float]
    """Processor time of the notifiers a mail, by stage."""

    @property
    def figures(self) -> dict[str, Any]:
        """For programs."""
        return vars(self) | {
            "mails_s": self.mails / self.wall_s,
            "cpu_ms_a_digest": 1_000 * self.cpu_s / self.mails,
            "store_cpu_ms_a_digest": 1_000 * self.store_cpu_s / self.mails,
        }


def embedded(morning: Morning, folder: Path, *, copies: int = 0) -> Ran:
    """One notifier over SQLite, mails into a folder. `copies`: all is built before, and waits so often."""
    url, mail = sqlite_url(folder), into(folder)
    engine = open_store(url)
    fill(engine, morning)
    if copies:
        build(engine, [(url, mail, "one")])
        multiply(engine, copies)
    engine.dispose()
    reports, wall_s = run([(url, mail, "one")])
    in_order = sorted(mail.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return _ran(url, len(morning.searches), reports, wall_s, [file.stem for file in in_order], copies)


def deployed(morning: Morning, folder: Path, latency_s: float, *, copies: int = 0, flying: int = _IN_FLIGHT) -> Ran:
    """Two notifiers over PostgreSQL, mails to a fake SendGrid. `copies`: see `embedded`."""
    with migrated_database() as url:
        engine = open_store(url)
        fill(engine, morning)
        if copies:
            build(engine, [(url, into(folder), worker) for worker in ("one", "two")])
            multiply(engine, copies)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()
        before = _children_s()
        with database_s(url) as store, sendgrid_process(folder, latency_s, volatile=True) as host:
            reports, wall_s = run([(url, by_sendgrid(host, flying), worker) for worker in ("one", "two")])
        fake_s = _children_s() - before - sum(report["process_s"] for report in reports)
        order = [seen.delivery_id for seen in recorded(folder) if seen.accepted]
        return _ran(url, len(morning.searches), reports, wall_s, order, copies, sum(store.values()), fake_s)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ran(
    url: str,
    people: int,
    reports: Sequence[Mapping[str, Any]],
    wall_s: float,
    order: Sequence[str],
    copies: int,
    store_cpu_s: float = 0.0,
    fake_cpu_s: float = 0.0,
) -> Ran:
    """What became of everybody. `order`: the deliveries that arrived, as they came."""
    engine = open_store(url)
    with reading(engine) as connection:
        kept = Counter(connection.execute(select(digests.c.outcome)).scalars())
        due_at = {row.delivery_id: row.due_at for row in connection.execute(select(deliveries))}
        query = select(func.count()).where(deliveries.c.state == "accepted")
        accepted = connection.execute(query).scalar_one()
        early = connection.execute(query.where(deliveries.c.accepted_at < deliveries.c.due_at)).scalar_one()
    engine.dispose()
    arrived = Counter(order)
    late = next((place for place, own in enumerate(order) if due_at[own] == DUE), len(order))
    stages = Counter[str]()
    for report in reports:
        stages.update(report["stages"])
    return Ran(
        mails=accepted,
        holds=kept["hold"],
        wall_s=wall_s,
        cpu_s=sum(report["cpu_s"] for report in reports),
        store_cpu_s=store_cpu_s,
        fake_cpu_s=fake_cpu_s,
        peak_mib=max(report["peak_mib"] for report in reports),
        ticks=sum(report["ticks"] for report in reports),
        lost=people - kept["hold"] - kept["digest"] // max(copies, 1) + kept["digest"] - min(accepted, len(arrived)),
        doubled=arrived.total() - len(arrived),
        early=early,
        out_of_turn=sum(due_at[own] == EARLIER for own in order[late:]),
        stages_ms={name: 1_000 * spent / accepted for name, spent in sorted(stages.items())},
    )


def measure(people: int, wanted: Sequence[str], copies: int = 1, flying: int = _IN_FLIGHT) -> dict[str, Any]:
    """The forms that are wanted, each told of as it ends, and the ratios."""
    forms: dict[str, Ran] = {}
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        folder = Path(name)
        morning, crowd = the_morning(people), {"copies": copies, "flying": flying}
        ways: dict[str, Callable[[], Ran]] = {
            "a_tenth": lambda: embedded(the_morning(max(people // 10, 20)), folder / "few"),
            "embedded": lambda: embedded(morning, folder / "embedded"),
            "deployed": lambda: deployed(morning, folder / "at-once", 0.0, flying=flying),
            "deployed_100ms": lambda: deployed(morning, folder / "late", LATENCY_S, flying=flying),
            "handing": lambda: embedded(morning, folder / "handing", copies=copies),
            "handing_deployed": lambda: deployed(morning, folder / "handing-at-once", 0.0, **crowd),
            "handing_deployed_100ms": lambda: deployed(morning, folder / "handing-late", LATENCY_S, **crowd),
        }
        for form in wanted:
            forms[form] = ran = ways[form]()
            print(f"{form}: {ran.mails:,} mails in {ran.wall_s:.0f} s", file=sys.stderr, flush=True)
    ratios: dict[str, float] = {
        "doubled": sum(ran.doubled for ran in forms.values()),
        "lost": sum(ran.lost for ran in forms.values()),
    }
    whole, few, two = (forms.get(form) for form in ("embedded", "a_tenth", "deployed"))
    if whole is not None:
        ratios["cpu_ms_a_digest"] = 1_000 * whole.cpu_s / whole.mails
    if whole is not None and few is not None:
        ratios["memory_growth"] = whole.peak_mib / few.peak_mib
    if two is not None:
        ratios |= {
            "deployed_cpu_ms_a_digest": 1_000 * (two.cpu_s + two.store_cpu_s) / two.mails,
            "built_s": two.wall_s,
        }
    figures = {name: ran.figures for name, ran in forms.items()}
    return {"people": people, "copies": copies, "in_flight": flying, "forms": figures, "ratios": ratios}


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--forms", default=",".join(_FORMS), help=f"some of {', '.join(_FORMS + _HANDING)}")
    parser.add_argument("--copies", type=int, default=1, help=f"of each mail that waits, in {', '.join(_HANDING)}")
    parser.add_argument("--in-flight", type=int, default=_IN_FLIGHT, help="requests of a notifier to SendGrid at once")
    parser.add_argument("--listmonk", type=Path, help="its folder, as bench.listmonk wants it")
    parser.add_argument("--notifier", help="be one: JSON of the store, the settings of its mail and its name")
    given = parser.parse_args()
    if given.notifier:
        notify(*plan_of(json.loads(given.notifier)))
        return
    wanted = given.forms.split(",")
    if unknown := set(wanted).difference(_FORMS + _HANDING):
        parser.error(f"no form is called {', '.join(sorted(unknown))}: they are {', '.join(_FORMS + _HANDING)}")
    found = measure(given.people, wanted, given.copies, given.in_flight)
    if given.listmonk:
        from bench import listmonk  # not by notifiers, which are this module too

        beside = listmonk.measure(given.listmonk.resolve(), min(given.people, 2_000))
        found |= {"listmonk": beside["rounds"], "ratios": found["ratios"] | beside["ratios"]}
    if given.json:
        print(json.dumps(found, default=dict))
        return
    for name, form in found["forms"].items():
        print(
            f"{name:>15}: {form['mails']:,} mails, {form['mails_s']:.0f} a second, {form['cpu_ms_a_digest']:.1f} ms of"
            f" processor each (the database {form['store_cpu_ms_a_digest']:.1f}), {form['peak_mib']:.0f} MiB"
        )
        print(" " * 17 + ", ".join(f"{stage} {spent:.2f}" for stage, spent in form["stages_ms"].items()))
    print(", ".join(f"{name} {value:.3g}" for name, value in found["ratios"].items()))


if __name__ == "__main__":
    main()

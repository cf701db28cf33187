"""Eight o'clock: everybody due in one minute, built and handed over: `python -m bench.delivery [--json]
[--people N] [--forms embedded,...] [--copies N] [--in-flight N]`.

Captured postings, and people with five searches each, drawn from them: a fifth of the people ask for what a hundredth
of all ask for, nobody else shares a search. Five locales, currencies and time zones; a tenth was due an hour before and
is to be served first. Matches are made by the index in memory, and written into the store. Then notifiers tick until
nothing is left, each a process of its own that does nothing else: one over SQLite that writes mails into a folder, then
two over PostgreSQL that hand them to a fake SendGrid, once with answers at once and once after 100 ms each. Of forms
called `handing` all is built before, while sending is paused, and told is what handing over takes; there each mail that
waits then may stand `--copies` times, to as many people, so that few who are built make a crowd.

Processor time is of the notifiers, and of the database's own processes, told apart; that of the fake is in no ratio.
`memory_growth` is the peak of the first against that with a tenth of the people. Logs are not written.
"""

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import structlog
from sqlalchemy import Engine, func, select, text

from bench.morning import DUE, EARLIER, IDS, Morning, fill, multiply, the_morning
from bench.pipeline_run import OUTFLOW_WATCHED
from bench.stopwatch import Stopwatch, processor_s
from schemas.sql.tables import deliveries, digests, saved_searches
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings, SendGridSettings
from services.notifier.settings import NotifierSettings
from services.runtime.pauses import SqlPauses, sending_paused
from services.runtime.sql.store import open_store, reading
from tests.support.fake_sendgrid import recorded
from tests.support.postgresql import migrated_database
from tests.support.sending import by_sendgrid, sendgrid_process
from tests.support.stores import sqlite_url

LATENCY_S: Final = 0.1
_IN_FLIGHT: Final = SendGridSettings().in_flight
_FORMS: Final = ("a_tenth", "embedded", "deployed", "deployed_100ms")
_HANDING: Final = ("handing", "handing_deployed", "handing_deployed_100ms")
_CLAIMED: Final = 100
"""People whom a notifier claims at once: few, so that two share also a small morning."""
_IDLE_TICKS: Final = 5
Plan = tuple[str, MailSettings, str]
"""Of a notifier: its store, where its mails go, and its name."""


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


def into(folder: Path) -> MailSettings:
    """A mailer that writes mails beside a store."""
    public_url, postal_address = "https://jobs.harbour.example", "1 Quay Street, Porto"
    return MailSettings(folder=folder / "mails", public_url=public_url, postal_address=postal_address)


def build(engine: Engine, plans: Sequence[Plan]) -> None:
    """Have notifiers build all digests while sending is paused."""
    SqlPauses(engine).set_sending(True, DUE)
    run(plans)
    SqlPauses(engine).set_sending(False, DUE)


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
        with _watched(url) as store, sendgrid_process(folder, latency_s, volatile=True) as host:
            reports, wall_s = run([(url, by_sendgrid(host, flying), worker) for worker in ("one", "two")])
        fake_s = _children_s() - before - sum(report["process_s"] for report in reports)
        order = [seen.delivery_id for seen in recorded(folder) if seen.accepted]
        return _ran(url, len(morning.searches), reports, wall_s, order, copies, sum(store.values()), fake_s)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _watched(url: str) -> Iterator[dict[int, float]]:
    """The processor time of each of a database's own processes, as of the last look before it ended."""
    found: dict[int, float] = {}
    done = threading.Event()
    engine = open_store(url)
    query = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def look() -> None:
        while not done.wait(0.2):
            with engine.connect() as connection:
                for pid in connection.execute(query).scalars():
                    with suppress(OSError):
                        found[pid] = processor_s(pid)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
        engine.dispose()


def run(plans: Sequence[Plan], checkout: Path | None = None) -> tuple[list[dict[str, Any]], float]:
    """What each notifier tells at its end, and the seconds until the last had nothing to do.

    `checkout`: where their code is, if it is not this.
    """
    with ExitStack() as stack:
        running = []
        for url, mail, worker in plans:
            given = mail.model_dump(mode="json", exclude={"sendgrid"})
            secret = mail.sendgrid.api_key.get_secret_value()
            given["sendgrid"] = mail.sendgrid.model_dump(mode="json") | {"api_key": secret}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": checkout}
            command = [sys.executable, "-m", "bench.delivery", "--notifier", json.dumps([url, given, worker])]
            running.append(stack.enter_context(subprocess.Popen(command, **pipes)))
        for process in running:
            process.stdout.readline()
        began = time.time()
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        reports = [json.loads(process.stdout.readline()) for process in running]
    return reports, max(report["ended_at"] for report in reports) - began


def notify(url: str, mail: MailSettings, worker: str) -> None:
    """Be a notifier: tick until a while nothing was to do, then tell of it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    engine = open_store(url)
    notifier = build_notifier(engine, IDS, mail, NotifierSettings(worker=worker, subscribers_at_once=_CLAIMED))
    notifier.load()
    print("ready", flush=True)
    sys.stdin.readline()
    watch, now = Stopwatch(), DUE
    ticks = idle = done = 0
    cpu = began = time.process_time()
    ended_at = time.time()
    with watch.watching(*OUTFLOW_WATCHED):
        if _waits(engine):
            notifier.tick(EARLIER - timedelta(seconds=1))  # too early for anybody
        while idle < _IDLE_TICKS:
            notifier.tick(now := now + timedelta(milliseconds=100))
            before, done = done, watch.stages["commit"].calls + watch.stages["answer"].calls
            if done > before:
                ticks, idle, cpu, ended_at = ticks + 1, 0, time.process_time(), time.time()
            else:
                idle += _is_done(engine)
                time.sleep(0.1)
    engine.dispose()
    status = Path("/proc/self/status").read_text()
    report = {
        "cpu_s": cpu - began,
        "ended_at": ended_at,
        "ticks": ticks,
        "peak_mib": int(status.split("VmHWM:")[1].split()[0]) / 1024,
        "stages": {name: spent.cpu_s for name, spent in watch.stages.items()},
    }
    print(json.dumps(report | {"process_s": time.process_time()}), flush=True)


def _is_done(engine: Engine) -> bool:
    """Whether nobody is due any more and no mail waits, whoever is at work on it."""
    with reading(engine) as connection:
        due = select(saved_searches.c.search_id).where(saved_searches.c.next_due_at <= DUE).limit(1)
        if connection.execute(due).first() is not None:
            return False
        return sending_paused(connection) or not _waits(engine)


def _waits(engine: Engine) -> bool:
    waiting = select(deliveries.c.delivery_id).where(deliveries.c.state.in_(("pending", "claimed", "sending")))
    with reading(engine) as connection:
        return connection.execute(waiting.limit(1)).first() is not None


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--forms", default=",".join(_FORMS), help=f"some of {', '.join(_FORMS + _HANDING)}")
    parser.add_argument("--copies", type=int, default=1, help=f"of each mail that waits, in {', '.join(_HANDING)}")
    parser.add_argument("--in-flight", type=int, default=_IN_FLIGHT, help="requests of a notifier to SendGrid at once")
    parser.add_argument("--notifier", help="be one: JSON of the store, the settings of its mail and its name")
    given = parser.parse_args()
    if given.notifier:
        url, mail, worker = json.loads(given.notifier)
        notify(url, MailSettings.model_validate(mail), worker)
        return
    wanted = given.forms.split(",")
    if unknown := set(wanted).difference(_FORMS + _HANDING):
        parser.error(f"no form is called {', '.join(sorted(unknown))}: they are {', '.join(_FORMS + _HANDING)}")
    found = measure(given.people, wanted, given.copies, given.in_flight)
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

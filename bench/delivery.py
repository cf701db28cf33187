"""Eight o'clock: everybody due in one minute, built and handed over: `python -m bench.delivery [--json]
[--people N] [--forms embedded,...]`.

Captured postings, and people with five searches each, drawn from them: a fifth of the people ask for what a hundredth
of all ask for, nobody else shares a search. Five locales, currencies and time zones; a tenth was due an hour before and
is to be served first. Matches are made by the index in memory, and written into the store. Then notifiers tick until
nothing is left, each a process of its own that does nothing else: one over SQLite that writes mails into a folder, then
two over PostgreSQL that hand them to a fake SendGrid, once with answers at once and once after 100 ms each.

Processor time is of the notifiers, and of the database's own processes, told apart; that of the fake is in no ratio.
`memory_growth` is the peak of the first against that with a tenth of the people. Logs are not written.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import structlog
from sqlalchemy import Engine, func, insert, select, text

from bench.pipeline_run import OUTFLOW_WATCHED
from bench.readers import daily_search, reader
from bench.stopwatch import Stopwatch, processor_s
from bench.wishes import wishes
from schemas.codec import encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.keys import keys_of
from schemas.posting import PostingCore
from schemas.sql.tables import criteria, deliveries, digests, saved_searches, subscribers
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.app import build_notifier
from services.notifier.domain.ids import Ids
from services.notifier.domain.windows import Arrival
from services.notifier.mail_settings import MailSettings
from services.notifier.settings import NotifierSettings
from services.runtime.sql.store import open_store, reading, writing
from tests.support.captured import captured_postings
from tests.support.fake_sendgrid import recorded
from tests.support.postgresql import migrated_database
from tests.support.sending import by_sendgrid, sendgrid_process
from tests.support.stores import sqlite_url

MORNING: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
DUE: Final = datetime(2026, 9, 1, 6, tzinfo=UTC)
EARLIER: Final = DUE - timedelta(hours=1)
SECRET: Final = b"a secret of these figures alone"
SEARCHES_EACH: Final = 5
POSTINGS: Final = 2_000
LATENCY_S: Final = 0.1
IDS: Final = Ids(SECRET)
_READERS: Final = (
    ("Europe/London", "GBP", "en"), ("Europe/Berlin", "EUR", "de"), ("Europe/Madrid", "EUR", "es"),
    ("Europe/Zurich", "CHF", "fr"), ("America/Sao_Paulo", "BRL", "pt"),
)  # fmt: skip
"""Time zone, currency and language."""
_FORMS: Final = ("a_tenth", "embedded", "deployed", "deployed_100ms")
_AT_ONCE: Final = 5_000
_CLAIMED: Final = 100
"""People whom a notifier claims at once: few, so that two share also a small morning."""
_IDLE_TICKS: Final = 5
_SEEN_WITHIN_S: Final = 20 * 3_600


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


@dataclass(frozen=True)
class Morning:
    """What is in the store before anything is built."""

    asked: Sequence[Criteria]
    """By key."""
    searches: Sequence[Sequence[int]]
    """By person: the keys of their searches."""
    arrivals: Sequence[Arrival]


def the_morning(people: int) -> Morning:
    """Who asks for what, and which postings fit it."""
    postings = _of_one_day(captured_postings(POSTINGS))
    groups = max(people // 100, 1)
    own = iter(range(people * SEARCHES_EACH))
    searches: list[list[int]] = []
    for number in range(people):
        popular = 5 * (number // 5 % groups)
        shares = number % 5 == 4 and popular < number
        searches.append(searches[popular] if shares else [next(own) for _ in range(SEARCHES_EACH)])
    asked = list(wishes(postings, next(own)))
    index = MemoryCriteriaIndex()
    for start in range(0, len(asked), _AT_ONCE):
        some = enumerate(asked[start : start + _AT_ONCE], start)
        index.apply(
            [CriteriaRecord(key=key, criteria_id=f"{key:032x}", version=1, criteria=wish) for key, wish in some]
        )
    hits = index.match(postings)
    arrivals = [
        Arrival(offset, posting, keys_of(hit.keys), keys_of(hit.near))
        for offset, (posting, hit) in enumerate(zip(postings, hits, strict=True))
    ]
    return Morning(asked, searches, arrivals)


def _of_one_day(postings: Sequence[PostingCore]) -> list[PostingCore]:
    """The same, posted in the last hours and open."""
    dice = random.Random(8)
    changes = {"expires_at": None, "status": "open", "backlog": False}
    moments = [MORNING - timedelta(seconds=dice.randrange(_SEEN_WITHIN_S)) for _ in postings]
    return [
        posting.model_copy(update=changes | {"posted_at": at, "fetched_at": at})
        for posting, at in zip(postings, moments, strict=True)
    ]


def fill(engine: Engine, morning: Morning) -> None:
    """Put a morning into a migrated store."""
    people = [_person(number) for number in range(len(morning.searches))]
    with writing(engine) as connection:
        for start in range(0, len(morning.asked), _AT_ONCE):
            some = enumerate(morning.asked[start : start + _AT_ONCE], start)
            connection.execute(insert(criteria), [_criteria(key, asked) for key, asked in some])
        for start in range(0, len(people), _AT_ONCE):
            connection.execute(insert(subscribers), people[start : start + _AT_ONCE])
        rows = [row for number, keys in enumerate(morning.searches) for row in _searches(number, keys)]
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(insert(saved_searches), rows[start : start + _AT_ONCE])
    store = SqlMatches(engine)
    for start in range(0, len(morning.arrivals), _AT_ONCE):
        store.store(0, morning.arrivals[start : start + _AT_ONCE], MORNING)


def _criteria(key: int, asked: Criteria) -> dict[str, Any]:
    row = {"key": key, "criteria_id": f"{key:032x}", "version": 1, "members": 1, "changed_at": MORNING}
    return row | {"document": encode(asked).decode()}


def _person(number: int) -> dict[str, Any]:
    return reader(number, _READERS[number % len(_READERS)], IDS, MORNING)


def _searches(number: int, keys: Sequence[int]) -> Iterator[dict[str, Any]]:
    person = _person(number)["subscriber_id"]
    due_at = EARLIER if number % 10 == 9 else DUE
    for own, key in enumerate(keys):
        yield daily_search(f"s{number:09}{own}", person, own, key, due_at, MORNING)


def embedded(morning: Morning, folder: Path) -> Ran:
    """One notifier over SQLite, mails into a folder."""
    url = sqlite_url(folder)
    engine = open_store(url)
    fill(engine, morning)
    engine.dispose()
    mail = into(folder)
    reports, wall_s = run([(url, mail, "one")])
    in_order = sorted(mail.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return _ran(url, morning, reports, wall_s, [file.stem for file in in_order])


def into(folder: Path) -> MailSettings:
    """A mailer that writes mails beside a store."""
    public_url, postal_address = "https://jobs.harbour.example", "1 Quay Street, Porto"
    return MailSettings(folder=folder / "mails", public_url=public_url, postal_address=postal_address)


def deployed(morning: Morning, folder: Path, latency_s: float) -> Ran:
    """Two notifiers over PostgreSQL, mails to a fake SendGrid."""
    with migrated_database() as url:
        engine = open_store(url)
        fill(engine, morning)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()
        before = _children_s()
        with _watched(url) as store, sendgrid_process(folder, latency_s) as host:
            reports, wall_s = run([(url, by_sendgrid(host, 32), worker) for worker in ("one", "two")])
        fake_s = _children_s() - before - sum(report["process_s"] for report in reports)
        order = [seen.delivery_id for seen in recorded(folder) if seen.accepted]
        return _ran(url, morning, reports, wall_s, order, sum(store.values()), fake_s)


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


def run(
    plans: Sequence[tuple[str, MailSettings, str]], checkout: Path | None = None
) -> tuple[list[dict[str, Any]], float]:
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
        waiting = select(deliveries.c.delivery_id).where(deliveries.c.state.in_(("pending", "claimed", "sending")))
        return connection.execute(due).first() is None and connection.execute(waiting.limit(1)).first() is None


def _ran(
    url: str,
    morning: Morning,
    reports: Sequence[Mapping[str, Any]],
    wall_s: float,
    order: Sequence[str],
    store_cpu_s: float = 0.0,
    fake_cpu_s: float = 0.0,
) -> Ran:
    """What became of everybody. `order`: the deliveries that arrived, as they came."""
    engine = open_store(url)
    with reading(engine) as connection:
        kept = Counter(connection.execute(select(digests.c.outcome)).scalars())
        due_at = {row.delivery_id: row.due_at for row in connection.execute(select(deliveries))}
        query = select(func.count()).select_from(deliveries).where(deliveries.c.state == "accepted")
        accepted = connection.execute(query).scalar_one()
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
        lost=len(morning.searches) - kept.total() + kept["digest"] - min(accepted, len(arrived)),
        doubled=arrived.total() - len(arrived),
        out_of_turn=sum(due_at[own] == EARLIER for own in order[late:]),
        stages_ms={name: 1_000 * spent / accepted for name, spent in sorted(stages.items())},
    )


def measure(people: int, wanted: Sequence[str]) -> dict[str, Any]:
    """The forms that are wanted, each told of as it ends, and the ratios."""
    forms: dict[str, Ran] = {}
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        folder = Path(name)
        morning = the_morning(people)
        ways: dict[str, Callable[[], Ran]] = {
            "a_tenth": lambda: embedded(the_morning(max(people // 10, 20)), folder / "few"),
            "embedded": lambda: embedded(morning, folder / "embedded"),
            "deployed": lambda: deployed(morning, folder / "at-once", 0.0),
            "deployed_100ms": lambda: deployed(morning, folder / "late", LATENCY_S),
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
    return {"people": people, "forms": {name: ran.figures for name, ran in forms.items()}, "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--forms", default=",".join(_FORMS), help=f"some of {', '.join(_FORMS)}")
    parser.add_argument("--notifier", help="be one: JSON of the store, the settings of its mail and its name")
    given = parser.parse_args()
    if given.notifier:
        url, mail, worker = json.loads(given.notifier)
        notify(url, MailSettings.model_validate(mail), worker)
        return
    wanted = given.forms.split(",")
    if unknown := set(wanted).difference(_FORMS):
        parser.error(f"no form is called {', '.join(sorted(unknown))}: they are {', '.join(_FORMS)}")
    found = measure(given.people, wanted)
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

"""Notifiers as processes of their own, which tick until nobody is due and no mail waits, and tell what that took."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import Engine, select

from bench.morning import DUE, EARLIER, IDS
from bench.pipeline_run import OUTFLOW_WATCHED
from bench.stopwatch import Stopwatch
from schemas.sql.tables import deliveries, saved_searches
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings
from services.notifier.settings import NotifierSettings
from services.runtime.pauses import SqlPauses, sending_paused
from services.runtime.sql.store import open_store, reading

_CLAIMED: Final = 100
"""People whom a notifier claims at once: few, so that two share also a small morning."""
_IDLE_TICKS: Final = 5
Plan = tuple[str, MailSettings, str]
"""Of a notifier: its store, where its mails go, and its name."""


def into(folder: Path) -> MailSettings:
    """A mailer that writes mails beside a store."""
    public_url, postal_address = "https://jobs.harbour.example", "1 Quay Street, Porto"
    return MailSettings(folder=folder / "mails", public_url=public_url, postal_address=postal_address)


def build(engine: Engine, plans: Sequence[Plan]) -> None:
    """Have notifiers build all digests while sending is paused."""
    SqlPauses(engine).set_sending(True, DUE)
    run(plans)
    SqlPauses(engine).set_sending(False, DUE)


def run(plans: Sequence[Plan], checkout: Path | None = None) -> tuple[list[dict[str, Any]], float]:
    """What each notifier tells at its end, and the seconds until the last had nothing to do.

    `checkout`: where their code is, if it is not this.
    """
    with ExitStack() as stack:
        running = []
        for plan in plans:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": checkout}
            command = [sys.executable, "-m", "bench.delivery", "--notifier", json.dumps(written(plan))]
            running.append(stack.enter_context(subprocess.Popen(command, **pipes)))
            stack.callback(running[-1].kill)
        for process in running:
            process.stdout.readline()
        began = time.time()
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        reports = [json.loads(process.stdout.readline()) for process in running]
    return reports, max(report["ended_at"] for report in reports) - began


def written(plan: Plan) -> list[Any]:
    """For the command line of a notifier, as JSON."""
    url, mail, worker = plan
    given = mail.model_dump(mode="json", exclude={"sendgrid"})
    secret = mail.sendgrid.api_key.get_secret_value()
    return [url, given | {"sendgrid": mail.sendgrid.model_dump(mode="json") | {"api_key": secret}}, worker]


def plan_of(given: Sequence[Any]) -> Plan:
    """The same, read."""
    url, mail, worker = given
    return url, MailSettings.model_validate(mail), worker


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

"""Prometheus over an installation of the deployed form in which things go wrong, and what it says of its alerts.

Of the rules only `for` is changed, minutes to seconds and hours to minutes; expressions and their windows are as they
are.
"""

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import yaml
from sqlalchemy import Engine, text

from deploy.prometheus.alerts import RULES
from tests.support.forking import Forked
from tests.support.installed import Installation, by_a_provider
from tests.support.loopback import free_port, probe
from tests.support.mail_events import EVENT_KEY
from tests.support.pushing import Client, posting
from tests.support.waiting import until

PATIENCE_S = 900.0
"""Many times the longest `for` in seconds, or what a feed that failed waits: what comes is not waited for any longer,
and a machine with much else to do may take minutes for what takes seconds."""
PEOPLE = 40
"""Each may have 48 mails a day, and each posting of the load fits one of them."""
_TABLES = """
event_key = "{event_key}"
[portal]
port = {portal}
[notifier]
most_instant = 48
canary = true
[notifier.curate]
least_chance = 0
least_mail_chance = 0
[matcher]
index = "memory"
"""


def tables(provider: str, portal: int) -> str:
    """Tables of an installation that mails by a provider at that host, and whose portal has that port."""
    return by_a_provider(provider) + _TABLES.format(event_key=EVENT_KEY, portal=portal)


def ordered(installation: Installation, *words: str) -> None:
    """Give a command, which must end well."""
    code, said = installation.command(*words)
    assert code == 0, said


def until_serves(process: "subprocess.Popen[bytes] | Forked", port: int, what: str) -> None:
    """Wait until a process that was just started is ready, for as long as it lives."""

    def ready() -> bool:
        assert process.poll() is None, f"{what} ended with {process.returncode}"
        return probe(port, "/readyz")[0] == 200

    until(ready, f"{what} is ready", PATIENCE_S)


def number(store: Engine, query: str) -> int:
    """The one number of a query."""
    with store.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


@dataclass(frozen=True)
class Watch:
    """Prometheus, and what it says of the alerts."""

    port: int
    began: float

    def firing(self) -> set[tuple[str, str]]:
        """The names of alerts, each with its labels."""
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1/alerts", timeout=10) as answer:
            alerts = json.load(answer)["data"]["alerts"]
        return {(each["labels"]["alertname"], _where(each["labels"])) for each in alerts if each["state"] == "firing"}

    def until_quiet(self, *names: str) -> None:
        until(
            lambda: not {name for name, _ in self.firing()} & set(names),
            lambda: f"{names} are quiet: {sorted(self.firing())}",
            PATIENCE_S,
        )


def _where(labels: dict[str, str]) -> str:
    return " ".join(
        labels[name]
        for name in ("service", "topic", "fault", "state", "kind", "loop", "why", "index")
        if name in labels
    )


def hurried(rules: str) -> str:
    """The rules, with minutes of `for` as seconds and hours as minutes."""
    return re.sub(r"^(\s+for: \d+)([mh])$", lambda found: found[1] + {"m": "s", "h": "m"}[found[2]], rules, flags=re.M)


@contextmanager
def prometheus(folder: Path, ports: list[int]) -> Iterator[Watch]:
    program = shutil.which("prometheus")
    assert program, "there is no prometheus: `make test-alerts` brings it"
    folder.mkdir()
    port = free_port()
    (folder / "rules.yaml").write_text(hurried(RULES.read_text(encoding="utf-8")), encoding="utf-8")
    targets = {"targets": [f"127.0.0.1:{each}" for each in ports]}
    settings = {
        "global": {"scrape_interval": "3s", "scrape_timeout": "3s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "jobchime", "static_configs": [targets]}],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                program, f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        watch = Watch(port, time.monotonic())
        until(lambda: "Server is ready" in (folder / "log").read_text(), "prometheus is ready")
        yield watch
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Faults:
    """Faults, each with the alerts that are to fire by it."""

    watch: Watch
    missed: dict[tuple[str, str], str] = field(default_factory=dict)
    """What did not fire, and by which fault it should have."""

    def __call__(
        self, said: str, *alerts: tuple[str, str], since: float | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        """Wait for alerts of a fault that has begun just now, or then."""
        began = time.monotonic() if since is None else since
        waited = set(alerts)
        while waited and time.monotonic() - began < patience_s:
            for name, where in sorted(waited & self.watch.firing()):
                print(f"| {name} | {said} | {time.monotonic() - began:.0f} s |", flush=True)
                waited.remove((name, where))
            time.sleep(0.5)
        self.missed.update(dict.fromkeys(waited, said))


@contextmanager
def load(client: Client, pace_s: float) -> Iterator[None]:
    """Postings that each fit the search of one person, as long as it lasts."""
    stop = threading.Event()

    def push() -> None:
        number = 0
        while not stop.wait(pace_s):
            number += 1
            name = f"{time.monotonic_ns()}"
            client.push(
                posting(
                    f"p{name}", title="Python engineer", company=f"Company {name}",
                    description=f"You write Python in team{number % PEOPLE}. Remote, from anywhere. {name}",
                )
            )  # fmt: skip

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def people_of(folder: Path, *searches: dict[str, object]) -> Path:
    """A file of them, each with a search that is told of at once, and those given."""
    consent = {"consent_origin": "the form", "consent_date": "2026-03-31", "consent_wording": "Send me job alerts"}
    lines = [
        {
            "address": f"person{number}@example.com",
            "searches": [{"name": "team", "cadence": "instant", "criteria": {"text": f"team{number}"}}, *searches],
            **consent,
        }
        for number in range(PEOPLE)
    ]
    file = folder / "people.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file

"""An operator's day with the embedded form: pushes come in, things are paused, seen, mended; nobody is named."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.runtime.files.datadir import STORE_FILE
from services.runtime.log.sqlite import SqliteLog, all_topics
from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.forking import fork
from tests.support.loopback import probe
from tests.support.pushing import KEY, Client, posting
from tests.support.somebody import ADDRESS, SUBSCRIBER, assert_nobody_in
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
SETTINGS = """
data = "data"
log_level = "debug"
tick_every_s = 0.2
[probes]
embedded_port = 0
[ingest.push]
port = 0
[ingest.push.keys.acme]
source = "acme"
key = "{key}"
[mail]
folder = "mails"
"""


class Running:
    """A `jobchime run` and the ways to look at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "jobchime.toml"
        self.log = folder / "run.log"
        self.log.touch()
        self.process = fork("run", "-c", self.config, log=self.log)
        self.push = Client(self.port("the push endpoint"))
        self.probes = self.port("probes")

    def port(self, what: str) -> int:
        found: list[int] = []

        def said() -> bool:
            for line in self.log.read_text().splitlines():
                entry = json.loads(line) if line.startswith("{") else {}
                if what in (entry.get("what"), str(entry.get("event")).partition(" ")[0]) and "listening" in entry:
                    found.append(int(entry["listening"].rpartition(":")[2]))
            return bool(found)

        until(said)
        return found[0]

    def probe(self, path: str) -> tuple[int, str]:
        return probe(self.probes, path)

    def metric(self, name: str) -> float:
        _, body = self.probe("/metrics")
        found = re.search(rf"^{re.escape(name)} (\S+)$", body, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def command(self, *words: str) -> str:
        ran = run(*words, "-c", self.config)
        assert ran.code == 0, ran.err
        return ran.out

    def status(self) -> dict[str, Any]:
        ran = run("status", "--json", "-c", self.config)
        found: dict[str, Any] = json.loads(ran.out)
        assert ran.code == (0 if found["healthy"] else 1)
        return found

    def service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(service for service in self.status()["services"] if service["name"] == name)
        return found


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    it = Running(folder)
    try:
        yield it
    finally:
        it.process.terminate()
        assert it.process.wait(30) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jobchime.toml").write_text(SETTINGS.format(key=KEY))
    (tmp_path / "people.jsonl").write_text(json.dumps(SUBSCRIBER) + "\n")
    return tmp_path


@pytest.mark.slow
def test_an_operators_day(folder: Path) -> None:
    before = run("status", "--check", "-c", folder / "jobchime.toml")
    assert before.code == 1
    assert "there is no store" in before.out
    with running(folder) as it:
        it.command("subscriber", "import", str(folder / "people.jsonl"), *OPTIONS)
        until(lambda: it.metric('jobchime_records_total{service="matcher",topic="criteria.v1"}') == 1.0)
        assert it.push.push(posting("1")).status == 202
        matched = 'jobchime_records_total{service="notifier",topic="matches.v1"}'
        until(lambda: it.metric(matched) == 1.0)
        until(lambda: it.status()["healthy"])
        for stage in ("fetched_to_stored", "published_to_matched", "normalised_to_matched", "matched_to_stored"):
            assert it.metric(f"jobchime_{stage}_seconds_count") == 1.0, stage

        assert "is paused" in it.command("pause", "matcher")
        until(lambda: it.probe("/readyz")[0] == 503)
        assert json.loads(it.probe("/readyz")[1])["reasons"] == ["matcher: paused by operator"]
        assert it.probe("/livez")[0] == 200
        it.push.push(posting("2"))
        until(lambda: it.service("matcher")["lag"] == 1)
        until(lambda: not it.service("matcher")["workers"][0]["heartbeat"]["ready"])
        assert it.service("matcher")["paused"]
        assert it.status()["healthy"], "a pause that an operator made is no fault"
        assert it.metric(matched) == 1.0
        it.command("resume", "matcher")
        until(lambda: it.metric(matched) == 2.0)
        until(lambda: it.probe("/readyz")[0] == 200)

        it.command("pause", "sending")
        until(lambda: it.metric("jobchime_sending_paused") == 1.0)
        it.command("source", "pause", "acme")
        until(lambda: it.push.push(posting("3")).status == 503)
        it.command("source", "resume", "acme")
        until(lambda: it.push.push(posting("3")).status == 202)
        it.command("resume", "sending")

        until(lambda: bool(list((folder / "mails").glob("**/*.eml"))))
        nobody_is_named(it)
        doctor = run("doctor", "-c", it.config)
        assert doctor.code == 0, doctor.out
    after = run("status", "--check", "-c", folder / "jobchime.toml")
    assert after.code == 1
    assert "jobchime does not run" in after.out
    assert ADDRESS not in (folder / "run.log").read_text()


def test_a_table_that_is_mislaid_is_told_by_the_probe_and_the_page_until_it_is_back(folder: Path) -> None:
    def rename(before: str, after: str) -> None:
        with closing(sqlite3.connect(folder / "data" / STORE_FILE, timeout=60)) as store:
            store.execute(f"ALTER TABLE {before} RENAME TO {after}")

    with running(folder) as it:
        until(lambda: it.probe("/readyz")[0] == 200)
        rename("outbox", "mislaid")
        until(lambda: it.probe("/readyz")[0] == 503)
        assert json.loads(it.probe("/readyz")[1])["reasons"] == [
            "outbox.relay: what it does by the clock fails: the store's tables are not those of this version"
            " (no such table: outbox): run `jobchime migrate`; where it finds nothing to do, somebody renamed or"
            " dropped one"
        ]
        assert not it.status()["healthy"]
        rename("mislaid", "outbox")
        until(lambda: it.probe("/readyz")[0] == 200)
        until(lambda: it.status()["healthy"])


def nobody_is_named(it: Running) -> None:
    """Neither topics, metrics, logs, the status page nor the heartbeats hold an address or a name."""
    with SqliteLog(it.folder / "data" / "log.sqlite") as log:
        topics = b"".join(
            record.key + record.value + json.dumps(dict(record.headers)).encode()
            for topic in all_topics()
            for record in log.read_all(topic)
        )
    assert b"Gardener" in topics
    said = {
        "topics": topics,
        "metrics": it.probe("/metrics")[1].encode(),
        "logs": it.log.read_bytes(),
        "status": json.dumps(it.status()).encode(),
    }
    for where, text in said.items():
        assert_nobody_in(where, text)


def test_the_embedded_form_serves_the_portal_where_it_is_told_to(folder: Path) -> None:
    with (folder / "jobchime.toml").open("a") as file:
        file.write(
            'public_url = "https://alerts.example"\nsender_name = "Harbour Jobs"\n[portal]\nenabled = true\nport = 0\n'
        )
    with running(folder) as it:
        base = f"http://127.0.0.1:{it.port('the portal')}"
        page = httpx2.get(f"{base}/sign-up")
        assert (page.status_code, "Harbour Jobs" in page.text) == (200, True)
        form = {"address": "grace@example.com", "skills": "Python", "time_zone": "UTC"}
        assert httpx2.post(f"{base}/sign-up", data=form).status_code == 200
        until(lambda: bool(list((folder / "mails").glob("**/*.eml"))))
        until(lambda: bool(it.service("portal")["alive"]))


def test_probes_and_push_on_a_port_in_use_stop_the_start_with_a_sentence(folder: Path) -> None:
    with running(folder) as it:
        taken = it.probes
        other = folder / "other"
        other.mkdir()
        text = SETTINGS.format(key=KEY).replace("embedded_port = 0", f"embedded_port = {taken}")
        (other / "jobchime.toml").write_text(text)
        ran = subprocess.run(
            [sys.executable, "-c", "from services.cli import main; main()", "run", "-c", str(other / "jobchime.toml")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )
        assert ran.returncode == 2
        assert f"the probes cannot listen on 127.0.0.1:{taken}" in ran.stderr
        assert "Traceback" not in ran.stderr

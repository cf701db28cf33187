"""`jobchime status --watch` beside either form as it runs: on a terminal drawn over itself, in a pipe page by page."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from services.runtime.kafka.topics import create
from tests.support.command_line import run
from tests.support.engines import kafka_of_my_own
from tests.support.installed import Installation, started
from tests.support.loopback import free_port, probe
from tests.support.postgresql import migrated_database
from tests.support.pushing import KEY, Client, posting
from tests.support.terminal import BY_INTERRUPT, CTRL_C, HOME, terminal
from tests.support.waiting import ended, until

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("jobchime")
ALTERNATE, NORMAL = "\x1b[?1049h", "\x1b[?1049l"
"""Screens: what was there before stays on the normal one."""
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
"""The cursor."""
EMBEDDED = """
data = "data"
[ingest.push]
port = {port}
[ingest.push.keys.acme]
source = "acme"
key = "{key}"
[mail]
folder = "mails"
"""


@dataclass(frozen=True)
class Place:
    """An installation that runs, and takes pushes."""

    form: str
    folder: Path
    config: Path
    push_port: int

    def records(self) -> int:
        topics = json.loads(run("status", "--json", "-c", self.config).out)["topics"]
        return next(int(topic["records"]) for topic in topics if topic["name"] == "raw.v1")


@contextmanager
def embedded(folder: Path) -> Iterator[Place]:
    place = Place("embedded", folder, folder / "jobchime.toml", free_port())
    place.config.write_text(EMBEDDED.format(port=place.push_port, key=KEY))
    process = started("run", place.config, folder / "run.log")
    try:
        until(lambda: probe(place.push_port, "/")[0] != 0, "pushes are taken")
        yield place
    finally:
        process.terminate()
        assert ended(process) == 0


@contextmanager
def deployed(folder: Path) -> Iterator[Place]:
    with kafka_of_my_own() as kafka, migrated_database() as store:
        create(kafka)
        made = Installation(folder, kafka, store)
        with made.running("ingest"):
            until(lambda: made.probe("ingest", "/readyz")[0] == 200, "ingest is ready")
            yield Place("deployed", folder, made.config, made.push_port)


FORMS = {"embedded": embedded, "deployed": deployed}


@pytest.fixture(scope="module", params=["embedded", pytest.param("deployed", marks=pytest.mark.live)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with FORMS[request.param](tmp_path_factory.mktemp(request.param)) as made:
        yield made


def watching(place: Place) -> list[str | Path]:
    return [COMMAND, "status", "--watch", "--every", "0.5", "-c", place.config]


@contextmanager
def watched_in_a_pipe(place: Place) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(watching(place), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def push_seven(place: Place) -> None:
    rows = [posting(f"{uuid4()}") for _ in range(7)]
    assert Client(place.push_port).push(rows).status == 202


def shows(page: str, count: int) -> bool:
    """Whether a page says that so many raw postings are there."""
    return re.search(rf"^raw\.v1 +{count} ", page, re.MULTILINE) is not None


def test_on_a_terminal_numbers_change_in_place_and_ctrl_c_leaves_it_as_it_was(place: Place) -> None:
    environment = os.environ | {"TERM": "xterm-256color"}
    before = place.records()
    with terminal(watching(place), place.folder, environment) as shown:
        until(lambda: shows(shown.page(), before), shown.text)
        push_seven(place)
        until(lambda: shows(shown.page(), before + 7), shown.text)
        until(lambda: shown.written.count(HOME) >= 4, "it is drawn again and again")
        shown.type(CTRL_C)
        assert shown.ended() in BY_INTERRUPT
        written = shown.written
    assert written.index(ALTERNATE) < written.index("raw.v1") < written.rindex("raw.v1") < written.index(NORMAL)
    assert written.rindex(HIDDEN) < written.rindex(SHOWN)
    assert "Traceback" not in written


def test_in_a_pipe_each_page_comes_whole_and_at_once_and_without_codes(place: Place) -> None:
    before = place.records()
    with watched_in_a_pipe(place) as process:
        said: list[str] = []

        def read_until_it_shows(count: int) -> None:
            for line in process.stdout or ():
                said.append(line)
                if shows(line, count):
                    return

        read_until_it_shows(before)
        push_seven(place)
        read_until_it_shows(before + 7)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=40)
        assert process.returncode in BY_INTERRUPT, errors
    text = "".join(said) + rest
    assert text.count(f"jobchime, {place.form}") >= 2
    assert "\x1b" not in text
    assert "Traceback" not in errors


def test_it_ends_when_nobody_reads_any_more(place: Place) -> None:
    with watched_in_a_pipe(place) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        process.wait(40)
        assert "Traceback" not in process.stderr.read()

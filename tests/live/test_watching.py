"""`jobchime status --watch` beside a running service: on a terminal drawn over itself, in a pipe page after page."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from services.runtime.kafka.topics import create
from tests.support.engines import kafka_of_my_own
from tests.support.installed import Installation
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client, posting
from tests.support.terminal import BY_INTERRUPT, CTRL_C, HOME, terminal
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow]

COMMAND = Path(sys.executable).with_name("jobchime")
ALTERNATE, NORMAL = "\x1b[?1049h", "\x1b[?1049l"
"""Screens: what was there before stays on the normal one."""
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
"""The cursor."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with kafka_of_my_own() as kafka, migrated_database() as store:
        create(kafka)
        made = Installation(tmp_path_factory.mktemp("watched"), kafka, store)
        with made.running("ingest"):
            until(lambda: made.probe("ingest", "/readyz")[0] == 200, "ingest is ready")
            yield made


def watching(place: Installation) -> list[str | Path]:
    return [COMMAND, "status", "--watch", "--every", "0.5", "-c", place.config]


@contextmanager
def watched_in_a_pipe(place: Installation) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(watching(place), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def records(place: Installation) -> int:
    return int(place.topic("raw.v1")["records"])


def push_seven(place: Installation) -> None:
    rows = [posting(f"{uuid4()}") for _ in range(7)]
    assert Client(place.push_port).push(rows).status == 202


def shows(page: str, count: int) -> bool:
    """Whether a page says that so many raw postings are there."""
    return re.search(rf"^raw\.v1 +{count} ", page, re.MULTILINE) is not None


def test_on_a_terminal_numbers_change_in_place_and_ctrl_c_leaves_it_as_it_was(place: Installation) -> None:
    environment = os.environ | {"TERM": "xterm-256color"}
    before = records(place)
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


def test_in_a_pipe_each_page_comes_whole_and_at_once_and_without_codes(place: Installation) -> None:
    before = records(place)
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
        assert process.returncode in BY_INTERRUPT
    text = "".join(said) + rest
    assert text.count("jobchime, deployed") >= 2
    assert "\x1b" not in text
    assert "Traceback" not in errors


def test_it_ends_when_nobody_reads_any_more(place: Installation) -> None:
    with watched_in_a_pipe(place) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        process.wait(40)
        assert "Traceback" not in process.stderr.read()

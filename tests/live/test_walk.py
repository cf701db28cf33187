"""The walk of docs/deployed.md, typed word by word into a shell in a fresh folder, until its mail is out."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.long_form import some
from tests.support.postgresql import empty_database
from tests.support.terminal import BY_INTERRUPT, CTRL_C, Terminal, terminal
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=3)]

ROOT = Path(__file__).parents[2]
PROMPT = re.compile(r"<(\d+)>\$ $")
JOB = re.compile(r"^\[\d+\] (\d+)$", re.MULTILINE)
STOCK = re.compile(r"^board +ok ", re.MULTILINE)
PATIENCE_S = 240
"""For what takes some seconds on a machine that has nothing else to do."""
MAKE = '#!/bin/sh\necho "$@" >> "$(dirname "$0")/made"\n'
"""The engines are those that all tests share: neither started here nor stopped."""


def commands() -> list[str]:
    """The lines of the walk as the page has them, those that are continued together."""
    page = (ROOT / "docs" / "deployed.md").read_text(encoding="utf-8")
    (walk,) = re.findall(r"^## A walk\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    block = "\n".join(line[4:] for line in walk.splitlines() if line.startswith("    "))
    return block.replace("\\\n", "\\\x00").splitlines()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@contextmanager
def checkout(folder: Path) -> Iterator[dict[str, str]]:
    """What the walk needs of a checkout, and an environment with room of its own on the engines."""
    (folder / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "local.toml", folder / "deploy")
    (folder / "samples" / "feeds").mkdir(parents=True)
    for feed in some(sorted((ROOT / "samples" / "feeds").iterdir()), 6):
        (folder / "samples" / "feeds" / feed.name).symlink_to(feed)
    (folder / ".venv").symlink_to(sys.prefix)
    tools = folder / "tools"
    tools.mkdir()
    (tools / "make").write_text(MAKE)
    (tools / "make").chmod(0o755)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JOBCHIME_")}
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search, empty_database() as store:
        yield inherited | {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PS1": "<$?>$ ",
            "TERM": "xterm-256color",
            "JOBCHIME_STORE": store,
            "JOBCHIME_KAFKA__BOOTSTRAP": f'["{kafka.bootstrap[0]}"]',
            "JOBCHIME_KAFKA__PREFIX": kafka.prefix,
            "JOBCHIME_ELASTICSEARCH__URLS": f'["{search.urls[0]}"]',
            "JOBCHIME_ELASTICSEARCH__PREFIX": search.prefix,
        }


class Shell:
    """A shell that lines are typed into, one after the other."""

    def __init__(self, shown: Terminal) -> None:
        self.shown = shown
        self.jobs: list[int] = []
        """Of what it runs in the background."""
        self._await_prompt(0)
        self.run("stty -echo")

    def start(self, line: str) -> int:
        """Type a line; gives from where on there will be what it says."""
        since = len(self.shown.written)
        self.shown.type(line.replace("\x00", "\n") + "\n")
        return since

    def run(self, line: str) -> tuple[int, str]:
        """Type a line and wait for its end: exit code, and what it said."""
        return self.finish(self.start(line))

    def finish(self, since: int) -> tuple[int, str]:
        code = self._await_prompt(since)
        said = self.shown.text(since)
        self.jobs += [int(job) for job in JOB.findall(said)]
        return code, said

    def _await_prompt(self, since: int) -> int:
        until(lambda: PROMPT.search(self.shown.text(since)) is not None, self.shown.text)
        found = PROMPT.search(self.shown.text(since))
        assert found is not None
        return int(found[1])


@contextmanager
def shell(folder: Path, environment: dict[str, str]) -> Iterator[Shell]:
    with terminal(["bash", "--norc", "--noprofile", "--noediting", "-i"], folder, environment) as shown:
        yield Shell(shown)


def watch_until_all_is_well(sh: Shell, line: str) -> None:
    """And the board's stock was read: what is read with it is old news to everybody too."""
    since = sh.start(line)
    until(
        lambda: "ALL WELL" in sh.shown.page() and STOCK.search(sh.shown.page()) is not None, sh.shown.text, PATIENCE_S
    )
    sh.shown.type(CTRL_C)
    assert sh.finish(since)[0] in BY_INTERRUPT


def stop_and_see_all_end_well(sh: Shell, line: str) -> None:
    jobs = list(sh.jobs)
    assert sh.run(line)[0] == 0
    assert [sh.run(f"wait {job}")[0] for job in jobs] == [0] * len(jobs)


def see_the_mail(sh: Shell, line: str, mails: Path) -> None:
    until(lambda: mails.is_dir() and len(list(mails.glob("*.eml"))) > 0, "the mail is out", PATIENCE_S)
    (file,) = mails.iterdir()
    code, said = sh.run(line)
    assert (code, file.name in said) == (0, True)
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert mail["To"] == "ada@example.com"
    assert body is not None
    assert "Python engineer" in body.get_content()


@pytest.mark.timeout(900)
def test_the_walk_of_the_page_ends_with_its_one_mail(tmp_path: Path) -> None:
    met: list[str] = []
    with checkout(tmp_path) as environment, shell(tmp_path, environment) as sh:
        for line in commands():
            command = line.partition("#")[0].strip()
            match command.split()[:2]:
                case ["jobchime", "status"]:
                    watch_until_all_is_well(sh, line)
                case ["ls", _]:
                    see_the_mail(sh, line, tmp_path / ".deployed" / "mails")
                case ["kill", _]:
                    stop_and_see_all_end_well(sh, line)
                case _:
                    code, said = sh.run(line)
                    assert code == 0, said
                    continue
            met.append(command)
    assert met == ["jobchime status --watch", "ls .deployed/mails", "kill %1 %2 %3 %4"]
    logs = {file.name: file.read_text() for file in tmp_path.glob("*.log")}
    assert len(logs) == len(sh.jobs) == 4
    assert [name for name, log in logs.items() if "Traceback" in log] == []
    made = (tmp_path / "tools" / "made").read_text().split()
    assert made == ["engines", "engines-stop"]
    assert targets() >= set(made)

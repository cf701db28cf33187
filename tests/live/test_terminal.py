"""What a test starts on a terminal does not outlive the test, however that ends."""

import os
from pathlib import Path

import pytest

from tests.support.terminal import terminal
from tests.support.waiting import until

BASH = ("bash", "--norc", "--noprofile", "--noediting", "-i")
JOBS = "sleep 600 & (trap '' HUP TERM; sleep 600; true) & sleep 600\n"
"""Two in the background, of which one minds no signal that can be minded, and one in the foreground."""


def sleepers(folder: Path) -> list[int]:
    """The processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [int(process.name)] * ((process / "cwd").readlink() == folder)
        except OSError:
            continue
    return found


def a_test_that_fails(folder: Path) -> None:
    with terminal(BASH, folder, {"PATH": os.environ["PATH"], "PS1": "> "}) as shown:
        until(lambda: shown.text().endswith("> "), shown.text)
        shown.type(JOBS)
        until(lambda: len(sleepers(folder)) == 5, "the shell, a subshell and three that sleep")
        raise RuntimeError("as a test that fails")


def test_a_shell_leaves_no_job_behind_where_the_test_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="as a test that fails"):
        a_test_that_fails(tmp_path)
    assert sleepers(tmp_path) == []

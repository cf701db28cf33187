"""Whatever is typed, set or named: the command line says in one sentence what is wrong, soon, and never a traceback."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.hostile_words import LONG, Case, cases

SEED = int(os.environ.get("JOBCHIME_TEST_SEED", "1"))
IN_PROCESS = int(os.environ.get("JOBCHIME_TEST_CASES", "400"))
MOST_S = 5.0
"""Of the processor's time; of the clock's many times that, for the machine may be busy."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TimeoutError within what takes longer."""

    def over(_number: int, _frame: object) -> None:
        raise TimeoutError("it takes too long")

    before = [signal.signal(number, over) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 6 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip((signal.SIGPROF, signal.SIGALRM), before, strict=True):
            signal.signal(number, handler)


def faults(code: int, out: str, err: str) -> Iterator[str]:
    """What is wrong with how a command ended."""
    if code not in {0, 1, 2}:
        yield f"exit code {code}"
    if "Traceback" in out + err:
        yield "a traceback"
    said = [line for line in err.splitlines() if line.startswith("jobchime: ")]
    if len(said) > 1:
        yield "several errors"
    if code and not err.strip() and not out.strip():
        yield "nothing said"
    if found := _UNPRINTABLE.search(err):
        yield f"unprintable in the error: {found[0]!r}"
    if any(len(line) > 1_500 for line in said):
        yield "an error of many lines"


def installation(folder: Path) -> tuple[Path, list[str]]:
    """Settings under which commands come far, and words that are known under them."""
    (folder / "good").mkdir()
    file, feed, asked = folder / "good" / "jobchime.toml", folder / "good" / "feed.jsonl", folder / "good" / "a.json"
    feed.write_text('{"id": "1", "title": "Gardener", "company": "Fern", "url": "https://fern.example/1"}\n')
    file.write_text(f'[[ingest.sources]]\nname = "own"\nurl = "{feed}"\n')
    asked.write_text('{"text": "gardener"}')
    added = run("subscriber", "add", "ada@example.com", *OPTIONS, "-c", file)
    search = run("search", "add", "ada@example.com", asked, "--name", "Gardens", "--cadence", "daily", "-c", file)
    ran = run("run", "--once", "-c", file)
    assert (added.code, search.code, ran.code) == (0, 0, 0), added.err + search.err + ran.err
    ids = [word for line in (added.out + search.out).split() if len(word := line.strip(".,()")) > 8]
    return file, [*ids, "own", "ada@example.com", "own:1", str(feed), str(asked), "2026-11-20"]


def test_no_command_line_gives_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    wrong = []
    good, known = installation(tmp_path)
    for case in cases(tmp_path, good, known, SEED, IN_PROCESS):
        with patch.dict(os.environ, case.variables):
            try:
                with within(MOST_S):
                    ran = run(*case.words, stdin=case.stdin)
            except (Exception, RecursionError) as error:
                wrong.append(f"{shown(case)}\n    {type(error).__name__}: {str(error)[:300]}")
                continue
        wrong += [f"{shown(case)}\n    {fault}: {ran.err[-300:]!r}" for fault in faults(ran.code, ran.out, ran.err)]
    assert not wrong, f"{len(wrong)} of {IN_PROCESS} with seed {SEED}:\n" + "\n".join(wrong[:60])


def shown(case: Case) -> str:
    def short(word: str) -> str:
        return repr(word if len(word) < 90 else f"{word[:20]}... ({len(word)})")

    return " ".join([*(f"{name}={short(value)}" for name, value in case.variables.items()), *map(short, case.words)])


SHELL = {
    "an argument that is not UTF-8": (["source", "check", b"a\xff"], {}, "argument 3 is not UTF-8"),
    "an argument of 5,000 characters": (["explain", LONG, "x"], {}, "argument 2 has 5,000 characters"),
    "an escape in an argument": (["explain", "\x1b[31m", "x"], {}, "argument 2 contains a control character"),
    "a name that no file can have": (["explain", "x" * 300, "y" * 300], {}, "there is no store"),
    "a device": (["match", "/dev/null", "--criteria", "/dev/zero"], {}, "/dev/zero is a device; name a file"),
    "a variable that is not JSON": (["config", "show"], {"JOBCHIME_KAFKA__BOOTSTRAP": '["'}, "KAFKA__BOOTSTRAP"),
    "a variable that is not UTF-8": (["config", "show"], {"JOBCHIME_LOG_LEVEL": b"\xff"}, "JOBCHIME_LOG_LEVEL"),
    "a time far away": (["subscriber", "pause", "a@example.com", "--now", "0001-01-01"], {}, "the years 1971 to 9000"),
}  # fmt: skip


@pytest.mark.parametrize("what", SHELL)
def test_a_shell_gets_a_sentence_for(what: str, tmp_path: Path) -> None:
    words, variables, said = SHELL[what]
    ran = in_shell(words, tmp_path, variables)
    assert said in ran.stderr.decode()
    assert ran.returncode == 2
    assert not list(faults(ran.returncode, "", ran.stderr.decode()))


def test_an_output_that_is_full_is_a_failure_in_a_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = in_shell(["source", "formats"], tmp_path, {}, stdout=full)
    assert ran.returncode == 1
    assert "No space left on device" in ran.stderr.decode()
    assert not list(faults(ran.returncode, "", ran.stderr.decode()))


def in_shell(
    words: Sequence[str | bytes], folder: Path, variables: Mapping[str, str | bytes], stdout: Any = subprocess.PIPE
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command as a process of its own; it ends soon also on a machine that is busy with other tests."""
    start = "from services.cli import main; import sys; sys.argv[0] = 'jobchime'; main()"
    return subprocess.run(
        [sys.executable, "-c", start, *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **variables},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=60,
    )

"""Processes to be killed: a nursery imports everything once and forks one victim at a time.

A victim is a real process with its own file handles, ended by a real SIGKILL. Forking spares each of them the second
that imports take, so that a test can afford many.
"""

import gc
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NoReturn, TextIO

ROOT = Path(__file__).resolve().parents[2]

_PATIENCE_S = 240.0
"""For what takes a moment where nothing else runs: so long a wait costs nothing where it passes."""

Ready = Callable[[], None]
Life = Callable[[Ready], None]
"""Runs a system until SIGTERM, calling its argument once everything is loaded."""


class Nursery:
    """Starts victims of `module`, whose main calls `serve`; as a context manager it ends with its processes gone."""

    def __init__(self, module: str, *arguments: str, errors: Path) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._errors = errors
        self._lines: queue.Queue[str] = queue.Queue()
        self._pid: int | None = None
        self.kills = 0

    def __enter__(self) -> "Nursery":
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        self._expect("born", _PATIENCE_S)
        return self

    def start(self, timeout: float = _PATIENCE_S) -> None:
        """Start a victim and wait until it is ready."""
        self._write("start")
        self._pid = int(self._expect("started", timeout))
        self._expect("ready", timeout)

    def kill(self) -> None:
        """SIGKILL; fails where the victim had ended by itself, so that only kills count as kills."""
        assert self._end(signal.SIGKILL) == -signal.SIGKILL, self._report("the victim had ended before it was killed")
        self.kills += 1

    def clear(self) -> None:
        """Leave no victim, whatever one was at, so that another test may start its own."""
        if self._pid is not None:
            self._end(signal.SIGKILL)

    def outlive(self, timeout: float = _PATIENCE_S) -> int:
        """Wait until the victim ends by itself; its exit code, negative where a signal ended it."""
        status = int(self._expect("gone", timeout))
        self._pid = None
        self.kills += status == -signal.SIGKILL
        return status

    def stop(self) -> None:
        """SIGTERM; fails where the victim does not end well."""
        assert self._end(signal.SIGTERM) == 0, self._report("the victim did not stop well")

    def send(self, number: signal.Signals) -> None:
        """Send it any other signal, such as SIGSTOP."""
        assert self._pid is not None
        os.kill(self._pid, number)

    def freeze(self) -> None:
        """SIGSTOP; returns when none of its threads runs any more."""
        self.send(signal.SIGSTOP)
        states = Path(f"/proc/{self._pid}/task").glob
        until = time.monotonic() + 10
        while any(each.read_text().rpartition(")")[2].split()[0] != "T" for each in states("*/stat")):
            assert time.monotonic() < until, self._report("the victim does not freeze")
            time.sleep(0.001)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_PATIENCE_S)
        self._reader.join(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _end(self, number: signal.Signals) -> int:
        assert self._pid is not None
        os.kill(self._pid, number)
        status = int(self._expect("gone", _PATIENCE_S))
        self._pid = None
        return status

    def _read(self, lines: TextIO) -> None:
        for line in lines:
            self._lines.put(line.strip())
        self._lines.put("closed")

    def _write(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def _expect(self, word: str, timeout: float) -> str:
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(self._report(f"no {word!r} within {timeout} s")) from None
        found, _, rest = line.partition(" ")
        assert found == word, self._report(f"{word!r} was expected and {line!r} came")
        return rest

    def _report(self, what: str) -> str:
        return f"{what}; the last errors:\n{self._errors.read_text()[-4_000:]}"


def serve(live: Life) -> None:
    """The nursery's side: fork a victim for each line that comes in, and say when it is started, ready and gone."""
    gc.freeze()  # what is there stays, in each victim too, which would look for garbage among it
    _say("born")
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(live)
        _, status = os.waitpid(pid, 0)
        _say(f"gone {os.waitstatus_to_exitcode(status)}")


def _live(live: Life) -> NoReturn:
    try:
        _say(f"started {os.getpid()}")
        live(lambda: _say("ready"))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())

"""Commands as processes that are forked: what each would import and make anew, for seconds, is there once."""

import atexit
import gc
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from services.cli import main
from services.ingest.domain.warm import warm_up
from services.runtime.garbage import no_collecting

ROOT = Path(__file__).resolve().parents[2]
START = "from services.cli import main; main()"
_IMPORTED = (
    "psycopg",
    "services.cli.commands.workers",
    "services.cli.commands.running",
    "services.cli.commands.portal",
    "services.ingest.app",
    "services.ingest.push_app",
    "services.matcher.app",
    "services.notifier.app",
    "services.notifier.adapters.mail.mailers",
    "services.runtime.elasticsearch.connection",
)
"""What services import, those of them that do so late included."""
_SAID = 4_000
"""Characters of what a command said last."""


class Forked:
    """A `jobchime` command as a process, to be handled as a Popen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        """Negative where a signal ended it."""
        self._ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("jobchime", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended, and that was not heard of yet
            if self.returncode is None:
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def has_ended(self, code: int) -> None:
        self.returncode = code
        self._ended.set()


def fork(*command: str | Path, log: Path, append: bool = False, environment: Mapping[str, str] | None = None) -> Forked:
    """Run a command as a process whose output goes into the log; its environment is this one's where none is given."""
    return _parent().fork([*map(str, command)], log, append=append, environment=environment or os.environ)


def run_together(folder: Path, *commands: Sequence[str]) -> list[str]:
    """Run commands at once, each a process, until all have ended well; what each said, whose log is in the folder."""
    logs = [folder / f"{at}.log" for at in range(len(commands))]
    running = [fork(*command, log=log) for log, command in zip(logs, commands, strict=True)]
    try:
        codes = [process.wait() for process in running]
    finally:
        for process in running:
            process.kill()
    said = [log.read_text(encoding="utf-8") for log in logs]
    for code, command, text in zip(codes, commands, said, strict=True):
        assert code == 0, f"jobchime {' '.join(command)} ended with {code}: {text[-_SAID:]}"
    return said


class _Parent:
    """The process that forks them, beside this one; it ends with this one, and all that it forked with it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", __name__],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        atexit.register(self._end)
        self._lock = threading.Lock()
        self._begun: queue.Queue[Forked] = queue.Queue()
        threading.Thread(target=self._hear, daemon=True).start()

    def fork(self, command: Sequence[str], log: Path, *, append: bool, environment: Mapping[str, str]) -> Forked:
        asked = {"command": command, "log": str(log), "append": append, "environment": dict(environment)}
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return self._begun.get()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        alive: dict[int, Forked] = {}
        for line in self._process.stdout:
            pid, _, code = line.strip().partition(" ")
            if code:
                alive.pop(int(pid)).has_ended(int(code))
            else:
                alive[int(pid)] = Forked(int(pid))
                self._begun.put(alive[int(pid)])

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


_parent = cache(_Parent)


def serve() -> None:
    """The side of the processes: fork what is asked for in a line and tell its pid; when it ends, its exit code too."""
    with no_collecting():
        for module in _IMPORTED:
            import_module(module)
        warm_up()
    gc.freeze()  # what is there stays, in each process too, which would look for garbage among it
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asked = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 1 << 12)
            _tell_ends()
        if 0 in ready:
            came = os.read(0, 1 << 16)
            if not came:
                os.killpg(0, signal.SIGKILL)
            *lines, asked = (asked + came).split(b"\n")
            for line in lines:
                pid = os.fork()
                if pid == 0:
                    _live(**json.loads(line))
                _tell(f"{pid}\n")


def _tell_ends() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell(f"{pid} {os.waitstatus_to_exitcode(status)}\n")


def _tell(line: str) -> None:
    os.write(1, line.encode())


def _live(command: Sequence[str], log: str, append: bool, environment: Mapping[str, str]) -> NoReturn:
    """Be a command that was started by itself, which may have to start over as such."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["jobchime", *command]
    sys.orig_argv = [sys.executable, "-W", "ignore", "-c", START, *command]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    serve()

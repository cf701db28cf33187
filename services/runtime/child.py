"""A process of our own that does one piece of work at a time, and is killed where that takes too long."""

import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

LENGTH = struct.Struct(">I")
MOST_FRAME = 128 * 1024**2


def read_frame(source: IO[bytes]) -> bytes | None:
    """Read one; None where the other side ended before, or its length is beyond MOST_FRAME."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MOST_FRAME:
        return None
    body = source.read(length)
    return body if len(body) == length else None


def write_frame(target: IO[bytes], body: bytes) -> None:
    """Write one, and have it sent."""
    target.write(LENGTH.pack(len(body)) + body)
    target.flush()


def limit_memory(most: int) -> None:
    """Have this process fail rather than take more memory, where the system can do that.

    Where the machine's memory is full it is ended first: who asks it does without, and nobody without who asks it.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, OSError, ValueError):
        return


_STOP_SECONDS = 5.0
_LOOK_EVERY_S = 0.2


class ChildEndedError(Exception):
    """The process gave no answer."""

    def __init__(self, status: int | None, *, late: bool = False, stopped: bool = False) -> None:
        super().__init__("it could not be started" if status is None else f"it ended with {status}")
        self.status = status
        """How it ended, as `Popen.returncode`; None where it could not be started."""
        self.late = late
        """It was killed for having taken too long."""
        self.stopped = stopped
        """It was killed since the end of our own process has been asked for."""


class Child:
    """Started when first needed, used again, and replaced after it had to be killed. Ends with its input.

    Signals to our group do not reach it: only who asks it may end it.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        """`arguments` are those of our own interpreter."""
        self._arguments = arguments
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, body: bytes, *, most_s: float, stopping: Callable[[], bool] = lambda: False) -> bytes:
        """Send a frame and give the one that answers it. Raises ChildEndedError."""
        with self._lock:
            process = self._running()
            watch = _Watch(process, time.monotonic() + most_s, stopping)
            answer = watch.around(lambda: _exchange(process, body))
            if answer is None:
                process.kill()
                self.close()
                raise ChildEndedError(process.returncode, late=watch.late, stopped=watch.stopped)
            return answer

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                _close(pipe)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def rest(self) -> None:
        """End the process unless it is being asked; whoever asks next has it started again."""
        if self._lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._lock.release()

    @property
    def pid(self) -> int | None:
        """The process that runs, if one does."""
        return None if self._process is None else self._process.pid

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._owner != os.getpid():
            self._process = None  # a fork: the child belongs to the process that was copied
        if self._process is None or self._process.poll() is not None:
            self.close()
            try:
                # -P keeps the folder of a script, whose files are named like packages, off its path.
                self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and code)
                    [sys.executable, "-P", *self._arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError:
                raise ChildEndedError(None) from None
            self._owner = os.getpid()
        return self._process


class _Watch:
    """Kills a process that takes too long, or whose owner is to end."""

    def __init__(self, process: "subprocess.Popen[bytes]", until: float, stopping: Callable[[], bool]) -> None:
        self._process = process
        self._until = until
        self._stopping = stopping
        self._done = threading.Event()
        self.late = self.stopped = False

    def around(self, work: Callable[[], bytes | None]) -> bytes | None:
        thread = threading.Thread(target=self._look, name="child watch", daemon=True)
        thread.start()
        try:
            return work()
        finally:
            self._done.set()
            thread.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_EVERY_S):
            self.stopped = self._stopping()
            self.late = time.monotonic() > self._until
            if self.stopped or self.late:
                self._process.kill()
                return


def _exchange(process: "subprocess.Popen[bytes]", body: bytes) -> bytes | None:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(LENGTH.pack(len(body)) + body)
        process.stdin.flush()
        return read_frame(process.stdout)
    except OSError:
        return None


def _close(pipe: IO[Any]) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be written to a child that is gone
        return

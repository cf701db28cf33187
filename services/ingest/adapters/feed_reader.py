"""feedparser at arm's length: 64 KB of markup can keep it busy for half a minute, so it runs where it can be killed."""

import atexit
import functools
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from services.ingest.adapters.feed_child import LENGTH, read_frame
from services.runtime.strict_json import read_value

MOST_BYTES = 16 * 1024 * 1024
MOST_SECONDS = 30.0
_CHILD = Path(__file__).with_name("feed_child.py")
_STOP_SECONDS = 5.0


class FeedUnreadableError(ValueError):
    """A feed that could not be read within the limits, with the reason in one sentence."""


class FeedReader:
    """One child process, started when first needed, used again, and replaced after it had to be killed."""

    def __init__(self, *, most_seconds: float = MOST_SECONDS) -> None:
        self._most_seconds = most_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, text: str) -> dict[str, Any]:
        """Parse a feed: {"feed": {...}, "entries": [...]}, see `feed_child`. Raises FeedUnreadableError."""
        body = text.encode("utf-8", "replace")
        if len(body) > MOST_BYTES:
            raise FeedUnreadableError(f"the feed is larger than {MOST_BYTES // 2**20} MiB")
        with self._lock:
            answer = self._ask(self._running(), body)
        if answer is None:
            raise FeedUnreadableError(
                f"the feed could not be read within {self._most_seconds:g} seconds and its memory"
            )
        parsed: dict[str, Any] = read_value(answer.decode("ascii"))[0]
        return parsed

    def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        for pipe in (child.stdin, child.stdout):
            if pipe:
                _close(pipe)
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._owner != os.getpid():
            self._child = None  # a fork: the child belongs to the process that was copied
        if self._child is None or self._child.poll() is not None:
            self.close()
            try:
                # -P keeps this folder, whose files are named like packages, off the child's path.
                self._child = subprocess.Popen(  # noqa: S603 (our own interpreter and file)
                    [sys.executable, "-P", str(_CHILD)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise FeedUnreadableError(f"no process to read feeds in could be started: {error.strerror}") from error
            self._owner = os.getpid()
        return self._child

    def _ask(self, child: "subprocess.Popen[bytes]", body: bytes) -> bytes | None:
        """Send and receive one frame; None where the child died or had to be killed."""
        assert child.stdin is not None
        assert child.stdout is not None
        timer = threading.Timer(self._most_seconds, child.kill)
        timer.daemon = True
        timer.start()
        try:
            child.stdin.write(LENGTH.pack(len(body)) + body)
            child.stdin.flush()
            answer = read_frame(child.stdout)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            child.kill()
            self.close()
        return answer


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be written to a child that is gone
        return


@functools.cache
def feed_reader() -> FeedReader:
    """The process's one reader, closed at its exit."""
    reader = FeedReader()
    atexit.register(reader.close)
    return reader

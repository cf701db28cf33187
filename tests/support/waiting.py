"""Waiting for what is to come about by itself."""

import subprocess
import time
from collections.abc import Callable

from tests.support.forking import Forked

_LOOK_EVERY_S = 0.05
_REST = 2
"""Between two looks, so many times as long as a look took: a dear one would take what it waits for its processor."""


def until(true: Callable[[], bool], what: str | Callable[[], str] = "", seconds: float = 240.0) -> None:
    """Wait until it is so; where that takes longer, fail and say what was waited for, or what has been said so far.

    So long a time costs nothing where it passes, and a busy machine may need it.
    """
    end = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if true():
            return
        now = time.monotonic()
        assert now < end, f"not within {seconds:.0f} s: {what() if callable(what) else what}"
        time.sleep(max(_LOOK_EVERY_S, _REST * (now - began)))


def ended(process: "subprocess.Popen[bytes] | subprocess.Popen[str] | Forked", seconds: float = 120.0) -> int:
    """The exit code of a process that is to end by itself. One that does not is killed, and the wait raises."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise

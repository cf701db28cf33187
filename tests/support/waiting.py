"""Waiting for what is to come about by itself."""

import subprocess
import time
from collections.abc import Callable

_LOOK_EVERY_S = 0.05


def until(true: Callable[[], bool], what: str | Callable[[], str] = "", seconds: float = 120.0) -> None:
    """Wait until it is so; where that takes longer, fail and say what was waited for, or what has been said so far."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what() if callable(what) else what}"
        time.sleep(_LOOK_EVERY_S)


def ended(process: "subprocess.Popen[bytes] | subprocess.Popen[str]", seconds: float = 60.0) -> int:
    """The exit code of a process that is to end by itself. One that does not is killed, and the wait raises."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise

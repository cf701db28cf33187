"""A program on a terminal of its own: what it writes, and keys that are typed to it."""

import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path

CTRL_C = "\x03"
BY_INTERRUPT = (0, 128 + signal.SIGINT)
"""What a program may end with to which it was typed."""
ROWS, COLUMNS = 60, 160
_GONE_LOOK_S = 0.02
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]")
HOME = "\x1b[H"
"""Where a page begins that is drawn over the last one."""


class Terminal:
    """The program, and all that it wrote so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", end: int) -> None:
        self.process = process
        self._end = end
        self._written = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    @property
    def written(self) -> str:
        """With all codes."""
        return self._written.decode("utf-8", "replace")

    def text(self, since: int = 0) -> str:
        """Without codes, from a length of `written` on."""
        return _CODES.sub("", self.written[since:]).replace("\r", "")

    def page(self) -> str:
        """The last page that was drawn over others, as far as it is drawn."""
        return self.text(self.written.rfind(HOME) + 1)

    def ended(self, patience_s: float = 40) -> int:
        """The exit code; all that it wrote is here then."""
        code = self.process.wait(patience_s)
        self._reader.join(patience_s)
        return code

    def _read(self) -> None:
        with suppress(OSError):  # the other end is closed once all who held it have ended
            while found := os.read(self._end, 1 << 16):
                self._written += found


@contextmanager
def terminal(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run a program as the leader of a session on a new terminal; it and all that it started are gone at the end."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["setsid", "--ctty", *command], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        _kill_session(process.pid)
        process.wait()
        os.close(ours)


def _kill_session(leader: int) -> None:
    """Each job of a shell is a process group of its own, so that a signal to one group would spare the others."""
    while members := _session(leader):
        for member in members:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        time.sleep(_GONE_LOOK_S)


def _session(leader: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just gone
            # The name, in brackets, may hold anything: proc_pid_stat(5).
            state, _, _, session = stat.read_text(errors="replace").rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in "ZX":
                found.append(int(stat.parent.name))
    return found

"""A program on a terminal of its own: what it writes, and keys that are typed to it."""

import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path

CTRL_C = "\x03"
BY_INTERRUPT = (0, 128 + signal.SIGINT)
"""What a program may end with to which it was typed."""
ROWS, COLUMNS = 60, 160
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
    """Run a program as the leader of a session on a new terminal; it is gone at the end."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["setsid", "--ctty", *command], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(ours)

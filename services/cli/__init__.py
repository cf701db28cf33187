"""The command line.

Enters: arguments, files and the settings file. Leaves: tables for people, JSON for programs, exit codes 0, 1 and 2.
"""

import errno
import os
import sys

from services.runtime.garbage import no_collecting

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)


def main() -> None:
    """Run the command line: exit 0 when done, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C."""
    try:
        # Only here, where Ctrl-C is caught: importing takes a while.
        with no_collecting():
            from services.cli.app import run

        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone (`jobchime normalise … | head`).
        _drop_output()
        code = 0
    except OSError as error:
        if error.filename is not None or error.errno not in _NO_ROOM:
            raise
        _drop_output()
        print(f"jobchime: the output cannot be written: {error.strerror}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        code = 130
    sys.exit(code)


def _drop_output() -> None:
    """Let what is not written yet go nowhere: Python would complain again while closing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

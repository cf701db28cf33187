"""The command line.

Enters: arguments, files and the settings file. Leaves: tables for people, JSON for programs, exit codes 0, 1 and 2.
"""

import os
import sys

from services.cli.app import tree
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.logging import configure_logging


def main() -> None:
    """Run the command line: exit 0 when done, 1 for a failure, 2 for wrong usage; an error is one sentence."""
    configure_logging(level="warning")
    try:
        tree(sys.argv[1:2].__contains__)()
    except UsageError as error:
        _say(error)
        sys.exit(2)
    except JobchimeError as error:
        _say(error)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone (`jobchime normalise … | head`); Python would complain again while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)


def _say(error: Exception) -> None:
    print(f"jobchime: {error}", file=sys.stderr)

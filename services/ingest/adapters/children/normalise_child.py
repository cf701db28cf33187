"""Reads postings in a process of its own, which ends itself after a budget of processor time.

Run as a module by `normalise_apart`. A frame in is a pickled budget in seconds and a piece of `work`; a frame out is
`+` and what that gives, or `-` and an error in words.
"""

import pickle
import signal
import sys

from services.runtime.child import limit_memory, read_frame, write_frame
from services.runtime.garbage import collect_and_freeze, no_collecting

MOST_MEMORY = 2 * 1024**3


def main() -> None:
    """Answer each frame until the input ends."""
    limit_memory(MOST_MEMORY)
    with no_collecting():
        from services.ingest.adapters.children import work as _work  # noqa: F401 (what is pickled names it)
        from services.ingest.domain.warm import warm_up

        warm_up()
    collect_and_freeze()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (frame := read_frame(source)) is not None:
        budget, work = pickle.loads(frame)  # noqa: S301 (our own parent's)
        # The system ends the process then, whatever it is at: a signal that is caught would wait for a pattern's end.
        signal.setitimer(signal.ITIMER_PROF, budget)
        try:
            answer = b"+" + work()
        except Exception as error:
            answer = f"-{type(error).__name__}: {error}".encode("utf-8", "replace")
        signal.setitimer(signal.ITIMER_PROF, 0)
        write_frame(target, answer)


if __name__ == "__main__":
    main()

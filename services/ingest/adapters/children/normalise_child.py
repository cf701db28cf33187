"""Normalises large items in a process of its own, which ends itself after a budget of processor time.

Run as a module by `normalise_apart`, with the seconds of the budget as its argument. A frame in is a pickled draft, raw
posting and rates with their day; a frame out is `+` and the posting, or `-` and an error in words.
"""

import pickle
import signal
import sys

from schemas.codec import encode
from services.ingest.domain.normalise import normalise
from services.ingest.domain.warm import warm_up
from services.rules.money import Rates
from services.runtime.child import limit_memory, read_frame, write_frame

MOST_MEMORY = 2 * 1024**3


def main() -> None:
    """Answer each frame until the input ends."""
    budget = float(sys.argv[1])
    limit_memory(MOST_MEMORY)
    warm_up()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (frame := read_frame(source)) is not None:
        # The system ends the process then, whatever it is at: a signal that is caught would wait for a pattern's end.
        signal.setitimer(signal.ITIMER_PROF, budget)
        draft, raw, on, euro = pickle.loads(frame)  # noqa: S301 (our own parent's)
        try:
            answer = b"+" + encode(normalise(draft, raw=raw, rates=Rates(on, euro)))
        except Exception as error:
            answer = f"-{type(error).__name__}: {error}".encode("utf-8", "replace")
        signal.setitimer(signal.ITIMER_PROF, 0)
        write_frame(target, answer)


if __name__ == "__main__":
    main()

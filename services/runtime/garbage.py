"""Python's search for cycles among what is held, which takes the longer the more that is."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Do without for a while: it comes the more often the more is made, though hardly any of that is in cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def collect_and_freeze() -> None:
    """Look once more, then never again among what is held now: the more that is, the longer looking holds up all."""
    gc.collect()
    gc.freeze()

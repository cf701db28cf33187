"""What CI does less of, for its time: `make test-long` has all kills, rounds, lives and examples."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

LONG = os.environ.get("JOBCHIME_TEST_LENGTH") == "long"
_SHARE = 5
_LEAST = 5

T = TypeVar("T")


def examples(count: int) -> int:
    """Of that many examples of a property, how many are tried."""
    return count if LONG else max(count // _SHARE, min(count, _LEAST))


def of_today(all_: Sequence[T], days: int) -> Sequence[T]:
    """Each so many-th of a sequence, another share each day, so that as many days have all of it."""
    return all_ if LONG else all_[datetime.now(UTC).date().toordinal() % days :: days]

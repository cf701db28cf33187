"""When to begin building digests, so that the last of them is built as their hour strikes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

_SPARE = 1.25
"""Held against a pace that is a mean of other mornings, and against what a notifier does between its ticks."""


def begins(due: Sequence[tuple[datetime, int]], each: timedelta, longest: timedelta) -> list[datetime]:
    """Of due times in their order, each with how many digests fall due: when building for it begins.

    Those of an earlier time come first, so that a few before a crowd begin before it does. `each`: what a digest takes
    all notifiers together. None begins earlier than `longest` before its time, nor earlier than it has to.
    """
    begun: list[datetime] = []
    for due_at, digests in reversed(due):
        takes = timedelta(seconds=min(_SPARE * digests * each.total_seconds(), longest.total_seconds()))
        latest = min(due_at, begun[-1]) if begun else due_at
        begun.append(max(latest - takes, due_at - longest))
    return begun[::-1]

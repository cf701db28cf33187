"""Jobs that wait: what digests had no room for, or mails that did not go out held, is a candidate while it is fresh."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Final

from services.notifier.domain.model import Digest, Hold, WaitingJob
from services.notifier.domain.windows import DueWindow, WindowMatches

MOST_WAITING: Final = 300
"""Of one search: as many as thirty daily digests of ten can bring before all are stale."""
_MOST_NEAR: Final = 20
"""Of these, near misses; a digest has room for three."""
_JUDGED_TOGETHER: Final = 200
"""Matches of one search that a digest judges, new ones first: no more than a full window holds."""
_LEAST_JUDGED: Final = 20
"""Of those that wait, however many are new."""


def judged_again(window: DueWindow, matches: WindowMatches) -> tuple[str, ...]:
    """Which of the postings that wait are judged along with what a window holds: the best as of the last digest."""
    return window.waiting[: max(_LEAST_JUDGED, _JUDGED_TOGETHER - matches.fitting)]


def waiting_after(
    outcome: Digest | Hold, window: DueWindow, matches: WindowMatches, judged: Iterable[str]
) -> tuple[str, ...]:
    """What waits for a search once an outcome has closed its window: what had no room, then what was not judged.

    What was `judged`, and neither chosen nor without room, has a reason of its own and is let go.
    """
    search_id = window.search.search_id
    done = frozenset(judged)
    unjudged = (posting_id for posting_id in (*window.waiting, *matches.beyond) if posting_id not in done)
    waiting = chain(_ids(outcome.rest, search_id), islice(_ids(outcome.near_rest, search_id), _MOST_NEAR), unjudged)
    return tuple(islice(dict.fromkeys(waiting), MOST_WAITING))


def waiting_again(waiting: Iterable[str], unsent: Iterable[str]) -> tuple[str, ...]:
    """What waits for a search once jobs that it found did not go out: these first, for they were chosen once."""
    return tuple(islice(dict.fromkeys(chain(unsent, waiting)), MOST_WAITING))


def _ids(left: Iterable[WaitingJob], search_id: str) -> Iterable[str]:
    """Every copy of the jobs that a search found: the best one may be closed by the time there is room."""
    for job in left:
        if any(search.search_id == search_id for search in job.searches):
            yield job.posting.posting_id
            yield from job.copies

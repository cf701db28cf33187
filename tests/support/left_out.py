"""A mail of one job that left others out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schemas.posting import PostingCore
from services.notifier.domain.model import Cause, Digest, Dropped, FoundBy, Item, WaitingJob
from services.notifier.domain.weights import Chance
from services.rules.verdict import verdict
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.serving import HOUR, LEASE, closings, email_for

AT = NOW + 3 * HOUR


def mailed(store: NotifierStore, *dropped: tuple[PostingCore, Cause], no_room: Sequence[PostingCore] = ()) -> None:
    """A digest of one job that left these out, and had no room for those."""
    jobs = [*(job for job, _ in dropped), *no_room]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    cut = store.windows.take_cut(AT)
    [due] = store.windows.claim_due("test", AT, cut, LEASE, 9)
    searches = tuple(window.search for window in due.windows)
    found = tuple(FoundBy(search, verdict(search.criteria, posting("one"))) for search in searches)
    made = Digest(due.recipient, AT, searches, (Item(posting("one"), found, 1.0),), (), 0, ())
    made = replace(
        made,
        dropped=tuple(Dropped(job.posting_id, cause) for job, cause in dropped),
        rest=tuple(WaitingJob(job, searches, 0.5) for job in no_room),
    )
    assert store.digests.commit(made, closings(due, cut, AT), email_for("ada@example.com", AT), AT)


def unlikely(chance: float, **facts: Any) -> Cause:
    return Cause("unlikely", chance=Chance(chance), **facts)

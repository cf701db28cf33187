"""What a subscriber's digest is chosen from: what the windows of their due searches hold, what waits, what is new."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from schemas.posting import PostingCore
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.near_misses import SPANS, Newest
from services.notifier.domain.curation.waiting import judged_again
from services.notifier.domain.model import Candidate, DueSearch
from services.notifier.domain.schedule import latest_due, local_day
from services.notifier.domain.windows import NO_MATCHES, DueSubscriber, DueWindow, WindowMatches
from services.notifier.ports import Served, Since

JudgedIds = Mapping[str, Sequence[str]]
"""By search id: the postings that a digest judges by it."""


class NewestPostings:
    """The newest postings of the store, each read and prepared once while its version is the same."""

    def __init__(
        self,
        matches: SqlMatches,
        most: int,
        load: Callable[[Sequence[str]], Mapping[str, PostingCore]] | None = None,
        prepare: Callable[[PostingCore], PostingFeatures] = PostingFeatures,
    ) -> None:
        """`load` and `prepare`: of whoever reads and prepares postings besides, so that both is done once."""
        self._matches = matches
        self._most = most
        self._load = load or matches.postings
        self._prepare = prepare
        self._ready: dict[str, PostingFeatures] = {}
        self._newest = Newest(())
        self._versions: Sequence[tuple[str, int]] = ()
        """Of those that are held, newest first."""
        self._is_known = False

    def forget(self) -> None:
        """What is asked for next is looked at anew: others may have come, or versions changed."""
        self._is_known = False
        self._newest.forget_times()

    def at(self, now: datetime) -> Newest:
        """Those of the longest span that a digest looks back, as of the first call since `forget`."""
        if self._is_known:
            return self._newest
        versions = self._matches.newest(now - max(SPANS.values()), self._most) if self._most else {}
        if tuple(versions.items()) != self._versions:
            known = {posting_id: ready for posting_id in versions if (ready := self._ready.get(posting_id))}
            changed = [
                posting_id
                for posting_id, version in versions.items()
                if posting_id not in known or known[posting_id].posting.version < version
            ]
            read = self._load(changed)
            self._ready = known | {posting_id: self._prepare(posting) for posting_id, posting in read.items()}
            self._newest = Newest(self._ready[posting_id] for posting_id in versions if posting_id in self._ready)
            self._versions = tuple(
                (posting_id, self._ready[posting_id].posting.version)
                for posting_id in versions
                if posting_id in self._ready
            )
        self._is_known = True
        return self._newest


def judged_of(subscriber: DueSubscriber, matches: Mapping[str, WindowMatches], *, with_waiting: bool) -> JudgedIds:
    """What a digest judges; `matches` are by search id."""
    judged: dict[str, Sequence[str]] = {}
    for window in subscriber.windows:
        own = matches.get(window.search.search_id, NO_MATCHES)
        waiting = judged_again(window, own) if with_waiting else ()
        judged[window.search.search_id] = tuple(dict.fromkeys((*own.posting_ids, *waiting)))
    return judged


def candidates_of(subscriber: DueSubscriber, judged: JudgedIds, postings: Mapping[str, PostingCore]) -> list[Candidate]:
    """Of what is judged, the postings that are still kept, each with the searches that found it."""
    searches: dict[str, list[DueSearch]] = {}
    for window in subscriber.windows:
        for posting_id in judged.get(window.search.search_id, ()):
            searches.setdefault(posting_id, []).append(window.search)
    return [Candidate(postings[posting_id], tuple(by)) for posting_id, by in searches.items() if posting_id in postings]


def comes_with_waiting(subscriber: DueSubscriber, served: Served | None, since: Since) -> bool:
    """Whether what waits is judged now: of instant searches alone, by the first digest of a local day, sent or held.

    What waits is no news: it is not worth one of the few mails of a day a minute after the last.
    """
    last = served.last_due if served is not None else None
    return not all_instant(subscriber) or last is None or last < since.instant


def since_of(subscriber: DueSubscriber, now: datetime) -> Since:
    """From when on the digests that a subscriber had decide when the next is due."""
    time_zone = subscriber.recipient.time_zone
    try:
        slots = [slot_of(window, time_zone, now) for window in subscriber.windows]
        day_start, day_end = local_day(now, time_zone)
    except ValueError:
        # A zone that is none any more is found out where this subscriber alone fails by it.
        return Since(now, now, now, now)
    return Since(min(*slots, day_start, now), day_start, now, day_end)


def slot_of(window: DueWindow, time_zone: str, now: datetime) -> datetime:
    """The newest slot that has come; where the times were changed meanwhile, that may be the one it waited for.

    Raises ValueError for a time zone that is none.
    """
    return max(window.due_at, latest_due(window.search.cadence, window.hour, window.weekday, time_zone, now))


def all_instant(subscriber: DueSubscriber) -> bool:
    """Whether no search that is due keeps hours: then nothing found is no digest."""
    return all(window.search.cadence == "instant" for window in subscriber.windows)

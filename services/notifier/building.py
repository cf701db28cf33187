"""Building digests: from due windows to a committed digest, one subscriber at a time."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog

from schemas.posting import PostingCore
from services.notifier.composing import Composer
from services.notifier.domain.curate import curate
from services.notifier.domain.model import Candidate, Digest, DueSearch
from services.notifier.domain.schedule import latest_due, local_day, next_due, next_instant
from services.notifier.domain.windows import Closing, Cut, DueSubscriber, DueWindow
from services.notifier.ports import DigestStore, MatchStore, WindowStore
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError

_events = structlog.get_logger(__name__)


class Builder:
    """Claims who is due, curates, renders and commits. Each subscriber is one transaction and fails alone."""

    def __init__(
        self,
        matches: MatchStore,
        windows: WindowStore,
        digests: DigestStore,
        composer: Composer,
        settings: NotifierSettings,
        *,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`stopping`: whether the process is about to end; then whoever is not served yet is left to others."""
        self._stopping = stopping
        self._postings = _Postings(matches, settings.postings_held)
        self._windows = windows
        self._digests = digests
        self._composer = composer
        self._settings = settings

    def build(self, now: datetime) -> None:
        """Serve whoever is due at `now`, as far as one tick goes. Raises UnavailableError."""
        cut = self._windows.take_cut(now)
        settings = self._settings
        for _ in range(settings.passes_a_tick):
            if self._stopping():
                return
            due = self._windows.claim_due(settings.worker, now, cut, settings.build_lease, settings.subscribers_at_once)
            if not due:
                return
            self._serve(due, cut, now)

    def _serve(self, due: Sequence[DueSubscriber], cut: Cut, now: datetime) -> None:
        found = self._windows.found(due, cut)
        self._postings.forget()
        given_back: list[str] = []
        empty: list[Closing] = []
        for subscriber in due:
            subscriber_id = subscriber.recipient.subscriber_id
            if self._stopping():
                given_back.append(subscriber_id)
                continue
            try:
                candidates = self._candidates(subscriber, found)
                if not candidates and _all_instant(subscriber):
                    empty += [Closing(window, cut.number, window.due_at) for window in subscriber.windows]
                elif not self._serve_one(subscriber, candidates, cut, now):
                    continue
            except UnavailableError:
                raise
            except Exception:
                # The claim is kept: what fails for a reason of its own is tried again when the lease ends, not at once.
                _events.exception("a digest could not be built", subscriber_id=subscriber_id)
                continue
            given_back.append(subscriber_id)
        if empty:
            self._digests.close_empty(empty)
        self._windows.done(self._settings.worker, given_back)

    def _serve_one(self, subscriber: DueSubscriber, candidates: Sequence[Candidate], cut: Cut, now: datetime) -> bool:
        recipient = subscriber.recipient
        due_at = self._due_at(subscriber, now)
        if due_at is None:
            return False
        searches = tuple(window.search for window in subscriber.windows)
        sent = self._digests.sent(recipient.subscriber_id, due_at - self._settings.curate.remember_sent)
        outcome = curate(recipient, searches, candidates, sent, due_at, self._settings.curate)
        email = self._composer.compose(outcome) if isinstance(outcome, Digest) else None
        closings = self._closings(subscriber, cut, due_at, now, mailed=email is not None)
        if not self._digests.commit(outcome, closings, email, now):
            _events.info("a search changed while its digest was built", subscriber_id=recipient.subscriber_id)
        return True

    def _due_at(self, subscriber: DueSubscriber, now: datetime) -> datetime | None:
        """The newest slot that has come; however many were missed, there is one digest for them.

        A slot that had its digest already is not taken again, then the present minute stands for it; None where that
        had one too, and the next minute must come first.
        """
        slots = [_slot(window, subscriber.recipient.time_zone, now) for window in subscriber.windows]
        last = self._digests.last_due(subscriber.recipient.subscriber_id)
        minute = latest_due("instant", 0, None, "UTC", now)
        return next((slot for slot in (max(slots), minute) if last is None or slot > last), None)

    def _closings(
        self, subscriber: DueSubscriber, cut: Cut, due_at: datetime, now: datetime, *, mailed: bool
    ) -> list[Closing]:
        time_zone = subscriber.recipient.time_zone
        instant_at = due_at
        if any(window.search.cadence == "instant" for window in subscriber.windows):
            day_start, _ = local_day(due_at, time_zone)
            sent_today = self._digests.instant_since(subscriber.recipient.subscriber_id, day_start) + mailed
            instant_at = next_instant(due_at, sent_today, time_zone, self._settings.most_instant)
        return [
            Closing(
                window,
                cut.number,
                instant_at
                if window.search.cadence == "instant"
                else next_due(window.search.cadence, window.hour, window.weekday, time_zone, now),
            )
            for window in subscriber.windows
        ]

    def _candidates(self, subscriber: DueSubscriber, found: dict[str, list[str]]) -> list[Candidate]:
        searches: dict[str, list[DueSearch]] = {}
        for window in subscriber.windows:
            for posting_id in found.get(window.search.search_id, ()):
                searches.setdefault(posting_id, []).append(window.search)
        postings = self._postings.load(searches)
        return [
            Candidate(postings[posting_id], tuple(by)) for posting_id, by in searches.items() if posting_id in postings
        ]


class _Postings:
    """The newest versions, read once a pass where many subscribers share them."""

    def __init__(self, matches: MatchStore, most: int) -> None:
        self._matches = matches
        self._most = most
        self._held: OrderedDict[str, PostingCore] = OrderedDict()

    def load(self, posting_ids: Iterable[str]) -> dict[str, PostingCore]:
        """Postings by id, those no longer kept left out."""
        wanted = list(posting_ids)
        missing = [posting_id for posting_id in wanted if posting_id not in self._held]
        found = {posting_id: self._held[posting_id] for posting_id in wanted if posting_id in self._held}
        if missing:
            read = self._matches.postings(missing)
            found |= read
            self._held |= read
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return found

    def forget(self) -> None:
        """Begin a pass: versions may have changed since the last."""
        self._held.clear()


def _slot(window: DueWindow, time_zone: str, now: datetime) -> datetime:
    return latest_due(window.search.cadence, window.hour, window.weekday, time_zone, now)


def _all_instant(subscriber: DueSubscriber) -> bool:
    return all(window.search.cadence == "instant" for window in subscriber.windows)

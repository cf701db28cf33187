"""Building digests: from due windows to committed digests, read together and committed one subscriber at a time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from cachetools import LRUCache

from schemas.posting import PostingCore
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.candidates import (
    JudgedIds,
    NewestPostings,
    all_instant,
    candidates_of,
    comes_with_waiting,
    judged_of,
    since_of,
    slot_of,
)
from services.notifier.composing import Composer
from services.notifier.domain.curation.curate import curate
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.curation.near_misses import near_candidates, with_near_misses
from services.notifier.domain.curation.waiting import waiting_after
from services.notifier.domain.model import Candidate, Counted, Digest, Hold, SentItem
from services.notifier.domain.schedule import due_after_serving, latest_due, next_instant
from services.notifier.domain.week import LOOKS_BACK, with_week
from services.notifier.domain.windows import NO_MATCHES, Closing, Cut, DueSubscriber, DueWindow, WindowMatches
from services.notifier.ports import Served
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError

EARLIER_RELEASE_REMEMBERS = timedelta(days=90)
"""How far back what a release without the memory of sent jobs has sent is looked up, as that release did."""
_PUT_RIGHT_EVERY = timedelta(hours=1)

_events = structlog.get_logger(__name__)


class Builder:
    """Claims who is due, curates, renders and commits. Each subscriber is one transaction and fails alone."""

    def __init__(
        self,
        matches: SqlMatches,
        windows: SqlWindows,
        digests: SqlDigests,
        composer: Composer,
        settings: NotifierSettings,
        *,
        stopping: Callable[[], bool] = lambda: False,
        room: Callable[[datetime], int | None] = lambda now: None,
    ) -> None:
        """`stopping`: whether the process is about to end; then whoever is not served yet is left to others.

        `room`: how many digests may be made for today (None: any number). Whoever has none keeps open windows, and gets
        one digest for all that they hold by then.
        """
        self._stopping = stopping
        self._room = room
        self._postings = _Postings(matches, settings.postings_held)
        self._newest = NewestPostings(matches, settings.newest_looked_at)
        self._judging = Judging(most_postings=settings.postings_held)
        self._windows = windows
        self._digests = digests
        self._composer = composer
        self._settings = settings
        self._put_right_at: datetime | None = None

    def build(self, now: datetime) -> None:
        """Serve whoever is due at `now`, as far as one tick goes. Raises UnavailableError."""
        self._put_right(now)
        cut = self._windows.take_cut(now)
        settings = self._settings
        for _ in range(settings.passes_a_tick):
            if self._stopping():
                return
            room = self._room(now)
            most = settings.subscribers_at_once if room is None else min(settings.subscribers_at_once, room)
            if not most:
                return
            due = self._windows.claim_due(
                settings.worker, now, cut, settings.build_lease, most, in_turn=room is not None
            )
            if not due:
                return
            self._serve(due, cut, now)

    def _put_right(self, now: datetime) -> None:
        """Once an hour, and whenever the clock is set back: it may have run ahead meanwhile."""
        if self._put_right_at is not None and timedelta() <= now - self._put_right_at < _PUT_RIGHT_EVERY:
            return
        if searches := self._windows.put_right(now):
            _events.warning("a clock ran ahead: searches were due too late", searches=searches)
        self._put_right_at = now

    def _serve(self, due: Sequence[DueSubscriber], cut: Cut, now: datetime) -> None:
        matches = self._windows.matches(due, cut)
        self._postings.forget()
        self._judging.forget()
        self._newest.forget()
        given_back: list[str] = []
        empty: list[Closing] = []
        for some in self._in_parts(due, matches):
            given_back += self._serve_part(some, matches, cut, now, empty)
        if empty:
            self._digests.close_empty(empty)
        self._windows.done(self._settings.worker, given_back)

    def _in_parts(
        self, due: Sequence[DueSubscriber], matches: Mapping[str, WindowMatches]
    ) -> Iterator[Sequence[DueSubscriber]]:
        """Subscribers whose postings, and what they were sent before, are held in memory together."""
        part: list[DueSubscriber] = []
        wanted = 0
        for subscriber in due:
            part.append(subscriber)
            wanted += sum(map(len, judged_of(subscriber, matches, with_waiting=True).values()))
            if wanted >= self._settings.postings_held:
                yield part
                part, wanted = [], 0
        if part:
            yield part

    def _serve_part(
        self,
        due: Sequence[DueSubscriber],
        matches: Mapping[str, WindowMatches],
        cut: Cut,
        now: datetime,
        empty: list[Closing],
    ) -> list[str]:
        """Serve some; returns whom to give back. `empty` takes the windows that are closed without a digest."""
        known = self._read(due, matches, now)
        given_back: list[str] = []
        chosen: list[_Chosen] = []
        for subscriber in due:
            subscriber_id = subscriber.recipient.subscriber_id
            if self._stopping():
                given_back.append(subscriber_id)
                continue
            with _failing_alone(subscriber_id):
                candidates = known.candidates(subscriber)
                if not candidates and all_instant(subscriber):
                    empty += [Closing(window, cut.number, window.due_at) for window in subscriber.windows]
                    given_back.append(subscriber_id)
                elif (due_at := _due_at(subscriber, known.served.get(subscriber_id), now)) is not None:
                    chosen.append(self._choose(subscriber, candidates, known, due_at, now))
        near = {one.subscriber.recipient.subscriber_id: one.near for one in chosen if one.near}
        sent = self._sent({own: [candidate.posting for candidate in some] for own, some in near.items()}, now)
        for one in chosen:
            subscriber_id = one.subscriber.recipient.subscriber_id
            if self._stopping():
                given_back.append(subscriber_id)
                continue
            with _failing_alone(subscriber_id):
                outcome = with_near_misses(
                    one.outcome, one.near, sent.get(subscriber_id, ()), self._settings.curate, self._judging
                )
                self._commit(one.subscriber, outcome, known, cut, now)
                given_back.append(subscriber_id)
        return given_back

    def _sent(self, wanted: Mapping[str, Sequence[PostingCore]], now: datetime) -> Mapping[str, Sequence[SentItem]]:
        return self._digests.sent(wanted, now - EARLIER_RELEASE_REMEMBERS) if wanted else {}

    def _read(self, due: Sequence[DueSubscriber], matches: Mapping[str, WindowMatches], now: datetime) -> "_Loaded":
        """All that serving them takes, in a few statements however many they are."""
        # Whoever has nothing to be told and only instant searches gets no digest.
        asked = [subscriber for subscriber in due if _may_have_news(subscriber, matches)]
        since = {subscriber.recipient.subscriber_id: since_of(subscriber, now) for subscriber in asked}
        served = self._digests.served(since)
        judged: dict[str, JudgedIds] = {}
        own: dict[str, Collection[str]] = {}
        for subscriber in due:
            subscriber_id = subscriber.recipient.subscriber_id
            with_waiting = subscriber_id in since and comes_with_waiting(
                subscriber, served.get(subscriber_id), since[subscriber_id]
            )
            judged[subscriber_id] = judged_of(subscriber, matches, with_waiting=with_waiting)
            own[subscriber_id] = {posting_id for some in judged[subscriber_id].values() for posting_id in some}
        postings = self._postings.load({posting_id for some in own.values() for posting_id in some})
        wanted = {
            subscriber_id: [postings[posting_id] for posting_id in some if posting_id in postings]
            for subscriber_id, some in own.items()
            if some
        }
        return _Loaded(
            matches,
            judged,
            postings,
            self._sent(wanted, now),
            served,
            self._digests.matched(list(wanted), now - LOOKS_BACK),
        )

    def _choose(
        self,
        subscriber: DueSubscriber,
        candidates: Sequence[Candidate],
        known: "_Loaded",
        due_at: datetime,
        now: datetime,
    ) -> "_Chosen":
        recipient, curating = subscriber.recipient, self._settings.curate
        searches = tuple(window.search for window in subscriber.windows)
        sent = known.sent.get(recipient.subscriber_id, ())
        outcome = curate(recipient, searches, candidates, sent, due_at, curating, self._judging)
        before = known.matched.get(recipient.subscriber_id, ())
        outcome = with_week(outcome, subscriber, known.matches, candidates, before)
        near = near_candidates(outcome, partial(self._newest.at, now), curating, self._judging)
        return _Chosen(subscriber, outcome, near)

    def _commit(
        self, subscriber: DueSubscriber, outcome: Digest | Hold, known: "_Loaded", cut: Cut, now: datetime
    ) -> None:
        subscriber_id = subscriber.recipient.subscriber_id
        email = self._composer.compose(outcome) if isinstance(outcome, Digest) else None
        served = known.served.get(subscriber_id)
        instant = (served.instant if served else 0) + (email is not None)
        closings = self._closings(subscriber, outcome, known, cut, now, instant)
        if not self._digests.commit(outcome, closings, email, now):
            _events.info("a search changed while its digest was built", subscriber_id=subscriber_id)

    def _closings(
        self,
        subscriber: DueSubscriber,
        outcome: Digest | Hold,
        known: "_Loaded",
        cut: Cut,
        now: datetime,
        instant: int,
    ) -> list[Closing]:
        """`instant`: how many digests with instant searches there were today, this one among them."""
        time_zone = subscriber.recipient.time_zone
        return [
            Closing(
                window,
                cut.number,
                next_instant(outcome.due_at, instant, time_zone, self._settings.most_instant)
                if window.search.cadence == "instant"
                else due_after_serving(
                    window.search.cadence,
                    window.hour,
                    window.weekday,
                    time_zone,
                    slot=slot_of(window, time_zone, now),
                    now=now,
                ),
                known.waiting_after(outcome, window),
            )
            for window in subscriber.windows
        ]


@contextmanager
def _failing_alone(subscriber_id: str) -> Iterator[None]:
    """Others are served although serving one fails."""
    try:
        yield
    except UnavailableError:
        raise
    except Exception:
        # The claim is kept: what fails for a reason of its own is tried again when the lease ends, not at once.
        _events.exception("a digest could not be built", subscriber_id=subscriber_id)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What came of one subscriber's candidates."""

    subscriber: DueSubscriber
    outcome: Digest | Hold
    near: Sequence[Candidate]
    """What nearly fits besides, of which they may have been sent some."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What was read at once for some subscribers."""

    matches: Mapping[str, WindowMatches]
    """By search id: the postings that its window holds."""
    judged: Mapping[str, JudgedIds]
    """By subscriber."""
    postings: Mapping[str, PostingCore]
    sent: Mapping[str, Sequence[SentItem]]
    served: Mapping[str, Served]
    matched: Mapping[str, Sequence[Counted]]

    def candidates(self, subscriber: DueSubscriber) -> list[Candidate]:
        """What was found for them."""
        return candidates_of(subscriber, self.judged[subscriber.recipient.subscriber_id], self.postings)

    def waiting_after(self, outcome: Digest | Hold, window: DueWindow) -> tuple[str, ...]:
        """What waits for one of the recipient's searches after an outcome."""
        search_id = window.search.search_id
        judged = self.judged[outcome.recipient.subscriber_id][search_id]
        return waiting_after(outcome, window, self.matches.get(search_id, NO_MATCHES), judged)


class _Postings:
    """The newest versions, each read once a pass as far as memory goes."""

    def __init__(self, matches: SqlMatches, most: int) -> None:
        self._matches = matches
        self._cache: LRUCache[str, PostingCore] = LRUCache(most)

    def load(self, posting_ids: Iterable[str]) -> dict[str, PostingCore]:
        """Postings by id, those no longer kept left out."""
        wanted = sorted(posting_ids)
        postings = {posting_id: self._cache[posting_id] for posting_id in wanted if posting_id in self._cache}
        missing = [posting_id for posting_id in wanted if posting_id not in postings]
        if missing:
            read = self._matches.postings(missing)
            postings |= read
            self._cache.update(read)
        return postings

    def forget(self) -> None:
        """Begin a pass: versions may have changed since the last."""
        self._cache.clear()


def _may_have_news(subscriber: DueSubscriber, matches: Mapping[str, WindowMatches]) -> bool:
    if not all_instant(subscriber):
        return True
    return any(
        window.waiting or matches.get(window.search.search_id, NO_MATCHES).posting_ids for window in subscriber.windows
    )


def _due_at(subscriber: DueSubscriber, served: Served | None, now: datetime) -> datetime | None:
    """The newest slot that has come; however many were missed, there is one digest for them.

    A slot that had its digest already is not taken again, then the present minute stands for it; None where that had
    one too, and the next minute must come first.
    """
    slots = [slot_of(window, subscriber.recipient.time_zone, now) for window in subscriber.windows]
    minute = latest_due("instant", 0, None, "UTC", now)
    last = served.last_due if served is not None else None
    return next((slot for slot in (max(slots), minute) if last is None or slot > last), None)

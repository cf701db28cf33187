"""Building digests: from due windows to committed digests, read and committed for some subscribers together."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import inf

import structlog

from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.lead import SqlLead
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.candidates import all_instant, judged_of, slot_of
from services.notifier.choosing import Choice, Choosing, Readings
from services.notifier.composing import Composer
from services.notifier.domain.model import Digest, Hold
from services.notifier.domain.schedule import due_after_serving, latest_due, next_due, next_instant
from services.notifier.domain.windows import Closing, Cut, DueSubscriber, WindowMatches
from services.notifier.ports import Build, Served
from services.notifier.settings import NotifierSettings
from services.runtime.chunks import chunked
from services.runtime.errors import UnavailableError
from services.runtime.garbage import no_collecting

_PUT_RIGHT_EVERY = timedelta(hours=1)
_TOGETHER = 50
"""Digests of one transaction; whoever changes one of their people waits for it."""
_LEAST_EACH = timedelta(milliseconds=1)

_events = structlog.get_logger(__name__)


class Builder:
    """Claims who is due, curates, renders and commits, some subscribers in one transaction; each fails alone."""

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
        lead: SqlLead | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`stopping`: whether the process is about to end; then whoever is not served yet is left to others.

        `room`: how many digests may be made for today (None: any number). Whoever has none keeps open windows, and gets
        one digest for all that they hold by then. `lead`: for which hour to build once nobody is due; without it none.
        """
        self._lead = lead
        self._monotonic = monotonic
        self._stopping = stopping
        self._room = room
        self._choosing = Choosing(matches, digests, settings)
        self._windows = windows
        self._digests = digests
        self._composer = composer
        self._settings = settings
        self._put_right_at: datetime | None = None
        self._digests_built = 0
        self._is_idle = False
        """Whether the last tick came to its end for want of people."""
        self._ends_at = inf
        """When nobody more is begun: by then a pass may be slower than it was thought to be."""

    def require_remembered(self, now: datetime) -> None:
        """Raises UnavailableError where rows are lost that say what was sent; see `lost_rows`."""
        self._digests.require_remembered(now)

    def build(self, now: datetime) -> int:
        """Put right what a clock that ran ahead left, then serve; how many digests. Raises UnavailableError."""
        self._put_right(now)
        digests = self.serve(now)
        if self._is_idle:
            self._windows.pass_over(now)
        return digests

    def serve(self, now: datetime) -> int:
        """Serve whoever is due at `now`, as far as one tick goes; how many digests. Raises UnavailableError.

        Where there is nobody left, those of a coming hour whose building has to begin.
        """
        self._digests_built, self._is_idle = 0, False
        began = self._monotonic()
        cut = self._windows.take_cut(now)
        for _ in range(self._settings.passes_a_tick):
            # Between passes garbage is looked for as ever.
            with no_collecting():
                if self._stopping():
                    break
                self._is_idle = not self._pass(cut, now) and not self._pass_ahead(cut, now, self._monotonic() - began)
                if self._is_idle:
                    break
        return self._digests_built

    def _pass(self, cut: Cut, now: datetime) -> bool:
        """Serve as many as are claimed at once; whether there were any."""
        settings, room = self._settings, self._room(now)
        most = settings.subscribers_at_once if room is None else min(settings.subscribers_at_once, room)
        if not most:
            return False
        due = self._windows.claim_due(settings.worker, now, cut, settings.build_lease, most, in_turn=room is not None)
        if due:
            self._ends_at = inf
            self._serve(due, cut, now, now)
        return bool(due)

    def _pass_ahead(self, cut: Cut, now: datetime, passed_s: float) -> bool:
        """Serve some of a coming hour, as if it had struck, but for what comes until then; whether there were any.

        It ends when mails may be handed over again. A plan of a warm-up decides itself when mails go.
        """
        if self._lead is None or (hour := self._lead.at(now)) is None or self._room(now) is not None:
            return False
        free = hour.free_until - now - timedelta(seconds=passed_s)
        most = min(self._settings.subscribers_at_once, free // max(hour.each, _LEAST_EACH))
        if most < 1:
            return False
        settings = self._settings
        due = self._windows.claim_due(settings.worker, now, cut, settings.build_lease, most, by=hour.due_at)
        if due:
            self._ends_at = self._monotonic() + free.total_seconds()
            self._serve(due, cut, hour.due_at, now)
        else:
            self._lead.is_served(hour.due_at)
        return bool(due)

    def _put_right(self, now: datetime) -> None:
        """Once an hour, and whenever the clock is set back: it may have run ahead meanwhile."""
        if self._put_right_at is not None and timedelta() <= now - self._put_right_at < _PUT_RIGHT_EVERY:
            return
        if searches := self._windows.put_right(now):
            _events.warning("a clock ran ahead: searches were due too late", searches=searches)
        self._put_right_at = now

    def _serve(self, due: Sequence[DueSubscriber], cut: Cut, at: datetime, now: datetime) -> None:
        """`at`: the time by which everything is judged, later than `now` where that is ahead of its hour."""
        self._digests.require_remembered(now, (subscriber.recipient.subscriber_id for subscriber in due))
        matches = self._windows.matches(due, cut)
        given_back: list[str] = []
        empty: list[Closing] = []
        try:
            for some in self._in_parts(due, matches):
                given_back += self._serve_part(some, matches, cut, at, now, empty)
        finally:
            self._choosing.forget()
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
        at: datetime,
        now: datetime,
        empty: list[Closing],
    ) -> list[str]:
        """Serve some; returns whom to give back. `empty` takes the windows that are closed without a digest."""
        found = self._choosing.read(due, matches, at)
        given_back: list[str] = []
        too_soon: list[str] = []
        chosen: list[tuple[DueSubscriber, Choice]] = []
        for subscriber in due:
            subscriber_id = subscriber.recipient.subscriber_id
            if self._stopping() or self._monotonic() >= self._ends_at:
                given_back.append(subscriber_id)
                continue
            with _failing_alone(subscriber_id):
                candidates = found.candidates(subscriber)
                if not candidates and all_instant(subscriber):
                    empty += [Closing(window, cut.number, window.due_at) for window in subscriber.windows]
                    given_back.append(subscriber_id)
                elif (due_at := _due_at(subscriber, found.served.get(subscriber_id), at)) is not None:
                    chosen.append((subscriber, self._choosing.choose(subscriber, candidates, found, due_at, at)))
                else:
                    too_soon.append(subscriber_id)
        if too_soon:
            self._windows.hold_until(next_due("instant", 0, None, "UTC", at), self._settings.worker, too_soon)
        sent = self._choosing.sent_of_near((choice for _, choice in chosen), at)
        for together in chunked(chosen, _TOGETHER):
            if self._stopping():
                given_back += [subscriber.recipient.subscriber_id for subscriber, _ in together]
                continue
            built: list[Build] = []
            for subscriber, choice in together:
                with _failing_alone(subscriber.recipient.subscriber_id):
                    outcome = self._choosing.completed(choice, sent)
                    built.append(self._built(subscriber, outcome, found, cut, at))
            given_back += self._commit(built, now)
        return given_back

    def _built(
        self, subscriber: DueSubscriber, outcome: Digest | Hold, found: Readings, cut: Cut, at: datetime
    ) -> Build:
        email = self._composer.compose(outcome) if isinstance(outcome, Digest) else None
        served = found.served.get(subscriber.recipient.subscriber_id)
        instant = (served.instant if served else 0) + (email is not None)
        return Build(outcome, self._closings(subscriber, outcome, found, cut, at, instant), email)

    def _commit(self, built: Sequence[Build], now: datetime) -> list[str]:
        """Keep some together, or each alone where that fails for a reason of its own; returns whom to give back."""
        try:
            done = self._digests.commit_all(built, now)
            kept = {build.outcome.recipient.subscriber_id: same for build, same in zip(built, done, strict=True)}
        except UnavailableError:
            raise
        except Exception:
            kept = {}
            for build in built:
                with _failing_alone(person_id := build.outcome.recipient.subscriber_id):
                    kept[person_id] = self._digests.commit(build.outcome, build.closings, build.email, now)
        self._digests_built += len(kept)
        for subscriber_id, same in kept.items():
            if not same:
                _events.info("a search changed while its digest was built", subscriber_id=subscriber_id)
        return list(kept)

    def _closings(
        self,
        subscriber: DueSubscriber,
        outcome: Digest | Hold,
        found: Readings,
        cut: Cut,
        at: datetime,
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
                    slot=slot_of(window, time_zone, at),
                    now=at,
                ),
                found.waiting_after(outcome, window),
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


def _due_at(subscriber: DueSubscriber, served: Served | None, at: datetime) -> datetime | None:
    """The newest slot that has come; however many were missed, there is one digest for them.

    A slot that had its digest already is not taken again, then the present minute stands for it; None where that had
    one too, and the next minute must come first.
    """
    slots = [slot_of(window, subscriber.recipient.time_zone, at) for window in subscriber.windows]
    minute = latest_due("instant", 0, None, "UTC", at)
    last = served.last_due if served is not None else None
    return next((slot for slot in (max(slots), minute) if last is None or slot > last), None)

"""Delivering: claimed, begun, handed over, settled; each step committed before the next."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

import structlog

from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.attempts import LOGGED_AS, Answer, Flight
from services.notifier.domain.delivery import hold_after, wait_after
from services.notifier.ports import ClaimedDelivery, Ledger, Mailer, MailUnknownError, UnknownDelivery
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError
from services.runtime.privacy.redaction import redacted
from services.runtime.throttle import Throttle

_MOST_DOUBTS = 200
"""Settled in one tick."""

_LOTS = 2
"""As many lots are in flight: one is begun once as many mails have landed, while the other is under way."""

_events = structlog.get_logger(__name__)


class Delivered(NamedTuple):
    """What one tick handed over."""

    mails: int
    rest: bool
    """Whether more may wait that the mailer would take now."""


class Courier:
    """Hands deliveries to a mailer and keeps what became of each."""

    def __init__(
        self,
        deliveries: SqlDeliveries,
        mailer: Mailer,
        settings: NotifierSettings,
        *,
        stopping: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
        count: Callable[[Answer, datetime], None] = lambda answer, at: None,
    ) -> None:
        """`stopping`: whether the process is about to end; then nothing is begun that may outlast it.

        `count` is told of each attempt, and when it was answered.
        """
        self._count = count
        self._deliveries = deliveries
        self._mailer = mailer
        self._settings = settings
        self._stopping = stopping
        self._monotonic = monotonic
        self._began = (datetime.min.replace(tzinfo=UTC), 0.0)
        self._throttle = Throttle(monotonic)
        self._answers: deque[Answer] = deque()
        """Not kept yet: the store may be away just when an answer comes."""
        self._not_made: deque[ClaimedDelivery] = deque()
        """Of which the store did not say that they are begun, and which it may hold for begun."""
        self._accepted = 0
        self._setbacks = 0
        self._asked: timedelta | None = None
        self._holds = 0
        self._left_alone: tuple[datetime, datetime] | None = None
        """Since when and until when the mailer is left alone; a clock that is set back ends it."""

    def deliver(self, now: datetime) -> Delivered:
        """Settle doubts, then hand over what waits, as far as one tick goes. Raises UnavailableError."""
        began, self._accepted, rest = self._monotonic(), 0, False
        if self._began[0] != now:
            # What a tick builds before it hands that over is time that passes too.
            self._began = (now, began)
        self.keep_answers(now)
        self._deliveries.sweep(now, now - self._settings.give_up_after)
        self._settle_doubts(now)
        if self._left_alone is not None and self._left_alone[0] <= now < self._left_alone[1]:
            return Delivered(0, rest)
        self._setbacks = self._settings.setbacks_in_row - 1 if self._holds else 0
        self._asked = None
        with Flight(self._mailer) as flight:
            try:
                rest = self._round(now, flight, began)
            finally:
                self._hear(flight.landed(0))
        self.keep_answers(now)
        if self._is_away():
            self._hold(now)
        return Delivered(self._accepted, rest)

    def keep_answers(self, now: datetime) -> None:
        """Write down what mailers said, and were not asked, while the store was away; to be called before leases end.

        Raises UnavailableError where it still is; then nothing is forgotten.
        """
        while self._answers:
            taken = list(takewhile(lambda answer: answer.kind == "accepted", self._answers))
            if taken:
                self._deliveries.accepted([answer.of_attempt for answer in taken], now)
            else:
                taken = [self._answers[0]]
                self._keep(taken[0], now)
            for _ in taken:
                self._answers.popleft()
        while self._not_made:
            self._deliveries.not_made(self._not_made[0], now)
            self._not_made.popleft()

    def _round(self, now: datetime, flight: Flight, began: float) -> bool:
        """Whether time ran out, and more waits as like as not."""
        settings, claimed_any = self._settings, False
        most, until = settings.deliveries_at_once, began + settings.delivers_for.total_seconds()
        while self._monotonic() < until and not self._is_over():
            claimed = self._deliveries.claim(settings.worker, self._mailer.name, now, settings.claim_lease, most)
            if not claimed:
                return False
            claimed_any = True
            while claimed:
                room = self._make_room(flight)
                self.keep_answers(now)
                if self._is_over():
                    for delivery in claimed:
                        self._deliveries.put_back(delivery, now)
                    break
                self._begin(claimed[:room], now, flight)
                claimed = claimed[room:]
            if flight.most == 1:
                self._hear(flight.landed(0))
                self.keep_answers(now)
        return claimed_any and not self._is_over()

    def _begin(self, some: Sequence[ClaimedDelivery], now: datetime, flight: Flight) -> None:
        waiting = {delivery.delivery_id: delivery for delivery in some}

        def start(begun: ClaimedDelivery) -> None:
            del waiting[begun.delivery_id]
            flight.start(begun)

        try:
            self._deliveries.begin(some, now, self._settings.send_lease, start)
        except UnavailableError:
            # That they are begun may be committed all the same; that no request was made is known here alone.
            self._not_made.extend(waiting.values())
            raise

    def _make_room(self, flight: Flight) -> int:
        """Wait until some may go; how many. After a setback one goes at a time, the others being heard."""
        if not self._is_doubtful():
            # Begun and answered by the lot: a transaction for each mail takes longer than all else together.
            self._hear(flight.landed(flight.most - max(flight.most // _LOTS, 1)))
        if self._is_doubtful():
            self._hear(flight.landed(0))
            return 1
        return flight.room

    def _is_over(self) -> bool:
        return self._is_away() or self._stopping()

    def _is_doubtful(self) -> bool:
        return bool(self._setbacks or self._holds)

    def _is_away(self) -> bool:
        return self._setbacks >= self._settings.setbacks_in_row

    def _hold(self, now: datetime) -> None:
        self._holds += 1
        self._left_alone = (now, until := now + hold_after(self._holds, self._asked))
        _events.warning(
            "the mailer takes nothing now; the rest waits",
            mailer=self._mailer.name,
            until=until.isoformat(timespec="seconds"),
        )

    def _hear(self, answers: Iterable[Answer]) -> None:
        """Take answers in: what they say of the mailer, and the log."""
        for answer in answers:
            self._answers.append(answer)
            self._count(answer, self._began[0] + timedelta(seconds=self._monotonic() - self._began[1]))
            if answer.is_setback:
                self._setbacks += 1
                if answer.retry_after_s is not None:
                    self._asked = max(self._asked or timedelta(0), timedelta(seconds=answer.retry_after_s))
            elif answer.kind != "withheld" and not self._is_away():
                # Who fails fails fast: what was begun before and is answered later says nothing of the next.
                self._setbacks = self._holds = 0
            if answer.error is not None:
                self._note(answer, answer.error)
            elif answer.kind == "accepted":
                self._accepted += 1
                sent = answer.claimed
                _events.info(
                    "a mail went out",
                    digest=sent.digest_id,
                    delivery=sent.delivery_id,
                    jobs=sent.jobs,
                    mailer=self._mailer.name,
                )

    def _keep(self, answer: Answer, now: datetime) -> None:
        store, key = self._deliveries, (answer.claimed.delivery_id, answer.claimed.attempt)
        match answer.kind:
            case "refused":
                store.refused(*key, answer.reason, now, answer.fault or "message")
            case "withheld":
                store.withheld(*key, answer.reason, now)
            case "lost":
                store.lost(*key, answer.reason, now)
            case "deferred":
                asked = None if answer.retry_after_s is None else timedelta(seconds=answer.retry_after_s)
                wait = wait_after(answer.claimed.attempt, asked)
                store.deferred(*key, answer.reason, now, wait, answer.fault or "away")

    def _note(self, answer: Answer, error: Exception) -> None:
        """Log what became of a delivery, the same reason at most once a minute; a traceback only where it is a bug."""
        event = "a mailer failed" if answer.bug else LOGGED_AS[answer.kind]
        reason = redacted(error)
        if not self._throttle.passes((event, reason)):
            return
        say = _events.error if answer.is_fault_of_settings else _events.warning
        say(
            event,
            delivery=answer.claimed.delivery_id,
            mailer=self._mailer.name,
            reason=reason,
            attempts=answer.claimed.attempt,
            exc_info=error if answer.bug else None,
        )

    def _settle_doubts(self, now: datetime) -> None:
        """Ask a mailer that remembers; one that does not leaves its doubts to signed events and operators."""
        if not isinstance(self._mailer, Ledger):
            return
        for doubt in self._deliveries.doubts(self._mailer.name, _MOST_DOUBTS):
            self._settle(doubt, self._mailer, now)

    def _settle(self, doubt: UnknownDelivery, ledger: Ledger, now: datetime) -> None:
        try:
            receipt = ledger.find(doubt.delivery_id)
        except MailUnknownError:
            return
        if receipt is None:
            useful = doubt.due_at > now - self._settings.give_up_after
            self._deliveries.disproved(doubt, now, resend=useful)
        else:
            self._deliveries.accepted([(doubt.delivery_id, doubt.attempt, receipt)], now)

"""Delivering: claimed, begun, handed over, settled; each step committed before the next."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from services.notifier.domain.delivery import wait_after
from services.notifier.ports import (
    ClaimedDelivery,
    DeliveryStore,
    Doubt,
    Ledger,
    MailDeferredError,
    Mailer,
    MailRefusedError,
    MailUnknownError,
)
from services.notifier.settings import NotifierSettings
from services.runtime.privacy import told

_events = structlog.get_logger(__name__)
_SAY_AGAIN_S = 60.0


class Courier:
    """Hands deliveries to a mailer and keeps what became of each."""

    def __init__(
        self,
        deliveries: DeliveryStore,
        mailer: Mailer,
        settings: NotifierSettings,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deliveries = deliveries
        self._mailer = mailer
        self._settings = settings
        self._monotonic = monotonic
        self._said_at: dict[tuple[str, str], float] = {}

    def deliver(self, now: datetime) -> None:
        """Settle doubts, then hand over what waits, as far as one tick goes. Raises UnavailableError."""
        settings = self._settings
        self._deliveries.sweep(now, now - settings.give_up_after)
        self._settle_doubts(now)
        left, deferred = settings.deliveries_a_tick, 0
        while left > 0:
            most = min(left, settings.deliveries_at_once)
            claimed = self._deliveries.claim(settings.worker, self._mailer.name, now, settings.claim_lease, most)
            if not claimed:
                return
            left -= len(claimed)
            for one in claimed:
                if deferred >= settings.deferrals_in_row:
                    self._deliveries.put_back(one, now)
                elif self._hand_over(one, now):
                    deferred += 1
                else:
                    deferred = 0
            if deferred >= settings.deferrals_in_row:
                _events.warning("the mailer takes nothing now; the rest waits", mailer=self._mailer.name)
                return

    def _hand_over(self, claimed: ClaimedDelivery, now: datetime) -> bool:
        """Send one; whether the mailer put it off."""
        delivery_id, attempt = claimed.delivery_id, claimed.attempt
        if not self._deliveries.begin(claimed, now, self._settings.send_lease):
            return False
        try:
            receipt = self._mailer.send(claimed.email)
        except MailDeferredError as error:
            self._note("a mail was deferred", claimed, error)
            asked = None if error.retry_after_s is None else timedelta(seconds=error.retry_after_s)
            self._deliveries.deferred(delivery_id, attempt, str(error), now, wait_after(attempt, asked))
            return True
        except MailRefusedError as error:
            self._note("a mail was refused", claimed, error)
            self._deliveries.refused(delivery_id, attempt, str(error), now)
        except MailUnknownError as error:
            self._note("nobody knows whether a mail went out", claimed, error)
            self._deliveries.lost(delivery_id, attempt, str(error), now)
        except Exception as error:
            # A bug of a mailer may have come before or after its request: that is exactly not knowing.
            self._note("a mailer failed", claimed, error, bug=error)
            self._deliveries.lost(delivery_id, attempt, f"the mailer failed: {type(error).__name__}", now)
        else:
            self._deliveries.accepted(delivery_id, attempt, receipt, now)
        return False

    def _note(self, event: str, claimed: ClaimedDelivery, error: Exception, *, bug: Exception | None = None) -> None:
        """Log what became of a delivery, the same reason at most once a minute; a traceback only where it is a bug."""
        reason, now = told(error), self._monotonic()
        self._said_at = {said: at for said, at in self._said_at.items() if now - at < _SAY_AGAIN_S}
        if (event, reason) in self._said_at:
            return
        self._said_at[event, reason] = now
        _events.warning(
            event,
            delivery=claimed.delivery_id,
            mailer=self._mailer.name,
            reason=reason,
            attempts=claimed.attempt,
            exc_info=bug,
        )

    def _settle_doubts(self, now: datetime) -> None:
        """Ask a mailer that remembers; one that does not leaves its doubts to signed events and operators."""
        if not isinstance(self._mailer, Ledger):
            return
        for doubt in self._deliveries.doubts(self._mailer.name, self._settings.deliveries_a_tick):
            self._settle(doubt, self._mailer, now)

    def _settle(self, doubt: Doubt, ledger: Ledger, now: datetime) -> None:
        try:
            receipt = ledger.find(doubt.delivery_id)
        except MailUnknownError:
            return
        if receipt is None:
            useful = doubt.due_at > now - self._settings.give_up_after
            self._deliveries.disproved(doubt, now, resend=useful)
        else:
            self._deliveries.accepted(doubt.delivery_id, doubt.attempt, receipt, now)

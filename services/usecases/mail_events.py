"""What the mail provider tells of mails: taken once each, with all that follows, and the brake looked at."""

from datetime import datetime

from services.notifier.adapters.mail.sendgrid_events import (
    SIGNATURE,
    TIMESTAMP,
    NotEventsError,
    events_of,
    is_genuine,
)
from services.notifier.adapters.sql.digests.mail_events import SendingBrake, SqlMailEvents, TakenEvents
from services.runtime.errors import JobchimeError, UsageError
from services.usecases.installation import Installation

__all__ = ["SIGNATURE", "TIMESTAMP", "ForgedEventsError", "TakenEvents", "take"]


class ForgedEventsError(JobchimeError):
    """Events that the provider did not sign, or not of late, or that no key is there to check."""


def take(installation: Installation, body: bytes, signature: str, timestamp: str, now: datetime) -> TakenEvents:
    """Take a request of SendGrid's event webhook, whose body must be as it came.

    Raises ForgedEventsError, UsageError for a body that is no list of events, UnavailableError, after which the same
    may be sent again.
    """
    key = installation.settings.mail.sendgrid.event_key
    if not key or not is_genuine(body, signature, timestamp, key, now):
        raise ForgedEventsError("the events are not signed by the mail provider")
    try:
        events = events_of(body, now)
    except NotEventsError as error:
        raise UsageError(str(error)) from None
    taken = SqlMailEvents(installation.engine, installation.ids).take(events, now)
    SendingBrake(installation.engine).check_now(now)
    return taken

"""Whether readers fell silent all at once, as where a mail server loses what it takes, or all of it is taken for spam.

Neither is told by anybody else: SMTP says no more than that a mail was taken.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from schemas.sql.tables import subscribers
from schemas.sql.workers import measured_hours
from services.runtime.figures.hours import hour_of
from services.runtime.metrics import catalogue as listed

_MONTH: Final = timedelta(days=28)
_TO_READ: Final = timedelta(days=1)
"""A mail is given so long to be read."""
_NEW: Final = timedelta(weeks=1)
"""Who signed up so lately comes by to look at what they signed up for, whatever mails do."""
_MISSED: Final = 7
"""So many readers would have given a sign of life by what the month before was like, from which on it is no chance that
none did: once in a thousand times, if they do not depend on each other."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Of all readers."""

    since: datetime
    """When the last of them gave a sign of life: followed a link, came by, changed something."""
    mails: int
    """That were taken since, and are a day old."""
    expected: float
    """How many readers would have given one, of so many mails, by the month before."""


def read_silence(connection: Connection, now: datetime) -> Silence | None:
    """None where somebody gave a sign, or too few do to tell; in the caller's transaction."""
    seen = subscribers.c.seen_at
    last = connection.execute(select(func.max(seen)).where(seen <= now)).scalar_one()
    if last is None or now - last < _TO_READ:
        return None
    mails = _taken(connection, last, now - _TO_READ)
    before = _taken(connection, last - _MONTH, last)
    if not mails or not before:
        return None
    # Each of them once, however often they came: of the month this says too little rather than too much.
    came_by, joined = type_coerce(seen, BigInteger), type_coerce(subscribers.c.created_at, BigInteger)
    not_new = came_by - joined >= _NEW // timedelta(microseconds=1)
    readers = connection.execute(select(func.count()).where(seen.between(last - _MONTH, last), not_new)).scalar_one()
    expected = mails * min(1.0, int(readers) / before)
    return Silence(last, mails, expected) if expected >= _MISSED else None


def _taken(connection: Connection, after: datetime, until: datetime) -> int:
    """Mails that a mailer took in the hours that began then."""
    columns = measured_hours.c
    query = select(func.coalesce(func.sum(columns.number), 0)).where(
        columns.measure == listed.MAIL_ATTEMPTS.name, columns.part == "accepted"
    )
    return int(connection.execute(query.where(columns.hour > hour_of(after), columns.hour <= until)).scalar_one())

"""Whether complaints and bounces of late must stop the sending: counted in the store."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Select, select, union_all

from schemas.sql.tables import deliveries, mail_events
from services.notifier.domain.brake import (
    ACCEPTED_FOR_BOUNCES,
    ACCEPTED_FOR_COMPLAINTS,
    LEAST_BOUNCES,
    LEAST_COMPLAINTS,
    Tally,
    why_to_stop,
)
from services.runtime.pauses import SqlPauses
from services.runtime.sql.store import reading

_OUT = ("accepted", "delivered", "bounced")
_LOOKED_BACK = timedelta(days=30)
_CHECKED_EVERY = timedelta(minutes=1)


class SendingBrake:
    """Looks once a minute, and stops the sending where it must; a person has it go on again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pauses = SqlPauses(engine)
        self._looked_at: datetime | None = None

    def check(self, now: datetime) -> str | None:
        """Why it stopped the sending just now. Raises UnavailableError."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < _CHECKED_EVERY:
            return None
        self._looked_at = now
        return self.check_now(now)

    def check_now(self, now: datetime) -> str | None:
        """The same without waiting for the minute."""
        since = max(self._pauses.sending_resumed_at() or now - _LOOKED_BACK, now - _LOOKED_BACK)
        with reading(self._engine) as connection:
            why = why_to_stop(_tally(connection, since))
        if why is None or self._pauses.read().sending:
            return None
        self._pauses.stop_sending(why, now)
        return why


def _tally(connection: Connection, since: datetime) -> Tally:
    """What was due since then; the mails are only looked through where enough went wrong with them."""
    complaints = set(connection.execute(_events("spam", since)).scalars())
    bounces = set(connection.execute(_events("bounced", since)).scalars())
    refused = select(deliveries.c.delivery_id).where(
        deliveries.c.state == "failed", deliveries.c.due_at >= since, deliveries.c.fault == "mailbox"
    )
    bounces |= set(connection.execute(refused).scalars())
    if len(complaints) < LEAST_COMPLAINTS and len(bounces) < LEAST_BOUNCES:
        return Tally(0, 0, 0)
    newest = connection.execute(_newest(since)).scalars().all()
    recent = set(newest[:ACCEPTED_FOR_BOUNCES])
    return Tally(len(newest), len(complaints & set(newest)), len(bounces & recent))


def _events(kind: str, since: datetime) -> Select[tuple[str]]:
    return select(mail_events.c.delivery_id).where(mail_events.c.kind == kind, mail_events.c.at >= since)


def _newest(since: datetime) -> Select[tuple[str]]:
    """The mails last handed over, the newest first, by the index of states and due times."""
    columns = (deliveries.c.delivery_id, deliveries.c.due_at)
    refused = select(*columns).where(deliveries.c.state == "failed", deliveries.c.fault == "mailbox")
    each = [select(*columns).where(deliveries.c.state == state) for state in _OUT] + [refused]
    some = [
        query.where(deliveries.c.due_at >= since)
        .order_by(deliveries.c.due_at.desc())
        .limit(ACCEPTED_FOR_COMPLAINTS)
        .subquery()
        for query in each
    ]
    every = union_all(*(select(one.c.delivery_id, one.c.due_at) for one in some)).subquery()
    in_order = select(every.c.delivery_id).order_by(every.c.due_at.desc(), every.c.delivery_id)
    return in_order.limit(ACCEPTED_FOR_COMPLAINTS)

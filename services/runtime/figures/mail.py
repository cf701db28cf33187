"""What the store says of mails that did not go out: how many, why, since when. Nothing of a person is among it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from schemas.sql.tables import deliveries, suppressions
from services.runtime.privacy.redaction import without_people

FAULTS = ("settings", "away", "busy", "policy", "mailbox", "message", "withheld", "expired")
"""What may be wrong with an attempt, as the notifier names it; mails that are lost are counted by their state."""
LATELY = timedelta(days=1)
"""For how long mails that will not be tried again are told of."""
_WAITING = ("pending", "claimed", "sending")
_OVER = ("failed", "not_sent")


@dataclass(frozen=True, slots=True)
class MailFault:
    """Mails with which one thing is wrong."""

    fault: str
    waiting: bool
    """They are tried again; else it is over with them, within the last day."""
    mails: int
    since: datetime
    """When the first attempt of any of them failed."""
    last: datetime
    """When the last one did."""
    said: str
    """What the mail server said at the last, without people and secrets."""


@dataclass(frozen=True, slots=True)
class MailFigures:
    """How mails go out."""

    faults: tuple[MailFault, ...] = ()
    last_accepted: datetime | None = None
    suppressed: int = 0
    """Addresses that must not be mailed."""

    def waiting(self, fault: str) -> int:
        """How many mails wait after an attempt that failed so."""
        return sum(one.mails for one in self.faults if one.waiting and one.fault == fault)

    def over(self, fault: str) -> int:
        """How many were given up for it within the last day."""
        return sum(one.mails for one in self.faults if not one.waiting and one.fault == fault)


def read_mail_figures(connection: Connection, now: datetime) -> MailFigures:
    """By kind of fault, within the caller's transaction."""
    waiting = deliveries.c.state.in_(_WAITING)
    over = deliveries.c.state.in_(_OVER) & (deliveries.c.changed_at > now - LATELY)
    accepted = select(func.max(deliveries.c.accepted_at))
    suppressed = select(func.count()).select_from(suppressions).where(suppressions.c.lifted_at.is_(None))
    return MailFigures(
        faults=(*_faults(connection, waiting, waiting=True), *_faults(connection, over, waiting=False)),
        last_accepted=connection.execute(accepted).scalar_one_or_none(),
        suppressed=int(connection.execute(suppressed).scalar_one()),
    )


def _faults(connection: Connection, which: ColumnElement[bool], *, waiting: bool) -> list[MailFault]:
    own = which & deliveries.c.fault.is_not(None)
    since, last = func.min(deliveries.c.failing_since), func.max(deliveries.c.changed_at)
    query: Any = (
        select(deliveries.c.fault, func.count().label("mails"), since.label("since"), last.label("last"))
        .where(own)
        .group_by(deliveries.c.fault)
        .order_by(deliveries.c.fault)
    )
    found = []
    for row in connection.execute(query).all():
        newest = select(deliveries.c.reason).where(own, deliveries.c.fault == row.fault)
        said = connection.execute(newest.order_by(deliveries.c.changed_at.desc()).limit(1)).scalar_one()
        begun, words = row.since or row.last, without_people(said)
        found.append(MailFault(row.fault, waiting, int(row.mails), begun, row.last, words))
    return found

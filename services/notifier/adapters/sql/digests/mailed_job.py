"""The mails that held a job for somebody, each with what became of it and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select

from schemas.sql.tables import deliveries, digest_items, digests, mail_events
from services.notifier.adapters.sql.digests.digest_rows import chance_in
from services.notifier.domain.delivery import State
from services.runtime.sql.store import reading


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """What the mail provider told of a mail, while that is kept."""

    kind: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class MailedJob:
    """A mail that holds the job."""

    due_at: datetime
    subject: str
    place: int
    """Of the job in the mail, from 1 on."""
    near: bool
    score: float
    chance: float | None
    """None of a release that did not keep it."""
    state: State
    reason: str
    """Why its last attempt failed, or it was given up or cancelled; empty where it was not."""
    attempts: int
    mailer: str
    built_at: datetime
    failing_since: datetime | None
    accepted_at: datetime | None
    changed_at: datetime
    """When it came into its state."""
    events: tuple[ProviderEvent, ...]


def mails_with(engine: Engine, subscriber_id: str, posting_id: str) -> tuple[MailedJob, ...]:
    """Somebody's mails that hold a job, the newest first. Raises UnavailableError."""
    query = (
        select(digests.c.due_at, digests.c.subject)
        .add_columns(digest_items.c.rank, digest_items.c.kind, digest_items.c.score, digest_items.c.found_by)
        .add_columns(
            *(column for column in deliveries.c if column.name not in ("due_at", "digest_id", "subscriber_id"))
        )
        .join(digest_items, digest_items.c.digest_id == digests.c.digest_id)
        .join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .where(digests.c.subscriber_id == subscriber_id, digest_items.c.posting_id == posting_id)
        .order_by(digests.c.due_at.desc())
    )
    by_delivery: dict[str, list[ProviderEvent]] = {}
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        events = mail_events.c
        of_these = (events.subscriber_id == subscriber_id) & events.delivery_id.in_([row.delivery_id for row in rows])
        for event in connection.execute(select(mail_events).where(of_these).order_by(events.at, events.event_id)):
            by_delivery.setdefault(event.delivery_id, []).append(ProviderEvent(event.kind, event.at, event.reason))
    return tuple(_mailed(row, by_delivery.get(row.delivery_id, ())) for row in rows)


def _mailed(row: Row[Any], events: Sequence[ProviderEvent]) -> MailedJob:
    return MailedJob(
        due_at=row.due_at,
        subject=row.subject,
        place=row.rank + 1,
        near=row.kind == "near",
        score=row.score,
        chance=chance_in(row.found_by),
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        mailer=row.mailer or "",
        built_at=row.created_at,
        failing_since=row.failing_since,
        accepted_at=row.accepted_at,
        changed_at=row.changed_at,
        events=tuple(events),
    )

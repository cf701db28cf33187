"""What the store says of webhooks: how many there are of each kind, and which of their events should be out already."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select

from schemas.sql.webhooks import webhook_events, webhooks

WEBHOOK_STATES = ("unproven", "active", "failing", "shut")


@dataclass(frozen=True, slots=True)
class WebhookFigures:
    """How events go out."""

    webhooks: dict[str, int] = field(default_factory=dict)
    """By state; `failing`: active, and the last attempt failed."""
    overdue: int = 0
    """Events that are due and not posted."""
    overdue_since: datetime | None = None
    """When the first of them was due."""


def read_webhook_figures(connection: Connection, now: datetime) -> WebhookFigures:
    """Within the caller's transaction."""
    state = webhooks.c.state
    failing = (state == "active") & webhooks.c.failing_since.is_not(None)
    shown = case((failing, "failing"), else_=state)
    query = select(shown.label("state"), func.count().label("number")).where(state != "removed").group_by(shown)
    counts = {row.state: int(row.number) for row in connection.execute(query)}
    events = webhook_events.c
    in_hand = or_(events.lease.is_(None), events.lease <= now)
    late = (
        select(func.count().label("number"), func.min(events.not_before).label("since"))
        .join(webhooks, webhooks.c.webhook_id == events.webhook_id)
        .where(events.state == "waiting", events.not_before <= now, in_hand, state == "active")
    )
    row = connection.execute(late).one()
    return WebhookFigures(counts, int(row.number), row.since)

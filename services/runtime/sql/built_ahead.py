"""Digests that are built ahead of their hour: their mails wait for it, and for nothing else."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement

from schemas.sql.tables import deliveries
from services.runtime.sql.ran_ahead import CLOCKS_APART
from services.runtime.sql.store import Value

LONGEST_LEAD: Final = timedelta(hours=1) + CLOCKS_APART
"""What is due later than that was built by a clock that ran ahead; the settings allow an hour."""


def is_built_ahead(now: Value[datetime], furthest: Value[datetime]) -> ColumnElement[bool]:
    """Of a delivery: whether its hour has not come. `furthest`: `LONGEST_LEAD` from now."""
    # Letters are due at once, and microseconds apart.
    due_at, to_come = deliveries.c.due_at, deliveries.c.not_before > now
    return (deliveries.c.state == "pending") & to_come & (due_at > now) & (due_at <= furthest)

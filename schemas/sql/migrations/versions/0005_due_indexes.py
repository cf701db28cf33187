"""Indexes that lead straight to who is due, and to the delivery that is due first.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index(
        "ix_saved_searches_clocked",
        "saved_searches",
        ["next_due_at"],
        postgresql_where=sa.text("cadence <> 'instant' AND NOT paused"),
        sqlite_where=sa.text("cadence <> 'instant' AND paused = 0"),
    )
    op.create_index(
        "ix_saved_searches_instant",
        "saved_searches",
        ["served_cut", "next_due_at"],
        postgresql_where=sa.text("cadence = 'instant' AND NOT paused"),
        sqlite_where=sa.text("cadence = 'instant' AND paused = 0"),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at", "delivery_id"])

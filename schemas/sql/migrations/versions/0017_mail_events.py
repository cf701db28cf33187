"""Events of the mail provider, so that none counts twice; who suppressed an address, and who lifted that.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "mail_events",
        sa.Column("event_id", sa.Text(), primary_key=True, comment="the mail provider's own"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False, comment="empty where the provider does not say"),
        sa.Column("subscriber_id", sa.Text(), sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE")),
        sa.Column("reason", sa.Text(), nullable=False, comment="the provider's words, without people"),
        sa.Column("taken_at", Moment, nullable=False),
        comment="Events of the mail provider as they were taken, so that none counts twice; forgotten after a while.",
    )
    op.create_index("ix_mail_events_subscriber_id", "mail_events", ["subscriber_id"])
    op.create_index("ix_mail_events_taken_at", "mail_events", ["taken_at"])
    comment = "provider, mail server, or whoever of the operators did it; null: not known"
    op.add_column("suppressions", sa.Column("added_by", sa.Text(), comment=comment))
    op.add_column("suppressions", sa.Column("lifted_by", sa.Text(), comment="likewise"))

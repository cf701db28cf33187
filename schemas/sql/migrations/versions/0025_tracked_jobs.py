"""Jobs that subscribers saved or applied for, and what they wrote beside those that they called not relevant.

Written out in full: a migration says what was, whatever `schemas.sql.doors` becomes. Of what was said under the release
before it is not known of which posting.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "tracked_jobs",
        sa.Column(
            "subscriber_id",
            sa.Text(),
            sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("posting_id", sa.Text(), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False, comment="as it was when it was saved, like company and url"),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_on", sa.Text(), comment="an ISO date, by the reader's own clock; null: not applied for"),
        comment="Jobs that a subscriber saved or applied for; the posting itself may be forgotten before.",
    )
    said = "of the job that it was said of; null where not known"
    op.add_column("feedback", sa.Column("posting_id", sa.Text(), comment=said))
    op.add_column(
        "feedback", sa.Column("note", sa.Text(), comment="what the subscriber wrote beside it; null: nothing")
    )

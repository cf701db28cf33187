"""When somebody was told that a job which they saved is closed.

Of what is closed already nobody is told: it may have been for long.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    comment = "when a mail said that it is closed, or it was known; null: not yet"
    op.add_column("tracked_jobs", sa.Column("closed_told_at", sa.BigInteger(), comment=comment))
    op.get_bind().execute(
        sa.text(
            "UPDATE tracked_jobs SET closed_told_at = saved_at"
            " WHERE posting_id IN (SELECT posting_id FROM postings WHERE status = 'closed')"
        )
    )

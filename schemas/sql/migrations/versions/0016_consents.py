"""The ledger of consents. Whoever is subscribed was taken in by an operator, who answers for that.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before writes none:
of people whom it takes in meanwhile the ledger knows nothing until they say something themselves.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment, Serial

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column(
            "subscriber_id",
            sa.Text(),
            sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="given or withdrawn"),
        sa.Column("at", Moment, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False, comment="operator, page or one-click"),
        sa.Column(
            "wording", sa.Text(), nullable=False, comment="what was read when it was said; empty where nobody knows"
        ),
        sa.Column("why", sa.Text(), nullable=False, comment="why somebody left, if they said"),
        sqlite_autoincrement=True,
        comment="Each change of a subscriber's consent to be mailed; goes with the person.",
    )
    op.create_index("ix_consents_subscriber_id", "consents", ["subscriber_id"])
    op.get_bind().execute(
        sa.text(
            "INSERT INTO consents (subscriber_id, kind, at, origin, wording, why)"
            " SELECT subscriber_id, 'given', created_at, 'operator', '', '' FROM subscribers ORDER BY created_at"
        )
    )

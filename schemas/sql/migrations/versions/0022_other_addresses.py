"""Addresses that subscribers had before or asked for, by keyed hash.

Written out in full: a migration says what was, whatever `schemas.sql.doors` becomes. Of addresses left under the
release before nothing is known, so that letters to these in a folder of mails stay when the subscriber is erased.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "other_addresses",
        sa.Column(
            "subscriber_id",
            sa.Text(),
            sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("address_hash", sa.Text(), primary_key=True, comment="keyed hash of the folded address"),
        comment="Addresses that a subscriber had before or asked for:"
        " mails to these in a folder go with the subscriber.",
    )

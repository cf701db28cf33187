"""Which topics the store's positions count in, so that a topic made anew is not taken for the old one.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "known_topics",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False, comment="which Kafka gave it when it was made"),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_known_topics")),
        comment="The topics on the cluster that this store belongs to.",
    )
    op.add_column(
        "positions",
        sa.Column(
            "base",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="what is added to the offsets of the present topic, so that positions only grow",
        ),
    )

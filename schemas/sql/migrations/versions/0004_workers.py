"""What each worker says of itself.

Written out in full: a migration says what was, whatever `schemas.sql.workers` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False, comment="it said goodbye"),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is not ready"),
        sa.Column("handled", sa.BigInteger(), nullable=False, comment="records, since it started"),
        sa.Column("per_second", sa.Float(), nullable=False),
        sa.Column("lag", sa.BigInteger(), nullable=False, comment="of the partitions that it has"),
        sa.Column("dead", sa.BigInteger(), nullable=False, comment="dead letters, since it started"),
        sa.Column(
            "freshness_s", sa.Float(), nullable=True, comment="the median age of what it last handled, since its fetch"
        ),
        sa.Column("last_error", sa.Text(), nullable=True, comment="without addresses"),
        sa.Column("last_error_at", sa.BigInteger(), nullable=True),
        sa.Column("probes", sa.Text(), nullable=True, comment="host:port of its /metrics"),
        sa.PrimaryKeyConstraint("service", "worker", name=op.f("pk_workers")),
        comment="What each worker says of itself every few seconds; old rows go.",
    )

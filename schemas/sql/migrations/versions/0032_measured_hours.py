"""What processes counted and measured by the hour.

Written out in full: a migration says what was, whatever `schemas.sql.workers` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "measured_hours",
        sa.Column(
            "measure", sa.Text(), nullable=False, comment="the name of a metric, or of what is counted elsewhere"
        ),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False, comment="when it began"),
        sa.Column(
            "part",
            sa.Text(),
            nullable=False,
            comment="a label's value, a source, the upper bound of a bucket; or empty",
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "hour", "part", name=op.f("pk_measured_hours")),
        comment="What processes counted and measured by the hour, nothing of a person; forgotten after 400 days.",
    )

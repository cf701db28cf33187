"""What operators do by the console.

Written out in full: a migration says what was, whatever `schemas.sql.workers` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "operator_acts",
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False, comment="as the console knows them"),
        sa.Column("act", sa.Text(), nullable=False, comment="such as pause, replay, reveal"),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="a service, a source, a letter or the id of a person; no address",
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_operator_acts")),
        comment="What was done by the console, by whom and when; kept for a year.",
    )
    op.create_index(op.f("ix_operator_acts_at"), "operator_acts", ["at"])

"""Leases on what only one process may do.

Written out in full: a migration says what was, whatever `schemas.sql.workers` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False, comment="a process"),
        sa.Column(
            "until", sa.BigInteger(), nullable=False, comment="by the clock of the store; others may take it then"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        comment="Who may do what only one process at a time may do.",
    )

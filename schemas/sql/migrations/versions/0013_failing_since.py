"""Since when workers and sources fail.

Written out in full: a migration says what was, whatever `schemas.sql` becomes. The release before writes neither, and
a worker or source of which neither is known fails since nobody knows when.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "workers",
        sa.Column("last_error_since", sa.BigInteger(), comment="when it first failed since it last worked"),
    )
    op.add_column("sources", sa.Column("failing_since", sa.BigInteger(), comment="its first failure in the row"))

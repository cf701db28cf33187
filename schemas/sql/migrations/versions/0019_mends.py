"""What an operator must do before a worker goes on.

Written out in full: a migration says what was, whatever `schemas.sql.workers` becomes. The release before writes none,
which is to say that the worker goes on by itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "workers",
        sa.Column("mend", sa.Text(), comment="what must be done before it goes on; null: it goes on by itself"),
    )

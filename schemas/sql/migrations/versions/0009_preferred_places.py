"""Places that a saved search prefers.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before writes and
reads none, which is to say that none are preferred.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "saved_searches",
        sa.Column("preferred_places", sa.Text(), comment="a JSON list of codes, which decide order alone; null: none"),
    )

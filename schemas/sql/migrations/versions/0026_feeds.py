"""The secret address of a search's feed.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    said = "what the secret address of its feed ends in; null: it has none"
    op.add_column("saved_searches", sa.Column("feed_key", sa.Text(), comment=said))
    op.create_index("ix_saved_searches_feed_key", "saved_searches", ["feed_key"])

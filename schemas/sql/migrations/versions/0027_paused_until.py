"""Until when somebody pauses who said so.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. Who paused under the release
before goes on when they say so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    said = "when who is paused goes on by themself; null: not before they say so"
    op.add_column("subscribers", sa.Column("paused_until", sa.BigInteger(), comment=said))

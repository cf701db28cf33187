"""How many postings matched in what a digest closed, by day: the plot of a week reads it.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before writes no
counts, which is to say that they are not known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "digests",
        sa.Column(
            "matched", sa.Text(), comment="a JSON object: postings that matched, by the reader's day; null: not known"
        ),
    )

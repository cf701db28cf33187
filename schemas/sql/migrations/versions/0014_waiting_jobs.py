"""Jobs that wait for room in a digest of their search.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before writes and
reads none; what it sends of those that wait is remembered as sent, so that none of them comes twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "saved_searches",
        sa.Column(
            "waiting",
            sa.LargeBinary(),
            comment="ids of postings for which digests had no room, best first, JSON, zlib",
        ),
    )

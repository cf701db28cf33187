"""Who was erased, by an id that names nobody any more.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. Of those whom the release before
erases nothing is kept, so that a backup of before gives them back.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("subscriber_id", sa.Text(), primary_key=True),
        sa.Column("since", Moment, nullable=False, comment="when they were taken in"),
        sa.Column("erased_at", Moment, nullable=False),
        comment="Who was erased, by an id that names nobody any more: a restored backup of before erases them again.",
    )
    op.create_index("ix_erasures_erased_at", "erasures", ["erased_at"])

"""What a link of a mail changed of a search, until its owner has seen it: a mail may have been passed on.

The release before writes and reads none: of what its links change nobody is told, as before.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    linked_at = "when a link of a mail last changed its criteria; null: its owner knows, or none did"
    op.add_column("saved_searches", sa.Column("linked_at", Moment(), comment=linked_at))
    before_link = "the criteria before the first such change, JSON"
    op.add_column("saved_searches", sa.Column("before_link", sa.Text(), comment=before_link))

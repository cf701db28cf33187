"""The digest that last brought a search's jobs: kept beside the rows that tell of it, so that their loss is noticed.

The release before writes none; what it leaves is of an earlier digest, whose rows are there as well.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    comment = "the due time of the last digest that brought it jobs; null: there was none, or nobody knows"
    op.add_column("saved_searches", sa.Column("mailed_due_at", Moment(), comment=comment))

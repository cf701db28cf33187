"""How choosy the mails of a subscriber are.

The release before writes and reads none, which is to say that all are as is usual.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    selectivity = "how choosy their mails are: strict, wide or all; null: as is usual"
    op.add_column("subscribers", sa.Column("selectivity", sa.Text(), comment=selectivity))

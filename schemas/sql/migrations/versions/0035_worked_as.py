"""The roles that a subscriber has had.

The release before writes and reads none, which is to say that nobody says them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    worked_as = "a JSON list of the roles that they have had; null: they do not say"
    op.add_column("subscribers", sa.Column("worked_as", sa.Text(), comment=worked_as))

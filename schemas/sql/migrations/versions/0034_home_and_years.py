"""Where a subscriber lives, and for how many years they have done their work.

The release before writes and reads neither, which is to say that nobody says them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    home = 'where they live: "Cambridge, US-MA", "US-MA" or "US"; null: they do not say'
    op.add_column("subscribers", sa.Column("home", sa.Text(), comment=home))
    years = "for which they have done the work that they look for; null: they do not say"
    op.add_column("subscribers", sa.Column("years", sa.Integer(), comment=years))

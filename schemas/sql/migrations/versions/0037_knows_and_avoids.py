"""What a subscriber can do, and what they would rather not do, in their words.

The release before writes and reads none, which is to say that nobody says them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    knows = "a JSON list of what they say that they can do; null: they do not say"
    avoids = "a JSON list of what they would rather not do; null: they do not say"
    op.add_column("subscribers", sa.Column("knows", sa.Text(), comment=knows))
    op.add_column("subscribers", sa.Column("avoids", sa.Text(), comment=avoids))

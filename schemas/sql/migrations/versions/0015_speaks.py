"""Languages that a subscriber speaks.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before writes and
reads none, which is to say that nobody is refused a job for its language.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column(
        "subscribers",
        sa.Column(
            "speaks",
            sa.Text(),
            comment='a JSON list of languages such as "de:working"; null: they do not say',
        ),
    )

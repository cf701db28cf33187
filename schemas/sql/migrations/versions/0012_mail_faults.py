"""What was wrong with attempts to hand a mail over, and suppressions that an operator has lifted.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes. The release before writes and
reads none of it: its failed attempts have no kind, and what was lifted stays suppressed for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column("fault", sa.Text(), comment="what was wrong with the last attempt, by kind; null: nothing"),
    )
    op.add_column(
        "deliveries",
        sa.Column("failing_since", sa.BigInteger(), comment="when the first of its attempts failed; null: none did"),
    )
    op.add_column(
        "suppressions",
        sa.Column(
            "lifted_at",
            sa.BigInteger(),
            comment="when an operator allowed mails to it again; null: it must not be mailed",
        ),
    )
    op.add_column("suppressions", sa.Column("lifted_because", sa.Text()))

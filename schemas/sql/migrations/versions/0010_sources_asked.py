"""What an operator sees of a source: since when it is being asked, how often it hung, a listing that shrank, its notes.

Written out in full: a migration says what was, whatever `schemas.sql.ingest` becomes. The release before writes and
reads none of them, which is to say that they are not known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_COLUMNS = ("asked_since", "hangs", "notes", "shrunk", "shrunk_accepted")


def upgrade() -> None:
    op.add_column(
        "sources", sa.Column("asked_since", sa.BigInteger(), comment="when the poll in hand began; null: none is")
    )
    op.add_column("sources", sa.Column("hangs", sa.Integer(), comment="polls in a row that ran out of time"))
    op.add_column("sources", sa.Column("notes", sa.Text(), comment="what there was to say of its last poll"))
    op.add_column(
        "sources", sa.Column("shrunk", sa.Text(), comment="how its complete listing shrank, a JSON object; null: not")
    )
    op.add_column(
        "sources",
        sa.Column(
            "shrunk_accepted", sa.BigInteger(), comment="an operator's word for the shrinking that began at this time"
        ),
    )

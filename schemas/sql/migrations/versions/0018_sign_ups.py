"""Sign-ups that wait for their confirmation, links that sign in, sessions, and the letters that carry such links.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

from schemas.sql.base import Moment, Serial

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "sign_ups",
        sa.Column("token_hash", sa.Text(), primary_key=True, comment="of what stands in the link that confirms it"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False, unique=True, comment="one at a time for an address"),
        sa.Column("wanted", sa.Text(), nullable=False, comment="profile and search, a JSON object"),
        sa.Column("wording", sa.Text(), nullable=False, comment="what stands beside the button that confirms it"),
        sa.Column("expires_at", Moment, nullable=False),
        comment="What somebody wished for whose address nobody has confirmed yet.",
    )
    op.create_index("ix_sign_ups_expires_at", "sign_ups", ["expires_at"])
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.Text(), primary_key=True),
        _person(),
        sa.Column("expires_at", Moment, nullable=False),
        comment="Links that sign somebody in, once.",
    )
    op.create_index("ix_sign_in_links_subscriber_id", "sign_in_links", ["subscriber_id"])
    op.create_index("ix_sign_in_links_expires_at", "sign_in_links", ["expires_at"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), primary_key=True),
        _person(),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False, comment="what the browser calls itself, to tell sessions apart"),
    )
    op.create_index("ix_sessions_subscriber_id", "sessions", ["subscriber_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "letters",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sqlite_autoincrement=True,
        comment="When an address was mailed a link of late, so that nobody can flood it; forgotten after a day.",
    )
    op.create_index("ix_letters_address_hash", "letters", ["address_hash"])
    op.create_index("ix_letters_at", "letters", ["at"])


def _person() -> "sa.Column[str]":
    return sa.Column(
        "subscriber_id", sa.Text(), sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False
    )

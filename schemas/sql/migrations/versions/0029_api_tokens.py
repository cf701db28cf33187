"""Tokens by which programs of a subscriber use the API.

Written out in full: a migration says what was, whatever `schemas.sql.doors` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("token_hash", sa.Text(), primary_key=True, comment="of the token, of which the store knows no more"),
        sa.Column(
            "subscriber_id", sa.Text(), sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="as its owner calls it"),
        sa.Column("scopes", sa.Text(), nullable=False, comment="what it may do, a JSON list"),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_on", sa.Text(), comment="the ISO date of its last use, UTC; null: not used yet"),
        comment="Tokens by which programs of a subscriber use the API.",
    )
    op.create_index("ix_api_tokens_subscriber_id", "api_tokens", ["subscriber_id"])
    op.create_index("ix_api_tokens_expires_at", "api_tokens", ["expires_at"])

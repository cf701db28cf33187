"""Sources, the items that they showed, and their faults.

Written out in full: a migration says what was, whatever `schemas.sql.ingest` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("next_due", sa.BigInteger(), nullable=False),
        sa.Column("last_attempt", sa.BigInteger(), nullable=True),
        sa.Column("last_success", sa.BigInteger(), nullable=True),
        sa.Column("listed_at", sa.BigInteger(), nullable=True, comment="its last listing that arrived whole"),
        sa.Column("settled_at", sa.BigInteger(), nullable=True, comment="the end of its backlog"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="in a row"),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("validates", sa.Text(), nullable=True, comment="the request that etag and last_modified belong to"),
        sa.Column("counts", sa.Text(), nullable=False, comment="of the last success, a JSON object"),
        sa.Column("claimed_by", sa.Text(), nullable=True, comment="the worker that polls it"),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_sources")),
        comment="How each source fares; those that left the settings keep their row.",
    )
    op.create_table(
        "source_items",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False, comment="complete listings in a row that lacked it"),
        sa.Column("item", sa.LargeBinary(), nullable=True, comment="as last seen, JSON, zlib; none once closed"),
        sa.PrimaryKeyConstraint("source", "source_id", name=op.f("pk_source_items")),
        comment="What each source has shown, so that only new and changed items go out.",
    )
    op.create_index(op.f("ix_source_items_is_open_ends_at"), "source_items", ["is_open", "ends_at"], unique=False)
    op.create_table(
        "source_faults",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False, comment="a digest"),
        sa.Column("last_met", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "fault", name=op.f("pk_source_faults")),
        comment="Faults that have their dead letter already.",
    )

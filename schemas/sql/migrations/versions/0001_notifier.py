"""Criteria, matches, windows, subscribers, digests and deliveries.

Written out in full: a migration says what was, whatever `schemas.sql.tables` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _shared()
    _criteria_and_matches()
    _people()
    _digests()


def _shared() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
        comment="The last number given of each dense series; a row lock orders those who draw one.",
    )
    op.create_table(
        "flags",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flags")),
        comment="What operators switch, such as sending_paused.",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False, comment="a JSON object"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        comment="Records to publish, written in the transaction that they tell of; gone once published.",
        sqlite_autoincrement=True,
    )


def _criteria_and_matches() -> None:
    op.create_table(
        "criteria",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False, comment="dense uint32, never reused"),
        sa.Column("criteria_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="the canonical form, JSON"),
        sa.Column("members", sa.Integer(), nullable=False, comment="saved searches that use it; none: removed"),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("key >= 0 AND key < 4294967296", name=op.f("ck_criteria_uint32")),
        sa.CheckConstraint("members >= 0", name=op.f("ck_criteria_members")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_criteria")),
        sa.UniqueConstraint("criteria_id", name=op.f("uq_criteria_criteria_id")),
    )
    op.create_table(
        "cuts",
        sa.Column("cut", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("positions", sa.Text(), nullable=False, comment="a JSON object: position by partition"),
        sa.PrimaryKeyConstraint("cut", name=op.f("pk_cuts")),
    )
    op.create_index(op.f("ix_cuts_taken_at"), "cuts", ["taken_at"], unique=False)
    op.create_table(
        "positions",
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="one past the last offset stored"),
        sa.PrimaryKeyConstraint("partition", name=op.f("pk_positions")),
    )
    op.create_table(
        "postings",
        sa.Column("posting_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False, comment="the earliest of all versions"),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="a PostingCore, JSON, zlib"),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_postings")),
        comment="The newest version of each posting that came in matches.v1.",
    )
    op.create_index(op.f("ix_postings_stored_at"), "postings", ["stored_at"], unique=False)
    op.create_table(
        "matches",
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("posting_id", sa.Text(), nullable=False),
        sa.Column(
            "matched",
            sa.LargeBinary(),
            nullable=False,
            comment="schemas.keys.pack of the keys first matched by this record",
        ),
        sa.Column("near", sa.LargeBinary(), nullable=False, comment="likewise, of the nearly matched"),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.posting_id"], name=op.f("fk_matches_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("partition", "offset", name=op.f("pk_matches")),
        comment="One row a record of matches.v1, less the keys that earlier records gave for its posting.",
    )
    op.create_index(op.f("ix_matches_posting_id"), "matches", ["posting_id"], unique=False)


def _people() -> None:
    op.create_table(
        "subscribers",
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False, comment="keyed hash of the folded address"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="active or paused; the erased have no row"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("built_by", sa.Text(), nullable=True, comment="the worker that builds this subscriber's digest"),
        sa.Column("build_lease", sa.BigInteger(), nullable=True, comment="until when"),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_subscribers_address_hash")),
    )
    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.Text(), nullable=False, comment="keyed hash of the folded address"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppressions")),
        comment="Addresses that must not be mailed; outlives the subscriber.",
    )
    op.create_table(
        "feedback",
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="hidden_company or not_relevant"),
        sa.Column("value", sa.Text(), nullable=False, comment="a folded company name, or a cluster key"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.subscriber_id"], name=op.f("fk_feedback_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "kind", "value", name=op.f("pk_feedback")),
    )
    op.create_table(
        "saved_searches",
        sa.Column("search_id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False, comment="0 to 23, local"),
        sa.Column("weekday", sa.Integer(), nullable=True, comment="0 is Monday; weekly alone"),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column(
            "served_cut",
            sa.BigInteger(),
            nullable=False,
            comment="the cut up to which it was served; 0 is the beginning",
        ),
        sa.Column("next_due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("hour >= 0 AND hour < 24", name=op.f("ck_saved_searches_hour")),
        sa.ForeignKeyConstraint(["key"], ["criteria.key"], name=op.f("fk_saved_searches_key")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.subscriber_id"],
            name=op.f("fk_saved_searches_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("search_id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("subscriber_id", "name", name=op.f("uq_saved_searches_subscriber_id_name")),
    )
    op.create_index(op.f("ix_saved_searches_key"), "saved_searches", ["key"], unique=False)
    op.create_index(op.f("ix_saved_searches_next_due_at"), "saved_searches", ["next_due_at"], unique=False)
    op.create_index(op.f("ix_saved_searches_subscriber_id"), "saved_searches", ["subscriber_id"], unique=False)


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("digest_id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False, comment="digest or hold"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was held"),
        sa.Column("instant", sa.Boolean(), nullable=False, comment="took in an instant search"),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=True,
            comment="the email as first rendered, JSON, zlib; dropped by retention",
        ),
        sa.Column("dropped", sa.LargeBinary(), nullable=False, comment="candidates left out and why, JSON, zlib"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.subscriber_id"], name=op.f("fk_digests_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest_id", name=op.f("pk_digests")),
        sa.UniqueConstraint("subscriber_id", "due_at", name=op.f("uq_digests_subscriber_id_due_at")),
    )
    op.create_index(op.f("ix_digests_created_at"), "digests", ["created_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("digest_id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease", sa.BigInteger(), nullable=True, comment="until when the worker holds it"),
        sa.Column("mailer", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.digest_id"], name=op.f("fk_deliveries_digest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.subscriber_id"],
            name=op.f("fk_deliveries_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("digest_id", name=op.f("uq_deliveries_digest_id")),
    )
    op.create_index("ix_deliveries_state_not_before", "deliveries", ["state", "not_before"], unique=False)
    op.create_index(op.f("ix_deliveries_subscriber_id"), "deliveries", ["subscriber_id"], unique=False)
    op.create_table(
        "digest_items",
        sa.Column("digest_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="match or near"),
        sa.Column("posting_id", sa.Text(), nullable=False),
        sa.Column("cluster_key", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False, comment="searches and their reasons, a JSON list"),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.digest_id"], name=op.f("fk_digest_items_digest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest_id", "rank", name=op.f("pk_digest_items")),
    )
    op.create_table(
        "digest_searches",
        sa.Column("digest_id", sa.Text(), nullable=False),
        sa.Column("search_id", sa.Text(), nullable=False),
        sa.Column("from_cut", sa.BigInteger(), nullable=False),
        sa.Column("to_cut", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.digest_id"], name=op.f("fk_digest_searches_digest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest_id", "search_id", name=op.f("pk_digest_searches")),
    )

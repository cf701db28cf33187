"""Webhooks: where jobs are posted, what is posted, and each attempt.

Written out in full: a migration says what was, whatever `schemas.sql.webhooks` becomes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_WAITING = sa.text("state = 'waiting'")


def _person() -> sa.Column[str]:
    own = sa.ForeignKey("subscribers.subscriber_id", ondelete="CASCADE")
    return sa.Column("subscriber_id", sa.Text(), own, nullable=False)


def _webhook() -> sa.Column[str]:
    return sa.Column("webhook_id", sa.Text(), sa.ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.Text(), primary_key=True),
        _person(),
        sa.Column(
            "search_id",
            sa.Text(),
            sa.ForeignKey("saved_searches.search_id", ondelete="CASCADE"),
            comment="whose jobs are posted; null: of all searches",
        ),
        sa.Column("address", sa.Text(), nullable=False, comment="empty once it is removed"),
        sa.Column(
            "salt", sa.Text(), nullable=False, comment="what its secret is made of, with that of the installation"
        ),
        sa.Column("former_salt", sa.Text(), comment="of the secret before; null: there is none that counts"),
        sa.Column("former_until", sa.BigInteger(), comment="until when the secret before counts"),
        sa.Column("state", sa.Text(), nullable=False, comment="unproven, active, shut or removed"),
        sa.Column("why_shut", sa.Text(), comment="failing or gone; null: it is not"),
        sa.Column(
            "failing_since", sa.BigInteger(), comment="since when every attempt failed; null: the last one did not"
        ),
        sa.Column(
            "served_cut", sa.BigInteger(), nullable=False, comment="the cut up to which what matched was looked at"
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "webhook_events",
        sa.Column("event_id", sa.Text(), primary_key=True, comment="what receivers know it by"),
        _webhook(),
        _person(),
        sa.Column("kind", sa.Text(), nullable=False, comment="job.matched, webhook.ping or webhook.challenge"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, delivered, failed or cancelled"),
        sa.Column("body", sa.LargeBinary(), comment="what is posted, zlib; null once it is over"),
        sa.Column("challenge", sa.Text(), comment="what a challenge has to be answered by"),
        sa.Column("posting_id", sa.Text(), comment="of a job, like what follows"),
        sa.Column("title", sa.BigInteger(), comment="a hash of what same jobs have in common, to find them by"),
        sa.Column("cluster_key", sa.Text()),
        sa.Column("signature", sa.LargeBinary()),
        sa.Column("company", sa.Text(), comment="folded"),
        sa.Column("found_by", sa.Text(), comment="the searches that found it, a JSON list"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("lease", sa.BigInteger(), comment="until when the worker has it in hand"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        comment="What is posted to webhooks; of jobs it is known for a while that they were.",
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.Text(), sa.ForeignKey("webhook_events.event_id", ondelete="CASCADE"), nullable=False),
        _webhook(),
        _person(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), comment="of the answer; null: there was none"),
        sa.Column("answer", sa.Text(), nullable=False, comment="its first characters"),
        sa.Column("fault", sa.Text(), comment="why there was no answer: refused, slow or away"),
        sqlite_autoincrement=True,
    )
    for table, *columns in _INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    op.create_index("ix_webhook_events_title", "webhook_events", ["webhook_id", "title"])
    op.create_index("ix_webhook_events_posting", "webhook_events", ["webhook_id", "posting_id"])
    op.create_index(
        "ix_webhook_events_waiting",
        "webhook_events",
        ["not_before"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


_INDEXES = (
    ("webhooks", "subscriber_id"),
    ("webhooks", "search_id"),
    ("webhooks", "state", "served_cut"),
    ("webhook_events", "subscriber_id"),
    ("webhook_events", "created_at"),
    ("webhook_attempts", "event_id"),
    ("webhook_attempts", "webhook_id"),
    ("webhook_attempts", "subscriber_id"),
    ("webhook_attempts", "at"),
)

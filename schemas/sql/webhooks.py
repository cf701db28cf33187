"""The tables of webhooks: where subscribers have jobs posted, what is, and what came of it; gone with the person."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from schemas.sql.base import Moment, Serial, metadata

_WAITING = text("state = 'waiting'")

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Text, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "search_id",
        ForeignKey("saved_searches.search_id", ondelete="CASCADE"),
        index=True,
        comment="whose jobs are posted; null: of all searches",
    ),
    Column("address", Text, nullable=False, comment="empty once it is removed"),
    Column("salt", Text, nullable=False, comment="what its secret is made of, with that of the installation"),
    Column("former_salt", Text, comment="of the secret before; null: there is none that counts"),
    Column("former_until", Moment, comment="until when the secret before counts"),
    Column("state", Text, nullable=False, comment="unproven, active, shut or removed"),
    Column("why_shut", Text, comment="failing or gone; null: it is not"),
    Column("failing_since", Moment, comment="since when every attempt failed; null: the last one did not"),
    Column("served_cut", BigInteger, nullable=False, comment="the cut up to which what matched was looked at"),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_webhooks_state_served_cut", "state", "served_cut"),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("event_id", Text, primary_key=True, comment="what receivers know it by"),
    Column("webhook_id", ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False, comment="job.matched, webhook.ping or webhook.challenge"),
    Column("state", Text, nullable=False, comment="waiting, delivered, failed or cancelled"),
    Column("body", LargeBinary, comment="what is posted, zlib; null once it is over"),
    Column("challenge", Text, comment="what a challenge has to be answered by"),
    Column("posting_id", Text, comment="of a job, like what follows"),
    Column("title", BigInteger, comment="a hash of what same jobs have in common, to find them by"),
    Column("cluster_key", Text),
    Column("signature", LargeBinary),
    Column("company", Text, comment="folded"),
    Column("found_by", Text, comment="the searches that found it, a JSON list"),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("worker", Text),
    Column("lease", Moment, comment="until when the worker has it in hand"),
    Column("created_at", Moment, nullable=False, index=True),
    Column("changed_at", Moment, nullable=False),
    Index("ix_webhook_events_title", "webhook_id", "title"),
    Index("ix_webhook_events_posting", "webhook_id", "posting_id"),
    Index("ix_webhook_events_waiting", "not_before", sqlite_where=_WAITING, postgresql_where=_WAITING),
    comment="What is posted to webhooks; of jobs it is known for a while that they were.",
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("event_id", ForeignKey("webhook_events.event_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("webhook_id", ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("took_ms", Integer, nullable=False),
    Column("status", Integer, comment="of the answer; null: there was none"),
    Column("answer", Text, nullable=False, comment="its first characters"),
    Column("fault", Text, comment="why there was no answer: refused, slow or away"),
    sqlite_autoincrement=True,
)

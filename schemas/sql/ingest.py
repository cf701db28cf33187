"""Ingest's tables: what was seen of each source, and how it fares."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from schemas.sql.base import Moment, metadata

sources = Table(
    "sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("added_at", Moment, nullable=False),
    Column("next_due", Moment, nullable=False),
    Column("last_attempt", Moment),
    Column("last_success", Moment),
    Column("listed_at", Moment, comment="its last listing that arrived whole"),
    Column("settled_at", Moment, comment="the end of its backlog"),
    Column("failures", Integer, nullable=False, comment="in a row"),
    Column("last_error", Text),
    Column("failing_since", Moment, comment="its first failure in the row"),
    Column("format", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validates", Text, comment="the request that etag and last_modified belong to"),
    Column("counts", Text, nullable=False, comment="of the last success, a JSON object"),
    Column("claimed_by", Text, comment="the worker that polls it"),
    Column("claimed_until", Moment),
    Column("asked_since", Moment, comment="when the poll in hand began; null: none is"),
    Column("hangs", Integer, comment="polls in a row that ran out of time"),
    Column("notes", Text, comment="what there was to say of its last poll"),
    Column("shrunk", Text, comment="how its complete listing shrank, a JSON object; null: not"),
    Column("shrunk_accepted", Moment, comment="an operator's word for the shrinking that began at this time"),
    Column("giving", Text, comment="what its polls gave over time, a JSON object; null: nobody looked yet"),
    Column("giving_accepted", Moment, comment="when an operator said that it is right to give nothing new"),
    comment="How each source fares; those that left the settings keep their row.",
)

source_items = Table(
    "source_items",
    metadata,
    Column("source", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("format", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("backlog", Boolean, nullable=False),
    Column("posted_at", Moment),
    Column("expires_at", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("misses", Integer, nullable=False, comment="complete listings in a row that lacked it"),
    Column("item", LargeBinary, comment="as last seen, JSON, zlib; none once closed"),
    Index(None, "is_open", "ends_at"),
    comment="What each source has shown, so that only new and changed items go out.",
)

source_faults = Table(
    "source_faults",
    metadata,
    Column("source", Text, primary_key=True),
    Column("fault", Text, primary_key=True, comment="a digest"),
    Column("last_met", Moment, nullable=False),
    comment="Faults that have their dead letter already.",
)

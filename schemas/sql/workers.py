"""The tables of workers and operators: how workers fare, what they measured, and what operators did."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Table, Text

from schemas.sql.base import Moment, Serial, metadata

workers = Table(
    "workers",
    metadata,
    Column("service", Text, primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("stopped", Boolean, nullable=False, comment="it said goodbye"),
    Column("ready", Boolean, nullable=False),
    Column("reason", Text, comment="why it is not ready"),
    Column("mend", Text, comment="what must be done before it goes on; null: it goes on by itself"),
    Column("handled", BigInteger, nullable=False, comment="records, since it started"),
    Column("per_second", Float, nullable=False),
    Column("lag", BigInteger, nullable=False, comment="of the partitions that it has"),
    Column("dead", BigInteger, nullable=False, comment="dead letters, since it started"),
    Column("freshness_s", Float, comment="the median age of what it last handled, since its fetch"),
    Column("last_error", Text, comment="without addresses"),
    Column("last_error_since", Moment, comment="when it first failed since it last worked"),
    Column("last_error_at", Moment),
    Column("probes", Text, comment="host:port of its /metrics"),
    comment="What each worker says of itself every few seconds; old rows go.",
)


leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False, comment="a process"),
    Column("until", Moment, nullable=False, comment="by the clock of the store; others may take it then"),
    comment="Who may do what only one process at a time may do.",
)

operator_acts = Table(
    "operator_acts",
    metadata,
    Column("act_id", Serial, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("operator", Text, nullable=False, comment="as the console knows them"),
    Column("act", Text, nullable=False, comment="such as pause, replay, reveal"),
    Column("about", Text, nullable=False, comment="a service, a source, a letter or the id of a person; no address"),
    comment="What was done by the console, by whom and when; kept for a year.",
)

measured_hours = Table(
    "measured_hours",
    metadata,
    Column("measure", Text, primary_key=True, comment="the name of a metric, or of what is counted elsewhere"),
    Column("hour", Moment, primary_key=True, autoincrement=False, comment="when it began"),
    Column("part", Text, primary_key=True, comment="a label's value, a source, the upper bound of a bucket; or empty"),
    Column("number", BigInteger, nullable=False),
    comment="What processes counted and measured by the hour, nothing of a person; forgotten after 400 days.",
)

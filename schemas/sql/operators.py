"""The table of what operators did."""

from sqlalchemy import Column, Table, Text

from schemas.sql.base import Moment, Serial, metadata

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

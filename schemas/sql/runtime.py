"""The runtime's table: who does what only one worker may do."""

from sqlalchemy import Column, Table, Text

from schemas.sql.base import Moment, metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False, comment="a process"),
    Column("until", Moment, nullable=False, comment="by the clock of the store; others may take it then"),
    comment="Who may do what only one process at a time may do.",
)

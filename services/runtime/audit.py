"""What operators did by the console, kept for a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from schemas.sql.workers import operator_acts
from services.runtime.sql.store import reading, retried, writing

KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OperatorAct:
    """One thing that somebody did."""

    at: datetime
    operator: str
    act: str
    about: str


class SqlAudit:
    """The table of them. Raises UnavailableError where the store is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def append(self, done: OperatorAct) -> None:
        """Keep one."""
        row = {"at": done.at, "operator": done.operator, "act": done.act, "about": done.about}
        with writing(self._engine) as connection:
            connection.execute(insert(operator_acts), row)

    @retried
    def forget(self, now: datetime) -> int:
        """Drop what is older than a year; how many."""
        with writing(self._engine) as connection:
            return connection.execute(delete(operator_acts).where(operator_acts.c.at < now - KEPT)).rowcount

    def latest(self, most: int, about: Sequence[str] = ()) -> Sequence[OperatorAct]:
        """The newest first; only those `about` some, where these are named."""
        query = select(operator_acts).order_by(operator_acts.c.act_id.desc()).limit(most)
        if about:
            query = query.where(operator_acts.c.about.in_(about))
        with reading(self._engine) as connection:
            return [OperatorAct(row.at, row.operator, row.act, row.about) for row in connection.execute(query)]

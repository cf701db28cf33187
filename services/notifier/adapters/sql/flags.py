"""What operators switch."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select

from schemas.sql.tables import flags
from services.runtime.store import reading, retried, upsert, writing

_PAUSED = "sending_paused"


class SqlFlags:
    """Switches that every worker obeys at its next step."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def pause_sending(self, paused: bool, now: datetime) -> None:
        """Stop or resume handing over; digests are built all the same."""
        with writing(self._engine) as connection:
            row = upsert(connection, flags).values(name=_PAUSED, value=str(int(paused)), changed_at=now)
            given = {"value": row.excluded.value, "changed_at": row.excluded.changed_at}
            connection.execute(row.on_conflict_do_update(index_elements=[flags.c.name], set_=given))

    def sending_paused(self) -> bool:
        with reading(self._engine) as connection:
            return sending_paused(connection)


def sending_paused(connection: Connection) -> bool:
    """Whether an operator has stopped the handing over."""
    return connection.execute(select(flags.c.value).where(flags.c.name == _PAUSED)).scalar_one_or_none() == "1"

"""The outbox table behind the runtime's relay."""

import json
from collections.abc import Sequence

from sqlalchemy import Engine, delete, select

from schemas.sql.tables import outbox
from schemas.topics import CRITERIA
from services.notifier.adapters.sql.criteria.membership import post_newest
from services.notifier.adapters.sql.rows import chunks
from services.runtime.sql.relay import OutboxRow
from services.runtime.sql.store import reading, retried, writing


class SqlOutbox:
    """Records to publish. Rows of one key are in order: whoever writes one holds the lock on what it tells of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pending(self, limit: int) -> Sequence[OutboxRow]:
        """The first `limit` unpublished rows, by id. Raises UnavailableError."""
        query = select(outbox).order_by(outbox.c.id).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [OutboxRow(row.id, row.topic, row.key, row.value, json.loads(row.headers)) for row in rows]

    @retried
    def mark_published(self, ids: Sequence[int]) -> None:
        """Forget rows that are in the log. Raises UnavailableError."""
        with writing(self._engine) as connection:
            for some in chunks(ids):
                connection.execute(delete(outbox).where(outbox.c.id.in_(some)))

    @retried
    def post_again(self, rows: Sequence[OutboxRow]) -> None:
        """Post the newest state of the criteria that these rows tell of. Raises UnavailableError."""
        with writing(self._engine) as connection:
            post_newest(connection, [int(row.key) for row in rows if row.topic == CRITERIA.name])

"""Which topics the store belongs to, and how far it has come in matches.v1, in that topic's own offsets.

A position is `base` more than an offset. Where the topic is begun anew, the base is raised and the position stays: so
positions only grow, rows of the old topic keep theirs, and cuts and windows are never the wiser.
"""

from collections.abc import Mapping

from sqlalchemy import Engine, select, update

from schemas.sql.tables import known_topics, positions
from services.runtime.sql.store import reading, retried, upsert, writing


class SqlKnownTopics:
    """The store's side of the bargain. Everything raises UnavailableError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ids(self) -> dict[str, str]:
        """Topic ids by topic; those that were never looked at are left out."""
        with reading(self._engine) as connection:
            return {row.topic: row.topic_id for row in connection.execute(select(known_topics))}

    def next_offsets(self) -> dict[int, int]:
        """By partition of matches.v1: the first offset that is not stored yet; partitions without any are left out."""
        with reading(self._engine) as connection:
            return {row.partition: row.position - row.base for row in connection.execute(select(positions))}

    @retried
    def know(self, ids: Mapping[str, str]) -> None:
        """Belong to these topics, where nothing was known of them."""
        with writing(self._engine) as connection:
            for topic, topic_id in sorted(ids.items()):
                row = upsert(connection, known_topics).values(topic=topic, topic_id=topic_id)
                connection.execute(row.on_conflict_do_nothing())

    @retried
    def begin_anew(self, ids: Mapping[str, str], offsets: Mapping[int, int]) -> None:
        """Belong to these topics from now on, of matches.v1 from these offsets on, by partition."""
        with writing(self._engine) as connection:
            for topic, topic_id in sorted(ids.items()):
                row = upsert(connection, known_topics).values(topic=topic, topic_id=topic_id)
                given = {"topic_id": row.excluded.topic_id}
                connection.execute(row.on_conflict_do_update(index_elements=[known_topics.c.topic], set_=given))
            for partition, offset in sorted(offsets.items()):
                here = update(positions).where(positions.c.partition == partition)
                connection.execute(here.values(base=positions.c.position - offset))

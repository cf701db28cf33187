"""How far the store has come in matches.v1, and cuts of its positions.

A position is `base` more than an offset of the topic. Where the topic is begun anew, the base is raised and the
position stays: so positions only grow, rows of the old topic keep theirs, and cuts and windows are never the wiser.
Cuts are numbered so that a later number never lies before an earlier one in any partition.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, insert, select, update

from schemas.sql.tables import cuts, known_topics, positions
from services.notifier.adapters.sql.rows import chunks, draw, hold, to_json
from services.notifier.domain.windows import BEGINNING, Cut
from services.runtime.sql.store import reading, retried, upsert, writing

NEW_SEARCH_LOOKS_BACK = timedelta(days=7)
_SERIES = "cut"


def newest_cut(connection: Connection) -> Cut:
    """The last cut taken; the beginning before there is any."""
    row = connection.execute(select(cuts).order_by(cuts.c.cut.desc()).limit(1)).one_or_none()
    return BEGINNING if row is None else Cut(row.cut, _positions_of(row.positions))


def take_cut(connection: Connection, now: datetime) -> Cut:
    """Number the positions as they are; the newest cut again where none moved.

    The series' lock is taken before the positions are read: of two cuts the later number has seen all that the earlier
    saw. A position is advanced in the transaction that stores its records, and all positions are read by one
    statement, which sees committed rows only: so all records below a cut can be read by whoever knows the cut.
    """
    hold(connection, _SERIES, first=1)
    present, newest = present_positions(connection), newest_cut(connection)
    if present == newest.positions:
        return newest
    number = draw(connection, _SERIES, first=1)
    cut = Cut(number, present)
    written = to_json({str(partition): position for partition, position in cut.positions.items()})
    connection.execute(insert(cuts).values(cut=number, taken_at=now, positions=written))
    return cut


def cut_before(connection: Connection, moment: datetime) -> int:
    """The number of the last cut taken up to a moment; the beginning where there is none."""
    query = select(func.max(cuts.c.cut)).where(cuts.c.taken_at <= moment)
    return int(connection.execute(query).scalar_one() or BEGINNING.number)


def load_cuts(connection: Connection, numbers: Iterable[int]) -> dict[int, Cut]:
    """Cuts by number, the beginning among them. A number that is not kept any more stands for the beginning."""
    wanted = sorted(set(numbers))
    found = dict.fromkeys(wanted, BEGINNING)
    for some in chunks(wanted):
        for row in connection.execute(select(cuts).where(cuts.c.cut.in_(some))):
            found[row.cut] = Cut(row.cut, _positions_of(row.positions))
    return found


def present_positions(connection: Connection) -> dict[int, int]:
    """The positions by partition, as of one moment; those at the beginning are left out."""
    moved = select(positions).where(positions.c.position > 0)
    return {row.partition: row.position for row in connection.execute(moved)}


def _positions_of(text: str) -> dict[int, int]:
    return {int(partition): position for partition, position in json.loads(text).items()}


_NONE = "none, as it was set back"
"""In the place of the id of a topic."""


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
    def disown(self, topic: str) -> None:
        """Belong to no such topic any more, until `begin_anew`."""
        with writing(self._engine) as connection:
            row = upsert(connection, known_topics).values(topic=topic, topic_id=_NONE)
            given = {"topic_id": row.excluded.topic_id}
            connection.execute(row.on_conflict_do_update(index_elements=[known_topics.c.topic], set_=given))

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

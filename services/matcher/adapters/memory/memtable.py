"""The newest rows, not sorted yet."""

import numpy as np

from services.matcher.adapters.memory.columns import (
    SKILLS,
    Bools,
    Column,
    Columns,
    Growing,
    Scanned,
    empty_columns,
    pooled,
    scanned,
)
from services.matcher.adapters.memory.vocabulary import Row


class Memtable:
    """Some rows in the order in which they came, some of which are dead."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._columns = empty_columns(capacity)
        self._sections = np.empty(capacity, dtype=np.uint8)
        self._needs = np.zeros(capacity, dtype=np.uint32)
        self._alive = np.zeros(capacity, dtype=np.bool_)
        self._pool = Growing(np.uint32, [0])
        self._rows: dict[int, int] = {}
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def living(self) -> int:
        """How many rows live."""
        return len(self._rows)

    @property
    def is_full(self) -> bool:
        """Whether there is no place for another row."""
        return self._used == self._capacity

    @property
    def nbytes(self) -> int:
        """What it takes of the memory."""
        columns = (*self._columns, self._sections, self._needs, self._alive)
        return sum(column.nbytes for column in columns) + self._pool.nbytes + 100 * len(self._rows)

    @property
    def pool(self) -> Column:
        """The literals."""
        return self._pool.view

    @property
    def view(self) -> tuple[Scanned, Bools, Column]:
        """Columns, which rows live, and the two skills of `Columns.home` where it holds any."""
        columns = Columns(*(column[: self._used] for column in self._columns))
        return scanned(columns, self._used), self._alive[: self._used], self._needs[: self._used]

    def add(self, key: int, row: Row) -> None:
        """Add a row. The key must not live here, and there must be a place."""
        at, columns = self._used, self._columns
        columns.key[at] = key
        columns.pay[at] = row.pay
        columns.bits[at] = row.bits
        columns.place[at] = row.place
        columns.also[at] = row.also
        columns.home[at] = row.home
        columns.rank[at] = row.rank
        columns.rest[at] = 0
        if row.literals or row.manner:
            columns.rest[at] = len(self._pool)
            self._pool.extend(pooled(row.manner, row.literals))
        self._sections[at] = row.section
        self._needs[at] = row.home if row.section == SKILLS else 0
        self._alive[at] = True
        self._rows[key] = at
        self._used += 1

    def drop(self, key: int) -> None:
        """Let the row of a key be dead."""
        self._alive[self._rows.pop(key)] = False

    def taken(self) -> tuple[Columns, Column, Column]:
        """The columns and sections of the living rows, and their pool."""
        rows = np.flatnonzero(self._alive[: self._used])
        return Columns(*(column[rows] for column in self._columns)), self._sections[rows], self._pool.view

    def clear(self) -> None:
        """Forget all rows."""
        self._alive[:] = False
        self._pool = Growing(np.uint32, [0])
        self._rows.clear()
        self._used = 0

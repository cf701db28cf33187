"""The stored postings of some days, for backtests and previews; of some also as they were while they were open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final

from cachetools import LRUCache
from sqlalchemy import ColumnElement, Engine, and_, func, select

from schemas.codec import decode
from schemas.posting import PostingCore
from schemas.sql.tables import postings
from services.notifier.adapters.sql.rows import chunks, unsqueeze
from services.runtime.sql.store import bytewise, reading

_PAGE: Final = 5_000
_OPEN: Final[Mapping[str, Any]] = {"status": "open", "backlog": False}

Version = tuple[str, int]
"""The id of a posting, and which version of it."""


class SqlPastPostings:
    """Postings by when any version of them was first seen. Every method raises UnavailableError.

    Page by page, so that no transaction is held while the caller works.
    """

    def __init__(self, engine: Engine, *, page: int = _PAGE) -> None:
        self._engine = engine
        self._page = page

    def count(self, since: datetime, until: datetime) -> int:
        """How many were first seen after `since`, up to `until`."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(_seen_between(since, until))).scalar_one())

    def versions(self, since: datetime, until: datetime) -> Iterator[dict[str, int]]:
        """The ids of those, closed ones too, with their newest versions: pages in the order of their ids."""
        after = ""
        while True:
            with reading(self._engine) as connection:
                own = bytewise(connection, postings.c.posting_id)
                query = select(postings.c.posting_id, postings.c.version).where(
                    _seen_between(since, until), own > after
                )
                rows = connection.execute(query.order_by(own).limit(self._page)).all()
            if rows:
                yield {row.posting_id: row.version for row in rows}
            if len(rows) < self._page:
                return
            after = rows[-1].posting_id

    def read(self, posting_ids: Sequence[str]) -> Iterator[tuple[PostingCore, datetime]]:
        """The newest version of each, and when any version was first seen, in the order given; the unknown left out."""
        for some in chunks(posting_ids):
            query = select(postings.c.posting_id, postings.c.document, postings.c.seen_at)
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(postings.c.posting_id.in_(some))).all()
            by_id = {row.posting_id: row for row in rows}
            for row in (by_id[posting_id] for posting_id in some if posting_id in by_id):
                yield decode(PostingCore, unsqueeze(row.document)), row.seen_at

    def open_since(self, since: datetime) -> Iterator[list[PostingCore]]:
        """The newest versions of what is open and was stored since then: pages in the order of their ids.

        Whatever was seen since then is among them, as nothing is stored before it is seen.
        """
        after = ""
        while True:
            with reading(self._engine) as connection:
                own = bytewise(connection, postings.c.posting_id)
                stored = (postings.c.stored_at >= since, postings.c.status == "open", own > after)
                query = select(postings.c.posting_id, postings.c.document).where(*stored)
                rows = connection.execute(query.order_by(own).limit(self._page)).all()
            if rows:
                yield [decode(PostingCore, unsqueeze(row.document)) for row in rows]
            if len(rows) < self._page:
                return
            after = rows[-1].posting_id


class OpenedPostings:
    """Postings as they were while they were open, those asked for of late remembered; for many threads.

    Every method raises UnavailableError.
    """

    def __init__(self, stored: SqlPastPostings, most: int) -> None:
        """`most`: so many are remembered."""
        self._stored = stored
        self._remembered: LRUCache[Version, tuple[PostingCore, bool]] = LRUCache(most)
        self._lock = Lock()

    def of(self, versions: Iterable[Version]) -> list[tuple[PostingCore, bool]]:
        """These as far as they are the newest, in the order given, each with whether it is open still."""
        wanted = list(versions)
        with self._lock:
            known = {version: self._remembered[version] for version in wanted if version in self._remembered}
        if missing := [posting_id for posting_id, version in wanted if (posting_id, version) not in known]:
            known |= self._read(missing)
        return [known[version] for version in wanted if version in known]

    def still_open(self, posting_ids: Sequence[str]) -> dict[str, PostingCore]:
        """The newest versions of those that are open, read anew."""
        return {posting.posting_id: posting for posting, is_open in self._read(posting_ids).values() if is_open}

    def _read(self, posting_ids: Sequence[str]) -> dict[Version, tuple[PostingCore, bool]]:
        read = {}
        for posting, _ in self._stored.read(posting_ids):
            is_open = posting.status == "open"
            as_open = posting if is_open and not posting.backlog else posting.model_copy(update=_OPEN)
            read[posting.posting_id, posting.version] = as_open, is_open
        with self._lock:
            self._remembered.update(read)
        return read


def _seen_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    # No posting is stored before it is seen, and there is an index of when they were.
    return and_(postings.c.stored_at > since, postings.c.seen_at > since, postings.c.seen_at <= until)

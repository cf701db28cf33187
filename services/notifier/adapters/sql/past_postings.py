"""The stored postings of some days, for backtests."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, func, select

from schemas.codec import decode
from schemas.posting import PostingCore
from schemas.sql.tables import postings
from services.notifier.adapters.sql.rows import unsqueeze
from services.runtime.store import bytewise, reading

_PAGE: Final = 500


class SqlPastPostings:
    """Postings by when any version of them was first seen. Every method raises UnavailableError."""

    def __init__(self, engine: Engine, *, page: int = _PAGE) -> None:
        self._engine = engine
        self._page = page

    def count(self, since: datetime, until: datetime) -> int:
        """How many were first seen after `since`, up to `until`."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(_seen(since, until))).scalar_one())

    def between(self, since: datetime, until: datetime) -> Iterator[tuple[PostingCore, datetime]]:
        """The newest version of each of those, closed ones too, and when it was first seen; in the order of their ids.

        Page by page, so that no transaction is held while the caller works.
        """
        after = ""
        while True:
            with reading(self._engine) as connection:
                own = bytewise(connection, postings.c.posting_id)
                query = select(postings.c.posting_id, postings.c.document, postings.c.seen_at)
                rows = connection.execute(
                    query.where(_seen(since, until), own > after).order_by(own).limit(self._page)
                ).all()
            for row in rows:
                yield decode(PostingCore, unsqueeze(row.document)), row.seen_at
            if len(rows) < self._page:
                return
            after = rows[-1].posting_id


def _seen(since: datetime, until: datetime) -> ColumnElement[bool]:
    # No posting is stored before it is seen, and there is an index of when they were.
    return and_(postings.c.stored_at > since, postings.c.seen_at > since, postings.c.seen_at <= until)

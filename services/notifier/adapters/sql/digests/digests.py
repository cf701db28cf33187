"""Digests: kept with the windows that they close, and read again."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    LargeBinary,
    Select,
    Text,
    Update,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from schemas.posting import PostingCore
from schemas.sql.base import micros
from schemas.sql.tables import deliveries, digest_items, digest_searches, digests, saved_searches
from services.notifier.adapters.sql.digests.delivery_steps import open_delivery
from services.notifier.adapters.sql.digests.digest_rows import (
    KeptDigest,
    code_of,
    day_counts,
    digest_in,
    digest_row,
    item_rows,
    search_row,
)
from services.notifier.adapters.sql.digests.sent_jobs import remember, sent_before
from services.notifier.adapters.sql.digests.waiting import waiting_written
from services.notifier.adapters.sql.people.recipients import is_unchanged
from services.notifier.adapters.sql.people.tracked_jobs import closed_jobs, note_closed_told
from services.notifier.adapters.sql.rows import (
    chunks,
    given,
    hold_person,
    unsqueeze,
)
from services.notifier.domain.consent import NOTICE
from services.notifier.domain.delivery import NOT_OUT
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import Cause, CauseCode, ClosedJob, Counted, Digest, Hold, SentItem
from services.notifier.domain.windows import Closing
from services.notifier.domain.wording.score_lines import cause_line
from services.notifier.ports import Email, Served, Since
from services.runtime.sql.store import bytewise, reading, retried, writing


class _ChangedError(Exception):
    """A window is no longer as it was when it was claimed."""


_NO_NOTICE = digests.c.outcome != NOTICE
_WITH_STATE = select(digests, deliveries.c.state).outerjoin(deliveries, deliveries.c.digest_id == digests.c.digest_id)


class SqlDigests:
    """Digests, the windows that they close, and what was sent before."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    def sent(self, wanted: Mapping[str, Sequence[PostingCore]], since: datetime) -> dict[str, list[SentItem]]:
        """By subscriber: what they were sent that may be the same job as one of their wanted postings.

        What failed, was cancelled or was not sent does not count. `since` bounds what a release without the memory of
        sent jobs has sent.
        """
        with reading(self._engine) as connection:
            return sent_before(connection, wanted, since)

    def served(self, since: Mapping[str, Since]) -> dict[str, Served]:
        """By subscriber: the digests that they had. Those who had none since then are left out."""
        found: dict[str, Served] = {}
        with reading(self._engine) as connection:
            for some in chunks(sorted(since)):
                for row in connection.execute(_served(connection, some, since)):
                    found[row.subscriber_id] = Served(row.last_due, row.instant)
        return found

    def matched(self, subscriber_ids: Sequence[str], since: datetime) -> dict[str, list[Counted]]:
        """By subscriber: what each digest due since then, sent or held, counted as matched."""
        found: dict[str, list[Counted]] = {}
        columns = (digests.c.subscriber_id, digests.c.due_at, digests.c.matched)
        with reading(self._engine) as connection:
            for some in chunks(subscriber_ids):
                query = select(*columns).where(digests.c.subscriber_id.in_(some), digests.c.due_at >= since, _NO_NOTICE)
                for row in connection.execute(query.order_by(digests.c.subscriber_id, digests.c.due_at)):
                    found.setdefault(row.subscriber_id, []).append((row.due_at, day_counts(row.matched)))
        return found

    @retried
    def closed_jobs(self, subscriber_ids: Sequence[str]) -> dict[str, tuple[ClosedJob, ...]]:
        """By subscriber: the jobs that they saved, that are closed, and of which no mail has said so."""
        with reading(self._engine) as connection:
            return closed_jobs(connection, subscriber_ids)

    def commit(self, outcome: Digest | Hold, closings: Sequence[Closing], email: Email | None, now: datetime) -> bool:
        """Close the windows, keep the digest, its items and its email, and open its delivery: one transaction.

        False, and nothing done, where a search or its subscriber has changed since it was claimed.
        """
        if isinstance(outcome, Digest) == (email is None):
            raise ValueError("a digest comes with its email, and a held one without")
        try:
            with writing(self._engine) as connection:
                if not _may_commit(connection, outcome) or not all(_close(connection, closing) for closing in closings):
                    raise _ChangedError
                digest_id = self._keep(connection, outcome, closings, email, now)
                if email is not None:
                    to = outcome.recipient.subscriber_id
                    open_delivery(connection, to, outcome.due_at, digest_id, email.delivery_id, now)
                if isinstance(outcome, Digest):
                    note_closed_told(connection, outcome.recipient.subscriber_id, outcome.closed, now)
        except _ChangedError:
            return False
        return True

    @retried
    def close_empty(self, closings: Sequence[Closing]) -> None:
        """Close windows that hold nothing, without a digest; those changed meanwhile stay as they are.

        So do those that someone is changing just now: nobody waits for many people at once.
        """
        by_search = {closing.window.search.search_id: closing for closing in closings}
        with writing(self._engine) as connection:
            for some in chunks(sorted(by_search)):
                free = select(saved_searches.c.search_id).where(saved_searches.c.search_id.in_(some))
                for search_id in connection.execute(free.with_for_update(skip_locked=True)).scalars().all():
                    _close(connection, by_search[search_id])

    def history(self, subscriber_id: str | None = None, *, with_holds: bool = False) -> list[KeptDigest]:
        """The digests of one subscriber, or of all, by due time; with `held`, also those that were not worth a mail."""
        query = _WITH_STATE
        if subscriber_id is not None:
            query = query.where(digests.c.subscriber_id == subscriber_id)
        query = query.where(_NO_NOTICE if with_holds else digests.c.outcome == "digest")
        with reading(self._engine) as connection:
            in_order = query.order_by(digests.c.due_at, bytewise(connection, digests.c.digest_id))
            return [digest_in(row) for row in connection.execute(in_order)]

    def left_out(self, subscriber_id: str, code: CauseCode, since: datetime) -> frozenset[str]:
        """The ids of postings that their digests due since then left out for a cause, whether sent or held.

        A release until 2026-11 kept the sentence alone: it is known where the cause has no facts.
        """
        whys = {code, cause_line(Cause(code))}
        query = select(digests.c.dropped).where(digests.c.subscriber_id == subscriber_id, digests.c.due_at >= since)
        with reading(self._engine) as connection:
            packed = connection.execute(query.where(_NO_NOTICE)).scalars().all()
        return frozenset(own for each in packed for own, why in json.loads(unsqueeze(each)) if code_of(why) in whys)

    def due_at(self, subscriber_id: str, due_at: datetime) -> KeptDigest | None:
        """The digest of somebody that was due then; None where there was none, or it is forgotten by now."""
        own = digests.c.digest_id == self._ids.digest_id(subscriber_id, due_at)
        with reading(self._engine) as connection:
            row = connection.execute(_WITH_STATE.where(own)).one_or_none()
        return digest_in(row) if row is not None else None

    def _keep(
        self,
        connection: Connection,
        outcome: Digest | Hold,
        closings: Sequence[Closing],
        email: Email | None,
        now: datetime,
    ) -> str:
        digest_id = self._ids.digest_id(outcome.recipient.subscriber_id, outcome.due_at)
        connection.execute(insert(digests).values(digest_row(digest_id, outcome, closings, email, now)))
        connection.execute(insert(digest_searches), [search_row(digest_id, closing) for closing in closings])
        if isinstance(outcome, Digest):
            connection.execute(insert(digest_items), list(item_rows(digest_id, outcome)))
            remember(connection, outcome)
        return digest_id


def _served(connection: Connection, some: Sequence[str], since: Mapping[str, Since]) -> Select[Any]:
    """The newest due time, and how many instant digests, each since a time of its own."""
    times = ("due", "instant", "now", "day_end")
    rows: list[list[str | int]] = [[own, *(micros(getattr(since[own], time)) for time in times)] for own in some]
    asked = given(connection, {"subscriber_id": Text} | dict.fromkeys(times, BigInteger), rows)
    due_at = type_coerce(digests.c.due_at, BigInteger)
    instant = digests.c.instant & (digests.c.outcome == "digest")
    instant &= (due_at >= asked.c.instant) & (due_at < asked.c.day_end)
    instant &= deliveries.c.state.is_(None) | deliveries.c.state.not_in(NOT_OUT)
    own = (digests.c.subscriber_id == asked.c.subscriber_id) & (due_at >= asked.c.due)
    return (
        select(digests.c.subscriber_id, func.max(digests.c.due_at).filter(due_at <= asked.c.now).label("last_due"))
        .add_columns(func.count().filter(instant).label("instant"))
        .join(asked, own & _NO_NOTICE)
        .outerjoin(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .group_by(digests.c.subscriber_id)
    )


def _may_commit(connection: Connection, outcome: Digest | Hold) -> bool:
    """Whether the subscriber is there, as they were claimed, and has no digest of that due time.

    All of that stays so until the transaction ends.
    """
    recipient = outcome.recipient
    subscriber_id = recipient.subscriber_id
    person = hold_person(connection, subscriber_id)
    if person is None or not is_unchanged(recipient, person):
        return False
    same = select(digests.c.digest_id).where(
        digests.c.subscriber_id == subscriber_id, digests.c.due_at == outcome.due_at
    )
    return connection.execute(same).first() is None


def _close(connection: Connection, closing: Closing) -> bool:
    """Compare and set: only a search that is what it was when it was claimed is served."""
    window = closing.window
    values_ = {
        "own_id": window.search.search_id,
        "from_cut": window.from_cut,
        "own_key": window.key,
        "was_due_at": window.due_at,
        "own_cadence": window.search.cadence,
        "own_hour": window.hour,
        "own_weekday": window.weekday,
        "waited": window.waiting_kept,
        "to_cut": closing.to_cut,
        "due_again_at": closing.next_due_at,
        "waits": waiting_written(closing.waits),
    }
    return connection.execute(_served_to(), values_).rowcount == 1


@cache
def _served_to() -> Update:
    """Built once: it is executed for every search of every digest, and building it takes as long."""
    search = saved_searches.c
    same = (
        update(saved_searches)
        .where(search.search_id == bindparam("own_id"), search.served_cut == bindparam("from_cut"))
        .where(search.key == bindparam("own_key"), search.next_due_at == bindparam("was_due_at"), ~search.paused)
        .where(search.cadence == bindparam("own_cadence"), search.hour == bindparam("own_hour"))
        .where(search.weekday.is_not_distinct_from(bindparam("own_weekday")))
        .where(search.waiting.is_not_distinct_from(bindparam("waited", type_=LargeBinary)))
    )
    return same.values(
        served_cut=bindparam("to_cut"), next_due_at=bindparam("due_again_at"), waiting=bindparam("waits")
    )

"""Digests: kept with the windows that they close, and read again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Row,
    Select,
    Table,
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
from schemas.sql.tables import deliveries, digest_items, digest_searches, digests, saved_searches, sent_jobs
from services.notifier.adapters.sql.digests.delivery_steps import delivery_row
from services.notifier.adapters.sql.digests.digest_rows import (
    KeptDigest,
    code_of,
    day_counts,
    digest_in,
    digest_row,
    item_rows,
    search_row,
)
from services.notifier.adapters.sql.digests.lost_rows import require_remembered
from services.notifier.adapters.sql.digests.sent_jobs import sent_before, sent_rows
from services.notifier.adapters.sql.digests.waiting import waiting_written
from services.notifier.adapters.sql.people.recipients import is_unchanged
from services.notifier.adapters.sql.people.tracked_jobs import closed_jobs, note_closed_mailed
from services.notifier.adapters.sql.rows import (
    chunks,
    given,
    hold_people,
    unpacked,
)
from services.notifier.domain.consent import NOTICE
from services.notifier.domain.delivery import NOT_OUT
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import Cause, CauseCode, ClosedJob, Counted, Digest, Hold, SentItem
from services.notifier.domain.windows import Closing, DueWindow
from services.notifier.domain.wording.score_lines import cause_line
from services.notifier.ports import Build, Email, Served, Since
from services.runtime.sql.store import bytewise, reading, retried, writing

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
        columns = (digests.c.subscriber_id, digests.c.due_at, digests.c.matched, digests.c.outcome)
        with reading(self._engine) as connection:
            for some in chunks(subscriber_ids):
                query = select(*columns).where(digests.c.subscriber_id.in_(some), digests.c.due_at >= since, _NO_NOTICE)
                for row in connection.execute(query.order_by(digests.c.subscriber_id, digests.c.due_at)):
                    found.setdefault(row.subscriber_id, []).append(
                        Counted(row.due_at, day_counts(row.matched), row.outcome == "digest")
                    )
        return found

    @retried
    def closed_jobs(self, subscriber_ids: Sequence[str]) -> dict[str, tuple[ClosedJob, ...]]:
        """By subscriber: the jobs that they saved, that are closed, and of which no mail has said so."""
        with reading(self._engine) as connection:
            return closed_jobs(connection, subscriber_ids)

    def require_remembered(self, now: datetime, people: Iterable[str] | None = None) -> None:
        """See `lost_rows.require_remembered`. Raises UnavailableError."""
        require_remembered(self._engine, now, people)

    def commit(self, outcome: Digest | Hold, closings: Sequence[Closing], email: Email | None, now: datetime) -> bool:
        """`commit_all` of one alone."""
        return self.commit_all([Build(outcome, closings, email)], now)[0]

    @retried
    def commit_all(self, built: Sequence[Build], now: datetime) -> list[bool]:
        """Close windows, keep digests, their items and emails, and open their deliveries: one transaction for them all.

        Of each, a subscriber of their own, whether that was done: nothing is where a search or its subscriber has
        changed since it was claimed, whatever becomes of the others. Raises UnavailableError.
        """
        if any(isinstance(build.outcome, Digest) == (build.email is None) for build in built):
            raise ValueError("a digest comes with its email, and a held one without")
        with writing(self._engine) as connection:
            unchanged = _unchanged(connection, built)
            kept = [build for build, same in zip(built, unchanged, strict=True) if same]
            if kept:
                _close(connection, [(closing, _mailed_due(build)) for build in kept for closing in build.closings])
                self._keep(connection, kept, now)
        return unchanged

    @retried
    def close_empty(self, closings: Sequence[Closing]) -> None:
        """Close windows that hold nothing, without a digest; those changed meanwhile stay as they are.

        So do those that someone is changing just now: nobody waits for many people at once.
        """
        with writing(self._engine) as connection:
            for some in chunks(closings):
                rows = _searches(connection, some, skip_locked=True)
                _close(connection, [(closing, None) for closing in some if _is_as_claimed(closing.window, rows)])

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
        return frozenset(
            posting_id for dropped in packed for posting_id, why in unpacked(dropped) or () if code_of(why) in whys
        )

    def due_at(self, subscriber_id: str, due_at: datetime) -> KeptDigest | None:
        """The digest of somebody that was due then; None where there was none, or it is forgotten by now."""
        return self.with_id(subscriber_id, self._ids.digest_id(subscriber_id, due_at))

    def with_id(self, subscriber_id: str, digest_id: str) -> KeptDigest | None:
        """A digest, or a notice, of somebody; None likewise."""
        own = (digests.c.digest_id == digest_id) & (digests.c.subscriber_id == subscriber_id)
        with reading(self._engine) as connection:
            row = connection.execute(_WITH_STATE.where(own)).one_or_none()
        return digest_in(row) if row is not None else None

    def _keep(self, connection: Connection, kept: Sequence[Build], now: datetime) -> None:
        rows: dict[Table, list[dict[str, Any]]] = {}
        for build in kept:
            outcome = build.outcome
            person, due_at = outcome.recipient.subscriber_id, outcome.due_at
            digest_id = self._ids.digest_id(person, due_at)
            rows.setdefault(digests, []).append(digest_row(digest_id, outcome, build.closings, build.email, now))
            rows.setdefault(digest_searches, []).extend(search_row(digest_id, closing) for closing in build.closings)
            if isinstance(outcome, Digest) and build.email is not None:
                rows.setdefault(digest_items, []).extend(item_rows(digest_id, outcome))
                rows.setdefault(sent_jobs, []).extend(sent_rows(outcome))
                waits = delivery_row(person, due_at, digest_id, build.email.delivery_id, now)
                rows.setdefault(deliveries, []).append(waits | {"not_before": max(now, due_at)})
                note_closed_mailed(connection, person, outcome.closed, now)
        for table, some in rows.items():
            connection.execute(insert(table), some)


def _served(connection: Connection, some: Sequence[str], since: Mapping[str, Since]) -> Select[Any]:
    """The newest due time, and how many instant digests, each since a time of its own."""
    times = ("due", "instant", "now", "day_end")
    rows: list[list[str | int]] = [
        [subscriber_id, *(micros(getattr(since[subscriber_id], time)) for time in times)] for subscriber_id in some
    ]
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


def _unchanged(connection: Connection, built: Sequence[Build]) -> list[bool]:
    """Of each, whether subscriber and searches are as they were claimed, and there is no digest of that due time.

    All of that stays so until the transaction ends.
    """
    people = hold_people(connection, (build.outcome.recipient.subscriber_id for build in built))
    searches = _searches(connection, [closing for build in built for closing in build.closings])
    had: set[tuple[str, datetime]] = set()
    due = {build.outcome.due_at for build in built}
    for some in chunks(sorted(people)):
        same = select(digests.c.subscriber_id, digests.c.due_at).where(
            digests.c.subscriber_id.in_(some), digests.c.due_at.in_(due)
        )
        had.update((row.subscriber_id, row.due_at) for row in connection.execute(same))
    return [
        (recipient := build.outcome.recipient).subscriber_id in people
        and is_unchanged(recipient, people[recipient.subscriber_id])
        and (recipient.subscriber_id, build.outcome.due_at) not in had
        and all(_is_as_claimed(closing.window, searches) for closing in build.closings)
        for build in built
    ]


def _searches(connection: Connection, closings: Iterable[Closing], *, skip_locked: bool = False) -> dict[str, Row[Any]]:
    """The searches whose windows are to be closed, by id, locked."""
    found: dict[str, Row[Any]] = {}
    for some in chunks(sorted(closing.window.search.search_id for closing in closings)):
        own = saved_searches.c.search_id
        rows = select(saved_searches).where(own.in_(some)).order_by(own)
        locked = rows.with_for_update(skip_locked=skip_locked, key_share=True)
        found |= {row.search_id: row for row in connection.execute(locked)}
    return found


def _is_as_claimed(window: DueWindow, searches: Mapping[str, Row[Any]]) -> bool:
    """Compare, before it is set: only a search that is what it was when it was claimed is served."""
    row = searches.get(window.search.search_id)
    return (
        row is not None
        and not row.paused
        and (row.served_cut, row.key, row.next_due_at) == (window.from_cut, window.key, window.due_at)
        and (row.cadence, row.hour, row.weekday) == (window.search.cadence, window.hour, window.weekday)
        and row.waiting == window.waiting_kept
    )


def _mailed_due(build: Build) -> datetime | None:
    outcome = build.outcome
    return outcome.due_at if isinstance(outcome, Digest) and (outcome.items or outcome.near) else None


def _close(connection: Connection, closings: Sequence[tuple[Closing, datetime | None]]) -> None:
    """Have searches that are locked served up to a cut; with when the digest was due that brought jobs, if one did."""
    values = [
        {
            "own_id": closing.window.search.search_id,
            "to_cut": closing.to_cut,
            "due_again_at": closing.next_due_at,
            "waits": waiting_written(closing.waits),
            "mailed": mailed,
        }
        for closing, mailed in closings
    ]
    if values:
        connection.execute(_served_to(), values)


@cache
def _served_to() -> Update:
    """Built once: it is executed for every search of every digest, and building it takes as long."""
    mailed = saved_searches.c.mailed_due_at
    return (
        update(saved_searches)
        .where(saved_searches.c.search_id == bindparam("own_id"))
        .values(served_cut=bindparam("to_cut"), next_due_at=bindparam("due_again_at"), waiting=bindparam("waits"))
        .values(mailed_due_at=func.coalesce(bindparam("mailed", type_=mailed.type), mailed))
    )

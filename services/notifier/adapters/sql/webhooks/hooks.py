"""Webhooks as their owners have them: added, proven, tried, given another secret, turned on again, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, insert, select, update

from schemas.sql.tables import saved_searches
from schemas.sql.webhooks import webhook_attempts, webhook_events, webhooks
from schemas.webhook import EventKind
from services.notifier.adapters.sql.rows import hold_person, squeeze
from services.notifier.adapters.sql.windows.cuts import newest_cut, take_cut
from services.notifier.domain.fields import FieldError
from services.notifier.domain.webhooks import FORMER_COUNTS, Attempt, EventState, Webhook, same_challenge, trying_event
from services.runtime.errors import UsageError
from services.runtime.sql.store import bytewise, reading, retried, writing

MOST_CHALLENGES = 20
"""Of one person in a day, whatever is removed meanwhile: nobody has others' servers asked for long."""
MOST_PINGS = 30
MOST_LISTED = 20
_RETRIED_AGAIN = timedelta(days=7)
"""What has waited for so long is posted when its webhook is turned on again; what is older is of no use."""
_hook, _event, _attempt = webhooks.c, webhook_events.c, webhook_attempts.c


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as its owner sees it, with its last attempt."""

    event_id: str
    kind: EventKind
    state: EventState
    attempts: int
    not_before: datetime
    created_at: datetime
    last: Attempt | None


class SqlWebhooks:
    """Theirs. All raise UnavailableError, and UsageError where there is no such person or webhook of theirs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def add(
        self,
        webhook: Webhook,
        event_id: str,
        challenge: str,
        most: int,
    ) -> None:
        """Take one in, unproven, and have it challenged; its cut is chosen here.

        Raises FieldError where they have `most` already, one with the same address and search, or had too many
        challenged today.
        """
        subscriber_id, now = webhook.subscriber_id, webhook.created_at
        with writing(self._engine) as connection:
            _require_subscriber(connection, subscriber_id)
            if webhook.search_id is not None:
                _require_search(connection, subscriber_id, webhook.search_id)
            theirs = connection.execute(
                select(webhooks).where(_hook.subscriber_id == subscriber_id, _hook.state != "removed")
            ).all()
            if len(theirs) >= most:
                raise FieldError("address", f"there are {most} webhooks already", "webhook_room")
            if any((row.address, row.search_id) == (webhook.address, webhook.search_id) for row in theirs):
                raise FieldError("address", "it is there already", "webhook_known")
            row = {name: getattr(webhook, name) for name in _COLUMNS} | {"state": "unproven", "changed_at": now}
            connection.execute(insert(webhooks).values(row | {"served_cut": newest_cut(connection).number}))
            _challenge(connection, webhook, event_id, challenge, now)

    @retried
    def challenge(self, subscriber_id: str, webhook_id: str, event_id: str, challenge: str, now: datetime) -> None:
        """Challenge one that is unproven once more. Raises FieldError where that was too often today."""
        with writing(self._engine) as connection:
            webhook = _locked(connection, subscriber_id, webhook_id)
            if webhook.state == "unproven":
                waiting = (_event.webhook_id == webhook_id) & (_event.state == "waiting")
                connection.execute(update(webhook_events).where(waiting).values(OVER | {"state": "cancelled"}))
                _challenge(connection, webhook, event_id, challenge, now)

    @retried
    def prove(self, subscriber_id: str, webhook_id: str, given: str, now: datetime) -> bool:
        """Take what somebody read in a challenge; False where that was in none of the last day."""
        with writing(self._engine) as connection:
            webhook = _locked(connection, subscriber_id, webhook_id)
            query = select(_event.challenge).where(
                _event.webhook_id == webhook_id, _event.kind == "webhook.challenge", _event.created_at > now - _A_DAY
            )
            known = [challenge for challenge in connection.execute(query).scalars() if challenge]
            if not any(same_challenge(given, challenge) for challenge in known):
                return False
            activate(connection, webhook, now)
            return True

    @retried
    def ping(self, subscriber_id: str, webhook_id: str, event_id: str, now: datetime) -> None:
        """Have one that is active or shut tried. Raises FieldError where that was too often today."""
        with writing(self._engine) as connection:
            webhook = _locked(connection, subscriber_id, webhook_id)
            if webhook.state == "unproven":
                raise UsageError("a webhook that is not proven is tried by its challenge")
            _require_few(connection, subscriber_id, "webhook.ping", MOST_PINGS, now)
            _insert_event(connection, webhook, event_id, "webhook.ping", trying_event(webhook, now), now)

    @retried
    def rotate(self, subscriber_id: str, webhook_id: str, salt: str, now: datetime) -> Webhook:
        """Give it another secret; that of before counts for a day."""
        with writing(self._engine) as connection:
            webhook = _locked(connection, subscriber_id, webhook_id)
            former = {"former_salt": webhook.salt, "former_until": now + FORMER_COUNTS}
            _set(connection, webhook_id, now, salt=salt, **former)
            return webhook_in(connection.execute(select(webhooks).where(_hook.webhook_id == webhook_id)).one())

    @retried
    def turn_on(self, subscriber_id: str, webhook_id: str, now: datetime) -> None:
        """Post there again, what waited too; of one that is not shut it changes nothing."""
        with writing(self._engine) as connection:
            webhook = _locked(connection, subscriber_id, webhook_id)
            if webhook.state == "shut":
                activate(connection, webhook, now)
                waiting = (_event.webhook_id == webhook_id) & (_event.state == "waiting")
                old = waiting & (_event.created_at < now - _RETRIED_AGAIN)
                connection.execute(
                    update(webhook_events).where(old).values(OVER | {"state": "failed", "changed_at": now})
                )
                connection.execute(update(webhook_events).where(waiting).values(not_before=now, attempts=0))

    @retried
    def remove(self, subscriber_id: str, webhook_id: str, now: datetime) -> None:
        """Post nothing there any more, and forget where it was and what was posted."""
        with writing(self._engine) as connection:
            _locked(connection, subscriber_id, webhook_id)
            take_away(connection, webhook_id, now)

    def all(self, subscriber_id: str) -> list[Webhook]:
        """Theirs, the oldest first."""
        own = (_hook.subscriber_id == subscriber_id) & (_hook.state != "removed")
        with reading(self._engine) as connection:
            order = (_hook.created_at, bytewise(connection, _hook.webhook_id))
            return [webhook_in(row) for row in connection.execute(select(webhooks).where(own).order_by(*order))]

    def events(self, subscriber_id: str, webhook_id: str, most: int = MOST_LISTED) -> Sequence[ListedEvent]:
        """What was posted there of late, and waits, the newest first."""
        own = (_event.subscriber_id == subscriber_id) & (_event.webhook_id == webhook_id)
        with reading(self._engine) as connection:
            order = (_event.created_at.desc(), bytewise(connection, _event.event_id))
            rows = connection.execute(select(webhook_events).where(own).order_by(*order).limit(most)).all()
            ids = [row.event_id for row in rows]
            tried = connection.execute(select(webhook_attempts).where(_attempt.event_id.in_(ids)).order_by(_attempt.id))
            last = {row.event_id: _attempt_of(row) for row in tried}
        return [
            ListedEvent(
                row.event_id, row.kind, row.state, row.attempts, row.not_before, row.created_at, last.get(row.event_id)
            )
            for row in rows
        ]


_A_DAY = timedelta(days=1)
_COLUMNS = ("webhook_id", "subscriber_id", "search_id", "address", "salt", "created_at")
OVER: dict[str, Any] = {"body": None, "worker": None, "lease": None}
"""Of an event that is not posted any more."""


def take_away(connection: Connection, webhook_id: str, now: datetime) -> None:
    """Remove a webhook, in the caller's transaction."""
    connection.execute(delete(webhook_attempts).where(_attempt.webhook_id == webhook_id))
    counted = _event.kind.in_(("webhook.challenge", "webhook.ping"))
    own = _event.webhook_id == webhook_id
    connection.execute(delete(webhook_events).where(own, ~counted))
    connection.execute(update(webhook_events).where(own).values(OVER | {"state": "cancelled", "challenge": None}))
    gone = {"state": "removed", "address": "", "salt": "", "former_salt": None, "former_until": None}
    _set(connection, webhook_id, now, **gone, search_id=None)


def activate(connection: Connection, webhook: Webhook, now: datetime) -> None:
    """Post from now on what matches, within a transaction that has locked its person."""
    if webhook.state != "active":
        # What matched before is none of its business, also what no cut was taken of yet.
        present = take_cut(connection, now).number
        _set(connection, webhook.webhook_id, now, state="active", why_shut=None, failing_since=None, served_cut=present)


def _challenge(connection: Connection, webhook: Webhook, event_id: str, challenge: str, now: datetime) -> None:
    _require_few(connection, webhook.subscriber_id, "webhook.challenge", MOST_CHALLENGES, now)
    body = trying_event(webhook, now, challenge)
    _insert_event(connection, webhook, event_id, "webhook.challenge", body, now, challenge=challenge)


def _require_few(connection: Connection, subscriber_id: str, kind: EventKind, most: int, now: datetime) -> None:
    """Raises FieldError where a person has had so many in a day."""
    of_today = (_event.subscriber_id == subscriber_id) & (_event.kind == kind) & (_event.created_at > now - _A_DAY)
    count = connection.execute(select(func.count()).select_from(webhook_events).where(of_today)).scalar_one()
    if count >= most:
        raise FieldError("address", f"addresses were tried {most} times today", "webhook_often", most=most)


def _insert_event(
    connection: Connection, webhook: Webhook, event_id: str, kind: EventKind, body: bytes, now: datetime, **more: Any
) -> None:
    connection.execute(insert(webhook_events).values(event_row(webhook, event_id, kind, body, now) | more))


def event_row(webhook: Webhook, event_id: str, kind: EventKind, body: bytes, now: datetime) -> dict[str, Any]:
    """The columns of an event that waits to be posted for the first time."""
    return {
        "event_id": event_id,
        "webhook_id": webhook.webhook_id,
        "subscriber_id": webhook.subscriber_id,
        "kind": kind,
        "state": "waiting",
        "body": squeeze(body),
        "attempts": 0,
        "not_before": now,
        "created_at": now,
        "changed_at": now,
    }


def _set(connection: Connection, webhook_id: str, now: datetime, **values: Any) -> None:
    connection.execute(update(webhooks).where(_hook.webhook_id == webhook_id).values(values | {"changed_at": now}))


def _require_subscriber(connection: Connection, subscriber_id: str) -> None:
    if hold_person(connection, subscriber_id) is None:
        raise UsageError(f"There is no subscriber {subscriber_id}.")


def _require_search(connection: Connection, subscriber_id: str, search_id: str) -> None:
    own: ColumnElement[bool] = saved_searches.c.search_id == search_id
    theirs = select(saved_searches.c.search_id).where(own, saved_searches.c.subscriber_id == subscriber_id)
    if connection.execute(theirs).first() is None:
        raise UsageError(f"There is no saved search {search_id}.")


def _locked(connection: Connection, subscriber_id: str, webhook_id: str) -> Webhook:
    """A webhook of theirs, whose owner is locked."""
    _require_subscriber(connection, subscriber_id)
    own = (_hook.webhook_id == webhook_id) & (_hook.subscriber_id == subscriber_id) & (_hook.state != "removed")
    row = connection.execute(select(webhooks).where(own)).one_or_none()
    if row is None:
        raise UsageError(f"There is no webhook {webhook_id}.")
    return webhook_in(row)


def webhook_in(row: Row[Any]) -> Webhook:
    """A webhook by its row."""
    return Webhook(
        webhook_id=row.webhook_id,
        subscriber_id=row.subscriber_id,
        search_id=row.search_id,
        address=row.address,
        salt=row.salt,
        state=row.state,
        served_cut=row.served_cut,
        created_at=row.created_at,
        former_salt=row.former_salt or "",
        former_until=row.former_until,
        why_shut=row.why_shut,
        failing_since=row.failing_since,
    )


def _attempt_of(row: Row[Any]) -> Attempt:
    return Attempt(row.at, row.took_ms, row.status, row.answer, row.fault)

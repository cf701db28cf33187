"""What is posted to webhooks: found in windows of matches, kept with their closing, posted, settled."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, exists, func, insert, not_, or_, select, update

from schemas.posting import PostingCore
from schemas.sql.tables import saved_searches, subscribers
from schemas.sql.webhooks import webhook_attempts, webhook_events, webhooks
from schemas.webhook import EventKind
from services.notifier.adapters.sql.digests.delivery_steps import open_notice
from services.notifier.adapters.sql.digests.sent_jobs import packed, title_of
from services.notifier.adapters.sql.people.feedback import NOTHING, feedback_of
from services.notifier.adapters.sql.people.recipients import recipients_of
from services.notifier.adapters.sql.people.served import is_served
from services.notifier.adapters.sql.rows import chunks, hold_person, to_json, unsqueeze
from services.notifier.adapters.sql.webhooks.hooks import OVER, activate, event_row, webhook_in
from services.notifier.adapters.sql.windows import cuts as cuts_table
from services.notifier.adapters.sql.windows.by_key import MatchesByKey
from services.notifier.adapters.sql.windows.due import with_searches
from services.notifier.adapters.sql.windows.window_matches import best_postings
from services.notifier.domain.model import Item, Recipient, SentItem
from services.notifier.domain.webhooks import JITTER, MOST_ANSWER, SCHEDULE, AfterAttempt, Attempt, Webhook
from services.notifier.domain.windows import NO_MATCHES, Cut, DueSubscriber, DueWindow
from services.notifier.ports import Email
from services.rules.signature import fold_company
from services.runtime.pauses import sending_paused
from services.runtime.sql.ran_ahead import is_ahead
from services.runtime.sql.store import bytewise, reading, retried, upsert, writing
from services.runtime.sql.suppressed import is_suppressed

_MOST_MATCHES = 100_000
"""Of one search in one window: whatever came while nobody ran is posted."""
_MOST_IN_HAND = 4
"""Events of a webhook that are in hand at once."""
_hook, _event, _person = webhooks.c, webhook_events.c, subscribers.c


@dataclass(frozen=True, slots=True)
class DueWebhook:
    """A webhook, with the searches whose windows begin where it was served."""

    webhook: Webhook
    subscriber: DueSubscriber | None
    """None where all their searches are paused."""

    @property
    def windows(self) -> Sequence[DueWindow]:
        """What may have come for it."""
        return self.subscriber.windows if self.subscriber else ()


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """A job for a webhook, with its event's body."""

    event_id: str
    item: Item
    body: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """An event that one worker has in hand. `number` tells its attempt from those of others."""

    event_id: str
    kind: EventKind
    webhook: Webhook
    body: bytes
    challenge: str
    number: int


TellShut = Callable[[Webhook, Recipient, datetime], Email]
"""Writes the mail that tells somebody that their webhook is shut."""


class SqlWebhookEvents:
    """The notifier's side. Several workers may ask at once. All raise UnavailableError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, now: datetime, cut: Cut, most: int, without: Sequence[str] = ()) -> list[DueWebhook]:
        """Webhooks for which something may have come, whose owners are served, with their searches but paused ones."""
        behind = (_hook.state == "active") & (_hook.served_cut < cut.number) & _hook.webhook_id.not_in(without)
        with reading(self._engine) as connection:
            query = select(webhooks).join(subscribers, _person.subscriber_id == _hook.subscriber_id)
            order = (_hook.served_cut, bytewise(connection, _hook.webhook_id))
            rows = connection.execute(query.where(behind, is_served(now)).order_by(*order).limit(most)).all()
            own_ids = sorted({row.subscriber_id for row in rows})
            people = {
                person.recipient.subscriber_id: person
                for person in with_searches(connection, own_ids, not_(saved_searches.c.paused))
            }
        found = []
        for hook in map(webhook_in, rows):
            person = people.get(hook.subscriber_id)
            windows = tuple(
                replace(window, from_cut=hook.served_cut, waiting=())
                for window in (person.windows if person else ())
                if hook.search_id in (None, window.search.search_id)
            )
            found.append(DueWebhook(hook, replace(person, windows=windows) if person else None))
        return found

    def matched(self, due: Sequence[DueWebhook], cut: Cut) -> dict[str, dict[str, Sequence[str]]]:
        """By webhook and search: the postings that matched in its window, open and news."""
        wanted: dict[int, list[int]] = {}
        for due_webhook in due:
            for window in due_webhook.windows:
                wanted.setdefault(window.from_cut, []).append(window.key)
        with reading(self._engine) as connection:
            begins = cuts_table.load_cuts(connection, wanted)
            by_key = MatchesByKey(most=0)
            chosen = best_postings(connection, by_key, wanted, begins, cut, most=_MOST_MATCHES) if wanted else {}
        found: dict[str, dict[str, Sequence[str]]] = {}
        for due_webhook in due:
            for window in due_webhook.windows:
                matches = chosen.get((window.from_cut, window.key), NO_MATCHES)
                if matched := (*matches.matched, *matches.beyond):
                    found.setdefault(due_webhook.webhook.webhook_id, {})[window.search.search_id] = matched
        return found

    def posted(self, webhook_id: str, postings: Sequence[PostingCore]) -> list[SentItem]:
        """What was posted there of these, and of all that may be the same job as one of them."""
        found: dict[str, SentItem] = {}
        with reading(self._engine) as connection:
            for some in chunks(postings):
                same = or_(
                    _event.posting_id.in_([posting.posting_id for posting in some]),
                    _event.title.in_({title_of(posting.cluster.key) for posting in some}),
                )
                for row in connection.execute(select(webhook_events).where(_event.webhook_id == webhook_id, same)):
                    signature = (row.signature or b"").hex()
                    found[row.event_id] = SentItem(row.posting_id, row.cluster_key, signature, row.created_at)
        return list(found.values())

    @retried
    def keep(self, due: DueWebhook, cut: Cut, found: Sequence[FoundEvent], now: datetime) -> bool:
        """Have jobs wait to be posted, and the webhook served up to a cut; False where it was changed meanwhile."""
        hook = due.webhook
        with writing(self._engine) as connection:
            person = hold_person(connection, hook.subscriber_id)
            row = connection.execute(select(webhooks).where(_hook.webhook_id == hook.webhook_id)).one_or_none()
            if person is None or row is None or row.state != "active" or row.served_cut != hook.served_cut:
                return False
            if found and _serves(connection, hook.subscriber_id, now):
                rows = [_job_row(hook, job, now) for job in found]
                connection.execute(upsert(connection, webhook_events).on_conflict_do_nothing(), rows)
            own = update(webhooks).where(_hook.webhook_id == hook.webhook_id)
            connection.execute(own.values(served_cut=cut.number))
            return True

    @retried
    def pass_over(self, empty: Sequence[DueWebhook], cut: Cut, now: datetime) -> None:
        """Serve up to a cut those for whom nothing came, and those whose owners are served nothing."""
        by_cut: dict[int, list[str]] = {}
        for due_webhook in empty:
            by_cut.setdefault(due_webhook.webhook.served_cut, []).append(due_webhook.webhook.webhook_id)
        served = select(_person.subscriber_id).where(is_served(now))
        behind = (_hook.state == "active") & (_hook.served_cut < cut.number)
        with writing(self._engine) as connection:
            for from_cut, ids in sorted(by_cut.items()):
                for some in chunks(sorted(ids)):
                    own = _hook.webhook_id.in_(some) & (_hook.served_cut == from_cut) & (_hook.state == "active")
                    connection.execute(update(webhooks).where(own).values(served_cut=cut.number))
            away = update(webhooks).where(behind, _hook.subscriber_id.not_in(served))
            connection.execute(away.values(served_cut=cut.number))

    @retried
    def cancel_unwanted(self, now: datetime) -> None:
        """Call off what waits for who is served nothing by now: they paused, left or are suppressed."""
        gone = select(_person.subscriber_id).where(not_(is_served(now)))
        waiting = (_event.state == "waiting") & (_event.kind == "job.matched") & _event.subscriber_id.in_(gone)
        with reading(self._engine) as connection:
            if connection.execute(select(_event.event_id).where(waiting).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(update(webhook_events).where(waiting).values(OVER | _ended("cancelled", now)))

    def waiting(self, now: datetime, most: int) -> list[tuple[str, str]]:
        """Events that may be posted now, each with its webhook, the longest due first; of each webhook some."""
        free = or_(_event.lease.is_(None), _event.lease <= now, is_ahead(_event.lease, now))
        # Put off by a clock that ran ahead.
        too_late = is_ahead(_event.not_before, now, (1 + JITTER) * SCHEDULE[-1])
        may = or_(
            _hook.state == "active",
            and_(_hook.state == "unproven", _event.kind == "webhook.challenge"),
            and_(_hook.state == "shut", _event.kind == "webhook.ping"),
        )
        in_turn = func.row_number().over(partition_by=_event.webhook_id, order_by=(_event.not_before, _event.event_id))
        query = (
            select(_event.event_id, _event.webhook_id, _event.not_before, in_turn.label("turn"))
            .join(webhooks, _hook.webhook_id == _event.webhook_id)
            .where(_event.state == "waiting", or_(_event.not_before <= now, too_late), free, may)
        ).subquery()
        first = (
            select(query)
            .where(query.c.turn <= _MOST_IN_HAND)
            .order_by(query.c.not_before, query.c.event_id)
            .limit(most)
        )
        with reading(self._engine) as connection:
            if sending_paused(connection):
                return []
            return [(row.event_id, row.webhook_id) for row in connection.execute(first)]

    @retried
    def begin(self, event_id: str, worker: str, now: datetime, lease: timedelta) -> Begun | None:
        """Take an event in hand, committed before it is posted; None where others have it, or nobody wants it now."""
        own = _event.event_id == event_id
        with writing(self._engine) as connection:
            owner = connection.execute(select(_event.subscriber_id).where(own)).scalar_one_or_none()
            if owner is None or hold_person(connection, owner) is None:
                return None
            row = connection.execute(select(webhook_events).where(own, _event.state == "waiting")).one_or_none()
            if row is None or (row.lease is not None and now < row.lease < now + lease + _AHEAD):
                return None
            hook = webhook_in(connection.execute(select(webhooks).where(_hook.webhook_id == row.webhook_id)).one())
            if not _is_wanted(connection, row, hook, now):
                connection.execute(update(webhook_events).where(own).values(OVER | _ended("cancelled", now)))
                return None
            number = row.attempts + 1
            connection.execute(
                update(webhook_events).where(own).values(attempts=number, worker=worker, lease=now + lease)
            )
            return Begun(event_id, row.kind, hook, unsqueeze(row.body), row.challenge or "", number)

    @retried
    def settle(self, begun: Begun, attempt: Attempt, after: AfterAttempt, now: datetime, tell: TellShut | None) -> bool:
        """Keep what came of an attempt, and tell the owner by mail where it shuts the webhook.

        False where the event is gone, or in another attempt by now: then it is as if no answer had come.
        """
        hook = begun.webhook
        with writing(self._engine) as connection:
            if hold_person(connection, hook.subscriber_id) is None:
                return False
            own = (_event.event_id == begun.event_id) & (_event.state == "waiting") & (_event.attempts == begun.number)
            values: dict[str, Any] = {"worker": None, "lease": None, "changed_at": now}
            if after.wait is None:
                values |= OVER | _ended(after.state, now)
            else:
                values["not_before"] = now + after.wait
            if connection.execute(update(webhook_events).where(own).values(values)).rowcount == 0:
                return False
            connection.execute(insert(webhook_attempts).values(_attempt_row(begun, attempt)))
            row = connection.execute(select(webhooks).where(_hook.webhook_id == hook.webhook_id)).one()
            self._move_on(connection, webhook_in(row), begun.kind, attempt, after, now, tell)
            return True

    def _move_on(
        self,
        connection: Connection,
        hook: Webhook,
        kind: EventKind,
        attempt: Attempt,
        after: AfterAttempt,
        now: datetime,
        tell: TellShut | None,
    ) -> None:
        """What an attempt says of its webhook."""
        own = update(webhooks).where(_hook.webhook_id == hook.webhook_id)
        if after.proven and hook.state == "unproven":
            activate(connection, hook, now)
        elif attempt.is_well and hook.failing_since is not None:
            connection.execute(own.values(failing_since=None))
        elif after.shut is not None and hook.state == "active":
            connection.execute(own.values(state="shut", why_shut=after.shut, changed_at=now))
            if tell is not None:
                to = recipients_of(connection, [hook.subscriber_id])[hook.subscriber_id]
                open_notice(connection, hook.subscriber_id, "webhook_shut", tell(hook, to, now), now)
        elif not attempt.is_well and kind == "job.matched" and hook.failing_since is None:
            connection.execute(own.values(failing_since=attempt.at))

    @retried
    def release(self, worker: str, now: datetime) -> None:
        """Give back what this worker, having been killed, had in hand: whether it was posted nobody knows."""
        with writing(self._engine) as connection:
            own = (_event.state == "waiting") & (_event.worker == worker)
            connection.execute(update(webhook_events).where(own).values(worker=None, lease=None, not_before=now))


_AHEAD = timedelta(days=1)


def _serves(connection: Connection, subscriber_id: str, now: datetime) -> bool:
    query = select(is_served(now)).where(_person.subscriber_id == subscriber_id)
    return connection.execute(query).scalar() is True


def _is_wanted(connection: Connection, row: Any, hook: Webhook, now: datetime) -> bool:
    """Whether an event may still be posted, by what its owner says now."""
    if row.kind != "job.matched":
        # They asked for it just now; who left, or has not confirmed that they are there, asks for nothing.
        may = _person.status.in_(("active", "paused")) & not_(is_suppressed(_person.address_hash))
        return connection.execute(select(may).where(_person.subscriber_id == hook.subscriber_id)).scalar() is True
    said = feedback_of(connection, [hook.subscriber_id]).get(hook.subscriber_id, NOTHING)
    if row.company in said.hidden_companies or row.cluster_key in said.not_relevant:
        return False
    found_by = saved_searches.c.search_id.in_(json.loads(row.found_by or "[]"))
    asks = exists().where(found_by, not_(saved_searches.c.paused))
    return connection.execute(select(asks)).scalar() is True and _serves(connection, hook.subscriber_id, now)


def _job_row(hook: Webhook, found: FoundEvent, now: datetime) -> dict[str, Any]:
    posting = found.item.posting
    return event_row(hook, found.event_id, "job.matched", found.body, now) | {
        "posting_id": posting.posting_id,
        "title": title_of(posting.cluster.key),
        "cluster_key": posting.cluster.key,
        "signature": packed(posting.cluster.signature),
        "company": fold_company(posting.company.name),
        "found_by": to_json([by.search.search_id for by in found.item.found_by]),
    }


def _attempt_row(begun: Begun, attempt: Attempt) -> Mapping[str, Any]:
    return {
        "event_id": begun.event_id,
        "webhook_id": begun.webhook.webhook_id,
        "subscriber_id": begun.webhook.subscriber_id,
        "at": attempt.at,
        "took_ms": attempt.took_ms,
        "status": attempt.status,
        "answer": attempt.shown[:MOST_ANSWER],
        "fault": attempt.fault,
    }


def _ended(state: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "changed_at": now}

"""Webhooks as a service of the runtime: jobs that have just matched become events, and events are posted.

Enters: the time. Leaves: events kept in the transaction that closes their window, requests, what came of them. Killed
at any point it posts an event again, with the id that it had.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Thread

import structlog

from services.notifier.adapters.sql.webhooks.events import Begun, DueWebhook, FoundEvent, SqlWebhookEvents, TellShut
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.choosing import Postings
from services.notifier.domain.curation.curate import CurateSettings, item_of, ranked
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import Candidate, DueSearch
from services.notifier.domain.webhooks import (
    ANSWER_READ,
    Attempt,
    AttemptFault,
    after_attempt,
    job_event,
    signed_headers,
)
from services.notifier.domain.windows import Cut
from services.notifier.settings import WebhookSettings
from services.runtime.errors import UnavailableError
from services.runtime.http.addresses import AddressRefusedError, UnansweredError
from services.runtime.http.fetch import Limits, TimedOutError, post, user_agent
from services.runtime.records import Outgoing, TicksAlone
from services.wording.catalogues import words_of

MOST_AT_ONCE = 200
"""Webhooks looked at in one tick, which others wait for in the embedded form."""
POSTINGS_CACHED = 5_000
"""In memory while they are looked at: most webhooks have found the same."""
_EMPTY_EVERY = timedelta(minutes=1)
"""Webhooks for which nothing came are written no more often, though windows begin where they were served."""
_AGAIN_AFTER = timedelta(minutes=10)
"""What fails for a reason of its own is not tried again at once."""
_MARGIN = timedelta(seconds=30)
_events = structlog.get_logger(__name__)

Post = Callable[[str, bytes, Mapping[str, str], datetime], Attempt]
"""Posts a body with headers to an address at a time, and says what came of it; raises nothing."""


@dataclass
class _Hand:
    """Requests under way; the store is asked by the tick alone."""

    flying: dict[Future[Attempt], Begun] = field(default_factory=dict)
    landed: list[tuple[Begun, Attempt]] = field(default_factory=list)
    """Not kept yet: the store may be away just when an answer comes."""

    def of(self) -> Counter[str]:
        """By webhook: how many are in hand."""
        kept = (begun for begun, _ in self.landed)
        return Counter(begun.webhook.webhook_id for begun in (*self.flying.values(), *kept))


class Webhooks(TicksAlone):
    """Finds what is to be posted, and posts it."""

    name = "notifier.webhooks"

    def __init__(
        self,
        store: SqlWebhookEvents,
        windows: SqlWindows,
        matches: SqlMatches,
        post: Post,
        ids: Ids,
        settings: WebhookSettings,
        curating: CurateSettings,
        worker: str,
        chance: Random,
        *,
        tell: TellShut | None = None,
        stopping: Callable[[], bool] = lambda: False,
        count: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        """`tell`: None where there is no public address that a mail could lead to. `count` is told of each attempt."""
        self._store = store
        self._windows = windows
        self._postings = Postings(matches, POSTINGS_CACHED)
        self._post = post
        self._ids = ids
        self._settings = settings
        self._curating = curating
        self._worker = worker
        self._chance = chance
        self._tell = tell
        self._stopping = stopping
        self._count = count
        self._judging = Judging()
        self._hand = _Hand()
        self._freed = False
        self._emptied_at: datetime | None = None
        self._left_alone: dict[str, datetime] = {}

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Keep what was answered, find what has just matched, post what is due. Raises UnavailableError."""
        if not self._freed:
            self._store.release(self._worker, now)
            self._freed = True
        self._keep(now)
        if self._settings.enabled:
            self._find(now)
            self._send(now)
        until = time.monotonic() + self._settings.waits.total_seconds()
        while self._hand.flying and (left := until - time.monotonic()) > 0:
            wait(self._hand.flying, left, FIRST_COMPLETED)
            self._keep(now)
            self._send(now)
        return ()

    def _find(self, now: datetime) -> None:
        cut = self._windows.take_cut(now)
        alone = [webhook_id for webhook_id, until in self._left_alone.items() if until > now]
        due = self._store.due(now, cut, MOST_AT_ONCE, alone)
        matched = self._store.matched(due, cut) if due else {}
        self._judging.forget()
        self._postings.forget()
        for due_webhook in due:
            if (own := matched.get(due_webhook.webhook.webhook_id)) is not None and not self._stopping():
                self._find_for(due_webhook, own, cut, now)
        # Where there are more, those for whom nothing came would stand before them.
        full = len(due) >= MOST_AT_ONCE
        if full or self._emptied_at is None or not timedelta() <= now - self._emptied_at < _EMPTY_EVERY:
            self._store.pass_over(
                [due_webhook for due_webhook in due if due_webhook.webhook.webhook_id not in matched], cut, now
            )
            self._store.cancel_unwanted(now)
            self._emptied_at = now

    def _find_for(self, due: DueWebhook, matched: Mapping[str, Sequence[str]], cut: Cut, now: datetime) -> None:
        """Others are served although serving one fails."""
        webhook_id = due.webhook.webhook_id
        try:
            found = self._found(due, matched, now)
            if not self._store.keep(due, cut, found, now):
                _events.info("a webhook changed while its events were found", webhook=webhook_id)
            self._left_alone.pop(webhook_id, None)
        except UnavailableError:
            raise
        except Exception:
            self._left_alone[webhook_id] = now + _AGAIN_AFTER
            _events.exception("events of a webhook could not be made", webhook=webhook_id)

    def _found(self, due: DueWebhook, matched: Mapping[str, Sequence[str]], now: datetime) -> list[FoundEvent]:
        """Its jobs, as a mail would choose them, but for how many there is room."""
        if due.subscriber is None:
            return []
        recipient, hook = due.subscriber.recipient, due.webhook
        searches: dict[str, list[DueSearch]] = {}
        for window in due.windows:
            for posting_id in matched.get(window.search.search_id, ()):
                searches.setdefault(posting_id, []).append(window.search)
        postings = self._postings.load(searches)
        # What was here before the webhook was is no news to it, though a search may find it only now. By a clock that
        # ran ahead it may be of a time that has not come.
        since = min(hook.created_at, now)
        candidates = [
            Candidate(posting, tuple(searches[posting_id]))
            for posting_id, posting in postings.items()
            if since == now or max(posting.seen_at, posting.fetched_at) > since
        ]
        sent = self._store.posted(hook.webhook_id, [candidate.posting for candidate in candidates])
        jobs = ranked(recipient, candidates, sent, now, self._curating, self._judging, [], [])
        words = words_of(recipient.locale)
        items = [item_of(job, now, recipient) for job in jobs if job.outcome == "match"]
        return [
            FoundEvent(
                self._ids.webhook_event_id(hook.webhook_id, item.posting.posting_id),
                item,
                job_event(hook, item, words, now),
            )
            for item in items
        ]

    def _send(self, now: datetime) -> None:
        """Post what is due, without waiting for any answer: others' servers are slow, and this is a tick."""
        free = self._settings.at_once - len(self._hand.flying)
        if free <= 0 or not self._settings.enabled:
            return
        in_hand = self._hand.of()
        for event_id, webhook_id in self._store.waiting(now, self._settings.at_once * 4):
            if free <= 0 or self._stopping():
                return
            # Who lets requests hang takes no more of them than others leave.
            if in_hand[webhook_id] >= self._most_in_hand:
                continue
            begun = self._store.begin(event_id, self._worker, now, self._lease)
            if begun is None:
                continue
            in_hand[webhook_id] += 1
            free -= 1
            headers = signed_headers(event_id, now, begun.body, begun.webhook.secrets(self._ids, now))
            self._hand.flying[_begun(partial(self._post, begun.webhook.address, begun.body, headers, now))] = begun

    @property
    def _most_in_hand(self) -> int:
        return max(self._settings.at_once // 4, 1)

    @property
    def _lease(self) -> timedelta:
        """Longer than any request can take."""
        return 2 * self._settings.timeout + _MARGIN

    def _keep(self, now: datetime) -> None:
        """Write down what was answered. Raises UnavailableError, having forgotten nothing."""
        for future in [future for future in self._hand.flying if future.done()]:
            begun = self._hand.flying.pop(future)
            self._hand.landed.append((begun, _outcome(future, now)))
        while self._hand.landed:
            begun, attempt = self._hand.landed[0]
            after = after_attempt(
                begun.kind,
                begun.challenge,
                attempt,
                begun.number,
                begun.webhook.failing_since,
                self._settings.shut_after,
                self._chance.random(),
            )
            kept = self._store.settle(begun, attempt, after, now, self._tell)
            self._hand.landed.pop(0)
            if kept:
                self._count("delivered" if attempt.is_well else "failed")
            if kept and after.shut is not None:
                _events.warning("a webhook is shut", webhook=begun.webhook.webhook_id, why=after.shut)


def poster(settings: WebhookSettings) -> Post:
    """Posts over https to public addresses alone, unless the settings allow others: bounded, without redirects."""
    seconds = settings.timeout.total_seconds()
    limits = Limits(connect=seconds, headers=seconds, read=seconds, total=seconds, body=ANSWER_READ)
    own = {"User-Agent": user_agent(), "Content-Type": "application/json", "Accept": "application/json, text/plain"}

    def send(address: str, body: bytes, headers: Mapping[str, str], at: datetime) -> Attempt:
        began = time.monotonic()

        def attempt(status: int | None, answer: str, fault: AttemptFault | None = None) -> Attempt:
            return Attempt(at, round(1_000 * (time.monotonic() - began)), status, answer, fault)

        try:
            if not settings.allow_private and not address.startswith("https://"):
                return attempt(None, "", "refused")
            found = post(
                address, body, headers=own | dict(headers), limits=limits, allow_private=settings.allow_private
            )
        except AddressRefusedError:
            # Which address a name leads to within the operator's network is nobody's business.
            return attempt(None, "", "refused")
        except TimedOutError:
            return attempt(None, "", "slow")
        except UnavailableError as error:
            why = error.why if isinstance(error, UnansweredError) else "away"
            return attempt(None, str(error).rpartition("gives no answer: ")[2], why)
        return attempt(found.status, found.body.decode("utf-8", "replace"))

    return send


def _begun(post: Callable[[], Attempt]) -> Future[Attempt]:
    """Post in a thread that the end of the process does not wait for: then the event is posted again."""
    future: Future[Attempt] = Future()

    def run() -> None:
        try:
            future.set_result(post())
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, name="webhook", daemon=True).start()
    return future


def _outcome(future: Future[Attempt], now: datetime) -> Attempt:
    """A bug of ours is no answer; the event is posted again."""
    error = future.exception()
    if error is None:
        return future.result()
    _events.error("posting to a webhook failed", exc_info=error)
    return Attempt(now, 0, fault="away")

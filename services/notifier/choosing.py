"""From what was found to a digest: what is read for some subscribers together, and what is chosen for each."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from cachetools import LRUCache

from schemas.posting import PostingCore
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.candidates import (
    JudgedIds,
    NewestPostings,
    all_instant,
    candidates_of,
    comes_with_waiting,
    judged_of,
    since_of,
)
from services.notifier.domain.curation.curate import CurateSettings, curate, worth_a_mail
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.curation.near_misses import Newest, near_candidates, with_near_misses
from services.notifier.domain.curation.waiting import waiting_after
from services.notifier.domain.model import Candidate, ClosedJob, Counted, Digest, DueSearch, Hold, Recipient, SentItem
from services.notifier.domain.week import LOOKS_BACK, with_week
from services.notifier.domain.windows import NO_MATCHES, DueSubscriber, DueWindow, WindowMatches
from services.notifier.ports import Served
from services.notifier.settings import NotifierSettings

_EARLIER_RELEASE_REMEMBERS = timedelta(days=90)
"""How far back what a release without the memory of sent jobs has sent is looked up, as that release did."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of somebody's candidates."""

    outcome: Digest | Hold
    near: Sequence[Candidate]
    """What nearly fits besides, of which they may have been sent some."""

    def completed(self, sent: Sequence[SentItem], settings: CurateSettings, judging: Judging) -> Digest | Hold:
        """The outcome with the best of what nearly fits. `sent`: what they were sent that may be the same as that."""
        return with_near_misses(self.outcome, self.near, sent, settings, judging)


def choice_of(
    recipient: Recipient,
    searches: Sequence[DueSearch],
    candidates: Iterable[Candidate],
    sent: Sequence[SentItem],
    due_at: datetime,
    newest: Callable[[], Newest],
    settings: CurateSettings,
    judging: Judging,
) -> Choice:
    """Choose from candidates. `sent`: what they were sent that may be the same jobs; `newest`: what came last."""
    chosen = curate(recipient, searches, candidates, sent, due_at, settings, judging)
    outcome = worth_a_mail(chosen, settings)
    return Choice(outcome, near_candidates(outcome, newest, settings, judging))


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read at once for some subscribers."""

    matches: Mapping[str, WindowMatches]
    """By search id: the postings that its window holds."""
    judged: Mapping[str, JudgedIds]
    """By subscriber."""
    postings: Mapping[str, PostingCore]
    sent: Mapping[str, Sequence[SentItem]]
    served: Mapping[str, Served]
    matched: Mapping[str, Sequence[Counted]]
    closed: Mapping[str, tuple[ClosedJob, ...]]
    """By subscriber: what they saved that closed, and of which no mail has said so."""

    def candidates(self, subscriber: DueSubscriber) -> list[Candidate]:
        """What was found for them."""
        return candidates_of(subscriber, self.judged[subscriber.recipient.subscriber_id], self.postings)

    def waiting_after(self, outcome: Digest | Hold, window: DueWindow) -> tuple[str, ...]:
        """What waits for one of the recipient's searches after an outcome."""
        search_id = window.search.search_id
        judged = self.judged[outcome.recipient.subscriber_id][search_id]
        return waiting_after(outcome, window, self.matches.get(search_id, NO_MATCHES), judged)


class Choosing:
    """Reads and chooses, and writes nothing. What was read is not looked at again until `forget`."""

    def __init__(self, matches: SqlMatches, digests: SqlDigests, settings: NotifierSettings) -> None:
        self._postings = Postings(matches, settings.postings_held)
        self._judging = Judging(most_postings=settings.postings_held)
        self._newest = NewestPostings(matches, settings.newest_looked_at, self._postings.load, self._judging.ready)
        self._digests = digests
        self._settings = settings.curate

    def forget(self) -> None:
        """Between passes: versions may change meanwhile, and few of the people of the next share what was judged."""
        self._postings.forget()
        self._newest.forget()
        self._judging.forget_criteria()

    def read(self, due: Sequence[DueSubscriber], matches: Mapping[str, WindowMatches], now: datetime) -> Readings:
        """All that serving them takes, in a few statements however many they are. Raises UnavailableError."""
        # Whoever has nothing to be told and only instant searches gets no digest.
        asked = [subscriber for subscriber in due if _may_have_news(subscriber, matches)]
        since = {subscriber.recipient.subscriber_id: since_of(subscriber, now) for subscriber in asked}
        served = self._digests.served(since)
        judged: dict[str, JudgedIds] = {}
        own: dict[str, Collection[str]] = {}
        for subscriber in due:
            subscriber_id = subscriber.recipient.subscriber_id
            with_waiting = subscriber_id in since and comes_with_waiting(
                subscriber, served.get(subscriber_id), since[subscriber_id]
            )
            judged[subscriber_id] = judged_of(subscriber, matches, with_waiting=with_waiting)
            own[subscriber_id] = {posting_id for some in judged[subscriber_id].values() for posting_id in some}
        postings = self._postings.load({posting_id for some in own.values() for posting_id in some})
        wanted = {
            subscriber_id: [postings[posting_id] for posting_id in some if posting_id in postings]
            for subscriber_id, some in own.items()
            if some
        }
        matched = self._digests.matched(list(wanted), now - LOOKS_BACK)
        closed = self._digests.closed_jobs(list(wanted))
        return Readings(matches, judged, postings, self._sent(wanted, now), served, matched, closed)

    def choose(
        self,
        subscriber: DueSubscriber,
        candidates: Sequence[Candidate],
        found: Readings,
        due_at: datetime,
        now: datetime,
    ) -> Choice:
        """What one subscriber's candidates come to. Raises UnavailableError."""
        subscriber_id = subscriber.recipient.subscriber_id
        searches, sent = [window.search for window in subscriber.windows], found.sent.get(subscriber_id, ())
        newest = partial(self._newest.at, now)
        made = choice_of(
            subscriber.recipient, searches, candidates, sent, due_at, newest, self._settings, self._judging
        )
        week = with_week(made.outcome, subscriber, found.matches, candidates, found.matched.get(subscriber_id, ()))
        if isinstance(week, Digest):
            week = replace(week, closed=found.closed.get(subscriber_id, ()))
        return Choice(week, made.near)

    def sent_of_near(self, choices: Iterable[Choice], now: datetime) -> Mapping[str, Sequence[SentItem]]:
        """By subscriber, what they were sent that may be the same as what nearly fits. Raises UnavailableError."""
        near = {choice.outcome.recipient.subscriber_id: choice.near for choice in choices if choice.near}
        return self._sent(
            {subscriber_id: [candidate.posting for candidate in some] for subscriber_id, some in near.items()}, now
        )

    def completed(self, choice: Choice, sent: Mapping[str, Sequence[SentItem]]) -> Digest | Hold:
        """The outcome, once it is known what they were sent."""
        subscriber_id = choice.outcome.recipient.subscriber_id
        return choice.completed(sent.get(subscriber_id, ()), self._settings, self._judging)

    def _sent(self, wanted: Mapping[str, Sequence[PostingCore]], now: datetime) -> Mapping[str, Sequence[SentItem]]:
        return self._digests.sent(wanted, now - _EARLIER_RELEASE_REMEMBERS) if wanted else {}


class Postings:
    """The newest versions, each read once while it is the same, as far as memory goes."""

    def __init__(self, matches: SqlMatches, most: int) -> None:
        self._matches = matches
        self._postings: LRUCache[str, PostingCore] = LRUCache(most)
        self._looked_at: set[str] = set()
        """In this pass: what is held of these is the newest version."""

    def load(self, posting_ids: Iterable[str]) -> dict[str, PostingCore]:
        """Postings by id, those no longer kept left out."""
        wanted = sorted(posting_ids)
        doubtful = [
            posting_id for posting_id in wanted if posting_id in self._postings and posting_id not in self._looked_at
        ]
        versions = self._matches.versions(doubtful) if doubtful else {}
        for posting_id in doubtful:
            if self._postings[posting_id].version != versions.get(posting_id):
                del self._postings[posting_id]
        found = {posting_id: self._postings[posting_id] for posting_id in wanted if posting_id in self._postings}
        missing = [posting_id for posting_id in wanted if posting_id not in found]
        if missing:
            read = self._matches.postings(missing)
            found |= read
            self._postings.update(read)
        self._looked_at.update(wanted)
        return found

    def forget(self) -> None:
        """Between passes: versions may change meanwhile."""
        self._looked_at.clear()


def _may_have_news(subscriber: DueSubscriber, matches: Mapping[str, WindowMatches]) -> bool:
    if not all_instant(subscriber):
        return True
    return any(
        window.waiting or matches.get(window.search.search_id, NO_MATCHES).posting_ids for window in subscriber.windows
    )

"""What someone's next mail would hold, or what a search finds for them, saved or not; nothing is kept of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.ports import BackwardHit
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.candidates import NewestPostings
from services.notifier.choosing import Choosing, choice_of
from services.notifier.domain.curation.curate import CurateSettings, Ranked, ranked
from services.notifier.domain.curation.judging import Judging, PostingFeatures
from services.notifier.domain.curation.near_misses import near_candidates, with_near_misses
from services.notifier.domain.model import Candidate, Digest, Dropped, DueSearch, Hold, Item, Recipient, WaitingJob
from services.notifier.domain.schedule import waits_until
from services.notifier.settings import NotifierSettings
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from services.runtime.errors import UnavailableError, UsageError
from services.settings import Settings
from services.usecases.errors import TooManyDaysError
from services.usecases.index import index_of, without_index
from services.usecases.installation import Installation
from services.usecases.progress import Tell
from services.usecases.searches import Query
from services.usecases.suppressions import why_suppressed

__all__ = [
    "Digest",
    "DigestPreview",
    "Dropped",
    "Hold",
    "Item",
    "SearchPreview",
    "WaitingJob",
    "found_by",
    "next_digest",
]


class SearchHit(Protocol):
    """A posting that criteria fit, or nearly."""

    @property
    def posting(self) -> PostingCore: ...

    @property
    def near(self) -> bool: ...


class ForwardSearch(Protocol):
    """Postings, searched by criteria."""

    def search(self, criteria: Criteria, since: datetime, most: int) -> Sequence[SearchHit]:
        """The newest `most` open postings seen since then that the truth accepts or nearly accepts, backlog included.

        Raises UnavailableError.
        """
        ...


@dataclass(frozen=True, slots=True)
class SearchPreview:
    """What a search finds among the postings of some days, and the best of it for one reader."""

    days: int
    fitting: int
    near: int
    more: bool
    """Whether there may be older ones that were not looked at."""
    outcome: Digest | Hold


@dataclass(frozen=True, slots=True)
class DigestPreview:
    """A next digest, and when the next instant mail may go."""

    outcome: Digest | Hold
    instant_waits_until: datetime | None
    """When instant searches are served again whose mails of the day are out; None where they do not wait."""
    most_instant: int
    """Instant mails of one day."""
    suppressed: str | None
    """Why no mail goes to their address, whatever it would hold."""


def next_digest(
    installation: Installation, person: str, now: datetime, *, heeding_feedback: bool = True
) -> DigestPreview:
    """What someone's next digest would hold, were it built now. Raises UsageError where nothing would be looked for.

    `heeding_feedback`: False for what it would hold had they never said anything of a job or a company.
    """
    subscriber = installation.subscribers.find(person)
    engine, settings = installation.engine, installation.settings.notifier
    reader = Preview(installation.matches, SqlWindows(engine), SqlDigests(engine, installation.ids), settings)
    outcome = reader.of(subscriber.subscriber_id, now, heeding_feedback=heeding_feedback)
    if outcome is None:
        raise UsageError(f"{subscriber.profile.address} has no saved search that is not paused")
    own = (search for search in installation.searches.all(subscriber.subscriber_id) if not search.paused)
    waits = (waits_until(search.timing.cadence, search.next_due_at, now) for search in own)
    suppressed = why_suppressed(installation, subscriber.profile.address)
    return DigestPreview(outcome, max(filter(None, waits), default=None), settings.most_instant, suppressed)


def found_by(
    installation: Installation, person: str, query: Query, days: int | None, now: datetime, *, tell: Tell
) -> SearchPreview:
    """What a search finds in the last days, and the best of it for someone, whatever they were sent.

    `days`: by default as many as postings are held for. `tell` is told where the index cannot help. Raises
    TooManyDaysError, UnavailableError.
    """
    matcher, notifier = installation.settings.matcher, installation.settings.notifier
    newest = NewestPostings(installation.matches, notifier.newest_looked_at)
    recipient = installation.subscribers.recipient(installation.subscribers.find(person).subscriber_id)
    looked = days or matcher.indexed.days
    if looked > matcher.indexed.days:
        raise TooManyDaysError("postings are held for previews", matcher.indexed.days)
    search = DueSearch("preview", query.name, "daily", query.criteria, query.preferred_places)
    most = matcher.backwards_most
    with forward_of(installation.settings, SqlPastPostings(installation.engine), tell) as forward:
        found = forward.search(search.criteria, now - timedelta(days=looked), most)
    near = sum(hit.near for hit in found)
    outcome = UnsentMails(newest, notifier.curate).best([hit.posting for hit in found], recipient, search, now)
    return SearchPreview(looked, len(found) - near, near, len(found) >= most, outcome)


class StoredPostings:
    """`ForwardSearch` that reads and judges what the store took in since then."""

    def __init__(self, stored: SqlPastPostings) -> None:
        self._stored = stored

    def search(self, criteria: Criteria, since: datetime, most: int) -> list[BackwardHit]:
        """The newest `most`. Raises UnavailableError."""
        best: list[BackwardHit] = []
        for page in self._stored.open_since(since):
            # What is older than all of enough is not among the newest, whether it fits or not.
            oldest = best[-1].posting.seen_at if len(best) == most else since
            found = (_hit(criteria, posting) for posting in page if posting.seen_at >= oldest)
            best += [hit for hit in found if hit is not None]
            best.sort(key=lambda hit: hit.posting.posting_id)
            best.sort(key=lambda hit: hit.posting.seen_at, reverse=True)
            del best[most:]
        return best


def _hit(criteria: Criteria, posting: PostingCore) -> BackwardHit | None:
    outcome = outcome_of(criteria, PreparedPosting(posting))
    return None if outcome == "reject" else BackwardHit(posting, near=outcome == "near")


class IndexedPostings:
    """`ForwardSearch` in the index of postings, up to its first failure, of which a sentence is told."""

    def __init__(self, recent: ElasticsearchRecentPostings, otherwise: ForwardSearch, tell: Tell) -> None:
        self._recent = recent
        self._otherwise = otherwise
        self._tell = tell

    def search(self, criteria: Criteria, since: datetime, most: int) -> Sequence[SearchHit]:
        """The newest `most` of what was put before this call. Raises UnavailableError only where the other does."""
        try:
            self._recent.refresh()
            return self._recent.search(criteria, since, most)
        except UnavailableError as error:
            self._tell(without_index(error))
            return self._otherwise.search(criteria, since, most)


@contextmanager
def forward_of(settings: Settings, stored: SqlPastPostings, tell: Tell) -> Iterator[ForwardSearch]:
    """The forward search that an installation has; `tell` is told a sentence where it cannot be used after all."""
    over_store = StoredPostings(stored)
    with index_of(settings) as engine:
        if engine is None:
            yield over_store
        else:
            yield IndexedPostings(ElasticsearchRecentPostings(engine), over_store, tell)


class Preview:
    """Reads, and writes nothing."""

    def __init__(
        self, matches: SqlMatches, windows: SqlWindows, digests: SqlDigests, settings: NotifierSettings
    ) -> None:
        self._windows = windows
        self._choosing = Choosing(matches, digests, settings)

    def of(self, subscriber_id: str, now: datetime, *, heeding_feedback: bool = True) -> Digest | Hold | None:
        """All their searches together, each since it was last served; None where they have none that is not paused."""
        upcoming = self._windows.upcoming(subscriber_id)
        if upcoming is None:
            return None
        subscriber, cut = upcoming
        if not heeding_feedback:
            unheeded = replace(subscriber.recipient, hidden_companies=frozenset(), not_relevant=frozenset(), answers=())
            subscriber = replace(subscriber, recipient=unheeded)
        found = self._choosing.read([subscriber], self._windows.matches([subscriber], cut), now)
        choice = self._choosing.choose(subscriber, found.candidates(subscriber), found, now, now)
        return self._choosing.completed(choice, self._choosing.sent_of_near([choice], now))


class UnsentMails:
    """What mails would hold of postings that fit a search, or nearly, had its reader been sent none of them."""

    def __init__(self, newest: NewestPostings, settings: CurateSettings, judging: Judging | None = None) -> None:
        """`judging` remembers verdicts for the next time."""
        self._newest = newest
        self._settings = settings
        self._judging = judging or Judging()

    def best(self, found: Sequence[PostingCore], to: Recipient, search: DueSearch, now: datetime) -> Digest | Hold:
        """The first mail, however likely it is to hold something wanted: in mails its jobs may come with others."""
        settings = self._settings.model_copy(update={"least_mail_chance": 0.0})
        newest = partial(self._newest.at, now)
        choice = choice_of(to, [search], _candidates(found, search), (), now, newest, settings, self._judging)
        return choice.completed((), settings, self._judging)

    def passing(self, found: Sequence[PostingCore], to: Recipient, search: DueSearch, now: datetime) -> frozenset[str]:
        """Which of them mails would hold, one of each job, be it a mail for which they have no room."""
        jobs = self._matching(found, to, search, now, self._settings)
        return frozenset(job.posting.posting_id for job in jobs)

    def weighed(
        self, found: Sequence[PostingCore], to: Recipient, search: DueSearch, now: datetime
    ) -> list[tuple[PostingFeatures, float]]:
        """With the chance that is foreseen of them, however small, one of each job."""
        settings = self._settings.model_copy(update={"least_chance": 0.0})
        return [(job.ready, job.chance.value) for job in self._matching(found, to, search, now, settings)]

    def near(self, hold: Hold, search: DueSearch) -> tuple[Item, ...]:
        """The best of what nearly fits a search that nothing fits whole: a mail of these alone would not be sent."""
        empty = Digest(hold.recipient, hold.due_at, (search,), items=(), near=(), left_out=0, dropped=())
        found = [Candidate(job.posting, (search,)) for job in hold.near_rest]
        newest = partial(self._newest.at, hold.due_at)
        found += near_candidates(empty, newest, self._settings, self._judging)
        shown = with_near_misses(empty, found, (), self._settings, self._judging)
        return () if isinstance(shown, Hold) else shown.near

    def _matching(
        self, found: Sequence[PostingCore], to: Recipient, search: DueSearch, now: datetime, settings: CurateSettings
    ) -> list[Ranked]:
        """What fits and is above the bar, one of each job."""
        jobs = ranked(to, _candidates(found, search), (), now, settings, self._judging, [], [])
        return [job for job in jobs if job.outcome == "match"]


def _candidates(found: Sequence[PostingCore], search: DueSearch) -> list[Candidate]:
    # What a source had before its first poll is news to nobody and never mailed, but part of what there is to find.
    postings = (posting.model_copy(update={"backlog": False}) if posting.backlog else posting for posting in found)
    return [Candidate(posting, (search,)) for posting in postings]

"""A subscriber's next digest, were it built now, or the best that a search finds for them; nothing is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.building import EARLIER_RELEASE_REMEMBERS
from services.notifier.candidates import candidates_of, comes_with_waiting, judged_of, since_of
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.model import Candidate, Digest, DueSearch, Hold, Recipient
from services.notifier.domain.week import LOOKS_BACK, with_week
from services.notifier.ports import DigestStore, MatchStore, WindowStore


class Preview:
    """Reads, and writes nothing."""

    def __init__(
        self, matches: MatchStore, windows: WindowStore, digests: DigestStore, settings: CurateSettings
    ) -> None:
        self._matches = matches
        self._windows = windows
        self._digests = digests
        self._settings = settings

    def of(self, subscriber_id: str, now: datetime) -> Digest | Hold | None:
        """All their searches together, each since it was last served; None where they have none that is not paused."""
        upcoming = self._windows.upcoming(subscriber_id)
        if upcoming is None:
            return None
        subscriber, cut = upcoming
        matches = self._windows.matches([subscriber], cut)
        since = since_of(subscriber, now)
        served = self._digests.served({subscriber_id: since}).get(subscriber_id)
        judged = judged_of(subscriber, matches, with_waiting=comes_with_waiting(subscriber, served, since))
        postings = self._matches.postings(sorted({posting_id for some in judged.values() for posting_id in some}))
        sent = self._digests.sent({subscriber_id: list(postings.values())}, now - EARLIER_RELEASE_REMEMBERS)
        searches = [window.search for window in subscriber.windows]
        candidates = candidates_of(subscriber, judged, postings)
        outcome = curate(subscriber.recipient, searches, candidates, sent.get(subscriber_id, []), now, self._settings)
        before = self._digests.matched([subscriber_id], now - LOOKS_BACK).get(subscriber_id, ())
        return with_week(outcome, subscriber, matches, candidates, before)


class Fitting(Protocol):
    """A posting that criteria fit, or nearly."""

    @property
    def posting(self) -> PostingCore: ...

    @property
    def near(self) -> bool: ...


class ForwardSearch(Protocol):
    """Postings, searched by criteria."""

    def search(self, criteria: Criteria, since: datetime, most: int) -> Sequence[Fitting]:
        """The newest `most` open postings seen since then that the truth accepts or nearly accepts, backlog included.

        Raises UnavailableError.
        """
        ...


@dataclass(frozen=True, slots=True)
class SearchPreview:
    """What a search finds among the postings of some days, and the best of it for one reader."""

    fitting: int
    near: int
    more: bool
    """Whether there may be older ones that were not looked at."""
    outcome: Digest | Hold


def preview_search(
    forward: ForwardSearch,
    recipient: Recipient,
    search: DueSearch,
    since: datetime,
    most: int,
    now: datetime,
    settings: CurateSettings,
) -> SearchPreview:
    """A search, saved or not, over what was seen since then, whatever they were sent of it. Raises UnavailableError."""
    found = forward.search(search.criteria, since, most)
    near = sum(fitting.near for fitting in found)
    # What a source had before its first poll is news to nobody and never mailed, but part of what there is to find.
    postings = (fitting.posting.model_copy(update={"backlog": False}) for fitting in found)
    candidates = [Candidate(posting, (search,)) for posting in postings]
    outcome = curate(recipient, [search], candidates, (), now, settings)
    return SearchPreview(len(found) - near, near, len(found) >= most, outcome)

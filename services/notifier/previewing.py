"""What a subscriber's next digest would be, were it built now; nothing is kept of it."""

from datetime import datetime

from services.notifier.building import EARLIER_RELEASE_REMEMBERS, candidates_of
from services.notifier.domain.curate import CurateSettings, curate
from services.notifier.domain.model import Digest, Hold
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
        found = self._windows.found([subscriber], cut)
        postings = self._matches.postings(sorted({one for held in found.values() for one in held.posting_ids}))
        sent = self._digests.sent({subscriber_id: list(postings.values())}, now - EARLIER_RELEASE_REMEMBERS)
        searches = [window.search for window in subscriber.windows]
        candidates = candidates_of(subscriber, found, postings)
        outcome = curate(subscriber.recipient, searches, candidates, sent.get(subscriber_id, []), now, self._settings)
        before = self._digests.matched([subscriber_id], now - LOOKS_BACK).get(subscriber_id, ())
        return with_week(outcome, subscriber, found, candidates, before)

"""What someone's next mail would hold, or what a search finds for them, saved or not; nothing is kept of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.domain.model import Digest, Dropped, DueSearch, Hold, Item, Left
from services.notifier.domain.schedule import waits_until
from services.notifier.previewing import Preview, SearchPreview, preview_search
from services.runtime.errors import UsageError
from services.usecases.forward_search import forward_of
from services.usecases.installation import Installation
from services.usecases.progress import Tell
from services.usecases.searches import Query

__all__ = [
    "Digest",
    "DigestPreview",
    "Dropped",
    "Found",
    "Hold",
    "Item",
    "Left",
    "SearchPreview",
    "found_by",
    "next_digest",
]


@dataclass(frozen=True, slots=True)
class DigestPreview:
    """A next digest, and when the next instant mail may go."""

    outcome: Digest | Hold
    instant_waits_until: datetime | None
    """When instant searches are served again whose mails of the day are out; None where they do not wait."""
    most_instant: int
    """Instant mails of one day."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search finds, and in how many days."""

    days: int
    preview: SearchPreview


def next_digest(installation: Installation, person: str, now: datetime) -> DigestPreview:
    """What someone's next digest would hold, were it built now. Raises UsageError where nothing would be looked for."""
    subscriber = installation.subscribers.find(person)
    engine, settings = installation.engine, installation.settings.notifier
    reader = Preview(installation.matches, SqlWindows(engine), SqlDigests(engine, installation.ids), settings.curate)
    outcome = reader.of(subscriber.subscriber_id, now)
    if outcome is None:
        raise UsageError(f"{subscriber.profile.address} has no saved search that is not paused")
    own = (one for one in installation.searches.all(subscriber.subscriber_id) if not one.paused)
    waits = (waits_until(one.timing.cadence, one.next_due_at, now) for one in own)
    return DigestPreview(outcome, max(filter(None, waits), default=None), settings.most_instant)


def found_by(
    installation: Installation, person: str, query: Query, days: int | None, now: datetime, *, tell: Tell
) -> Found:
    """What a search finds in the last days, and the best of it for someone, whatever they were sent.

    `days`: by default as many as postings are held for. `tell` is told where the index cannot help. Raises UsageError
    for more days than that, UnavailableError.
    """
    matcher, curating = installation.settings.matcher, installation.settings.notifier.curate
    recipient = installation.subscribers.recipient(installation.subscribers.find(person).subscriber_id)
    looked = days or matcher.indexed.days
    if looked > matcher.indexed.days:
        raise UsageError(f"postings are held for previews for {matcher.indexed.days} days: ask for no more")
    search = DueSearch("preview", query.name, "daily", query.criteria, query.preferred_places)
    since, most = now - timedelta(days=looked), matcher.backwards_most
    with forward_of(installation.settings, SqlPastPostings(installation.engine), tell) as forward:
        return Found(looked, preview_search(forward, recipient, search, since, most, now, curating))

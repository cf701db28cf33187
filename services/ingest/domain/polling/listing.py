"""What a poll changes: which items are new, changed, open again or closed, and when a posting ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from schemas.giving import LAST_JOBS

MISSES_TO_CLOSE = 2
"""How many complete, non-empty polls must lack an item before it counts as closed: one may be a slip of the board."""
SHRINKS_FROM = 10
"""So many open postings at least, and more than are still listed, must be lacking for a listing to be suspicious."""
HARDLY_ANY = 0.1
"""Or so few of the open ones be still listed, whatever else is, as where it is another board; not after an outage."""
OUTAGE = timedelta(days=2)
SHRUNK_POLLS = 4
SHRUNK_FOR = timedelta(days=1)
"""What a suspicious listing lacks is closed once as many polls over as long have said the same, unless an operator
accepts it before: one page of many is a commoner slip of a board than a company that closes most of its jobs."""
BACKLOG_AGE = timedelta(days=3)
"""What a first poll finds that was posted longer ago than this is no news."""
STILL_LISTED = timedelta(days=2)
"""How long after it was last seen an item counts as still listed, over outages and pages that shift."""

PENDING = "?"
"""Before the hash of an item about to be sent. A hash does not begin so, and thus it differs from every other."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """How a listing came to lack suspiciously much: of a complete one much, of any other all."""

    since: datetime
    polls: int
    """That found it so, in a row."""
    listed: int
    lacking: int
    """Open postings that the last of them did not list."""
    held: int = 0
    """New ones that it listed in their place, and that are not sent until it is confirmed: they may be another's."""

    @property
    def is_of_last_jobs(self) -> bool:
        """It lists nothing, as a board that has filled the few that it had."""
        return not self.listed and self.lacking <= LAST_JOBS


Outcome = Literal["new", "changed", "reopened", "unchanged", "ended"]


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item as the present poll found it."""

    source_id: str
    format: str
    content_hash: str
    posted_at: datetime | None = None
    expires_at: datetime | None = None
    says: Mapping[str, str] = field(default_factory=dict)
    """What its source states of pay, place, date and the like; of `OWN_WORDS` the words, which no other has."""
    host: str = ""
    """Of its link; empty where it has none that can be read."""
    titled: frozenset[str] = frozenset()
    """What its title says of it, whatever its number: `words_of_title`."""


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as the ledger holds it."""

    source: str
    source_id: str
    format: str
    content_hash: str
    is_open: bool
    backlog: bool
    posted_at: datetime | None
    expires_at: datetime | None
    first_seen: datetime
    last_seen: datetime
    ends_at: datetime
    """When it ends unless it is seen again; see `ends_at`."""
    misses: int = 0
    """Complete, non-empty polls in a row that lacked it."""


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """What became of one item: the row to keep, and whether it goes out."""

    outcome: Outcome
    known: KnownItem

    @property
    def goes_out(self) -> bool:
        return self.outcome in ("new", "changed", "reopened")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a poll of a source is judged by."""

    now: datetime
    max_age: timedelta
    complete: bool
    """The source's listings hold every open posting."""
    first_poll: bool
    """The source has not been polled with success before."""


def ends_at(
    *,
    expires_at: datetime | None,
    posted_at: datetime | None,
    first_seen: datetime,
    last_seen: datetime,
    max_age: timedelta,
    complete: bool,
) -> datetime:
    """When a posting ends if its source never shows it again.

    Of a complete listing, absence closes; here only a dead source is provided for: the maximum age after it was last
    seen. Elsewhere the stated expiry decides, and without one the maximum age after its date, though not while it is
    still listed.
    """
    if complete:
        return last_seen + max_age
    if expires_at is not None:
        return expires_at
    dated = min(posted_at, first_seen) if posted_at else first_seen
    return max(dated + max_age, last_seen + STILL_LISTED)


def judge(seen: ListedItem, known: KnownItem | None, *, source: str, terms: Terms) -> JudgedItem:
    """Hold a listed item against what is known of it."""
    first_seen = known.first_seen if known else terms.now
    posted_at = seen.posted_at or (known.posted_at if known else None)
    end = ends_at(
        expires_at=seen.expires_at,
        posted_at=posted_at,
        first_seen=first_seen,
        last_seen=terms.now,
        max_age=terms.max_age,
        complete=terms.complete,
    )
    row = KnownItem(
        source=source,
        source_id=seen.source_id,
        format=seen.format,
        content_hash=seen.content_hash,
        is_open=end > terms.now or (known is not None and known.is_open),
        backlog=known.backlog if known else is_backlog(posted_at, terms),
        posted_at=posted_at,
        expires_at=seen.expires_at,
        first_seen=first_seen,
        last_seen=terms.now,
        ends_at=end,
    )
    return JudgedItem(_outcome(row, known, terms.now), row)


def _outcome(row: KnownItem, known: KnownItem | None, now: datetime) -> Outcome:
    # An open item that has ended stays open in its row: closing it is the sweep's, which sends word of it.
    if row.ends_at <= now:
        return "ended"
    if known is None:
        return "new"
    if not known.is_open:
        return "reopened"
    if known.content_hash != row.content_hash or known.format != row.format:
        return "changed"
    return "unchanged"


def is_backlog(posted_at: datetime | None, terms: Terms) -> bool:
    """Whether a new item is none that subscribers should be alerted to: found by the first poll, and old or undated."""
    if not terms.first_poll:
        return False
    return posted_at is None or posted_at < terms.now - BACKLOG_AGE


def ended_note(listed: int, taken: int, ended: int) -> str:
    """What to say of a listing of which some is past its end."""
    return f"{listed:,} listed, {taken:,} taken: {ended:,} past their end"


def pending(known: KnownItem) -> KnownItem:
    """The row to write before word of an item is sent, and until it is known that it was.

    After a crash in between nobody can tell whether it was sent: whatever is found next of the item goes out, and if
    nothing is found of it, it is there to be closed.
    """
    return replace(known, is_open=True, content_hash=PENDING + sent_hash(known))


def sent_hash(known: KnownItem) -> str:
    """The content hash of an item, pending or not."""
    return known.content_hash.removeprefix(PENDING)


def seen_again(known: KnownItem) -> ListedItem:
    """An item that its source says it still lists, unchanged."""
    return ListedItem(known.source_id, known.format, known.content_hash, known.posted_at, known.expires_at)


def missed(known: KnownItem, *, closes: bool = True) -> KnownItem:
    """An open item that one more complete, non-empty listing lacked; closed once enough did, if that may be."""
    misses = known.misses + 1
    return replace(known, misses=misses, is_open=misses < MISSES_TO_CLOSE or not closes)


def is_hardly_any(known: int, lacking: int) -> bool:
    """Whether of so many open ones hardly any is listed."""
    return lacking >= SHRINKS_FROM and known <= HARDLY_ANY * (known + lacking)


def is_of_others(before: Shrunk | None, known: int, lacking: int, now: datetime, listed_at: datetime | None) -> bool:
    """Whether a listing that came whole a short while ago lists hardly any of the open ones, or did so already."""
    is_recent = listed_at is not None and now - listed_at < OUTAGE
    return is_hardly_any(known, lacking) and (is_recent or before is not None)


def shrinking(
    before: Shrunk | None,
    listed: int,
    known: int,
    lacking: int,
    now: datetime,
    listed_at: datetime | None = None,
) -> Shrunk | None:
    """How a listing shrinks, where that is suspicious; `before` is what the poll before found of it.

    `known`: of what is listed, open ones of before, be it under another id; `listed_at`: when it last came whole. One
    that lists nothing any more always is suspicious, as long as something of it is open; one that lists others, until
    some come back.
    """
    if not lacking or (listed and lacking < SHRINKS_FROM):
        return None
    if listed and lacking <= listed and not is_of_others(before, known, lacking, now, listed_at):
        return None
    # What lists others after it listed nothing is another thing, that nobody has had a day to look at.
    if before is None or bool(before.listed) != bool(listed):
        return Shrunk(now, 1, listed, lacking)
    return Shrunk(before.since, before.polls + 1, listed, lacking)


def is_confirmed(shrunk: Shrunk, accepted: datetime | None, now: datetime) -> bool:
    """Whether what a suspicious listing lacks is gone: by an operator's word, or since it has said so for long.

    Of an empty one only the word counts, as a board in trouble lists nothing for days, unless it had its last jobs.
    """
    if accepted is not None and accepted >= shrunk.since:
        return True
    may_be_gone = shrunk.listed > 0 or shrunk.is_of_last_jobs
    return may_be_gone and shrunk.polls >= SHRUNK_POLLS and now - shrunk.since >= SHRUNK_FOR


def ended(known: KnownItem, now: datetime) -> KnownItem:
    """An item whose end has come, closed; any other as it is."""
    return replace(known, is_open=False) if known.ends_at <= now else known


def proves_absence(*, complete: bool, whole: bool, listed: int) -> bool:
    """Whether what a listing lacks is gone: the listing is complete by its format, arrived whole and is not empty.

    One that shrank suspiciously proves it only once it `is_confirmed`.
    """
    return complete and whole and listed > 0

"""What a source has given over its polls: ingest keeps it in the store, whoever tells of sources reads it there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

OWN_WORDS = ("title", "text", "opening", "link", "page", "company", "town")
"""What each job has of its own, or each board that lists many companies and towns for half of its jobs and more; of two
that share title and text one is a repeat, or nobody sees them. `opening`: how its text begins; `page`: its link without
what stands behind a ?, as all lead to one that asks to sign in."""

OTHERS_WAIT = timedelta(days=1)
"""For so long other jobs under known ids are not sent, so that somebody can look whether they are the board's."""


REST_OVER_WEEKENDS = timedelta(days=2)
"""Who stood still for so long between two movements has people behind it who rest, as over a weekend."""
_TURN_OF_THE_YEAR = ((12, 23), (1, 8))
"""From the day before Christmas Eve to the day after Orthodox Christmas, when the longest holidays of most countries
that close at all are over."""


def stood_still(since: datetime, until: datetime) -> timedelta:
    """For how long, without the turns of the year, over which people who rest at weekends may rest too."""
    holidays = timedelta()
    for year in range(since.year - 1, until.year + 1):
        (month, day), (end_month, end_day) = _TURN_OF_THE_YEAR
        begins = max(since, datetime(year, month, day, tzinfo=UTC))
        holidays += max(min(until, datetime(year + 1, end_month, end_day, tzinfo=UTC)) - begins, timedelta())
    return until - since - holidays


LAST_JOBS = 2
"""A board that had so few jobs and lists none has filled them; one that breaks lists none from one poll to the next,
whatever it had, and of so few little is lost until it lists them again."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """New postings in a row, none of which says something."""

    since: datetime
    number: int
    polls: int


@dataclass(frozen=True, slots=True)
class Giving:
    """What is kept of all its polls."""

    nothing_since: datetime | None = None
    """Its first poll in a row that listed nothing, or nothing that is taken; None once one listed something."""
    ended: int = 0
    """Postings of its last listing that were past their end, where that was all of them."""
    lately: int = 0
    """Postings of its last listing that had any."""
    began: datetime | None = None
    """Its first poll that listed something."""
    moved_at: datetime | None = None
    """Its last poll of which something was new, changed or gone, or its last push; at first when it began."""
    moves: int = 0
    """Polls that found it moved since it began."""
    longest: timedelta = timedelta()
    """The longest time between two such, without the turns of the year."""
    unread: int = 0
    """Rows of its last listing that may be jobs, and of which nothing could be read."""
    unread_since: datetime | None = None
    """Its first poll in a row of which so many could not be read; None where few could not."""
    replaced: int = 0
    """Polls in a row that listed much, and hardly anything that was known before."""
    replaced_since: datetime | None = None
    """The first of them; None where the last was none."""
    renamed: int = 0
    """Known postings that differ from before as other jobs do, at its last poll that moved, where these were many."""
    renamed_since: datetime | None = None
    """The first of such polls in a row; None where the last that moved was none."""
    differ: str = ""
    """In what most of them did: title, pay or town; empty of a release that looked at titles alone."""
    usual: tuple[str, ...] = ()
    """What half and more of the rows of its last listing of ten and more said (pay, place, a date that has come, a text
    that is not cut short, and `OWN_WORDS`), or before it was lost."""
    lost: tuple[str, ...] = ()
    """What of it no row of the last such listing said."""
    lost_since: datetime | None = None
    """The first listing that lacked some of it; None where the last lacked nothing."""
    unsaid: Mapping[str, Unsaid] = field(default_factory=dict)
    """What its new postings do not say any more, by its name in `usual`, though nearly all said it before."""
    odd_pay: int = 0
    """Postings of the last such listing that state a pay that nobody earns, where these were many."""
    odd_pay_since: datetime | None = None
    """The first such listing in a row; None where the last was none."""
    host: str = ""
    """The host that half and more of the rows of its last such listing linked to, or before all led to another."""
    other_host: str = ""
    """Where all known postings lead since, and none to that one."""
    other_host_since: datetime | None = None
    """The first such listing in a row; None where the last was none."""
    moved_to: str = ""
    """Where another site has its listing for good, as its server last said; empty where it did not move."""
    cut_since: datetime | None = None
    """Its first listing in a row that is to be complete and of which pages were left unasked; None where none were."""
    pushed: tuple[int, int] = (0, 0)
    """Of the last hundred or so that were pushed, or came new with a listing: how many state a pay, and how many of
    these one that nobody earns."""


@cache
def _form() -> TypeAdapter[Giving]:
    return TypeAdapter(Giving)


def written(giving: Giving) -> str:
    """As the store keeps it: a JSON object."""
    return _form().dump_json(giving).decode()


def read(text: str | None) -> Giving:
    """What the store has; None, of a source that nobody has looked at so, is nothing yet."""
    return Giving() if text is None else _form().validate_json(text)

"""Whether who looks for jobs and is sent none is told so: once in a time without a digest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notifier.domain.schedule import latest_due, zones

QUIET: Final = "quiet"
"""The reason of a notice that says so."""
FIRST: Final = timedelta(days=7)
"""For who never had a digest. By then a daily search was served seven times, and a weekly one once, each over the week
before it too; and they still remember what they signed up for."""

HOUR: Final = 8
"""Of who asked for no hour, since all their searches are instant."""
_NOT_LATER: Final = timedelta(hours=3)
"""Than their hour: it is looked for once an hour, and a notifier may be away for a while."""


def spans(days: int) -> tuple[timedelta, timedelta]:
    """How long nothing may come to who never had a digest, and to who did: a weekly search is served in between."""
    return FIRST, max(FIRST, timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Quiet:
    """What was mailed to somebody who is served, and since when they look for what they look for."""

    begun_at: datetime
    """When they, or a search of theirs that is not paused, last changed."""
    mailed_at: datetime | None
    """When their last digest was due, whatever became of its mail: something fitted; None: they never had one."""
    told_at: datetime | None
    """When they were last told that nothing comes, and the mail went out or may."""
    noticed_at: datetime | None
    """When they were last told so, or asked whether they want mails, whatever became of it."""
    hour: int
    """The first at which a search of theirs is served."""
    time_zone: str

    @property
    def since(self) -> datetime:
        """Since when nothing came."""
        return max(self.begun_at, self.mailed_at or self.begun_at)


def tells(quiet: Quiet, days: int, now: datetime) -> bool:
    """Whether it is time to say so, which begins at an hour of theirs; `days`: how long nothing may come to who had a
    digest before, 0: for ever."""
    if not days:
        return False
    first, later = spans(days)
    told = quiet.told_at is not None and (quiet.mailed_at is None or quiet.mailed_at <= quiet.told_at)
    lately = quiet.noticed_at is not None and now - quiet.noticed_at < later
    if told or lately or now - quiet.since < (later if quiet.mailed_at else first):
        return False
    # A zone that is none any more must not keep all others from being told.
    zone = quiet.time_zone if quiet.time_zone in zones() else "UTC"
    return now - latest_due("daily", quiet.hour, None, zone, now) < _NOT_LATER

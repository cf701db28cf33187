"""How spans of time, long texts and many names are said of what is not well."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.runtime.pauses import Pause

MOST_NAMED = 3
"""Of many that have the same; how many there are is said."""
FORGOTTEN = timedelta(hours=2)
"""What an operator paused for longer may be forgotten, and makes mails late: the alerts come as late."""
_MOST_SAID = 160
_JUST = timedelta(seconds=1)


def short(text: str, most: int = _MOST_SAID) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def named_of(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = [f"{len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
    return " and ".join([", ".join(names[:MOST_NAMED]), *more])


def joined(names: Sequence[str]) -> str:
    """All of a few: `a`, `a and b`, `a, b and c`."""
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]])


def lasting(since: datetime | None, at: datetime | None, now: datetime) -> str:
    """For how long an error has been seen, and when last; nothing of one that has only just come."""
    if since is None or now - since < _JUST:
        return ""
    last = f", last {ago(now - at)} ago" if at is not None else ""
    return f" (for {ago(now - since)}{last})"


def forgotten(since: datetime | None, now: datetime) -> str:
    """For how long something is paused, where that is long or cannot be known; else empty."""
    if since is not None and since - now > FORGOTTEN:
        return ", by a clock that ran ahead: since when nobody knows"
    return "" if since is None or now - since < FORGOTTEN else f", for {ago(now - since)} now"


def paused(pause: Pause | None, now: datetime) -> tuple[str, bool]:
    """What an operator said of a pause, and whether it lasts for longer than they said, or than any should unsaid."""
    if pause is None:
        return "", False
    terms = replace(pause.terms, why=short(pause.terms.why))
    if terms.until is None:
        long = forgotten(pause.since, now)
        return terms.said + long, bool(long)
    if pause.is_planned(now):
        return terms.said, False
    return f"{terms.spoken}, and was to be until {when(terms.until, now)}", True


def ended(at: datetime, words: str) -> str:
    """Of what ended by itself: when, and its last words."""
    return f"; it ended by itself at {stamp(at)}: {short(words, 400)}"


def when(at: datetime, now: datetime) -> str:
    return f"{ago(now - at)} ago ({stamp(at)})"


def stamp(at: datetime) -> str:
    """A time by UTC, to the minute."""
    return f"{at:%Y-%m-%d %H:%M}Z"


def ago(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def span(seconds: float) -> str:
    """A time that something takes, by its largest unit: `0.24 s`, `15 min`, `3.5 h`."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"

"""How many postings matched on each of the last seven days, on the reader's calendar."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.notifier.domain.model import Candidate, Cause, CauseCode, Counted, DayCounts, Digest, Hold
from services.notifier.domain.windows import DueSubscriber, WindowMatches
from services.notifier.domain.wording.job import seen_on
from services.wording.lines import zone_of
from services.wording.words import Words

DAYS = 7
LOOKS_BACK = timedelta(days=DAYS + 3)
"""How far back earlier digests are read; a digest may be built some days after it was due."""
_FULL = 4
"""A day of fewer does not fill the height: one posting is no peak."""
_SENT: Final[frozenset[CauseCode]] = frozenset({"sent", "copy_sent"})
_EXPLAINING: Final[frozenset[CauseCode]] = _SENT | frozenset(
    {"unlikely", "worse_copy", "unspoken", "hidden_company", "not_relevant"}
)
"""Why a posting is none of a digest's jobs, where it is enough to say that it was sent before or is less likely."""
_MOST_DAY_NAME: Final = 4
"""Letters."""
_LEAST_DAYS = 2
"""A plot of a single day tells nothing that the list does not."""


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One bar of the plot."""

    name: str
    """`Mon`."""
    count: int
    height: int
    """0 to 100, the fullest day at 100 unless it is a poor one; a day with any is seen."""


def with_week(
    outcome: Digest | Hold,
    subscriber: DueSubscriber,
    matches: Mapping[str, WindowMatches],
    candidates: Sequence[Candidate],
    before: Iterable[Counted],
) -> Digest | Hold:
    """Count what matched in the windows of an outcome and, of a digest, in the week up to it.

    `before` holds the digests due before it, at least of the last `DAYS` days. Counted is by when postings were posted
    and by windows, which part all matches among themselves: never by positions, nor by when anything was stored.
    """
    matched = matched_by_day(subscriber, matches, candidates)
    if isinstance(outcome, Hold):
        return replace(outcome, matched=matched)
    since = outcome.due_at - timedelta(days=DAYS)
    of_week = [counted for counted in before if since < counted.due_at < outcome.due_at]
    zone = _zone(subscriber)
    week = _with_all_shown(
        week_of((*(counted.days for counted in of_week), matched), outcome.due_at, zone), outcome, zone
    )
    waited = frozenset(posting_id for window in subscriber.windows for posting_id in window.waiting)
    others = _unmailed_others(week, outcome, candidates, _matched(subscriber, matches), waited, zone)
    sent = any(counted.sent for counted in of_week) or any(left.cause.code in _SENT for left in outcome.dropped)
    return replace(outcome, matched=matched, week=week, others=others, others_sent=sent)


def _unmailed_others(
    week: DayCounts,
    digest: Digest,
    candidates: Iterable[Candidate],
    matched: frozenset[str],
    waited: frozenset[str],
    zone: ZoneInfo,
) -> int:
    """How many of a week were sent before or are less likely; 0 where one that matched now is neither.

    Other copies of the jobs of a digest, and of those beyond its room, count with these. Why earlier digests of the
    week kept something back is not known any more.
    """
    if not week:
        return 0
    first, _ = week[0]
    of_week = {candidate.posting.posting_id for candidate in candidates if seen_on(candidate.posting, zone) >= first}
    below = {item.posting.posting_id for item in digest.items}
    fitting = below | {left.posting.posting_id for left in digest.rest}
    explained = fitting | {left.posting_id for left in digest.dropped if left.cause.code in _EXPLAINING}
    if below.isdisjoint(of_week) or not matched & of_week <= explained:
        return 0
    copies = {left.posting_id for left in digest.dropped if _is_copy_of(fitting, left.cause)}
    counted = fitting | copies & (matched | waited)
    return max(0, sum(count for _, count in week) - len(counted & of_week))


def _is_copy_of(jobs: Set[str], cause: Cause) -> bool:
    return cause.code == "worse_copy" and cause.posting_id in jobs


def _with_all_shown(week: DayCounts, digest: Digest, zone: ZoneInfo) -> DayCounts:
    """No day of fewer postings than the digest has fitting jobs of it: one that a later version lets in was counted by
    no window."""
    if not week:
        return week
    last, _ = week[-1]
    fitting = [item.posting for item in digest.items] + [left.posting for left in digest.rest]
    least = Counter(min(seen_on(posting, zone), last) for posting in fitting)
    return tuple((day, max(count, least[day])) for day, count in week)


def matched_by_day(
    subscriber: DueSubscriber, matches: Mapping[str, WindowMatches], candidates: Iterable[Candidate]
) -> DayCounts | None:
    """The distinct candidates that matched in a subscriber's due windows, by the day on which they were posted.

    None where a window holds more than are read of it, so that a count would be wrong.
    """
    if any(window.more for window in _due(subscriber, matches)):
        return None
    zone, matched = _zone(subscriber), _matched(subscriber, matches)
    fitting = [candidate.posting for candidate in candidates if candidate.posting.posting_id in matched]
    return tuple(sorted(Counter(seen_on(posting, zone) for posting in fitting).items()))


def _matched(subscriber: DueSubscriber, matches: Mapping[str, WindowMatches]) -> frozenset[str]:
    return frozenset[str]().union(*(window.matched for window in _due(subscriber, matches)))


def _due(subscriber: DueSubscriber, matches: Mapping[str, WindowMatches]) -> list[WindowMatches]:
    return [matches[window.search.search_id] for window in subscriber.windows if window.search.search_id in matches]


def week_of(counts: Iterable[DayCounts | None], due_at: datetime, zone: ZoneInfo) -> DayCounts:
    """The seven days up to a due time, the oldest first, from the counts of the windows that were closed in them.

    Empty where one of them is not known, or too few days have any.
    """
    last = due_at.astimezone(zone).date()
    days: Counter[date] = Counter()
    for some in counts:
        if some is None:
            return ()
        days.update(dict(some))
    week = tuple((day, days[day]) for day in (last - timedelta(days=back) for back in reversed(range(DAYS))))
    return week if sum(count > 0 for _, count in week) >= _LEAST_DAYS else ()


def shown_week(week: DayCounts, words: Words) -> tuple[ShownDay, ...]:
    """The bars of a week."""
    most = max(_FULL, *(count for _, count in week)) if week else _FULL
    return tuple(
        ShownDay(
            name=_day_name(day, words.locale),
            count=count,
            height=-(-100 * count // most),
        )
        for day, count in week
    )


def _day_name(day: date, locale: str) -> str:
    """Short enough for a seventh of a phone: in Portugal a Monday is "segunda" for short, and "seg" for shorter."""
    name, shorter = (str(format_date(day, form, locale=locale)).rstrip(".") for form in ("ccc", "cccccc"))
    return name if len(name) <= _MOST_DAY_NAME else shorter


def _zone(subscriber: DueSubscriber) -> ZoneInfo:
    return zone_of(subscriber.recipient.time_zone)

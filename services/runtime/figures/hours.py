"""What processes counted and measured, kept by the hour in the store: for plots, percentiles and objectives.

What is counted is kept by the minute as well, for the last hour. Prometheus tells more; this is there without it, and
outlives every process.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Engine, case, delete, func, or_, select, true, type_coerce

from schemas.sql.workers import measured_hours
from services.runtime.clock import Clock
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.catalogue import Metric, Objective
from services.runtime.sql.store import retried, upsert, writing

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=400)
"""So that a year can be looked back on."""
BUDGET_OVER: Final = timedelta(days=30)
DUE_TO_ACCEPTED: Final = "digest due to accepted"
STAGES: Final[tuple[tuple[str, Metric], ...]] = (
    ("published to fetched", listed.SOURCE_DELAY),
    ("fetched to matched", listed.FETCHED_TO_MATCHED),
    ("fetched to stored", listed.FETCHED_TO_STORED),
    ("published to matched", listed.PUBLISHED_TO_MATCHED),
    (DUE_TO_ACCEPTED, listed.DUE_TO_ACCEPTED),
)
"""The way of a posting, in its order, as operators call its parts."""
MAIL_EVENTS: Final = "jobchime_mail_events"
"""By kind; counted where they are taken, which is no process that serves metrics. Who unsubscribes by us is among
them, as who does by the provider."""
MAIL_EVENTS_REFUSED: Final = "mail_events_refused"
"""Minutes in which events came that the mail provider's key did not sign."""
SOURCE_YIELD: Final = "source_yield"
"""By source: what was new or changed in its polls or pushes. There may be a thousand sources, so that a month is
kept."""
SOURCE_FAILURES: Final = "source_failures"
"""By source: polls that failed and pushes of which nothing was taken, likewise."""
SOURCE_POLLS: Final = "source_polls"
"""By source: its polls, or the requests that pushed to it. Of an hour each, for a day, as are those below."""
SOURCE_SEEN: Final = "source_seen"
"""By source: postings that its polls listed, those of each poll counted, or that were taken of its pushes."""
SOURCE_UNREAD: Final = "source_unread"
"""By source: rows of its polls that may be jobs, and of which nothing could be read; records of pushes, refused."""
LEFT_UNREAD: Final = "left_unread"
"""By topic: records that left it before they were read."""
WORKER_RESTARTS: Final = "worker_restarts"
"""By worker: how often it was started where it had been heard of in the day before."""
_BY_MINUTE: Final = " by minute"
_ENDLESS: Final = "+Inf"

Part = tuple[datetime, str, str]
"""Hour, measure, and which part of it: a label's value, or the upper bound of a bucket. Of a measure by the minute:
minute."""


def by_minute(measure: str) -> str:
    """The measure that has the same by the minute, for the last hour."""
    return f"{measure}{_BY_MINUTE}"


def counted_at(at: datetime, measure: str, part: str) -> tuple[Part, Part]:
    """Where something counts: by its hour, and by its minute."""
    return (hour_of(at), measure, part), (minute_of(at), by_minute(measure), part)


class HourCounts:
    """What one process counted and the store does not have yet; what is not kept in time is lost with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: Counter[Part] = Counter()

    def count(self, metric: Metric, labels: Sequence[str], by: float) -> None:
        """Add to a counter, by the label that its hours are told apart by."""
        part = labels[metric.labels.index(metric.hourly)] if metric.hourly else ""
        self._add(counted_at(self._clock.now(), metric.name, part), int(by))

    def observe(self, metric: Metric, value: float) -> None:
        """Put a value into a histogram."""
        bound = next((bound for bound in metric.buckets if value <= bound), None)
        part = _ENDLESS if bound is None else str(bound)
        self._add([(hour_of(self._clock.now()), metric.name, part)], 1)

    def of_part(self, part: str, counts: Mapping[str, int]) -> None:
        """Add what came of a source or a topic at one time, by measure."""
        hour = hour_of(self._clock.now())
        with self._lock:
            self._counts.update({(hour, measure, part): number for measure, number in counts.items() if number})

    def keep(self, engine: Engine) -> None:
        """Write down what came since the last time. Raises UnavailableError, and then has it still."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        try:
            add_hours(engine, counts)
        except BaseException:
            with self._lock:
                self._counts.update(counts)
            raise

    def _add(self, parts: Sequence[Part], by: int) -> None:
        with self._lock:
            for part in parts:
                self._counts[part] += by


@retried
def add_hours(engine: Engine, counts: Mapping[Part, int]) -> None:
    """Add to what is there. Raises UnavailableError."""
    if counts:
        with writing(engine) as connection:
            add_to_hours(connection, counts)


def add_to_hours(connection: Connection, counts: Mapping[Part, int]) -> None:
    """The same within the caller's transaction; rows are locked in one order, for as long as that lasts."""
    if not counts:
        return
    row = upsert(connection, measured_hours)
    number = measured_hours.c.number + row.excluded.number
    key = (measured_hours.c.measure, measured_hours.c.hour, measured_hours.c.part)
    connection.execute(
        row.on_conflict_do_update(index_elements=key, set_={"number": number}),
        [
            {"hour": hour, "measure": measure, "part": part, "number": by}
            for (hour, measure, part), by in sorted(counts.items())
        ],
    )


@retried
def forget_hours(engine: Engine, now: datetime) -> int:
    """Drop what nobody looks back on; how many rows."""
    columns = measured_hours.c
    old = or_(
        columns.hour < now - KEPT,
        columns.measure.in_((SOURCE_YIELD, SOURCE_FAILURES, WORKER_RESTARTS))
        & (columns.hour < now - BUDGET_OVER - DAY),
        columns.measure.in_((SOURCE_POLLS, SOURCE_SEEN, SOURCE_UNREAD)) & (columns.hour < now - 2 * DAY),
        columns.measure.endswith(_BY_MINUTE) & (columns.hour < now - 2 * HOUR),
    )
    with writing(engine) as connection:
        return connection.execute(delete(measured_hours).where(old)).rowcount


def hour_of(at: datetime) -> datetime:
    """When its hour began."""
    return at.replace(minute=0, second=0, microsecond=0)


def minute_of(at: datetime) -> datetime:
    """When its minute began."""
    return at.replace(second=0, microsecond=0)


def last_hours(now: datetime, number: int) -> tuple[datetime, ...]:
    """When each of so many hours began, the present one last."""
    return tuple(hour_of(now) - HOUR * back for back in reversed(range(number)))


def last_days(now: datetime, number: int) -> tuple[datetime, ...]:
    """When each of so many days began, the present one last; in UTC."""
    today = hour_of(now).replace(hour=0)
    return tuple(today - DAY * back for back in reversed(range(number)))


@dataclass(frozen=True, slots=True)
class StageFigures:
    """How long one part of the way takes."""

    name: str
    measured: int
    """In the last 24 hours, as are the percentiles."""
    p50_s: float | None
    """None where nothing was measured; of histograms, so that it lies within its bucket."""
    p95_s: float | None
    p99_s: float | None
    objective: Objective | None = None
    within: float | None = None
    """The share of the last 30 days that was within the objective."""
    budget_left: float | None = None
    """How much of what may be late in 30 days is left: 1 all, 0 none, less than that: more was late than may be."""
    lately: int = 0
    """Measured in this hour and the one before."""
    lately_late: int = 0
    """Of those: beyond the objective."""

    @property
    def ends_with_mail(self) -> bool:
        """Whether it waits where sending is paused."""
        return self.name == DUE_TO_ACCEPTED

    @property
    def burn(self) -> float:
        """How many times as fast as its budget allows it is being spent of late; 0 without an objective."""
        if self.objective is None or not self.lately:
            return 0.0
        return self.lately_late / self.lately / (1 - self.objective.share)


def read_stages(connection: Connection, now: datetime) -> tuple[StageFigures, ...]:
    """Those of which anything was measured in 30 days, within the caller's transaction: one walk along the key."""
    columns = measured_hours.c
    day, lately = columns.hour > now - DAY - HOUR, columns.hour >= hour_of(now) - HOUR
    query = (
        select(columns.measure, columns.part, func.sum(columns.number).label("all"))
        .add_columns(func.sum(case((day, columns.number), else_=0)).label("day"))
        .add_columns(func.sum(case((lately, columns.number), else_=0)).label("lately"))
        .where(columns.hour.between(now - BUDGET_OVER, now), columns.measure.in_([metric.name for _, metric in STAGES]))
        .group_by(columns.measure, columns.part)
    )
    found: dict[str, dict[float, tuple[int, int, int]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.measure, {})[float(row.part)] = (int(row.all), int(row.day), int(row.lately))
    return tuple(_stage(name, metric, found[metric.name]) for name, metric in STAGES if metric.name in found)


def _stage(name: str, metric: Metric, counts: Mapping[float, tuple[int, int, int]]) -> StageFigures:
    month, day, lately = ({bound: count[at] for bound, count in counts.items()} for at in range(3))
    objective, whole = metric.objective, sum(month.values())
    late = _late(month, objective) if objective else 0
    return StageFigures(
        name,
        sum(day.values()),
        p50_s=quantile(day, metric.buckets, 0.5),
        p95_s=quantile(day, metric.buckets, 0.95),
        p99_s=quantile(day, metric.buckets, 0.99),
        objective=objective,
        within=1 - late / whole if objective and whole else None,
        budget_left=1 - late / whole / (1 - objective.share) if objective and whole else None,
        lately=sum(lately.values()),
        lately_late=_late(lately, objective) if objective else 0,
    )


def _late(counts: Mapping[float, int], objective: Objective) -> int:
    return sum(number for bound, number in counts.items() if bound > objective.within_s)


def quantile(counts: Mapping[float, int], bounds: Sequence[float], share: float) -> float | None:
    """The value that so large a share is at most, spread evenly within its bucket, as Prometheus has it.

    Beyond the last bound it is that bound; None of nothing.
    """
    whole = sum(counts.values())
    if not whole:
        return None
    rank, below = share * whole, 0
    for least, most in pairwise((0.0, *bounds)):
        number = counts.get(most, 0)
        if number and below + number >= rank:
            return least + (most - least) * (rank - below) / number
        below += number
    return bounds[-1]


def read_mailed(connection: Connection, now: datetime) -> dict[str, int]:
    """Mails of the last 24 hours by what became of them: accepted, bounced, soft_bounced, spam and the like."""
    measures = (listed.MAIL_ATTEMPTS.name, MAIL_EVENTS)
    found = Counter[str]()
    for count in read_counts(connection, hour_of(now) - DAY, measures, DAY):
        # That a mail was accepted both the mailer says and its provider.
        if (count.measure, count.part) != (MAIL_EVENTS, "accepted"):
            found[count.part] += count.number
    return dict(found)


def read_left_unread(connection: Connection, now: datetime) -> dict[str, int]:
    """By topic, in the last 24 hours, within the caller's transaction."""
    found = Counter[str]()
    for count in read_counts(connection, hour_of(now) - DAY, (LEFT_UNREAD,), DAY):
        found[count.part] += count.number
    return dict(found)


@dataclass(frozen=True, slots=True)
class SpanCount:
    """So many of one part of a measure in a span of time."""

    begins: datetime
    measure: str
    part: str
    number: int


def read_counts(
    connection: Connection,
    since: datetime,
    measures: Sequence[str],
    per: timedelta,
    parts: Sequence[str] | None = None,
) -> tuple[SpanCount, ...]:
    """By spans of whole hours, counted from 1970, or of minutes, within the caller's transaction; `parts`: of these."""
    columns, size = measured_hours.c, per // timedelta(microseconds=1)
    begins: Any = type_coerce(type_coerce(columns.hour, BigInteger) // size * size, columns.hour.type).label("begins")
    query = (
        select(begins, columns.measure, columns.part, func.sum(columns.number).label("number"))
        .where(
            columns.hour >= since, columns.measure.in_(measures), true() if parts is None else columns.part.in_(parts)
        )
        .group_by(begins, columns.measure, columns.part)
        .order_by(begins, columns.measure, columns.part)
    )
    return tuple(SpanCount(row.begins, row.measure, row.part, int(row.number)) for row in connection.execute(query))

"""What a search would have found in the last days, in the store or in given postings.

It is told in jobs: copies of one job count once, the best come first by the score of digests.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.postings import ElasticsearchSieve
from services.matcher.backtest import Backtest, Backtesting, Far, Gain, OpenSieve, Past, PastVerdict, newest_versions
from services.matcher.explain import posting_json, reason_json
from services.matcher.ports import Sieve
from services.notifier.adapters.sql.retention import KEEP_MATCHES
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.domain.curation.copies import gather
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import score
from services.notifier.domain.weights import Part
from services.notifier.domain.wording.reason_order import in_telling_order
from services.rules.criterion import Reason, Relaxation
from services.rules.verdict import distance
from services.runtime.errors import UnavailableError
from services.settings import Settings
from services.usecases.errors import TooManyDaysError
from services.usecases.index import index_of, without_index
from services.usecases.installation import Installation
from services.usecases.progress import Progress, Tell, unseen
from services.usecases.searches import Query
from services.wording.catalogues import english
from services.wording.relaxations import relaxation_in_words

__all__ = [
    "Job",
    "JobCost",
    "JobGain",
    "Report",
    "WhileItAnswers",
    "look_back",
    "of_postings",
    "of_store",
    "report_json",
    "report_of",
    "sieve_of",
]


_MOST_A_CRITERION: Final = 2
"""So many of those that fail the same criterion are shown before the next criterion has its turn."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its best copy, scored as if its digest had been due when it came."""

    tried: PastVerdict
    copies: int
    score: float
    parts: tuple[Part, ...]
    seen_at: datetime
    """The earliest of all copies."""

    @property
    def fault(self) -> Reason | None:
        """What it fails, where that is one criterion."""
        return next((reason for reason in self.tried.verdict.reasons if reason.fit != "yes"), None)

    @property
    def fitting(self) -> tuple[Reason, ...]:
        """What it fits, what tells most first."""
        return in_telling_order([reason for reason in self.tried.verdict.reasons if reason.fit == "yes"])


@dataclass(frozen=True, slots=True)
class JobGain:
    """How many more jobs, and postings, relaxed criteria would have matched."""

    relaxation: Relaxation
    jobs: int
    postings: int


@dataclass(frozen=True, slots=True)
class JobCost:
    """What a criterion costs in jobs."""

    without: JobGain
    steps: tuple[JobGain, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `jobchime backtest` prints."""

    backtest: Backtest
    since: datetime
    until: datetime
    matches: tuple[Job, ...]
    """Best first."""
    near: tuple[Job, ...]
    """Near misses, nearest first."""
    close: tuple[Job, ...]
    """Rejected for one criterion alone, nearest first."""
    by_day: tuple[tuple[date, int], ...]
    """Matching jobs by the day on which they came, UTC; every day."""
    costs: tuple[JobCost, ...]

    def closest(self, most: int) -> list[Job]:
        """Of those rejected for one criterion alone the nearest, a few of each criterion before more of any."""
        turns: Counter[str] = Counter()
        ranked: list[tuple[int, int, Job]] = []
        for place, job in enumerate(self.close):
            criterion = job.fault.criterion if job.fault else ""
            ranked.append((turns[criterion] // _MOST_A_CRITERION, place, job))
            turns[criterion] += 1
        return [job for *_, job in sorted(ranked, key=lambda turn: turn[:2])[:most]]


def of_store(
    installation: Installation,
    query: Query,
    until: datetime,
    days: int,
    *,
    tell: Tell,
    progress: Progress = unseen,
) -> Report:
    """A backtest over what the store took in; `tell` is told where the index cannot help.

    Raises TooManyDaysError, UnavailableError.
    """
    if days > KEEP_MATCHES.days:
        raise TooManyDaysError("the store keeps postings", KEEP_MATCHES.days)
    stored, since = SqlPastPostings(installation.engine), until - timedelta(days=days)
    with (
        sieve_of(installation.settings, tell) as sieve,
        progress("Judging", stored.count(since, until)) as advance,
    ):
        found = look_back(query.criteria, stored, sieve, since, until, advance)
    return report_of(found, since, until, query.preferred_places)


def of_postings(
    postings: Iterable[PostingCore],
    query: Query,
    until: datetime | None,
    days: int,
    *,
    progress: Progress = unseen,
) -> Report | None:
    """A backtest over the newest versions of given postings, up to `until` or the newest; None where none is given."""
    given = newest_versions(postings)
    if not given:
        return None
    end = until or max(posting.seen_at for posting in given)
    since = end - timedelta(days=days)
    judged = [posting for posting in given if since < posting.seen_at <= end]
    made = Backtesting(query.criteria)
    with progress("Judging", len(judged)) as advance:
        for posting in judged:
            made.take(posting)
            advance(1)
    return report_of(made.finish(), since, end, query.preferred_places)


def look_back(
    criteria: Criteria,
    stored: SqlPastPostings,
    sieve: Sieve,
    since: datetime,
    until: datetime,
    advance: Callable[[int], None] = lambda count: None,
) -> Backtest:
    """The backtest over what was first seen after `since`, up to `until`: the same by every sieve.

    The store says which came and when, the sieve which of them need not be read. Raises UnavailableError.
    """
    made = Backtesting(criteria)
    for versions in stored.versions(since, until):
        far = sieve.far(criteria, versions)
        for rejected in far.values():
            made.pass_over(rejected)
        advance(len(far))
        for posting, seen_at in stored.read([posting_id for posting_id in versions if posting_id not in far]):
            made.take(Past(posting, seen_at))
            advance(1)
    return made.finish()


@contextmanager
def sieve_of(settings: Settings, tell: Tell) -> Iterator[Sieve]:
    """The sieve that an installation has; `tell` is told a sentence where it cannot be used after all."""
    with index_of(settings) as engine:
        yield OpenSieve() if engine is None else WhileItAnswers(ElasticsearchSieve(engine), tell)


class WhileItAnswers:
    """A sieve up to its first failure, of which a sentence is told; from then on an open one."""

    def __init__(self, sieve: Sieve, tell: Tell) -> None:
        self._sieve = sieve
        self._tell = tell

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """What the sieve tells, or nothing. Never raises UnavailableError."""
        try:
            return self._sieve.far(criteria, versions)
        except UnavailableError as error:
            self._sieve = OpenSieve()
            self._tell(without_index(error))
            return {}


def report_of(found: Backtest, since: datetime, until: datetime, preferred_places: tuple[str, ...] = ()) -> Report:
    """Fold copies of a job together and rank."""
    matched = frozenset(past.posting.posting_id for past in found.matches)
    tried = {past.posting.posting_id: past for past in (*found.matches, *found.near, *found.close)}
    jobs: list[Job] = []
    job_of: dict[str, int] = {}
    for copies in gather([past.posting for past in tried.values()], matched):
        job_of.update({copy.posting_id: len(jobs) for copy in copies.all})
        jobs.append(_job(found, [tried[copy.posting_id] for copy in copies.all], preferred_places))
    matched_jobs = {job_of[posting_id] for posting_id in matched}
    matches = tuple(sorted((job for job in jobs if job.tried.verdict.outcome == "match"), key=_best_first))
    return Report(
        backtest=found,
        since=since,
        until=until,
        matches=matches,
        near=_nearest_first(found, (job for job in jobs if job.tried.verdict.outcome == "near")),
        close=_nearest_first(found, (job for job in jobs if job.tried.verdict.outcome == "reject")),
        by_day=_by_day(matches, since, until),
        costs=_costs(found, job_of, matched_jobs),
    )


def _job(found: Backtest, copies: Sequence[PastVerdict], preferred_places: tuple[str, ...]) -> Job:
    best = copies[0]
    scored = score(JudgedPosting(found.criteria, PostingFeatures(best.posting)), best.posting.seen_at, preferred_places)
    return Job(best, len(copies), scored.total, scored.parts, min(copy.seen_at for copy in copies))


def _best_first(job: Job) -> tuple[float, float, float, str]:
    return (-job.score, -job.parts[0].points, -job.seen_at.timestamp(), job.tried.posting.posting_id)


def _nearest_first(found: Backtest, jobs: Iterable[Job]) -> tuple[Job, ...]:
    def far(job: Job) -> float:
        core = (skill.name for skill in job.tried.posting.skills if skill.core)
        kin = max((found.kin.get(name, 0.0) for name in core), default=0.0)
        return round(distance(job.fault, kin), 3) if job.fault else 0.0

    return tuple(sorted(jobs, key=lambda job: (far(job), *_best_first(job))))


def _by_day(jobs: Iterable[Job], since: datetime, until: datetime) -> tuple[tuple[date, int], ...]:
    counted = Counter(job.seen_at.date() for job in jobs)
    # The first day would be a part of one, as long as the last one is.
    first = since.date() if counted[since.date()] else since.date() + timedelta(days=1)
    days = (until.date() - first).days + 1
    return tuple((day, counted[day]) for day in (first + timedelta(days=n) for n in range(max(1, days))))


def _costs(found: Backtest, job_of: Mapping[str, int], matched_jobs: set[int]) -> tuple[JobCost, ...]:
    def gained(gain: Gain) -> JobGain:
        jobs = {job_of[posting_id] for posting_id in gain.posting_ids} - matched_jobs
        return JobGain(gain.relaxation, len(jobs), len(gain.posting_ids))

    costs = (
        JobCost(
            gained(cost.without),
            tuple(sorted((gain for gain in map(gained, cost.steps) if gain.jobs), key=lambda gain: -gain.jobs)),
        )
        for cost in found.costs
    )
    return tuple(sorted(costs, key=lambda cost: -cost.without.jobs))


def report_json(report: Report, most: int) -> dict[str, Any]:
    """A report as data; of each list of jobs at most `most`."""
    found = report.backtest
    return {
        "criteria": found.criteria.model_dump(mode="json", exclude_defaults=True),
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "postings": found.judged,
        "matches": {"jobs": len(report.matches), "postings": len(found.matches)},
        "near": {"jobs": len(report.near), "postings": len(found.near)},
        "close": {"jobs": len(report.close), "postings": len(found.close)},
        "by_day": {day.isoformat(): count for day, count in report.by_day},
        "best_matches": [_job_json(job) for job in report.matches[:most]],
        "nearest_misses": [_job_json(job) for job in report.near[:most]],
        "closest": [_job_json(job) for job in report.closest(most)],
        "costs": [
            _gained_json(charged.without, found.criteria)
            | {"steps": [_gained_json(step, found.criteria) for step in charged.steps]}
            for charged in report.costs
        ],
    }


def _job_json(job: Job) -> dict[str, Any]:
    return posting_json(job.tried.posting) | {
        "seen_at": job.seen_at.isoformat(),
        "closed": job.tried.closed,
        "copies": job.copies,
        "score": job.score,
        "parts": {part.code: round(part.points, 3) for part in job.parts},
        "verdict": job.tried.verdict.outcome,
        "reasons": [reason_json(reason) for reason in job.tried.verdict.reasons],
    }


def _gained_json(gained: JobGain, asked: Criteria) -> dict[str, Any]:
    made = gained.relaxation
    return {
        "criterion": made.criterion,
        "step": made.step,
        "value": made.value,
        "text": relaxation_in_words(made, asked, english()),
        "more_jobs": gained.jobs,
        "more_postings": gained.postings,
    }

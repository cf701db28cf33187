"""What a search would have found in the last days: in the store, where an index may rule out, or in given postings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.sieves import ElasticsearchSieve, OpenSieve
from services.matcher.backtest import Backtest, Backtesting, Far, Past, newest_versions
from services.matcher.ports import Sieve
from services.notifier.adapters.sql.retention import KEEP_MATCHES
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.runtime.errors import UnavailableError
from services.settings import Settings
from services.usecases.backtest_report import Report, report_of
from services.usecases.errors import TooManyDaysError
from services.usecases.index import index_of, without_index
from services.usecases.installation import Installation
from services.usecases.progress import Progress, Tell, unseen
from services.usecases.searches import Query

__all__ = ["Report", "look_back", "of_postings", "of_store", "sieve_of"]


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
        for posting, seen_at in stored.read([own for own in versions if own not in far]):
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

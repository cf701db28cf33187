"""A backtest over stored postings: the store says which came and when, a sieve which of them need not be read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from schemas.criteria import Criteria
from services.matcher.adapters.sieves import ElasticsearchSieve, OpenSieve
from services.matcher.app import patient_engine
from services.matcher.backtest import Backtest, Backtesting, Far, Past
from services.matcher.ports import Sieve
from services.notifier.adapters.sql.past_postings import SqlPastPostings
from services.runtime.errors import UnavailableError
from services.settings import Settings


def look_back(
    criteria: Criteria,
    stored: SqlPastPostings,
    sieve: Sieve,
    since: datetime,
    until: datetime,
    advance: Callable[[int], None] = lambda count: None,
) -> Backtest:
    """The backtest over what was first seen after `since`, up to `until`: the same by every sieve.

    Raises UnavailableError.
    """
    made = Backtesting(criteria)
    for versions in stored.versions(since, until):
        far = sieve.far(criteria, versions)
        for one in far.values():
            made.pass_over(one)
        advance(len(far))
        for posting, seen_at in stored.read([own for own in versions if own not in far]):
            made.take(Past(posting, seen_at))
            advance(1)
    return made.finish()


@contextmanager
def sieve_of(settings: Settings, tell: Callable[[str], None]) -> Iterator[Sieve]:
    """The sieve that an installation has; `tell` is told a sentence where it cannot be used after all."""
    if not settings.deployed or settings.matcher.index != "elasticsearch":
        yield OpenSieve()
        return
    engine = patient_engine(settings.elasticsearch)
    try:
        yield WhileItAnswers(ElasticsearchSieve(engine), tell)
    finally:
        engine.close()


class WhileItAnswers:
    """A sieve up to its first failure, of which a sentence is told; from then on an open one."""

    def __init__(self, sieve: Sieve, tell: Callable[[str], None]) -> None:
        self._sieve = sieve
        self._tell = tell

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """What the sieve tells, or nothing. Never raises UnavailableError."""
        try:
            return self._sieve.far(criteria, versions)
        except UnavailableError as error:
            self._sieve = OpenSieve()
            self._tell(f"{error}; meanwhile every posting is read from the store, which only takes longer")
            return {}

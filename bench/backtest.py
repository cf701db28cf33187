"""Backtests and previews by reading all, and by the index: `python -m bench.backtest [--postings N] [--json]`.

The same postings are put into PostgreSQL and Elasticsearch, in a database and an index of their own that are dropped at
the end. Each search is then looked back with and previewed in both ways, in turns, and both must report and find the
same, or the benchmark stops. Seconds are by the clock, servers included; processor seconds are those of this process
alone.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import corpus
from schemas.criteria import Criteria
from schemas.keys import keys_of
from schemas.posting import PostingCore, posting_id_of
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings, ElasticsearchSieve
from services.matcher.backtest import Backtest, OpenSieve
from services.matcher.ports import Sieve
from services.matcher.relaxing import removals
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.notifier.domain.windows import Arrival
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.sql.store import open_store
from services.usecases.backtests import Report, look_back, report_json, report_of
from services.usecases.previews import IndexedPostings, StoredPostings
from tests.support.engines import elasticsearch_of_my_own
from tests.support.postgresql import migrated_database

T = TypeVar("T")
U = TypeVar("U")

_console = Console(stderr=True)
_DAYS: Final = timedelta(days=30)
_AT_ONCE: Final = 1_000
_MOST: Final = 200
"""Found for a preview, `matcher.backwards_most` of the settings."""
_NONE = keys_of(())


@dataclass(frozen=True)
class Spent:
    """On one backtest."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Figure:
    """One search, looked back with in both ways."""

    kinds: int
    """How many criteria ask for something."""
    tried: int
    """Postings that fail one at most, and so must be read."""
    reading: Spent
    sifting: Spent
    judging: Spent
    """On a preview, all that is stored read and judged."""
    searching: Spent
    """On a preview, by the index."""


@dataclass(frozen=True)
class Ways:
    """Of a backtest and of a preview: by the store alone, and by the index."""

    stored: SqlPastPostings
    sieve: Sieve
    recent: ElasticsearchRecentPostings


def main(
    count: Annotated[int, typer.Option("--postings", min=1_000, help="How many are stored.")] = 100_000,
    searches: Annotated[int, typer.Option(min=1, help="How many searches.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Fill, measure, and print."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, console=_console, disable=not _console.is_terminal) as progress,
        _filled(count, progress) as ways,
    ):
        task = progress.add_task("Looking back", total=searches)
        figures = []
        for at, asked in enumerate(corpus.criteria(searches)):
            figures.append(measure(asked, ways, turned=bool(at % 2)))
            progress.advance(task)
    ratios = {
        "backtest_sifted": _ratio((figure.reading.wall_s, figure.sifting.wall_s) for figure in figures),
        "backtest_sifted_cpu": _ratio((figure.reading.cpu_s, figure.sifting.cpu_s) for figure in figures),
        "preview_searched": _ratio((figure.judging.wall_s, figure.searching.wall_s) for figure in figures),
        "preview_searched_cpu": _ratio((figure.judging.cpu_s, figure.searching.cpu_s) for figure in figures),
    }
    if as_json:
        print(orjson.dumps({"ratios": ratios, "postings": count, "figures": figures}).decode())
        return
    heads = ("reading all", "sifting", "preview by reading all", "preview by the index")
    print("| criteria | must be read |" + "".join(f" {head}, s | of this process |" for head in heads))
    print("|---:|---:|" + "---:|---:|" * len(heads))
    for figure in sorted(figures, key=lambda figure: (figure.kinds, -figure.tried)):
        each = (figure.reading, figure.sifting, figure.judging, figure.searching)
        spent = " | ".join(f"{some.wall_s:.2f} | {some.cpu_s:.2f}" for some in each)
        print(f"| {figure.kinds} | {figure.tried:,} | {spent} |")
    for name, ratio in ratios.items():
        print(f"{name}: {ratio}")


def _ratio(pairs: Iterable[tuple[float, float]]) -> float:
    slow, quick = map(sum, zip(*pairs, strict=True))
    return round(slow / quick, 2)


def measure(asked: Criteria, ways: Ways, *, turned: bool) -> Figure:
    """Look back and preview in both ways; `turned`, by the index first. Exits where they differ in what they find."""
    (reading, read), (sifting, sifted) = _both(
        lambda: _looked_back(asked, ways.stored, OpenSieve()),
        lambda: _looked_back(asked, ways.stored, ways.sieve),
        turned=turned,
    )
    judging, searching = _previewed(asked, ways, turned=turned)
    if report_json(_report(read), 1_000) != report_json(_report(sifted), 1_000):
        sys.exit(f"the two ways report otherwise of {asked!r}, so the figures would mean nothing")
    tried = len(read.matches) + len(read.near) + len(read.close)
    _console.print(
        f"{tried:,} to be read: {reading.wall_s:.1f} s, {sifting.wall_s:.1f} s; "
        f"previewed in {judging.wall_s:.1f} s, {searching.wall_s:.2f} s"
    )
    return Figure(len(removals(asked)), tried, reading, sifting, judging, searching)


def _looked_back(asked: Criteria, stored: SqlPastPostings, sieve: Sieve) -> Backtest:
    return look_back(asked, stored, sieve, corpus.NOON - _DAYS, corpus.NOON)


def _report(found: Backtest) -> Report:
    return report_of(found, corpus.NOON - _DAYS, corpus.NOON)


def _previewed(asked: Criteria, ways: Ways, *, turned: bool) -> tuple[Spent, Spent]:
    since = corpus.NOON - _DAYS
    over_store = StoredPostings(ways.stored)
    by_index = IndexedPostings(ways.recent, over_store, sys.exit)
    (judging, judged), (searching, searched) = _both(
        lambda: over_store.search(asked, since, _MOST), lambda: by_index.search(asked, since, _MOST), turned=turned
    )
    if [(job.posting, job.near) for job in judged] != [(job.posting, job.near) for job in searched]:
        sys.exit(f"the two ways find otherwise of {asked!r}, so the figures would mean nothing")
    return judging, searching


def _both(first: Callable[[], T], second: Callable[[], U], *, turned: bool) -> tuple[tuple[Spent, T], tuple[Spent, U]]:
    """What each took and gave; `turned`, the second before the first."""
    if turned:
        later = _spent(second)
        return _spent(first), later
    return _spent(first), _spent(second)


def _spent(do: Callable[[], T]) -> tuple[Spent, T]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = do()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu), found


@contextmanager
def _filled(count: int, progress: Progress) -> Iterator[Ways]:
    with migrated_database() as url, elasticsearch_of_my_own() as settings:
        store = open_store(url)
        with closing(SearchEngine(settings.model_copy(update={"timeout_s": 60.0}))) as engine:
            recent = ElasticsearchRecentPostings(engine)
            recent.generations.ensure()
            matches = SqlMatches(store)
            task = progress.add_task("Storing and indexing", total=count)
            for first in range(0, count, _AT_ONCE):
                some = _postings(first, min(_AT_ONCE, count - first))
                matches.store(
                    0, [Arrival(first + at, posting, _NONE, _NONE) for at, posting in enumerate(some)], corpus.NOON
                )
                recent.put(some)
                progress.advance(task, len(some))
            recent.refresh()
            yield Ways(SqlPastPostings(store), ElasticsearchSieve(engine), recent)
        store.dispose()


def _postings(first: int, count: int) -> list[PostingCore]:
    """Others than those of every other `first`, over the days."""

    def placed(at: int, posting: PostingCore) -> PostingCore:
        posted: datetime = corpus.NOON - _DAYS * ((at * 7_919 % 10_007) / 10_007)
        return posting.model_copy(update={"posting_id": posting_id_of("bench", str(at)), "posted_at": posted})

    return [placed(first + at, posting) for at, posting in enumerate(corpus.postings(count, seed=2 + first))]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    typer.run(main)

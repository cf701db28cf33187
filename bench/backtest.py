"""Backtests by reading all, and by what the index lets through: `python -m bench.backtest [--postings N] [--json]`.

The same postings are put into PostgreSQL and Elasticsearch, in a database and an index of their own that are dropped at
the end. Each search is then looked back with in both ways, in turns, and both must report the same, or the benchmark
stops. Seconds are by the clock, servers included; processor seconds are those of this process alone.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import corpus
from schemas.criteria import Criteria
from schemas.keys import keys_of
from schemas.posting import PostingCore, posting_id_of
from services.cli.backtest_report import report_json, report_of
from services.cli.looking_back import look_back
from services.matcher.adapters.elasticsearch_postings import ElasticsearchRecentPostings
from services.matcher.adapters.sieves import ElasticsearchSieve, OpenSieve
from services.matcher.ports import Sieve
from services.matcher.relaxing import removals
from services.notifier.adapters.sql.matches import SqlMatches
from services.notifier.adapters.sql.past_postings import SqlPastPostings
from services.notifier.domain.windows import Arrival
from services.runtime.elasticsearch import SearchEngine
from services.runtime.store import open_store
from tests.support.engines import elasticsearch_of_my_own
from tests.support.postgresql import migrated_database

_console = Console(stderr=True)
_DAYS: Final = timedelta(days=30)
_AT_ONCE: Final = 1_000
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


def main(
    count: Annotated[int, typer.Option("--postings", min=1_000, help="How many are stored.")] = 100_000,
    searches: Annotated[int, typer.Option(min=1, help="How many searches.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Fill, measure, and print."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, console=_console, disable=not _console.is_terminal) as progress,
        _filled(count, progress) as (stored, sieve),
    ):
        task = progress.add_task("Looking back", total=searches)
        figures = []
        for at, asked in enumerate(corpus.criteria(searches)):
            figures.append(measure(asked, stored, sieve, turned=bool(at % 2)))
            progress.advance(task)
    wall, cpu = (
        sum(getattr(one.reading, name) for one in figures) / sum(getattr(one.sifting, name) for one in figures)
        for name in ("wall_s", "cpu_s")
    )
    ratios = {"backtest_sifted": round(wall, 2), "backtest_sifted_cpu": round(cpu, 2)}
    if as_json:
        print(orjson.dumps({"ratios": ratios, "postings": count, "figures": figures}).decode())
        return
    print("| criteria | must be read | reading all, s | of this process | sifting, s | of this process |")
    print("|---:|---:|---:|---:|---:|---:|")
    for one in sorted(figures, key=lambda one: (one.kinds, -one.tried)):
        spent = " | ".join(f"{some.wall_s:.1f} | {some.cpu_s:.1f}" for some in (one.reading, one.sifting))
        print(f"| {one.kinds} | {one.tried:,} | {spent} |")
    for name, ratio in ratios.items():
        print(f"{name}: {ratio}")


def measure(asked: Criteria, stored: SqlPastPostings, sieve: Sieve, *, turned: bool) -> Figure:
    """Look back in both ways; `turned`, by the index first. Exits where they report otherwise."""
    until = corpus.NOON
    ways: dict[str, Sieve] = {"reading": OpenSieve(), "sifting": sieve}
    reports, spent = {}, {}
    for way in reversed(ways) if turned else ways:
        wall, cpu = time.perf_counter(), time.process_time()
        found = look_back(asked, stored, ways[way], until - _DAYS, until)
        spent[way] = Spent(time.perf_counter() - wall, time.process_time() - cpu)
        reports[way] = report_json(report_of(found, until - _DAYS, until), 1_000)
        tried = len(found.matches) + len(found.near) + len(found.close)
    if reports["reading"] != reports["sifting"]:
        sys.exit(f"the two ways report otherwise of {asked!r}, so the figures would mean nothing")
    _console.print(f"{tried:,} to be read: {spent['reading'].wall_s:.1f} s, {spent['sifting'].wall_s:.1f} s")
    return Figure(len(removals(asked)), tried, spent["reading"], spent["sifting"])


@contextmanager
def _filled(count: int, progress: Progress) -> Iterator[tuple[SqlPastPostings, Sieve]]:
    with migrated_database() as url, elasticsearch_of_my_own() as settings:
        store = open_store(url)
        with closing(SearchEngine(settings.model_copy(update={"timeout_s": 60.0}))) as engine:
            recent = ElasticsearchRecentPostings(engine)
            recent.generations.ensure()
            matches = SqlMatches(store)
            task = progress.add_task("Storing and indexing", total=count)
            for first in range(0, count, _AT_ONCE):
                some = _postings(first, min(_AT_ONCE, count - first))
                matches.store(0, [Arrival(first + at, one, _NONE, _NONE) for at, one in enumerate(some)], corpus.NOON)
                recent.put(some)
                progress.advance(task, len(some))
            recent.refresh()
            yield SqlPastPostings(store), ElasticsearchSieve(engine)
        store.dispose()


def _postings(first: int, count: int) -> list[PostingCore]:
    """Others than those of every other `first`, over the days."""

    def placed(at: int, one: PostingCore) -> PostingCore:
        posted: datetime = corpus.NOON - _DAYS * ((at * 7_919 % 10_007) / 10_007)
        return one.model_copy(update={"posting_id": posting_id_of("bench", str(at)), "posted_at": posted})

    return [placed(first + at, one) for at, one in enumerate(corpus.postings(count, seed=2 + first))]


if __name__ == "__main__":
    typer.run(main)

"""The streams on real engines: `python -m bench.streams [--json] [--criteria 100000,1000000] [--quick]`.

Ingest, matcher and notifier run as processes of their own, one worker each, over topics, indices and tables that are
deleted at the end. Up to 100,000 criteria are held in Elasticsearch and in memory, more in memory alone; see `--index`.
Postings go in at raw.v1. Criteria are loaded before, as in an installation where they came long ago. The engines are
those of `make engines`, or of JOBCHIME_TEST_KAFKA, JOBCHIME_TEST_ELASTICSEARCH and JOBCHIME_TEST_POSTGRESQL.
"""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Annotated, Any, Final, get_args

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench import corpus
from bench.installation import SERVICES, Index, Installation, Running, installation
from bench.raw_postings import raw_postings
from bench.runners import Handler, Took, compare, input_of
from bench.stream import Latency, Size, Stream, Throughput, Watch
from schemas.codec import encode
from schemas.criteria import CriteriaRecord
from schemas.topics import CRITERIA, POSTINGS
from services.ingest.app import make_normaliser
from services.runtime.kafka.producer import RecordProducer
from services.runtime.records import Outgoing, Record
from services.runtime.sql.store import open_store

_console = Console(stderr=True)
_MOST_MS: Final = 1_000.0
_RATE: Final = 20.0
_AT_ONCE: Final = 5_000
_LOAD_S: Final = 1_800.0
_MOST_IN_BOTH: Final = 100_000


@dataclass(frozen=True)
class Plan:
    """How long and how much to measure."""

    warm_s: float
    steady_s: float
    search_s: float
    backlog: int
    rounds: int
    records: dict[Handler, int]


_FULL: Final = Plan(10, 60, 20, 4_000, 5, {"matcher": 8_000, "normaliser": 4_000, "copier": 60_000})
_QUICK: Final = Plan(5, 15, 8, 1_000, 3, {"matcher": 3_000, "normaliser": 1_500, "copier": 20_000})
_RUNNERS_CRITERIA: Final = 10_000


@dataclass(frozen=True)
class Figures:
    """One installation with so many criteria."""

    criteria: int
    index: Index
    ready_s: float
    """From its start until the matcher had loaded or built its index and had its partitions."""
    matcher_mib: float
    steady: Latency
    highest: Latency | None
    """None where not even the steady rate holds."""
    backlog: Throughput
    cpu_ms: dict[str, float]
    """Processor time of each service a posting of the backlog."""
    size: Size


def measure(criteria: int, index: Index, plan: Plan, progress: Progress) -> Figures:
    """Bring up an installation and send postings through it."""
    task = progress.add_task(f"{criteria:,} criteria, {index}", total=criteria)
    with installation(index) as made, RecordProducer(made.settings.kafka) as producer:
        for records in _criteria(criteria):
            producer.produce(records)
            progress.advance(task, len(records))
        made.count_as_handled("matcher", CRITERIA.name)
        progress.update(task, total=5, completed=0, description=f"{criteria:,} criteria, {index}: loading")
        began = time.monotonic()
        with made.running(*SERVICES) as services:
            for service in services:
                service.wait_ready(_LOAD_S)
            ready_s = time.monotonic() - began
            with _stream(made, producer) as stream:
                return _measured(criteria, index, ready_s, services, stream, plan, (progress, task))


def _measured(
    criteria: int,
    index: Index,
    ready_s: float,
    services: list[Running],
    stream: Stream,
    plan: Plan,
    shown: tuple[Progress, Any],
) -> Figures:
    progress, task = shown

    def step(what: str) -> None:
        progress.update(task, advance=1, description=f"{criteria:,} criteria, {index}: {what}")

    step("warming up")
    stream.steady(_RATE, plan.warm_s)
    step("a steady rate")
    steady = stream.steady(_RATE, plan.steady_s)
    step("the highest rate")
    highest = stream.highest(_MOST_MS, steady, plan.search_s) if steady.holds(_MOST_MS) else None
    step("a backlog")
    before = [service.cpu_s for service in services]
    backlog = stream.backlog(plan.backlog)
    cpu_ms = {
        service.name: 1000 * (service.cpu_s - cpu) / plan.backlog for service, cpu in zip(services, before, strict=True)
    }
    step("done")
    matcher_mib = next(service for service in services if service.name == "matcher").memory_mib
    return Figures(criteria, index, ready_s, matcher_mib, steady, highest, backlog, cpu_ms, stream.size())


@contextmanager
def _stream(made: Installation, producer: RecordProducer) -> Iterator[Stream]:
    engine = open_store(made.settings.store_url)
    with Watch(made.settings.kafka) as watch:
        yield Stream(producer, watch, engine)
    engine.dispose()


def _criteria(size: int) -> Iterator[list[Outgoing]]:
    found = enumerate(corpus.criteria(size))
    while chunk := list(islice(found, _AT_ONCE)):
        yield [
            Outgoing(
                CRITERIA.name,
                b"%d" % key,
                encode(CriteriaRecord(key=key, criteria_id=f"{key:032x}", version=1, criteria=asked)),
            )
            for key, asked in chunk
        ]


def runners(plan: Plan, progress: Progress) -> dict[Handler, dict[str, Took]]:
    """The Faust runner against a bare loop with each handler."""
    task = progress.add_task("Faust and a bare loop", total=2 * plan.rounds * len(plan.records))
    found: dict[Handler, dict[str, Took]] = {}
    for handler, size in plan.records.items():
        with installation("memory") as made, RecordProducer(made.settings.kafka) as producer:
            if handler == "matcher":
                for records in _criteria(_RUNNERS_CRITERIA):
                    producer.produce(records)
            _fill(handler, size, producer)
            found[handler] = compare(handler, made.settings.kafka, size, plan.rounds, lambda: progress.advance(task))
    return found


def _fill(handler: Handler, size: int, producer: RecordProducer) -> None:
    """Distinct records for a handler, the same texts again and again."""
    texts = list(raw_postings(min(size, 1_000), seed=1))
    if input_of(handler) == POSTINGS.name:
        texts = list(make_normaliser().handle([_received(text) for text in texts]))
    for first in range(0, size, len(texts)):
        producer.produce(
            [
                Outgoing(text.topic, b"%d-%b" % (first, text.key), text.value, text.headers)
                for text in texts[: size - first]
            ]
        )


def _received(record: Outgoing) -> Record:
    return Record(record.topic, 0, 0, record.key, record.value, record.headers, corpus.NOON)


def report(figures: list[Figures], compared: dict[Handler, dict[str, Took]]) -> dict[str, Any]:
    """Ratios by name, and everything else beside them."""
    ratios = {f"faust_vs_bare_{name}": took["bare"].seconds / took["faust"].seconds for name, took in compared.items()}
    if compared:
        ratios["faust_vs_bare"] = min(ratios["faust_vs_bare_matcher"], ratios["faust_vs_bare_normaliser"])
    return {
        "ratios": {name: round(ratio, 3) for name, ratio in ratios.items()},
        "streams": [asdict(figure) for figure in figures],
        "runners": {name: {runner: asdict(run) for runner, run in took.items()} for name, took in compared.items()},
    }


def _print(figures: list[Figures], compared: dict[Handler, dict[str, Took]], ratios: dict[str, float]) -> None:
    print("| criteria | index | p50 ms | p99 ms | highest rate | postings/s | a record | of keys | ready s | MiB |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for figure in figures:
        rate = "none" if figure.highest is None else f"{figure.highest.rate:.0f}"
        print(
            f"| {figure.criteria:,} | {figure.index} | {figure.steady.p50_ms:,.0f} | {figure.steady.p99_ms:,.0f}"
            f" | {rate} | {figure.backlog.stored:,.0f} | {figure.size.record_bytes:,.0f}"
            f" | {figure.size.bytes_a_key:.2f} | {figure.ready_s:.0f} | {figure.matcher_mib:,.0f} |"
        )
    print("\n| handler | Faust ms | bare ms | Faust CPU ms | bare CPU ms |\n|---|---:|---:|---:|---:|")
    for name, took in compared.items():
        faust, bare = took["faust"], took["bare"]
        print(f"| {name} | {faust.seconds:.2f} | {bare.seconds:.2f} | {faust.cpu_s:.2f} | {bare.cpu_s:.2f} |")
    for ratio, value in ratios.items():
        print(f"{ratio}: {value}")


def _chosen(sizes: str, index: str) -> Iterator[tuple[int, Index]]:
    for size in map(int, sizes.split(",")):
        for chosen in get_args(Index):
            if chosen in index.split(",") or (not index and (chosen == "memory" or size <= _MOST_IN_BOTH)):
                yield size, chosen


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    sizes: Annotated[str, typer.Option("--criteria", help="Numbers of criteria, with commas.")] = "100000,1000000",
    index: Annotated[str, typer.Option(help="memory, elasticsearch or both; by default as is fit.")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Shorter.")] = False,
) -> None:
    """Measure, and print."""
    plan = _QUICK if quick else _FULL
    figures = []
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(TimeElapsedColumn(), TimeRemainingColumn()),
    )
    with Progress(*columns, console=_console, disable=not _console.is_terminal) as progress:
        chosen = list(_chosen(sizes, index))
        for size, kind in chosen:
            figures.append(measure(size, kind, plan, progress))
            _console.print(f"{size:,} in {kind}: {figures[-1]}")
        compared = runners(plan, progress)
    found = report(figures, compared)
    if as_json:
        print(orjson.dumps(found).decode())
    else:
        _print(figures, compared, found["ratios"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    try:
        typer.run(main)
    except RuntimeError as error:
        sys.exit(str(error))

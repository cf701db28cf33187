"""Criteria in Elasticsearch against percolators: `python -m bench.elasticsearch [--json] [--criteria 100000,1000000]`.

The same criteria are put into our index, into the percolators of Elasticsearch 7.17 and OpenSearch 3, and into the
index in memory. The same postings are matched by all: every hit and near miss is returned, and all must return the
same. Each percolator is measured in every form that it has (`bench.percolator.Form`), and its best one counts. All
indices are merged into one segment first. Engines that do not run are started by deploy/engines/engines.sh.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import orjson
import typer
import urllib3
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import corpus
from bench.percolator import Form, Percolator
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch_criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.memory import MemoryCriteriaIndex
from services.matcher.ports import Hits
from services.runtime.elasticsearch import SearchEngine
from services.runtime.elasticsearch_settings import ElasticsearchSettings

_console = Console(stderr=True)
_PORTS: Final = {"elasticsearch": 19_200, "elasticsearch7": 19_207, "opensearch": 19_210}
_PREFIX: Final = "bench"
_AT_ONCE: Final = 5_000
_OURS, _MEMORY = "elasticsearch", "memory"


@dataclass(frozen=True)
class Figure:
    """How one way of matching did with one number of criteria."""

    way: str
    criteria: int
    ms: float
    """A posting, of the best of some rounds."""

    @property
    def rate(self) -> float:
        """Postings a second."""
        return 1000 / self.ms


def measure(
    way: str, match: Callable[[Sequence[PostingCore]], list[Hits]], size: int, expected: list[Hits], rounds: int
) -> Figure:
    """Time a way of matching, and compare what it returns."""
    postings = corpus.postings(len(expected))
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        found = match(postings)
        times.append(1000 * (time.perf_counter() - started) / len(postings))
        for one, other in zip(found, expected, strict=True):
            if one.keys.tolist() != other.keys.tolist() or one.near.tolist() != other.near.tolist():
                sys.exit(f"{way} returns other hits than the index in memory: the figures would mean nothing")
    return Figure(way, size, min(times))


def run(size: int, addresses: dict[str, str], count: int, progress: Progress) -> Iterator[Figure]:
    """Load all engines with so many criteria, and match with each."""
    settings = ElasticsearchSettings(urls=(addresses[_OURS],), prefix=f"{_PREFIX}-{size}", timeout_s=60)
    engine = SearchEngine(settings)
    ours, memory = ElasticsearchCriteriaIndex(engine), MemoryCriteriaIndex()
    baselines = {name: Percolator(url, f"{_PREFIX}-{size}") for name, url in addresses.items() if name != _OURS}
    _drop(ours)
    ours.ensure()
    for baseline in baselines.values():
        baseline.create()
    try:
        _load(size, [ours.apply, memory.apply, *(one.load for one in baselines.values())], progress)
        task = progress.add_task("Merging", total=len(baselines) + 1)
        engine.ask("POST", f"/{ours.generations.alias}/_forcemerge", params={"max_num_segments": 1}, timeout_s=600)
        engine.ask("POST", f"/{ours.generations.alias}/_refresh")
        progress.advance(task)
        for baseline in baselines.values():
            baseline.settle()
            progress.advance(task)
        yield from _measured(size, ours, memory, baselines, count, progress)
    finally:
        _drop(ours)
        for baseline in baselines.values():
            baseline.delete()


def _measured(
    size: int,
    ours: ElasticsearchCriteriaIndex,
    memory: MemoryCriteriaIndex,
    baselines: dict[str, Percolator],
    count: int,
    progress: Progress,
) -> Iterator[Figure]:
    forms = [(name, form) for name in baselines for form in get_args(Form) if (name, form) != _UNABLE]
    task = progress.add_task("Matching", total=2 + len(forms))
    expected = memory.match(corpus.postings(count))
    share = sum(one.keys.size + one.near.size for one in expected) / count / size
    _console.print(f"{size:,} criteria: a posting fits or nearly fits {100 * share:.2f} % of them")
    yield measure(_MEMORY, memory.match, size, expected, rounds=5)
    progress.advance(task)
    ours.match(corpus.postings(64, seed=5))  # other postings, for the engine to compile what it is going to need
    yield measure(_OURS, ours.match, size, expected, rounds=5)
    progress.advance(task)
    for name, form in forms:
        yield measure(f"{name}, {form}", partial(baselines[name].match, form=form), size, expected, rounds=2)
        progress.advance(task)


_UNABLE: Final = ("elasticsearch7", "packed")
"""The build of Elasticsearch 7 that can be had without its distribution has no scripts."""


def _load(size: int, loads: list[Callable[[list[CriteriaRecord]], None]], progress: Progress) -> None:
    """The same chunks into all, at the same time."""
    found = enumerate(corpus.criteria(size))
    task = progress.add_task(f"Loading {size:,} criteria", total=size)
    with ThreadPoolExecutor(len(loads)) as threads:
        while chunk := list(islice(found, _AT_ONCE)):
            records = [CriteriaRecord(key=key, criteria_id=str(key), version=1, criteria=one) for key, one in chunk]
            for loaded in [threads.submit(load, records) for load in loads]:
                loaded.result()
            progress.advance(task, len(records))


def _drop(ours: ElasticsearchCriteriaIndex) -> None:
    for one in ours.generations.listed():
        ours.engine.ask("DELETE", f"/{one.name}", timeout_s=60)


def find_engines(given: dict[str, str | None]) -> dict[str, str]:
    """Where the engines are; what is not given and does not run is started."""
    ports = {name: os.environ.get(f"JOBCHIME_ENGINES_{name.upper()}_PORT", port) for name, port in _PORTS.items()}
    found = {name: given[name] or f"http://127.0.0.1:{port}" for name, port in ports.items()}
    missing = [name for name, url in found.items() if not _answers(url)]
    if missing:
        script = Path(__file__).parents[1] / "deploy" / "engines" / "engines.sh"
        _console.print(f"Starting {', '.join(missing)}; `{script.relative_to(Path.cwd())} stop all` stops them.")
        heaps = {f"JOBCHIME_ENGINES_{name.upper()}_HEAP": "2g" for name in missing}
        subprocess.run([script, "start", *missing], check=True, env=heaps | os.environ, stdout=sys.stderr)
    return found


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=5, retries=False).status < 500
    except urllib3.exceptions.HTTPError:
        return False


def report(figures: Sequence[Figure]) -> dict[str, Any]:
    """All figures, and how many times as many postings a second ours matches as the best percolator."""
    ratios = {}
    for size in sorted({figure.criteria for figure in figures}):
        rates = {figure.way: figure.rate for figure in figures if figure.criteria == size}
        best = max(rate for way, rate in rates.items() if way not in (_OURS, _MEMORY))
        ratios[f"es_vs_percolator_{_short(size)}"] = round(rates[_OURS] / best, 2)
        ratios[f"es_vs_memory_{_short(size)}"] = round(rates[_OURS] / rates[_MEMORY], 2)
    table = [{"way": one.way, "criteria": one.criteria, "ms": round(one.ms, 2)} for one in figures]
    return {"ratios": ratios, "figures": table}


def _short(size: int) -> str:
    for unit, name in ((10**6, "m"), (10**3, "k")):
        if size % unit == 0:
            return f"{size // unit}{name}"
    return str(size)


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    sizes: Annotated[str, typer.Option("--criteria", help="Numbers of criteria, with commas.")] = "100000,1000000",
    count: Annotated[int, typer.Option("--postings", min=1, help="Postings to match with each.")] = 12,
    elasticsearch: Annotated[str | None, typer.Option(help="Its address, if it is not ours to start.")] = None,
    elasticsearch7: Annotated[str | None, typer.Option(help="The same of Elasticsearch 7.")] = None,
    opensearch: Annotated[str | None, typer.Option(help="The same of OpenSearch.")] = None,
) -> None:
    """Measure, and print."""
    addresses = find_engines(
        {"elasticsearch": elasticsearch, "elasticsearch7": elasticsearch7, "opensearch": opensearch}
    )
    figures: list[Figure] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console, disable=not _console.is_terminal) as progress:
        for size in map(int, sizes.split(",")):
            for figure in run(size, addresses, count, progress):
                figures.append(figure)
                _console.print(f"{figure.way} with {size:,}: {figure.ms:.2f} ms a posting")
    found = report(figures)
    if as_json:
        print(orjson.dumps(found).decode())
        return
    print("| criteria | way | ms a posting | postings/s |\n|---:|---|---:|---:|")
    for figure in figures:
        print(f"| {figure.criteria:,} | {figure.way} | {figure.ms:,.2f} | {figure.rate:,.1f} |")
    for name, ratio in found["ratios"].items():
        print(f"{name}: {ratio}")


if __name__ == "__main__":
    typer.run(main)

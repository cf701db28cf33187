"""Criteria in Elasticsearch against percolators: `python -m bench.elasticsearch [--json] [--criteria 100000,1000000]`.

The same criteria are put into our index, into the percolators of Elasticsearch 7.17 and OpenSearch 3, into plain
documents as one would first write them (`bench.terms_set`), and into the index in memory. All are asked alike: the same
300 postings to warm up with, then as many at once and by as many clients as each does best with, in rounds of new
postings, in which every way has its turn, in an order that rotates, until nobody's last five rounds were faster than
those before. A way's figure is the median of its last five. Every hit and near miss is returned, and all must return
the same.
Each percolator is measured in every form that it has (`bench.percolator.Form`), and its best one counts; `--forms`
and `--engines` leave some out, as `batched`, which takes three times as long as the others together. All indices are
merged into one segment first. Engines that do not run are started by deploy/engines/engines.sh.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Final, get_args

import numpy as np
import orjson
import typer
import urllib3
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import corpus
from bench.baseline import BaselineIndex
from bench.percolator import Form, Percolator
from bench.terms_set import TermsSet
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.ports import Hits
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings

_console = Console(stderr=True)
_PORTS: Final = {"elasticsearch": 19_200, "elasticsearch7": 19_207, "opensearch": 19_210}
_PREFIX: Final = "bench"
_AT_ONCE: Final = 5_000
_SEED: Final = 100
_BATCHES: Final = (8, 16, 32)
_LAST: Final = 5
_FASTER: Final = 0.97
_MOST_ROUNDS: Final = 20
_OURS, _MODEL, _MEMORY = "elasticsearch", "terms_set", "memory"


@dataclass(frozen=True)
class Way:
    """One that matches postings, and is to return what the others do."""

    name: str
    match: Callable[[Sequence[PostingCore]], list[Hits]]
    clients: tuple[int, ...] = (1, 2)


@dataclass(frozen=True)
class Load:
    """How a way is asked."""

    batch: int
    """Postings at once."""
    clients: int
    """At the same time."""

    def matched(self, way: Way, postings: Sequence[PostingCore]) -> tuple[list[Hits], float]:
        """What it finds, and milliseconds a posting."""
        some = [postings[at : at + self.batch] for at in range(0, len(postings), self.batch)]
        started = time.perf_counter()
        if self.clients == 1:
            found = [hits for batch in some for hits in way.match(batch)]
        else:
            with ThreadPoolExecutor(self.clients) as threads:
                found = [hits for answer in threads.map(way.match, some) for hits in answer]
        return found, 1000 * (time.perf_counter() - started) / len(postings)


@dataclass(frozen=True)
class Figure:
    """How one way of matching did with one number of criteria."""

    way: str
    criteria: int
    rounds: tuple[float, ...]
    """Milliseconds a posting in each."""
    load: Load = Load(16, 1)
    """How it was asked, which is how it does best."""

    @property
    def ms(self) -> float:
        """A posting, in the median round."""
        return median(self.rounds)

    @property
    def rate(self) -> float:
        """Postings a second."""
        return 1000 / self.ms


@dataclass(frozen=True)
class Plan:
    """How many postings all ways are given."""

    warm_up: int
    rounds: int
    """The least; there are more while somebody gets faster."""
    postings: int
    """A round."""
    forms: tuple[Form, ...] = get_args(Form)
    """Of percolators."""


def run(size: int, addresses: dict[str, str], plan: Plan, progress: Progress) -> list[Figure]:
    """Load all engines with so many criteria, and match with each."""
    name = f"{_PREFIX}-{size}"
    ours = ElasticsearchCriteriaIndex(
        SearchEngine(ElasticsearchSettings(urls=(addresses[_OURS],), prefix=name, timeout_s=60))
    )
    memory, model = MemoryCriteriaIndex(), TermsSet(addresses[_OURS], f"{name}-terms-set")
    percolators = {engine: Percolator(url, name) for engine, url in addresses.items() if engine != _OURS}
    baselines: list[BaselineIndex] = [model, *percolators.values()]
    _drop(ours)
    ours.ensure()
    for baseline in baselines:
        baseline.create()
    try:
        _load(size, [ours.apply, memory.apply, *(baseline.load for baseline in baselines)], progress)
        task = progress.add_task("Merging", total=1 + len(baselines))
        _settle(ours)
        progress.advance(task)
        for baseline in baselines:
            baseline.settle()
            progress.advance(task)
        ways = [Way(_MEMORY, memory.match, (1,)), Way(_OURS, ours.match), Way(_MODEL, model.match)]
        ways += [
            Way(f"{engine}, {form}", partial(percolator.match, form=form))
            for engine, percolator in percolators.items()
            for form in plan.forms
            if (engine, form) != _UNABLE
        ]
        return measure(ways, size, plan, progress)
    finally:
        _drop(ours)
        for baseline in baselines:
            baseline.delete()


_UNABLE: Final = ("elasticsearch7", "packed")
"""The build of Elasticsearch 7 that can be had without its distribution has no scripts."""


def measure(ways: Sequence[Way], size: int, plan: Plan, progress: Progress) -> list[Figure]:
    """Time all ways over the same postings, and compare what they return. The first is the one that others must equal.

    Exits where they differ, in the warm-up too.
    """
    warmed = corpus.postings(plan.warm_up, seed=_SEED)
    task = progress.add_task(f"Matching against {size:,}", total=(1 + plan.rounds) * len(ways))
    found: dict[str, list[Hits]] = {}
    loads: dict[str, Load] = {}
    for way in ways:
        found[way.name], _ = Load(_BATCHES[0], way.clients[-1]).matched(way, warmed)
        loads[way.name] = _best_load(way, warmed[-max(_BATCHES) * 2 :])
        _console.print(f"{size:,}, {way.name}: best with {loads[way.name]}")
        progress.advance(task)
    _compare(found, found[ways[0].name])
    share = sum(hits.keys.size + hits.near.size for hits in found[ways[0].name]) / len(warmed) / size
    _console.print(f"{size:,} criteria: a posting fits or nearly fits {100 * share:.2f} % of them")
    took: dict[str, list[float]] = {way.name: [] for way in ways}
    turn = 0
    while turn < plan.rounds or (turn < _MOST_ROUNDS and any(map(_falls, took.values()))):
        turn += 1
        postings = corpus.postings(plan.postings, seed=_SEED + turn)
        for way in (*ways[turn % len(ways) :], *ways[: turn % len(ways)]):
            found[way.name], ms = loads[way.name].matched(way, postings)
            _console.print(f"{size:,}, round {turn}, {way.name}: {ms:.2f} ms a posting")
            took[way.name].append(ms)
            progress.advance(task)
        _compare(found, found[ways[0].name])
    return [Figure(way.name, size, tuple(took[way.name][-_LAST:]), loads[way.name]) for way in ways]


def _best_load(way: Way, postings: Sequence[PostingCore]) -> Load:
    every = [Load(batch, clients) for batch in _BATCHES for clients in way.clients]
    return min(every, key=lambda load: min(load.matched(way, postings)[1] for _ in range(2)))


def _falls(rounds: Sequence[float]) -> bool:
    """Whether the last rounds were still faster than those before."""
    before = rounds[-2 * _LAST : -_LAST]
    return bool(before) and median(rounds[-_LAST:]) < _FASTER * median(before)


def _compare(found: dict[str, list[Hits]], expected: list[Hits]) -> None:
    for way, hits in found.items():
        for at, (answer, other) in enumerate(zip(hits, expected, strict=True)):
            for what, here, there in (
                ("matches", answer.keys, other.keys),
                ("near misses", answer.near, other.near),
            ):
                if not np.array_equal(here, there):
                    odd = np.setxor1d(here, there)
                    sys.exit(
                        f"{way} returns other {what} than the index in memory, so the figures would mean nothing: "
                        f"{len(here)} and {len(there)} of posting {at}, differing in {len(odd)} keys such as {odd[:3]}"
                    )


def _settle(ours: ElasticsearchCriteriaIndex) -> None:
    ours.engine.ask("POST", f"/{ours.generations.alias}/_forcemerge", params={"max_num_segments": 1}, timeout_s=3_600)
    ours.engine.refresh(ours.generations.alias, timeout_s=600)


def _load(size: int, loads: list[Callable[[list[CriteriaRecord]], None]], progress: Progress) -> None:
    """The same chunks into all, at the same time."""
    found = enumerate(corpus.criteria(size))
    task = progress.add_task(f"Loading {size:,} criteria", total=size)
    with ThreadPoolExecutor(len(loads)) as threads:
        while chunk := list(islice(found, _AT_ONCE)):
            records = [CriteriaRecord(key=key, criteria_id=str(key), version=1, criteria=asked) for key, asked in chunk]
            for loaded in [threads.submit(load, records) for load in loads]:
                loaded.result()
            progress.advance(task, len(records))


def _drop(ours: ElasticsearchCriteriaIndex) -> None:
    for generation in ours.generations.listed():
        ours.engine.ask("DELETE", f"/{generation.name}", timeout_s=60)


def find_engines(given: dict[str, str | None]) -> dict[str, str]:
    """Where the engines are; what is not given and does not run is started."""
    ports = {name: os.environ.get(f"JOBCHIME_ENGINES_{name.upper()}_PORT", _PORTS[name]) for name in given}
    found = {name: given[name] or f"http://127.0.0.1:{port}" for name, port in ports.items()}
    missing = [name for name, url in found.items() if not _answers(url)]
    if missing:
        script = Path(__file__).parents[1] / "deploy" / "engines" / "engines.sh"
        _console.print(f"Starting {', '.join(missing)}; `{script} stop all` stops them.")
        heaps = {f"JOBCHIME_ENGINES_{name.upper()}_HEAP": "2g" for name in missing}
        subprocess.run([script, "start", *missing], check=True, env=heaps | os.environ, stdout=sys.stderr)
    return found


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=5, retries=False).status < 500
    except urllib3.exceptions.HTTPError:
        return False


def report(figures: Sequence[Figure]) -> dict[str, Any]:
    """All figures, and how many times as many postings a second ours matches as the best percolator and the others."""
    ratios: dict[str, float] = {}
    for size in sorted({figure.criteria for figure in figures}):
        rates = {figure.way: figure.rate for figure in figures if figure.criteria == size}
        best = max(rate for way, rate in rates.items() if way not in (_OURS, _MODEL, _MEMORY))
        beside = {"es_vs_percolator": best, "ours_vs_stack_model": rates[_MODEL], "es_vs_memory": rates[_MEMORY]}
        ratios |= {f"{name}_{_short(size)}": round(rates[_OURS] / rate, 2) for name, rate in beside.items()}
    table = [
        {
            "way": figure.way,
            "criteria": figure.criteria,
            "ms": round(figure.ms, 2),
            "rounds": [round(ms, 2) for ms in figure.rounds],
            "batch": figure.load.batch,
            "clients": figure.load.clients,
        }
        for figure in figures
    ]
    return {"ratios": ratios, "figures": table}


def _short(size: int) -> str:
    for unit, name in ((10**6, "m"), (10**3, "k")):
        if size % unit == 0:
            return f"{size // unit}{name}"
    return str(size)


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    sizes: Annotated[str, typer.Option("--criteria", help="Numbers of criteria, with commas.")] = "100000,1000000",
    count: Annotated[int, typer.Option("--postings", min=1, help="Postings a round.")] = 64,
    rounds: Annotated[int, typer.Option(min=3, help="Rounds at least, after the warm-up.")] = 10,
    warm_up: Annotated[int, typer.Option("--warm-up", min=1, help="Postings to warm up with.")] = 300,
    forms: Annotated[str, typer.Option(help="Of percolators, with commas.")] = ",".join(get_args(Form)),
    engines: Annotated[str, typer.Option(help="Whose percolators, with commas.")] = "elasticsearch7,opensearch",
    elasticsearch: Annotated[str | None, typer.Option(help="Its address, if it is not ours to start.")] = None,
    elasticsearch7: Annotated[str | None, typer.Option(help="The same of Elasticsearch 7.")] = None,
    opensearch: Annotated[str | None, typer.Option(help="The same of OpenSearch.")] = None,
) -> None:
    """Measure, and print."""
    chosen = tuple(form for form in get_args(Form) if form in forms.split(","))
    if len(chosen) < len(forms.split(",")):
        sys.exit(f"there are no other forms of percolators than {', '.join(get_args(Form))}")
    given = {"elasticsearch": elasticsearch, "elasticsearch7": elasticsearch7, "opensearch": opensearch}
    addresses = find_engines({name: url for name, url in given.items() if name == _OURS or name in engines.split(",")})
    figures: list[Figure] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console, disable=not _console.is_terminal) as progress:
        for size in map(int, sizes.split(",")):
            figures += run(size, addresses, Plan(warm_up, rounds, count, chosen), progress)
    found = report(figures)
    if as_json:
        print(orjson.dumps(found).decode())
        return
    print("| criteria | way | ms a posting | of the rounds | postings/s |\n|---:|---|---:|---:|---:|")
    for figure in figures:
        spread = f"{min(figure.rounds):,.2f} to {max(figure.rounds):,.2f}"
        print(f"| {figure.criteria:,} | {figure.way} | {figure.ms:,.2f} | {spread} | {figure.rate:,.1f} |")
    for name, ratio in found["ratios"].items():
        print(f"{name}: {ratio}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    typer.run(main)

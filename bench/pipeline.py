"""The embedded form from feeds to mails: `python -m bench.pipeline [--json] [--criteria 10000,100000,1000000]`.

Captured feeds, looped, go in at the collectors and come out as mails in a folder, by the runner of an installation;
each size is a process of its own, so that its memory is its own. Criteria are drawn from the captures, five to a
subscriber, and written into log and store beforehand. Of every size as many postings go in and as many subscribers are
due: what differs is what the criteria cost. Captures are those in JOBCHIME_SHARED.
"""

import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench.looped import looped
from bench.pipeline_run import INFLOW, OUTFLOW, SHARED, Figures, Flow, Plan, feeds_of, measure
from bench.wishes import wishes
from schemas.codec import encode
from tests.support.captured import captured_postings

_FULL: Final = Plan(postings=3_000, due=1_000)
_QUICK: Final = Plan(postings=600, due=200)
_READ: Final = 400
"""Captured postings that criteria are drawn from."""
_console = Console(stderr=True)


def run(sizes: Sequence[int], plan: Plan) -> list[Figures]:
    """Measure each size, the smallest first."""
    found = []
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        folder = Path(name)
        documents = folder / "criteria.jsonl"
        with _progress() as progress:
            _draw(documents, max(sizes), progress)
            feeds = feeds_of(looped(), plan.postings, folder)
        for size in sorted(sizes):
            began = time.monotonic()
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                found.append(alone.submit(_measured, size, plan, documents, feeds).result())
            _console.print(f"{size:,} criteria: {_in_short(found[-1])}, in {time.monotonic() - began:.0f} s")
    return found


def _measured(size: int, plan: Plan, documents: Path, feeds: Sequence[Any]) -> Figures:
    with _progress() as progress:
        return measure(size, plan, documents, feeds, progress)


def _draw(documents: Path, count: int, progress: Progress) -> None:
    task = progress.add_task("drawing criteria", total=count)
    with documents.open("wb") as file:
        for wish in wishes(captured_postings(_READ), count):
            file.write(encode(wish) + b"\n")
            progress.advance(task)


def _progress() -> Progress:
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(TimeElapsedColumn(), TimeRemainingColumn()),
    )
    return Progress(*columns, console=_console, disable=not _console.is_terminal)


def _in_short(figures: Figures) -> str:
    matches = figures.keys / figures.inflow.wall_s
    return f"{figures.inflow.per_s:.0f} postings/s, {matches:,.0f} matches/s, {figures.outflow.per_s:.1f} digests/s"


def report(found: Sequence[Figures]) -> dict[str, Any]:
    """Ratios by name, and everything else beside them."""
    ratios: dict[str, float] = {}
    for figures in found:
        ratios[f"grouping_vs_dict_{figures.criteria}"] = figures.grouping.ratio
    # A day's digests of an installation of the size that is asked about; else of the largest.
    chosen = next((figures for figures in found if figures.criteria == 100_000), found[-1])
    ratios["grouping_vs_dict"] = chosen.grouping.ratio
    for small, large in pairwise(found):
        name = f"{small.criteria}_to_{large.criteria}"
        ratios[f"posting_cpu_{name}"] = large.inflow.cpu_ms / small.inflow.cpu_ms
        ratios[f"digest_cpu_{name}"] = large.outflow.cpu_ms / small.outflow.cpu_ms
        ratios[f"match_cpu_{name}"] = stage_ms(large.inflow)["match"] / stage_ms(small.inflow)["match"]
        ratios[f"peak_memory_{name}"] = large.memory_mib["peak"] / small.memory_mib["peak"]
    return {
        "ratios": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "stages": INFLOW | OUTFLOW | SHARED,
        "sizes": [_as_json(figures) for figures in found],
    }


def _as_json(figures: Figures) -> dict[str, Any]:
    return asdict(figures) | {
        "postings_per_s": figures.inflow.per_s,
        "matches_per_s": figures.keys / figures.inflow.wall_s,
        "digests_per_s": figures.outflow.per_s,
        "cpu_ms_a_posting": stage_ms(figures.inflow),
        "cpu_ms_a_digest": stage_ms(figures.outflow),
    }


def stage_ms(flow: Flow) -> dict[str, float]:
    """Milliseconds of processor time by stage, of one posting or digest; `rest` is what no stage takes."""
    found = {name: 1_000 * spent.cpu_s / flow.count for name, spent in flow.stages.items()}
    return found | {"rest": max(flow.cpu_ms - sum(found.values()), 0.0)}


def _print(found: Sequence[Figures], ratios: dict[str, float]) -> None:
    print("| criteria | postings/s | matches/s | digests/s | load, CPU s | peak MiB | log, store, mails MiB |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for figures in found:
        disk = ", ".join(f"{figures.disk_mib[name]:,.0f}" for name in ("log", "store", "mails"))
        print(
            f"| {figures.criteria:,} | {figures.inflow.per_s:.0f} | {figures.keys / figures.inflow.wall_s:,.0f}"
            f" | {figures.outflow.per_s:.1f} | {figures.load_cpu_s:.1f} | {figures.memory_mib['peak']:,.0f} | {disk} |"
        )
    for what, stages, flows in (
        ("posting", INFLOW, [figures.inflow for figures in found]),
        ("digest", OUTFLOW, [figures.outflow for figures in found]),
    ):
        sizes = " | ".join(f"{figures.criteria:,}" for figures in found)
        print(f"\n| CPU ms a {what} | {sizes} | what |\n|---|{'---:|' * len(found)}---|")
        for name, meaning in (*stages.items(), *SHARED.items(), ("rest", "the runner, and what is not named")):
            cells = " | ".join(f"{stage_ms(flow).get(name, 0.0):.2f}" for flow in flows)
            print(f"| {name} | {cells} | {meaning} |")
    print("\n| criteria | hits | packed ns | dict of lists ns | with unpacking ns |\n|---:|---:|---:|---:|---:|")
    for figures in found:
        own = figures.grouping
        print(
            f"| {figures.criteria:,} | {own.hits:,} | {own.packed_ns:.0f} | {own.dict_ns:.0f} | {own.inverted_ns:.0f} |"
        )
    print()
    for ratio, value in ratios.items():
        print(f"    {ratio}: {value}")


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    sizes: Annotated[
        str, typer.Option("--criteria", help="Numbers of criteria, with commas.")
    ] = "10000,100000,1000000",
    postings: Annotated[int, typer.Option(help="Postings that go in, about; 0: as is fit.")] = 0,
    due: Annotated[int, typer.Option(help="Subscribers that are due; 0: as is fit.")] = 0,
    beside: Annotated[bool, typer.Option("--beside", help="With a process beside the normaliser.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer postings and digests, up to 100,000 criteria.")] = False,
) -> None:
    """Measure, and print."""
    plan = _QUICK if quick else _FULL
    plan = replace(plan, postings=postings or plan.postings, due=due or plan.due, beside=beside)
    wanted = [int(size) for size in sizes.split(",")]
    found = run([size for size in wanted if size <= 100_000] if quick else wanted, plan)
    figures = report(found)
    if as_json:
        print(orjson.dumps(figures, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode())
    else:
        _print(found, figures["ratios"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    try:
        typer.run(main)
    except RuntimeError as error:
        sys.exit(str(error))

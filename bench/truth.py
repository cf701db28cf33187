"""An index against the truth, pair by pair: `python -m bench.truth [--index elasticsearch] [--criteria 1000] [--json]`.

Postings are the captured ones, as the normaliser makes them; criteria are generated after them. Every pair is judged by
`services.rules.verdict` and compared with what the index returns, the one in memory or the one in Elasticsearch, which
is that of `make engines` or of JOBCHIME_TEST_ELASTICSEARCH. Exits 1 where a single pair differs.
"""

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.posting import PostingCore
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.ports import CriteriaIndex, Hits
from tests.support.captured import captured_postings
from tests.support.generate import criteria, records
from tests.support.search_indices import criteria_index_of_my_own
from tests.support.truth import Pairs, judged

_console = Console(stderr=True)

IndexName = Literal["memory", "elasticsearch"]
INDICES: Mapping[IndexName, Callable[[], AbstractContextManager[CriteriaIndex]]] = {
    "memory": lambda: nullcontext(MemoryCriteriaIndex()),
    "elasticsearch": criteria_index_of_my_own,
}


def differing(truth: Pairs, found: Hits) -> set[int]:
    """The keys of one posting on which index and truth disagree."""
    keys, near = set(found.keys.tolist()), set(found.near.tolist())
    return (set(truth["match"]) ^ keys) | (set(truth["near"]) ^ near)


def main(
    criteria_count: Annotated[int, typer.Option("--criteria", min=1)] = 1_000,
    postings_count: Annotated[int, typer.Option("--postings", min=1)] = 1_000,
    seed: int = 20_260_810,
    which: Annotated[IndexName, typer.Option("--index")] = "memory",
    as_json: Annotated[bool, typer.Option("--json", help="One object for programs.")] = False,
) -> None:
    """Compare, and print the counts."""
    with _console.status("Normalising the captures"):
        postings: tuple[PostingCore, ...] = captured_postings(postings_count)
    asked = criteria(criteria_count, seed, postings)
    with INDICES[which]() as index:
        index.apply(records(asked))
        started = time.perf_counter()
        hits = index.match(postings)
        took = time.perf_counter() - started
    outcomes: Counter[str] = Counter()
    wrong = 0
    keyed = dict(enumerate(asked))
    columns = (TextColumn("Judging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console, disable=not _console.is_terminal) as progress:
        for posting, found in progress.track(list(zip(postings, hits, strict=True))):
            truth = judged(keyed, posting)
            outcomes.update({outcome: len(keys) for outcome, keys in truth.items()})
            wrong += len(differing(truth, found))
    if as_json:
        pairs = outcomes.total()
        figures = {
            "index": which,
            "pairs": pairs,
            "differing": wrong,
            "outcomes": dict(outcomes),
            "ms_a_posting": 1000 * took / len(postings),
        }
        print(json.dumps({"bench": "truth", "ratios": {"index_agrees_with_truth": 1 - wrong / pairs}, **figures}))
        sys.exit(1 if wrong else 0)
    print(f"{len(asked):,} criteria x {len(postings):,} postings = {outcomes.total():,} pairs (seed {seed})")
    print(f"truth: {outcomes['match']:,} matches, {outcomes['near']:,} near misses, {outcomes['reject']:,} rejections")
    print(f"index ({which}): {1000 * took / len(postings):.2f} ms a posting; {wrong:,} pairs differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    typer.run(main)

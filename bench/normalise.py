"""How fast the normaliser reads the captured postings on one core: `python -m bench.normalise [--json] [--slowest 10]`.

Each posting is read from the item as its source served it to a posting, in three passes over all of them so that no
pass finds the words of its own posting still at hand; its best time counts. So it is by itself, as one is read that
comes alone, and then in the company in which the normaliser reads those of a batch (`READ_TOGETHER`). Times are of the
processor, which other work on the machine disturbs least. What is made once a process (tables, patterns, the model of
languages) is made before. `ratios` of the JSON object holds `postings_per_s`, the postings by the sum of their best
times together, `alone_per_s` and `max_ms`, the same and the longest of those alone, and `over_floor` and
`alone_over_floor`, the two sums over that of the floor: the same postings made safe, turned to plain text and told the
language of, which no normaliser can do without. A shared machine moves all alike.

The table by rule is the best of three more passes with a clock around each rule, which costs some microseconds a
posting. What rules share (the text in lower case, its sections, its anchor words) is made by the first that asks, and
counted there.
"""

import gc
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from unittest.mock import patch

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from schemas.posting import Posting, posting_id_of
from schemas.raw import RawPosting
from services.ingest.adapters.formats.registry import detect
from services.ingest.domain import normalise as rules
from services.ingest.domain.text.html import sanitise, text_of_safe
from services.ingest.domain.text.language import read_language
from services.ingest.domain.warm import warm_up
from services.ingest.normaliser import READ_TOGETHER
from services.ingest.ports import Format, Item, UnusableItemError
from services.rules.money import rates_before
from services.rules.sections import document_of
from tests.support.shared import captures

_PASSES: Final = 3
_NOW: Final = datetime(2026, 8, 22, tzinfo=UTC)
_RULES: Final = (
    "sanitise", "text_of_safe", "document_of", "read_reach", "read_language", "read_skills", "read_workplace",
    "read_timezones", "read_salary", "read_seniority", "read_towns", "read_languages", "read_role", "read_visa",
    "read_conditions", "read_employment", "seat_of", "cluster_key", "signature_of",
    "Posting",
)  # fmt: skip
_console = Console(stderr=True)

Clock = Callable[[], int]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class CapturedItem:
    """An item of a captured feed, and what reads it."""

    known: Format
    raw: RawPosting
    file: str

    def read(self) -> Posting:
        """Normalise it by itself."""
        return read_all([self])[0]

    def begin(self) -> rules.Reading:
        """Draft it, and begin to read it."""
        draft = self.known.draft(self.raw.item)
        return rules.reading_of(draft, raw=self.raw, rates=rates_before(_NOW.date()))

    def floor(self) -> Callable[[], object]:
        """What makes it safe, plain text, and tells its language."""
        draft = self.known.draft(self.raw.item)

        def run() -> object:
            text = text_of_safe(sanitise(draft.html))
            return read_language(document_of(draft.title, text), draft.language)

        return run


def all_given(folder: Path) -> list[CapturedItem]:
    """Every item that can be a posting, of the feeds in the folders of a folder."""
    found: dict[str, CapturedItem] = {}
    for file in sorted(path for path in folder.glob("*/*") if path.suffix in {".json", ".xml"}):
        body = file.read_bytes()
        known = detect(body)
        if known is None:
            continue
        for part in known.split(body):
            if not isinstance(part, Item):
                continue
            posting = CapturedItem(known, _raw(known, part, file.stem), f"{file.parent.name}/{file.name}")
            try:
                known.draft(part.data)
            except UnusableItemError:
                continue
            found.setdefault(posting.raw.posting_id, posting)
    return list(found.values())


def _raw(known: Format, item: Item, source: str) -> RawPosting:
    return RawPosting(
        posting_id=posting_id_of(source, item.source_id),
        source=source,
        source_id=item.source_id,
        format=known.name,
        item=item.data,
        content_hash="",
        fetched_at=_NOW,
    )


@dataclass(frozen=True, slots=True)
class Times:
    """Nanoseconds of each posting."""

    best: list[int]
    """By themselves."""
    together: list[int]
    """The best of each batch."""
    first: list[int]
    """Of the first pass."""
    floor: list[int]
    """The best of what is done without any rule."""


def best_times(given: Sequence[CapturedItem], clock: Clock = time.process_time_ns) -> Times:
    """The best of all passes; each pass takes the floor of all postings as well."""
    floors = [posting.floor() for posting in given]
    batches = [given[at : at + READ_TOGETHER] for at in range(0, len(given), READ_TOGETHER)]
    whole: list[list[int]] = []
    together: list[list[int]] = []
    floor: list[list[int]] = []
    for number in range(_PASSES):
        gc.collect()
        whole.append(_timed([posting.read for posting in given], f"Pass {number + 1} of {_PASSES}", clock))
        together.append(_timed([partial(read_all, batch) for batch in batches], "In batches", clock))
        floor.append(_timed(floors, "Its floor", clock))
    return Times(_best(whole), _best(together), whole[0], _best(floor))


def read_all(batch: Sequence[CapturedItem]) -> list[Posting]:
    """Normalise some as the service does: drafts first, then rule by rule."""
    return rules.read_together([posting.begin() for posting in batch])


def _best(passes: Sequence[Sequence[int]]) -> list[int]:
    return [min(times) for times in zip(*passes, strict=True)]


def _timed(work: Sequence[Callable[[], object]], what: str, clock: Clock) -> list[int]:
    times: list[int] = []
    for do in _shown(work, what):
        began = clock()
        do()
        times.append(clock() - began)
    return times


def by_rule(given: Sequence[CapturedItem], clock: Clock = time.process_time_ns) -> dict[str, int]:
    """Nanoseconds of each rule over all postings; `rest` is what no rule took, `draft` the mapping of the format."""
    passes = [_spent_by_rule(given, clock) for _ in range(_PASSES)]
    return {name: min(spent.get(name, 0) for spent in passes) for name in passes[0]}


def _spent_by_rule(given: Sequence[CapturedItem], clock: Clock) -> dict[str, int]:
    spent: defaultdict[str, int] = defaultdict(int)
    with _clocks(spent, clock):
        for posting in _shown(given, "By rule"):
            began = clock()
            draft = posting.known.draft(posting.raw.item)
            drafted = clock()
            rules.normalise(draft, raw=posting.raw, rates=rates_before(_NOW.date()))
            spent["draft"] += drafted - began
            spent["rest"] += clock() - drafted
    spent["rest"] -= sum(took for name, took in spent.items() if name in _RULES)
    return dict(spent)


@contextmanager
def _clocks(spent: dict[str, int], clock: Clock) -> Iterator[None]:
    def around(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            began = clock()
            try:
                return rule(*args, **named)
            finally:
                spent[name] += clock() - began

        return timed

    with ExitStack() as stack:
        for name in _RULES:
            stack.enter_context(patch.object(rules, name, around(name, getattr(rules, name))))
        yield


def report(times: Times, spent: Mapping[str, int]) -> dict[str, Any]:
    """What the times of each posting, and those of each rule in nanoseconds, come to."""
    best, count = times.best, len(times.best)
    return {
        "bench": "normalise",
        "ratios": {
            "postings_per_s": round(count / sum(times.together) * 1e9),
            "alone_per_s": round(count / sum(best) * 1e9),
            "max_ms": round(max(best) / 1e6, 2),
            "over_floor": round(sum(times.together) / sum(times.floor), 2),
            "alone_over_floor": round(sum(best) / sum(times.floor), 2),
        },
        "postings": count,
        "first_pass_per_s": round(count / sum(times.first) * 1e9),
        "ms_by_rule": {name: round(took / count / 1e6, 4) for name, took in spent.items()},
    }


def _shown(work: Sequence[_T], what: str) -> Iterator[_T]:
    yield from track(work, what, console=_console, disable=not _console.is_terminal, transient=True)


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One object for programs.")] = False,
    slowest: Annotated[int, typer.Option(min=0, help="Name the postings that take longest.")] = 0,
) -> None:
    """Measure, and print the rate, the longest and the share of each rule."""
    with _console.status("Reading the captures"):
        given = all_given(captures())
        warm_up()
        for posting in given[:: max(1, len(given) // 50)]:
            posting.read()
    gc.freeze()  # what the bench itself holds is no burden of the normaliser's
    times = best_times(given)
    best, figures = times.best, report(times, by_rule(given))
    if as_json:
        print(json.dumps(figures))
        return
    _print(figures, best)
    for place in sorted(range(len(given)), key=lambda at: -best[at])[:slowest]:
        print(f"{best[place] / 1e6:6.2f} ms  {given[place].file} {given[place].raw.source_id}")


def _print(figures: dict[str, Any], best: Sequence[int]) -> None:
    ordered = sorted(best)
    shares = (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99))
    table = Table("rule", "ms a posting", title=f"{figures['postings']:,} captured postings")
    for name, took in sorted(figures["ms_by_rule"].items(), key=lambda pair: -pair[1]):
        table.add_row(name, f"{took:.3f}")
    Console().print(table)
    ratios = figures["ratios"]
    print(f"{ratios['postings_per_s']} postings a second in batches, {ratios['alone_per_s']} alone", end="")
    print(f" (first pass {figures['first_pass_per_s']})")
    print(
        ", ".join(f"{name} {ordered[int(share * (len(ordered) - 1))] / 1e6:.2f} ms" for name, share in shares), end=""
    )
    print(f", longest {ratios['max_ms']:.2f} ms")
    print(
        f"{ratios['over_floor']} times safe markup, plain text and language alone; alone {ratios['alone_over_floor']}"
    )


if __name__ == "__main__":
    typer.run(main)

"""What the paths of a mapping come to, for whoever writes one."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_MOST_WORDS = 200
_MOST_INSTEAD = 2


@dataclass(frozen=True, slots=True)
class Trace:
    """What one rule came to in one item."""

    field: str
    rule: str
    """As one would write it."""
    found: bool
    instead: str = ""
    """What was there instead."""


@dataclass(slots=True)
class PathCount:
    """How often one rule found something."""

    seen: int = 0
    found: int = 0
    instead: Counter[str] = field(default_factory=Counter)


PathCounts = dict[tuple[str, str], PathCount]
"""By field and rule."""


def add_traces(counts: PathCounts, traces: Iterable[Trace]) -> None:
    """Add the traces of one item."""
    for trace in traces:
        count = counts.setdefault((trace.field, trace.rule), PathCount())
        count.seen += 1
        count.found += trace.found
        if not trace.found:
            count.instead[trace.instead[:_MOST_WORDS]] += 1


def path_lines(counts: PathCounts) -> Iterator[str]:
    """Tell a person how often each path found something; of one that never did, what was there instead most often."""
    if not counts:
        return
    yield "Found by its paths:"
    width = min(max(len(rule) for _, rule in counts), 40)
    for (name, rule), count in counts.items():
        yield f"  {name:<16} {rule:<{width}} {count.found:>6} of {count.seen}"
        if count.found == 0:
            yield from (f"    {words}" for words, _ in count.instead.most_common(_MOST_INSTEAD))

"""The words of scores, reasons and postings, which are the same at every door."""

from services.matcher.explain import plain
from services.notifier.domain.wording.reason_order import in_telling_order
from services.notifier.domain.wording.score_lines import part_line, part_words, why_here
from services.overview.stream.spans import ago, lasting
from services.wording.lines import capitalised, one_line

__all__ = [
    "ago",
    "capitalised",
    "in_telling_order",
    "lasting",
    "one_line",
    "part_line",
    "part_words",
    "plain",
    "why_here",
]

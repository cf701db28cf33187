"""The words of scores, reasons and postings, which are the same at every door."""

from services.matcher.explain import plain
from services.notifier.domain.score_lines import part_line, part_words, why_here
from services.notifier.domain.telling import in_telling_order
from services.overview.spans import ago, lasting
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

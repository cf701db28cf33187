"""The words of scores, reasons and postings, which are the same at every door."""

from services.matcher.explain import plain
from services.notifier.domain.wording.reason_order import in_telling_order
from services.notifier.domain.wording.score_lines import (
    cause_line,
    chance_line,
    hold_line,
    part_line,
    part_words,
    why_here,
)
from services.notifier.domain.wording.view import ShownJob, doubts_briefly, shown_job, why_briefly
from services.overview.stream.spans import ago, lasting
from services.wording.catalogues import english
from services.wording.conditions import conditions_in_words
from services.wording.lines import capitalised, one_line
from services.wording.reasons import in_words
from services.wording.relaxations import criteria_in_words, each_in_words, relaxation_in_words
from services.wording.speaking import needs_in_words, unspoken_in_words

__all__ = [
    "ShownJob",
    "ago",
    "capitalised",
    "cause_line",
    "chance_line",
    "conditions_in_words",
    "criteria_in_words",
    "doubts_briefly",
    "each_in_words",
    "english",
    "hold_line",
    "in_telling_order",
    "in_words",
    "lasting",
    "needs_in_words",
    "one_line",
    "part_line",
    "part_words",
    "plain",
    "relaxation_in_words",
    "shown_job",
    "unspoken_in_words",
    "why_briefly",
    "why_here",
]

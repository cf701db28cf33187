"""What a push counts for by the hour, as a poll does."""

from collections.abc import Mapping

from services.ingest.push import PushReport
from services.runtime.figures.hours import (
    SOURCE_FAILURES,
    SOURCE_POLLS,
    SOURCE_SEEN,
    SOURCE_UNREAD,
    SOURCE_YIELD,
)

REFUSED_WHOLE: Mapping[str, int] = {SOURCE_POLLS: 1, SOURCE_FAILURES: 1}
_YIELDS = frozenset({"new", "changed", "reopened"})


def hours_of(report: PushReport) -> Mapping[str, int]:
    """By measure: what was taken, what of it was new or changed or refused, and that nothing was taken."""
    return {
        SOURCE_POLLS: 1,
        SOURCE_SEEN: len(report.taken),
        SOURCE_YIELD: sum(record.outcome in _YIELDS for record in report.taken),
        SOURCE_FAILURES: int(bool(report.refused) and not report.taken),
        SOURCE_UNREAD: len(report.refused),
    }

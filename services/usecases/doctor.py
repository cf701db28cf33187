"""What an installation stands on: what is there, what is missing and how to mend it."""

from collections.abc import Iterator

from services.overview.doctor.examination import examine
from services.overview.doctor.finding import Finding, Grade
from services.runtime.clock import SystemClock
from services.settings import Settings

__all__ = ["Finding", "Grade", "findings"]


def findings(settings: Settings) -> Iterator[Finding]:
    """All that the settings name, each thing as soon as it was looked at. Raises nothing for what is away."""
    return examine(settings, SystemClock())

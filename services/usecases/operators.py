"""What operators do by the console, written down."""

from collections.abc import Sequence
from datetime import datetime

from services.runtime.audit import OperatorAct, SqlAudit
from services.usecases.installation import Installation

__all__ = ["OperatorAct", "latest", "note"]

_MOST_ABOUT = 300


def note(installation: Installation, operator: str, act: str, about: str, now: datetime) -> None:
    """Write an act down, before it is done. Raises UnavailableError: then it must not be done."""
    SqlAudit(installation.engine).append(OperatorAct(now, operator, act, about[:_MOST_ABOUT]))


def latest(installation: Installation, most: int = 200) -> Sequence[OperatorAct]:
    """What was done, the newest first. Raises UnavailableError."""
    return SqlAudit(installation.engine).latest(most)

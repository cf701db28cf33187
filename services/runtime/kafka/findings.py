"""What is found of topics on a cluster; in itself it needs no client."""

from dataclasses import dataclass
from typing import Literal

Kept = Literal["as planned", "shorter", "not a day"]
"""`not a day`: or for some time, of what is to be kept for good. `shorter`: than it is to be, or by bytes."""


@dataclass(frozen=True, slots=True)
class TopicFinding:
    """Something that is not as it should be, or what was done about it."""

    topic: str
    what: str
    mend: str = ""
    kept: Kept = "as planned"
    """For how long its records are."""

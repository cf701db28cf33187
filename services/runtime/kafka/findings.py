"""What is found of topics on a cluster; in itself it needs no client."""

from dataclasses import dataclass
from typing import Final, Literal

Kept = Literal["as planned", "shorter", "not a day", "not at all"]
"""`not a day`: or for some time, of what is to be kept for good. `not at all`: what is large is refused.

`shorter`: than it is to be, or by bytes."""
LOSES: Final[frozenset[Kept]] = frozenset({"not a day", "not at all"})
"""By these records are lost within a night, or at once."""


@dataclass(frozen=True, slots=True)
class TopicFinding:
    """Something that is not as it should be, or what was done about it."""

    topic: str
    what: str
    mend: str = ""
    kept: Kept = "as planned"
    """For how long its records are."""

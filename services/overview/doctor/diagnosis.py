"""What `jobchime doctor` says of one thing."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["well", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at."""

    what: str
    grade: Grade
    said: str
    mend: str = ""
    """What to do; of what is well, empty."""

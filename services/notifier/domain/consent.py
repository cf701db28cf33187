"""What a subscriber agreed to, or took back: kept for as long as they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ConsentKind = Literal["given", "withdrawn"]
Origin = Literal["operator", "page", "one-click", "provider"]
"""`operator`: taken in by the command line or an import, who answers for it. `one-click`: by
their mail program. `provider`: by a list of the mail provider's, as a signed event of it says."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One change of mind about being mailed."""

    kind: ConsentKind
    at: datetime
    origin: Origin
    wording: str
    """What they read when they said so; empty where nobody knows."""
    why: str = ""
    """Why they left, if they said: one of `WHY`."""


WHY = ("found", "too_many", "not_fitting", "never_asked", "other")
"""Why somebody leaves: found a job, too many mails, jobs that do not fit, never asked for it, something else."""

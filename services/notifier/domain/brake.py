"""When sending stops by itself: complaints and bounces that would cost a sender its name with mail providers.

Gmail and Yahoo want complaints below 0.10 % and never 0.30 % (their sender guidelines, 2024).
"""

from dataclasses import dataclass

from schemas.counted import counted

ACCEPTED_FOR_COMPLAINTS = 10_000
"""Mails last accepted, among which complaints are counted."""
ACCEPTED_FOR_BOUNCES = 1_000
_MOST_COMPLAINTS = 0.001
_MOST_BOUNCES = 0.05
LEAST_COMPLAINTS = 5
"""Fewer are chance."""
LEAST_BOUNCES = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the mails that were last handed over."""

    accepted: int
    """At most `ACCEPTED_FOR_COMPLAINTS`."""
    complaints: int
    """Of these."""
    bounced: int
    """Hard bounces, of the last `ACCEPTED_FOR_BOUNCES`."""


def why_to_stop(tally: Tally) -> str | None:
    """A sentence where sending must stop until a person has looked; None where it may go on."""
    if tally.complaints >= LEAST_COMPLAINTS and tally.complaints > _MOST_COMPLAINTS * tally.accepted:
        of = counted(tally.accepted, "mail")
        return f"{counted(tally.complaints, 'reader')} of the last {of} called it spam"
    recent = min(tally.accepted, ACCEPTED_FOR_BOUNCES)
    if tally.bounced >= LEAST_BOUNCES and tally.bounced > _MOST_BOUNCES * recent:
        return f"{tally.bounced:,} of the last {counted(recent, 'mail')} came back for good"
    return None

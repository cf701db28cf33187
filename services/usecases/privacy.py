"""What is kept about people, and for how long: the facts that a privacy page states, from where they are decided."""

from dataclasses import dataclass

from services.notifier.adapters.sql.people.doors import CONFIRM_WITHIN, SESSION_FOR
from services.notifier.adapters.sql.retention import KEEP_BODIES, KEEP_DIGESTS, KEEP_MAIL_EVENTS

__all__ = ["KEPT", "Kept"]


@dataclass(frozen=True, slots=True)
class Kept:
    """How long things are kept, in whole days."""

    sign_ups: int
    sessions: int
    mails: int
    digests: int
    mail_events: int


KEPT = Kept(
    sign_ups=CONFIRM_WITHIN.days,
    sessions=SESSION_FOR.days,
    mails=KEEP_BODIES.days,
    digests=KEEP_DIGESTS.days,
    mail_events=KEEP_MAIL_EVENTS.days,
)

"""Browsers that are signed in as somebody: a link begins a session, once."""

from datetime import datetime

import structlog

from services.notifier.adapters.sql.people.doors import SESSION_FOR, Session
from services.notifier.domain.people import Subscriber
from services.usecases.installation import Installation

__all__ = ["SESSION_FOR", "Session", "begin", "end", "session_of", "sessions_of", "use_link"]
_events = structlog.get_logger(__name__)


def use_link(installation: Installation, link: str, session: str, agent: str, now: datetime) -> bool:
    """Begin a session by a link; False where that is used up, late, or never was. Raises UnavailableError."""
    signed_in = installation.doors.sign_in(link, session, agent, now) is not None
    _events.info("a browser was signed in" if signed_in else "a link signs nobody in: used up, late, or never made")
    return signed_in


def begin(installation: Installation, person: Subscriber, session: str, agent: str, now: datetime) -> bool:
    """Begin a session of who has just proven to have their mailbox; False where they are erased by now."""
    begun = installation.doors.begin_session(session, person.subscriber_id, agent, now)
    if begun:
        _events.info("a browser was signed in, by a confirmation")
    return begun


def session_of(installation: Installation, token: str, now: datetime) -> tuple[Session, Subscriber] | None:
    """Whose browser it is; None where it is signed out."""
    session = installation.doors.session(token, now)
    person = installation.subscribers.with_id(session.subscriber_id) if session else None
    return (session, person) if session and person else None


def sessions_of(installation: Installation, own_id: str, now: datetime) -> list[Session]:
    """All browsers that are signed in as somebody, the newest first."""
    return installation.doors.sessions_of(own_id, now)


def end(installation: Installation, own_id: str, key: str | None = None) -> None:
    """Sign one browser out, or all."""
    installation.doors.end_session(own_id, key)

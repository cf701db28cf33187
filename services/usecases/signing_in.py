"""Signing in by a link, once, to a session that ends when it is told to."""

from collections.abc import Callable
from datetime import datetime

from services.notifier.adapters.sql.people.doors import SESSION_FOR, SIGN_IN_WITHIN, Session
from services.notifier.domain.people import Subscriber
from services.usecases import letters
from services.usecases.installation import Installation
from services.wording.catalogues import words_of

__all__ = [
    "SESSION_FOR",
    "SIGN_IN_WITHIN",
    "Session",
    "ask",
    "begin",
    "end",
    "make_link",
    "session_of",
    "sessions_of",
    "use_link",
]


def ask(installation: Installation, address: str, base: str, token: Callable[[], str], now: datetime) -> None:
    """Mail a link to who has this address; nothing to anybody else. Whoever asks is told the same in each case.

    Raises UnavailableError.
    """
    known = installation.subscribers.with_address(address)
    if known is None or not letters.may_mail(installation, known.profile.address, now):
        return
    link = make_link(installation, known, base, token, now)
    letters.send(installation, "sign_in", known.profile.address, link, words_of(known.profile.locale), now)


def make_link(
    installation: Installation, person: Subscriber, base: str, token: Callable[[], str], now: datetime
) -> str:
    """A link that signs somebody in, once, within `SIGN_IN_WITHIN`."""
    made = token()
    installation.doors.keep_sign_in(made, person.subscriber_id, now)
    return f"{base}/s/{made}"


def use_link(installation: Installation, link: str, session: str, agent: str, now: datetime) -> bool:
    """Begin a session by a link; False where that is used up, late, or never was. Raises UnavailableError."""
    return installation.doors.sign_in(link, session, agent, now) is not None


def begin(installation: Installation, person: Subscriber, session: str, agent: str, now: datetime) -> bool:
    """Begin a session of who has just proven to have their mailbox; False where they are erased by now."""
    return installation.doors.begin_session(session, person.subscriber_id, agent, now)


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

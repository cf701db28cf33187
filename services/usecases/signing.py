"""Signing up and in: nobody is subscribed who did not confirm, and a link begins a session, once.

Double opt-in: what somebody wishes for is kept until they confirm it by a link that only their mailbox gets.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.notifier.adapters.mail.mailers import trial_mailer_of
from services.notifier.adapters.sql.people.doors import (
    CONFIRM_WITHIN,
    SESSION_FOR,
    SIGN_IN_WITHIN,
    NewAddress,
    Session,
    SignUp,
)
from services.notifier.domain.consent import Consent
from services.notifier.domain.people import Profile, Subscriber, address_of
from services.notifier.domain.wording.letters import Letter, write_letter
from services.notifier.importing import WantedSearch, search_of
from services.notifier.ports import (
    Email,
    MailDeferredError,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
)
from services.runtime.errors import UsageError
from services.runtime.privacy.redaction import redacted
from services.usecases.accounts import profile_from
from services.usecases.errors import fields_checked
from services.usecases.installation import Installation
from services.usecases.suppressions import why_suppressed
from services.wording.catalogues import words_of
from services.wording.words import Words

__all__ = [
    "CONFIRM_WITHIN",
    "SESSION_FOR",
    "SIGN_IN_WITHIN",
    "NewAddress",
    "Session",
    "SignUp",
    "Wish",
    "address_from",
    "ask",
    "ask_new_address",
    "begin",
    "confirm",
    "confirm_new_address",
    "end",
    "new_address",
    "search_in",
    "session_of",
    "sessions_of",
    "sign_up",
    "tell_old_address",
    "use_link",
    "waiting",
    "wish_from",
]
_events = structlog.get_logger(__name__)


def ask(installation: Installation, address: str, base: str, token: Callable[[], str], now: datetime) -> None:
    """Mail a link to who has this address; nothing to anybody else. Whoever asks is told the same in each case.

    Raises UnavailableError.
    """
    known = installation.subscribers.with_address(address)
    if known is None or not _may_mail(installation, known.profile.address, now):
        return
    link = make_link(installation, known, base, token, now)
    _send(installation, "sign_in", known.profile.address, link, words_of(known.profile.locale), now)


def make_link(
    installation: Installation, person: Subscriber, base: str, token: Callable[[], str], now: datetime
) -> str:
    """A link that signs somebody in, once, within `SIGN_IN_WITHIN`."""
    made = token()
    installation.doors.keep_sign_in(made, person.subscriber_id, now)
    return f"{base}/s/{made}"


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


@dataclass(frozen=True, slots=True)
class Wish:
    """A sign-up whose fields are right."""

    profile: Profile
    fields: Mapping[str, Any]
    """As they were given, to be kept until they are confirmed: those of a person, and under `search` those of one."""


def wish_from(person: Mapping[str, Any], search: Mapping[str, Any]) -> Wish:
    """Check the fields of a person and of their first search. Raises WrongFieldError."""
    profile = profile_from(person)
    with fields_checked():
        search_of(search)
    return Wish(profile, {**person, "address": profile.address, "search": dict(search)})


def sign_up(
    installation: Installation, wish: Wish, wording: str, base: str, token: Callable[[], str], now: datetime
) -> None:
    """Keep a wish and mail its link, or a link to sign in to who is known; nothing to who may not be mailed now.

    `wording`: what stands beside the button that confirms. `base`: the public address. `token` makes what cannot be
    guessed. Whoever asks is told the same in each case. Raises UnavailableError.
    """
    address = wish.profile.address
    known = installation.subscribers.with_address(address)
    if known is None and not installation.doors.has_room(address, now):
        _events.warning("too many sign-ups wait to be confirmed: no more are taken")
        return
    if not _may_mail(installation, known.profile.address if known else address, now):
        return
    if known is not None:
        _greet(installation, known, base, token, now)
        return
    made = token()
    if installation.doors.keep_sign_up(made, SignUp(address, wish.fields, wording), now):
        _send(installation, "confirm", address, f"{base}/c/{made}", words_of(wish.profile.locale), now)


def _greet(installation: Installation, known: Subscriber, base: str, token: Callable[[], str], now: datetime) -> None:
    """Tell who is subscribed that somebody wanted that, with a link that signs them in."""
    link = make_link(installation, known, base, token, now)
    _send(installation, "known", known.profile.address, link, words_of(known.profile.locale), now)


def address_from(text: str) -> str:
    """An address, checked. Raises WrongFieldError."""
    with fields_checked():
        return address_of(text)


def ask_new_address(
    installation: Installation, wanted: NewAddress, base: str, token: Callable[[], str], now: datetime
) -> None:
    """Mail a link to where somebody wants to be mailed; one to sign in to who has that address already.

    Nothing where it may not be mailed now. Whoever asks is told the same in each case. Raises UnavailableError.
    """
    person = installation.subscribers.with_id(wanted.subscriber_id)
    known = installation.subscribers.with_address(wanted.address)
    other = known if known is not None and known.subscriber_id != wanted.subscriber_id else None
    if person is None or not _may_mail(installation, other.profile.address if other else wanted.address, now):
        return
    if other is not None:
        _greet(installation, other, base, token, now)
        return
    made = token()
    if installation.doors.keep_new_address(made, wanted, now):
        words = words_of(person.profile.locale)
        _send(installation, "new_address", wanted.address, f"{base}/a/{made}", words, now)


def new_address(installation: Installation, token: str, now: datetime) -> NewAddress | None:
    """What a link confirms; None where it is too late, was done, or never was. Raises UnavailableError."""
    return installation.doors.new_address(token, now)


def confirm_new_address(installation: Installation, token: str, now: datetime) -> tuple[Subscriber, Subscriber] | None:
    """Mail somebody there from now on; gives them as they were and are. None as `new_address`.

    Raises UnavailableError, UsageError where somebody else is subscribed with it by now.
    """
    kept = new_address(installation, token, now)
    before = installation.subscribers.with_id(kept.subscriber_id) if kept else None
    if kept is None or before is None:
        return None
    moved = Consent("moved", now, "page", kept.wording)
    return before, installation.subscribers.move(kept.subscriber_id, kept.address, moved)


def tell_old_address(installation: Installation, before: Subscriber, now: datetime) -> None:
    """Tell who reads the old address that mails go to another; not which. Raises UnavailableError."""
    settings, old = installation.settings, before.profile.address
    if why_suppressed(installation, old) is None:
        contact = settings.portal.privacy_contact or settings.mail.sender.address
        _send(installation, "old_address", old, "", words_of(before.profile.locale), now, contact=contact)


def waiting(installation: Installation, token: str, now: datetime) -> SignUp | None:
    """What a link confirms; None where it is too late, was done, or never was. Raises UnavailableError."""
    return installation.doors.sign_up(token, now)


def search_in(kept: SignUp) -> WantedSearch:
    """The search that somebody wished for. Raises WrongFieldError where it cannot be had by now."""
    with fields_checked():
        return search_of(kept.wanted["search"])


def confirm(installation: Installation, token: str, now: datetime) -> Subscriber | None:
    """Take in who wished it, with their search; None as `waiting`. Where it fails midway it may be done again.

    Raises UnavailableError, UsageError where what was wished for cannot be had by now.
    """
    kept = waiting(installation, token, now)
    if kept is None:
        return None
    wanted, person = search_in(kept), _person(installation, kept, now)
    if not _has(installation, person, wanted):
        try:
            installation.searches.add(
                person.subscriber_id,
                wanted.name,
                wanted.criteria,
                wanted.timing,
                now,
                preferred_places=wanted.preferred_places,
            )
        except UsageError:
            # Pressed twice at once: the other press saved it.
            if not _has(installation, person, wanted):
                raise
    installation.doors.forget_sign_up(token)
    return person


def _has(installation: Installation, person: Subscriber, wanted: WantedSearch) -> bool:
    return any(saved.name == wanted.name for saved in installation.searches.all(person.subscriber_id))


def _person(installation: Installation, kept: SignUp, now: datetime) -> Subscriber:
    """Who has the address: taken in now, or since the letter was sent."""
    given = Consent("given", now, "page", kept.wording)
    known = installation.subscribers.with_address(kept.address)
    if known is not None:
        return installation.subscribers.subscribe_again(known.subscriber_id, given)
    fields = {name: value for name, value in kept.wanted.items() if name != "search"}
    try:
        return installation.subscribers.add(profile_from(fields), now, consent=given)
    except UsageError:
        # Pressed twice at once: the other press took them in.
        return installation.subscribers.find(kept.address)


def _may_mail(installation: Installation, address: str, now: datetime) -> bool:
    """Whether a letter may go to an address now, which then counts as mailed. Raises UnavailableError."""
    return why_suppressed(installation, address) is None and installation.doors.may_mail(address, now)


def _send(
    installation: Installation, letter: Letter, address: str, link: str, words: Words, now: datetime, **values: object
) -> None:
    """Hand a letter over; where the mailer would not have it only that is logged: whoever meant it asks again."""
    mail = installation.settings.mail
    written = write_letter(letter, link, mail.sender, words, values)
    named = hashlib.sha256(f"{letter} {link or f'{address} {now.isoformat()}'}".encode()).hexdigest()[:32]
    email = Email(
        delivery_id=f"letter-{named}",
        sender_name=mail.sender.name,
        sender_address=mail.sender.address,
        to_address=address,
        subject=written.subject,
        html=written.html,
        text=written.text,
        date=now,
        # Nobody is subscribed by it: it is sent once, to who asked for it.
        unsubscribe_url="",
    )
    try:
        trial_mailer_of(mail).send(email)
    except (MailWithheldError, MailRefusedError, MailDeferredError, MailUnknownError) as error:
        _events.warning("a letter did not go out", letter=letter, reason=redacted(error))

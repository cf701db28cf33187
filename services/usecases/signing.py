"""Signing up, and asking for a link to sign in by: nobody is subscribed who did not confirm.

Double opt-in: what somebody wishes for is kept until they confirm it by a link that only their mailbox gets.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from services.notifier.adapters.mail.mailers import trial_mailer_of
from services.notifier.adapters.sql.people.doors import CONFIRM_WITHIN, SIGN_IN_WITHIN, NewAddress, SignUp
from services.notifier.attempts import AnswerKind, hand_over
from services.notifier.domain.consent import Consent
from services.notifier.domain.delivery import State
from services.notifier.domain.model import Recipient
from services.notifier.domain.people import Profile, Subscriber, address_of, profile_of
from services.notifier.domain.wording.letters import MOVE, Letter, write_letter
from services.notifier.emails import email_of
from services.notifier.importing import WantedSearch, search_of
from services.notifier.ports import ClaimedDelivery, Email
from services.runtime.errors import UsageError
from services.runtime.pauses import SqlPauses
from services.runtime.privacy.redaction import redacted
from services.usecases.errors import fields_checked
from services.usecases.installation import Installation
from services.usecases.links import link
from services.wording.catalogues import words_of
from services.wording.words import Words

__all__ = [
    "CONFIRM_WITHIN",
    "MOVE",
    "SIGN_IN_WITHIN",
    "NewAddress",
    "SignUp",
    "SignUpRequest",
    "address_from",
    "ask",
    "ask_new_address",
    "ask_to_erase",
    "confirm",
    "confirm_new_address",
    "new_address",
    "new_token",
    "search_in",
    "sign_up",
    "takes_addresses",
    "waiting",
    "wish_beside",
    "wish_from",
]
_ENDS: Mapping[AnswerKind, State] = {
    "accepted": "accepted",
    "refused": "failed",
    "deferred": "not_sent",
    "withheld": "not_sent",
    "lost": "unknown",
}
"""What a letter is after each answer: it is not tried again."""
_events = structlog.get_logger(__name__)


def new_token() -> str:
    """What nobody can guess: 192 bits."""
    return secrets.token_urlsafe(24)


def ask(installation: Installation, address: str, base: str, now: datetime) -> None:
    """Mail a link to who has this address; nothing to anybody else. Whoever asks is told the same in each case.

    Raises UnavailableError.
    """
    known = installation.subscribers.with_address(address)
    if known is not None:
        _sign_in_letter(installation, "sign_in", known, base, now)


def ask_to_erase(installation: Installation, person: Subscriber, base: str, now: datetime) -> None:
    """Mail a link by which they may erase themselves to where they are mailed now. Raises UnavailableError."""
    _sign_in_letter(installation, "erase", person, base, now)


def _sign_in_letter(
    installation: Installation,
    letter: Letter,
    person: Subscriber,
    base: str,
    now: datetime,
    wish: SignUp | None = None,
) -> None:
    """Mail them a link that signs them in, unless they may not be mailed now. `wish`: what is shown to them then."""
    begun = _begin(installation, letter, person.profile.address, now)
    if begun:
        link = make_link(installation, person, base, now)
        if wish:
            beside = _beside(installation.link_keys.current, link.rpartition("/")[2])
            installation.doors.keep_sign_up(beside, wish, now)
        _send(installation, begun, link, words_of(person.profile.locale), now)


def _beside(key: bytes, token: str) -> str:
    """By what a wish is kept with a link that signs in: nobody can confirm it by that link, which acts for minutes."""
    return hmac.digest(key, f"the wish beside {token}".encode(), hashlib.sha256).hex()


def wish_beside(installation: Installation, token: str, now: datetime) -> WantedSearch | None:
    """What was asked for with an address that was known, by the link that has just signed them in; given once.

    None where they have such a search. Raises UnavailableError.
    """
    for key in installation.link_keys.honoured(now):
        beside = _beside(key, token)
        if kept := waiting(installation, beside, now):
            installation.doors.forget_sign_up(beside)
            with suppress(UsageError):
                wanted = search_in(kept)
                saved = installation.searches.all(installation.subscribers.find(kept.address).subscriber_id)
                return None if any(search.criteria == wanted.criteria for search in saved) else wanted
    return None


def make_link(installation: Installation, person: Subscriber, base: str, now: datetime) -> str:
    """A link that signs somebody in, once, within `SIGN_IN_WITHIN`."""
    made = new_token()
    installation.doors.keep_sign_in(made, person.subscriber_id, now)
    return f"{base}/s/{made}"


@dataclass(frozen=True, slots=True)
class SignUpRequest:
    """A sign-up whose fields are right."""

    profile: Profile
    fields: Mapping[str, Any]
    """As they were given, to be kept until they are confirmed: those of a person, and under `search` those of one."""


def wish_from(person: Mapping[str, Any], search: Mapping[str, Any]) -> SignUpRequest:
    """Check the fields of a person and of their first search. Raises WrongFieldError."""
    with fields_checked():
        profile = profile_of(person)
        search_of(search)
    return SignUpRequest(profile, {**person, "address": profile.address, "search": dict(search)})


def sign_up(installation: Installation, wish: SignUpRequest, wording: str, base: str, now: datetime) -> None:
    """Keep a wish and mail its link, or to who is known one to sign in, after which they see the wish and may save it.

    Nothing goes to who may not be mailed now.

    `wording`: what stands beside the button that confirms. `base`: the public address. Whoever asks is told the
    same in each case. Raises UnavailableError.
    """
    address = wish.profile.address
    known = installation.subscribers.with_address(address)
    if known is not None:
        _sign_in_letter(installation, "known", known, base, now, SignUp(address, wish.fields, wording))
        return
    if not installation.doors.has_room(address, now):
        _events.warning("too many sign-ups wait to be confirmed: no more are taken")
        return
    begun = _begin(installation, "confirm", address, now)
    made = new_token()
    if begun and installation.doors.keep_sign_up(made, SignUp(address, wish.fields, wording), now):
        _send(installation, begun, f"{base}/c/{made}", words_of(wish.profile.locale), now)


def takes_addresses(installation: Installation) -> bool:
    """Whether letters to addresses that nobody has confirmed go out; False while they have stopped by themselves."""
    return not SqlPauses(installation.engine).read().confirmations_stopped


def address_from(text: str) -> str:
    """An address, checked. Raises WrongFieldError."""
    with fields_checked():
        return address_of(text)


def ask_new_address(installation: Installation, wanted: NewAddress, base: str, now: datetime) -> bool:
    """Mail a link to where somebody wants to be mailed; one to sign in to who has that address already.

    Nothing where it may not be mailed now. Returns whether the first was taken by the mailer, which a stranger is not
    told. Raises UnavailableError.
    """
    person = installation.subscribers.with_id(wanted.subscriber_id)
    known = installation.subscribers.with_address(wanted.address)
    if person is None:
        return False
    if known is not None and known.subscriber_id != wanted.subscriber_id:
        _sign_in_letter(installation, "known", known, base, now)
        return False
    begun = _begin(installation, "new_address", wanted.address, now)
    made = new_token()
    if not begun or not installation.doors.keep_new_address(made, wanted, now):
        return False
    return _send(installation, begun, f"{base}/a/{made}", words_of(person.profile.locale), now)


def new_address(installation: Installation, token: str, now: datetime) -> NewAddress | None:
    """What a link confirms; None where it is too late, was done, or never was. Raises UnavailableError."""
    return installation.doors.new_address(token, now)


def confirm_new_address(installation: Installation, token: str, base: str, now: datetime) -> Subscriber | None:
    """Mail somebody there from now on, and tell who reads the old address that mails go elsewhere; not where.

    None as `new_address`. Raises UnavailableError, UsageError where somebody else is subscribed with it by now.
    """
    kept = new_address(installation, token, now)
    before = installation.subscribers.with_id(kept.subscriber_id) if kept else None
    if kept is None or before is None:
        return None
    moved = Consent("moved", now, "page", kept.wording)
    notice_id = installation.ids.notice_id(before.subscriber_id, f"old_address {before.profile.address}", now)
    settings, words = installation.settings, words_of(before.profile.locale)
    contact = settings.portal.privacy_contact or settings.mail.sender.address
    notice = _email(installation, "old_address", notice_id, before.profile.address, "", words, now, contact=contact)
    # As all that subscribers are mailed, it can be unsubscribed by.
    notice = replace(notice, unsubscribe_url=f"{base}{link(installation, 'unsubscribe', before)}")
    return installation.subscribers.move(kept.subscriber_id, kept.address, moved, notice)


def waiting(installation: Installation, token: str, now: datetime) -> SignUp | None:
    """What a link confirms; None where it is too late, was done, or never was. Raises UnavailableError."""
    return installation.doors.sign_up(token, now)


def search_in(kept: SignUp) -> WantedSearch:
    """The search that somebody wished for. Raises WrongFieldError where it cannot be had by now."""
    with fields_checked():
        return search_of(kept.wanted["search"])


def reader_in(kept: SignUp) -> Recipient:
    """Whom it would be for. Raises WrongFieldError where that cannot be had by now."""
    fields = {name: value for name, value in kept.wanted.items() if name != "search"}
    with fields_checked():
        return profile_of(fields).unnamed


def confirm(installation: Installation, token: str, now: datetime) -> Subscriber | None:
    """Take in who wished it, with their search; None as `waiting`. Where it fails midway it may be done again.

    Raises UnavailableError, UsageError where what was wished for cannot be had by now.
    """
    kept = waiting(installation, token, now)
    if kept is None:
        return None
    wanted, person = search_in(kept), _person(installation, kept, now)
    if not _has_search(installation, person, wanted):
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
            if not _has_search(installation, person, wanted):
                raise
    installation.doors.forget_sign_up(token)
    return person


def _has_search(installation: Installation, person: Subscriber, wanted: WantedSearch) -> bool:
    return any(saved.name == wanted.name for saved in installation.searches.all(person.subscriber_id))


def _person(installation: Installation, kept: SignUp, now: datetime) -> Subscriber:
    """Who has the address: taken in now, or since the letter was sent."""
    given = Consent("given", now, "page", kept.wording)
    known = installation.subscribers.with_address(kept.address)
    if known is not None:
        return installation.subscribers.subscribe_again(known.subscriber_id, given)
    fields = {name: value for name, value in kept.wanted.items() if name != "search"}
    with fields_checked():
        profile = profile_of(fields)
    try:
        return installation.subscribers.add(profile, now, given)
    except UsageError:
        # Pressed twice at once: the other press took them in.
        return installation.subscribers.find(kept.address)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A letter that may go out, and counts as mailed."""

    letter_id: str
    letter: Letter
    address: str


def _begin(installation: Installation, letter: Letter, address: str, now: datetime) -> _Begun | None:
    """Have a letter go to an address; None where it may not now. Raises UnavailableError."""
    begun = _Begun(secrets.token_hex(16), letter, address)
    return begun if installation.doors.begin_letter(begun.letter_id, letter, address, now) else None


def _email(
    installation: Installation,
    letter: Letter,
    letter_id: str,
    address: str,
    link: str,
    words: Words,
    now: datetime,
    **values: object,
) -> Email:
    sender = installation.settings.mail.sender
    # Nobody is subscribed by it: it is sent once, to who asked for it.
    return email_of(sender, letter_id, address, write_letter(letter, link, sender, words, values), now)


def _send(installation: Installation, begun: _Begun, link: str, words: Words, now: datetime) -> bool:
    """Hand a letter over; where the mailer would not have it that is kept and logged: whoever meant it asks again."""
    email = _email(installation, begun.letter, begun.letter_id, begun.address, link, words, now)
    answer = hand_over(trial_mailer_of(installation.settings.mail), ClaimedDelivery(begun.letter_id, 1, now, email))
    installation.doors.end_letter(begun.letter_id, begun.address, now, _ENDS[answer.kind], answer.fault, answer.reason)
    if answer.error is not None:
        _events.warning("a letter did not go out", letter=begun.letter, reason=redacted(answer.error))
    return answer.kind == "accepted"

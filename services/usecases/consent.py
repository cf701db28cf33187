"""Whether somebody wants mails: they leave, pause, go on, come back, or an operator says so; a ledger keeps each."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.notifier.domain.consent import WHY, Consent, Declaration, Origin, declaration_of, declared_in
from services.notifier.domain.people import Subscriber
from services.notifier.domain.schedule import local_day
from services.runtime.errors import UsageError
from services.usecases.errors import WrongFieldError, fields_checked
from services.usecases.installation import Installation

__all__ = [
    "MOST_PAUSE",
    "WHY",
    "Consent",
    "Declaration",
    "Origin",
    "beginning_of",
    "day_back",
    "declaration_from",
    "declare",
    "declared_from",
    "declared_of",
    "ledger",
    "pause",
    "resume",
    "say_why",
    "seen",
    "subscribe_again",
    "unsubscribe",
]

MOST_PAUSE = timedelta(days=366)
_SEEN_EVERY = timedelta(days=1)
"""How exactly a sign of life is kept: nobody needs to know more."""


def seen(installation: Installation, person: Subscriber, now: datetime) -> None:
    """Keep that they gave a sign of life: they followed a link, or were here. Raises UnavailableError."""
    known = person.seen_at is not None and abs(now - person.seen_at) < _SEEN_EVERY
    if not known or person.asked_at is not None:
        installation.subscribers.seen(person.subscriber_id, now)


def unsubscribe(installation: Installation, own_id: str, origin: Origin, wording: str, now: datetime) -> None:
    """Mail somebody nothing more, from this moment on; said again it changes nothing. Raises UsageError.

    `wording`: what they read beside the button.
    """
    installation.subscribers.unsubscribe(own_id, Consent("withdrawn", now, origin, wording))


def subscribe_again(installation: Installation, own_id: str, wording: str, now: datetime) -> None:
    """Mail them who say that they want it: unsubscribed, paused, not confirmed yet, or asked. Raises UsageError."""
    installation.subscribers.subscribe_again(own_id, Consent("given", now, "page", wording))


def pause(installation: Installation, own_id: str, wording: str, now: datetime, until: datetime | None = None) -> None:
    """Keep them subscribed, and mail nothing until they go on, or that time has come. Raises UsageError."""
    installation.subscribers.pause(own_id, Consent("paused", now, "page", wording), until)


def day_back(text: str, time_zone: str, now: datetime) -> date:
    """The day on which somebody wants to be mailed again, by their clock. Raises WrongFieldError."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise WrongFieldError("until", f"{text!r} is not a date such as 2026-03-31", "day") from None
    today = now.astimezone(ZoneInfo(time_zone)).date()
    if not today < day <= today + MOST_PAUSE:
        raise WrongFieldError("until", f"{text} is not a day of the next year", "until")
    return day


def beginning_of(day: date, time_zone: str) -> datetime:
    """The moment at which a day begins somewhere; where its midnight is skipped, the first after it."""
    return local_day(datetime.combine(day, time(12), ZoneInfo(time_zone)), time_zone)[0]


def resume(installation: Installation, own_id: str, wording: str, now: datetime) -> None:
    """Mail them again who paused, or whom an operator did. Raises UsageError."""
    installation.subscribers.resume(own_id, Consent("resumed", now, "page", wording))


def say_why(installation: Installation, own_id: str, why: str) -> None:
    """Keep why they left, one of `WHY`. Raises UsageError for anything else."""
    if why not in WHY:
        raise UsageError(f"a reason is one of {', '.join(WHY)}")
    installation.subscribers.say_why(own_id, why)


def declaration_from(fields: Mapping[str, Any]) -> Declaration | None:
    """Check `consent_origin`, `consent_date`, `consent_wording`: all or none. Raises WrongFieldError."""
    with fields_checked():
        return declaration_of(fields)


def declared_from(fields: Mapping[str, Any]) -> dict[str, str]:
    """Check each of the three by itself, as of a file whose lines say the rest. Raises WrongFieldError."""
    with fields_checked():
        return declared_in(fields)


def declare(installation: Installation, person: str, declaration: Declaration, now: datetime) -> None:
    """Keep an operator's word that someone agreed to be mailed. Raises UsageError, WrongFieldError."""
    with fields_checked():
        consent = declaration.of("given", now)
    installation.subscribers.declare(installation.subscribers.find(person).subscriber_id, consent)


def declared_of(installation: Installation, own_id: str) -> Declaration | None:
    """What an operator last declared of someone's consent."""
    ledger = installation.subscribers.consents(own_id)
    found = [
        Declaration(consent.source, consent.given_at or consent.at, consent.wording)
        for consent in ledger
        if consent.source and consent.wording
    ]
    return found[-1] if found else None


def ledger(installation: Installation, own_id: str) -> list[Consent]:
    """Each change of their consent, the oldest first."""
    return installation.subscribers.consents(own_id)

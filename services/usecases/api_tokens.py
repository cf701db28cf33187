"""Tokens by which programs of somebody use the API: made, listed, recognised and taken back."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from services.notifier.domain.api_tokens import (
    CHANCE_BYTES,
    MOST_DAYS,
    MOST_TOKENS,
    SCOPES,
    ApiToken,
    Scope,
    is_token,
    token_of,
)
from services.notifier.domain.people import Subscriber, name_of
from services.usecases.errors import WrongFieldError, fields_checked
from services.usecases.installation import Installation

__all__ = ["MOST_DAYS", "SCOPES", "ApiToken", "Scope", "chance", "end", "make", "of_person", "whose"]


def chance() -> bytes:
    """What nobody can guess: 192 bits."""
    return secrets.token_bytes(CHANCE_BYTES)


def make(
    installation: Installation,
    own_id: str,
    name: str,
    scopes: Sequence[str],
    days: int,
    chance: Callable[[], bytes],
    now: datetime,
) -> tuple[str, ApiToken]:
    """A new token of somebody, whose text nobody learns again. Raises WrongFieldError, UsageError.

    `days`: for how long it lets programs in, 1 to `MOST_DAYS`.
    """
    if not name.strip():
        raise WrongFieldError("name", "it is empty", "token_name")
    with fields_checked():
        name = name_of(name)
    may = tuple(scope for scope in SCOPES if scope in scopes)
    if not may or len(may) != len(set(scopes)):
        raise WrongFieldError("scopes", f"some of {', '.join(SCOPES)} were expected", "scopes")
    if not 1 <= days <= MOST_DAYS:
        raise WrongFieldError("days", f"{days} is not from 1 to {MOST_DAYS}")
    if len(of_person(installation, own_id, now)) >= MOST_TOKENS:
        raise WrongFieldError("name", f"there are {MOST_TOKENS} tokens already", "token_room")
    text = token_of(chance())
    return text, installation.api_tokens.keep(text, own_id, name, may, now, now + timedelta(days=days))


def whose(installation: Installation, text: str, now: datetime) -> tuple[ApiToken, Subscriber] | None:
    """Whom a program acts for, whose last use is today's then; None for what nobody made here, or is over.

    Raises UnavailableError.
    """
    token = installation.api_tokens.get(text, now) if is_token(text) else None
    person = installation.subscribers.with_id(token.subscriber_id) if token else None
    if token is None or person is None:
        return None
    today = now.astimezone(UTC).date()
    if token.used_on != today:
        installation.api_tokens.used(token.key, today)
    return token, person


def of_person(installation: Installation, own_id: str, now: datetime) -> list[ApiToken]:
    """All of somebody that are not over, the newest first. Raises UnavailableError."""
    return installation.api_tokens.of_person(own_id, now)


def end(installation: Installation, own_id: str, key: str | None = None) -> None:
    """Take one back, or all. Raises UnavailableError."""
    installation.api_tokens.end(own_id, key)

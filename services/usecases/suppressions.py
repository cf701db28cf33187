"""Addresses to which no mail goes: listed, added, taken over from a provider's list, and lifted again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.notifier.adapters.sql.people.suppressions import MAIL_SERVER, PROVIDER, ListedSuppression, Suppression
from services.notifier.domain.people import FieldError, address_of
from services.runtime.errors import UsageError
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation

__all__ = [
    "MAIL_SERVER",
    "PROVIDER",
    "ListedSuppression",
    "Suppression",
    "add",
    "add_all",
    "in_force",
    "lift",
    "listed",
    "require_suppressed",
    "why_suppressed",
]


_MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a list of addresses."""

    added: int
    known: int
    """Suppressed already."""
    wrong: tuple[int, ...]
    """The lines that hold no address, counted from 1."""


def why_suppressed(installation: Installation, address: str) -> str | None:
    """Why no mail goes to an address, be it of a subscriber or of somebody erased; None where mail does."""
    return installation.suppressions.reason(address)


def in_force(installation: Installation, address: str) -> Suppression | None:
    """What keeps an address from being mailed, with since when and who said so; None where nothing does."""
    return installation.suppressions.in_force(address)


def require_suppressed(installation: Installation, address: str) -> str:
    """Why no mail goes there. Raises UsageError where mail does."""
    reason = why_suppressed(installation, address)
    if reason is None:
        raise UsageError("that address is not suppressed")
    return reason


def listed(installation: Installation, *, lifted: bool = False) -> list[ListedSuppression]:
    """All in force, the newest first; with `lifted` those of before too. Of whom nobody knows only a hash is kept."""
    return installation.suppressions.listed(lifted=lifted)


def add(installation: Installation, address: str, why: str, by: str, now: datetime) -> bool:
    """Mail an address no more, whoever has it; False where that is so already. Raises WrongFieldError."""
    checked = _checked(address)
    if why_suppressed(installation, checked) is not None:
        return False
    installation.suppressions.suppress(checked, why, now, by)
    return True


def add_all(
    installation: Installation, addresses: Iterable[tuple[str, str]], why: str, by: str, now: datetime
) -> Added:
    """The same for a list of addresses, each with a reason of its own or none; empty ones are passed over."""
    added = known = 0
    wrong: list[int] = []
    for number, (address, reason) in enumerate(addresses, 1):
        if not address.strip():
            continue
        try:
            if add(installation, address.strip(), f"{why}: {reason[:_MOST_REASON]}" if reason else why, by, now):
                added += 1
            else:
                known += 1
        except WrongFieldError:
            wrong.append(number)
    return Added(added, known, tuple(wrong))


def lift(installation: Installation, address: str, why: str, by: str, now: datetime) -> None:
    """Mail an address again; who and why is kept, and shown with all that is kept about its owner."""
    installation.suppressions.allow(address, why, now, by)


def _checked(address: str) -> str:
    try:
        return address_of(address)
    except FieldError as error:
        raise WrongFieldError(error.field, error.said) from None

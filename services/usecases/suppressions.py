"""Addresses to which no mail goes: listed, added, taken over from a provider's list, and lifted again."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.notifier.adapters.sql.people.suppressions import MAIL_SERVER, PROVIDER, ListedSuppression, Suppression
from services.notifier.domain.fields import FieldError
from services.notifier.domain.people import address_of
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
    "addresses_in",
    "export",
    "in_force",
    "lift",
    "listed",
    "require_suppressed",
    "short_hash",
    "why_suppressed",
]


_MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class AddedSuppressions:
    """What became of a list of addresses."""

    added: int
    known: int
    """Suppressed already."""
    wrong: tuple[int, ...]
    """The lines that hold no address, counted from 1."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The addresses in force, as a provider takes them."""

    csv: str
    """With columns `email`, `created` (seconds since 1970) and `reason`."""
    addresses: int
    hashes: int
    """How many more are kept whose address nobody here has."""


def why_suppressed(installation: Installation, address: str) -> str | None:
    """Why no mail goes to an address, be it of a subscriber or of somebody erased; None where mail does."""
    return installation.suppressions.reason(address)


def short_hash(installation: Installation, address: str) -> str:
    """What stands for an address where it must not be written. Raises WrongFieldError."""
    return installation.ids.address_hash(_checked(address))[:12]


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
) -> AddedSuppressions:
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
    return AddedSuppressions(added, known, tuple(wrong))


def addresses_in(text: str) -> list[tuple[str, str]]:
    """Addresses and reasons: the columns `email` and `reason` of CSV with such headings, else each line."""
    headings = [heading.strip().strip('"').casefold() for heading in text.partition("\n")[0].split(",")]
    if "email" not in headings:
        return [(line, "") for line in text.splitlines()]
    rows = csv.reader(io.StringIO(text))
    next(rows)
    columns = [headings.index(name) if name in headings else len(headings) for name in ("email", "reason")]
    return [(_cell(row, columns[0]), _cell(row, columns[1])) for row in rows]


def export(installation: Installation) -> Exported:
    """All in force; an address is known only where a subscriber has it."""
    found = listed(installation)
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("email", "created", "reason"))
    known = [exported for exported in found if exported.address is not None]
    for exported in known:
        rows.writerow(
            (exported.address, int(exported.suppression.since.timestamp()), _no_formula(exported.suppression.reason))
        )
    return Exported(out.getvalue(), len(known), len(found) - len(known))


def _no_formula(text: str) -> str:
    """What a spreadsheet would take for a formula is a text: reasons are words of strangers."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _cell(row: list[str], column: int) -> str:
    return row[column].strip() if len(row) > column else ""


def lift(installation: Installation, address: str, why: str, by: str, now: datetime) -> None:
    """Mail an address again; who and why is kept, and shown with all that is kept about its owner."""
    installation.suppressions.allow(address, why, now, by)


def _checked(address: str) -> str:
    try:
        return address_of(address)
    except FieldError as error:
        raise WrongFieldError(error.field, error.said) from None

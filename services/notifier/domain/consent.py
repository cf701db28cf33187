"""What a subscriber agreed to, or took back: kept for as long as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.notifier.domain.people import FieldError, Status

ConsentKind = Literal["given", "withdrawn", "moved"]
"""`moved`: they want their mails at another address."""
Origin = Literal["operator", "page", "one-click", "provider"]
"""`operator`: taken in by the command line or an import, who answers for it. `one-click`: by
their mail program. `provider`: by a list of the mail provider's, as a signed event of it says."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One change of mind about being mailed."""

    kind: ConsentKind
    at: datetime
    origin: Origin
    wording: str
    """What they read when they said so; empty where nobody knows."""
    why: str = ""
    """Why they left, if they said: one of `WHY`."""
    source: str = ""
    """Where an operator has it from, in his words; empty where he did not say."""
    given_at: datetime | None = None
    """When it was given, as an operator declares; None: at `at`."""


WHY = ("found", "too_many", "not_fitting", "never_asked", "other")
"""Why somebody leaves: found a job, too many mails, jobs that do not fit, never asked for it, something else."""

NOTICE = "notice"
"""The outcome of a mail without jobs, kept beside digests to be delivered as they are; its kind is its reason."""
Notice = Literal["declared", "still_wanted", "paused"]
ASKED: Mapping[Notice, Status] = {"declared": "unconfirmed", "still_wanted": "active", "paused": "paused"}
"""Mails that ask whether somebody wants mails, and what who has not answered yet is."""

DECLARED = ("consent_origin", "consent_date", "consent_wording")
"""The fields of a declaration: all of them or none."""
_MOST_DECLARED = 2_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """An operator's word that somebody agreed to be mailed."""

    source: str
    """Where they did: `the sign-up form of example.com`."""
    given_at: datetime
    wording: str
    """What they read when they did."""

    def taken(self, now: datetime) -> Consent:
        """As the ledger keeps it. Raises FieldError for a time that has not come yet."""
        if self.given_at > now:
            raise FieldError("consent_date", f"{self.given_at:%Y-%m-%d} has not come yet")
        return Consent("given", now, "operator", self.wording, source=self.source, given_at=self.given_at)


def declaration_of(fields: Mapping[str, Any]) -> Declaration | None:
    """Check `consent_origin`, `consent_date`, `consent_wording`; None where none is given. Raises FieldError."""
    given = {name: _declared(name, fields.get(name)) for name in DECLARED}
    if not any(given.values()):
        return None
    for name, value in given.items():
        if not value:
            raise FieldError(name, f"it is missing: a declaration has {', '.join(DECLARED)}")
    return Declaration(given["consent_origin"], _date(given["consent_date"]), given["consent_wording"])


def _declared(name: str, value: Any) -> str:
    if not isinstance(value, str | None):
        raise FieldError(name, f"text was expected, not {type(value).__name__}")
    text = " ".join((value or "").split())
    if len(text) > _MOST_DECLARED or not text.isprintable():
        raise FieldError(name, f"it must be at most {_MOST_DECLARED:,} printable characters")
    return text


def _date(text: str) -> datetime:
    """A day, which begins by UTC, or a time with its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise FieldError("consent_date", f"{text!r} is not a date such as 2026-03-31") from None
    if found.tzinfo is None and len(text) > len("2026-03-31"):
        raise FieldError("consent_date", f"{text!r} says no time zone: write it as 2026-03-31T14:05+02:00")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found

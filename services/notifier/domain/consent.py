"""What a subscriber agreed to, or took back: kept for as long as they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final, Literal

from services.notifier.domain.fields import FieldError
from services.notifier.domain.people import Status

ConsentKind = Literal["given", "withdrawn", "moved", "paused", "resumed"]
"""`moved`: they want their mails at another address."""
CONSENTING: Final = ("given", "moved", "resumed")
"""The kinds by which somebody wants mails."""
Origin = Literal["operator", "page", "one-click", "provider", "silence", "day"]
"""`operator`: by the command line or an import, who answers for it. `page`: by themselves, on a page or by
a program of theirs, as the wording says. `one-click`: by their mail program. `provider`: by a list of the mail
provider's, as a signed event of it says. `silence`: they were asked and gave no sign of life. `day`: it has come, until
which they had paused, or by a clock that is set right has not."""


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

    def of(self, kind: ConsentKind, now: datetime) -> Consent:
        """As the ledger keeps it, of what they asked for. Raises FieldError for a time that has not come yet."""
        if self.given_at > now:
            raise FieldError("consent_date", f"{self.given_at:%Y-%m-%d} has not come yet")
        return Consent(kind, now, "operator", self.wording, source=self.source, given_at=self.given_at)


def last_pause(ledger: Sequence[Consent]) -> Consent | None:
    """How somebody who is paused came to be; None where that is not kept, as it was not before."""
    return next(_pauses(ledger), None)


def last_went_on(ledger: Sequence[Consent]) -> Consent | None:
    """By what somebody was served again who had been paused or gone; None where they never were."""
    return next(filter(_goes_on, reversed(ledger)), None)


def _pauses(ledger: Sequence[Consent]) -> Iterator[Consent]:
    """Those since somebody last went on, the newest first."""
    since = takewhile(lambda consent: not _goes_on(consent), reversed(ledger))
    return (consent for consent in since if consent.kind == "paused")


def _goes_on(said: Consent) -> bool:
    """What an operator declares of somebody has nobody go on."""
    return said.kind == "resumed" or (said.kind == "given" and said.origin != "operator")


def require_asked_for(resumed: Consent, ledger: Sequence[Consent]) -> None:
    """Hold an operator to what somebody wished: who paused themselves, or fell silent, goes on by their own word alone.

    That he paused them besides changes nothing of it. Where nobody knows who paused them, it is taken for themselves.
    Raises FieldError.
    """
    pauses = list(_pauses(ledger))
    paused = next((consent for consent in pauses if consent.origin != "operator"), None)
    if resumed.origin != "operator" or (pauses and paused is None):
        return
    if resumed.given_at is None:
        how = "they are paused for their silence" if paused and paused.origin == "silence" else "they paused themselves"
        raise FieldError("consent_origin", f"{how}: say where, when and by which words they asked to go on")
    if paused is not None and resumed.given_at.date() < paused.at.astimezone(resumed.given_at.tzinfo).date():
        raise FieldError("consent_date", f"that was before they paused, on {paused.at:%Y-%m-%d}")


def declaration_of(fields: Mapping[str, Any]) -> Declaration | None:
    """Check `consent_origin`, `consent_date`, `consent_wording`; None where none is given. Raises FieldError."""
    given = declared_in(fields)
    if not any(given.values()):
        return None
    for name, value in given.items():
        if not value:
            raise FieldError(name, f"it is missing: a declaration has {', '.join(DECLARED)}")
    return Declaration(given["consent_origin"], _date(given["consent_date"]), given["consent_wording"])


def declared_in(fields: Mapping[str, Any]) -> dict[str, str]:
    """Check each of the three by itself; empty where it is not given. Raises FieldError."""
    given = {name: _declared(name, fields.get(name)) for name in DECLARED}
    if given["consent_date"]:
        _date(given["consent_date"])
    return given


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

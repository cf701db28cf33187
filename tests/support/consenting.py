"""What an operator says of consent in tests, as a declaration, rows of the ledger and options of a command."""

from datetime import UTC, datetime

from services.notifier.domain.consent import Consent, ConsentKind, Declaration, declaration_of

FIELDS = {
    "consent_origin": "the form of jobs.example.com",
    "consent_date": "2025-01-31",
    "consent_wording": "Send me job alerts",
}
OPTIONS = tuple(part for name, value in FIELDS.items() for part in (f"--{name.replace('_', '-')}", value))
DECLARATION = Declaration("the form of jobs.example.com", datetime(2025, 1, 31, tzinfo=UTC), "Send me job alerts")
assert declaration_of(FIELDS) == DECLARATION


def declared(at: datetime, kind: ConsentKind = "given") -> Consent:
    """By an operator, with all that a declaration has."""
    return Consent(kind, at, "operator", DECLARATION.wording, source=DECLARATION.source, given_at=DECLARATION.given_at)


def paused(at: datetime) -> Consent:
    """By an operator."""
    return Consent("paused", at, "operator", "")


def resumed(at: datetime) -> Consent:
    """By an operator."""
    return Consent("resumed", at, "operator", "")

"""Addresses to which no mail goes, and letting mail go there again."""

from datetime import datetime

from services.runtime.errors import UsageError
from services.usecases.installation import Installation


def why_suppressed(installation: Installation, address: str) -> str | None:
    """Why no mail goes to an address, be it of a subscriber or of somebody erased; None where mail does."""
    return installation.suppressions.reason(address)


def require_suppressed(installation: Installation, address: str) -> str:
    """Why no mail goes there. Raises UsageError where mail does."""
    reason = why_suppressed(installation, address)
    if reason is None:
        raise UsageError("that address is not suppressed")
    return reason


def unsuppress(installation: Installation, address: str, why: str, now: datetime) -> None:
    """Mail an address again; `why` is kept, and shown with all that is held about its owner."""
    installation.suppressions.allow(address, why, now)

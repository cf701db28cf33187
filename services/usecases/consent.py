"""Whether somebody wants mails: they leave, pause, go on and come back, each kept in the ledger of consents."""

from datetime import datetime

from services.notifier.domain.consent import WHY, Consent, Origin
from services.runtime.errors import UsageError
from services.usecases.installation import Installation

__all__ = ["WHY", "Consent", "Origin", "ledger", "pause_instead", "say_why", "subscribe_again", "unsubscribe"]


def unsubscribe(installation: Installation, own_id: str, origin: Origin, wording: str, now: datetime) -> None:
    """Mail somebody nothing more, from this moment on; said again it changes nothing. Raises UsageError.

    `wording`: what they read beside the button.
    """
    installation.subscribers.unsubscribe(own_id, Consent("withdrawn", now, origin, wording))


def subscribe_again(installation: Installation, own_id: str, wording: str, now: datetime) -> None:
    """Mail them again who unsubscribed, as before. Raises UsageError."""
    installation.subscribers.subscribe_again(own_id, Consent("given", now, "page", wording))


def pause_instead(installation: Installation, own_id: str, wording: str, now: datetime) -> None:
    """Keep them subscribed, and mail nothing until they go on. Raises UsageError."""
    installation.subscribers.pause_instead(own_id, Consent("given", now, "page", wording))


def say_why(installation: Installation, own_id: str, why: str) -> None:
    """Keep why they left, one of `WHY`. Raises UsageError for anything else."""
    if why not in WHY:
        raise UsageError(f"a reason is one of {', '.join(WHY)}")
    installation.subscribers.say_why(own_id, why)


def ledger(installation: Installation, own_id: str) -> list[Consent]:
    """Each change of their consent, the oldest first."""
    return installation.subscribers.consents(own_id)

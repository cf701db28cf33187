"""The one mail that an operator sends to see whether mails arrive."""

from datetime import datetime

from services.notifier.domain.model import Sender


def trial_subject(sender: Sender) -> str:
    """Says in the list of mails already that it is no digest."""
    return f"Test mail from {sender.name}"


def trial_text(sender: Sender, now: datetime) -> str:
    """What it says, a line a paragraph."""
    sent_as = f"{sender.name} <{sender.address}>"
    return (
        f"This is a test mail of jobchime, sent by hand at {now:%Y-%m-%d %H:%M} UTC as {sent_as}.\n"
        "It holds no jobs and no links, and nobody was subscribed to anything by it.\n"
        "That you read it says that digests can reach this mailbox. See whether it came into the inbox or among spam,"
        " and in its headers whether SPF, DKIM and DMARC passed.\n"
    )

"""From what is said to somebody to the email that says it."""

from datetime import datetime

from services.notifier.domain.model import Sender
from services.notifier.domain.wording.letters import WrittenLetter
from services.notifier.ports import Email, Rendered


def email_of(
    sender: Sender, delivery_id: str, address: str, said: Rendered | WrittenLetter, date: datetime, leave: str = ""
) -> Email:
    """What is said to an address, as a mail of the sender's; `leave` is where one press unsubscribes, if any does."""
    return Email(
        delivery_id=delivery_id,
        sender_name=sender.name,
        sender_address=sender.address,
        to_address=address,
        subject=said.subject,
        html=said.html,
        text=said.text,
        date=date,
        unsubscribe_url=leave,
    )

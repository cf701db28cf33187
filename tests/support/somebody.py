"""A subscriber by whose address and name one sees where personal data must not be."""

from typing import Final

ADDRESS: Final = "ann.subscriber@fern.example"
SUBSCRIBER: Final = {
    "address": ADDRESS,
    "name": "Ann Subscriber",
    "time_zone": "UTC",
    "currency": "EUR",
    "searches": [{"name": "gardens", "cadence": "instant", "criteria": {"text": "gardener"}}],
}


def assert_nobody_in(where: str, text: bytes) -> None:
    """Neither the address, nor a part of it, nor the name."""
    for person in (ADDRESS, "ann.subscriber", "Ann Subscriber"):
        assert person.encode() not in text, f"{where} names a subscriber"

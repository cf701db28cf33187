"""Events of SendGrid's, signed as SendGrid signs them, under a key of the tests' own."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.notifier.adapters.mail.sendgrid_events import SIGNATURE, TIMESTAMP
from services.notifier.domain.people import Subscriber

_PRIVATE = ec.derive_private_key(4711, ec.SECP256R1())
EVENT_KEY = base64.b64encode(
    _PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()


def event(number: int, kind: str, at: datetime, person: Subscriber | None = None, **fields: Any) -> dict[str, Any]:
    """One event; `number` is its own."""
    made = {"sg_event_id": f"event-{number}", "event": kind, "timestamp": int(at.timestamp())}
    return made | ({"email": person.profile.address} if person else {}) | fields


def body_of(events: Sequence[Any]) -> bytes:
    return json.dumps(list(events)).encode()


def signed(body: bytes, at: datetime) -> dict[str, str]:
    """The headers of a request with that body."""
    timestamp = str(int(at.timestamp()))
    signature = _PRIVATE.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: timestamp}

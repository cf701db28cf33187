"""What a button on the page of a job did, and how a button of the same page undoes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from services.portal.door import Visit
from services.usecases.errors import MissingError
from services.usecases.installation import Installation
from services.wording.words import mark

UNDONE = mark("Undone: it is as it was before.")


@dataclass(frozen=True, slots=True)
class Done:
    """It, or that it is undone, in the reader's words."""

    said: str
    by: str = ""
    """What a form says that undoes it; empty where it was just undone."""
    undo: Mapping[str, str] | None = None
    """What it sends besides."""


def undo_of(installation: Installation, visit: Visit, by: str, done: Any) -> dict[str, str]:
    """What a form sends that undoes something: signed, so that nobody undoes what a page of theirs of that job did not
    do."""
    return {"undo": str(_signer(installation, visit, by).dumps(done))}


def undone(installation: Installation, visit: Visit, by: str, form: Mapping[str, str]) -> Any:
    """What such a form undoes. Raises MissingError."""
    try:
        return _signer(installation, visit, by).loads(form.get("undo", ""))
    except BadSignature:
        raise MissingError("nothing of that was done here") from None


def _signer(installation: Installation, visit: Visit, by: str) -> URLSafeSerializer:
    return signer(installation, f"{by} {visit.subscriber.subscriber_id} {visit.about}", visit.now)


def signer(installation: Installation, what_for: str, now: datetime) -> URLSafeSerializer:
    """Signs what a page has a button send, so that nobody sends what no page offered."""
    return URLSafeSerializer(list(reversed(installation.link_keys.honoured(now))), salt=what_for)

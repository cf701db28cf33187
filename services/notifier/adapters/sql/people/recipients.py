"""People as curation takes them: their facts, with what they said of jobs and companies."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from schemas.sql.tables import subscribers
from services.notifier.adapters.sql.people.feedback import NOTHING, feedback_of
from services.notifier.adapters.sql.rows import chunks, to_json
from services.notifier.domain.model import Recipient
from services.rules.speaking import SpokenLanguage

_FACTS = ("address", "name", "time_zone", "currency", "locale")


def recipients_of(connection: Connection, subscriber_ids: Sequence[str]) -> dict[str, Recipient]:
    """By subscriber; the unknown are left out."""
    feedback = feedback_of(connection, subscriber_ids)
    found: dict[str, Recipient] = {}
    for some in chunks(subscriber_ids):
        for row in connection.execute(select(subscribers).where(subscribers.c.subscriber_id.in_(some))):
            said = feedback.get(row.subscriber_id, NOTHING)
            found[row.subscriber_id] = Recipient(
                subscriber_id=row.subscriber_id,
                address=row.address,
                name=row.name,
                time_zone=row.time_zone,
                currency=row.currency,
                locale=row.locale,
                speaks=speaks_read(row.speaks),
                hidden_companies=said.hidden_companies,
                not_relevant=said.not_relevant,
                said=said.said,
            )
    return found


def is_unchanged(recipient: Recipient, row: Row[Any]) -> bool:
    """Whether a subscriber's row still has the facts that a digest is chosen, written and sent by."""
    same = all(getattr(row, fact) == getattr(recipient, fact) for fact in _FACTS)
    return same and speaks_read(row.speaks) == recipient.speaks


def speaks_written(speaks: Sequence[SpokenLanguage]) -> str | None:
    """Languages as the table of subscribers has them; None where there are none."""
    return to_json([str(language) for language in speaks]) if speaks else None


def speaks_read(text: str | None) -> tuple[SpokenLanguage, ...]:
    """Undo `speaks_written`."""
    parts = (spoken.partition(":") for spoken in json.loads(text or "[]"))
    return tuple(SpokenLanguage(code, level or None) for code, _, level in parts)

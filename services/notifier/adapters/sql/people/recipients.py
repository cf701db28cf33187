"""People as curation takes them: their facts, with what they said of jobs and companies."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from schemas.sql.tables import subscribers
from services.notifier.adapters.sql.people.feedback import NOTHING, feedback_of
from services.notifier.adapters.sql.rows import chunks
from services.notifier.domain.model import Recipient


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
                hidden_companies=said.hidden_companies,
                not_relevant=said.not_relevant,
                said=said.said,
            )
    return found

"""Mails that wait for somebody whose address changes."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from schemas.sql.tables import deliveries, digests
from services.notifier.adapters.sql.digests.digests import pack_email, unpack_email
from services.notifier.domain.delivery import CANCELLABLE


def readdress(connection: Connection, subscriber_id: str, address: str, now: datetime) -> None:
    """Let what is not on its way yet go to the new address; what a worker claimed is pending again."""
    waiting = (
        select(digests.c.digest_id, digests.c.body, deliveries.c.delivery_id)
        .join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .where(deliveries.c.subscriber_id == subscriber_id, deliveries.c.state.in_(CANCELLABLE))
        .where(digests.c.body.is_not(None))
        .with_for_update(of=deliveries)
    )
    free = {"worker": None, "lease": None, "changed_at": now}
    for row in connection.execute(waiting).all():
        body = pack_email(replace(unpack_email(row.body), to_address=address))
        connection.execute(update(digests).where(digests.c.digest_id == row.digest_id).values(body=body))
        own = update(deliveries).where(deliveries.c.delivery_id == row.delivery_id)
        connection.execute(own.where(deliveries.c.state == "claimed").values(state="pending", **free))

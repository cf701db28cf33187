"""Whether and where somebody is served: stopped, going on again, moved, in a transaction that has locked them."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, true, update

from schemas.sql.doors import api_tokens
from schemas.sql.tables import deliveries, digests, mail_events, saved_searches, subscribers
from services.notifier.adapters.sql.digests.waiting import put_back
from services.notifier.adapters.sql.people.searches import resumed, searches_of
from services.notifier.adapters.sql.people.suppressions import cancel_waiting
from services.notifier.adapters.sql.rows import pack_email, unpack_email
from services.notifier.domain.delivery import CANCELLABLE
from services.notifier.domain.mail_events import SoftBounces
from services.notifier.domain.people import Status
from services.runtime.sql.built_ahead import LONGEST_LEAD, is_built_ahead

_COMES_BACK_WITHIN = timedelta(days=1)


def stop(connection: Connection, own_id: str, status: Status, now: datetime, until: datetime | None = None) -> None:
    """Serve them no more, or not before a moment; what waits is cancelled, and who leaves leaves no program behind."""
    _set(connection, own_id, status, now, until)
    if status == "unsubscribed":
        connection.execute(delete(api_tokens).where(api_tokens.c.subscriber_id == own_id))
    theirs = (deliveries.c.subscriber_id == own_id) & is_built_ahead(now, now + LONGEST_LEAD)
    ahead = connection.execute(select(deliveries.c.delivery_id).where(theirs)).scalars().all()
    cancel_waiting(connection, own_id, f"the subscriber {status}", now)
    if status == "paused":
        # Were they not built ahead of their hour, its windows were open still for whoever comes back.
        put_back(connection, ahead)


def go_on(connection: Connection, own_id: str, time_zone: str, now: datetime, until: datetime | None = None) -> None:
    """Serve them again, looking back seven days at most; `until`: but not by a clock that is before that moment."""
    _set(connection, own_id, "active", now, until)
    for search in searches_of(connection, own_id):
        own = update(saved_searches).where(saved_searches.c.search_id == search.search_id)
        connection.execute(own.values(resumed(connection, search, time_zone, now)))


def _set(connection: Connection, own_id: str, status: Status, now: datetime, until: datetime | None) -> None:
    own = update(subscribers).where(subscribers.c.subscriber_id == own_id)
    connection.execute(own.values(status=status, changed_at=now, asked_at=None, paused_until=until))


def readdress(connection: Connection, subscriber_id: str, address: str, now: datetime) -> None:
    """Let what is not on its way yet go to the new address; what a worker claimed is pending again."""
    waiting = (
        select(digests.c.digest_id, digests.c.body, deliveries.c.delivery_id)
        .join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .where(deliveries.c.subscriber_id == subscriber_id, deliveries.c.state.in_(CANCELLABLE))
        .where(digests.c.body.is_not(None), deliveries.c.address_hash.is_(None))
        .with_for_update(of=deliveries)
    )
    free = {"worker": None, "lease": None, "changed_at": now}
    for row in connection.execute(waiting).all():
        body = pack_email(replace(unpack_email(row.body), to_address=address))
        connection.execute(update(digests).where(digests.c.digest_id == row.digest_id).values(body=body))
        own = update(deliveries).where(deliveries.c.delivery_id == row.delivery_id)
        connection.execute(own.where(deliveries.c.state == "claimed").values(state="pending", **free))
    # What came back from the old mailbox says nothing of the new one.
    back = (mail_events.c.subscriber_id == subscriber_id) & (mail_events.c.kind == "soft_bounced")
    connection.execute(delete(mail_events).where(back))


def soft_bounces_of(connection: Connection, own_id: str, since: datetime | None = None) -> SoftBounces:
    """Those in a row, since the last mail that was delivered, and since a moment where there is one."""
    own = mail_events.c.subscriber_id == own_id
    delivered = select(func.max(mail_events.c.at)).where(own, mail_events.c.kind == "delivered")
    newest = select(func.max(mail_events.c.at)).where(own, mail_events.c.kind == "soft_bounced")
    last = connection.execute(newest).scalar_one_or_none()
    if last is None:
        return SoftBounces(0, timedelta(0))
    # A mail server tells only what came back; of what it took a day before, nothing did.
    taken = (
        (deliveries.c.subscriber_id == own_id) & (deliveries.c.state == "accepted") & (deliveries.c.mailer == "smtp")
    )
    kept = select(func.max(deliveries.c.accepted_at)).where(taken, deliveries.c.accepted_at < last - _COMES_BACK_WITHIN)
    arrived = [connection.execute(query).scalar_one_or_none() for query in (delivered, kept)]
    bounds = [at for at in (since, *arrived) if at is not None]
    later = mail_events.c.at > max(bounds) if bounds else true()
    query = select(func.count().label("number"), func.min(mail_events.c.at).label("first"))
    query = query.add_columns(func.max(mail_events.c.at).label("last"))
    row = connection.execute(query.where(own, mail_events.c.kind == "soft_bounced", later)).one()
    return SoftBounces(int(row.number), row.last - row.first if row.number else timedelta(0))

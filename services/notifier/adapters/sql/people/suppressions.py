"""Addresses that must not be mailed, kept as keyed hashes so that they outlive the people without naming them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from schemas.sql.tables import deliveries, subscribers, suppressions
from services.notifier.adapters.sql.rows import hold
from services.notifier.domain.delivery import CANCELLABLE
from services.notifier.domain.ids import Ids
from services.runtime.errors import UsageError
from services.runtime.privacy.redaction import without_people
from services.runtime.sql.store import reading, retried, upsert, writing


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why and since when an address is not mailed; once lifted, when and why it may be mailed again."""

    reason: str
    since: datetime
    added_by: str | None = None
    """`PROVIDER`, `MAIL_SERVER` or an operator; None where that is not known."""
    lifted_at: datetime | None = None
    lifted_because: str | None = None
    lifted_by: str | None = None


OTHER_KEY = (
    "set JOBCHIME_SUPPRESSION_KEY to what it was, or put its file back into the data folder: `unzip -p ARCHIVE"
    " suppression-key` has it from what `jobchime backup` wrote; until there was one, it was the secret"
)
"""What to do where the store's addresses are hashed with another key."""
NO_MAILBOX = "the mail server says that there is no such mailbox"
PROVIDER, MAIL_SERVER = "provider", "mail server"
"""Who suppresses addresses besides operators: the provider's signed events, and the answers of mail servers."""


_SOME = 10
"""Subscribers: a few may be known by a hash of an earlier release's, see store revision 11."""


@dataclass(frozen=True, slots=True)
class ListedSuppression:
    """One of the list; the address only where a subscriber has it."""

    suppression: Suppression
    address_hash: str
    address: str | None


class SqlSuppressions:
    """The list of suppressed addresses."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    @retried
    def suppress(self, address: str, reason: str, now: datetime, by: str | None = None) -> None:
        """Never mail this address again; what waits for it is cancelled. The first reason stays."""
        own_hash = self._ids.address_hash(address)
        with writing(self._engine) as connection:
            hold_reader_of(connection, own_hash)
            suppress(connection, own_hash, reason, now, by)

    @retried
    def allow(self, address: str, why: str, now: datetime, by: str | None = None) -> bool:
        """Undo `suppress`, and keep why; False where the address was not suppressed."""
        own = suppressions.c.address_hash == self._ids.address_hash(address)
        lifting = update(suppressions).where(own, suppressions.c.lifted_at.is_(None))
        with writing(self._engine) as connection:
            values = {"lifted_at": now, "lifted_because": without_people(why), "lifted_by": by}
            return connection.execute(lifting.values(values)).rowcount > 0

    def listed(self, *, lifted: bool = False) -> list[ListedSuppression]:
        """All that are in force, or with `lifted` that were too, the newest first."""
        query = (
            select(suppressions, subscribers.c.address)
            .outerjoin(subscribers, subscribers.c.address_hash == suppressions.c.address_hash)
            .order_by(suppressions.c.created_at.desc(), suppressions.c.address_hash)
        )
        if not lifted:
            query = query.where(suppressions.c.lifted_at.is_(None))
        with reading(self._engine) as connection:
            return [
                ListedSuppression(kept_suppression(row), row.address_hash, row.address)
                for row in connection.execute(query)
            ]

    def has_this_key(self) -> bool:
        """Whether addresses here are hashed with this key, as far as subscribers tell; True where there are none."""
        query = select(subscribers.c.address, subscribers.c.address_hash).order_by(subscribers.c.created_at.desc())
        with reading(self._engine) as connection:
            some = connection.execute(query.limit(_SOME)).all()
        return not some or any(self._ids.address_hash(row.address) == row.address_hash for row in some)

    def require_this_key(self) -> None:
        """Raises UsageError where addresses here are hashed with another key, so that nobody would be found by theirs.

        Bounces, complaints and sign-ins would come to nobody, and whoever is suppressed could be signed up anew.
        """
        if not self.has_this_key():
            raise UsageError(f"the suppression key is another one than the store's: {OTHER_KEY}")

    def reason(self, address: str) -> str | None:
        """Why an address is suppressed; None where it is not."""
        kept = self.in_force(address)
        return kept.reason if kept is not None else None

    def in_force(self, address: str) -> Suppression | None:
        """What keeps an address from being mailed; None where nothing does."""
        with reading(self._engine) as connection:
            kept = suppression_of(connection, self._ids.address_hash(address))
        return kept if kept is not None and kept.lifted_at is None else None


def suppression_of(connection: Connection, address_hash: str) -> Suppression | None:
    """What is known of an address, lifted or not; None where it never was suppressed."""
    kept = connection.execute(select(suppressions).where(suppressions.c.address_hash == address_hash)).one_or_none()
    if kept is None:
        return None
    return kept_suppression(kept)


def kept_suppression(row: Row[Any]) -> Suppression:
    """One by its row."""
    return Suppression(row.reason, row.created_at, row.added_by, row.lifted_at, row.lifted_because, row.lifted_by)


def hold_reader_of(connection: Connection, address_hash: str) -> None:
    """Lock who has an address, if anybody has, as `suppress` needs it."""
    people = select(subscribers.c.subscriber_id).where(subscribers.c.address_hash == address_hash)
    connection.execute(people.with_for_update(key_share=True)).all()


def hold_letters(connection: Connection) -> None:
    """Have whoever begins a letter, or suppresses an address, wait until this transaction ends, and see what it did.

    Letters go to addresses that no row is locked for. Whoever locks people has locked them first.
    """
    hold(connection, "letters")


def suppress(connection: Connection, address_hash: str, reason: str, now: datetime, by: str | None) -> None:
    """Suppress an address within a transaction that has locked its person; the reason is kept without addresses."""
    hold_letters(connection)
    row = {"address_hash": address_hash, "reason": without_people(reason), "created_at": now, "exact": True}
    row |= {"added_by": by, "lifted_at": None, "lifted_because": None, "lifted_by": None}
    insert = upsert(connection, suppressions).values(row)
    again = {name: insert.excluded[name] for name in row if name != "address_hash"}
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["address_hash"], set_=again, where=suppressions.c.lifted_at.is_not(None)
        )
    )
    _cancel_all(connection, address_hash, str(row["reason"]), now)


def take_over(connection: Connection, address_hash: str, suppression: Suppression, exact: bool, now: datetime) -> bool:
    """Have it as another store does, in a transaction that has locked its person; False where as much is known here."""
    known = suppression_of(connection, address_hash)
    if known is not None:
        same = (known.lifted_at is None) == (suppression.lifted_at is None)
        if same or (known.lifted_at or known.since) >= (suppression.lifted_at or suppression.since):
            return False
    row: dict[str, Any] = {"address_hash": address_hash, "exact": exact, "reason": suppression.reason}
    row |= {"created_at": suppression.since, "added_by": suppression.added_by, "lifted_at": suppression.lifted_at}
    row |= {"lifted_because": suppression.lifted_because, "lifted_by": suppression.lifted_by}
    hold_letters(connection)
    insert = upsert(connection, suppressions).values(row)
    connection.execute(insert.on_conflict_do_update(index_elements=["address_hash"], set_=row))
    if suppression.lifted_at is None:
        _cancel_all(connection, address_hash, suppression.reason, now)
    return True


def keep_former(connection: Connection, ids: Ids, address: str) -> None:
    """Hold to what an earlier release suppressed under the coarser form that it compared addresses in."""
    former = ids.former_hash(address)
    if former is not None:
        known = select(suppressions).where(suppressions.c.address_hash == former, ~suppressions.c.exact)
        for row in connection.execute(known).mappings().all():
            copied = dict(row) | {"address_hash": ids.address_hash(address), "exact": True}
            connection.execute(upsert(connection, suppressions).values(copied).on_conflict_do_nothing())


def _cancel_all(connection: Connection, address_hash: str, reason: str, now: datetime) -> None:
    people = select(subscribers.c.subscriber_id).where(subscribers.c.address_hash == address_hash)
    for subscriber_id in connection.execute(people).scalars().all():
        cancel_waiting(connection, subscriber_id, reason, now)
    _cancel(connection, deliveries.c.address_hash == address_hash, reason, now)


def cancel_waiting(
    connection: Connection, subscriber_id: str, reason: str, now: datetime, some: Collection[str] | None = None
) -> Sequence[str]:
    """Cancel the deliveries to a person, or `some` of them, that are not on their way; returns which.

    What another address of theirs is told is left to go there.
    """
    own = (deliveries.c.subscriber_id == subscriber_id) & deliveries.c.address_hash.is_(None)
    return _cancel(connection, own if some is None else own & deliveries.c.delivery_id.in_(some), reason, now)


def _cancel(connection: Connection, own: ColumnElement[bool], reason: str, now: datetime) -> Sequence[str]:
    values = {"state": "cancelled", "reason": reason, "worker": None, "lease": None, "changed_at": now}
    waiting = update(deliveries).where(own, deliveries.c.state.in_(CANCELLABLE)).values(values)
    return connection.execute(waiting.returning(deliveries.c.delivery_id)).scalars().all()

"""Who is not to be mailed any more, by ids and hashes that name nobody: a restored backup of before is told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, delete, select

from schemas.sql.doors import sign_ups
from schemas.sql.tables import consents, erasures, subscribers, suppressions
from services.notifier.adapters.sql.people import consents as ledger
from services.notifier.adapters.sql.people.erasures import keep_erasure
from services.notifier.adapters.sql.people.standing import stop
from services.notifier.adapters.sql.people.suppressions import Suppression, kept_suppression, take_over
from services.notifier.adapters.sql.rows import chunks, hold_person
from services.notifier.domain.consent import Consent, Origin, last_pause
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Status
from services.runtime.sql.store import reading, retried, scrub, writing

_STATUS_OF: Mapping[str, Status] = {"withdrawn": "unsubscribed", "paused": "paused"}
"""What somebody is after a row of the ledger."""
_NAMESAKES = 3
"""How often somebody had an address's id already who came by another one; see `Ids.subscriber_id`."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody who is gone, or said that they want no mails."""

    kind: Literal["erased", "unsubscribed", "paused"]
    subscriber_id: str
    since: datetime
    """When they were taken in."""
    at: datetime
    origin: Origin = "page"
    """See `Consent`, like what follows; of an erasure both say nothing."""
    wording: str = ""
    until: datetime | None = None
    """Of a pause, when they go on by themself."""


@dataclass(frozen=True, slots=True)
class SuppressedHash:
    """An address that must not be mailed, or must not have been until that was lifted."""

    kind: Literal["suppressed"]
    key: str
    """Names the key that it was hashed with, see `Ids.suppression_key_id`."""
    address_hash: str
    exact: bool
    suppression: Suppression


OptOut = Departure | SuppressedHash


class SqlOptOuts:
    """What a store knows of all of them, and is told. All raise UnavailableError."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    def all(self) -> list[OptOut]:
        """Departures, the oldest first, then suppressions likewise."""
        gone = select(erasures).order_by(erasures.c.erased_at, erasures.c.subscriber_id)
        away = select(subscribers).where(subscribers.c.status.in_(("unsubscribed", "paused")))
        hashes = select(suppressions).order_by(suppressions.c.created_at, suppressions.c.address_hash)
        with reading(self._engine) as connection:
            found: list[OptOut] = [
                Departure("erased", row.subscriber_id, row.since, row.erased_at) for row in connection.execute(gone)
            ]
            said = _last_words(connection)
            for row in connection.execute(away.order_by(subscribers.c.changed_at, subscribers.c.subscriber_id)):
                words = said.get((row.subscriber_id, row.status), {})
                found.append(
                    Departure(
                        row.status, row.subscriber_id, row.created_at, row.changed_at, until=row.paused_until, **words
                    )
                )
            key = self._ids.suppression_key_id
            found += [
                SuppressedHash("suppressed", key, row.address_hash, row.exact, kept_suppression(row))
                for row in connection.execute(hashes)
            ]
        return found

    @retried
    def keep_gone(self, gone: Sequence[Departure]) -> int:
        """Keep who was erased, and forget wishes of theirs; returns how many wishes.

        Who was erased may have a wish in a backup of before they confirmed it. A wish has an address and no id; the id
        was made of the address and the time.
        """
        with writing(self._engine) as connection:
            for each in gone:
                keep_erasure(connection, each.subscriber_id, each.since, each.at)
            waiting = connection.execute(select(sign_ups.c.token_hash, sign_ups.c.address)).all()
            theirs = [row.token_hash for row in waiting if self._is_of(row.address, gone)]
            for token_hash in theirs:
                connection.execute(delete(sign_ups).where(sign_ups.c.token_hash == token_hash))
        scrub(self._engine)
        return len(theirs)

    @retried
    def have_leave(self, who: Departure, now: datetime) -> bool:
        """Stop the mails of who unsubscribed or paused; False where they are gone, have, or said otherwise since.

        Who paused here too is so until the time that they said last.
        """
        with writing(self._engine) as connection:
            person = hold_person(connection, who.subscriber_id)
            if person is None or person.created_at != who.since or person.status == "unsubscribed":
                return False
            if who.kind == "unsubscribed":
                if _came_back_since(connection, who, now):
                    return False
                stop(connection, who.subscriber_id, "unsubscribed", now)
                ledger.keep(connection, who.subscriber_id, Consent("withdrawn", who.at, who.origin, who.wording))
                return True
            if person.status == "paused":
                last = last_pause(ledger.consents_of(connection, who.subscriber_id))
                said = (last.origin if last else who.origin, person.paused_until)
                if person.changed_at >= who.at or said == (who.origin, who.until):
                    return False
                stop(connection, who.subscriber_id, "paused", who.at, who.until)
            elif person.changed_at > who.at or (who.until is not None and who.until <= now):
                return False
            else:
                stop(connection, who.subscriber_id, "paused", now, who.until)
            ledger.keep(connection, who.subscriber_id, Consent("paused", who.at, who.origin, who.wording))
            return True

    def suppress(self, hashes: Sequence[SuppressedHash], now: datetime) -> int:
        """Take over those of which less is known here; returns how many. Those of another key tell nothing here."""
        own = [each for each in hashes if each.key == self._ids.suppression_key_id]
        return sum(self._suppress(some, now) for some in chunks(own))

    @retried
    def _suppress(self, some: Sequence[SuppressedHash], now: datetime) -> int:
        with writing(self._engine) as connection:
            people = select(subscribers.c.subscriber_id).where(
                subscribers.c.address_hash.in_([each.address_hash for each in some])
            )
            locked = people.order_by(subscribers.c.subscriber_id).with_for_update(key_share=True)
            connection.execute(locked).all()
            return sum(take_over(connection, each.address_hash, each.suppression, each.exact, now) for each in some)

    def _is_of(self, address: str, gone: Sequence[Departure]) -> bool:
        return any(
            self._ids.subscriber_id(address, each.since, again) == each.subscriber_id
            for each in gone
            for again in range(_NAMESAKES)
        )


def _last_words(connection: Connection) -> Mapping[tuple[str, Status], dict[str, Any]]:
    """Where from and by which words each unsubscribed or paused, by who did and what they are."""
    query = select(consents).join(subscribers, subscribers.c.subscriber_id == consents.c.subscriber_id)
    away = query.where(subscribers.c.status.in_(("unsubscribed", "paused")), consents.c.kind.in_(_STATUS_OF))
    rows = connection.execute(away.order_by(consents.c.id))
    return {(row.subscriber_id, _STATUS_OF[row.kind]): {"origin": row.origin, "wording": row.wording} for row in rows}


def _came_back_since(connection: Connection, who: Departure, now: datetime) -> bool:
    """By their own word: neither a day that came nor another address says that they want mails."""
    theirs = [one for one in ledger.consents_of(connection, who.subscriber_id) if one.origin in ("page", "provider")]
    return any(one.kind in ("given", "resumed", "paused") and who.at < one.at <= now for one in theirs)

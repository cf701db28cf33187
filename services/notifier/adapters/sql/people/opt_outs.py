"""Who is not to be mailed any more, and what lets in: by ids and hashes that name nobody.

A restored backup of before is told of them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Select, delete, select, update

from schemas.sql.doors import api_tokens, sessions, sign_ups
from schemas.sql.tables import consents, erasures, saved_searches, subscribers, suppressions
from schemas.sql.webhooks import webhooks
from services.notifier.adapters.sql.people import consents as ledger
from services.notifier.adapters.sql.people.kept_data import keep_erasure
from services.notifier.adapters.sql.people.standing import stop
from services.notifier.adapters.sql.people.suppressions import Suppression, kept_suppression, take_over
from services.notifier.adapters.sql.rows import chunks, hold_person
from services.notifier.adapters.sql.webhooks.hooks import take_away
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


Entrance = Literal["session", "token", "feed", "webhook"]


@dataclass(frozen=True, slots=True)
class InForce:
    """All of a kind by which somebody's own is reached without a mail: what a state of before has besides was taken
    back since."""

    kind: Literal["in_force"]
    what: Entrance
    at: datetime
    """When they were listed: what was made since is not among them."""
    names: tuple[str, ...]
    """Ids, or hashes of what is secret."""


OptOut = Departure | SuppressedHash | InForce

_IN_FORCE: Final[Mapping[Entrance, Select[Any]]] = {
    "session": select(sessions.c.token_hash, sessions.c.began_at),
    "token": select(api_tokens.c.token_hash, api_tokens.c.made_at),
    "feed": select(saved_searches.c.feed_key, saved_searches.c.created_at).where(
        saved_searches.c.feed_key.is_not(None)
    ),
    "webhook": select(webhooks.c.webhook_id, webhooks.c.created_at).where(webhooks.c.state != "removed"),
}
"""By what: what it is known by here, and since when it or what it belongs to is there."""


class SqlOptOuts:
    """What a store knows of all of them, and is told. All raise UnavailableError."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    def all(self) -> list[Departure | SuppressedHash]:
        """Departures, the oldest first, then suppressions likewise."""
        gone = select(erasures).order_by(erasures.c.erased_at, erasures.c.subscriber_id)
        away = select(subscribers).where(subscribers.c.status.in_(("unsubscribed", "paused")))
        hashes = select(suppressions).order_by(suppressions.c.created_at, suppressions.c.address_hash)
        with reading(self._engine) as connection:
            found: list[Departure | SuppressedHash] = [
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

    def in_force(self, now: datetime) -> list[InForce]:
        """What lets in, by kind."""
        with reading(self._engine) as connection:
            return [
                InForce("in_force", entrance, now, tuple(sorted(_listed(entrance, name) for name, _ in rows)))
                for entrance, rows in (
                    (entrance, connection.execute(query).all()) for entrance, query in _IN_FORCE.items()
                )
            ]

    @retried
    def take_back(self, known: InForce, now: datetime) -> int:
        """End what is here and was not in force there; returns how many."""
        listed = set(known.names)
        with writing(self._engine) as connection:
            rows = connection.execute(_IN_FORCE[known.what]).all()
            gone = [name for name, since in rows if since < known.at and _listed(known.what, name) not in listed]
            for some in chunks(gone):
                _end(connection, known.what, some, now)
        return len(gone)

    @retried
    def keep_gone(self, gone: Sequence[Departure]) -> int:
        """Keep who was erased, and forget wishes of theirs; returns how many wishes.

        Who was erased may have a wish in a backup of before they confirmed it. A wish has an address and no id; the id
        was made of the address and the time.
        """
        with writing(self._engine) as connection:
            for erased in gone:
                keep_erasure(connection, erased.subscriber_id, erased.since, erased.at)
            waiting = connection.execute(select(sign_ups.c.token_hash, sign_ups.c.address)).all()
            theirs = [row.token_hash for row in waiting if self._is_of(row.address, gone)]
            for token_hash in theirs:
                connection.execute(delete(sign_ups).where(sign_ups.c.token_hash == token_hash))
        scrub(self._engine)
        return len(theirs)

    @retried
    def have_leave(self, departure: Departure, now: datetime) -> bool:
        """Stop the mails of who unsubscribed or paused; False where they are gone, have, or said otherwise since.

        Who paused here too is so until the time that they said last.
        """
        with writing(self._engine) as connection:
            person = hold_person(connection, departure.subscriber_id)
            if person is None or person.created_at != departure.since or person.status == "unsubscribed":
                return False
            if departure.kind == "unsubscribed":
                if _came_back_since(connection, departure, now):
                    return False
                stop(connection, departure.subscriber_id, "unsubscribed", now)
                ledger.keep(
                    connection,
                    departure.subscriber_id,
                    Consent("withdrawn", departure.at, departure.origin, departure.wording),
                )
                return True
            if person.status == "paused":
                last = last_pause(ledger.consents_of(connection, departure.subscriber_id))
                said = (last.origin if last else departure.origin, person.paused_until)
                if person.changed_at >= departure.at or said == (departure.origin, departure.until):
                    return False
                stop(connection, departure.subscriber_id, "paused", departure.at, departure.until)
            elif person.changed_at > departure.at or (departure.until is not None and departure.until <= now):
                return False
            else:
                stop(connection, departure.subscriber_id, "paused", now, departure.until)
            ledger.keep(
                connection,
                departure.subscriber_id,
                Consent("paused", departure.at, departure.origin, departure.wording),
            )
            return True

    def suppress(self, hashes: Sequence[SuppressedHash], now: datetime) -> int:
        """Take over those of which less is known here; returns how many. Those of another key tell nothing here."""
        own = [suppressed for suppressed in hashes if suppressed.key == self._ids.suppression_key_id]
        return sum(self._suppress(some, now) for some in chunks(own))

    @retried
    def _suppress(self, some: Sequence[SuppressedHash], now: datetime) -> int:
        with writing(self._engine) as connection:
            people = select(subscribers.c.subscriber_id).where(
                subscribers.c.address_hash.in_([suppressed.address_hash for suppressed in some])
            )
            locked = people.order_by(subscribers.c.subscriber_id).with_for_update(key_share=True)
            connection.execute(locked).all()
            return sum(
                take_over(connection, suppressed.address_hash, suppressed.suppression, suppressed.exact, now)
                for suppressed in some
            )

    def _is_of(self, address: str, gone: Sequence[Departure]) -> bool:
        return any(
            self._ids.subscriber_id(address, erased.since, again) == erased.subscriber_id
            for erased in gone
            for again in range(_NAMESAKES)
        )


def _listed(entrance: Entrance, name: str) -> str:
    """What a list calls it: the address of a feed is a secret, of all others the store itself has an id or a hash."""
    return hashlib.sha256(name.encode()).hexdigest() if entrance == "feed" else name


def _end(connection: Connection, entrance: Entrance, names: Sequence[str], now: datetime) -> None:
    match entrance:
        case "session":
            connection.execute(delete(sessions).where(sessions.c.token_hash.in_(names)))
        case "token":
            connection.execute(delete(api_tokens).where(api_tokens.c.token_hash.in_(names)))
        case "feed":
            own = saved_searches.c.feed_key.in_(names)
            connection.execute(update(saved_searches).where(own).values(feed_key=None))
        case "webhook":
            for name in names:
                take_away(connection, name, now)


def _last_words(connection: Connection) -> Mapping[tuple[str, Status], dict[str, Any]]:
    """Where from and by which words each unsubscribed or paused, by who did and what they are."""
    query = select(consents).join(subscribers, subscribers.c.subscriber_id == consents.c.subscriber_id)
    away = query.where(subscribers.c.status.in_(("unsubscribed", "paused")), consents.c.kind.in_(_STATUS_OF))
    rows = connection.execute(away.order_by(consents.c.id))
    return {(row.subscriber_id, _STATUS_OF[row.kind]): {"origin": row.origin, "wording": row.wording} for row in rows}


def _came_back_since(connection: Connection, departure: Departure, now: datetime) -> bool:
    """By their own word: neither a day that came nor another address says that they want mails."""
    theirs = [
        consent
        for consent in ledger.consents_of(connection, departure.subscriber_id)
        if consent.origin in ("page", "provider")
    ]
    return any(
        consent.kind in ("given", "resumed", "paused") and departure.at < consent.at <= now for consent in theirs
    )

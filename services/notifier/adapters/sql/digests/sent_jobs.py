"""What subscribers were ever sent: one small row a job, found by posting and by what same jobs have in common."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Text,
    and_,
    delete,
    exists,
    literal,
    select,
    union,
    update,
)

from schemas.keys import keys_of
from schemas.posting import PostingCore
from schemas.sql.tables import deliveries, digest_items, digests, saved_searches, sent_jobs, subscribers
from services.notifier.adapters.sql.rows import chunks, given
from services.notifier.adapters.sql.windows.matches import read_keys
from services.notifier.domain.curation.pay_news import pay_of
from services.notifier.domain.delivery import NOT_OUT
from services.notifier.domain.model import AnnualPay, Digest, Item, SentItem
from services.rules.signature import candidates_key
from services.runtime.sql.store import reading, upsert

_PAIRS = 5_000
"""Looked up by one statement."""
_UNREMEMBERED = (digests.c.outcome == literal("digest", literal_execute=True)) & ~digests.c.remembered
"""Written into the statement, so that the partial index is found fit for it."""


def sent_rows(digest: Digest) -> list[dict[str, Any]]:
    """What a digest brings, to be kept in its transaction."""
    rows = [_row(digest, item, near=False) for item in digest.items]
    return rows + [_row(digest, item, near=True) for item in digest.near]


def sent_before(
    connection: Connection, wanted: Mapping[str, Sequence[PostingCore]], since: datetime
) -> dict[str, list[SentItem]]:
    """By subscriber: what they were sent of the wanted postings, and of all that may be the same job as one of them.

    What is known not to have gone out is left out. `since` bounds what a release without this memory has sent.
    """
    found: dict[str, list[SentItem]] = {}
    for subscriber_id, item in (*_remembered(connection, wanted), *_unremembered(connection, wanted, since)):
        found.setdefault(subscriber_id, []).append(item)
    return found


def remember_digests(connection: Connection, most: int) -> int:
    """Remember up to `most` digests of a release that did not; returns how many there were."""
    some = select(digests.c.digest_id, digests.c.subscriber_id).where(_UNREMEMBERED).order_by(digests.c.digest_id)
    chosen = connection.execute(some.limit(most)).all()
    people = sorted({row.subscriber_id for row in chosen})
    # Whoever is being erased meanwhile is locked already, and is then gone with their digests.
    locked = select(subscribers.c.subscriber_id).where(subscribers.c.subscriber_id.in_(people))
    connection.execute(locked.order_by(subscribers.c.subscriber_id).with_for_update(key_share=True)).all()
    own = digests.c.digest_id.in_([row.digest_id for row in chosen])
    rows = connection.execute(_items().where(own)).all()
    kept = [
        {
            "subscriber_id": row.subscriber_id,
            "posting_id": row.posting_id,
            "due_at": row.due_at,
            "title": title_of(row.cluster_key),
            "cluster_key": row.cluster_key,
            "signature": packed(row.signature),
            # What it paid then is not known, so that nobody can say that it pays more now.
            "near": False,
        }
        for row in rows
    ]
    if kept:
        connection.execute(upsert(connection, sent_jobs).on_conflict_do_nothing(), kept)
    connection.execute(update(digests).where(own).values(remembered=True))
    return len(chosen)


def forget_not_out(connection: Connection, digest_ids: Sequence[str]) -> None:
    """Let go of what digests would have brought that did not go out; they are about to be forgotten themselves."""
    failed = (
        select(digests.c.subscriber_id, digests.c.due_at)
        .join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .where(digests.c.digest_id.in_(digest_ids), deliveries.c.state.in_(sorted(NOT_OUT)))
    )
    for row in connection.execute(failed).all():
        own = (sent_jobs.c.subscriber_id == row.subscriber_id) & (sent_jobs.c.due_at == row.due_at)
        connection.execute(delete(sent_jobs).where(own))


@lru_cache(maxsize=16_384)
def title_of(cluster_key: str) -> int:
    """A hash of `services.rules.signature.candidates_key`: 63 bits."""
    hashed = hashlib.blake2b(candidates_key(cluster_key).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big") >> 1


def _remembered(connection: Connection, wanted: Mapping[str, Sequence[PostingCore]]) -> list[tuple[str, SentItem]]:
    pairs = {
        (subscriber_id, posting.posting_id, title_of(posting.cluster.key))
        for subscriber_id, postings in wanted.items()
        for posting in postings
    }
    found: dict[tuple[str, str, datetime], SentItem] = {}
    for some in chunks(sorted(pairs), _PAIRS):
        asked = given(connection, {"subscriber_id": Text, "posting_id": Text, "title": BigInteger}, some)
        own = sent_jobs.c.subscriber_id == asked.c.subscriber_id
        # Two joins, each by an index of its own, where one with OR would read all that a subscriber was ever sent.
        either = union(
            select(sent_jobs).join(asked, and_(own, sent_jobs.c.posting_id == asked.c.posting_id)),
            select(sent_jobs).join(asked, and_(own, sent_jobs.c.title == asked.c.title)),
        ).cte("either")
        for row in connection.execute(select(either).where(~_did_not_go_out(either.c.subscriber_id, either.c.due_at))):
            pay = AnnualPay(row.pay, row.pay_currency) if row.pay is not None else None
            item = SentItem(row.posting_id, row.cluster_key, row.signature.hex(), row.due_at, row.near, pay)
            found[row.subscriber_id, row.posting_id, row.due_at] = item
    return [(subscriber_id, item) for (subscriber_id, _, _), item in found.items()]


def _unremembered(
    connection: Connection, wanted: Mapping[str, Sequence[PostingCore]], since: datetime
) -> list[tuple[str, SentItem]]:
    """What a release without this memory sent and `remember_digests` has not come to: as that release looked it up."""
    found: list[tuple[str, SentItem]] = []
    for some in chunks(sorted(wanted)):
        query = _items().where(digests.c.subscriber_id.in_(some), _UNREMEMBERED)
        # Not asked by time: the index by time holds every digest, the one of these digests next to nothing.
        found.extend(
            (row.subscriber_id, SentItem(row.posting_id, row.cluster_key, row.signature, row.due_at))
            for row in connection.execute(query.where(~_did_not_go_out(digests.c.subscriber_id, digests.c.due_at)))
            if row.due_at >= since
        )
    return found


def sent_beside(engine: Engine, subscriber_id: str, posting: PostingCore) -> tuple[str, ...]:
    """What a mail brought somebody beside a posting, of its title and company: the same job in other places.

    Raises UnavailableError.
    """
    key, jobs = posting.cluster.key, sent_jobs.c
    own = jobs.subscriber_id == subscriber_id
    mails = select(jobs.due_at).where(own, jobs.posting_id == posting.posting_id)
    query = select(jobs.posting_id, jobs.cluster_key).where(own, jobs.title == title_of(key), jobs.due_at.in_(mails))
    with reading(engine) as connection:
        found = connection.execute(query).all()
    of_company = {row.posting_id for row in found if row.cluster_key.partition("-")[0] == key.partition("-")[0]}
    return tuple(sorted(of_company - {posting.posting_id}))


def was_sent_since(engine: Engine, subscriber_id: str, posting_id: str, since: datetime) -> bool:
    """Whether a mail that was due since then brought somebody a posting. Raises UnavailableError."""
    jobs = sent_jobs.c
    own = (jobs.subscriber_id == subscriber_id) & (jobs.posting_id == posting_id) & (jobs.due_at >= since)
    query = select(jobs.posting_id).where(own, ~_did_not_go_out(jobs.subscriber_id, jobs.due_at)).limit(1)
    with reading(engine) as connection:
        return connection.execute(query).first() is not None


def _items() -> Any:
    items = digest_items.c
    chosen = select(digests.c.subscriber_id, digests.c.due_at, items.posting_id, items.cluster_key, items.signature)
    return chosen.join(digest_items, items.digest_id == digests.c.digest_id)


def _did_not_go_out(subscriber_id: ColumnElement[str], due_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the digest is known not to have gone out. A digest that was forgotten did, see `forget_not_out`."""
    of = digests.alias("of")
    return exists(
        select(deliveries.c.delivery_id)
        .join(of, of.c.digest_id == deliveries.c.digest_id)
        .where(of.c.subscriber_id == subscriber_id, of.c.due_at == due_at, deliveries.c.state.in_(sorted(NOT_OUT)))
    )


def _row(digest: Digest, item: Item, *, near: bool) -> dict[str, Any]:
    posting = item.posting
    pay = pay_of(posting) if near else None
    return {
        "subscriber_id": digest.recipient.subscriber_id,
        "posting_id": posting.posting_id,
        "due_at": digest.due_at,
        "title": title_of(posting.cluster.key),
        "cluster_key": posting.cluster.key,
        "signature": packed(posting.cluster.signature),
        "near": near,
        "pay": pay.amount if pay else None,
        "pay_currency": pay.currency if pay else None,
    }


def packed(signature: str) -> bytes:
    """A signature as bytes; one of another make tells as little as none."""
    try:
        return bytes.fromhex(signature)
    except ValueError:
        return b""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a search that a posting fits, or nearly."""

    subscriber_id: str
    search: str
    """Its id."""
    near: bool
    """It fits nearly."""
    sent_at: datetime | None
    """When the digest that held it was due; None where none did."""


def readers_of(engine: Engine, posting_id: str, most: int) -> tuple[Reader, ...]:
    """At most so many of those, who were sent it first, then who match.

    By the index of matches on postings, that of searches on keys, and the key of sent jobs. Raises UnavailableError.
    """
    with reading(engine) as connection:
        keys, near = read_keys(connection, [posting_id]).get(posting_id, (keys_of(()), keys_of(())))
        found: dict[tuple[str, str], bool] = {}
        saved = saved_searches.c
        wanted = [(some, nearly) for of, nearly in ((keys, False), (near, True)) for some in chunks(of.tolist())]
        for some, nearly in wanted:
            if len(found) >= most:
                break
            query = select(saved.subscriber_id, saved.search_id).where(saved.key.in_(some))
            for row in connection.execute(query.order_by(saved.search_id).limit(most - len(found))):
                found.setdefault((row.subscriber_id, row.search_id), nearly)
        sent: dict[str, datetime] = {}
        for chunk in chunks(sorted({subscriber_id for subscriber_id, _ in found})):
            jobs = sent_jobs.c
            query = select(jobs.subscriber_id, jobs.due_at)
            for row in connection.execute(query.where(jobs.subscriber_id.in_(chunk), jobs.posting_id == posting_id)):
                sent[row.subscriber_id] = row.due_at
    readers = [Reader(*ids, nearly, sent.get(ids[0])) for ids, nearly in found.items()]
    return tuple(sorted(readers, key=lambda reader: (reader.sent_at is None, reader.near, reader.search)))

"""A made-up posting that goes the whole way each ten minutes, so that a stream which is silent is told from one that is
broken. It is closed from the start and goes as a replay: it matches nobody, is shown to nobody and mailed to nobody. Of
the one in the store the notifier serves somebody who is there for so long (`services/notifier/canary.py`)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, Select, insert, select

from schemas.codec import digest_of, encode
from schemas.headers import CAUSE, headers_of
from schemas.posting import fetched_at_of, posting_id_of
from schemas.raw import RawPosting
from schemas.sql.tables import flags, outbox, postings
from schemas.topics import RAW
from services.runtime.sql.flag_rows import set_value
from services.runtime.sql.store import reading, retried, upsert, writing

EVERY: Final = timedelta(minutes=10)
_SOURCE: Final = "jobchime.canary"
CANARY_ID: Final = posting_id_of(_SOURCE, "canary")
_SENT: Final = "canary_sent"
"""The flag that says when the last one was sent."""
_DIGEST: Final = "canary_digest"
"""The flag that says of which one a digest was built last, and when; of none before the first."""


@dataclass(frozen=True, slots=True)
class CanaryFigures:
    """The last canary, and the last that came through."""

    sent_at: datetime | None
    """None before the first."""
    through_at: datetime | None
    """When the last one that is in the store came there; None where none is."""
    is_under_way: bool = False
    """The last one is not in the store."""
    in_outbox: bool = False
    """One has yet to be published."""
    digest_at: datetime | None = None
    """When a digest was built of one; before the first, when a canary was first sent. None where that is not known."""
    has_digest: bool = True
    """Of the one that came through last."""


@retried
def send_canary(engine: Engine, now: datetime) -> bool:
    """Send one where the last was sent ten minutes ago, whoever did; by the outbox, so that the relay is tried too."""
    with writing(engine) as connection:
        at = _later_than_the_last(connection, now.replace(microsecond=now.microsecond // 1_000 * 1_000))
        row = upsert(connection, flags).values(name=_SENT, value=at.isoformat(), changed_at=now)
        due = flags.c.changed_at <= now - EVERY
        # One that a clock dated which ran ahead counts as none.
        sent = row.on_conflict_do_update(
            index_elements=[flags.c.name],
            set_={"value": row.excluded.value, "changed_at": row.excluded.changed_at},
            where=due | (flags.c.changed_at > now + EVERY),
        )
        if connection.execute(sent.returning(flags.c.name)).first() is None:
            return False
        connection.execute(insert(outbox), _row(at))
        first = upsert(connection, flags).values(name=_DIGEST, value="", changed_at=now)
        connection.execute(first.on_conflict_do_nothing())
        return True


def canary_without_digest(engine: Engine) -> datetime | None:
    """The time of the canary in the store, of which no digest was built; None where there is none."""
    with reading(engine) as connection:
        stored = connection.execute(_version()).scalar_one_or_none()
        own = select(flags.c.value).where(flags.c.name == _DIGEST)
        built = connection.execute(own).scalar_one_or_none()
    at = None if stored is None else fetched_at_of(int(stored))
    return None if at is None or built == at.isoformat() else at


@retried
def keep_canary_digest(engine: Engine, canary: datetime, now: datetime) -> None:
    """Keep that a digest was built of it."""
    with writing(engine) as connection:
        set_value(connection, _DIGEST, canary.isoformat(), now)


def _version() -> Select[int]:
    return select(postings.c.version).where(postings.c.posting_id == CANARY_ID)


def _later_than_the_last(connection: Connection, at: datetime) -> datetime:
    """Its time is its posting's version; the store takes no earlier one, as after a clock that ran ahead."""
    last = connection.execute(select(flags.c.value).where(flags.c.name == _SENT)).scalar_one_or_none()
    return at if last is None else max(at, datetime.fromisoformat(last) + timedelta(milliseconds=1))


def _row(at: datetime) -> dict[str, object]:
    content = digest_of("canary", at.isoformat())
    raw = RawPosting(
        posting_id=CANARY_ID,
        source=_SOURCE,
        source_id="canary",
        format="canary",
        event="closed",
        item={},
        content_hash=content,
        fetched_at=at,
        backlog=True,
    )
    headers = headers_of(id=content, type=f"{RAW.name}.closed", source=_SOURCE, at=at) | {CAUSE: "replay"}
    return {"topic": RAW.name, "key": CANARY_ID.encode(), "value": encode(raw), "headers": json.dumps(headers)}


def read_canary(connection: Connection, now: datetime) -> CanaryFigures:
    """By their keys, in the caller's transaction."""
    sent = connection.execute(select(flags).where(flags.c.name == _SENT)).one_or_none()
    if sent is None:
        return CanaryFigures(None, None)
    came = select(postings.c.version, postings.c.stored_at).where(postings.c.posting_id == CANARY_ID)
    stored = connection.execute(came).one_or_none()
    own = (outbox.c.topic == RAW.name) & (outbox.c.key == CANARY_ID.encode())
    waits = connection.execute(select(outbox.c.id).where(own).limit(1)).first() is not None
    # A canary's time is when its posting was fetched.
    under_way = stored is None or fetched_at_of(int(stored.version)) < datetime.fromisoformat(sent.value)
    # A time to come is of a clock that ran ahead; before the last was sent the one before was there.
    through_at = None if stored is None else min(stored.stored_at, sent.changed_at if under_way else now)
    built = connection.execute(select(flags).where(flags.c.name == _DIGEST)).one_or_none()
    has = stored is None or (built is not None and built.value == fetched_at_of(int(stored.version)).isoformat())
    digest_at = None if built is None else min(built.changed_at, now if has else through_at or now)
    return CanaryFigures(sent.changed_at, through_at, under_way, waits, digest_at, has)

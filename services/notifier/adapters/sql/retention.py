"""What the notifier forgets, and when: nothing that may still be sent, or that must not be sent twice."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Delete, Engine, Update, delete, func, select, union, update

from schemas.sql.doors import api_tokens, letters, new_addresses, sessions, sign_in_links, sign_ups
from schemas.sql.tables import cuts, deliveries, digests, erasures, mail_events, postings, saved_searches
from schemas.sql.webhooks import webhook_attempts, webhook_events, webhooks
from services.notifier.adapters.sql.digests.sent_jobs import forget_not_out, remember_digests
from services.notifier.adapters.sql.rows import IN_CHUNK
from services.notifier.domain.delivery import LEASED
from services.runtime.sql.store import retried, writing

KEEP_BODIES = timedelta(days=30)
KEEP_DIGESTS = timedelta(days=400)
"""So that a year can be looked back on."""
KEEP_MAIL_EVENTS = timedelta(days=90)
"""A provider repeats one for a day; the brake looks back for a month."""
KEEP_LETTERS = timedelta(days=30)
"""Without whom they went to; the brake looks back for as long."""
KEEP_ERASURES = timedelta(days=400)
"""No backup should be kept for longer: restored after that, it gives back who was erased."""
KEEP_EVENTS = timedelta(days=90)
"""Of jobs that were posted to webhooks: for as long none is posted there again."""
KEEP_ATTEMPTS = timedelta(days=30)
_KEEP_REMOVED = timedelta(days=1)
"""Of webhooks: for as long as it counts how often addresses of theirs were tried."""
KEEP_MATCHES = timedelta(days=60)
"""After a posting's last record; its keys are known for as long, so that it is not taken for new."""
KEEP_CUTS = timedelta(days=30)
"""Longer than a new search looks back."""
_OPEN = (*sorted(LEASED), "pending", "unknown", "not_sent")


def forget_bodies(engine: Engine, now: datetime) -> int:
    """Drop rendered emails that nobody will send again; returns how many."""
    waiting = select(deliveries.c.digest_id).where(deliveries.c.state.in_(_OPEN))
    old = (digests.c.created_at < now - KEEP_BODIES) & digests.c.body.is_not(None) & digests.c.digest_id.not_in(waiting)
    return _in_slices(engine, digests.c.digest_id, old, update(digests).values(body=None))


def remember_sent(engine: Engine) -> int:
    """Remember, apart from its digests, what an earlier release sent; returns how many digests."""
    done = 0
    while some := _remember_some(engine):
        done += some
    return done


@retried
def _remember_some(engine: Engine) -> int:
    with writing(engine) as connection:
        return remember_digests(connection, IN_CHUNK)


def forget_digests(engine: Engine, now: datetime) -> int:
    """Drop digests, with their items and deliveries, that are too old to matter; returns how many.

    That their jobs were sent is remembered apart from them.
    """
    return _in_slices(engine, digests.c.digest_id, _old_digests(now), delete(digests), forget_not_out)


def _old_digests(now: datetime) -> ColumnElement[bool]:
    known = digests.c.remembered | (digests.c.outcome != "digest")
    return known & (digests.c.created_at < now - KEEP_DIGESTS)


def forget_mail_events(engine: Engine, now: datetime) -> int:
    """Drop events of the mail provider that nobody counts any more; returns how many."""
    old = mail_events.c.taken_at < now - KEEP_MAIL_EVENTS
    return _in_slices(engine, mail_events.c.event_id, old, delete(mail_events))


def forget_erasures(engine: Engine, now: datetime) -> int:
    """Drop erasures of before any backup that is still kept; returns how many."""
    return _in_slices(engine, erasures.c.subscriber_id, erasures.c.erased_at < now - KEEP_ERASURES, delete(erasures))


def forget_ways_in(engine: Engine, now: datetime) -> int:
    """Drop what is over of sign-ups, new addresses, links, sessions, tokens, and to whom letters went; how many."""
    return (
        _in_slices(engine, sign_ups.c.token_hash, sign_ups.c.expires_at <= now, delete(sign_ups))
        + _in_slices(engine, new_addresses.c.token_hash, new_addresses.c.expires_at <= now, delete(new_addresses))
        + _in_slices(engine, sign_in_links.c.token_hash, sign_in_links.c.expires_at <= now, delete(sign_in_links))
        + _in_slices(engine, sessions.c.token_hash, sessions.c.expires_at <= now, delete(sessions))
        + _in_slices(engine, api_tokens.c.token_hash, api_tokens.c.expires_at <= now, delete(api_tokens))
        + _in_slices(engine, letters.c.id, _named_letters(now), update(letters).values(address_hash="", to_hash=None))
        + _in_slices(engine, letters.c.id, _counts_no_more(now), delete(letters))
    )


def _named_letters(now: datetime) -> ColumnElement[bool]:
    """To whom a letter went is asked for a day; that it did, for as long as the brake looks back."""
    return (letters.c.at < now - timedelta(days=1)) & (letters.c.address_hash != "")


def _counts_no_more(now: datetime) -> ColumnElement[bool]:
    """Of letters: the older than that, and those that a clock dated which was wrong."""
    return (letters.c.at < now - KEEP_LETTERS) | (letters.c.at > now + timedelta(days=1))


def forget_webhook_events(engine: Engine, now: datetime) -> int:
    """Drop what was posted to webhooks long ago, old attempts, and webhooks that were removed; returns how many."""
    events, attempts, removed = webhook_events.c, webhook_attempts.c, webhooks.c
    over = (events.state != "waiting") & (events.created_at < now - KEEP_EVENTS)
    gone = (removed.state == "removed") & (removed.changed_at < now - _KEEP_REMOVED)
    return (
        _in_slices(engine, events.event_id, over, delete(webhook_events))
        + _in_slices(engine, attempts.id, attempts.at < now - KEEP_ATTEMPTS, delete(webhook_attempts))
        + _in_slices(engine, removed.webhook_id, gone, delete(webhooks))
    )


def forget_matches(engine: Engine, now: datetime) -> int:
    """Drop postings, with their matches, of which no record came for long; returns how many."""
    return _in_slices(engine, postings.c.posting_id, postings.c.stored_at < now - KEEP_MATCHES, delete(postings))


@retried
def forget_cuts(engine: Engine, now: datetime) -> int:
    """Drop cuts that no search or webhook was served up to; the last of the old stays, as the start of a new search."""
    last = select(func.max(cuts.c.cut)).where(cuts.c.taken_at < now - KEEP_CUTS).scalar_subquery()
    served = union(select(saved_searches.c.served_cut), select(webhooks.c.served_cut))
    with writing(engine) as connection:
        return connection.execute(delete(cuts).where(cuts.c.cut < last, cuts.c.cut.not_in(served))).rowcount


def _in_slices(
    engine: Engine,
    own_id: ColumnElement[str],
    old: ColumnElement[bool],
    act: Update | Delete,
    before: Callable[[Connection, Sequence[str]], None] = lambda connection, ids: None,
) -> int:
    """Do it to all old rows, some in each transaction, so that nobody waits for long; returns to how many."""
    done = 0
    while some := _slice(engine, own_id, old, act, before):
        done += some
    return done


@retried
def _slice(
    engine: Engine,
    own_id: ColumnElement[str],
    old: ColumnElement[bool],
    act: Update | Delete,
    before: Callable[[Connection, Sequence[str]], None],
) -> int:
    with writing(engine) as connection:
        rows = select(own_id).where(old).order_by(own_id).limit(IN_CHUNK).with_for_update(skip_locked=True)
        some = connection.execute(rows).scalars().all()
        if not some:
            return 0
        before(connection, some)
        return connection.execute(act.where(own_id.in_(some))).rowcount

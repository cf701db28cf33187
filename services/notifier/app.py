"""Wires the notifier."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from random import Random, SystemRandom
from typing import Final

from sqlalchemy import Engine

from services.notifier.adapters.mail.folder import forget_mails
from services.notifier.adapters.mail.mailers import mailer_of, probe
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.digests.mail_events import SendingBrake
from services.notifier.adapters.sql.people.asking import SqlAsking
from services.notifier.adapters.sql.people.suppressions import SqlSuppressions
from services.notifier.adapters.sql.retention import (
    forget_bodies,
    forget_cuts,
    forget_digests,
    forget_erasures,
    forget_mail_events,
    forget_matches,
    forget_ways_in,
    forget_webhook_events,
    remember_sent,
)
from services.notifier.adapters.sql.webhooks.events import SqlWebhookEvents
from services.notifier.adapters.sql.windows.cuts import SqlKnownTopics
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.lead import SqlLead
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.agreement import Agreement, LogBroker
from services.notifier.attempts import Answer
from services.notifier.building import Builder
from services.notifier.canary import CanaryDigest
from services.notifier.composing import Composer
from services.notifier.delivering import Courier
from services.notifier.domain.ids import Ids
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Mailer
from services.notifier.service import Notifier
from services.notifier.settings import ConsentSettings, NotifierSettings
from services.notifier.webhooks import Webhooks, poster
from services.runtime.audit import SqlAudit
from services.runtime.errors import UsageError
from services.runtime.figures.canary import send_canary
from services.runtime.figures.hours import forget_hours
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.log.sqlite import SqliteLog
from services.runtime.metrics.catalogue import DUE_TO_ACCEPTED, MAIL_ATTEMPTS, WEBHOOK_ATTEMPTS
from services.runtime.metrics.process import Metrics
from services.runtime.records import Record
from services.runtime.retention import Chore
from services.runtime.sql.day_limit import DayLimit
from services.runtime.sql.link_key import keep_link_key

_PROBE_PATIENCE_S: Final = 5.0
"""For each step of the canary's try of the mailer: the tick waits for it."""


def look_at_keys(engine: Engine, ids: Ids, mail: MailSettings, now: datetime) -> None:
    """Refuse another key of suppressions, and remember that of links. Raises UsageError, UnavailableError."""
    SqlSuppressions(engine, ids).require_this_key()
    keep_link_key(engine, mail.link_keys(ids.secret).names(now), now)


def build_notifier(
    engine: Engine,
    ids: Ids,
    mail: MailSettings,
    settings: NotifierSettings | None = None,
    mailer: Mailer | None = None,
    check: Callable[[], None] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
    metrics: Metrics | None = None,
    consent: ConsentSettings | None = None,
) -> Notifier:
    """A notifier over a migrated store; without `mailer`, the one that `mail` names. Raises UsageError.

    `check`: see `Notifier`; `stopping`: see `Courier`. Attempts to hand a mail over are counted in `metrics`.
    """
    chosen = settings or NotifierSettings()
    matches, windows = SqlMatches(engine), SqlWindows(engine)
    deliveries = SqlDeliveries(engine, DayLimit(mail.warm_up.limit))
    secret = mail.link_keys(ids.secret).current
    composer = Composer(JinjaRenderer(mail.sender), mail.sender, mail.public_url, ids, secret, clicks=mail.clicks)
    digests = SqlDigests(engine, ids)
    lead = SqlLead(engine, chosen.builds_ahead)
    builder = Builder(matches, windows, digests, composer, chosen, stopping=stopping, room=deliveries.room, lead=lead)
    way = mailer or mailer_of(mail)

    counted = metrics or Metrics()

    def count(answer: Answer, at: datetime) -> None:
        counted.count(MAIL_ATTEMPTS, way.name, answer.kind, answer.fault or "")
        if answer.kind == "accepted":
            counted.observe(DUE_TO_ACCEPTED, max((at - answer.claimed.due_at).total_seconds(), 0.0))

    consent = consent or ConsentSettings()
    if consent.confirm_declared and not mail.public_url:
        raise UsageError("portal.consent.confirm_declared needs mail.public_url: the mail that asks leads there")
    asks = composer if mail.public_url else None
    asking = SqlAsking(engine, ids, consent, asks, partial(forget_mails, mail.folder, ids), chosen.quiet_days)
    courier = Courier(deliveries, way, chosen, stopping=stopping, count=count)
    brake, work = SendingBrake(engine).check, (matches, windows, deliveries, builder, courier)
    notifier = partial(Notifier, *work, chosen.worker, counted, check, brake, asking.look)
    if not chosen.canary:
        return notifier()
    tried = [] if mailer else [partial(probe, mail, _PROBE_PATIENCE_S)]
    canary_digest = CanaryDigest(engine, ids, composer, chosen, *tried)
    return notifier(partial(send_canary, engine), canary_digest.build)


def build_webhooks(
    engine: Engine,
    ids: Ids,
    mail: MailSettings,
    settings: NotifierSettings,
    stopping: Callable[[], bool],
    metrics: Metrics,
    chance: Random | None = None,
) -> Webhooks:
    """What posts to webhooks, over a migrated store. Attempts are counted in `metrics`."""
    sender, secret = mail.sender, mail.link_keys(ids.secret).current
    composer = Composer(JinjaRenderer(sender), sender, mail.public_url, ids, secret)
    return Webhooks(
        SqlWebhookEvents(engine),
        SqlWindows(engine),
        SqlMatches(engine),
        poster(settings.webhooks),
        ids,
        settings.webhooks,
        settings.curate,
        settings.worker,
        chance or SystemRandom(),
        tell=composer.webhook_shut if mail.public_url else None,
        stopping=stopping,
        count=partial(metrics.count, WEBHOOK_ATTEMPTS),
    )


def make_agreement(engine: Engine, kafka: KafkaSettings) -> Agreement:
    """What holds the store against the topics on Kafka."""
    # Only here: the embedded form starts sooner without Kafka's client.
    from services.runtime.kafka.offsets import Offsets
    from services.runtime.kafka.reader import RecordReader

    def letters(topic: str) -> Iterator[Record]:
        with RecordReader(kafka) as reader:
            yield from reader.read_all(topic)

    return Agreement(SqlKnownTopics(engine), lambda: Offsets(kafka), letters)


def make_log_agreement(engine: Engine, log: SqliteLog) -> Agreement:
    """What holds the store against the topics in the log of the embedded form."""
    where, mend = f"the log {log.path}", "stop `jobchime run`, then run `jobchime republish`"
    return Agreement(SqlKnownTopics(engine), lambda: nullcontext(LogBroker(log)), log.read_all, where, mend)


def store_chores(engine: Engine) -> tuple[Chore, ...]:
    """What the store has to forget once a day."""
    return (
        Chore("bodies of old digests", lambda now: forget_bodies(engine, now)),
        Chore("jobs sent by an earlier release", lambda now: remember_sent(engine)),
        Chore("ways in that are over", lambda now: forget_ways_in(engine, now)),
        Chore("old events of the mail provider", lambda now: forget_mail_events(engine, now)),
        Chore("old erasures", lambda now: forget_erasures(engine, now)),
        Chore("old events of webhooks", lambda now: forget_webhook_events(engine, now)),
        Chore("old digests", lambda now: forget_digests(engine, now)),
        Chore("old matches", lambda now: forget_matches(engine, now)),
        Chore("old acts of operators", SqlAudit(engine).forget),
        Chore("old hours of figures", lambda now: forget_hours(engine, now)),
        Chore("old cuts", lambda now: forget_cuts(engine, now)),
    )

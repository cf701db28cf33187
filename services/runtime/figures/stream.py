"""What the store says of the stream: a few counts, read by small queries. Nothing of a person is among them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, case, distinct, func, not_, select, text

from schemas.sql.doors import sign_ups
from schemas.sql.tables import criteria, deliveries, digests, outbox, positions, postings, saved_searches, subscribers
from services.runtime.figures.canary import CANARY_ID, CanaryFigures, read_canary
from services.runtime.figures.cut_off import CutOff, read_cut_off
from services.runtime.figures.hours import HOUR, read_left_unread
from services.runtime.figures.mail import MailFigures, MailPlan, read_due, read_mail_figures
from services.runtime.figures.restarts import Restarts, read_restarts
from services.runtime.figures.silence import Silence, read_silence
from services.runtime.figures.sources import Expected, LeftOpen, SourceFigures, left_open_in, sources_in
from services.runtime.figures.subscribers import read_selectivities
from services.runtime.figures.webhooks import WebhookFigures, read_webhook_figures
from services.runtime.health.heartbeat import Worker, workers_in
from services.runtime.health.last_words import LastWords, read_last_words
from services.runtime.health.missing import missing
from services.runtime.pauses import Pauses, read_pauses
from services.runtime.sql.built_ahead import LONGEST_LEAD, is_built_ahead
from services.runtime.sql.link_key import read_links_lost
from services.runtime.sql.met import read_sender_met, read_way_in_met
from services.runtime.sql.own_file import OwnFile, read_own_file
from services.runtime.sql.ran_ahead import RanAhead, read_ran_ahead
from services.runtime.sql.store import reading

DELIVERY_STATES = (
    "pending", "claimed", "sending", "accepted", "failed", "unknown", "delivered", "bounced", "not_sent", "cancelled",
)  # fmt: skip
DIGEST_OUTCOMES = ("digest", "hold")

RECENT = timedelta(days=7)
"""What every index of postings holds."""
_VISIBLE_AFTER = timedelta(minutes=1)
_DAY = timedelta(days=1)
_SETTLED = timedelta(minutes=10)
"""So long after a change of criteria the outbox, the topic and the index have them, while all that runs is well."""
_QUERY_MS = 5_000


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """The workers of one service."""

    service: str
    alive: int = 0
    lost: int = 0
    """Silent without a goodbye or ended by themselves, in whose place nobody came; not forgotten yet."""
    heard_at: datetime | None = None
    """The last heartbeat of any of them, one that stopped in a time to come left out; None where none is known."""
    restarts: int = 0
    """In the last hour, of the one that was started anew most often, while that goes on."""


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Counts at one time."""

    at: datetime
    sources: tuple[SourceFigures, ...] = ()
    left_open: tuple[LeftOpen, ...] = ()
    deliveries: dict[str, int] = field(default_factory=dict)
    """By state, of all that the store still holds, but for mails that wait for their hour."""
    unknown_since: datetime | None = None
    """When the oldest delivery of which nobody knows became so."""
    unknown_last: datetime | None = None
    """When the newest did."""
    unknown_said: str = ""
    """What was said of the last of them."""
    digests: dict[str, int] = field(default_factory=dict)
    """By outcome, of the last 24 hours."""
    last_digest: datetime | None = None
    last_posting: datetime | None = None
    """When the newest posting, or a new version of one, reached the store."""
    recent_postings: int = 0
    """Open ones that came within the last week."""
    match_records: int = 0
    criteria: int = 0
    settled_criteria: int = 0
    """Of these, such as whatever is made of them has had time to hear of."""
    selectivities: dict[str, int] = field(default_factory=dict)
    """Subscribers who are mailed, by how choosy their mails are."""
    searches: int = 0
    due_subscribers: int = 0
    due_since: datetime | None = None
    """Since when the longest due one waits."""
    due_retried: int = 0
    """Of the due: whose digest is being built, or could not be and is tried again when its claim ends."""
    instant_capped: int = 0
    """Subscribers who had all the instant mails of their day: what comes for them waits for the next."""
    ran_ahead: RanAhead = field(default_factory=RanAhead)
    outbox: int = 0
    outbox_since: datetime | None = None
    """When the oldest record that waits to be published was written; None where none waits."""
    sign_ups: int = 0
    """That wait to be confirmed, of `MOST_SIGN_UPS`."""
    cut_off: CutOff = field(default_factory=CutOff)
    silence: Silence | None = None
    """Of all readers, where mails go out; None where some give a sign of life."""
    pauses: Pauses = field(default_factory=Pauses)
    workers: tuple[WorkerFigures, ...] = ()
    """By service, also of those that should run and do not."""
    restarts: tuple[Restarts, ...] = ()
    """Of the workers that were started anew of late."""
    last_words: tuple[LastWords, ...] = ()
    """Of workers that were not told to end, of the last day."""
    mail: MailFigures = field(default_factory=MailFigures)
    webhooks: WebhookFigures = field(default_factory=WebhookFigures)
    left_unread: dict[str, int] = field(default_factory=dict)
    """By topic: records of the last 24 hours that left it before they were read."""
    links_lost: datetime | None = None
    """Since when links of mails sent before lead nowhere, as they were signed with another key; None where they act."""
    sender_met: Mapping[str, datetime] = field(default_factory=dict)
    """By record of the sender's domain, as SPF: when it was there last; without those that never were."""
    way_in_met: datetime | None = None
    """When whatever mails last met a portal at `mail.public_url`; None where it never did."""
    own_file: OwnFile = field(default_factory=OwnFile)
    canary: CanaryFigures | None = None
    """None where the settings want none."""

    @property
    def subscribers(self) -> int:
        """Those who are mailed."""
        return sum(self.selectivities.values())

    @property
    def sending_paused(self) -> bool:
        return self.pauses.sending

    @property
    def asked(self) -> tuple[SourceFigures, ...]:
        """The sources of which something may be expected."""
        return tuple(source for source in self.sources if source.state not in ("off", "paused", "waiting"))

    @property
    def nothing_comes(self) -> bool:
        """No source that is asked gives anything; a board that had its last jobs alone is no trouble."""
        gives_nothing = any(source.gives_nothing for source in self.asked)
        return gives_nothing and all(source.gives_nothing or source.ran_out for source in self.asked)

    @property
    def untaken_for(self) -> timedelta:
        """For how long mails have been built that nobody hands over, though nothing holds them; zero where none are.

        Where a mailer takes none, that is known by its fault.
        """
        since, full = self.mail.untaken_since, bool(self.mail.day and self.mail.day.full)
        paused = (
            self.pauses.sending
            or self.pauses.holds("notifier")
            or self.takes_none
            or any(fault.waiting for fault in self.mail.faults)
        )
        return timedelta(0) if since is None or paused or full else max(self.at - since, timedelta(0))

    @property
    def is_in_doubt(self) -> bool:
        """Whether of the mails that were tried lately the last are in doubt, and none is known to have gone out."""
        accepted, doubted = self.mail.last_accepted, self.unknown_last
        return doubted is not None and self.at - doubted < HOUR and (accepted is None or accepted < doubted)

    @property
    def takes_none(self) -> bool:
        """Whether of all mails that were tried lately none went out, which is told by what was answered."""
        return self.is_in_doubt or any(self.mail.keeps_all(fault) for fault in self.mail.faults)

    @property
    def put_off(self) -> int:
        """Subscribers who wait for another day of the warm-up plan, with their digest made or not."""
        day = self.mail.day
        return self.due_subscribers + max(day.begun + day.waiting - day.limit, 0) if day and day.full else 0


def read_figures(
    engine: Engine,
    now: datetime,
    expected: Sequence[Expected],
    services: Sequence[str] = (),
    plan: MailPlan | None = None,
    *,
    with_canary: bool = False,
) -> StoreFigures:
    """Read the counts in one transaction; `services` are those that should run. Raises UnavailableError."""
    with reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL statement_timeout = {_QUERY_MS}"))
        pauses = read_pauses(connection)
        due = read_due(connection, now)
        restarts, words = read_restarts(connection, now), read_last_words(connection, now)
        plan = plan or MailPlan()
        is_settled = criteria.c.changed_at <= now - _SETTLED
        of_criteria = select(func.count(), func.count(case((is_settled, 1)))).where(criteria.c.members > 0)
        in_use, settled = connection.execute(of_criteria).one()
        outcomes = _counts(connection, digests.c.outcome, digests.c.created_at >= now - _DAY)
        return StoreFigures(
            at=now,
            sources=sources_in(connection, now, expected, pauses),
            left_open=left_open_in(connection, expected),
            deliveries=_counts(connection, deliveries.c.state, not_(is_built_ahead(now, now + LONGEST_LEAD))),
            unknown_since=_first(connection, select(func.min(deliveries.c.changed_at)).where(_unknown())),
            unknown_last=_first(connection, select(func.max(deliveries.c.changed_at)).where(_unknown())),
            unknown_said=_first(connection, _why_unknown()) or "",
            digests=outcomes,
            cut_off=read_cut_off(
                connection, now, plan.nowhere, outcomes, paused=pauses.sending or bool(pauses.services)
            ),
            silence=None if plan.nowhere else read_silence(connection, now),
            last_digest=_first(connection, _last_digest(now)),
            last_posting=_first(connection, _last_posting(now)),
            recent_postings=_number(connection, _recent_postings(now)),
            # Offsets of the partitions, which is what the store has taken in, and no count of a large table.
            match_records=int(_first(connection, select(func.sum(positions.c.position))) or 0),
            criteria=int(in_use),
            settled_criteria=int(settled),
            selectivities=read_selectivities(connection),
            searches=_number(connection, select(func.count()).where(saved_searches.c.paused.is_(False))),
            due_subscribers=due.subscribers,
            due_since=due.since,
            due_retried=due.retried,
            instant_capped=_number(connection, _instant_capped(now)),
            ran_ahead=read_ran_ahead(connection, now),
            outbox=_number(connection, select(func.count()).select_from(outbox)),
            outbox_since=_outbox_since(connection),
            sign_ups=_number(connection, select(func.count()).where(sign_ups.c.expires_at > now)),
            pauses=pauses,
            workers=_workers(connection, now, services, restarts, words),
            restarts=restarts,
            last_words=words,
            mail=read_mail_figures(connection, now, plan),
            webhooks=read_webhook_figures(connection, now),
            left_unread=read_left_unread(connection, now),
            links_lost=read_links_lost(connection),
            way_in_met=read_way_in_met(connection, plan.public_url),
            sender_met=read_sender_met(connection, plan.sender),
            own_file=read_own_file(connection),
            canary=read_canary(connection, now) if with_canary else None,
        )


def _last_digest(now: datetime) -> Select[Any]:
    return select(func.max(digests.c.created_at)).where(digests.c.outcome != "notice", digests.c.created_at <= now)


def _last_posting(now: datetime) -> Select[Any]:
    # Of a time to come is what a clock dated that ran ahead.
    newest = select(postings.c.stored_at).where(postings.c.posting_id != CANARY_ID, postings.c.stored_at <= now)
    return newest.order_by(postings.c.stored_at.desc()).limit(1)


def _recent_postings(now: datetime) -> Select[int]:
    # What has only just come may not be visible in an index yet.
    own = postings.c.stored_at.between(now - RECENT, now - _VISIBLE_AFTER) & (postings.c.seen_at > now - RECENT)
    return select(func.count()).select_from(postings).where(own, postings.c.status == "open")


def _outbox_since(connection: Connection) -> datetime | None:
    oldest = connection.execute(select(outbox.c.headers).order_by(outbox.c.id).limit(1)).scalar_one_or_none()
    at = json.loads(oldest).get("ce_time") if oldest else None
    return datetime.fromisoformat(at) if at else None


def _instant_capped(now: datetime) -> Select[int]:
    """An instant search is due each minute, but for one whose mails of the day are out."""
    saved = saved_searches.c
    capped = (saved.cadence == "instant", saved.paused.is_(False), saved.next_due_at > now + timedelta(minutes=1))
    query = select(func.count(distinct(saved.subscriber_id))).join(subscribers)
    return query.where(subscribers.c.status == "active", *capped)


def _workers(
    connection: Connection,
    now: datetime,
    services: Sequence[str],
    restarts: Sequence[Restarts],
    words: Sequence[LastWords],
) -> tuple[WorkerFigures, ...]:
    known, often = workers_in(connection), {restart.worker: restart.hour for restart in restarts if restart.go_on(now)}
    names = dict.fromkeys((*services, *(worker.heartbeat.service for worker in known)))
    own = {name: [worker for worker in known if worker.heartbeat.service == name] for name in names}
    return tuple(
        WorkerFigures(
            service=name,
            alive=sum(worker.alive(now) for worker in workers),
            lost=len(missing(workers, words, restarts, now).lost),
            heard_at=_heard_at(workers, now),
            restarts=max((often.get(worker.worker, 0) for worker in workers), default=0),
        )
        for name, workers in own.items()
    )


def _heard_at(workers: Sequence[Worker], now: datetime) -> datetime | None:
    """What stopped while its clock ran ahead has said goodbye: nothing is unknown of it, whenever that was."""
    return max((worker.seen_at for worker in workers if not worker.stopped or worker.seen_at <= now), default=None)


def _counts(connection: Connection, column: Any, *conditions: Any) -> dict[str, int]:
    query = select(column, func.count()).where(*conditions).group_by(column).order_by(column)
    return {str(value): int(number) for value, number in connection.execute(query)}


def _unknown() -> Any:
    return deliveries.c.state == "unknown"


def _why_unknown() -> Any:
    return select(deliveries.c.reason).where(_unknown()).order_by(deliveries.c.changed_at.desc()).limit(1)


def _number(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())


def _first(connection: Connection, query: Any) -> Any:
    return connection.execute(query).scalar_one_or_none()

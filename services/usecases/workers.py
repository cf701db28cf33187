"""What runs: workers that have been heard of, and what operators hold and let go on, obeyed within a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from services.notifier.adapters.sql.digests.lost_rows import accept_lost
from services.processes import CONSOLE, PORTAL, PUSH, SERVICES, WEBHOOKS
from services.runtime.clock import Clock
from services.runtime.errors import UsageError
from services.runtime.figures.restarts import read_restarts
from services.runtime.health.heartbeat import (
    Heartbeat,
    HeartbeatThread,
    SqlHeartbeats,
    Worker,
    forget_worker,
    own_name,
    read_workers,
)
from services.runtime.health.last_words import read_last_words
from services.runtime.health.missing import missing
from services.runtime.pauses import SqlPauses, Terms
from services.runtime.sql.link_key import names_signing_key
from services.runtime.sql.own_file import end_copied
from services.runtime.sql.store import reading
from services.settings import Settings
from services.usecases.installation import Installation

__all__ = [
    "CONSOLE",
    "NAMES",
    "PORTAL",
    "SENDING",
    "Terms",
    "Worker",
    "forget",
    "forget_lost",
    "hold",
    "hold_source",
    "listed",
    "present",
    "require_name",
    "require_source",
]


SENDING = "sending"
_LINKS_FAIL = "its secret is not that by which notifiers sign: links in mails, as to unsubscribe, lead nowhere by it"
_LONGEST = timedelta(days=90)
"""Nobody remembers a pause that is planned for longer, and until then it is not told as forgotten."""
_PROCESSES = tuple(dict.fromkeys(name.partition(".")[0] for name in (*SERVICES, PUSH)))
NAMES = (SENDING, *dict.fromkeys((*_PROCESSES, *SERVICES, WEBHOOKS, PUSH, "housekeeper")))
"""What can be held beside sources: sending, a process with all its services, a service."""


def listed(installation: Installation) -> tuple[Worker, ...]:
    """Those that were heard of in the last day. Raises UnavailableError."""
    return read_workers(installation.engine)


@contextmanager
def present(installation: Installation, service: str, clock: Clock) -> Iterator[None]:
    """Say every few seconds, under a name of its own, that a server such as the portal runs.

    Raises UsageError where another of that name runs on this machine, UnavailableError.
    """
    settings = installation.settings
    with own_name(settings.data, service, settings.worker) as worker:
        # Operators start a console whenever they want to look: that it was started thrice in an hour is no failure.
        counts = service != CONSOLE
        heartbeats = SqlHeartbeats(installation.engine, worker, clock.now(), counts_restarts=counts)
        with HeartbeatThread(lambda: [_beat(installation, service, clock.now())], heartbeats, clock=clock):
            yield


def _beat(installation: Installation, service: str, now: datetime) -> Heartbeat:
    """A portal whose secret is not that of the notifiers takes all links in mails for broken ones."""
    if service == PORTAL and not names_signing_key(installation.engine, installation.link_keys.names(now)):
        return Heartbeat(service, ready=False, reason=_LINKS_FAIL, mend="secret")
    return Heartbeat(service, ready=True)


def forget(installation: Installation, name: str, now: datetime) -> None:
    """Drop a lost worker from all that is shown; it is back with its next heartbeat. Raises UsageError."""
    forget_worker(installation.engine, name, now)


def forget_lost(installation: Installation, now: datetime) -> None:
    """Drop all that are missing while others of their service go on.

    Raises UsageError, once the others are dropped, naming those that stayed.
    """
    known = read_workers(installation.engine)
    with reading(installation.engine) as connection:
        words, restarts = read_last_words(connection, now), read_restarts(connection, now)
    lost: list[Worker] = []
    for service in {worker.heartbeat.service for worker in known if worker.alive(now)}:
        own = [worker for worker in known if worker.heartbeat.service == service]
        lost += missing(own, words, restarts, now).lost
    refused = []
    for name in dict.fromkeys(worker.worker for worker in lost):
        try:
            forget_worker(installation.engine, name, now)
        except UsageError as error:
            refused.append(str(error))
    if refused:
        raise UsageError(f"not all were forgotten: {'; '.join(refused)}")


def require_name(what: str) -> None:
    """Raises UsageError for what is not one of `NAMES`."""
    if what not in NAMES:
        raise UsageError(f"{what!r} is nothing that can be paused; there are {', '.join(NAMES)}")


def hold(installation: Installation, what: str, now: datetime, *, paused: bool, terms: Terms | None = None) -> int:
    """Hold one of `NAMES`, or let it go on; nothing is lost meanwhile.

    Raises UsageError for any other, and for a pause until a time that is over, or too far away to be remembered.

    Who lets sending go on knows that no copy of this store runs beside it. Where it was not paused, it goes on without
    rows that are lost: returns of how many searches. Where it was, only the pause ends, as that may be all one meant.
    """
    require_name(what)
    _require_near(terms, now)
    pauses = SqlPauses(installation.engine)
    if what != SENDING:
        pauses.set_service(what, paused, now, terms)
        return 0
    was_paused = pauses.read().sending
    pauses.set_sending(paused, now, terms)
    if paused:
        return 0
    end_copied(installation.engine, now)
    return 0 if was_paused else accept_lost(installation.engine, now)


def _require_near(terms: Terms | None, now: datetime) -> None:
    if terms and terms.until and not now < terms.until <= now + _LONGEST:
        raise UsageError(f"a pause is until a time within the next {_LONGEST.days} days; it ends when it is resumed")


def hold_source(
    installation: Installation, source: str, now: datetime, *, paused: bool, terms: Terms | None = None
) -> None:
    """Hold a source, so that it is neither polled nor pushed to, or let it go on.

    Raises UsageError as `hold`, and for one to hold that the settings do not name; one that they named before can go
    on.
    """
    _require_near(terms, now)
    if paused:
        require_source(installation.settings, source)
    SqlPauses(installation.engine).set_source(source, paused, now, terms)


def require_source(settings: Settings, source: str) -> None:
    """Raises UsageError for a source that the settings do not name."""
    ingest = settings.ingest
    names = [source.name for source in ingest.sources] + [key.source for key in ingest.push.keys.values()]
    if source not in names:
        raise UsageError(f"there is no source {source}; the settings name {', '.join(names) or 'none'}")

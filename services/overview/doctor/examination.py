"""What an installation stands on, looked at one thing after the other: what is there, what is not, how to mend it."""

import os
import platform
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import Engine, text

from schemas.counted import counted
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.notifier.adapters.sql.people.consents import count_undeclared
from services.notifier.adapters.sql.people.suppressions import OTHER_KEY, SqlSuppressions
from services.operating import expected_of
from services.overview.doctor.diagnosis import Diagnosis, Grade
from services.overview.doctor.kafka import PATIENCE_S, agreement_diagnoses, cluster_diagnoses, topic_diagnoses
from services.overview.doctor.mail import mailer_diagnoses, portal_diagnoses, sender_diagnoses
from services.overview.engines import Engines
from services.overview.stream.troubles.every import DECLARE, ran_ahead_troubles
from services.overview.stream.troubles.ground import LITTLE_FREE
from services.overview.stream.troubles.mail import REPLAY
from services.overview.stream.troubles.sources import source_troubles
from services.runtime.clock import Clock
from services.runtime.errors import JobchimeError, UnavailableError
from services.runtime.figures.sources import read_source_figures
from services.runtime.files.datadir import LOG_FILE, SUPPRESSION_KEY_FILE
from services.runtime.health.heartbeat import read_workers
from services.runtime.kafka.topics import planned
from services.runtime.pauses import BY_OPERATOR, Pauses, SqlPauses
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.holders import read_holders, require_primary
from services.runtime.sql.ran_ahead import read_ran_ahead
from services.runtime.sql.revisions import revision_of
from services.runtime.sql.store import is_postgresql, lacks_room, reading
from services.settings import Settings

MOST_SKEW = timedelta(seconds=2)
"""Between this machine's clock and another's; beyond it due times and leases are off."""
_CLIENTS = ("jobchime", "kafka-python", "faust-streaming", "elasticsearch", "sendgrid", "sqlalchemy", "pydantic")


def examine(settings: Settings, engines: Engines, clock: Clock) -> Iterator[Diagnosis]:
    """Look at everything that the settings name; each thing as soon as it was looked at. Raises nothing for it."""
    yield Diagnosis("versions", "well", _versions())
    yield from _guarded("data folder", "free the disk or name another folder by `data`", lambda: _folder(settings))
    has_store = yield from _guarded("store", _mend_store(settings), lambda: _store(settings, engines, clock))
    if settings.deployed:
        yield from _log_servers(settings, engines, has_store=has_store)
    else:
        yield from _guarded("log", "restore a backup if it is damaged", lambda: _log(settings, engines))
    if settings.matcher.index == "elasticsearch":
        mend = "start it, or mend [elasticsearch] in the settings"
        yield from _guarded("Elasticsearch", mend, lambda: _elasticsearch(settings, engines, has_store=has_store))
    mend = "mend [mail] in the settings"
    yield from _guarded("mailer", mend, lambda: mailer_diagnoses(settings.mail))
    yield from _guarded("SPF, DKIM, DMARC", mend, lambda: sender_diagnoses(settings.mail, engines.text_records()))
    yield from _guarded("portal", mend, lambda: portal_diagnoses(settings.mail, clock.now()))
    yield _secret(settings)
    mend = _mend_store(settings)
    yield from _guarded("suppression key", mend, lambda: _suppression_key(settings, engines, has_store=has_store))
    yield from _guarded("consents", mend, lambda: _consents(engines, has_store=has_store))
    yield from _push(settings)
    if not settings.ingest.sources and not settings.ingest.push.enabled:
        yield Diagnosis(
            "sources", "note", "no source is in the settings", "`jobchime config init` shows how to add one"
        )


def _log_servers(settings: Settings, engines: Engines, *, has_store: bool) -> Iterator[Diagnosis]:
    """Kafka, and what it holds; of that nothing is wrong for all that is known while Kafka or the store is away."""
    mend = "start it, or mend [kafka] in the settings"
    has_kafka = yield from _guarded("Kafka", mend, lambda: cluster_diagnoses(settings, engines))
    if not has_kafka:
        yield Diagnosis("topics", "note", "not looked at: Kafka does not answer", "mend Kafka first")
        return
    yield from _guarded("topics", "`jobchime topics create`", lambda: topic_diagnoses(settings))
    if has_store:
        yield from _guarded(
            "agreement", "see the store and Kafka above", lambda: agreement_diagnoses(settings, engines)
        )


def _guarded(what: str, mend: str, look: Callable[[], Iterator[Diagnosis]]) -> Generator[Diagnosis, None, bool]:
    """Findings of one look, be it one that fails; gives whether it did not."""
    try:
        yield from look()
        return True
    except JobchimeError as error:
        yield Diagnosis(what, "wrong", redacted(error), mend)
    except OSError as error:
        yield Diagnosis(what, "wrong", error.strerror or str(error), mend)
    except Exception as error:
        # What is looked at may be in any state; one look that fails must not keep the others from their turn.
        yield Diagnosis(what, "wrong", f"looking at it failed: {type(error).__name__}: {redacted(error)}", mend)
    return False


def _versions() -> str:
    return ", ".join((f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _CLIENTS)))


def _folder(settings: Settings) -> Iterator[Diagnosis]:
    folder = settings.data
    if settings.deployed and settings.store.get_secret_value() and not folder.exists():
        yield Diagnosis("data folder", "well", "not needed: the store and the log are servers")
        return
    if not folder.is_dir():
        yield Diagnosis("data folder", "note", f"{folder} is not there yet", "`jobchime run` makes it")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Diagnosis("data folder", "wrong", f"{folder} cannot be written to", f"chown or chmod {folder}")
        return
    free = shutil.disk_usage(folder).free
    said = f"{folder}, {free / (1 << 30):,.1f} GiB free"
    grade: Grade = "well" if free >= LITTLE_FREE else "note"
    yield Diagnosis("data folder", grade, said, "free the disk" * (grade != "well"))


def _mend_store(settings: Settings) -> str:
    return "start it, or mend `store` in the settings" if settings.store.get_secret_value() else "restore a backup"


def _store(settings: Settings, engines: Engines, clock: Clock) -> Iterator[Diagnosis]:
    if settings.deployed and not settings.store.get_secret_value():
        yield Diagnosis(
            "store", "note", "SQLite in the data folder: only processes on this machine can share it",
            "set `store` to a PostgreSQL address where services run on several machines",
        )  # fmt: skip
    if not engines.has_store():
        begins = "`jobchime migrate`" if settings.deployed else "`jobchime run`"
        yield Diagnosis("store", "wrong" if settings.deployed else "note", "not there yet", f"{begins} makes it")
        return
    with engines.store() as engine:
        if full := lacks_room(engine, unasked=True):
            yield Diagnosis("store", "wrong", full, "free some room on the disk of its server")
        yield Diagnosis("store", "well", _store_version(engine))
        with reading(engine) as connection:
            require_primary(connection)
        for holder in read_holders(engine):
            yield Diagnosis("locks of the store", "wrong", holder.said, "end it, if it is not to go on for as long")
        revision = revision_of(engine)
        if revision.state == "same":
            yield Diagnosis("migrations", "well", f"revision {revision.current}")
        elif revision.state == "newer":
            yield Diagnosis(
                "migrations", "note", f"revision {revision.current}, newer than this program needs", "upgrade"
            )
        else:
            said = f"revision {revision.current or 'none'}, and {revision.needed} is needed"
            yield Diagnosis("migrations", "wrong", said, "`jobchime migrate`")
            return
        pauses = SqlPauses(engine).read()
        if pauses.restored:
            yield Diagnosis("opt-outs", "wrong", "the store is a copy that was restored; no mail goes out", REPLAY)
        yield from _pauses(pauses)
        yield from _clocks(engine, clock)
        yield from _amiss(settings, engine, clock.now())


def _amiss(settings: Settings, engine: Engine, now: datetime) -> Iterator[Diagnosis]:
    """Sources that give nothing, or the same for ever, whose addresses may be wrong; other troubles `status` tells."""
    found = read_source_figures(engine, now, expected_of(settings.ingest))
    for trouble in source_troubles([source for source in found if source.only_amiss], now):
        yield Diagnosis("sources", "note", trouble.what, trouble.do)


def _pauses(pauses: Pauses) -> Iterator[Diagnosis]:
    """What is held goes on by nobody but an operator; how long that is no failure yet, `status` tells."""
    if pauses.sending and not pauses.restored:
        why = f"stopped by itself, as {pauses.stopped_because}" if pauses.stopped_because else BY_OPERATOR
        yield Diagnosis("pauses", "note", f"sending is {why}: no mail goes out", "`jobchime resume sending`")
    for service in sorted(pauses.services):
        yield Diagnosis("pauses", "note", f"{service} is {BY_OPERATOR}", f"`jobchime resume {service}`")
    for source in sorted(pauses.sources):
        yield Diagnosis("pauses", "note", f"the source {source} is {BY_OPERATOR}", f"`jobchime source resume {source}`")


def _store_version(engine: Engine) -> str:
    with reading(engine) as connection:
        query = "SHOW server_version" if is_postgresql(engine) else "SELECT sqlite_version()"
        number = connection.execute(text(query)).scalar_one()
    return f"{'PostgreSQL' if is_postgresql(engine) else 'SQLite'} {number}"


def _clocks(engine: Engine, clock: Clock) -> Iterator[Diagnosis]:
    """The server's clock against ours, and that of each worker by its last heartbeat."""
    if is_postgresql(engine):
        before = clock.now()
        with reading(engine) as connection:
            theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        ours = before + (clock.now() - before) / 2
        yield _skew("clock of the store", theirs - ours)
    ahead = {worker.host: worker for worker in read_workers(engine) if worker.seen_at > clock.now() + MOST_SKEW}
    for host, worker in ahead.items():
        yield _skew(f"clock of {host}", worker.seen_at - clock.now())
    with reading(engine) as connection:
        ran = read_ran_ahead(connection, clock.now())
    for trouble in ran_ahead_troubles(ran, clock.now()):
        yield Diagnosis("clocks", "wrong" if trouble.grave else "note", trouble.what, trouble.do)


def _skew(what: str, skew: timedelta) -> Diagnosis:
    seconds = skew.total_seconds()
    if abs(skew) <= MOST_SKEW:
        return Diagnosis(what, "well", f"{seconds:+.2f} s")
    return Diagnosis(what, "wrong", f"{seconds:+.1f} s from this machine's", "set the clocks by NTP")


def _log(settings: Settings, engines: Engines) -> Iterator[Diagnosis]:
    path = settings.data / LOG_FILE
    if not path.is_file():
        yield Diagnosis("log", "note", "not there yet", "`jobchime run` makes it")
        return
    with engines.log() as log:
        records = sum(sum(log.ends(topic.name)) for topic in planned(settings.kafka))
    yield Diagnosis("log", "well", f"{path.stat().st_size / (1 << 20):,.1f} MiB, {counted(records, 'record')} ever")


def _elasticsearch(settings: Settings, engines: Engines, *, has_store: bool) -> Iterator[Diagnosis]:
    with engines.search() as engine:
        where = f"at {', '.join(settings.elasticsearch.urls)}"
        try:
            number = engine.ask("GET", "/", timeout_s=PATIENCE_S)["version"]["number"]
        except UnavailableError as error:
            raise UnavailableError(f"{where}: {redacted(error)}") from error
        yield Diagnosis("Elasticsearch", "well", f"{number} {where}")
        health = engine.ask("GET", "/_cluster/health", timeout_s=PATIENCE_S)["status"]
        if health == "red":
            yield Diagnosis("cluster", "wrong", "red: a shard is missing", "see GET /_cluster/allocation/explain")
        for name, index in (
            ("criteria", ElasticsearchCriteriaIndex(engine)),
            ("postings", ElasticsearchRecentPostings(engine)),
        ):
            current = index.generations.current()
            if not current:
                yield _lacks_index(engines, name, has_store=has_store)
            elif current.schema != index.generations.schema:
                said = f"{current.name} is of {current.schema}, and {index.generations.schema} is needed"
                yield Diagnosis(f"index of {name}", "wrong", said, "`jobchime reindex`")
            else:
                yield Diagnosis(f"index of {name}", "well", current.name)


def _lacks_index(engines: Engines, name: str, *, has_store: bool) -> Diagnosis:
    """An index is wanting once a matcher has run, of which the store has heard."""
    what = f"index of {name}"
    if not has_store:
        return Diagnosis(what, "note", "not there; the store would know whether it was", "mend the store first")
    if _has_run(engines, "matcher"):
        return Diagnosis(what, "wrong", "not there", "`jobchime reindex`")
    return Diagnosis(what, "note", "not there yet", "the first `jobchime matcher` makes it at its start")


def _has_run(engines: Engines, service: str) -> bool:
    """Whether the store has heard of a worker of a service."""
    if not engines.has_store():
        return False
    with engines.store() as engine:
        if not revision_of(engine).usable:
            return False
        return any(worker.heartbeat.service == service for worker in read_workers(engine))


def _secret(settings: Settings) -> Diagnosis:
    if settings.secret.get_secret_value():
        with suppress(JobchimeError):
            settings.ids()
            return Diagnosis("secret", "well", "set by you")
        return Diagnosis("secret", "wrong", "too short", "set JOBCHIME_SECRET to `openssl rand -hex 32`")
    if settings.deployed:
        return Diagnosis(
            "secret", "wrong", "not set: all notifiers must sign links with one",
            "set JOBCHIME_SECRET to `openssl rand -hex 32`, and keep it",
        )  # fmt: skip
    return Diagnosis("secret", "well", "kept in the data folder; back it up")


def _suppression_key(settings: Settings, engines: Engines, *, has_store: bool) -> Iterator[Diagnosis]:
    """That it is the one which the store's addresses were hashed with, and is not the secret."""
    what, given = "suppression key", settings.suppression_key.get_secret_value()
    is_there = settings.secret.get_secret_value() or (settings.data / SUPPRESSION_KEY_FILE).is_file()
    if is_there and has_store and engines.has_store():
        with engines.store() as engine:
            if revision_of(engine).usable and not SqlSuppressions(engine, settings.ids()).has_this_key():
                yield Diagnosis(
                    what, "wrong", "another one than the store's: nobody is found by their address, suppressed or not",
                    OTHER_KEY,
                )  # fmt: skip
                return
    if not given and settings.secret.get_secret_value():
        yield Diagnosis(
            what, "note", "not set, so it is the secret, which must not change then",
            "set JOBCHIME_SUPPRESSION_KEY to what the secret is now, or in a new store to `openssl rand -hex 32`",
        )  # fmt: skip
        return
    yield Diagnosis(what, "well", "set by you" if given else "kept in the data folder; back it up")


def _consents(engines: Engines, *, has_store: bool) -> Iterator[Diagnosis]:
    """That of everybody who is served it is known that they agreed."""
    if has_store and engines.has_store():
        with engines.store() as engine:
            if revision_of(engine).usable and (undeclared := count_undeclared(engine)):
                served = counted(undeclared, "subscriber is", "subscribers are")
                said = f"{served} served without a word on where, when and to what words they agreed"
                yield Diagnosis("consents", "note", said, DECLARE)


def _push(settings: Settings) -> Iterator[Diagnosis]:
    push = settings.ingest.push
    for name, key in push.keys.items():
        try:
            key.secret(name)
        except JobchimeError as error:
            yield Diagnosis(f"push key {name}", "wrong", redacted(error), "mend [ingest.push.keys] in the settings")
    if push.enabled:
        yield Diagnosis("push endpoint", "well", f"{push.host}:{push.port}, {counted(len(push.keys), 'key')}")

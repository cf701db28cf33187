"""Looks at everything once. What is away costs its own part of the view, and little time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Engine

from schemas.topics import TOPICS, dead_of, inputs_of_services
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.notifier.adapters.sql.people.consents import count_undeclared
from services.operating import figures_of, needed_of
from services.overview.engines import Engines
from services.overview.search_yield import SearchYield, read_search_yield
from services.overview.stream.gathered import freshness, lag_of, peak_of, read_hours, summed
from services.overview.stream.looks import Patient, SeldomRead
from services.overview.stream.model import (
    DATA_FOLDER,
    EngineView,
    HoursView,
    LetterView,
    LogView,
    Overview,
    Place,
    ServiceView,
    StoreView,
    TopicView,
)
from services.processes import BESIDE_THE_WAY, SERVICES
from services.runtime.cached import Cached
from services.runtime.clock import Clock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.errors import JobchimeError, UnavailableError, mend_of
from services.runtime.figures.lost_postings import LostPostings, read_lost_postings
from services.runtime.figures.peak import DayAhead, read_day_ahead
from services.runtime.figures.stream import RECENT, StoreFigures
from services.runtime.files.datadir import free_of, last_words, run_since, why_unwritable
from services.runtime.health.heartbeat import Worker, read_workers
from services.runtime.kafka.findings import TopicFinding
from services.runtime.letters.dead import DeadLetters, LetterLog
from services.runtime.log.sqlite import SqliteLog
from services.runtime.pauses import Pauses
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.holders import Holder, read_holders, require_primary
from services.runtime.sql.revisions import check_revision
from services.runtime.sql.store import reading
from services.sender import SenderRecord, asked_again_s, sender_records
from services.settings import Settings
from services.way_in import WayIn

if TYPE_CHECKING:
    from services.runtime.kafka.offsets import Offsets

_PATIENCE_S = 3.0
_PATIENCE_STORE_S = 20.0
"""Each of its questions may take some seconds."""
_HANGS = "the store takes connections and does not answer: see its server's log, its disk and processor"
_HOURS_EVERY = timedelta(seconds=10)
"""A month of hours is read no oftener."""
_AHEAD_EVERY = timedelta(minutes=5)
"""All that falls due in a day is counted no oftener."""
_YIELD_EVERY = timedelta(minutes=15)
"""Searches are held against postings no oftener: it takes a second of the processor."""
_TOPICS_EVERY = timedelta(minutes=1)
"""How topics are set up, and what the store lacks of what is listed, is asked no oftener."""
_DEAD = tuple(dead_of(topic.name) for topic in TOPICS)
_ALL = (*(topic.name for topic in TOPICS), *_DEAD)

T = TypeVar("T")


class Gatherer:
    """Looks, again and again where asked; holds its connections meanwhile."""

    def __init__(self, settings: Settings, engines: Engines, clock: Clock) -> None:
        self._settings = settings
        self._engines = engines
        self._clock = clock
        self._opened = ExitStack()
        self._store: Engine | None = None
        self._log: SqliteLog | None = None
        self._offsets: Offsets | None = None
        self._search: SearchEngine | None = None
        self._letter_log: LetterLog | None = None
        self._last: tuple[datetime, Mapping[str, int]] | None = None
        self._away: dict[str, datetime] = {}
        self._way_in = WayIn(settings.mail)
        self._sender_faults = Cached(self._ask_names, keep_s=asked_again_s)
        self._hours = SeldomRead[HoursView](_HOURS_EVERY)
        self._ahead = SeldomRead[DayAhead](_AHEAD_EVERY)
        self._search_yield = SeldomRead[SearchYield | None](_YIELD_EVERY)
        self._lost_postings = SeldomRead[LostPostings](_TOPICS_EVERY)
        self._topic_faults = SeldomRead[tuple[TopicFinding, ...]](_TOPICS_EVERY)
        self._patient = Patient[StoreView](_PATIENCE_STORE_S, _HANGS)
        self._patient_holders = Patient[tuple[Holder, ...]](_PATIENCE_S, _HANGS)
        self._patient_workers = Patient[tuple[Worker, ...]](_PATIENCE_S, _HANGS)
        self._letters: tuple[Mapping[str, int], tuple[LetterView, ...]] = ({}, ())

    def __enter__(self) -> "Gatherer":
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def look(self) -> Overview:
        """All there is to say now. Raises nothing for what is away."""
        now, engines = self._clock.now(), list[EngineView]()
        self._sender_faults.start()
        store = self._tried(engines, "store", lambda: self._patient.of(self._read_store))
        self._held(engines)
        engines += () if self._settings.deployed else self._unwritable(now)
        log = self._tried(engines, "Kafka" if self._settings.deployed else "log", self._read_log)
        indexed = indexed_criteria = None
        if self._settings.matcher.index == "elasticsearch":
            self._tried(engines, "Elasticsearch", self._ask_search)
            indexed, indexed_criteria = self._in_indices(now)
        workers, letters = store.workers if store else self._workers_alone(), self._waiting_letters(log) if log else ()
        hours, at = (store.hours, store.at) if store else (HoursView(), self._clock.now())
        return Overview(
            at=at,
            form="deployed" if self._settings.deployed else "embedded",
            engines=tuple(engines),
            figures=store.figures if store else None,
            topics=self._topics(log, letters, now) if log else (),
            topic_faults=self._topic_faults.at(now, self._ask_topics) if log else (),
            services=self._services(workers, log, store.figures if store else None),
            letters=letters,
            freshness_s=freshness(workers, now),
            indexed=indexed,
            indexed_criteria=indexed_criteria,
            undeclared=store.undeclared if store else 0,
            stages=hours.stages,
            has_portal=not self._settings.deployed and self._settings.portal.enabled,
            last_words=None if self._settings.deployed else last_words(self._settings.data, now),
            run_since=self._run_since(workers, at),
            has_store=self._engines.has_store(),
            store_is_server=bool(self._settings.store.get_secret_value()),
            source_hours=hours.sources,
            source_readers=hours.readers,
            mailed=hours.mailed,
            certificate=self._way_in.certificate(),
            sender_faults=self._sender_faults() or (),
            leaving=self._way_in.leaving(store.figures.own_file.run if store else ""),
            search_yield=store.search_yield if store else None,
            lost_postings=store.lost_postings if store else LostPostings(),
            free=free_of(self._settings.data),
            peak=peak_of(store, self._settings.notifier.builds_ahead) if store else None,
        )

    def _tried(self, engines: list[EngineView], name: str, look: Callable[[], T]) -> T | None:
        try:
            found = look()
        except JobchimeError as error:
            since = self._away.setdefault(name, self._clock.now())
            engines.append(EngineView(name, False, redacted(error), since, mend_of(error)))
            return None
        self._away.pop(name, None)
        engines.append(EngineView(name, True, found if isinstance(found, str) else ""))
        return found

    def _held(self, engines: list[EngineView]) -> None:
        """Who holds what others wait for is said of the store, whether it could be read meanwhile or not."""
        view, store = engines[-1], self._store
        holders = None if store is None else _if_said(lambda: self._patient_holders.of(lambda: read_holders(store)))
        if holders:
            since = self._away.setdefault("store", self._clock.now() - (holders[0].held or timedelta()))
            engines[-1] = EngineView("store", False, holders[0].said, since, view.mend)

    def _workers_alone(self) -> tuple[Worker, ...]:
        """Who runs, where another table can not be read: a session may hold that one, and heartbeats go on."""
        store = self._store
        return (() if store is None else _if_said(lambda: self._patient_workers.of(lambda: read_workers(store)))) or ()

    def _unwritable(self, now: datetime) -> Iterator[EngineView]:
        """What nobody can write to can be read all the same, and its workers fall silent."""
        said = why_unwritable(self._settings.data)
        if said is None:
            self._away.pop(DATA_FOLDER, None)
            return
        yield EngineView(DATA_FOLDER, False, said, self._away.setdefault(DATA_FOLDER, now))

    def _read_store(self) -> StoreView:
        if self._store is None:
            self._store = self._opened.enter_context(self._engines.store())
        check_revision(self._store)
        with reading(self._store) as connection:
            require_primary(connection)
        now = self._clock.now()
        figures = figures_of(self._store, self._settings, now)
        with reading(self._store) as connection:
            hours = self._hours.at(now, lambda: read_hours(connection, figures))
            ahead = self._ahead.at(now, lambda: read_day_ahead(connection, now))
        search_yield = self._search_yield.at(now, partial(read_search_yield, self._store))
        lost = self._lost_postings.at(now, partial(read_lost_postings, self._store, now))
        undeclared, workers = count_undeclared(self._store), read_workers(self._store)
        return StoreView(self._clock.now(), figures, workers, undeclared, hours, ahead, search_yield, lost)

    def _read_log(self) -> LogView:
        if self._settings.deployed:
            return self._read_kafka()
        log = self._open_log()
        log.require_free(_PATIENCE_S)
        starts = {(topic, at): offset for topic in _ALL for at, offset in enumerate(log.starts(topic))}
        committed: dict[str, dict[Place, int]] = {}
        for commit in log.commits():
            committed.setdefault(commit.group, {})[commit.topic, commit.partition] = commit.offset
        ends = {(topic, at): offset for topic in _ALL for at, offset in enumerate(log.ends(topic))}
        return LogView(starts, ends, committed)

    def _open_log(self) -> SqliteLog:
        if self._log is None:
            self._log = self._opened.enter_context(self._engines.log())
        return self._log

    def _read_kafka(self) -> LogView:
        if self._offsets is None:
            self._offsets = self._opened.enter_context(self._engines.offsets(_PATIENCE_S))
        offsets = self._offsets
        try:
            # Commits first: a lag then counts what came meanwhile, and is never less than it is.
            committed = offsets.committed(tuple(inputs_of_services()))
            return LogView(offsets.starts(_ALL), offsets.ends(_ALL), committed)
        except UnavailableError as error:
            found = _if_said(lambda: offsets.without_leader(_ALL))
            if found is None or not found.said:
                raise
            raise UnavailableError(found.said, mend="Kafka") from error

    def _ask_topics(self) -> tuple[TopicFinding, ...]:
        """None of the embedded form; nor where Kafka does not say, as to who may not ask how topics are set up."""
        offsets = self._offsets
        if offsets is None:
            return ()
        from services.runtime.kafka.topics import compared

        return _if_said(lambda: compared(offsets, self._settings.kafka)) or ()

    def _ask_names(self) -> tuple[SenderRecord, ...]:
        if not self._way_in.is_looked_at:
            return ()
        found = sender_records(self._settings.mail, self._engines.text_records())
        return tuple(each for each in found if each.grade == "wrong")

    def _ask_search(self) -> str:
        if self._search is None:
            self._search = self._opened.enter_context(self._engines.search())
        return str(self._search.ask("GET", "/", timeout_s=_PATIENCE_S)["version"]["number"])

    def _in_indices(self, now: datetime) -> tuple[int | None, int | None]:
        """How many postings of the last week, and criteria, are held there; None where one does not say."""
        search = self._search
        if search is None:
            return None, None
        of_week = None
        if self._settings.matcher.indexed > RECENT:
            of_week = _if_said(lambda: ElasticsearchRecentPostings(search).count(now - RECENT))
        return of_week, _if_said(lambda: len(ElasticsearchCriteriaIndex(search)))

    def _run_since(self, workers: Sequence[Worker], now: datetime) -> datetime | None:
        """Looked at only where nobody is heard of: who looks has the lock for a moment."""
        heard = {worker.heartbeat.service for worker in workers if worker.alive(now)}
        return None if self._settings.deployed or heard.difference(BESIDE_THE_WAY) else run_since(self._settings.data)

    def _topics(self, log: LogView, letters: Sequence[LetterView], now: datetime) -> tuple[TopicView, ...]:
        ends = summed(log.ends)
        starts = summed(log.starts)
        rates: dict[str, float] = {}
        if self._last is not None and (passed := (now - self._last[0]).total_seconds()) > 0:
            rates = {name: max(ends[name] - self._last[1].get(name, 0), 0) / passed for name in ends}
        self._last = (now, ends)
        return tuple(
            TopicView(
                name=topic.name,
                records=ends[topic.name] - starts[topic.name],
                end=ends[topic.name],
                dead=sum(letter.waiting for letter in letters if letter.topic == dead_of(topic.name)),
                per_second=rates.get(topic.name),
            )
            for topic in TOPICS
        )

    def _services(
        self, workers: Sequence[Worker], log: LogView | None, figures: StoreFigures | None
    ) -> tuple[ServiceView, ...]:
        inputs = inputs_of_services()
        pauses, restarts = (figures.pauses, figures.restarts) if figures else (Pauses(), ())
        words = figures.last_words if figures else ()
        needed = needed_of(self._settings)
        served = {(worker.heartbeat.service, worker.worker) for worker in workers}
        names = dict.fromkeys((*SERVICES, *needed, *(worker.heartbeat.service for worker in workers)))
        return tuple(
            ServiceView(
                name=name,
                lag=lag_of(log, name, inputs[name]) if log is not None and name in inputs else None,
                workers=tuple(worker for worker in workers if worker.heartbeat.service == name),
                paused=pauses.holds(name),
                held_by=pauses.paused_by(name) if pauses.holds(name) else "",
                pause=pauses.pause_of(name),
                needed=name in needed,
                restarts=tuple(restart for restart in restarts if (name, restart.worker) in served),
                last_words=tuple(last for last in words if (name, last.worker) in served),
            )
            for name in names
        )

    def _waiting_letters(self, log: LogView) -> tuple[LetterView, ...]:
        """By topic and reason; read again only where a letter or a replay came, for that reads them all."""
        ends = {topic: end for topic, end in summed(log.ends).items() if topic in _DEAD}
        if ends != self._letters[0]:
            try:
                counts = DeadLetters(self._open_letters()).counts()
            except JobchimeError:
                return ()
            found = tuple(LetterView(c.topic, c.error, c.fault, c.waiting, c.returnable) for c in counts if c.waiting)
            self._letters = (ends, found)
        return self._letters[1]

    def _open_letters(self) -> LetterLog:
        if not self._settings.deployed:
            return self._open_log()
        if self._letter_log is None:
            self._letter_log = self._opened.enter_context(self._engines.letters())
        return self._letter_log


def _if_said(ask: Callable[[], T]) -> T | None:
    with suppress(JobchimeError):
        return ask()
    return None

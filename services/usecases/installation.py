"""An installation, opened for whichever door: the one place that knows which engines its store and its log are on.

The client of an engine is imported where an installation has it: without it a command begins in less time.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.people.doors import SqlApiTokens, SqlDoors
from services.notifier.adapters.sql.people.feedback import SqlFeedback
from services.notifier.adapters.sql.people.opt_outs import SqlOptOuts
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.adapters.sql.people.suppressions import SqlSuppressions
from services.notifier.adapters.sql.people.tracked_jobs import SqlTrackedJobs
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.ids import Ids
from services.notifier.domain.links import LinkKeys
from services.runtime.clock import Clock
from services.runtime.closeable import Closeable
from services.runtime.errors import UsageError
from services.runtime.files.datadir import LOG_FILE, STORE_FILE
from services.runtime.letters.dead import LetterLog
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import TopicReader
from services.runtime.sql.day_limit import DayLimit
from services.runtime.sql.revisions import check_revision, migrate
from services.runtime.sql.store import open_store
from services.settings import Settings
from services.usecases.progress import Tell


@dataclass(frozen=True)
class Installation(Closeable):
    """Settings, and the store open; whoever keeps one open for long closes it."""

    settings: Settings
    engine: Engine

    @cached_property
    def ids(self) -> Ids:
        """Under the secret, which is made here where there is none. Raises UsageError, UnavailableError."""
        ids = self.settings.ids()
        SqlSuppressions(self.engine, ids).require_this_key()
        return ids

    @property
    def api_tokens(self) -> SqlApiTokens:
        return SqlApiTokens(self.engine)

    @property
    def tracked_jobs(self) -> SqlTrackedJobs:
        return SqlTrackedJobs(self.engine)

    @property
    def link_keys(self) -> LinkKeys:
        """What links in mails are signed with. Raises UsageError, UnavailableError."""
        return self.settings.mail.link_keys(self.ids.secret)

    @property
    def subscribers(self) -> SqlSubscribers:
        return SqlSubscribers(self.engine, self.ids)

    @property
    def feedback(self) -> SqlFeedback:
        return SqlFeedback(self.engine)

    @property
    def searches(self) -> SqlSearches:
        return SqlSearches(self.engine, self.ids)

    @property
    def suppressions(self) -> SqlSuppressions:
        return SqlSuppressions(self.engine, self.ids)

    @property
    def doors(self) -> SqlDoors:
        return SqlDoors(self.engine, self.ids, DayLimit(self.settings.mail.warm_up.limit))

    @property
    def opt_outs(self) -> SqlOptOuts:
        return SqlOptOuts(self.engine, self.ids)

    @property
    def digests(self) -> SqlDigests:
        return SqlDigests(self.engine, self.ids)

    @property
    def matches(self) -> SqlMatches:
        return SqlMatches(self.engine)

    def close(self) -> None:
        """Let the store go."""
        self.engine.dispose()


def open_installation(settings: Settings, *, create: bool, tell: Tell) -> Installation:
    """Open the store; one in the data folder is migrated, of which `tell` is told, a server's by `jobchime migrate`.

    Raises UsageError where it is missing and not to be made (`create`), UnavailableError where it cannot be used.
    """
    if not create and not has_store(settings):
        raise UsageError(f"there is no store in {settings.data} yet; `jobchime run` or `subscriber add` begins one")
    engine = open_store(settings.store_url, settings.store_limits)
    if settings.store.get_secret_value():
        check_revision(engine)
    else:
        for note in migrate(engine, lambda: settings.ids().secret):
            tell(f"Note: {note}.")
    return Installation(settings, engine)


def has_store(settings: Settings) -> bool:
    """Whether there is a store to open; a server's is taken to be there."""
    return bool(settings.store.get_secret_value()) or (settings.data / STORE_FILE).is_file()


@contextmanager
def store_as_it_is(settings: Settings) -> Iterator[Engine]:
    """The store, neither made nor migrated by being looked at. Raises UsageError where there is none yet."""
    if not has_store(settings):
        raise UsageError(
            f"there is no store in {settings.data}; if there was one, put it back, else `jobchime run` begins one"
        )
    engine = open_store(settings.store_url, settings.store_limits)
    try:
        yield engine
    finally:
        engine.dispose()


def open_letters(settings: Settings) -> AbstractContextManager[LetterLog]:
    """The dead letters: on Kafka where it is deployed, else in its log. Raises UsageError where there is no log yet."""
    if settings.deployed:
        from services.runtime.kafka.reader import KafkaLetterLog

        return KafkaLetterLog(settings.kafka)
    return open_log(settings)


def open_log(settings: Settings, clock: Clock | None = None) -> SqliteLog:
    """The log of the embedded form. Raises UsageError where there is none yet."""
    path = settings.data / LOG_FILE
    if not path.is_file():
        raise UsageError(
            f"there is no log in {settings.data}; if there was one, put it back, else `jobchime run` begins one"
        )
    return SqliteLog(path, clock=clock)


def topics_of(settings: Settings) -> AbstractContextManager[TopicReader]:
    """The topics, to read: on Kafka, or in the log. Raises UsageError where there is no log yet, UnavailableError."""
    if settings.deployed:
        from services.runtime.kafka.reader import RecordReader

        return RecordReader(settings.kafka)
    return open_log(settings)

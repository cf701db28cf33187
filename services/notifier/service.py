"""The notifier as a service of the runtime: three functions over its ports."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter

from schemas.codec import UnreadableError, decode
from schemas.keys import KeysError, from_text
from schemas.match import Matches
from schemas.topics import MATCHES
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.building import Builder
from services.notifier.delivering import Courier, Delivered
from services.notifier.domain.windows import Arrival
from services.runtime.errors import Mend, PoisonError, UnavailableError, mend_of
from services.runtime.figures.peak import BUILDING_MS, DIGESTS_BUILT, HANDING_OVER_MS, MAILS_HANDED_OVER
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.process import Metrics
from services.runtime.records import Outgoing, Record

_MS = timedelta(milliseconds=1)
_CHECKED_EVERY = timedelta(minutes=2)
"""How often store and topic are held against each other while nothing fails: it asks Kafka five times."""
_DISAGREE: tuple[Mend, ...] = ("republish", "sent")
"""What mends a store that lacks what it once had."""


class Notifier:
    """Stores matches as they come; at each tick builds the digests that are due and delivers them."""

    name = "notifier"
    inputs: tuple[str, ...] = (MATCHES.name,)

    def __init__(
        self,
        matches: SqlMatches,
        windows: SqlWindows,
        deliveries: SqlDeliveries,
        builder: Builder,
        courier: Courier,
        worker: str,
        metrics: Metrics,
        check: Callable[[], None],
        brake: Callable[[datetime], object],
        ask: Callable[[datetime], object],
        canary: Callable[[datetime], object] = lambda now: None,
        canary_digest: Callable[[datetime], object] = lambda now: None,
    ) -> None:
        """`check` raises UnavailableError where the store and the topic do not tell of the same records.

        `brake` stops the sending where it must, before anything is delivered. `ask` asks who must be asked whether they
        want mails, before anything is built for them. `canary` sends a posting of our own where one is due;
        `canary_digest` serves nobody who stays by one that came through.
        """
        self._matches = matches
        self._windows = windows
        self._deliveries = deliveries
        self._builder = builder
        self._courier = courier
        self._worker = worker
        self._metrics = metrics
        self._check = check
        self._brake = brake
        self._ask = ask
        self._canary = canary
        self._canary_digest = canary_digest
        self._freed = False
        self._checked_at = datetime.min.replace(tzinfo=UTC)

    def load(self) -> None:
        """Hold nothing in memory: the store has it all, and the first tick sees to what a killed worker left.

        Raises UnavailableError where store and topic do not agree.
        """
        self._check()
        self._freed = False

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Store one partition's records. Raises PoisonError before anything is stored, UnavailableError."""
        if batch:
            arrivals = [_arrival(record) for record in batch]
            stored = self._matches.store(batch[0].partition, arrivals, batch[-1].appended_at)
            self._metrics.count(listed.MATCHES, by=sum(len(arrival.keys) for arrival in arrivals))
            if stored < len(batch):
                # Taken for known by their offsets, as after a crash; in a topic made anew they would be news.
                self._check()
        return ()

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Deliver what waits, build what is due, and deliver that. Raises UnavailableError, having lost nothing."""
        self._courier.keep_answers(now)
        if not self._freed:
            # What was away may have come back as it was before, as a database whose copy that lagged took over.
            self._check()
            self._builder.require_remembered(now)
            self._checked_at = now
            self._free_own(now)
        elif abs(now - self._checked_at) >= _CHECKED_EVERY:
            self._checked_at = now
            self._check_in_passing(now)
        self._freed = False
        self._canary(now)
        self._ask(now)
        self._brake(now)
        # What was built ahead of its hour goes out when that strikes, however many are still to be built.
        waited, handing = self._delivered(now)
        began, digests, mails = perf_counter(), 0, waited.mails
        if not waited.rest:
            digests = self._builder.build(now)
        building = timedelta(seconds=perf_counter() - began)
        if digests:
            built, more = self._delivered(now)
            mails, handing = mails + built.mails, handing + more
        if digests or mails:
            did = {DIGESTS_BUILT: digests, BUILDING_MS: building // _MS if digests else 0}
            did |= {MAILS_HANDED_OVER: mails, HANDING_OVER_MS: handing // _MS if mails else 0}
            self._metrics.by_hour("", did)
        # Last: a canary that comes to its digest says that a tick comes to its end.
        self._canary_digest(now)
        self._freed = True
        return ()

    def _check_in_passing(self, now: datetime) -> None:
        """A topic that was made anew while this runs may bring nothing that is taken for known, or nothing at all."""
        try:
            self._builder.require_remembered(now)
            self._check()
        except UnavailableError as error:
            # While Kafka is away what is stored goes out; what does not agree holds all until it does.
            if mend_of(error) in _DISAGREE:
                self._freed = False
                raise

    def _delivered(self, now: datetime) -> tuple[Delivered, timedelta]:
        began = perf_counter()
        return self._courier.deliver(now), timedelta(seconds=perf_counter() - began)

    def _free_own(self, now: datetime) -> None:
        """Between ticks a worker holds nothing but what failed: more than that was left by one cut short."""
        self._windows.release(self._worker)
        self._deliveries.release(self._worker, now)


def _arrival(record: Record) -> Arrival:
    try:
        matches = decode(Matches, record.value)
        return Arrival(record.offset, matches.posting, from_text(matches.keys), from_text(matches.near))
    except (UnreadableError, KeysError) as error:
        raise PoisonError(str(error), offset=record.offset) from error

"""How far the services are, counted once a second by a thread of its own, and told now and then."""

import threading
import time
from collections.abc import Callable
from types import TracebackType

from sqlalchemy import Engine

from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.runtime.errors import UnavailableError
from services.runtime.kafka.offsets import Offsets, lags
from services.runtime.kafka.settings import KafkaSettings

SERVICE_OF = {"ingest.normaliser": "ingest", "matcher": "matcher", "notifier": "notifier"}
_EVERY_S = 1.0
_TELL_EVERY_S = 10.0


class Watching:
    """`lag` by service, and whether the outbox is `behind`; each stays as it was while its engine is away."""

    def __init__(self, settings: KafkaSettings, store: Engine, lag: dict[str, int], tell: Callable[[], str]) -> None:
        """`lag` is filled."""
        self.lag = lag
        self.behind = False
        self.known_at = 0.0
        """When lag and outbox were last counted (monotonic seconds)."""
        self._settings = settings
        self._outbox = SqlOutbox(store)
        self._tell = tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watching":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def quiet(self) -> bool:
        """Whether nothing waited anywhere when it was last counted."""
        return bool(self.lag) and not self.behind and not any(self.lag.values())

    def settle(self, patience_s: float) -> None:
        """Wait until nothing waits anywhere, as counted after this call, twice in a row."""
        until = time.monotonic() + patience_s
        seen = 0
        after = time.monotonic()
        while seen < 2:
            assert time.monotonic() < until, f"within {patience_s:.0f} s nothing waits any more: {self.lag}"
            time.sleep(0.1)
            if self.known_at > after:
                after = time.monotonic()
                seen = seen + 1 if self.quiet else 0

    def _run(self) -> None:
        told_at = time.monotonic()
        with Offsets(self._settings, patience_s=3.0) as offsets:
            while not self._stop.wait(_EVERY_S):
                self._count(offsets)
                if time.monotonic() - told_at > _TELL_EVERY_S:
                    told_at = time.monotonic()
                    print(self._tell(), flush=True)

    def _count(self, offsets: Offsets) -> None:
        """The outbox first: what has left it since is counted as lag."""
        began, known = time.monotonic(), True
        try:
            self.behind = bool(self._outbox.pending(1))
        except UnavailableError:
            known = False
        try:
            found = dict.fromkeys(SERVICE_OF.values(), 0)
            for lag in lags(offsets):
                found[SERVICE_OF[lag.service]] += lag.lag
            self.lag |= found
        except UnavailableError:
            known = False
        if known:
            self.known_at = began

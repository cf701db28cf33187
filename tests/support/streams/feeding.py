"""The flow: raw postings and poison, each sent until it is acknowledged, spread over the time of the faults."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from schemas.raw import RawPosting
from services.runtime.errors import UnavailableError
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Outgoing
from tests.support.captured_items import pushed
from tests.support.streams.material import poison, raw_of, steps
from tests.support.streams.sizes import Size

_AGAIN_S = 0.25
_MOST_LAG = 10_000
"""Records that may wait before the flow does."""
_POISON_EVERY = 100


class Feeding:
    """Sends in a thread of its own; `acknowledged` and `poisoned` are whole once `done` is set."""

    def __init__(self, settings: KafkaSettings, size: Size, seed: int, lag: Mapping[str, int]) -> None:
        self.acknowledged: list[RawPosting] = []
        self.poisoned: list[Outgoing] = []
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.tried_again = 0
        self._settings = settings
        self._size = size
        self._seed = seed
        self._lag = lag
        self._began = datetime.now(UTC)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        began = time.monotonic()
        lots = list(steps(self._size.postings, self._seed))
        pace = self._size.span_s * 0.95 / len(lots)
        try:
            with RecordProducer(self._settings) as producer:
                for number, lot in enumerate(lots):
                    time.sleep(max(began + number * pace - time.monotonic(), 0))
                    while sum(self._lag.values()) > _MOST_LAG:
                        time.sleep(_AGAIN_S)
                    now = datetime.now(UTC)
                    raws = [raw_of(step, self._seed, self._size.topics, self._began, now) for step in lot]
                    self._send(producer, raws, now)
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()

    def _send(self, producer: RecordProducer, raws: list[RawPosting], now: datetime) -> None:
        due = (len(self.acknowledged) + len(raws)) // _POISON_EVERY + 1 - len(self.poisoned)
        bad = [poison(len(self.poisoned) + at, now) for at in range(due)]
        records = [pushed(raw) for raw in raws]
        middle = len(records) // 2
        records[middle:middle] = bad
        while True:
            try:
                producer.produce(records)
                break
            except UnavailableError:
                self.tried_again += 1
                time.sleep(_AGAIN_S)
        self.acknowledged += raws
        self.poisoned += bad

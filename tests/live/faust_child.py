"""The victim of test_faust_runner: a small service on Kafka, run until a signal."""

import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.faust.runner import FaustRunner
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.logging import configure_logging
from services.runtime.records import Outgoing, Record
from services.runtime.retry import RetryPolicy
from services.runtime.stages.embedded import stop_on_signals
from services.runtime.stages.lane import LaneSettings
from tests.support.small_services import POSTINGS, RAW, Effects
from tests.support.victims import Ready, serve

PLAN = "plan"
"""File of who starts it, which says of what folder and settings the next one is, and its grace."""
AWAY, SLOW = "away", "slow"
"""Files in the folder: an engine is away while the one is there; a batch takes as many seconds as the other says."""


class Recorder:
    """raw.v1 into the effects and on to postings.v1, as quickly or slowly as its folder says."""

    name = "recorder"
    inputs: tuple[str, ...] = (RAW,)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._effects = Effects(folder)
        with self._effects.writing() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS asked (worker INTEGER, partition INTEGER, at REAL)")

    def load(self) -> None:
        """Hold nothing."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        with self._effects.writing() as connection:
            connection.execute("INSERT INTO asked VALUES (?, ?, ?)", (os.getpid(), batch[0].partition, time.time()))
        if (self._folder / AWAY).exists():
            raise UnavailableError("the engine behind it is away")
        if (slow := self._folder / SLOW).exists():
            time.sleep(float(slow.read_text()))
        for record in batch:
            if record.value.startswith(b"poison"):
                raise PoisonError("poison cannot be recorded")
        values = [(record.value.decode(),) for record in batch]
        with self._effects.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", values)
            connection.executemany("INSERT INTO tries VALUES (?)", values)
        return [Outgoing(POSTINGS, record.key, record.value) for record in batch]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        return ()


def main(plans: Path) -> None:
    configure_logging(level="info")

    def live(ready: Ready) -> None:
        plan = json.loads((plans / PLAN).read_text())
        settings = KafkaSettings.model_validate(plan["settings"])
        lane = LaneSettings(batch=settings.batch, retry=RetryPolicy(first_s=0.05, most_s=0.5))
        with closing(RecordProducer(settings)) as producer, stop_on_signals() as stop:
            recorder = Recorder(Path(plan["folder"]))
            runner = FaustRunner(recorder, producer, settings, lane=lane, grace_s=plan["grace_s"])
            threading.Thread(target=_tell, args=(runner, ready), daemon=True).start()
            runner.run(stop)

    serve(live)


def _tell(runner: FaustRunner, ready: Ready) -> None:
    while not runner.ready:
        time.sleep(0.01)
    ready()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

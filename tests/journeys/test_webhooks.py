"""A webhook in the embedded form: proven, told of each job once, over real HTTP; and nothing once its owner is gone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from services.embedded import Embedded, embedded
from services.runtime.clock import FixedClock
from services.settings import load_settings
from tests.support.webhooks import live_through, settings_file


def test_each_job_that_comes_is_posted_once_to_a_proven_address(tmp_path: Path) -> None:
    file = settings_file(tmp_path)
    start = datetime.now(UTC).replace(microsecond=0)
    clock = FixedClock(start)

    def at(form: Embedded) -> Callable[[datetime], None]:
        def go(now: datetime) -> None:
            clock.set(now)
            form.runner.tick(now)
            form.runner.drain()
            form.runner.tick(now)

        return go

    with embedded(load_settings(file).in_one_go(), clock=clock, chance=Random(0)) as form:
        form.runner.load()
        live_through(file, at(form), start)

"""The victim of test_kill: the whole embedded system, run until a signal."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from schemas.raw import RawPosting
from services.ingest.app import make_normalise
from services.ingest.domain.draft import Draft
from services.runtime.embedded_runner import stop_on_signals
from services.runtime.logging import configure_logging
from tests.support.fast_clock import FastClock
from tests.support.victim_system import system
from tests.support.victims import Ready, serve


def warm_up(now: datetime) -> None:
    """Read skills, places, rates and languages once, before the victims are forked: short lives are then all work."""
    text = "We are hiring in Germany. Requirements: Python and SQL. Pay: EUR 60,000 to 70,000 a year."
    draft = Draft(source_id="1", title="Data Engineer (Berlin)", company="Example", html=f"<p>{text}</p>")
    raw = RawPosting(
        posting_id="0", source="warm", source_id="1", format="none", item={}, content_hash="", fetched_at=now
    )
    make_normalise()(draft, raw)


def main(folder: Path, clock: FastClock) -> None:
    configure_logging(level="error")
    warm_up(datetime.now(UTC))

    def live(ready: Ready) -> None:
        with stop_on_signals() as stop, system(folder, clock) as running:
            running.runner.load()
            ready()
            running.runner.run(stop, tick_every_s=0.05, idle_s=0.005)

    serve(live)


if __name__ == "__main__":
    main(Path(sys.argv[1]), FastClock(datetime.fromisoformat(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))

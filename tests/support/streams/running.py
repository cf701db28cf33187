"""One run from nothing to the end: people, flow and faults together, then quiet, then what is left to be mailed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from sqlalchemy import func, select

from schemas.criteria import Criteria
from schemas.sql.tables import digests
from services.runtime.sql.store import reading
from tests.support.own_engines import own_engines
from tests.support.streams.breaking import Breaking
from tests.support.streams.crowd import Acting, Crowd
from tests.support.streams.feeding import Feeding
from tests.support.streams.installation import Installation, installation
from tests.support.streams.material import narrow_criteria
from tests.support.streams.plan import Plan
from tests.support.streams.sizes import LONG, Index, Size
from tests.support.streams.watching import Watching
from tests.support.streams.workers import Supervisor

_STARTED_WITHIN_S = 600.0


@dataclass
class Run:
    """What happened, and the place that shows it."""

    place: Installation
    crowd: Crowd
    feeding: Feeding
    supervisor: Supervisor
    breaking: Breaking
    began: float

    def report(self, lag: dict[str, int], waiting: bool) -> str:
        """Where it stands, in a line."""
        elapsed = time.monotonic() - self.began
        sent = len(self.feeding.acknowledged)
        down = f"; away: {', '.join(sorted(self.breaking.down))}" if self.breaking.down else ""
        return (
            f"{elapsed:5.0f} s: {sent} raw ({sent / max(elapsed, 1):.0f}/s), {len(self.feeding.poisoned)} poison;"
            f" lag {lag}{' and criteria' if waiting else ''}; {sum(self.crowd.acts.values())} acts;"
            f" {len(self.supervisor.kills)} kills{down}"
        )


@contextmanager
def lived_through(folder: Path, plan: Plan, size: Size, index: Index, seed: int) -> Iterator[Run]:
    """A whole run; the engines are there until the caller is done with looking."""
    pool: list[Criteria] = []
    made = Thread(target=lambda: pool.extend(narrow_criteria(size.criteria * 3 // 2, seed, size.topics, _now())))
    made.start()
    with own_engines(for_long=size is LONG) as engines, installation(folder, engines, size, index) as place:
        made.join()
        crowd = Crowd(place.store, place.settings.ids(), pool, size.criteria, size.people, seed)
        assert len(pool) == size.criteria * 3 // 2
        lag: dict[str, int] = {}
        feeding = Feeding(place.settings.kafka, size, seed, lag)
        with Supervisor(place, lag) as supervisor:
            run = Run(place, crowd, feeding, supervisor, Breaking(plan, supervisor, engines), time.monotonic())
            watching = Watching(place.settings.kafka, place.store, lag, lambda: run.report(lag, watching.behind))
            with watching:
                _begin(run, watching)
                _flow(run, watching, size)
            codes = supervisor.stop()
            assert {code for found in codes.values() for code in found} <= {0, None}, f"ends after SIGTERM: {codes}"
        _mail_the_rest(run)
        yield run


def _begin(run: Run, watching: Watching) -> None:
    """Everybody signs up, and the matcher has all criteria."""
    began = time.monotonic()

    run.crowd.found()
    print(f"{run.crowd.founding} searches saved within {time.monotonic() - began:.0f} s", flush=True)
    watching.settle(_STARTED_WITHIN_S)
    print(f"{run.crowd.founding} criteria reached the matcher within {time.monotonic() - began:.0f} s", flush=True)


def _flow(run: Run, watching: Watching, size: Size) -> None:
    """All of it at once, until the plan is done and everything that was sent is processed."""
    acting = Acting(run.crowd, size.acts_a_second)
    run.began = time.monotonic()
    for thread in (run.feeding, acting, run.breaking):
        thread.start()
    try:
        until = time.monotonic() + size.span_s * 3 + size.patience_s
        while not (run.feeding.done.is_set() and run.breaking.done):
            assert time.monotonic() < until, "the flow takes far too long"
            time.sleep(0.2)
            run.breaking.check()
        run.breaking.check()
        if run.feeding.error is not None:
            raise run.feeding.error
    finally:
        run.breaking.stop()
        acting.stop()
    watching.settle(size.patience_s)
    print(run.report(watching.lag, watching.behind), flush=True)


def _mail_the_rest(run: Run) -> None:
    """Over the next days every search has been due; after the first of them nothing is left to say."""
    now = _now()
    print("mailing what is left", flush=True)
    run.place.run("notifier", "--once", "--now", (now + timedelta(hours=26)).isoformat())
    built = _digests_with_items(run)
    run.place.run("notifier", "--once", "--now", (now + timedelta(hours=51)).isoformat())
    assert _digests_with_items(run) == built, "a second look at the same matches mailed something anew"


def _digests_with_items(run: Run) -> int:
    with reading(run.place.store) as connection:
        query = select(func.count()).select_from(digests).where(digests.c.outcome == "digest")
        return int(connection.execute(query).scalar_one())


def _now() -> datetime:
    return datetime.now(UTC)

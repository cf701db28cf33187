"""Whatever a board lists, and wherever a poll is interrupted, the log ends up telling the truth."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.sending import Tools
from services.runtime.errors import UnavailableError
from tests.support.collecting import Bench, bench, board, job, source, written
from tests.support.long_form import examples

MINUTE = timedelta(minutes=1)
LISTING = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["Engineer", "Designer"]), max_size=6)


@dataclass(slots=True)
class Step:
    """One poll of a listing; `fails_at` is the call to the log or the ledger that finds it away."""

    listing: dict[str, str]
    fails_at: int | None
    after: bool
    """Whether the call had been made when the process went down."""


@dataclass(slots=True)
class Failing:
    """Stands before the log and the ledger and goes down at one call, before or after it took effect."""

    inner: object
    calls: list[int] = field(default_factory=lambda: [0])
    step: list[Step] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        real = getattr(self.inner, name)
        if name not in ("produce", "keep", "settle", "note_faults", "forget_validators"):
            return real

        def call(*args: object, **kwargs: object) -> object:
            self.calls[0] += 1
            step = self.step[-1]
            down = step.fails_at == self.calls[0]
            if down and not step.after:
                raise UnavailableError("down before")
            result = real(*args, **kwargs)
            if down:
                raise UnavailableError("down after")
            return result

        return call


def _failing(on: Bench) -> tuple[Bench, list[int], list[Step]]:
    calls, step = [0], list[Step]()
    guarded = Tools(
        on.tools.settings,
        Failing(on.tools.ledger, calls, step),
        Failing(on.tools.producer, calls, step),
        on.tools.format_named,
    )
    return replace(on, tools=guarded), calls, step


STEPS = st.lists(st.builds(Step, LISTING, st.none() | st.integers(1, 12), st.booleans()), min_size=1, max_size=6)


def _open_in(on: Bench) -> dict[str, str]:
    now: dict[str, str] = {}
    for raw in on.sent.raw():
        if raw.event == "closed":
            assert raw.item["title"], "a closed event carries the item"
            now.pop(raw.source_id, None)
        else:
            now[raw.source_id] = raw.item["title"]
    return now


@settings(max_examples=examples(30))
@given(steps=STEPS, last=LISTING.filter(bool))
def test_after_any_interruption_the_log_shows_what_the_board_lists(steps: list[Step], last: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feed.json"
        on = bench(Path(folder) / "state", source(str(path)))
        guarded, calls, current = _failing(on)
        for number, step in enumerate([*steps, *(Step(last, None, False) for _ in range(3))]):
            calls[0] = 0
            current.append(step)
            written(path, board(*(job(name, title=title) for name, title in step.listing.items())), changed_at=number)
            # After a failure the process comes up again: nothing but store and log is left of it.
            with suppress(UnavailableError):
                guarded.poll(after=timedelta())
            guarded.now += MINUTE
        assert _open_in(on) == last


@settings(max_examples=examples(20))
@given(listings=st.lists(LISTING, min_size=1, max_size=8))
def test_without_interruptions_each_change_is_told_once(listings: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feed.json"
        on = bench(Path(folder) / "state", source(str(path)))
        shown: dict[str, str] = {}
        misses: dict[str, int] = {}
        for number, listing in enumerate(listings):
            written(path, board(*(job(name, title=title) for name, title in listing.items())), changed_at=number)
            on.poll(after=MINUTE)
            expected = {f"seen {name}" for name, title in listing.items() if shown.get(name) != title}
            shown |= listing
            misses = {name: misses.get(name, 0) + 1 for name in shown if name not in listing} if listing else misses
            gone = {name for name, count in misses.items() if count == 2 and name in shown}
            expected |= {f"closed {name}" for name in gone}
            shown = {name: title for name, title in shown.items() if name not in gone}
            events = on.sent.events()
            assert sorted(events) == sorted(expected)

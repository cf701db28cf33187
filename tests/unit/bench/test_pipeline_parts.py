"""What the benchmark of the whole rests on: loops that are nobody's repeat, distinct criteria, shares of time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bench.looped import Capture
from bench.stopwatch import Stopwatch
from bench.wishes import wishes
from services.rules.criteria import canonical
from tests.support import generate

NOW = datetime(2026, 9, 1, 6, tzinfo=UTC)
CAPTURE = Capture(
    name="board",
    format="board",
    data={
        "jobs": [
            {
                "id": 7,
                "slug": "engineer",
                "title": "Engineer",
                "description": "work " * 100,
                "posted": "2026-01-05T10:00:00Z",
                "created": 1_767_600_000_000,
                "expiryDate": 1_768_000_000,
                "remote": True,
                "pay": 90_000,
            }
        ]
    },
    ids=frozenset({"id", "slug"}),
    titles=frozenset({"title"}),
    items=1,
)


def _item(number: int) -> dict[str, Any]:
    item: dict[str, Any] = orjson.loads(CAPTURE.loop(number, NOW))["jobs"][0]
    return item


def test_each_loop_has_ids_titles_and_texts_of_its_own() -> None:
    items = [CAPTURE.data["jobs"][0], *map(_item, (1, 2, 11))]
    for name in ("id", "slug", "title", "description"):
        assert len({item[name] for item in items}) == len(items), name


def test_dates_become_the_last_day_and_expiries_a_month_ahead() -> None:
    item = _item(3)
    posted, created = datetime.fromisoformat(item["posted"]), datetime.fromtimestamp(item["created"] / 1_000, UTC)
    assert NOW - timedelta(days=1) < posted <= NOW
    assert NOW - timedelta(days=1) < created <= NOW
    assert datetime.fromtimestamp(item["expiryDate"], UTC) == NOW + timedelta(days=30)


def test_all_else_stays_as_it_was_captured() -> None:
    assert (_item(1)["remote"], _item(1)["pay"]) == (True, 90_000)


def test_wishes_are_distinct_and_canonical() -> None:
    found = list(wishes(generate.postings(20, 1), 300))
    assert len(set(found)) == 300
    assert all(canonical(wish) == wish for wish in found)


def test_what_is_timed_inside_of_a_stage_counts_for_the_inner_one_alone() -> None:
    watch = Stopwatch()
    with watch.stage("outer"):
        with watch.stage("inner"):
            time.sleep(0.05)
        with watch.stage("inner"):
            pass
    assert watch.stages["inner"].calls == 2
    assert watch.stages["inner"].wall_s >= 0.05
    assert watch.stages["outer"].wall_s < 0.05


def test_functions_are_timed_only_meanwhile() -> None:
    class Service:
        def handle(self) -> int:
            return 1

    watch, before = Stopwatch(), Service.handle
    with watch.watching((Service, "handle", "handling")):
        assert Service().handle() == 1
    assert Service.handle is before
    assert watch.stages["handling"].calls == 1

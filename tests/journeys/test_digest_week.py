"""The plot of a week over simulated days."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.settings import NotifierSettings
from tests.support.notifying import posting, sqlite_store
from tests.support.simulated_days import Days, text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
PER_DAY = (3, 0, 5, 1, 0, 2, 4, 6, 0, 1)


@pytest.fixture(scope="module")
def hourly(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Of a notifier that ticks once an hour."""
    return plots(tmp_path_factory.mktemp("hourly"), HOUR)


def plots(folder: Path, step: timedelta) -> list[str]:
    """The plots of one subscriber's mails, most postings left out of the list."""
    days = Days(sqlite_store(folder), folder / "mails", settings=NotifierSettings(curate=CurateSettings(most_items=1)))
    person = days.store.person("ada", time_zone="Europe/Berlin", now=START)
    days.store.search(person, now=START, hour=20)
    jobs = [
        posting(f"job-{day}-{number}", fetched_at=START + day * DAY + (6 + number) * HOUR)
        for day, count in enumerate(PER_DAY)
        for number in range(count)
    ]
    days.live_until(START, START + len(PER_DAY) * DAY, step, jobs)
    return [found[0] if (found := re.findall(r"\n(.*(?:\w{3} [^ ]* ?\d+  ){6}.*)\n", text_of(mail))) else ""
            for mail in days.mails("ada@example.com")]  # fmt: skip


def test_each_mail_plots_the_seven_days_up_to_it(hourly: list[str]) -> None:
    shown = [re.findall(r"(\w{3}) (?:\S )?(\d+)", plot) for plot in hourly]
    # Mails come every day, since jobs wait; the first two have one day to show, which is no plot.
    assert [[int(count) for _, count in week] for week in shown] == [
        [],
        [],
        [0, 0, 0, 0, 3, 0, 5],
        [0, 0, 0, 3, 0, 5, 1],
        [0, 0, 3, 0, 5, 1, 0],
        [0, 3, 0, 5, 1, 0, 2],
        [3, 0, 5, 1, 0, 2, 4],
        [0, 5, 1, 0, 2, 4, 6],
        [5, 1, 0, 2, 4, 6, 0],
        [1, 0, 2, 4, 6, 0, 1],
    ]
    assert [day for day, _ in shown[-1]] == ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]


def test_the_plot_does_not_depend_on_how_often_the_notifier_ticks(tmp_path: Path, hourly: list[str]) -> None:
    assert plots(tmp_path, HOUR / 2) == hourly

"""The stream's page: what is not well first, live, and what is done by its buttons is done and written down."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.console.door import console_templates
from services.console.stream import _shown
from services.overview.stream.model import Overview
from services.overview.stream.troubles.every import healthy, troubles
from services.runtime.clock import FixedClock
from services.runtime.figures.hours import HourCounts, StageFigures
from services.runtime.figures.mail import MailFigures
from services.runtime.figures.peak import Peak
from services.runtime.figures.stream import StoreFigures
from services.runtime.metrics import catalogue
from services.runtime.metrics.catalogue import Objective
from services.runtime.metrics.process import Metrics
from services.runtime.pauses import read_pauses
from services.runtime.sql.store import reading
from services.usecases import operators
from tests.support.console import ServedConsole, served_console
from tests.support.logs import NOON


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        made.sign_in()
        yield made


def paused(console: ServedConsole) -> bool:
    with reading(console.installation.engine) as connection:
        return read_pauses(connection).holds("matcher")


def test_what_is_not_well_comes_first(console: ServedConsole) -> None:
    page = console.client.get("/").text
    assert page.index("NOT WELL") < page.index("jobchime does not run") < page.index("<h2>Services</h2>")


def test_a_command_can_be_told_from_the_sentence_around_it(console: ServedConsole) -> None:
    page = console.client.get("/").text
    assert "<code>jobchime run</code>" in page
    assert "`" not in page


def test_a_button_pauses_and_lets_go_on_and_both_are_written_down(console: ServedConsole) -> None:
    for act, after in (("pause", True), ("resume", False)):
        done = console.client.post("/do", data={"act": act, "about": "matcher", "token": console.form_token()})
        assert (done.status_code, paused(console)) == (303, after)
    assert [(act.operator, act.act, act.about) for act in operators.latest(console.installation)] == [
        ("operator", "resume", "matcher"),
        ("operator", "pause", "matcher"),
    ]
    assert "pause" in console.client.get("/acts").text


@pytest.mark.parametrize(("act", "about"), [("pause", "nothing"), ("explode", "matcher"), ("pause source", "nowhere")])
def test_what_cannot_be_done_is_said(console: ServedConsole, act: str, about: str) -> None:
    answer = console.client.post("/do", data={"act": act, "about": about, "token": console.form_token()})
    assert answer.status_code == 400
    [said] = re.findall(r'role="alert">([^<]+)<', answer.text)
    assert said.strip()


def test_the_page_comes_again_as_it_changes(console: ServedConsole) -> None:
    with console.client.stream("GET", "/stream/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        line = next(line for line in answer.iter_lines() if line)
    assert "NOT WELL" in json.loads(line.removeprefix("data: "))


def test_hostile_words_of_a_source_stay_words(console: ServedConsole) -> None:
    page = console.client.post(
        "/do", data={"act": "pause", "about": "<script>alert(1)</script>", "token": console.form_token()}
    )
    assert "<script>alert" not in page.text


def measured(console: ServedConsole, took_s: float, number: int) -> None:
    hours = HourCounts(FixedClock(console.now))
    metrics = Metrics(hours)
    for _ in range(number):
        metrics.observe(catalogue.FETCHED_TO_STORED, took_s)
        metrics.count(catalogue.RECORDS, "matcher", "postings.v1")
    metrics.count(catalogue.MAIL_ATTEMPTS, "folder", "accepted", "", by=3)
    hours.keep(console.installation.engine)


def test_how_long_it_takes_is_shown_against_its_objective(console: ServedConsole) -> None:
    measured(console, 0.2, 99)
    page = console.client.get("/figures").text
    assert "99 % within 60 s" in page
    assert "100.00 %" in page
    measured(console, 400.0, 30)
    assert "spent" in console.client.get("/figures").text


@pytest.mark.parametrize("span", ["hour", "day", "month", "year"])
def test_what_came_is_plotted_with_its_numbers_beside_it(console: ServedConsole, span: str) -> None:
    measured(console, 0.2, 1_234)
    page = console.client.get("/figures", params={"span": span}).text
    plots = page.split('<div class="plots">')[1]
    assert '<td class="figure">1,234</td>' in plots.partition("Matches found")[0]
    assert '<td class="figure">3</td>' in plots.partition("Mails accepted")[2]
    assert console.client.get("/figures", params={"span": "aeon"}).status_code == 400


def test_many_late_postings_are_not_well_and_few_are_not_told_of() -> None:
    well = StageFigures("fetched to stored", 100, 0.1, 0.2, 0.3, Objective(60.0, 0.99), 1.0, 1.0, 100, 0)
    overview = Overview(NOON, "deployed", stages=(well,))
    assert healthy(overview)
    few = replace(well, lately=10, lately_late=4)
    assert healthy(replace(overview, stages=(few,)))
    many = replace(well, lately=100, lately_late=15)
    assert healthy(replace(overview, stages=(many,))), "nothing waits any more"
    assert not healthy(replace(overview, stages=(many,), freshness_s={"normaliser": 90.0}))
    spent = replace(well, within=0.98, budget_left=-1.0)
    found = troubles(replace(overview, stages=(spent,)))
    assert [trouble.grave for trouble in found] == [False]


def test_it_says_which_digests_of_the_next_day_will_wait_longest_where_that_is_foreseen() -> None:
    known = Overview(NOON, "deployed", figures=StoreFigures(NOON))
    for peak, said in (
        (None, []),
        (Peak(NOON, 100_000, 840.0, 0.0084, 1), ["14 min, of 100,000 digests due at 12:00Z"]),
    ):
        page = console_templates(lambda: NOON).get_template("stream_now.html.j2")
        shown = page.render({"form_token": "x", **_shown(replace(known, peak=peak))})
        assert re.findall(r"<dt>The longest wait of the next 24 hours</dt><dd>(.*?)</dd>", shown) == said


def test_it_says_how_many_mails_wait_for_their_hour_and_for_which() -> None:
    ahead = MailFigures(ahead=((NOON, 1_234),))
    page = console_templates(lambda: NOON).get_template("stream_now.html.j2")
    shown = page.render(
        {"form_token": "x", **_shown(Overview(NOON, "deployed", figures=StoreFigures(NOON, mail=ahead)))}
    )
    assert "<dt>Built ahead, for 12:00Z</dt><dd>1,234</dd>" in shown

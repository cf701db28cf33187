"""`status` says that readers get nothing by settings or by a list, though all that runs is well."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from services.overview.stream.troubles.ground import reader_troubles
from services.runtime.figures.cut_off import CutOff, Nowhere
from services.runtime.figures.mail import DayFigures, MailFigures
from services.runtime.figures.stream import StoreFigures
from tests.support.logs import NOON

DAY = timedelta(days=1)


@pytest.mark.parametrize("why", get_args(Nowhere))
def test_settings_by_which_nobody_is_mailed_any_more_are_not_well_and_a_note_where_one_reader_was(why: Nowhere) -> None:
    for nobody, who in ((why, "they"), (None, "those to one reader")):
        [trouble] = reader_troubles(StoreFigures(NOON, cut_off=CutOff(nobody, why, NOON - DAY)))
        assert trouble.grave is (nobody is not None)
        assert f"where {who} did until 2026-02-28 12:00Z" in trouble.what
        assert "`jobchime config show`" in trouble.do


def test_bars_that_nothing_passes_are_a_note_where_nothing_ever_did_and_not_well_where_something_did() -> None:
    for cut_off, grave in ((CutOff(), False), (CutOff("held"), True)):
        [trouble] = reader_troubles(StoreFigures(NOON, digests={"hold": 20}, cut_off=cut_off))
        assert trouble.grave is grave
        assert "least_chance" in trouble.do


def test_a_list_that_suppresses_many_readers_in_a_day_is_not_well() -> None:
    [trouble] = reader_troubles(StoreFigures(NOON, cut_off=CutOff("folder", kept=3)))
    assert (
        trouble.grave,
        trouble.what.startswith("3 mails of the last hour went into a folder and reached nobody: "),
    ) == (
        True,
        True,
    )
    [trouble] = reader_troubles(StoreFigures(NOON, cut_off=CutOff(suppressed=10, of=20)))
    assert trouble.grave
    assert trouble.what.startswith("in a day 10 of 20 readers were suppressed by an operator")


def test_a_warm_up_plan_that_begins_some_day_is_a_note_that_names_the_day_while_nobody_was_mailed_before() -> None:
    waiting = StoreFigures(NOON, due_subscribers=4, mail=MailFigures(day=DayFigures(0, 0, 0, NOON + 300 * DAY)))
    [trouble] = reader_troubles(waiting)
    assert not trouble.grave
    assert trouble.what == "4 subscribers wait until 2026-12-26 12:00Z, when the warm-up plan begins"


def test_a_sandbox_is_a_note_where_no_mail_is_known_to_have_arrived_and_somebody_searches() -> None:
    trying = StoreFigures(NOON, cut_off=CutOff(nowhere="sandbox"))
    assert not [*reader_troubles(trying)]
    [trouble] = reader_troubles(replace(trying, searches=3))
    assert not trouble.grave
    assert trouble.what == "mail.sendgrid.sandbox is on: SendGrid takes each mail and sends none"

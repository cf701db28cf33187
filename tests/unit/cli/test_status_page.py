"""The page of `jobchime status`, as it is drawn."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len
from rich.console import Console

from services.cli.commands.status import page
from services.cli.output import Cleaned
from services.overview.stream.model import EngineView, Overview
from services.runtime.figures.mail import MailFigures
from services.runtime.figures.peak import Peak
from services.runtime.figures.stream import StoreFigures
from tests.support.logs import NOON


def drawn(overview: Overview) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=90).print(Cleaned(page(overview)))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("said", ["no answer", "550 \x1b[2J\x07\x00 refused", "\u202egnp\u200f", "a\x9bb " * 60])
def test_the_box_is_closed_on_each_line_whatever_a_server_said(said: str) -> None:
    overview = Overview(datetime(2026, 9, 14, tzinfo=UTC), "embedded", engines=(EngineView("store", False, said),))
    lines = drawn(overview)
    box = lines[: next(place for place, line in enumerate(lines) if line.startswith("╰")) + 1]
    assert len(box) > 3
    assert {cell_len(line) for line in box} == {90}
    assert {line[-1] for line in box} == {"╮", "│", "╯"}


def test_it_says_which_digests_of_the_next_day_will_wait_longest_where_that_is_foreseen() -> None:
    known = Overview(NOON, "deployed", figures=StoreFigures(NOON))
    said = "longest wait ahead 14 min, of 100,000 digests due at 12:00Z"
    foreseen = replace(known, peak=Peak(NOON, 100_000, 840.0, 0.0084, 1))
    assert [
        [said in " ".join(line.split()) for line in drawn(overview)].count(True) for overview in (known, foreseen)
    ] == [0, 1]


def test_it_says_how_many_mails_wait_for_their_hour_and_for_which() -> None:
    ahead = MailFigures(ahead=((NOON, 1_234), (NOON + timedelta(minutes=15), 5)))
    overview = Overview(NOON, "deployed", figures=StoreFigures(NOON, mail=ahead))
    lines = [" ".join(line.split()) for line in drawn(overview)]
    for said in ("built ahead, for 12:00Z 1,234", "built ahead, for 12:15Z 5"):
        assert [said in line for line in lines].count(True) == 1

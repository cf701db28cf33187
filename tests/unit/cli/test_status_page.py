"""The page of `jobchime status`, as it is drawn."""

import io
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from services.cli.commands.status import page
from services.cli.output import Cleaned
from services.overview.stream.model import EngineView, Overview


@pytest.mark.parametrize("said", ["no answer", "550 \x1b[2J\x07\x00 refused", "\u202egnp\u200f", "a\x9bb " * 60])
def test_the_box_is_closed_on_each_line_whatever_a_server_said(said: str) -> None:
    overview = Overview(datetime(2026, 9, 14, tzinfo=UTC), "embedded", engines=(EngineView("store", False, said),))
    out = io.StringIO()
    Console(file=out, width=90).print(Cleaned(page(overview)))
    lines = out.getvalue().splitlines()
    box = lines[: next(place for place, line in enumerate(lines) if line.startswith("╰")) + 1]
    assert len(box) > 3
    assert {cell_len(line) for line in box} == {90}
    assert {line[-1] for line in box} == {"╮", "│", "╯"}

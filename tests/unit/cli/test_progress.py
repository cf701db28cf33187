"""Progress in a pipe."""

import pytest

from services.cli import output
from services.cli.output import progress


def test_work_of_which_nothing_is_done_yet_has_no_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "_LINE_EVERY_S", 0.0)
    with progress("Judging", 4) as advance:
        advance(0)
        advance(1)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("Judging: 0 of 4, ")
    assert "left" not in first
    assert second.endswith(" s left")

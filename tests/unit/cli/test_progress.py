"""Progress in a pipe."""

import pytest

from services.cli.output import progress


def test_work_of_which_nothing_is_done_yet_has_no_time_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("Judging", 4, line_every_s=0) as advance:
        advance(0)
        advance(1)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("Judging: 0 of 4, ")
    assert "left" not in first
    assert second.endswith(" s left")

"""A subscriber's walk in Chromium over the served demo, with JavaScript and without it."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.usecases.simulation.days import address_at, hours, simulate
from tests.support.walking import Letterbox, browser_page, served_demo, walk

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ADDRESS = "walker@example.org"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_signs_up_in_the_demo_gets_a_digest_and_leaves(tmp_path: Path, scripts: bool) -> None:
    feeds, out = tmp_path / "feeds", tmp_path / "out"
    feeds.mkdir()
    shutil.copy(SAMPLES / "feeds" / "remoteok.json", feeds)
    base = address_at(0)
    nobody = json.dumps({"address": "other@example.org", "time_zone": "UTC", "currency": "EUR"})
    with browser_page(scripts=scripts) as page:
        simulate(feeds, nobody, now=NOW, days=1, out=out, advance=lambda _: None, public_url=base)
        letters = Letterbox(out / "mails", ADDRESS)
        # Searches of whatever comes are served at each full minute.
        with served_demo(out, feeds, base, hours(NOW, 1)[-1] + timedelta(seconds=50)):
            walk(page, base, letters, ADDRESS, skills="Python, Go, React", feed=lambda: None, scripts=scripts)
        assert letters.new() == []

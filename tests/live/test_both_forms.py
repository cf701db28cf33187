"""The embedded and the deployed form, given the same, mail the same bytes.

`JOBCHIME_TEST_FORMS=long` (`make test-forms`) lets four thousand people live through all captures, in more steps.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.postgresql import empty_database
from tests.support.shared import captures
from tests.support.two_forms import DeployedForm, EmbeddedForm, Step, people, pool

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=5), pytest.mark.timeout(3_600), pytest.mark.decisive]

SEED = 20_260_803
START = datetime(2026, 8, 3, 12, tzinfo=UTC)
_FEEDS = frozenset((".json", ".xml"))
_RECENT = re.compile(rb"2026-0[78]|\b178[3-6]\d{6}")
"""A date of the last month, or its seconds: what is older is read and matched, and hardly ever mailed."""
LONG = os.environ.get("JOBCHIME_TEST_FORMS") == "long"
PEOPLE = 4_000 if LONG else 180
MAILS = 300 if LONG else 30
STEPS = 7 if LONG else 2
EVERY = timedelta(days=3) / (STEPS - 1)
"""Three days, from noon to noon; each step starts seven processes."""


def the_steps() -> list[Step]:
    """Captured feeds, some of them new at each step: all, or those with news and the smallest of each board."""
    files = [file for file in sorted(captures().rglob("*")) if file.suffix in _FEEDS]
    if not LONG:
        news = [file for file in files if _RECENT.search(file.read_bytes())]
        by_size = sorted(files, key=lambda file: file.stat().st_size, reverse=True)
        files = sorted({*news, *{file.parent: file for file in by_size}.values()})
    return [Step(START + EVERY * at, tuple(files[at::STEPS])) for at in range(STEPS)]


def test_three_days_of_captures_give_byte_equal_digests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = people(PEOPLE, 3, pool(600, SEED), SEED)
    steps = the_steps()
    embedded = EmbeddedForm(tmp_path / "embedded").live(wanted, steps)
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as elasticsearch, empty_database() as store:
        engines = f"""
store = "{store}"
[kafka]
bootstrap = {list(kafka.bootstrap)}
prefix = "{kafka.prefix}"
[elasticsearch]
urls = {list(elasticsearch.urls)}
prefix = "{elasticsearch.prefix}"
[matcher]
index = "elasticsearch"
[probes]
enabled = false
"""
        form = DeployedForm(tmp_path / "deployed", engines)
        deployed = form.live(wanted, steps)
    with capsys.disabled():
        print(
            f"\n{len(embedded)} mails of the embedded form, {len(deployed)} of the deployed; records: {form.shares()}"
        )
    assert len(embedded) > MAILS
    assert sorted(embedded) == sorted(deployed)
    assert [name for name, mail in embedded.items() if deployed[name] != mail] == []
    # Who polls the one source normalises most of it before the other has begun; matchers find it all there.
    assert min(form.handled["matcher", at] for at in range(form.workers)) > 0

"""An item may take so long and no longer, and its reading can be ended."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from schemas.codec import encode
from services.ingest.adapters.children.normalise_apart import BUDGET_S, NormaliseApart
from services.ingest.adapters.formats.registry import named_formats
from services.ingest.domain.normalise import normalise
from services.ingest.normaliser import Normaliser
from services.rules.money import rates_before
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.records import Record
from tests.support.drafting import RATES, a_draft, a_raw

_PARAGRAPH = "<p>You must be based in Germany. Salary: €60,000 - €70,000 per year.</p>"
_LARGE = a_draft(html=_PARAGRAPH * 1_000, skills="Python")
_SHORT_S = 0.02


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    """But from one test to the next, since its start takes seconds."""
    yield
    for budget in (_SHORT_S, BUDGET_S):
        apart(budget_s=budget).process.child.close()


def apart(**changes: object) -> NormaliseApart:
    return NormaliseApart(lambda day: RATES, **changes)


def test_a_large_item_is_read_in_another_process_and_comes_out_the_same() -> None:
    assert apart()(_LARGE, a_raw()) == normalise(_LARGE, raw=a_raw(), rates=RATES)
    pid = apart().process.child.pid
    assert pid not in (None, os.getpid())
    apart()(_LARGE, a_raw())
    assert apart().process.child.pid == pid


def test_the_rates_of_the_day_go_along() -> None:
    rates = rates_before(a_raw().fetched_at.date())
    assert NormaliseApart()(_LARGE, a_raw()) == normalise(_LARGE, raw=a_raw(), rates=rates)


def test_an_item_of_a_common_size_is_read_here() -> None:
    read = apart(budget_s=BUDGET_S + 1)
    read(a_draft(html="<p>Remote from Spain.</p>"), a_raw())
    assert read.process.child.pid is None


def test_an_item_that_takes_longer_than_its_budget_says_so_and_the_next_is_read() -> None:
    with pytest.raises(PoisonError, match=r"it takes too long to be read: more than 0\.02 s of the processor, 7\d kB"):
        apart(budget_s=_SHORT_S)(_LARGE, a_raw())
    assert apart()(_LARGE, a_raw()).title == "Data Engineer"


def test_the_reading_of_an_item_ends_soon_after_the_end_of_the_process_is_asked_for() -> None:
    apart().process.child.close()  # one that runs already may be done before it is asked
    with pytest.raises(UnavailableError, match="end of the process"):
        apart(stopping=lambda: True)(_LARGE, a_raw())


def a_record(offset: int, html: str) -> Record:
    item = {"guid": f"https://board.example/{offset}", "title": "Baker", "companyName": "Thorn", "description": html}
    raw = a_raw(format="himalayas", item=item, source_id=str(offset))
    return Record("raw.v1", 0, offset, b"key", encode(raw), {}, datetime(2026, 8, 15, tzinfo=UTC))


def test_a_record_that_takes_too_long_is_named_and_not_read_for_so_long_again() -> None:
    formats = {known.name: known for known in named_formats()}
    tries: list[str] = []

    class Counted(NormaliseApart):
        def begin(self, draft, raw):
            tries.append(raw.source_id)
            return super().begin(draft, raw)

    normaliser = Normaliser(formats, Counted(lambda day: RATES, budget_s=_SHORT_S).begin)
    bad = a_record(8, "<p>Remote in Spain.</p>" * 4_000)
    for _ in range(2):
        with pytest.raises(PoisonError, match="nimbus 8: it takes too long") as poison:
            normaliser.handle([a_record(7, "<p>Remote.</p>"), bad])
        assert poison.value.offset == 8
    assert tries == ["7", "8", "7"]


def test_once_the_end_is_asked_for_no_further_record_is_begun() -> None:
    formats = {known.name: known for known in named_formats()}
    with pytest.raises(UnavailableError):
        Normaliser(formats, apart().begin, stopping=lambda: True).handle([a_record(7, "<p>Remote.</p>")])

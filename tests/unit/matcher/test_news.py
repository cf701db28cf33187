"""Which criteria records ask something new, told from what a shared index held."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria, CriteriaRecord
from services.matcher.news import asks_new

GO, RUST = "go", "rust"


@dataclass(frozen=True, slots=True)
class Held:
    version: int
    criteria_id: str = GO
    removed: bool = False


def record(version: int, asks: str = GO, *, removed: bool = False, key: int = 1) -> CriteriaRecord:
    return CriteriaRecord(key=key, criteria_id=asks, version=version, removed=removed, criteria=Criteria())


@pytest.mark.parametrize(
    ("known", "found", "new"),
    [
        (None, record(1), True),
        (Held(1), record(2), False),
        (Held(1, RUST), record(2), True),
        (Held(1, removed=True), record(2), True),
        (Held(2), record(2), True),
        (Held(3), record(2), True),
        (Held(3, RUST), record(2), False),
        (Held(3, removed=True), record(2), False),
        (None, record(1, removed=True), False),
        (Held(1), record(2, removed=True), False),
        (Held(2, removed=True), record(2, removed=True), False),
    ],
    ids=[
        "nothing held",
        "a version alone",
        "an edit",
        "coming back",
        "done again",
        "done again, with what came later",
        "overtaken by an edit",
        "overtaken by a removal",
        "removed, and never known",
        "a removal",
        "a removal done again",
    ],
)
def test_a_record_is_new_unless_its_question_was_surely_searched_for(
    known: Held | None, found: CriteriaRecord, new: bool
) -> None:
    assert asks_new([found], {} if known is None else {1: known}) == [new]


def test_within_a_batch_each_record_is_held_against_the_one_before() -> None:
    batch = [record(2), record(3, removed=True), record(4), record(5), record(6, RUST), record(1, key=2)]
    assert asks_new(batch, {1: Held(1)}) == [False, False, True, False, True, True]


@dataclass
class Index:
    """A shared index with one key, and what has been searched for since the key asks this."""

    known: Held | None = None
    searched: str | None = None

    def handle(self, batch: list[CriteriaRecord], *, killed: bool) -> None:
        """As the matcher does; killed after the index took the batch, and before anything went out."""
        new = asks_new(batch, {} if self.known is None else {1: self.known})
        for change in batch:
            if self.known is None or change.version > self.known.version:
                self.known = Held(change.version, change.criteria_id, change.removed)
        if killed:
            return
        for change, is_new in zip(batch, new, strict=True):
            if is_new and change.criteria_id == self.known.criteria_id and not self.known.removed:
                self.searched = change.criteria_id


steps = st.lists(st.sampled_from([GO, GO, RUST, None]), min_size=1, max_size=8)


@given(
    steps=steps,
    cuts=st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=30),
    ahead=st.integers(0, 8),
)
def test_through_kills_and_rebuilds_the_last_question_is_always_searched_for(
    steps: list[str | None], cuts: list[tuple[int, bool]], ahead: int
) -> None:
    """Batches are cut anew after each kill; a rebuild may have written `ahead` records before they are handled."""
    log = [record(at + 1, asks or GO, removed=asks is None) for at, asks in enumerate(steps)]
    index, at = Index(), 0
    if ahead:
        newest = log[:ahead][-1]
        index.known = Held(newest.version, newest.criteria_id, newest.removed)
    for size, killed in [*cuts, *[(1, False)] * len(log)]:
        batch = log[at : at + size]
        if not batch:
            break
        index.handle(batch, killed=killed)
        at += 0 if killed else len(batch)
    assert at == len(log)
    if not log[-1].removed:
        assert index.searched == log[-1].criteria_id


@given(steps=steps)
def test_without_a_kill_a_question_is_searched_for_once(steps: list[str | None]) -> None:
    """But for one that is asked again after it was changed or removed."""
    log = [record(at + 1, asks or GO, removed=asks is None) for at, asks in enumerate(steps)]
    new = asks_new(log, {})
    before = [None, *steps]
    assert new == [asks is not None and asks != earlier for asks, earlier in zip(steps, before, strict=False)]

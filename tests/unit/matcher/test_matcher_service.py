"""The matcher's service on a real log."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.criteria import Criteria
from schemas.topics import CRITERIA, MATCHES, POSTINGS
from services.matcher.app import make_matcher
from services.matcher.settings import MatcherSettings
from services.runtime.errors import PoisonError
from services.runtime.records import Outgoing
from tests.support.judging import FETCHED, floor, having, paying, skills
from tests.support.matching import Matching, Sent, criteria_out, posting_out, record_of, sent

GO = skills(all=("Go",))
RUST = skills(all=("Rust",))


@pytest.fixture
def matching(tmp_path: Path) -> Matching:
    return Matching(tmp_path)


def test_a_posting_is_matched_with_all_criteria(matching: Matching) -> None:
    matching.put(criteria_out(1, GO), criteria_out(2, RUST), criteria_out(3, GO))
    matching.drain()
    matching.put(posting_out(having("Go")))
    assert matching.drain() == [Sent("p1", 1, [1, 3], [], "forward")]


def test_a_posting_that_matches_nobody_is_sent_all_the_same(matching: Matching) -> None:
    matching.put(posting_out(having("Go")), posting_out(having("Go", version=2, status="closed")))
    assert matching.drain() == [Sent("p1", 1, [], [], "forward"), Sent("p1", 2, [], [], "forward")]


def test_near_misses_go_out_apart(matching: Matching) -> None:
    matching.put(criteria_out(1, Criteria(salary_floor=floor(100_000))))
    matching.drain()
    matching.put(posting_out(paying({"EUR": 95_000})))
    assert matching.drain() == [Sent("p1", 1, [], [1], "forward")]


def test_new_criteria_are_matched_backwards(matching: Matching) -> None:
    matching.put(posting_out(having("Go", posting_id="p2")), posting_out(having("Go", posting_id="p1")))
    matching.put(posting_out(having("PHP", posting_id="p3")))
    matching.drain()
    matching.put(criteria_out(4, GO))
    assert [matches for matches in matching.drain() if matches.cause == "backfill"] == [
        Sent("p1", 1, [4], [], "backfill"),
        Sent("p2", 1, [4], [], "backfill"),
    ]


def test_criteria_of_one_batch_share_the_records_of_a_posting(tmp_path: Path) -> None:
    matching = Matching(tmp_path, partitions=1)
    matching.put(posting_out(having("Go", "Rust")))
    matching.drain()
    matching.put(criteria_out(9, GO), criteria_out(2, RUST), criteria_out(5, skills(all=("PHP",))))
    assert matching.drain()[1:] == [Sent("p1", 1, [2, 9], [], "backfill")]


def test_only_criteria_that_ask_something_new_are_matched_backwards(matching: Matching) -> None:
    matching.put(posting_out(having("Go", "Rust")))
    matching.drain()
    matching.put(criteria_out(1, GO, version=1))
    assert len(matching.drain()) == 2
    matching.put(criteria_out(1, GO, version=2))
    assert len(matching.drain()) == 2, "a version alone is no news"
    matching.put(criteria_out(1, RUST, version=3))
    assert len(matching.drain()) == 3, "an edit is"
    matching.put(criteria_out(1, RUST, version=4, removed=True))
    assert len(matching.drain()) == 3, "a removal is not"
    matching.put(criteria_out(1, RUST, version=5))
    assert len(matching.drain()) == 4, "coming back is"


def test_criteria_that_came_while_the_matcher_was_down_are_matched_backwards(matching: Matching) -> None:
    matching.put(posting_out(having("Go")))
    matching.drain()
    matching.put(criteria_out(1, GO, version=1), criteria_out(1, GO, version=2))
    matching.start()
    assert matching.drain()[1:] == [Sent("p1", 1, [1], [], "backfill")]


def test_a_restart_alone_matches_nothing_again(matching: Matching) -> None:
    matching.put(posting_out(having("Go")), criteria_out(1, GO))
    before = matching.drain()
    matching.start()
    assert matching.drain() == before
    matching.put(criteria_out(1, GO, version=2))
    assert matching.drain() == before, "what it was asked before the restart is known from the log"


def test_a_restart_forgets_no_criteria_and_no_recent_posting(matching: Matching) -> None:
    matching.put(posting_out(having("Go")), criteria_out(1, GO))
    matching.drain()
    matching.start()
    matching.drain()
    matching.put(posting_out(having("Go", posting_id="p2")), criteria_out(2, GO))
    assert {(matches.posting_id, key) for matches in matching.drain() for key in matches.keys} == {
        ("p1", 1),
        ("p1", 2),
        ("p2", 1),
        ("p2", 2),
    }


@pytest.mark.parametrize("criteria_first", [True, False])
def test_whichever_comes_second_sees_the_first(matching: Matching, criteria_first: bool) -> None:
    both = [criteria_out(1, GO), posting_out(having("Go"))]
    for record in both if criteria_first else reversed(both):
        matching.put(record)
        matching.drain()
    assert {key for matches in matching.drain() for key in matches.keys} == {1}


def test_postings_that_are_too_old_are_not_matched_backwards(matching: Matching) -> None:
    old = having("Go", posting_id="old", posted_at=FETCHED - timedelta(days=6))
    matching.put(posting_out(old), posting_out(having("Go", posting_id="new")))
    matching.drain()
    matching.put(criteria_out(1, GO), after=timedelta(days=2))
    assert [matches.posting_id for matches in matching.drain() if matches.cause == "backfill"] == ["new"]


def test_at_most_so_many_postings_are_matched_backwards(tmp_path: Path) -> None:
    matching = Matching(tmp_path, MatcherSettings(backwards_most=2))
    for number in range(5):
        posted = FETCHED - timedelta(hours=number)
        matching.put(posting_out(having("Go", posting_id=f"p{number}", posted_at=posted)))
    matching.drain()
    matching.put(criteria_out(1, GO))
    assert [matches.posting_id for matches in matching.drain() if matches.cause == "backfill"] == ["p0", "p1"]


def test_a_backlog_posting_reaches_the_store_and_nobody(matching: Matching) -> None:
    matching.put(criteria_out(1, GO))
    matching.drain()
    matching.put(posting_out(having("Go", backlog=True)))
    matching.drain()
    matching.put(criteria_out(2, GO))
    assert matching.drain() == [Sent("p1", 1, [], [], "forward")]


def test_many_keys_go_out_in_chunks_that_each_carry_the_posting(tmp_path: Path) -> None:
    matching = Matching(tmp_path, MatcherSettings(keys_a_record=2))
    unsure = Criteria(salary_floor=floor(1), accept_undisclosed=False)
    matching.put(*(criteria_out(key, GO) for key in range(5)), criteria_out(5, unsure))
    matching.drain()
    matching.put(posting_out(having("Go")))
    assert matching.drain() == [
        Sent("p1", 1, [0, 1], [5], "forward", 0, 3),
        Sent("p1", 1, [2, 3], [], "forward", 1, 3),
        Sent("p1", 1, [4], [], "forward", 2, 3),
    ]


def test_a_replay_says_that_it_is_one(matching: Matching) -> None:
    matching.put(posting_out(having("Go"), cause="replay"))
    assert [matches.cause for matches in matching.drain()] == ["replay"]


def test_handling_a_batch_again_gives_the_same_records(tmp_path: Path) -> None:
    matching = Matching(tmp_path)
    matcher = matching.start()
    matcher.load()
    criteria = [record_of(criteria_out(key, GO), offset=key) for key in range(3)]
    postings = [record_of(posting_out(having("Go")))]
    assert matcher.handle(criteria) == matcher.handle(criteria) == []
    first = matcher.handle(postings)
    assert matcher.handle(postings) == first
    assert first[0].headers["ce_id"]
    assert datetime.fromisoformat(first[0].headers["ce_time"]) == FETCHED
    again = matcher.handle(criteria)
    assert sent(again) == [Sent("p1", 1, [0, 1, 2], [], "backfill")]
    assert matcher.handle(criteria) == again


@pytest.mark.parametrize("topic", [POSTINGS.name, CRITERIA.name])
def test_an_unreadable_record_is_poison_and_leaves_no_trace(matching: Matching, topic: str) -> None:
    matcher = matching.start()
    good = posting_out(having("Go")) if topic == POSTINGS.name else criteria_out(1, GO)
    for value in (b"", b"{", b"[]", b'{"key": -1}', b"\xff"):
        with pytest.raises(PoisonError):
            matcher.handle([record_of(good), record_of(Outgoing(topic, b"k", value), offset=1)])
    assert sent(matcher.handle([record_of(posting_out(having("Go")))])) == [Sent("p1", 1, [], [], "forward")]


def test_an_unreadable_record_in_the_log_goes_to_the_dead_letters_and_the_rest_goes_on(matching: Matching) -> None:
    matching.put(Outgoing(CRITERIA.name, b"1", b"{"), criteria_out(2, GO), Outgoing(POSTINGS.name, b"p", b"nothing"))
    matching.put(posting_out(having("Go")))
    assert {key for matches in matching.drain() for key in matches.keys} == {2}
    assert len(list(matching.log.read_all(CRITERIA.name + ".dead"))) == 1
    assert len(list(matching.log.read_all(POSTINGS.name + ".dead"))) == 1


def test_records_go_to_matches_keyed_by_posting(matching: Matching) -> None:
    found = matching.start().handle([record_of(posting_out(having("Go")))])
    assert [(record.topic, record.key) for record in found] == [(MATCHES.name, b"p1")]


def test_old_postings_are_forgotten_by_the_tick(matching: Matching) -> None:
    matcher = matching.start()
    matcher.handle([record_of(posting_out(having("Go")))])
    assert matcher.tick(FETCHED + timedelta(days=8)) == []
    assert matcher.handle([record_of(criteria_out(1, GO))]) == []


def test_the_wiring_takes_default_settings(matching: Matching) -> None:
    assert make_matcher(matching.log).inputs == (CRITERIA.name, POSTINGS.name)

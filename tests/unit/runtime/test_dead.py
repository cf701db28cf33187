"""Dead letters: listed, shown, replayed once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.runtime.clock import FixedClock
from services.runtime.dead import REPLAY_OF, DeadLetters, LetterId, letter_ids, letter_of
from services.runtime.errors import PoisonError, UsageError
from services.runtime.log_sqlite import SqliteLog
from services.runtime.records import Record
from tests.support.logs import NOON, TOPIC, open_log, out, values

DEAD = f"{TOPIC}.dead"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def log(tmp_path: Path, clock: FixedClock) -> Iterator[SqliteLog]:
    with open_log(tmp_path, clock=clock) as log:
        yield log


def die(log: SqliteLog, value: str, error: Exception, *, topic: str = TOPIC, **headers: str) -> None:
    record = Record(topic, 0, 41, b"key", value.encode(), headers, NOON)
    log.produce([letter_of(record, error, attempts=2, consumer="normaliser", failed_at=NOON)])


def test_letters_are_found_by_topic_reason_and_time(log: SqliteLog, clock: FixedClock) -> None:
    die(log, "1", PoisonError("there is no title"))
    clock.advance(timedelta(hours=1))
    die(log, "2", ValueError("not a number"))
    die(log, "3", ValueError("not a date"), topic="postings.v1")
    letters = DeadLetters(log)
    assert [letter.value for letter in letters.find()] == [b"1", b"2", b"3"]
    assert [letter.value for letter in letters.find(topic=TOPIC)] == [b"1", b"2"]
    assert [letter.value for letter in letters.find(topic=DEAD)] == [b"1", b"2"]
    assert [letter.value for letter in letters.find(reason="ValueError")] == [b"2", b"3"]
    assert [letter.value for letter in letters.find(reason="no title")] == [b"1"]
    assert [letter.value for letter in letters.find(since=clock.now())] == [b"2", b"3"]
    with pytest.raises(UsageError, match=r"no topic 'nope'; records die in raw\.v1\.dead"):
        list(letters.find(topic="nope"))


def test_counts_are_by_reason_the_most_frequent_first(log: SqliteLog) -> None:
    for number in range(3):
        die(log, str(number), PoisonError("there is no title"))
    die(log, "x", ValueError("not a number"))
    letters = DeadLetters(log)
    letters.replay(letters.present(letter_ids(f"{DEAD}:0:1")))
    assert [(c.topic, c.error_type, c.error, c.letters, c.waiting) for c in letters.counts()] == [
        (DEAD, "PoisonError", "there is no title", 3, 2),
        (DEAD, "ValueError", "not a number", 1, 1),
    ]


def test_one_is_shown_with_where_it_came_from(log: SqliteLog) -> None:
    die(log, "1", PoisonError("there is no title"), trace="abc")
    letter = DeadLetters(log).show(LetterId(DEAD, 0, 0))
    assert (letter.error, letter.attempts, letter.consumer, letter.origin) == (
        "there is no title",
        2,
        "normaliser",
        f"{TOPIC}:0:41",
    )
    assert letter.headers == {"trace": "abc"}
    with pytest.raises(UsageError, match=r"no dead letter raw\.v1\.dead:0:7"):
        DeadLetters(log).show(LetterId(DEAD, 0, 7))


def test_a_replay_sends_the_record_back_as_it_was(log: SqliteLog) -> None:
    die(log, "the value", PoisonError("there is no title"), trace="abc")
    letters = DeadLetters(log)
    assert letters.replay(letters.find()).sent == 1
    (back,) = log.read(TOPIC, 0, 0, 10)
    assert (back.key, back.value, back.headers) == (b"key", b"the value", {"trace": "abc", REPLAY_OF: f"{DEAD}:0:0"})


def test_a_letter_is_replayed_once_unless_asked_for_again(log: SqliteLog) -> None:
    for number in range(3):
        die(log, str(number), PoisonError("there is no title"))
    letters = DeadLetters(log)
    letters.replay(letters.present(letter_ids(f"{DEAD}:0:1")))
    outcome = letters.replay(letters.find())
    assert (outcome.sent, outcome.skipped) == (2, 1)
    assert values(log.read(TOPIC, 0, 0, 10)) == ["1", "0", "2"]
    assert list(letters.find(waiting=True)) == []
    assert [letter.replayed for letter in letters.find()] == [True] * 3
    assert letters.replay(letters.find(), again=True).sent == 3


def test_a_replayed_record_that_dies_again_is_a_new_letter(log: SqliteLog) -> None:
    die(log, "1", PoisonError("there is no title"))
    letters = DeadLetters(log)
    letters.replay(letters.find())
    (back,) = log.read(TOPIC, 0, 0, 10)
    log.produce([letter_of(back, PoisonError("still no title"), attempts=1, consumer="n", failed_at=NOON)])
    first, second = letters.find()
    assert (first.replayed, second.replayed) == (True, False)
    assert second.headers == {REPLAY_OF: str(first.id)}
    letters.replay([second])
    assert log.read(TOPIC, 0, 1, 10)[0].headers == {REPLAY_OF: str(second.id)}


def test_a_range_takes_those_that_are_there(log: SqliteLog) -> None:
    for number in range(3):
        die(log, str(number), PoisonError("there is no title"))
    letters = DeadLetters(log)
    assert [letter.value for letter in letters.present(letter_ids(f"{DEAD}:0:1-50"))] == [b"1", b"2"]
    with pytest.raises(UsageError, match="there is no dead letter"):
        letters.present(letter_ids(f"{DEAD}:0:60-70"))


@pytest.mark.parametrize(
    "text", ["", "raw.v1.dead", f"{DEAD}:0", f"{DEAD}:0:x", f"{TOPIC}:0:1", f"{DEAD}:0:5-2", f"{DEAD}:-1:2", "::"]
)
def test_what_names_no_letter_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        letter_ids(text)


def test_an_error_text_is_one_short_line(log: SqliteLog) -> None:
    die(log, "1", ValueError("first line\n" + "long " * 500))
    (letter,) = DeadLetters(log).find()
    assert letter.error.startswith("first line long")
    assert len(letter.error) == 500


def test_a_record_of_another_writer_is_still_a_letter(log: SqliteLog) -> None:
    log.produce([out("key", "value", topic=DEAD)])
    (letter,) = DeadLetters(log).find()
    assert (letter.error, letter.origin_topic, letter.attempts) == ("unknown", TOPIC, 0)


def test_a_fault_that_never_was_a_record_is_shown_and_not_replayed(log: SqliteLog) -> None:
    log.produce([out("key", "<item>", topic=DEAD, error="the feed is cut", origin_topic="", source="board")])
    letters = DeadLetters(log)
    (letter,) = letters.find()
    assert (letter.error, letter.origin, letter.headers) == ("the feed is cut", "", {"source": "board"})
    outcome = letters.replay([letter])
    assert (outcome.sent, outcome.skipped, outcome.without_origin) == (0, 0, 1)
    assert log.ends(TOPIC) == (0,)

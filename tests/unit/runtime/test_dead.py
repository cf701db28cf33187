"""Dead letters: listed, shown, replayed once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError, UsageError
from services.runtime.letters.dead import DeadLetters
from services.runtime.letters.marks import REPLAY_OF, LetterId, letter_ids, replay_mark
from services.runtime.letters.writing import letter_of
from services.runtime.log.sqlite import SqliteLog
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


def test_letters_that_say_the_same_are_one_reason_of_whatever_type_each_is(log: SqliteLog) -> None:
    die(log, "1", ValueError("no room"))
    die(log, "2", PoisonError("no room"))
    letters = DeadLetters(log)
    [count] = letters.counts()
    assert (count.fault, count.error_type, count.letters) == ("no room", "PoisonError", 2)
    assert {letter.fault for letter in letters.find()} == {count.fault}


def test_letters_of_one_code_and_field_are_one_fault_however_each_is_worded(log: SqliteLog) -> None:
    die(log, "1", PoisonError("there is no title", code="missing", field="title"))
    die(log, "2", PoisonError("its title is not there", code="missing", field="title"))
    die(log, "3", PoisonError("there is no company", code="missing", field="company"))
    die(log, "4", PoisonError("not JSON", code="not_json"))
    # Of a release without codes, and of errors that have none.
    die(log, "5", PoisonError("there is no title"))
    die(log, "6", PoisonError("there is no company"))
    letters = DeadLetters(log)
    assert sorted((c.code or "", c.field or "", c.error, c.letters) for c in letters.counts()) == [
        ("", "", "there is no company", 1),
        ("", "", "there is no title", 1),
        ("missing", "company", "there is no company", 1),
        ("missing", "title", "its title is not there", 2),
        ("not_json", "", "not JSON", 1),
    ]
    assert [letter.value for letter in letters.find(code="missing")] == [b"1", b"2", b"3"]
    assert letters.replay(letters.find(code="missing")).sent == 3
    assert [record.headers for record in log.read(TOPIC, 0, 0, 9)] == [
        {REPLAY_OF: f"{DEAD}:0:{number}"} for number in range(3)
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


def die_again(log: SqliteLog, said: str) -> None:
    """The last record that was sent back dies once more."""
    back = log.read(TOPIC, 0, log.ends(TOPIC)[0] - 1, 1)[0]
    log.produce([letter_of(back, PoisonError(said), attempts=1, consumer="n", failed_at=NOON)])


def test_a_replayed_record_that_dies_again_is_the_same_letter_with_one_more_attempt(
    log: SqliteLog, clock: FixedClock
) -> None:
    die(log, "1", PoisonError("there is no title"))
    letters = DeadLetters(log, clock=clock)
    (first,) = letters.find()
    for attempts, said in ((3, "still no title"), (4, "no title, still")):
        letters.replay(letters.find())
        assert list(letters.find(waiting=True)) == []
        clock.advance(timedelta(minutes=1))
        die_again(log, said)
        (letter,) = letters.find(waiting=True)
        assert (letter.id, letter.attempts, letter.error) == (first.id, attempts, said)
        assert letters.show(letter.latest) == letters.show(first.id) == letter
        assert letters.present([letter.latest, first.id]) == (letter,)
    assert [(c.error, c.letters, c.waiting) for c in letters.counts()] == [("no title, still", 1, 1)]
    assert [letter.value for letter in letters.find(since=clock.now())] == [b"1"]


def test_a_replay_that_dies_before_it_is_marked_still_waits(log: SqliteLog) -> None:
    die(log, "1", PoisonError("there is no title"))
    letters = DeadLetters(log)
    (first,) = letters.find()
    sent, mark = log.read(TOPIC, 0, 0, 10), replay_mark(first.latest, b"key", NOON)
    assert sent == []
    log.produce([out("key", "1", topic=TOPIC, **{REPLAY_OF: str(first.latest)})])
    die_again(log, "still no title")
    log.produce([mark])
    (letter,) = letters.find(waiting=True)
    assert letter.error == "still no title"


def test_a_further_death_whose_first_letter_has_left_the_topic_is_a_letter(log: SqliteLog, clock: FixedClock) -> None:
    die(log, "1", PoisonError("there is no title"))
    letters = DeadLetters(log, clock=clock)
    letters.replay(letters.find())
    clock.advance(timedelta(days=1))
    die_again(log, "still no title")
    log.trim(DEAD, clock.now())
    (letter,) = letters.find(waiting=True)
    assert (letter.error, letter.attempts) == ("still no title", 1)


def test_a_discarded_letter_waits_no_more_and_keeps_why(log: SqliteLog, clock: FixedClock) -> None:
    for number in range(3):
        die(log, str(number), PoisonError("there is no title"))
    letters = DeadLetters(log, clock=clock)
    assert letters.discard(letters.present(letter_ids(f"{DEAD}:0:0-1")), "their feed\nis mended, ann@fern.example") == 2
    assert [letter.value for letter in letters.find(waiting=True)] == [b"2"]
    discarded = letters.show(LetterId(DEAD, 0, 0)).discarded
    assert discarded is not None
    assert discarded.why == "their feed is mended, (address hidden)"
    assert [(c.letters, c.waiting, c.discarded) for c in letters.counts()] == [(3, 1, 2)]
    assert letters.discard(letters.find(), "again") == 1
    outcome = letters.replay(letters.find())
    assert (outcome.sent, outcome.skipped) == (0, 3)
    with pytest.raises(UsageError, match="say why"):
        letters.discard(letters.find(), " ")


def test_a_discarded_letter_that_is_sent_back_and_dies_again_waits_again(log: SqliteLog, clock: FixedClock) -> None:
    die(log, "1", PoisonError("there is no title"))
    letters = DeadLetters(log, clock=clock)
    letters.discard(letters.find(), "let us not mind")
    assert letters.replay(letters.find(), again=True).sent == 1
    die_again(log, "still no title")
    (letter,) = letters.find(waiting=True)
    assert letter.discarded is None


def test_letters_are_found_by_their_source_be_they_of_a_feed_or_a_record(log: SqliteLog) -> None:
    log.produce([out("key", "<item>", topic=DEAD, error="the feed is cut", origin_topic="", source="board")])
    die(log, '{"source":"board","item":{"source":"x"}}', PoisonError("there is no title"))
    die(log, '{"source":"other"}', PoisonError("there is no title"))
    die(log, "no JSON", PoisonError("there is no title"))
    letters = DeadLetters(log)
    assert [letter.id.offset for letter in letters.find(source="board")] == [0, 1]


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

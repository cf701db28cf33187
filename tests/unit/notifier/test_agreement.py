"""Whether store and topics tell of the same records: what is noticed after a loss, and what a mending does."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import pytest

from schemas.topics import CRITERIA, MATCHES
from services.notifier.adapters.sql.windows.cuts import SqlKnownTopics
from services.notifier.agreement import Agreement
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.letters.writing import letter_of
from services.runtime.records import Record
from tests.support.notifying import NOW, NotifierStore, arrival, match_record, posting

Places = Mapping[tuple[str, int], int]


@dataclass
class Kafka:
    """A cluster with one partition of matches.v1, as the notifier sees it."""

    made: str = "first"
    start: int = 0
    end: int = 0
    handled: int | None = None
    letters: list[Record] = field(default_factory=list)

    def ids(self, topics: tuple[str, ...]) -> Mapping[str, str]:
        return {topic: f"{topic} {self.made}" for topic in topics}

    def starts(self, topics: tuple[str, ...]) -> Places:
        return {(topic, 0): self.start for topic in topics}

    def ends(self, topics: tuple[str, ...]) -> Places:
        return {(topic, 0): self.end for topic in topics}

    def committed(self, services: tuple[str, ...]) -> Mapping[str, Places]:
        place = (MATCHES.name, 0)
        return {service: {} if self.handled is None else {place: self.handled} for service in services}

    def commit(self, service: str, offsets: Places) -> None:
        self.handled = offsets[MATCHES.name, 0]

    def bury(self, offset: int) -> None:
        letter = letter_of(
            match_record(offset, posting()), PoisonError("no JSON"), attempts=1, consumer="notifier", failed_at=NOW
        )
        self.letters.append(Record(letter.topic, 0, len(self.letters), letter.key, letter.value, letter.headers, NOW))


def agreement(store: NotifierStore, kafka: Kafka) -> Agreement:
    def broker() -> AbstractContextManager[Kafka]:
        return nullcontext(kafka)

    return Agreement(SqlKnownTopics(store.engine), broker, lambda topic: kafka.letters)


def bring(store: NotifierStore, kafka: Kafka, first: int, last: int) -> int:
    """Records of new postings at these offsets, stored and committed; how many were news."""
    arrivals = [arrival(offset, posting(f"{kafka.made} {offset}"), (1,)) for offset in range(first, last + 1)]
    kafka.end, kafka.handled = max(kafka.end, last + 1), last + 1
    return store.matches.store(0, arrivals, NOW)


def test_what_goes_on_as_ever_agrees(store: NotifierStore) -> None:
    kafka = Kafka()
    made = agreement(store, kafka)
    made.check()
    bring(store, kafka, 0, 9)
    made.check()
    kafka.handled = 4
    made.check()
    kafka.handled = None
    made.check()


def test_a_topic_made_anew_is_not_taken_for_the_old_one(store: NotifierStore) -> None:
    kafka = Kafka()
    agreement(store, kafka).check()
    bring(store, kafka, 0, 9)
    kafka = Kafka(made="again", end=3)
    with pytest.raises(UnavailableError, match=rf"{CRITERIA.name} and {MATCHES.name} .*`jobchime republish`"):
        agreement(store, kafka).check()


def test_after_mending_all_records_of_a_topic_made_anew_are_news_and_lie_after_the_old_ones(
    store: NotifierStore,
) -> None:
    kafka = Kafka()
    agreement(store, kafka).check()
    bring(store, kafka, 0, 9)
    before = store.windows.take_cut(NOW)
    kafka = Kafka(made="again")
    made = agreement(store, kafka)
    made.mend(made.standing())
    made.check()
    assert bring(store, kafka, 0, 2) == 3
    assert bring(store, kafka, 0, 2) == 0
    after = store.windows.take_cut(NOW)
    assert (before.positions, after.positions) == ({0: 10}, {0: 13})
    assert SqlKnownTopics(store.engine).next_offsets() == {0: 3}
    made.check()


def test_a_restored_store_is_noticed_and_reads_again_what_it_lost(store: NotifierStore) -> None:
    kafka = Kafka()
    made = agreement(store, kafka)
    bring(store, kafka, 0, 4)
    kafka.end = kafka.handled = 9
    with pytest.raises(UnavailableError, match=r"4 records of matches\.v1 as stored that this store lacks"):
        made.check()
    made.mend(made.standing())
    assert kafka.handled == 5
    made.check()
    assert bring(store, kafka, 5, 8) == 4


def test_what_the_topic_has_dropped_since_the_copy_is_passed_over_once_the_operator_has_said_so(
    store: NotifierStore,
) -> None:
    kafka = Kafka()
    made = agreement(store, kafka)
    bring(store, kafka, 0, 4)
    kafka.start, kafka.end, kafka.handled = 50, 90, 90
    made.mend(made.standing())
    assert kafka.handled == 50
    made.check()
    assert bring(store, kafka, 50, 89) == 40
    assert SqlKnownTopics(store.engine).next_offsets() == {0: 90}
    assert store.windows.take_cut(NOW).positions == {0: 45}


def test_a_topic_restored_from_a_copy_is_not_trusted_once_it_has_grown_past_where_the_store_is(
    store: NotifierStore,
) -> None:
    """What came into it meanwhile lies where the store has something else, and would be taken for known."""
    kafka = Kafka()
    made = agreement(store, kafka)
    made.check()
    bring(store, kafka, 0, 9)
    kafka.end = kafka.handled = 6
    with pytest.raises(UnavailableError, match="ends before what this store has"):
        made.check()
    kafka.end = 14
    with pytest.raises(
        UnavailableError, match=r"matches\.v1 .* not the topics that this store belongs to: .*republish"
    ):
        made.check()
    made.mend(made.standing())
    made.check()
    assert bring(store, kafka, 0, 13) == 14


def test_a_topic_restored_from_a_copy_is_noticed_and_read_from_its_start(store: NotifierStore) -> None:
    kafka = Kafka()
    made = agreement(store, kafka)
    bring(store, kafka, 0, 9)
    kafka.end = kafka.handled = 6
    with pytest.raises(UnavailableError, match="ends before what this store has"):
        made.check()
    made.mend(made.standing())
    made.check()
    assert kafka.handled == 0
    assert bring(store, kafka, 0, 7) == 8


def test_dead_letters_are_no_records_that_the_store_has_lost(store: NotifierStore) -> None:
    kafka = Kafka()
    made = agreement(store, kafka)
    bring(store, kafka, 0, 4)
    kafka.end = kafka.handled = 7
    kafka.bury(5)
    kafka.bury(5)
    kafka.bury(2)
    with pytest.raises(UnavailableError, match="counts 1 record of"):
        made.check()
    kafka.bury(6)
    made.check()


def test_a_store_that_is_set_back_beneath_a_running_notifier_is_noticed(store: NotifierStore) -> None:
    kafka = Kafka()
    bring(store, kafka, 0, 9)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE positions SET position = 5")
    with pytest.raises(UnavailableError, match=r"set back .*jobchime republish"):
        bring(store, kafka, 10, 12)

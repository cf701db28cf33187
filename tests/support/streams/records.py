"""What must be in the topics: each sound posting normalised, each poison record dead with its reason, nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from schemas.codec import UnreadableError, decode
from schemas.posting import Posting, PostingCore
from schemas.raw import RawPosting
from schemas.topics import POSTINGS
from services.runtime.kafka.reader import KafkaLetterLog
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.letters.dead import DeadLetters
from services.runtime.records import Outgoing
from tests.support.streams.material import normalised

_COMPARED = 200


@dataclass(frozen=True)
class LetterTally:
    """What died."""

    poison: int
    buried: int
    """Poison records that have a letter."""
    letters: int
    """A kill between a letter and its commit makes another."""
    by_reason: Counter[str]


def read_versions(
    settings: KafkaSettings, acknowledged: Sequence[RawPosting], seed: int
) -> tuple[dict[str, list[PostingCore]], int]:
    """All versions that were normalised, those that were acknowledged and no others; and how often one came again."""
    made: dict[tuple[str, int], bytes] = {}
    order: dict[str, list[PostingCore]] = {}
    again = 0
    with KafkaLetterLog(settings) as log:
        for record in log.read_all(POSTINGS.name):
            try:
                posting = decode(Posting, record.value)
            except UnreadableError:
                assert record.key.startswith(b"poison-"), f"an unreadable posting {record.key!r}"
                continue
            own = (posting.posting_id, posting.version)
            if own in made:
                assert made[own] == record.value, f"{own} was normalised twice, and differently"
                again += 1
                continue
            made[own] = record.value
            order.setdefault(posting.posting_id, []).append(posting.core())
    wanted = {(raw.posting_id, int(raw.fetched_at.timestamp() * 1000)) for raw in acknowledged}
    found = {(posting_id, version // 1_000) for posting_id, version in made}
    assert len(wanted) == len(acknowledged)
    assert (wanted - found, found - wanted) == (set(), set())
    for raw in Random(seed).sample(list(acknowledged), min(_COMPARED, len(acknowledged))):
        mine = normalised(raw)
        assert decode(Posting, made[mine.posting_id, mine.version]) == mine
    for versions in order.values():
        assert versions == sorted(versions, key=lambda version: version.version), (
            "versions of a posting came out of order"
        )
    return order, again


def check_letters(settings: KafkaSettings, poisoned: Sequence[Outgoing]) -> LetterTally:
    """Each poison record died where it was sent, with a reason, and nothing else died."""
    topics = {record.key.decode(): record.topic for record in poisoned}
    with KafkaLetterLog(settings) as log:
        letters = list(DeadLetters(log).find())
    for letter in letters:
        key = letter.key.decode()
        assert key in topics, f"a sound record died: {letter.origin} {key}: {letter.error}"
        assert letter.origin_topic == topics[key]
        assert letter.error not in ("", "unknown"), f"{letter.id} has no reason"
        assert letter.attempts > 0
    buried = {letter.key.decode() for letter in letters}
    assert sorted(topics.keys() - buried) == []
    reasons = Counter(f"{letter.origin_topic} {letter.error_type}" for letter in letters)
    return LetterTally(len(topics), len(buried), len(letters), reasons)

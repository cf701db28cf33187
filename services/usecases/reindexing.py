"""The shared indices made anew from their topics, while they are used."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.matcher.app import kept_indices, patient_engine
from services.matcher.rebuilding import Kept, Rebuilder
from services.runtime.clock import FixedClock
from services.runtime.errors import UsageError
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.settings import Settings
from services.usecases.index import has_index
from services.usecases.progress import Progress, unseen


class Index(StrEnum):
    """One of the shared indices."""

    CRITERIA = "criteria"
    POSTINGS = "postings"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index that was made anew."""

    name: str
    generation: str
    """To which its searches go now."""


def rebuild(settings: Settings, only: Index | None, now: datetime, *, progress: Progress = unseen) -> Iterator[Rebuilt]:
    """Rebuild both indices, or `only` that of criteria or postings; each comes as soon as it is searched.

    Raises UsageError where there is no such index, UnavailableError.
    """
    if not has_index(settings):
        raise UsageError(
            "there is no index to rebuild: workers hold criteria in memory, read from the log at each start"
            ' (matcher.index is "memory", or no Kafka is configured)'
        )
    with closing(patient_engine(settings.elasticsearch)) as engine:
        for kept in kept_indices(engine, settings.matcher, FixedClock(now)):
            if only is not None and only != kept.name:
                continue
            total = _records(settings.kafka, kept)
            with RecordReader(settings.kafka) as reader, progress(f"Rebuilding {kept.name}", total) as advance:
                generation = Rebuilder(engine, reader).rebuild(kept, advance, wait=True)
            yield Rebuilt(kept.name, generation)


def _records(kafka: KafkaSettings, kept: Kept) -> int:
    """How many there are to read at most: compaction leaves gaps."""
    since = kept.since()
    with Offsets(kafka) as offsets:
        starts = offsets.starts((kept.topic,)) if since is None else offsets.since(kept.topic, since)
        ends = offsets.ends((kept.topic,))
    return sum(end - starts[place] for place, end in ends.items())

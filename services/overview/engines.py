"""The engines of an installation, as whoever looks at them opens them: where each of them is, the caller knows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.http.names import TextRecords
from services.runtime.letters.dead import LetterLog
from services.runtime.log.sqlite import SqliteLog

if TYPE_CHECKING:  # an installation without Kafka starts without its client
    from services.runtime.kafka.offsets import Offsets


@dataclass(frozen=True, slots=True)
class Engines:
    """What opens each. Nothing is made or migrated by being opened; each raises JobchimeError where it cannot be."""

    has_store: Callable[[], bool]
    """Whether there is a store to open; a server's is taken to be there."""
    store: Callable[[], AbstractContextManager[Engine]]
    log: Callable[[], AbstractContextManager[SqliteLog]]
    """Of the embedded form."""
    offsets: Callable[[float], AbstractContextManager["Offsets"]]
    """Of Kafka, which has so many seconds to answer."""
    letters: Callable[[], AbstractContextManager[LetterLog]]
    search: Callable[[], AbstractContextManager[SearchEngine]]
    text_records: Callable[[], TextRecords]
    """What answers for names of the sender's domain."""

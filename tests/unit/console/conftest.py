"""A console over an installation in whose log two records died."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.topics import RAW
from services.ingest.push_settings import PushKey, PushSettings
from services.ingest.settings import IngestSettings, SourceSettings
from services.runtime.errors import PoisonError
from services.runtime.files.datadir import LOG_FILE
from services.runtime.letters.writing import letter_of
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Record
from tests.support.console import ServedConsole, served_console

HOSTILE = "<script>alert('x')</script>"
RECORD = b'{"source":"board","title":"</textarea>\\u0022"}'


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with SqliteLog(tmp_path / LOG_FILE) as made:
        now = datetime.now(UTC)
        for error in ("no title", HOSTILE):
            record = Record(RAW.name, 0, 1, b"key", RECORD, {}, now)
            made.produce([letter_of(record, PoisonError(error), attempts=1, consumer="normaliser", failed_at=now)])
        yield made


@pytest.fixture
def console(tmp_path: Path, log: SqliteLog) -> Iterator[ServedConsole]:
    board, keys = (
        SourceSettings(name="board", url="https://board.example/feed"),
        {"a": PushKey(source="acme", key="k" * 24)},
    )
    ingest = IngestSettings(sources=(board,), push=PushSettings(keys=keys))
    with served_console(tmp_path, ingest=ingest) as made:
        made.now = datetime.now(UTC)
        made.sign_in()
        yield made

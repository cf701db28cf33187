import ast
import logging
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from services.runtime.faust.app import HARMLESS, LIBRARIES, Consumer, FetchThread, SayOnce
from services.runtime.faust.session import Session
from tests.support.logs import ManualTime


@pytest.mark.parametrize("made_of_faust", [Session, Consumer, FetchThread])
def test_what_is_made_of_faust_logs_as_faust_does_and_is_kept_short_with_it(made_of_faust: Any) -> None:
    assert made_of_faust.logger.name.partition(".")[0] in LIBRARIES


def test_a_library_says_one_thing_once_a_minute() -> None:
    time = ManualTime()
    once = SayOnce(time.monotonic)

    def passes(text: str, value: int) -> bool:
        return once.filter(logging.LogRecord("aiokafka", logging.WARNING, "", 0, text, (value,), None))

    assert passes("node %s is away", 1)
    assert not passes("node %s is away", 2)
    assert passes("node %s is back", 2)
    time.sleep(60)
    assert passes("node %s is away", 3)


@pytest.mark.parametrize(
    ("logger", "template", "values"),
    [
        (
            "faust.transport.drivers.aiokafka",
            "[^---AIOKafkaConsumerThread]: No active partitions for TP(topic='a')",
            (),
        ),
        (
            "aiokafka.consumer.group_coordinator",
            "OffsetCommit failed for group %s due to group error (%s), will rejoin",
            ("matcher", "[Error 27] RebalanceInProgressError: matcher"),
        ),
        ("aiokafka.consumer.group_coordinator", "OffsetCommit failed before join, ignoring: %s", ("no",)),
        ("aiokafka.consumer.group_coordinator", "Heartbeat failed for group %s because it is rebalancing", ("m",)),
    ],
)
def test_what_every_takeover_brings_is_no_error_and_said_once(logger: str, template: str, values: tuple[str]) -> None:
    once = SayOnce(ManualTime().monotonic)
    first = logging.LogRecord(logger, logging.ERROR, "", 0, template, values, None)
    assert once.filter(first)
    assert (first.levelno, first.levelname) == (logging.INFO, "INFO")
    second = logging.LogRecord(logger, logging.ERROR, "", 0, template.replace("'a'", "'b'"), values, None)
    assert not once.filter(second)


def test_the_libraries_still_say_what_is_known_of_them() -> None:
    for known in HARMLESS:
        source = Path(str(import_module(known.logger).__file__)).read_text(encoding="utf-8")
        texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
        assert [text for text in texts if isinstance(text, str) and known.words.search(text)], known.words.pattern


def test_an_unknown_error_of_a_library_stays_an_error() -> None:
    once = SayOnce(ManualTime().monotonic)
    for logger, said in (
        ("aiokafka.consumer.group_coordinator", "Unexpected error in coordinator routine"),
        ("aiokafka", "No active partitions for TP(topic='a')"),
        ("aiokafka.consumer.group_coordinator", "OffsetCommit failed for group m on partition 0 with offset 1: X"),
    ):
        record = logging.LogRecord(logger, logging.ERROR, "", 0, said, (), None)
        assert once.filter(record)
        assert record.levelno == logging.ERROR
    assert all(known.why.endswith(".") for known in HARMLESS)

"""What reaches a log, in which form, and what never does."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from services.runtime.errors import UsageError
from services.runtime.logging import configure_logging
from services.runtime.privacy import told, without_addresses


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def line_of(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    loaded: dict[str, Any] = json.loads(line)
    return loaded


def test_lines_are_json_in_a_pipe() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    structlog.get_logger().info("cleared", rows=3, company="Zürich Öl")
    line = line_of(stream)
    assert (line["event"], line["rows"], line["level"], line["company"]) == ("cleared", 3, "info", "Zürich Öl")
    assert line["timestamp"].endswith("Z")


def test_lines_are_coloured_on_a_terminal() -> None:
    stream = Terminal()
    configure_logging(stream=stream)
    structlog.get_logger().info("cleared", rows=3)
    assert "\x1b[" in stream.getvalue()
    assert "cleared" in stream.getvalue()


def test_what_is_below_the_level_is_left_out() -> None:
    stream = io.StringIO()
    configure_logging(level="WARNING", stream=stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert line_of(stream)["event"] == "loud"
    with pytest.raises(UsageError, match="no log level 'chatty'; the levels are debug"):
        configure_logging(level="chatty")


def fail_for(address: str) -> None:
    raise ValueError(f"no mailbox {address}")


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["pipe", "terminal"])
def test_no_address_reaches_a_log_by_any_way(stream: io.StringIO) -> None:
    configure_logging(stream=stream)
    address = "mira.o+jobs@mail.example"
    log = structlog.get_logger()
    log.warning(
        f"bounced {address}", address=address, detail={"to": "Mira", "deep": [f"<{address}>"]}, key=address.encode()
    )
    try:
        fail_for(address)
    except ValueError:
        log.exception("failed")
    logging.getLogger("library").warning("smtp said %s", address)
    text = stream.getvalue()
    assert "bounced" in text
    assert "smtp said" in text
    assert "no mailbox" in text
    assert "mira" not in text.casefold()


def test_warnings_of_libraries_have_the_same_form() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    logging.getLogger("library").warning("slow answer of %s", "engine")
    logging.getLogger("library").info("chatter")
    line = line_of(stream)
    assert (line["event"], line["level"]) == ("slow answer of engine", "warning")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("to a@b.example, c@d.example", "to (address hidden), (address hidden)"),
        ("https://x.example/u?e=a%40b.example&t=1", "https://x.example/u?e=(address hidden)&t=1"),
        ("('Ünal@ö.example',)", "('(address hidden)',)"),
        ("a @ b and 3@", "a @ b and 3@"),
        ("", ""),
    ],
)
def test_addresses_are_hidden_in_text(text: str, safe: str) -> None:
    assert without_addresses(text) == safe


def test_an_error_without_words_is_told_by_its_type() -> None:
    assert told(KeyError()) == "KeyError"
    assert told(ValueError("a\n  b")) == "a b"

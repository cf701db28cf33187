"""What reaches a log, in which form, and what never does."""

import gzip
import io
import json
import logging
import os
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import structlog

from services.runtime.errors import UsageError
from services.runtime.logging import configure_logging, named
from services.runtime.privacy.redaction import redacted, without_addresses, without_people


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
    assert redacted(KeyError()) == "KeyError"
    assert redacted(ValueError("a\n  b")) == "a b"


@pytest.mark.parametrize(
    "number",
    [
        "+49 171 1234567", "+49 (0)171/123 45 67", "+1-555-123-4567", "+442079460958", "(555) 123-4567", "555-123-4567",
        "555.123.4567", "(030) 1234 5678", "0171 1234567", "030/1234567", "020 7946 0958", "0171-123 45 67",
    ],
)  # fmt: skip
def test_telephone_numbers_are_hidden_in_text(number: str) -> None:
    for text in ("call {} now", "'{}'", "no such row: ({}).", "phone: {}"):
        assert without_people(text.format(number)) == text.format("(number hidden)")
    assert "hidden" in redacted(ValueError(f"cannot read {number}"))


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-10T12:00:00+00:00", "2026-08-10T12:00:00.123456+10:30", "2026-08-10 12:00:00 +0200", "2026-08-10",
        "08-10-2026", "12:00:00.000 2026", "raw.v1.dead:0:1234567890", "at 1234567890 of 1234567891", "1753100000000",
        "jobchime-criteria-000001-w", "4f1c2a3b-0171-4567-8901-123456789012", "127.0.0.1:9092", "10.200.300.4000",
        "https://acme.example/jobs/555-123-4567", "32,456 of 1,000,000 bytes", "1.234.567,89",
        "3.1415926535", "+5 days", "E+0012345678", "0.0171 1234567", "a 500 200 4000 b", "(404) Not Found",
        "(12) of (345)", "version 120.0.6099.109", "from 00000000000000000171 on", "id=0171-1234567",
    ],
)  # fmt: skip
def test_what_only_looks_a_little_like_a_telephone_number_is_left(text: str) -> None:
    assert without_people(text) == text


def test_every_line_of_a_named_process_says_its_name_from_any_thread() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    with named(worker="notifier@host-2"):
        thread = threading.Thread(target=lambda: structlog.get_logger().info("ticked"))
        thread.start()
        thread.join()
        logging.getLogger("library").warning("slow")
    structlog.get_logger().info("over")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("worker") for line in lines] == ["notifier@host-2", "notifier@host-2", None]


def test_the_id_of_a_subscriber_may_be_logged_and_nothing_else_of_one() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    structlog.get_logger().info("served", subscriber_id="s1", subscriber="Mira")
    line = line_of(stream)
    assert (line["subscriber_id"], line["subscriber"]) == ("s1", "(address hidden)")


class Sentry(BaseHTTPRequestHandler):
    """Takes reports."""

    reports: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.reports.append((gzip.decompress(body) if packed else body).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_errors_are_reported_to_sentry_as_they_are_logged_and_no_others() -> None:
    pytest.importorskip("sentry_sdk")
    Sentry.reports.clear()
    server = HTTPServer(("127.0.0.1", 0), Sentry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stream = io.StringIO()
    configure_logging(stream=stream, sentry_dsn=f"http://key@127.0.0.1:{server.server_port}/1")
    try:
        structlog.get_logger().warning("waits for ada@example.com")
        structlog.get_logger().error(
            "tick failed", email="ada@example.com", error="no room for ada@example.com", trace="abc"
        )
        until = time.monotonic() + 10
        while not Sentry.reports and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        configure_logging(stream=io.StringIO())
        server.shutdown()
        server.server_close()

    (report,) = Sentry.reports
    assert "tick failed" in report
    assert '"trace":"abc"' in report
    assert "ada@" not in report
    assert len(stream.getvalue().splitlines()) == 2


def test_a_dsn_that_is_none_is_a_sentence() -> None:
    pytest.importorskip("sentry_sdk")
    with pytest.raises(UsageError, match="sentry_dsn"):
        configure_logging(stream=io.StringIO(), sentry_dsn="nonsense")


def test_a_log_that_cannot_be_written_or_that_nobody_reads_any_more_stops_nobody() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    for broken in (Path("/dev/full").open("w"), os.fdopen(writes, "w")):  # noqa: SIM115 (closing them fails likewise)
        configure_logging(stream=broken)
        structlog.get_logger().info("cleared")
        logging.getLogger("kafka").error("away")
        with suppress(OSError):
            broken.close()

"""Logs on standard error: coloured lines on a terminal, JSON lines elsewhere, and no personal data in either."""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import Any, TextIO, cast

import structlog

from services.runtime.errors import UsageError
from services.runtime.printable import json_text, printable
from services.runtime.privacy import redaction
from services.runtime.privacy.redaction import HIDDEN

LEVELS = ("debug", "info", "warning", "error")

_PERSONAL = frozenset(
    {"address", "authorization", "cookie", "email", "from_address", "name", "password", "recipient", "secret"}
    | {"subscriber", "to", "to_address", "token"}
)
"""Fields whose values never reach a log, whoever wrote them there; ids may."""


def configure_logging(
    *, level: str = "info", json: bool | None = None, stream: TextIO | None = None, sentry_dsn: str = ""
) -> None:
    """Send the logs of this process, and the warnings of its libraries, to `stream`, by default standard error.

    `json` None: JSON unless the stream is a terminal. `sentry_dsn`: where errors are reported to besides; empty:
    nowhere. Raises UsageError for an unknown level and a DSN that is none. Calling it again replaces what was set.
    """
    if level.casefold() not in LEVELS:
        raise UsageError(f"there is no log level {level!r}; the levels are {', '.join(LEVELS)}")
    number = logging.getLevelNamesMapping()[level.upper()]
    out = _Unhindered(stream or unguarded(sys.stderr))
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_people,
    ]
    if sentry_dsn:
        shared.append(_reporting(sentry_dsn))
    structlog.configure(
        processors=[*shared, *_rendering(out, json)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", out)),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(out, shared, _rendering(out, json), max(number, logging.WARNING))


class _Unhindered(TextIOBase):
    """A stream that may be full, or read by nobody any more: its lines are lost then, and whoever logs goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def isatty(self) -> bool:
        return self._stream.isatty()

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def named(**facts: str) -> Iterator[None]:
    """Have every line of this process say something of it, such as its name, from whichever thread."""

    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**facts, **event}

    # Changed in place, as loggers and the handler of libraries' lines hold on to these lists; after what hides
    # addresses, for which the name of a worker at its host would be taken, and before what renders.
    processors = structlog.get_config()["processors"]
    processors.insert(max(len(processors) - 1, 0), add)
    formatters = (handler.formatter for handler in logging.getLogger().handlers)
    foreign = [
        formatter.foreign_pre_chain
        for formatter in formatters
        if isinstance(formatter, structlog.stdlib.ProcessorFormatter)
    ]
    chains = [processors, *(chain for chain in foreign if isinstance(chain, list))]
    for chain in chains[1:]:
        chain.append(add)
    try:
        yield
    finally:
        for chain in chains:
            if add in chain:
                chain.remove(add)


def without_people(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that hides personal fields, and addresses and telephone numbers in any text."""
    for name, value in event.items():
        event[name] = HIDDEN if name.casefold() in _PERSONAL else _scrubbed(value)
    return event


def _reporting(dsn: str) -> structlog.typing.Processor:
    """Reports what is logged as an error, as it is logged: after what is personal was hidden, and nothing besides."""
    try:
        import sentry_sdk
    except ImportError:
        raise UsageError("sentry_dsn needs what `pip install jobchime[observed]` brings") from None
    try:
        client = sentry_sdk.Client(
            dsn,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_breadcrumbs=0,
        )
    except ValueError as error:
        raise UsageError(f"sentry_dsn is none: {error}") from None

    def report(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if event.get("level") in ("error", "critical"):
            level: Any = "fatal" if event["level"] == "critical" else "error"
            client.capture_event({"message": str(event.get("event", "")), "level": level, "extra": dict(event)})
        return event

    return report


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return redaction.without_people(value)
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if isinstance(name, str) and name.casefold() in _PERSONAL else _scrubbed(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(inner) for inner in value]
    if isinstance(value, int | float | None):
        return value
    return redaction.without_people(str(value))


def _rendering(out: TextIOBase, json: bool | None) -> list[structlog.typing.Processor]:
    if json if json is not None else not out.isatty():
        return [structlog.processors.JSONRenderer(serializer=json_text)]
    # The default formatter prints local variables with a traceback, and those may hold anything.
    return [_for_terminals, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def unguarded(stream: TextIO) -> TextIO:
    """The stream behind one that cleans what it is given, for what cleans by itself and colours."""
    behind: TextIO = getattr(stream, "unguarded", stream)
    return behind


def _for_terminals(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Have nothing of a line steer the terminal that it is read on; its colours come later."""
    for name, value in event.items():
        if name not in ("_record", "_from_structlog", "exc_info"):
            event[name] = value if isinstance(value, int | float | None) else printable(str(value))
    return event


def _adopt_libraries(
    out: TextIOBase, shared: list[structlog.typing.Processor], rendering: list[structlog.typing.Processor], level: int
) -> None:
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)

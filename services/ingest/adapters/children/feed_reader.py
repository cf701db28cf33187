"""feedparser at arm's length: 64 KB of markup can keep it busy for half a minute, so it runs where it can be killed."""

import atexit
import functools
from typing import Any

from services.runtime.child import Child, ChildEndedError
from services.runtime.strict_json import read_value

MOST_BYTES = 16 * 1024 * 1024
MOST_SECONDS = 30.0


class FeedUnreadableError(ValueError):
    """A feed that could not be read within the limits, with the reason in one sentence."""


class FeedReader:
    """One child process that reads feed after feed."""

    def __init__(self, *, most_seconds: float = MOST_SECONDS) -> None:
        self._most_seconds = most_seconds
        self._child = Child(["-m", "services.ingest.adapters.children.feed_child"])

    @property
    def pid(self) -> int | None:
        """The process that reads, once there is one."""
        return self._child.pid

    def read(self, text: str, *, most_seconds: float | None = None) -> dict[str, Any]:
        """Parse a feed: {"feed": {...}, "entries": [...]}, see `feed_child`. Raises FeedUnreadableError."""
        patience = self._most_seconds if most_seconds is None else most_seconds
        body = text.encode("utf-8", "replace")
        if len(body) > MOST_BYTES:
            raise FeedUnreadableError(f"the feed is larger than {MOST_BYTES // 2**20} MiB")
        try:
            answer = self._child.ask(body, most_s=patience)
        except ChildEndedError as ended:
            if ended.status is None:
                raise FeedUnreadableError("no process to read feeds in could be started") from None
            raise FeedUnreadableError(
                f"the feed could not be read within {patience:g} seconds and its memory"
            ) from None
        parsed: dict[str, Any] = read_value(answer.decode("ascii"))[0]
        return parsed

    def close(self) -> None:
        """End the child, if there is one."""
        self._child.close()


@functools.cache
def feed_reader() -> FeedReader:
    """The process's one reader, closed at its exit."""
    reader = FeedReader()
    atexit.register(reader.close)
    return reader

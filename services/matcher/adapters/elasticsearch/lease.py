"""A lease on work that only one may do at a time, kept beside the indices that it is about."""

import os
import secrets
import socket
from typing import Final

from services.runtime.clock import Clock, SystemClock
from services.runtime.elasticsearch.client import MissingIndexError, SearchEngine
from services.runtime.errors import JobchimeError, UnavailableError

_PATIENT_S: Final = 30.0
_TAKEN: Final = "resource_already_exists_exception"
_CONFLICT: Final = "version_conflict_engine_exception"


class BusyError(UnavailableError):
    """Someone else has the lease; waiting helps, since a lease that is not renewed runs out."""


class Lease:
    """Held by one process at a time, until it is given back or has not been renewed for `seconds`."""

    def __init__(self, engine: SearchEngine, what: str, *, seconds: float = 20.0, clock: Clock | None = None) -> None:
        self._engine = engine
        self._what = what
        self._ms = int(seconds * 1_000)
        self._clock = clock or SystemClock()
        self._index = f"{engine.settings.prefix}-leases"
        self._path = f"/{self._index}/_doc/{what}"
        self._me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._mark: tuple[int, int] | None = None

    def take(self) -> None:
        """Take the lease. Raises BusyError while another holds it, UnavailableError."""
        try:
            lease = self._engine.ask("GET", self._path)
        except MissingIndexError:
            self._make_index()
            lease = {"found": False}
        if not lease.get("found"):
            self._write({"op_type": "create"})
            return
        if lease["_source"]["until"] > self._now():
            raise BusyError(f"{self._what} is being rebuilt by {lease['_source']['holder'].rpartition(':')[0]}: wait")
        self._write({"if_seq_no": lease["_seq_no"], "if_primary_term": lease["_primary_term"]})

    def renew(self) -> None:
        """Say that the work goes on. Raises BusyError where another took over meanwhile."""
        if self._mark is None:
            raise ValueError("a lease is taken before it is renewed")
        self._write({"if_seq_no": self._mark[0], "if_primary_term": self._mark[1]})

    def give_back(self) -> None:
        """Let others in at once. Does nothing where another took over."""
        mark, self._mark = self._mark, None
        if mark is None:
            return
        try:
            self._engine.ask("DELETE", self._path, params={"if_seq_no": mark[0], "if_primary_term": mark[1]})
        except MissingIndexError:
            return
        except JobchimeError as error:
            if _CONFLICT not in str(error):
                raise

    def _write(self, condition: dict[str, object]) -> None:
        body = {"holder": self._me, "until": self._now() + self._ms}
        try:
            found = self._engine.ask("PUT", self._path, body, params=condition)
        except JobchimeError as error:
            if _CONFLICT not in str(error):
                raise
            self._mark = None
            raise BusyError(f"{self._what} is being rebuilt by another process: wait") from error
        self._mark = (found["_seq_no"], found["_primary_term"])

    def _make_index(self) -> None:
        mappings = {
            "dynamic": "strict",
            "properties": {"holder": {"type": "keyword", "index": False}, "until": {"type": "long", "index": False}},
        }
        settings = {"number_of_shards": 1, "number_of_replicas": self._engine.settings.replicas}
        try:
            self._engine.ask(
                "PUT", f"/{self._index}", {"settings": settings, "mappings": mappings}, timeout_s=_PATIENT_S
            )
        except JobchimeError as error:
            if _TAKEN not in str(error):
                raise

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1_000)

"""Generations of an index: numbered indices behind one alias to read by and one that names all to write to.

* `<prefix>-<kind>` is what readers search: one generation.
* `<prefix>-<kind>-write` names every generation that must be kept up: writers resolve it each time and write to all.
* `<prefix>-<kind>-000001-w` is what a writer addresses, with `require_alias`: a generation that was dropped meanwhile
  is told as missing, and never made anew by a late write.

A lease, kept beside the indices, has one process at a time rebuild them.
"""

import os
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.runtime.clock import SystemClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.refusals import MissingIndexError, RefusedError
from services.runtime.errors import UnavailableError, UsageError

_PATIENT_S = 30.0
"""Making, dropping and swapping indices are rare, and wait for the cluster's state."""
_TAKEN = "resource_already_exists_exception"
_CONFLICT: Final = "version_conflict_engine_exception"


@dataclass(frozen=True, slots=True)
class Generation:
    """One index."""

    name: str
    read: bool
    """Whether searches go to it."""
    written: bool
    """Whether changes go to it."""
    schema: str
    """Name and version of its mapping, such as `criteria.v1`."""


class Generations:
    """All generations of one kind (`criteria`, `postings`)."""

    def __init__(self, engine: SearchEngine, kind: str, definition: Mapping[str, Any]) -> None:
        """`definition` holds settings and mappings, see `schemas.elasticsearch`."""
        self._engine = engine
        self._definition = definition
        self.alias = f"{engine.settings.prefix}-{kind}"
        """What readers search."""
        self.write_alias = f"{self.alias}-write"
        self._named = re.compile(rf"{re.escape(self.alias)}-(\d{{6}})")

    @property
    def schema(self) -> str:
        """Name and version of the mapping that new generations get."""
        return str(self._definition["mappings"]["_meta"]["schema"])

    def ensure(self) -> None:
        """Make the first generation where there is none. Several workers may do so at once."""
        if not self.listed():
            self._make(1, {self.alias: {}, self.write_alias: {}}, taken_is_fine=True)

    def listed(self) -> list[Generation]:
        """Every generation there is, from old to new."""
        try:
            found = self._engine.ask(
                "GET",
                f"/{self.alias}-*",
                params={"features": "aliases,mappings", "filter_path": "*.aliases,*.mappings._meta"},
            )
        except MissingIndexError:
            return []
        return [
            Generation(
                name=name,
                read=self.alias in index["aliases"],
                written=self.write_alias in index["aliases"],
                schema=index.get("mappings", {}).get("_meta", {}).get("schema", ""),
            )
            for name, index in sorted(found.items())
            if self._named.fullmatch(name)
        ]

    def current(self) -> Generation | None:
        """The one that searches go to."""
        return next((generation for generation in self.listed() if generation.read), None)

    def targets(self) -> list[str]:
        """The aliases to write through (with `require_alias`), one a generation. Raises MissingIndexError for none."""
        found = self._engine.ask("GET", f"/_alias/{self.write_alias}")
        return [target_of(name) for name in sorted(found)]

    def make(self) -> str:
        """Make a new generation that is written from now on, and not read until `read_from`; gives its name."""
        last = max((int(generation.name.rpartition("-")[2]) for generation in self.listed()), default=0)
        return self._make(last + 1, {self.write_alias: {}}, taken_is_fine=False)

    def read_from(self, name: str) -> None:
        """Point readers to a generation, in one step."""
        others = [
            {"remove": {"index": generation.name, "alias": self.alias}}
            for generation in self.listed()
            if generation.read
        ]
        actions = [*others, {"add": {"index": name, "alias": self.alias}}]
        self._engine.ask("POST", "/_aliases", {"actions": actions}, timeout_s=_PATIENT_S)

    def drop(self, name: str) -> None:
        """Drop a generation that is not read. One that is gone already is fine."""
        if any(generation.name == name and generation.read for generation in self.listed()):
            raise UsageError(f"{name} is being read: swap to another generation first")
        try:
            self._engine.ask("DELETE", f"/{name}", timeout_s=_PATIENT_S)
        except MissingIndexError:
            return

    def _make(self, number: int, aliases: Mapping[str, Any], *, taken_is_fine: bool) -> str:
        name = f"{self.alias}-{number:06}"
        # Made with its aliases: no moment in which it is there and not written to.
        body = {**self._definition, "aliases": {**aliases, target_of(name): {}}}
        try:
            self._engine.ask("PUT", f"/{name}", body, timeout_s=_PATIENT_S)
        except RefusedError as error:
            if error.kind != _TAKEN:
                raise
            if not taken_is_fine:
                raise UsageError(f"{name} was just made by someone else: wait for that rebuild to end") from error
        return name


def target_of(name: str) -> str:
    """The alias by which a generation is written to."""
    return f"{name}-w"


class BusyError(UnavailableError):
    """Someone else has the lease; waiting helps, since a lease that is not renewed runs out."""


class Lease:
    """Held by one process at a time, until it is given back or has not been renewed for `seconds`."""

    def __init__(self, engine: SearchEngine, what: str, *, seconds: float) -> None:
        self._engine = engine
        self._what = what
        self._ms = int(seconds * 1_000)
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
        except RefusedError as error:
            if error.kind != _CONFLICT:
                raise

    def _write(self, condition: dict[str, object]) -> None:
        body = {"holder": self._me, "until": self._now() + self._ms}
        try:
            found = self._engine.ask("PUT", self._path, body, params=condition)
        except RefusedError as error:
            if error.kind != _CONFLICT:
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
        except RefusedError as error:
            if error.kind != _TAKEN:
                raise

    def _now(self) -> int:
        return int(SystemClock().now().timestamp() * 1_000)

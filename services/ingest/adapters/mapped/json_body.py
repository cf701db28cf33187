"""Rows out of JSON wherever they lie, and out of JSON Lines."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from services.ingest.adapters.formats.contacts import without_contacts
from services.ingest.adapters.formats.json_rows import (
    EXCERPT,
    GAP,
    MOST_FAULTS,
    SPACE,
    end_of,
    members,
    one_row,
    past,
    rows_at,
)
from services.ingest.adapters.mapped.body import Body
from services.ingest.faults import FeedFault, cut_short, given_up, json_fault
from services.ingest.mapping.hints import alternatives
from services.ingest.mapping.paths import is_singular, json_values, names_of
from services.ingest.mapping.rows import JsonRow
from services.ingest.ports import Broken
from services.runtime.strict_json import RefusedValueError, clean, parse, read_value

MOST_WHOLE = 8 * 1024 * 1024
"""Characters of a body whose rows are found by more than names, so that it has to be held in memory as a whole."""
MOST_MEMBERS = 10_000
"""Of an object in which the rows lie, that are looked at."""
_BEGINNING = 60
"""Characters shown of what is no feed."""
_MOST_AROUND = 1024 * 1024
"""Characters of a member beside the rows that is read."""


class JsonBody(Body):
    """A JSON body: rows under names are read one by one, others out of the whole."""

    def rows(self) -> Iterator[Any | Broken]:
        """Those of a list, or the members of an object of rows."""
        if self._names is None:
            yield from self._rows_of_whole()
            return
        at = self._rows_at
        if isinstance(at, Broken):
            yield at
        elif self.text.startswith("[", at):
            yield from rows_at(self.text, at, inside_object=bool(self._names), alone=not self._names)
        elif self.text.startswith("{", at):
            yield from one_row(self.text, at) if self._is_row(at) else self._rows_of_object(at)
        elif not self.text.startswith("null", at):
            subject = f'"{self.mapping.items}"' if self._names else "the body"
            begins = " ".join(self.text[at : at + _BEGINNING].split())
            fault = FeedFault("wrong_form", f"{subject} is neither a list nor an object; it begins: {begins}")
            yield Broken(fault, begins, ends_feed=True)

    def of_feed(self, path: str) -> list[str]:
        """What stands beside the rows, and beside what they lie in."""
        return JsonRow(self._around).texts(path)

    def names_of_feed(self) -> list[str]:
        """Of what stands there."""
        return JsonRow(self._around).names()

    @cached_property
    def _names(self) -> tuple[str, ...] | None:
        return names_of(self.mapping.items.removesuffix("[*]"))

    @cached_property
    def _rows_at(self) -> int | Broken:
        at, there = past(SPACE, self.text, 0), ""
        for name in self._names or ():
            others = []
            for other, place in islice(_members(self.text, at), MOST_MEMBERS):
                if other == name:
                    at, there = place, f"{there}{name}."
                    break
                others.append(there + other)
            else:
                return self._no_rows(there + name, others, at)
        if at >= len(self.text):
            return Broken(FeedFault("body_empty", "the body is empty"), ends_feed=True)
        return at

    def _no_rows(self, path: str, names: list[str], at: int) -> Broken:
        if names:
            fault = FeedFault("no_rows", f'items: "{path}" is not there; {alternatives([path], names)}', path)
            return Broken(fault, ends_feed=True)
        kind = "a list" if self.text.startswith("[", at) else "no object"
        outer = f'"{path.rpartition(".")[0]}"' if "." in path else "the body"
        fault = FeedFault("no_rows", f'items: "{path}" is not there; {outer} is {kind}', path)
        return Broken(fault, self.text[:EXCERPT], ends_feed=True)

    def _is_row(self, at: int) -> bool:
        """Whether an object is the only row, as what turns XML into JSON writes a list of one: by its id."""
        if self.mapping.key is not None:
            return False
        ids = {names[0] for path in self.mapping.fields.source_id.paths if (names := names_of(path))}
        return any(name in ids for name, _ in islice(_members(self.text, at), MOST_MEMBERS))

    def _rows_of_object(self, at: int) -> Iterator[Any | Broken]:
        count, end = 0, at + 1
        for name, place in _members(self.text, at):
            try:
                row, end = read_value(self.text, place)
            except ValueError as error:
                shown = name[:60]
                yield Broken(json_fault(error).at(f'"{shown}": ', shown), self.text[place : place + EXCERPT])
                end = _end(self.text, place) or place
                continue
            count += 1
            if isinstance(row, dict) and self.mapping.key is not None:
                row = {self.mapping.key: name, **row}
            yield row
        if not self.text.startswith("}", past(GAP, self.text, end)):
            yield Broken(cut_short("body", f" after {count:,} rows", or_garbled=True), ends_feed=True)

    @cached_property
    def _whole(self) -> Any:
        """The body as a value, or Broken."""
        if len(self.text) > MOST_WHOLE:
            why = f"rows found by more than names lie in bodies of at most {MOST_WHOLE // 2**20} MiB"
            return Broken(FeedFault("body_too_large", why), ends_feed=True)
        try:
            return parse(self.text)[0]
        except ValueError as error:
            return Broken(json_fault(error), self.text[:EXCERPT], ends_feed=True)

    def _rows_of_whole(self) -> Iterator[Any | Broken]:
        if isinstance(self._whole, Broken):
            yield self._whole
            return
        path, count = self.mapping.items, 0
        for found in json_values(self._whole, path):
            # A path to one value leads to the list of rows, any other to the rows.
            rows = found if is_singular(path) and isinstance(found, list) else [found]
            count += 1
            yield from map(_cleaned, rows)
        if not count and self._whole:
            instead = alternatives([path], JsonRow(self._whole).names())
            yield Broken(FeedFault("no_rows", f'items: "{path}" finds nothing; {instead}', path), ends_feed=True)

    @cached_property
    def _around(self) -> Any:
        if self._names is None:
            if not isinstance(self._whole, dict):
                return None
            parts = {name: _cleaned(part) for name, part in self._whole.items()}
            return without_contacts({name: part for name, part in parts.items() if not isinstance(part, Broken)})
        return self._beside(past(SPACE, self.text, 0), self._names)

    def _beside(self, at: int, names: tuple[str, ...]) -> Any:
        """The object at `at` less the rows under `names`; members behind the rows too, however long those are."""
        found: dict[str, Any] = {}
        if not names:
            return found
        for name, place in islice(_members(self.text, at), MOST_MEMBERS):
            if name == names[0]:
                found[name] = self._beside(place, names[1:])
            elif (_end(self.text, place) or len(self.text)) - place <= _MOST_AROUND:
                try:
                    found[name] = read_value(self.text, place)[0]
                except ValueError:
                    continue
        return without_contacts(found)


class LinesBody(Body):
    """JSON Lines: a row a line."""

    def rows(self) -> Iterator[Any | Broken]:
        """Those of the lines that are not empty."""
        start = faults = 0
        number = 0
        while start < len(self.text):
            end = self.text.find("\n", start)
            end = len(self.text) if end < 0 else end
            line, start, number = self.text[start:end].strip(), end + 1, number + 1
            if not line:
                continue
            try:
                value, stop = read_value(line)
                if stop != len(line):
                    raise ValueError("the line goes on after its row")
            except ValueError as error:
                if start > len(self.text):
                    yield Broken(cut_short("body", f" within line {number:,}"), line[:EXCERPT], ends_feed=True)
                    return
                kind = "" if isinstance(error, RefusedValueError) else "not JSON: "
                fault = replace(json_fault(error), sentence=f"{kind}line {number:,}: {error}")
                yield Broken(fault, line[:EXCERPT])
                faults += 1
                if faults == MOST_FAULTS * 10:
                    yield Broken(given_up(faults, "lines are malformed"), ends_feed=True)
                    return
                continue
            yield value


def _cleaned(value: Any) -> Any | Broken:
    try:
        return clean(value)
    except RefusedValueError as error:
        return Broken(json_fault(error))


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    return members(text, at, most=len(text))


def _end(text: str, at: int) -> int | None:
    return end_of(text, at, most=len(text))

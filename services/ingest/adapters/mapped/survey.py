"""What a feed that nobody mapped holds: where its rows may lie, what stands in them, which field each path may be."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from services.ingest.adapters.formats.reading import MOST_BYTES, read_text
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.adapters.mapped.json_body import MOST_WHOLE
from services.ingest.adapters.mapped.xml_body import root_of
from services.ingest.mapping.hints import nearest
from services.ingest.mapping.paths import Kind
from services.ingest.mapping.rows import Row
from services.ingest.mapping.rules import FieldRules
from services.ingest.mapping.settings import MappingSettings
from services.runtime.errors import UsageError
from services.runtime.strict_json import parse

MOST_ROWS = 50
"""Of a feed, that are looked at."""
_MOST_PLACES = 12
_MOST_TAGS = 30
_MOST_SAMPLES = 3
_MOST_SAMPLE = 90
"""Characters of a value that is shown."""
_MOST_DEPTH = 6
_TAG = re.compile(r"<([A-Za-z_][\w.:-]{0,200})[\s>/]")
_PLAIN = re.compile(r"[^.\[\]*?$@'\"(),]+")
_SEVERAL = re.compile(r"pay\.\d+\.")
_KEYS = ("key", "row_key", "name_of_row")
"""What the name of a row is put under: the first that no row has."""
_NEXT = re.compile(r"(?:^|[^a-z])next(?:[^a-z]|$|_?(?:page|url|link|href))", re.IGNORECASE)
_ADDRESS = ("http://", "https://", "/", "?")
_CLEAR = 2
"""Fields that a row's names tell, from which on it is one of postings."""


@dataclass(frozen=True, slots=True)
class FoundPath:
    """A path that gives a text in some row, or in the feed around them."""

    path: str
    filled: int
    """Rows of those looked at in which it does; all of them for one around the rows."""
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a body holds, read as rows of one place."""

    kind: Kind
    items: str
    """As `items` of a mapping."""
    places: tuple[str, ...]
    """Where rows may lie, the likeliest first; none but "" where each line is one."""
    read: tuple[tuple[int, Row], ...]
    """The rows looked at, each with its place among all, also those that cannot be read."""
    paths: tuple[FoundPath, ...]
    guesses: Mapping[str, str]
    """By field of a mapping (`pay.min` for one of pay) the path whose name it has in mappings that come along."""
    key: str | None = None
    """As `key` of a mapping, where the rows are the members of an object."""
    around: tuple[FoundPath, ...] = ()
    """What stands in the feed beside its rows."""

    @property
    def rows(self) -> int:
        """Looked at."""
        return len(self.read)

    @property
    def next_at(self) -> str | None:
        """Where the next page's address stands, by its name and by being one; None where nothing is called so."""
        called = (candidate for candidate in self.around if _NEXT.search(candidate.path))
        return next((candidate.path for candidate in called if candidate.samples[0].startswith(_ADDRESS)), None)


@dataclass(frozen=True, slots=True)
class SurveyedRow:
    """One of the rows that can be read."""

    place: int
    """Among all, also those that cannot be read."""
    values: tuple[FoundPath, ...]
    """What stands in it, in its order."""


def row_at(found: Survey, at: int) -> SurveyedRow:
    """One of the rows looked at."""
    place, row = found.read[at]
    return SurveyedRow(place, tuple(_found_path(path, texts, 1) for path in row.names() if (texts := row.texts(path))))


def survey(body: bytes, items: str | None = None) -> Survey:
    """Look at a feed; `items`: where its rows lie, if that is known. Raises UsageError where it has none."""
    if len(body) > MOST_BYTES:
        raise UsageError("it is too large to be looked at: give some of its items as a sample")
    text = read_text(body).text.strip()
    kind = _kind_of(text)
    named = dict(_places(text, kind))
    found = [_looked_at(body, kind, place, key) for place, key in named.items()]
    with_rows = sorted((reading for reading in found if reading.paths), key=_likelihood, reverse=True)[:_MOST_PLACES]
    places = tuple(reading.items for reading in with_rows)
    chosen = with_rows[0] if with_rows else None
    if items is not None:
        chosen = next((reading for reading in with_rows if reading.items == items), None) or _looked_at(
            body, kind, items, None
        )
    if chosen is None or not chosen.paths:
        where = f' at "{items}"' if items else ""
        raise UsageError(f"there are no rows{where} in what was read as {kind}; it begins: {text[:60]}")
    around = tuple(
        _found_path(path, texts, 1) for path, texts in _mapped(kind, chosen.items, chosen.key).around(body).items()
    )
    return replace(chosen, places=places if chosen.items in places else (chosen.items, *places), around=around)


def survey_by(body: bytes, mapping: MappingSettings) -> Survey:
    """Look at a feed by a mapping that it has. Raises UsageError where it has no rows by that."""
    rows = tuple(islice(Mapped("survey", mapping).bare_rows(body), MOST_ROWS))
    found = _looked_into(rows, mapping.kind, mapping.items, mapping.key)
    if not found.paths:
        raise UsageError(f"by its mapping there are no rows in it; it begins: {read_text(body).text.strip()[:60]}")
    return found


def _kind_of(text: str) -> Kind:
    if not text:
        raise UsageError("it is empty")
    if text.startswith("<"):
        return "xml"
    if not text.startswith(("{", "[")):
        return "csv"
    first, _, rest = text.partition("\n")
    if first.startswith("{") and rest.lstrip().startswith("{"):
        try:
            parse(first)
        except ValueError:
            return "json"
        return "jsonl"
    return "json"


def _places(text: str, kind: Kind) -> Sequence[tuple[str, str | None]]:
    """Where rows may lie, with the `key` of those that lie there by name."""
    if kind == "json":
        if len(text) > MOST_WHOLE:
            raise UsageError(f"it is larger than {MOST_WHOLE // 2**20} MiB: give some of its items as a sample")
        try:
            value = parse(text)[0]
            return [(place, None) for place in _lists(value, "", _MOST_DEPTH)] + list(_objects(value, "", _MOST_DEPTH))
        except ValueError as error:
            raise UsageError(f"it begins as JSON and is none: {error}") from None
    if kind == "xml":
        counted = Counter(_TAG.findall(text[: 4 * 2**20]))
        counted.pop(root_of(text) or "", None)
        return [(name, None) for name, _ in counted.most_common(_MOST_TAGS)]
    return [("", None)]


def _lists(value: Any, path: str, depth: int) -> Iterator[str]:
    """Paths to lists of objects, as `items` of a mapping takes them, the outer ones first."""
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, dict)]
        if rows and "[*]" not in path:
            yield path
        elif rows:
            yield f"{path}[*]"
        within = dict[str, list[Any]]()
        for name, part in ((name, part) for row in rows[:MOST_ROWS] for name, part in row.items()):
            if isinstance(part, list):
                within.setdefault(name, []).extend(part)
        inner: Iterable[tuple[str, Any]] = within.items()
        path = f"{path}[*]"
    elif isinstance(value, dict):
        inner = value.items()
    else:
        return
    for name, part in inner:
        if depth and _PLAIN.fullmatch(name):
            yield from _lists(part, f"{path}.{name}" if path else name, depth - 1)


def _objects(value: Any, path: str, depth: int) -> Iterator[tuple[str, str | None]]:
    """Paths to objects whose members are alike, each a row by its name."""
    if not isinstance(value, dict) or not depth:
        return
    members = list(islice(value.values(), MOST_ROWS))
    if len(members) > 1 and all(isinstance(member, dict) for member in members):
        alike = set.intersection(*(set(member) for member in members))
        if len(alike) >= _CLEAR:
            taken = {name for member in members for name in member}
            yield path, next(name for name in _KEYS if name not in taken or name == _KEYS[-1])
    for name, part in value.items():
        if _PLAIN.fullmatch(name):
            yield from _objects(part, f"{path}.{name}" if path else name, depth - 1)


def _looked_at(body: bytes, kind: Kind, items: str, key: str | None) -> Survey:
    return _looked_into(tuple(islice(_mapped(kind, items, key).bare_rows(body), MOST_ROWS)), kind, items, key)


def _looked_into(rows: tuple[tuple[int, Row], ...], kind: Kind, items: str, key: str | None) -> Survey:
    found = dict[str, list[str]]()
    for _, row in rows:
        for path in row.names():
            if texts := row.texts(path):
                found.setdefault(path, []).append(", ".join(texts))
    paths = tuple(_found_path(path, texts, len(texts)) for path, texts in found.items())
    guesses = _guesses(list(found))
    if key is not None and guesses.get("source_id") in (None, guesses.get("url")):
        guesses["source_id"] = key
    return Survey(kind, items, (items,), rows, paths, guesses, key)


def _found_path(path: str, texts: Sequence[str], filled: int) -> FoundPath:
    return FoundPath(path, filled, tuple(dict.fromkeys(map(_short, texts)))[:_MOST_SAMPLES])


def _mapped(kind: Kind, items: str, key: str | None) -> Mapped:
    anything = FieldRules.model_validate({"source_id": "id", "title": "title"})
    named = {} if key is None else {"key": key}
    try:
        return Mapped("survey", MappingSettings(kind=kind, items=items, fields=anything, **named))
    except ValueError:
        raise UsageError(f'"{items[:100]}" names no rows in {kind}') from None


def _short(text: str) -> str:
    joined = " ".join(text[: 4 * _MOST_SAMPLE].split())
    return joined if len(joined) <= _MOST_SAMPLE else f"{joined[: _MOST_SAMPLE - 1]}…"


def _likelihood(found: Survey) -> tuple[int, int]:
    """Rows are where most fields of a posting have a name; of two such places the one with more rows."""
    own = sum("[*]" not in path for path in found.guesses.values())
    return (own if own >= _CLEAR else 0, found.rows)


@cache
def _known_names() -> Mapping[str, Counter[str]]:
    """By field, what it is called in the mappings that come along, and by how many of them."""
    known: dict[str, Counter[str]] = {}
    for file in (files("services.ingest") / "boards").iterdir():
        if file.name.endswith(".toml"):
            fields = FieldRules.model_validate(tomllib.loads(file.read_text("utf-8"))["fields"])
            for name, rule in fields.rules():
                called = {_folded(path) for path in rule.paths}
                known.setdefault(_SEVERAL.sub("pay.", name), Counter()).update(called - {""})
    for name, counted in known.items():
        counted[_folded(name)] += 1
    return known


def _guesses(paths: Sequence[str]) -> dict[str, str]:
    folded = {path: _folded(path) for path in paths}
    guessed: dict[str, str] = {}
    for field, called in _known_names().items():
        fitting = [(_fit(name, called), -len(path), path) for path, name in folded.items()]
        best = max(fitting, default=None)
        if best is not None and best[0] > (0, 0):
            guessed[field] = best[2]
    taken = set(guessed.values())
    for field in ("source_id", "title", "company", "url", "description", "locations"):
        near = [path for path in nearest(field, paths) if path not in taken] if field not in guessed else []
        if near:
            guessed[field] = near[0]
    return guessed


def _fit(name: str, called: Counter[str]) -> tuple[int, int]:
    """How well a path has a name that a field is called by: as a whole, else by its end; by how many mappings."""
    if name in called:
        return 2, called[name]
    ends = [called[known] for known in called if name.endswith(f".{known}")]
    return (1, max(ends)) if ends else (0, 0)


def _folded(path: str) -> str:
    """A path less its marks, its prefixes and its case: `g:jobTitle`, `job_title` and `JobTitle` are one."""
    plain = re.sub(r"[A-Za-z_][\w-]*:|\[[^\]]*\]", "", path).replace("/", ".").casefold()
    return "" if plain.startswith(("$", ".")) else re.sub(r"[^a-z0-9.]", "", plain)

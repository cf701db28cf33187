"""One row of a feed, as paths look at it: values out of JSON, XML or a table as texts, and the names that are there.

An item of a mapped feed is `{"row": ..., "feed": {path: [texts]}}`: the row as served (JSON; the element's source;
columns by name) and what the mapping's paths found in the feed around the rows.
"""

import html
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from lxml import etree

from services.ingest.adapters.formats.xml_rows import safe_parser
from services.ingest.mapping.paths import Kind, json_values, names_of, xml_values

_MOST_NAMES = 200
"""Names that are looked at to say what is there."""
_MOST_DEPTH = 6
_NOTHING = object()


class Row(Protocol):
    """A row. Nothing of it raises for any path that `check_path` takes."""

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        """The texts that a path finds, stripped, without empty ones; `markup`: elements with what is in them."""
        ...

    def has(self, path: str) -> bool:
        """Whether a path finds anything, be it empty."""
        ...

    def names(self) -> list[str]:
        """Paths to what is there, as one would write them."""
        ...

    def found_instead(self, path: str) -> str | None:
        """What a path finds that is no text, or what lies on the way to it, in words that go after the path."""
        ...


def row_of(kind: Kind, row: Any, namespaces: dict[str, str]) -> Row:
    """The view of a row. Raises ValueError for what is no such row."""
    if kind == "xml":
        return XmlRow(parsed(row), namespaces)
    if kind == "csv":
        return TableRow(row if isinstance(row, dict) else {})
    return JsonRow(row)


def parsed(source: Any) -> "etree._Element":
    """Parse the source of one element. Raises ValueError."""
    try:
        return etree.fromstring(str(source).encode("utf-8", "replace"), safe_parser())
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error.msg}") from None


class JsonRow:
    """A row out of JSON."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        names = names_of(path)
        if names is None:
            return list(_texts(json_values(self._value, path)))
        value = self._value
        for name in names:
            if not isinstance(value, dict) or name not in value:
                return []
            value = value[name]
        # Most values are one text: each posting has a dozen, so that generators would cost more than all else.
        if isinstance(value, str):
            return [text] if (text := value.strip()) else []
        return list(_texts([value]))

    def has(self, path: str) -> bool:
        return next(iter(json_values(self._value, path)), _NOTHING) is not _NOTHING

    def named(self, among: str, name: str, value: str) -> Iterator[tuple[str, list[str]]]:
        """Of each object in a list, its name and the texts of its value."""
        for entries in json_values(self._value, among):
            for entry in entries if isinstance(entries, list) else [entries]:
                label = next(_texts(json_values(entry, name)), "")
                yield label, list(_texts(json_values(entry, value)))

    def names(self) -> list[str]:
        return _bounded(_json_names(self._value, "", _MOST_DEPTH))

    def found_instead(self, path: str) -> str | None:
        return _json_instead(self._value, path)


class TableRow:
    """A row of a table."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self._columns = columns
        self._folded = {name.strip().casefold(): value for name, value in columns.items()}

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        value = self._columns.get(path)
        return list(_texts([self._folded.get(path.strip().casefold()) if value is None else value]))

    def has(self, path: str) -> bool:
        return path in self._columns or path.strip().casefold() in self._folded

    def names(self) -> list[str]:
        return _bounded(iter(self._columns))

    def found_instead(self, path: str) -> str | None:
        return "is empty" if self.has(path) else None


class XmlRow:
    """A row out of XML. Prefixes mean what the mapping says, else what the feed declares."""

    def __init__(self, element: "etree._Element", namespaces: dict[str, str]) -> None:
        self._element = element
        declared = {prefix: uri for prefix, uri in element.nsmap.items() if prefix}
        self._namespaces = declared | namespaces
        self._prefixes = {uri: prefix for prefix, uri in self._namespaces.items()}

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        found = xml_values(self._element, path, self._namespaces)
        return [text for value in found if (text := (markup_in if markup else _xml_text)(value))]

    def has(self, path: str) -> bool:
        return bool(xml_values(self._element, path, self._namespaces))

    def names(self) -> list[str]:
        return _bounded(_xml_names(self._element, "", self._prefixes, _MOST_DEPTH))

    def found_instead(self, path: str) -> str | None:
        found = xml_values(self._element, path, self._namespaces)
        elements = [value for value in found if isinstance(value, etree._Element)]
        attributes = dict.fromkeys(str(name) for element in elements for name in element.attrib)
        if attributes:
            return f"is empty but for its attributes: {', '.join(f'{path}/@{name}' for name in list(attributes)[:5])}"
        return "is empty" if found else None


def markup_in(value: Any) -> str:
    """An element's content as markup: its text, which may be escaped markup, or its elements as they are."""
    if not isinstance(value, etree._Element) or len(value) == 0:
        return _xml_text(value)
    inner = "".join(etree.tostring(child, encoding="unicode") for child in value)
    return (html.escape(value.text or "", quote=False) + inner).strip()


def _xml_text(value: Any) -> str:
    if isinstance(value, etree._Element):
        return "".join(map(str, value.itertext())).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value).strip()


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Texts, and numbers and truths as such; of lists, what is in them."""
    for value in values:
        if isinstance(value, list):
            yield from _texts(value)
        elif isinstance(value, bool):
            yield "true" if value else "false"
        elif isinstance(value, (str, int, float)) and (text := str(value).strip()):
            yield text


def _json_instead(value: Any, path: str) -> str | None:
    found = list(json_values(value, path))
    if found:
        return next((words for element in found if (words := _kind_of_value(element, path))), None)
    names = names_of(path) or ()
    for depth in range(len(names) - 1, 0, -1):
        outer = ".".join(names[:depth])
        for element in json_values(value, outer):
            if isinstance(element, list):
                return f"lies in a list: write {outer}[*].{'.'.join(names[depth:])}"
            if element is None:
                return f"lies in {outer}, which is null"
            if not isinstance(element, dict):
                return f"lies in {outer}, which is no object"
    return None


def _kind_of_value(value: Any, path: str) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{path}.{_short(name)}" for name in list(value)[:5])
        return f"is an object: name what is in it, such as {inner}" if inner else "is an empty object"
    if isinstance(value, list):
        inner = next((_kind_of_value(element, f"{path}[*]") for element in value if isinstance(element, dict)), "")
        return inner.replace("is an object", "is a list of objects") or "is an empty list"
    return "is null" if value is None else "is empty"


def _json_names(value: Any, before: str, depth: int) -> Iterator[str]:
    """Breadth first within each object, so that the outer names come first."""
    if not isinstance(value, dict):
        return
    inner: list[tuple[Any, str]] = []
    for name, part in value.items():
        path = before + _short(name)
        if isinstance(part, list):
            part = next((element for element in part if isinstance(element, dict)), None)
            path += "[*]" if part is not None else ""
        yield path
        if isinstance(part, dict):
            inner.append((part, f"{path}."))
    if depth:
        for part, path in inner:
            yield from _json_names(part, path, depth - 1)


def _xml_names(element: "etree._Element", before: str, prefixes: dict[str, str], depth: int) -> Iterator[str]:
    yield from (f"{before}@{_qualified(str(name), prefixes)}" for name in element.attrib)
    inner: list[tuple[etree._Element, str]] = []
    for child in element:
        path = before + _qualified(str(child.tag), prefixes)
        yield path
        inner.append((child, f"{path}/"))
    if depth:
        for child, path in inner:
            yield from _xml_names(child, path, prefixes, depth - 1)


def _qualified(tag: str, prefixes: dict[str, str]) -> str:
    uri, _, name = tag.rpartition("}")
    prefix = prefixes.get(uri.removeprefix("{")) if uri else None
    return f"{prefix}:{name}" if prefix else name


def _bounded(names: Iterator[str]) -> list[str]:
    found: dict[str, None] = {}
    for _, name in zip(range(_MOST_NAMES * 5), names, strict=False):
        found.setdefault(name)
        if len(found) == _MOST_NAMES:
            break
    return list(found)


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:60] + "…"

"""Paths: JSONPath (RFC 9535) into JSON, XPath 1.0 into XML, the names or numbers of columns into CSV.

A path begins at the row, unless it begins at the feed: `$` in JSON, `/` in XML.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Literal

from jsonpath import JSONPathEnvironment, JSONPathError
from lxml import etree

Kind = Literal["json", "jsonl", "xml", "csv"]

MOST_PATH = 500
"""Characters of a path."""
# Member after member, whatever their names but for what JSONPath gives a meaning: walked without the library, which
# takes 27 microseconds for what so takes less than one.
_NAMES = re.compile(r"""[^.\[\]*?$@'"(),]+(?:\.[^.\[\]*?$@'"(),]+)*""")
_FEED: dict[Kind, str] = {"json": "$", "jsonl": "$", "xml": "/", "csv": "\0"}
"""What a path that begins at the feed begins with."""
_PREFIX = re.compile(r"([A-Za-z_][\w.-]*):(?=[A-Za-z_*])")
_NUMBER = re.compile(r"#[1-9]\d{0,3}")
_ELEMENT = re.compile(r"(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*")


def check_path(kind: Kind, path: str) -> None:
    """Raises ValueError, in words, for a path that cannot be read."""
    if not path.strip():
        raise ValueError("a path is empty")
    if len(path) > MOST_PATH:
        raise ValueError(f"a path is longer than {MOST_PATH} characters")
    if kind == "xml":
        _check_xpath(path)
    elif kind == "csv":
        _check_column(path)
    else:
        _check_json(kind, path)


def check_element(name: str) -> None:
    """Raises ValueError for what is no name of an element, with or without a prefix."""
    if not _ELEMENT.fullmatch(name):
        raise ValueError(f'"{name}" is not the name of an element, such as job or g:job')


@lru_cache(maxsize=4_096)
def is_of_feed(kind: Kind, path: str) -> bool:
    """Whether a path begins at the feed, not at the row."""
    return path.startswith(_FEED[kind])


@lru_cache(maxsize=4_096)
def names_of(path: str) -> tuple[str, ...] | None:
    """The names in a JSON path that is nothing but names, from wherever it begins; None for any other."""
    bare = path.removeprefix("$").removeprefix("@").removeprefix(".")
    if not bare:
        return ()
    return tuple(bare.split(".")) if _NAMES.fullmatch(bare) else None


def json_values(value: Any, path: str) -> Iterator[Any]:
    """What a JSON path finds in a value, one by one. Never raises for any value."""
    names = names_of(path)
    if names is None:
        if isinstance(value, (dict, list)):  # the library would read a text as JSON
            with suppress(JSONPathError, RecursionError):
                yield from (match.obj for match in _query(path).finditer(value))
        return
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return
        value = value[name]
    yield value


def is_singular(path: str) -> bool:
    """Whether a JSON path finds one value at most (RFC 9535, section 2.3.5.1), which then may be a list."""
    return names_of(path) is not None or bool(_query(path).singular_query())


def xml_values(element: "etree._Element", path: str, namespaces: dict[str, str]) -> list[Any]:
    """What an XPath finds from an element: elements, texts, numbers or truths. Never raises for any element."""
    try:
        found = _xpath(path, tuple(sorted(namespaces.items())))(element)
    except etree.XPathError:
        return []  # a prefix that this feed does not declare
    return found if isinstance(found, list) else [found]


def prefixes_of(path: str) -> set[str]:
    """The namespace prefixes that an XPath uses."""
    return set(_PREFIX.findall(path))


def _check_json(kind: Kind, path: str) -> None:
    if kind == "jsonl" and path.startswith("$"):
        raise ValueError(f"{path} begins at the feed, and JSON Lines have nothing but rows")
    if names_of(path) is not None:
        return
    try:
        _query(path)
    except JSONPathError as error:
        raise ValueError(f"{path} is not JSONPath: {_first_line(error)}") from None


def _check_xpath(path: str) -> None:
    if path.startswith("//"):
        raise ValueError(
            f"{path}: begin with .// for anywhere within a row, or with /root/ for the feed's own elements"
        )
    try:
        etree.XPath(path, namespaces=dict.fromkeys(prefixes_of(path), "urn:any"))(etree.Element("row"))
    except etree.XPathError as error:
        raise ValueError(f"{path} is not XPath: {_first_line(error)}") from None


def _check_column(path: str) -> None:
    if path.startswith("#") and path[1:].isdigit() and not _NUMBER.fullmatch(path):
        raise ValueError(f"columns are counted from 1, not {path[1:]}")


def _first_line(error: Exception) -> str:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return first[:1].lower() + first[1:]


@lru_cache(maxsize=4_096)
def _query(path: str) -> Any:
    if path.startswith("$"):
        whole = path
    elif path.startswith("@"):
        whole = "$" + path[1:]
    else:
        whole = ("$" if path.startswith("[") else "$.") + path
    return JSONPathEnvironment(strict=True).compile(whole)


@lru_cache(maxsize=4_096)
def _xpath(path: str, namespaces: tuple[tuple[str, str], ...]) -> "etree.XPath":
    return etree.XPath(path, namespaces=dict(namespaces), regexp=False, smart_strings=False)

"""Rows out of XML: the elements of one name, each parsed alone, so that a malformed one costs only itself."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, Literal

from lxml import etree

from services.ingest.adapters.formats.contacts import is_contact
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.formats.xml_rows import DTD, declared_in, local_name, parsed, safe_parser
from services.ingest.adapters.mapped.body import Body
from services.ingest.faults import FeedFault, cut_short, dtd_refused, not_xml
from services.ingest.mapping.hints import alternatives, nearest
from services.ingest.mapping.rows import XmlRow
from services.ingest.ports import Broken

_HEAD = 64 * 1024
_SEVERAL = 3
"""Elements of one name that are rows rather than a feed's own."""
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,500}\?>")
_ROOT = re.compile(r"\s*(?:<\?[^>]{0,2000}\?>\s*|<!--(?:(?!-->).){0,4000}-->\s*)*<([A-Za-z_][\w.:-]{0,200})", re.DOTALL)
_TAG = re.compile(r"<([A-Za-z_][\w.:-]{0,200})")
_DEFAULT = re.compile(r"""\sxmlns\s{0,20}=\s{0,20}["']([^"'<>]{0,500})["']""")

_NEXT = "link[@rel='next']/@href"

_Kind = Literal["open", "close", "alone"]
_Mark = tuple[_Kind, int, int, bool]
"""A tag of a row, its place and its end, and whether an end of a row is the next of them."""


class XmlBody(Body):
    """An XML body."""

    def rows(self) -> Iterator[Any | Broken]:
        """The source of each element of the name that rows have, less contact fields."""
        if DTD.search(self._head):
            yield Broken(dtd_refused(), self._head[:EXCERPT], ends_feed=True)
            return
        root = root_of(self._head)
        if root is None:
            yield Broken(FeedFault("not_xml", "the body is not XML"), self.text[:EXCERPT], ends_feed=True)
            return
        count = 0
        for chunk in _chunks(self.text, self._pattern):
            if chunk is None:
                fault = cut_short("document", f" within a row, after {count:,}")
                yield Broken(fault, self.text[-EXCERPT:], ends_feed=True)
                return
            count += 1
            yield chunk if isinstance(chunk, Broken) else self._row(chunk)
        if count == 0 and (empty := self._no_rows(root)) is not None:
            yield empty
        elif not re.search(
            rf"</{re.escape(root)}\s{{0,100}}>\s*(?:<!--.{{0,1000}}-->\s*)?\Z", self.text[-_HEAD:], re.DOTALL
        ):
            yield Broken(cut_short("document", f" after {count:,} rows"), self.text[-EXCERPT:], ends_feed=True)

    def of_feed(self, path: str) -> list[str]:
        """What stands in the feed before its first row and behind its last."""
        return [] if self._around is None else XmlRow(self._around, self.mapping.namespaces).texts(path)

    def names_of_feed(self) -> list[str]:
        """Of what stands there, and of the link to the next page, which others may stand beside."""
        if self._around is None:
            return []
        following = [_NEXT] if self.of_feed(_NEXT) else []
        return following + XmlRow(self._around, self.mapping.namespaces).names()

    def is_row(self, value: Any) -> bool:
        return isinstance(value, str)

    @cached_property
    def _head(self) -> str:
        found = self._pattern.search(self.text)
        while found and found[0].startswith("<!"):
            found = self._pattern.search(self.text, found.end())
        return self.text[: found.start() if found else len(self.text)]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _marks_of(tuple(sorted(self._names)))

    @cached_property
    def _names(self) -> set[str]:
        """The tags that rows have in this feed, whose prefixes may not be those of the mapping."""
        prefix, _, name = self.mapping.items.rpartition(":")
        uri = self.mapping.namespaces.get(prefix)
        if uri is None:
            return {self.mapping.items}
        own = [declared for declared, named in declared_in(self.text).items() if named == uri]
        plain = {name} if uri in _DEFAULT.findall(self.text[:_HEAD]) else set()
        return {f"{declared}:{name}" for declared in own} | plain or {self.mapping.items}

    @cached_property
    def _namespaces(self) -> dict[str, str]:
        """Those of the feed. Its default counts only where the mapping has a prefix for it: names are plain else."""
        default = next(iter(_DEFAULT.findall(self._head[:_HEAD])), None)
        named = {"": default} if default in self.mapping.namespaces.values() and default is not None else {}
        return declared_in(self._head) | named

    @cached_property
    def _around(self) -> "etree._Element | None":
        ends = (
            self.text.rfind(mark) + len(mark) for mark in (f"</{name}>" for name in self._names) if mark in self.text
        )
        end = max(ends, default=len(self.text))
        frame = _DECLARATION.sub("", self._head)[-_HEAD:] + self.text[end:][:_HEAD]
        if "" not in self._namespaces:
            frame = _DEFAULT.sub("", frame)
        try:
            root = etree.fromstring(frame.encode("utf-8", "replace"), safe_parser(recover=True))
        except (etree.XMLSyntaxError, ValueError):
            return None
        return None if root is None else _without_contacts(root)

    def _row(self, chunk: str) -> str | Broken:
        element = parsed(self._in_no_own_namespace(chunk), self._namespaces)
        if isinstance(element, Broken):
            return element
        if local_name(element) != self.mapping.items.rpartition(":")[2]:
            return Broken(not_xml("a row is no element"), chunk[:EXCERPT])
        return etree.tostring(_without_contacts(element), encoding="unicode", with_tail=False)

    def _in_no_own_namespace(self, chunk: str) -> str:
        """A row without the default that its own tag declares: it counts only where the mapping has a prefix for it."""
        tag = chunk[: chunk.find(">") + 1]
        declared = _DEFAULT.search(tag)
        if declared is None or declared[1] in self.mapping.namespaces.values():
            return chunk
        return tag[: declared.start()] + tag[declared.end() :] + chunk[len(tag) :]

    def _no_rows(self, root: str) -> Broken | None:
        """Why there are no rows; None where the feed is merely empty."""
        counted = Counter(name for name in _TAG.findall(self.text[: 4 * _HEAD]) if name != root)
        wanted = self.mapping.items
        if max(counted.values(), default=0) < _SEVERAL and not nearest(wanted, list(counted)):
            return None
        names = [name for name, _ in counted.most_common()]
        fault = FeedFault("no_rows", f"items: there is no element <{wanted}>; {alternatives([wanted], names)}", wanted)
        return Broken(fault, ends_feed=True)


def root_of(head: str) -> str | None:
    """The name of the outermost element; None where a text does not begin with one."""
    found = _ROOT.match(head)
    return found[1] if found else None


@lru_cache(maxsize=256)
def _marks_of(names: tuple[str, ...]) -> re.Pattern[str]:
    name = "|".join(map(re.escape, names))
    return re.compile(
        rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?:{name})(?=[\s>/])[^<>]*+>|</(?:{name})\s*>", re.DOTALL
    )


def _marks(text: str, pattern: re.Pattern[str]) -> Iterator[_Mark]:
    tags = (mark for mark in pattern.finditer(text) if not mark[0].startswith("<!"))
    mark = next(tags, None)
    while mark is not None:
        following = next(tags, None)
        kind: _Kind = "close" if mark[0].startswith("</") else "alone" if mark[0].endswith("/>") else "open"
        yield kind, mark.start(), mark.end(), following is not None and following[0].startswith("</")
        mark = following


def _chunks(text: str, pattern: re.Pattern[str]) -> Iterator[str | Broken | None]:
    """The source of each row; Broken for one that the next begins within, None for a last one without an end.

    A row may hold an element of its own name: what is closed twice running was opened twice.
    """
    outer: int | None = None
    inner: int | None = None
    for kind, start, end, closes_again in _marks(text, pattern):
        if outer is None:
            if kind == "alone":
                yield text[start:end]
            outer = start if kind == "open" else None
        elif kind == "open":
            if inner is not None:
                yield _unclosed(text[outer:inner])
                outer = inner
            inner = start
        elif kind == "close" and inner is None:
            yield text[outer:end]
            outer = None
        elif kind == "close":
            if not closes_again:
                yield _unclosed(text[outer:inner])
                yield text[inner:end]
                outer = None
            inner = None
    if outer is not None:
        yield None


def _unclosed(chunk: str) -> Broken:
    return Broken(not_xml("a row has no end"), chunk[:EXCERPT])


def _without_contacts(root: "etree._Element") -> "etree._Element":
    for element in list(root.iter()):
        for name in [name for name in element.attrib if is_contact(str(name).rpartition("}")[2])]:
            del element.attrib[name]
        parent = element.getparent()
        if element is root or parent is None or not is_contact(local_name(element)):
            continue
        before = element.getprevious()
        if element.tail and before is not None:
            before.tail = (before.tail or "") + element.tail
        elif element.tail:
            parent.text = (parent.text or "") + element.tail
        parent.remove(element)
    return root

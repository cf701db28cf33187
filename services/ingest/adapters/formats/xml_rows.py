"""Items out of RSS of a known board, one by one: the document is cut at its item tags and each item parsed alone.

So a document that is cut short gives what was whole, a malformed item costs only itself, and no declaration of a DTD
can reach an item: it is refused, and entities of its own are unknown.
"""

import html
import re
from collections.abc import Iterator
from html.entities import name2codepoint

from lxml import etree

from services.ingest.adapters.formats.feed_items import fault_in
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.faults import cut_short, dtd_refused, not_xml
from services.ingest.ports import Broken

_MARK = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<item(?=[\s>/])[^<>]*+>|</item\s*>", re.DOTALL | re.IGNORECASE
)
_NAMESPACE = re.compile(r"""xmlns:([\w.-]{1,100})\s{0,20}=\s{0,20}["']([^"'<>]{0,500})["']""")
DTD = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_END = re.compile(r"</(?:rss|rdf:rdf|feed)\s{0,100}>\s*\Z", re.IGNORECASE)
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,99}):")
_LOOSE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_ENTITY = re.compile(r"&([A-Za-z]\w{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_HEAD = 64 * 1024


def items(text: str) -> Iterator["etree._Element | Broken"]:
    """Give each `<item>` of a document; a malformed one, and the end of one that is cut short, as Broken."""
    head = text[: _first_item(text)]
    if DTD.search(head):
        yield Broken(dtd_refused(), head[:EXCERPT], ends_feed=True)
        return
    namespaces = declared_in(head)
    count = 0
    for chunk in _chunks(text):
        if chunk is None:
            fault = cut_short("document", f" within an item, after {count:,}")
            yield Broken(fault, text[-EXCERPT:], ends_feed=True)
            return
        count += 1
        yield parsed(chunk, namespaces)
    if not _END.search(text[-_HEAD:]):
        yield Broken(cut_short("document", f" after {count:,} items"), text[-EXCERPT:], ends_feed=True)


def declared_in(head: str) -> dict[str, str]:
    """The namespaces that the beginning of a document declares, by prefix."""
    return dict(_NAMESPACE.findall(head[:_HEAD]))


def _first_item(text: str) -> int:
    found = re.search(r"<item[\s>/]", text, re.IGNORECASE)
    return found.start() if found else len(text)


def _chunks(text: str) -> Iterator[str | None]:
    """The source of each item; None for one without an end."""
    start: int | None = None
    for mark in _MARK.finditer(text):
        tag = mark[0]
        if tag.startswith("<!"):
            continue
        if tag.startswith("</"):
            if start is not None:
                yield text[start : mark.end()]
            start = None
        elif tag.endswith("/>"):
            yield tag
        elif start is None:
            start = mark.start()
    if start is not None:
        yield None


def parsed(chunk: str, namespaces: dict[str, str]) -> "etree._Element | Broken":
    """Parse one item; `namespaces` by the prefixes that the document declares, "" being those without one."""
    fault = fault_in(chunk, patterns=False)
    if fault is not None:
        return Broken(fault, chunk[:EXCERPT])
    try:
        return _parse(chunk, namespaces)
    except etree.XMLSyntaxError:
        pass
    mended = _LOOSE_AMPERSAND.sub("&amp;", _ENTITY.sub(_character, _CONTROL.sub("�", chunk)))
    unknown = {prefix: f"urn:unknown:{prefix}" for prefix in _PREFIX.findall(mended) if prefix not in namespaces}
    try:
        return _parse(mended, namespaces | dict(list(unknown.items())[:50]))
    except etree.XMLSyntaxError as error:
        return Broken(not_xml(error.msg), chunk[:EXCERPT])


def _parse(chunk: str, namespaces: dict[str, str]) -> "etree._Element":
    names = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items() if prefix != "xml"}
    declared = "".join(f' {name}="{html.escape(uri)}"' for name, uri in names.items())
    document = f"<items{declared}>{chunk}</items>".encode("utf-8", "replace")
    return etree.fromstring(document, safe_parser(encoding="utf-8"))[0]


def safe_parser(*, recover: bool = False, encoding: str | None = None) -> "etree.XMLParser":
    """A parser that expands no entities, reads nothing else and has bounds."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
        encoding=encoding,
    )


def _character(entity: re.Match[str]) -> str:
    """HTML's named characters, which XML does not know."""
    name = entity[1]
    return chr(name2codepoint[name]) if name not in _OWN and name in name2codepoint else entity[0]


def local_name(element: "etree._Element") -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_in(element: "etree._Element") -> str:
    """The text of an element, and of those within it."""
    return "".join(map(str, element.itertext())).strip()

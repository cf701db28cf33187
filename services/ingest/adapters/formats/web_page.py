"""What of a web page holds data: its JSON-LD scripts and its own address, as an HTML parser finds them."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

_LAST_SCRIPT = re.compile(r".*<script\b", re.DOTALL | re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\b", re.IGNORECASE)
_JSON_LD = "application/ld+json"


@dataclass(slots=True)
class WebPage:
    """The parts of one page, in their order."""

    canonical: str | None = None
    """The address that the page calls its own."""
    scripts: list[str] = field(default_factory=list)
    """The sources of its JSON-LD scripts."""
    is_cut_short: bool = False
    """Whether its last script has no end."""


def read_page(text: str) -> WebPage:
    """Read a page by the rules of HTML, under which any character of an attribute may be written as a reference.

    Never raises: of what is no HTML nothing is found.
    """
    reader = _Reader()
    # The stubs let names be bytes, as they are in Python 2 alone.
    parser = etree.HTMLParser(target=cast("etree.ParserTarget", reader), huge_tree=True)
    with suppress(etree.LxmlError):  # What stands before a fault is found.
        parser.feed(text)
        parser.close()
    last = _LAST_SCRIPT.match(text)
    reader.page.is_cut_short = last is not None and _SCRIPT_END.search(text, last.end()) is None
    return reader.page


class _Reader:
    """Takes what a parser calls out, element by element."""

    def __init__(self) -> None:
        self.page = WebPage()
        self._source: list[str] | None = None
        """The script that it is in, if that is JSON-LD."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "script":
            self._source = [] if _is_json_ld(attributes.get("type", "")) else None
        elif tag == "link" and self.page.canonical is None and _says(attributes, "rel", "canonical"):
            self.page.canonical = attributes.get("href", "").strip() or None

    def data(self, text: str) -> None:
        if self._source is not None:
            self._source.append(text)

    def end(self, tag: str) -> None:
        if tag == "script" and self._source is not None:
            self.page.scripts.append("".join(self._source))
            self._source = None

    def close(self) -> None:
        """Nothing is left open: a parser ends the elements that a page does not."""


def _is_json_ld(media_type: str) -> bool:
    """In any case and with any parameters (RFC 9110, section 8.3.1)."""
    return media_type.partition(";")[0].strip().lower() == _JSON_LD


def _says(attributes: dict[str, str], name: str, word: str) -> bool:
    return word in attributes.get(name, "").lower().split()

"""Markup to safe markup, and markup to clean text."""

import html
import re
from functools import cache
from urllib.parse import urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_MARKUP = 400_000
"""Characters of a description that are read; the longest of 2,733 captured ones has under 40,000."""

_TAGS = frozenset({
    "p", "br", "div", "section", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "a", "b",
    "strong", "i", "em", "u", "s", "code", "pre", "blockquote", "hr", "span", "sub", "sup", "table", "thead",
    "tbody", "tr", "th", "td",
})  # fmt: skip
_DROPPED_WHOLE = frozenset({
    "script", "style", "template", "noscript", "iframe", "object", "svg", "head", "title",
})  # fmt: skip
_BLOCKS = frozenset({
    "p", "div", "section", "article", "header", "footer", "main", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol",
    "li", "dl", "dt", "dd", "pre", "blockquote", "hr", "table", "tr", "form", "figure", "address",
})  # fmt: skip
_SCHEMES = frozenset({"http", "https", "mailto"})
_CLOSED_BY_THEMSELVES = frozenset({
    "p", "li", "dt", "dd", "tr", "td", "th", "br", "hr", "img", "input", "meta", "link", "source", "wbr", "area",
    "col", "embed",
})  # fmt: skip
_MOST_DEPTH = 150
"""Parsers take time that grows with the square of the nesting; no captured description nests deeper than 20."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_LOOKS_LIKE_MARKUP = re.compile(r"<[a-zA-Z/!]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200d\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_PARAGRAPHS = frozenset({"p", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
_BULLET = "• "


def sanitise(markup: str) -> str:
    """Make a description safe to show as it is: no scripts, styles, images or forms; links only to http(s) and mail.

    Pictures are dropped because a remote one tells its sender who opened the mail. Plain text becomes paragraphs.
    """
    return _cleaner().clean(_as_markup(markup))


def text_of(markup: str) -> str:
    """Read a description as text: one line a block, `• ` before list items, an empty line between paragraphs."""
    body = LexborHTMLParser(_as_markup(markup)).body
    return tidy(_collect(body)) if body is not None else ""


def tidy(text: str) -> str:
    """Drop control and zero-width characters, collapse white space, keep single line breaks and single empty lines."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept: list[str] = []
    bullet = False
    for line in (" ".join(line.split()) for line in text.split("\n")):
        if line == _BULLET.strip():
            bullet = True  # its words stand in a paragraph of their own
        elif line:
            kept.append(_BULLET + line if bullet else line)
            bullet = False
        elif kept and kept[-1] and not bullet:
            kept.append(line)
    return "\n".join(kept).strip()


def one_line(text: str) -> str:
    """Clean a title or a name: entities read, white space collapsed."""
    return " ".join(tidy(html.unescape(text)).split())


def safe_link(url: str | None) -> str | None:
    """An absolute http(s) address, else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in {"http", "https"} and parts.hostname else None


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes={"a": {"href"}},
        attribute_filter=_absolute_only,
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _absolute_only(tag: str, attribute: str, value: str) -> str | None:
    # A protocol-relative or relative link would point into whichever page or mail shows the posting.
    if attribute != "href":
        return value
    scheme = value.strip().split(":", 1)[0].lower()
    return value if scheme in _SCHEMES and ":" in value else None


def _as_markup(markup: str) -> str:
    markup = _INVISIBLE.sub("", markup[:MOST_MARKUP])
    if _LOOKS_LIKE_MARKUP.search(markup):
        if not _too_deep(markup):
            return markup
        markup = _ANY_TAG.sub("\n", markup)
    paragraphs = re.split(r"\n\s*\n", html.escape(html.unescape(markup), quote=False).strip())
    return "".join(f"<p>{'<br>'.join(part.splitlines())}</p>" for part in paragraphs if part.strip())


def _too_deep(markup: str) -> bool:
    depth = 0
    for closing, name in _TAG.findall(markup):
        if name.lower() in _CLOSED_BY_THEMSELVES:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > _MOST_DEPTH:
            return True
    return False


def _collect(root: LexborNode) -> str:
    parts: list[str] = []
    node: LexborNode = root
    depth = 0
    while True:
        child = _enter(node, parts)
        if child is not None:
            node, depth = child, depth + 1
            continue
        while depth:
            _leave(node, parts)
            following = node.next
            if following is not None:
                node = following
                break
            parent = node.parent
            if parent is None:
                return "".join(parts)
            node, depth = parent, depth - 1
        if not depth:
            return "".join(parts)


def _enter(node: LexborNode, parts: list[str]) -> LexborNode | None:
    tag = node.tag
    if tag == "-text":
        words = node.text_content or ""
        parts.append(words if _in(node, "pre") else " ".join(words.split("\n")))
        return None
    if tag in _DROPPED_WHOLE:
        return None
    if tag == "br":
        parts.append("\n")
    elif tag in {"td", "th"}:
        parts.append(" ")
    elif tag in _BLOCKS:
        _break_line(parts)
        if tag == "li":
            parts.append(_BULLET)
    return node.child


def _break_line(parts: list[str]) -> None:
    if parts and not parts[-1].endswith("\n"):
        parts.append("\n")


def _leave(node: LexborNode, parts: list[str]) -> None:
    tag = node.tag
    if tag not in _BLOCKS:
        return
    if tag in _PARAGRAPHS and not _in(node, "li"):
        parts.append("\n\n")
    else:
        _break_line(parts)


def _in(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    return parent is not None and parent.tag == tag

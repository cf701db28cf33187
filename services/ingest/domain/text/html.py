"""Markup to safe markup, and safe markup to clean text."""

import html
import re
from collections import Counter
from functools import cache

import nh3

from services.rules.text import collapsed
from services.rules.visible import visible
from services.rules.web_address import web_address

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
_AS_DIV = frozenset({"article", "header", "footer", "main", "aside", "form", "figure", "address", "details"})
"""Blocks that break a line as a div does, and are shown as one."""
_SCHEMES = frozenset({"http", "https", "mailto"})
_CLOSED_BY_THEMSELVES = frozenset({
    "p", "li", "dt", "dd", "tr", "td", "th", "br", "hr", "img", "input", "meta", "link", "source", "wbr", "area",
    "col", "embed",
})  # fmt: skip
_MOST_DEPTH = 150
"""Parsers take time that grows with the square of the nesting; no captured description nests deeper than 20."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_DIVS = re.compile(rf"<(/?)(?:{'|'.join(sorted(_AS_DIV))})>")
_INLINE = re.compile(r'<(?:a(?: [a-z]+="[^"]*")*|/?(?:a|b|strong|i|em|u|s|code|span|sub|sup|thead|tbody))>')
_BLOCK = re.compile(r"<(/?[a-z][a-z0-9]*)>")
_ESCAPED = re.compile(r"&lt;/(?:p|li|ul|ol|div|span|strong|b|em|h[1-6])&gt;")
_LEAST_ESCAPED = 3
"""Tags closed in the words of a description, from which on it is markup that was escaped, in whole or in part."""
_PRE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_LOOKS_LIKE_MARKUP = re.compile(r"<[a-zA-Z/!]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200d\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_PARAGRAPHS = frozenset({"/p", "/ul", "/ol", "/table", "/blockquote", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6"})
_BULLET = "• "


def sanitise(markup: str) -> str:
    """Make a description safe to show as it is: no scripts, styles, images or forms; links only to http(s) and mail.

    Pictures are dropped because a remote one tells its sender who opened the mail. Plain text becomes paragraphs.
    Control and zero-width characters are dropped, those written as entities too.
    """
    # After the cleaning every bracket and ampersand of the words is escaped: what is dropped now can form no tag.
    safe = _clean(_as_markup(markup))
    if "&lt;/" in safe and len(_ESCAPED.findall(safe)) >= _LEAST_ESCAPED:
        safe = _clean(_as_markup(html.unescape(safe)))
    # What is dropped is never printable.
    return _DIVS.sub(r"<\1div>", safe if _is_printable(safe) else _INVISIBLE.sub("", safe))


def text_of(markup: str) -> str:
    """Read a description as text: one line a block, `• ` before list items, an empty line between paragraphs."""
    return text_of_safe(sanitise(markup))


def text_of_safe(safe: str) -> str:
    """Read what `sanitise` has made as `text_of` reads markup; of any other markup tags may be left.

    Made for each posting beside its safe markup: its tags are balanced and hold no attributes but those of links, so
    that they can be read without another parser.
    """
    if "<pre>" in safe:
        safe = _PRE.sub(lambda kept: kept[0].replace("\n", "<br>"), safe)
    pieces = _BLOCK.split(_INLINE.sub("", safe.replace("\n", " ")))
    text = "".join(_lines(pieces)).replace("&nbsp;", " ")
    return _collapsed(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def tidy(text: str) -> str:
    """Drop control and zero-width characters, collapse white space, keep single line breaks and single empty lines."""
    return _collapsed(_INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def one_line(text: str) -> str:
    """Clean a title or a name: entities read, white space collapsed."""
    return collapsed(visible(html.unescape(text)))


def safe_link(url: str | None) -> str | None:
    """The address as it may be linked, see `services.rules.web_address`, else None; a blank in it may stay."""
    given = (url or "").strip()
    linked = web_address(given.replace(" ", "%20"))
    return (given if linked == given.replace(" ", "%20") else linked) or None


def _is_printable(text: str) -> bool:
    """Whether a text is printable but for the ends of its lines, as most are."""
    return text.isprintable() or ("\n" in text and text.replace("\n", "").isprintable())


def _collapsed(text: str) -> str:
    kept: list[str] = []
    bullet = False
    for line in map(collapsed, text.split("\n")):
        if line == "•":
            bullet = True  # its words stand in a paragraph of their own
        elif line:
            kept.append(_BULLET + line if bullet else line)
            bullet = False
        elif kept and kept[-1] and not bullet:
            kept.append(line)
    return "\n".join(kept).strip()


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS | _AS_DIV),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes={"a": {"href"}, "*": set()},
        attribute_filter=_linked,
        url_schemes=set(_SCHEMES),
        # A protocol-relative or relative link would point into whichever page or mail shows the posting.
        url_relative="deny",
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _linked(element: str, attribute: str, value: str) -> str | None:
    """The address of a link, where it may be one."""
    if element != "a" or attribute != "href" or value.lower().startswith("mailto:"):
        return value
    return web_address(value) or None


def _clean(markup: str) -> str:
    try:
        return _cleaner().clean(markup)
    except UnicodeEncodeError:  # half a pair of surrogates, of a feed whose own escapes are broken
        return _cleaner().clean(markup.encode("utf-8", "ignore").decode())


def _as_markup(markup: str) -> str:
    markup = markup[:MOST_MARKUP]
    if _LOOKS_LIKE_MARKUP.search(markup):
        if not _too_deep(markup):
            return markup
        markup = _ANY_TAG.sub("\n", markup)
    paragraphs = re.split(r"\n\s*\n", html.escape(html.unescape(markup), quote=False).strip())
    return "".join(f"<p>{'<br>'.join(part.splitlines())}</p>" for part in paragraphs if part.strip())


def _too_deep(markup: str) -> bool:
    # No more can nest than opens: counts that spare nearly all texts the walk.
    tags = markup.count("<")
    if tags <= _MOST_DEPTH or tags - markup.count("</") <= _MOST_DEPTH:
        return False
    opened: Counter[str] = Counter()
    depth = 0
    for closing, written in _TAG.findall(markup):
        name = written.lower()
        if name in _CLOSED_BY_THEMSELVES:
            continue
        if not closing:
            opened[name] += 1
            depth += 1
        elif opened[name]:  # what closes nothing is not heeded by a parser either
            opened[name] -= 1
            depth -= 1
        if depth > _MOST_DEPTH:
            return True
    return False


def _lines(pieces: list[str]) -> list[str]:
    """Give the parts of the text, from words and block tags in turn."""
    parts: list[str] = []
    inside: list[str] = []
    fresh = True  # at the beginning of a line
    for tag, words in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        if tag == "br":
            parts.append("\n")
            fresh = True
        elif tag in {"td", "th"}:
            parts.append(" ")
        elif tag and tag not in {"/td", "/th"}:
            closing = tag[0] == "/"
            if closing and inside:
                inside.pop()
            if tag in _PARAGRAPHS and not (inside and inside[-1] == "li"):
                parts.append("\n\n")
            elif not fresh or (parts and parts[-1] is _BULLET):
                parts.append("\n")
            if tag == "li":
                parts.append(_BULLET)
            if not closing and tag != "hr":
                inside.append(tag)
            fresh = True
        if words and not (fresh and words.isspace()):
            parts.append(words)
            fresh = False
    return parts

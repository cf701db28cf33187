"""Job postings of schema.org in web pages: found with an HTML parser, and read."""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

from lxml import etree

from schemas.codec import digest_of
from services.ingest.adapters.formats.base import Part, cut, identified, opened
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    band,
    distinct,
    list_of,
    markup_of,
    object_of,
    place_text,
    plain,
    point_of,
    stated,
    text_of,
    texts_of,
)
from services.ingest.adapters.formats.json_peek import is_json_feed
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.formats.reading import head_text, read_text
from services.ingest.domain.draft import BandKind, Draft, PayBand, Stated
from services.ingest.faults import FeedFault, json_fault, too_large
from services.ingest.ports import Broken, JsonObject
from services.runtime.strict_json import RefusedValueError, clean, parse

_LAST_SCRIPT = re.compile(r".*<script\b", re.DOTALL | re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\b", re.IGNORECASE)
_JSON_LD = "application/ld+json"
_WRAPPING = re.compile(r"^\s*(?:<!--|/?/?\*?\s*<!\[CDATA\[\s*\*?/?)?\s*")
_TYPE = re.compile(r"(?:https?://schema\.org/|schema:)?JobPosting")
_MARKUP = re.compile(
    r"\s*(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta|div|main|section|p\b)",
    re.I | re.S,
)
_HEAD = 256 * 1024
_MOST_SCRIPT = 8_000_000
_REFERRED = ("hiringOrganization", "jobLocation", "baseSalary", "identifier", "applicantLocationRequirements")
_UNREAD = ("image", "logo", "potentialAction", "mainEntityOfPage", "isPartOf", "breadcrumb")


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
        elif tag == "link" and self.page.canonical is None and _has_word(attributes, "rel", "canonical"):
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


def _has_word(attributes: dict[str, str], name: str, word: str) -> bool:
    return word in attributes.get(name, "").lower().split()


class JsonLd(Board):
    """Pages with one or several postings, `@graph` wrappers, lists; or the JSON-LD alone."""

    def detects(self, body: bytes) -> bool:
        """By a JSON-LD script that speaks of a JobPosting in HTML, or by the type in bare JSON that is no JSON Feed."""
        if b"JobPosting" not in body:
            return False
        head = head_text(body, _HEAD)
        if head.lstrip()[:1] in {"{", "["}:
            return re.search(r'"@(?:type|graph|context)"\s{0,20}:', head) is not None and not is_json_feed(body)
        return _MARKUP.match(head) is not None and any(map(_holds_posting, read_page(read_text(body).text).scripts))

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a page into its postings. Never raises."""
        return opened(body, lambda text: cut(_postings(text), self.item, self.title_of))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; what schema.org lets be of several shapes is read here."""
        employer = next(iter(list_of(data.get("hiringOrganization"))), None)
        return replace(
            super().draft({**data, "identifier": _id_of(data)}),
            company=plain(text_of(employer) or text_of(object_of(employer).get("name"))),
            company_url=_link(object_of(employer)),
            html=_markup(data),
            skills=stated("skills", *_skills(data.get("skills"))),
            restriction=distinct(
                *(
                    stated("applicantLocationRequirements", _area(part))
                    for part in _list_at(data, "applicantLocationRequirements")
                )
            ),
            locations=distinct(*(_located(part) for part in _list_at(data, "jobLocation"))),
            pay=(*_pay(data, "baseSalary", "base"), *_pay(data, "estimatedSalary", "estimate")),
            pay_text=distinct(
                *(
                    stated("baseSalary", part)
                    for part in _list_at(data, "baseSalary")
                    if isinstance(part, str) and not _number(part)
                )
            ),
            departments=stated("occupationalCategory", *map(_name, _list_at(data, "occupationalCategory"))),
            language=_name(data.get("inLanguage")) or None,
        )

    def item(self, row: JsonObject) -> Part:
        """A posting by its identifier, less what is not read."""
        kept = kept_of(row)
        return identified(_id_of(kept), kept, field="identifier")


def kept_of(posting: JsonObject) -> JsonObject:
    """A posting less what is not read."""
    return {name: value for name, value in posting.items() if name not in _UNREAD}


def is_posting(value: Any) -> bool:
    """Whether a part of a feed is schema.org's JobPosting."""
    return isinstance(value, dict) and any(_TYPE.fullmatch(kind) for kind in texts_of(value.get("@type")))


def _postings(text: str) -> Iterator[Any | Broken]:
    page = WebPage(scripts=[text]) if text.lstrip()[:1] in {"{", "["} else read_page(text)
    found = 0
    for number, source in enumerate(page.scripts, 1):
        if not _holds_posting(source):
            continue
        for posting in _read_script(source, ended=not page.is_cut_short or number < len(page.scripts)):
            found += 1
            if isinstance(posting, Broken) or page.canonical is None or "url" in posting:
                yield posting
            else:
                yield {**posting, "pageUrl": page.canonical}
    if not found:
        yield Broken(FeedFault("no_rows", "the page holds no JobPosting"), text[:EXCERPT], ends_feed=True)


def _holds_posting(source: str) -> bool:
    return "JobPosting" in source


def _read_script(source: str, *, ended: bool) -> list[JsonObject | Broken]:
    """The postings of one script, or what is wrong with it."""
    if len(source) > _MOST_SCRIPT:
        fault = too_large("item_too_large", "a JSON-LD script is", _MOST_SCRIPT, "characters")
        return [Broken(fault, source[:EXCERPT])]
    try:
        value, _ = parse(_WRAPPING.sub("", source, count=1))
    except RefusedValueError as error:
        return [Broken(json_fault(error).at("of a JSON-LD script "), source[:EXCERPT])]
    except ValueError as error:
        fault = (
            FeedFault("not_json", f"a JSON-LD script is not JSON: {error}")
            if ended
            else FeedFault("cut_short", f"a JSON-LD script is not JSON, and the page is cut short: {error}")
        )
        return [Broken(fault, source[:EXCERPT], ends_feed=not ended)]
    return [_cleaned(posting) for posting in _within(value)]


def _cleaned(posting: JsonObject) -> JsonObject | Broken:
    try:
        taken: JsonObject = clean(posting)
    except RefusedValueError as error:
        return Broken(json_fault(error))
    return taken


def _within(value: Any) -> list[JsonObject]:
    """All JobPostings of a script, with the parts that they refer to by `@id` put in their place."""
    postings: list[JsonObject] = []
    named: dict[str, JsonObject] = {}
    waiting = deque([value])
    while waiting:
        part = waiting.popleft()
        if isinstance(part, list):
            waiting.extendleft(reversed(part))
        if not isinstance(part, dict):
            continue
        if len(part) > 1 and text_of(part.get("@id")):
            named.setdefault(text_of(part.get("@id")), part)
        if is_posting(part):
            postings.append(part)
        else:
            waiting.extendleft(reversed([inner for inner in part.values() if isinstance(inner, (dict, list))]))
    return [{name: _resolved(name, part, named) for name, part in posting.items()} for posting in postings]


def _resolved(name: str, part: Any, named: dict[str, JsonObject]) -> Any:
    if name not in _REFERRED:
        return part
    if isinstance(part, list):
        return [_resolved(name, element, named) for element in part]
    if isinstance(part, dict) and part.keys() == {"@id"}:
        return named.get(text_of(part["@id"]), part)
    return part


def _id_of(data: JsonObject) -> str:
    """The identifier, else an address, else a hash of what the posting is of."""
    for part in _list_at(data, "identifier"):
        value = text_of(part) or text_of(object_of(part).get("value"))
        if value:
            return value
    for name in ("url", "@id"):
        if text_of(data.get(name)):
            return text_of(data[name])
    employer = next(iter(list_of(data.get("hiringOrganization"))), None)
    known = (text_of(data.get("title")), _name(employer), text_of(data.get("datePosted")), text_of(data.get("pageUrl")))
    return digest_of(*known) if any(known) else ""


def _markup(data: JsonObject) -> str:
    """The description, then the parts that some pages keep beside it."""
    parts = [markup_of(text_of(data.get("description")))]
    for name, heading in (("responsibilities", "Responsibilities"), ("qualifications", "Qualifications")):
        text = text_of(data.get(name))
        if text and text not in parts[0]:
            parts.append(f"<h3>{heading}</h3>{markup_of(text)}")
    return "\n".join(part for part in parts if part)


def _skills(served: Any) -> list[str]:
    """A list of names or of DefinedTerms, or one text with commas."""
    if isinstance(served, str):
        return [plain(part) for part in re.split(r"[,;\n]", served)]
    return [plain(_name(part)) for part in list_of(served)]


def _list_at(data: JsonObject, name: str) -> list[Any]:
    return list_of(data.get(name))


def _name(part: Any) -> str:
    fields = object_of(part)
    return plain(text_of(part) or text_of(fields.get("name")))


def _link(employer: JsonObject) -> str | None:
    links = [*texts_of(employer.get("sameAs")), *texts_of(employer.get("url"))]
    return next((link for link in links if link.startswith(("http://", "https://"))), None)


def _area(part: Any) -> str:
    """Country, State, City or AdministrativeArea by its name; else by its address."""
    return _name(part) or _place(part)


def _place(part: Any) -> str:
    """`Berlin, Germany` of a Place, of an address alone, or of plain text."""
    if isinstance(part, str):
        return plain(part)
    fields = object_of(part)
    address = fields.get("address", fields)
    if isinstance(address, str):
        return plain(address)
    named = [_name(object_of(address).get(name)) for name in ("addressLocality", "addressRegion", "addressCountry")]
    return place_text(*named) or _name(part)


def _located(part: Any) -> Iterator[Stated]:
    """A Place as text, with its GeoCoordinates where it names a locality: those of a whole country are its midst."""
    fields = object_of(part)
    geo, local = object_of(fields.get("geo")), object_of(fields.get("address")).get("addressLocality")
    at = point_of(geo.get("latitude"), geo.get("longitude")) if local else None
    yield from (replace(place, at=at) for place in stated("jobLocation", _place(part)))


def _pay(data: JsonObject, field: str, kind: BandKind) -> tuple[PayBand, ...]:
    """A MonetaryAmount with a QuantitativeValue, a bare number, or a numeric text; `salaryCurrency` is the old key."""
    found: tuple[PayBand, ...] = ()
    for part in _list_at(data, field):
        amount = object_of(part)
        value = amount.get("value", amount) if amount else part
        quantity = object_of(next(iter(list_of(value)), None))
        single = quantity.get("value") if quantity else value
        low, high = quantity.get("minValue", single), quantity.get("maxValue", single)
        currency = amount.get("currency") or data.get("salaryCurrency")
        period = quantity.get("unitText") or amount.get("unitText")
        found += tuple(replace(offer, kind=kind) for offer in band(field, low, high, currency, period))
    return found


def _number(text: str) -> bool:
    return re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", text) is not None

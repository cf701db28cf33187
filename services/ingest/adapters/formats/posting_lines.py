"""JSON lines of our own posting fields: the way in for a board that has no feed, and for what is pushed."""

from collections.abc import Iterator
from typing import Any

from rapidfuzz import fuzz, process

from schemas.codec import digest_of
from services.ingest.adapters.formats.base import MOST_ID, BaseFormat, Part, cut, opened
from services.ingest.adapters.formats.contacts import without_contacts
from services.ingest.adapters.formats.fields import (
    amount_of,
    band,
    date_of,
    distinct,
    list_of,
    markup_of,
    plain,
    remote_flag,
    stated,
    text_of,
    texts_of,
    workplace_word,
)
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.formats.reading import head_text
from services.ingest.domain.draft import Draft, Stated
from services.ingest.faults import FeedFault, json_fault, too_large, too_long
from services.ingest.ports import Broken, Item, JsonObject
from services.runtime.strict_json import read_value

TEXTS = frozenset(
    {
        "title", "company", "company_url", "url", "apply_url", "description", "description_html", "location",
        "workplace", "salary", "salary_currency", "salary_period", "seniority", "employment", "department", "language",
    }
)  # fmt: skip
LISTS = frozenset({"locations", "countries", "skills", "languages"})
AMOUNTS = frozenset({"salary_min", "salary_max"})
_OTHERS = frozenset({"id", "remote", "timezones", "posted_at", "expires_at"})
FIELDS = TEXTS | LISTS | AMOUNTS | _OTHERS
"""All fields of a line. Needed: title and company, and a url or a description."""
_OPEN = frozenset({"worldwide", "anywhere"})
_HEAD_BYTES = 1024 * 1024
_MOST_LINE = 2_000_000
_NEARLY = 85
"""Likeness in percent from which an unknown field is taken for a misspelt one."""


class PostingLines(BaseFormat):
    """One JSON object a line: flat fields, named as people would."""

    name = "posting_lines"
    title = "JSON lines of posting fields"

    def detects(self, body: bytes) -> bool:
        """By a first line that is an object with a title and a company."""
        first = next((line for line in head_text(body, _HEAD_BYTES).split("\n") if line.strip()), "")
        if not first.lstrip().startswith("{"):
            return False
        try:
            row = read_value(first)[0]
        except ValueError:
            return False
        return isinstance(row, dict) and {"title", "company"} <= row.keys() and "@type" not in row

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into lines. Never raises; a faulty line is broken for itself, with its number and field."""
        return opened(body, lambda text: cut(_rows(text), _item, _title))

    def part(self, row: JsonObject) -> Item | Broken:
        """One line that came by itself, less contact fields; the fault of a broken one has its field.

        Fields that are not known are no fault here: whoever sent it is told of them.
        """
        source_id = text_of(row.get("id")) or None
        fault = _fault({name: value for name, value in row.items() if name in FIELDS})
        if fault is not None:
            return Broken(fault, source_id=source_id)
        bare = without_contacts(row)
        if len(_id_of(bare)) > MOST_ID:
            field = "id" if source_id else "url"
            return Broken(too_long(f'"{field}"', MOST_ID, field))
        return Item(_id_of(bare), bare)

    def draft(self, data: JsonObject) -> Draft:
        """Map an item."""
        countries = texts_of(data.get("countries"))
        anywhere = any(country.casefold() in _OPEN for country in countries)
        described = text_of(data.get("description_html")) or text_of(data.get("description"))
        return Draft(
            source_id=_id_of(data),
            title=plain(text_of(data.get("title"))),
            company=plain(text_of(data.get("company"))),
            url=text_of(data.get("url")) or None,
            apply_url=text_of(data.get("apply_url")) or None,
            company_url=text_of(data.get("company_url")) or None,
            html=markup_of(described),
            skills=stated("skills", *_split(data.get("skills"))),
            restriction=() if anywhere else stated("countries", *countries),
            restriction_open=anywhere,
            locations=distinct(
                stated("location", data.get("location")), stated("locations", *texts_of(data.get("locations")))
            ),
            workplace=_workplace(data),
            timezones=tuple(sorted({float(zone) for zone in list_of(data.get("timezones"))})),
            pay=band(
                "salary_min, salary_max",
                data.get("salary_min"),
                data.get("salary_max"),
                data.get("salary_currency"),
                data.get("salary_period"),
            ),
            pay_text=stated("salary", data.get("salary")),
            seniority=stated("seniority", data.get("seniority")),
            employment=stated("employment", data.get("employment")),
            departments=stated("department", data.get("department")),
            language=text_of(data.get("language")) or None,
            languages=stated("languages", *texts_of(data.get("languages"))),
            posted_at=date_of(data.get("posted_at")),
            expires_at=date_of(data.get("expires_at")),
        )


def _rows(text: str) -> Iterator[Any | Broken]:
    """Each line that holds something. Only a newline ends a line: U+2028 may stand within a text."""
    start = number = 0
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip()
        number += 1
        start = end + 1 if end >= 0 else len(text)
        if line:
            yield _row(number, line)


def _row(number: int, line: str) -> JsonObject | Broken:
    if len(line) > _MOST_LINE:
        fault = too_large("item_too_large", f"line {number:,}:", _MOST_LINE, "characters")
        return Broken(fault, line[:EXCERPT])
    try:
        row, end = read_value(line)
    except ValueError as error:
        return Broken(json_fault(error).at(f"line {number:,}: "), line[:EXCERPT])
    if not isinstance(row, dict):
        return Broken(FeedFault("not_an_object", f"line {number:,}: not an object of posting fields"), line[:EXCERPT])
    more = line[end:]
    broken = FeedFault("goes_on", f"more after the object: {more[:40]}") if more.strip() else _fault(row)
    if broken is not None:
        return Broken(broken.at(f"line {number:,}: "), line[:EXCERPT], text_of(row.get("id")) or None)
    return row


def _title(row: JsonObject) -> str:
    return text_of(row.get("title"))


def _item(row: JsonObject) -> Part:
    return Item(_id_of(row), row)


def _id_of(row: JsonObject) -> str:
    """The id, else the address, else a hash of what the job is."""
    known = text_of(row.get("id")) or text_of(row.get("url"))
    return known or digest_of(*(str(row.get(name)) for name in ("title", "company", "location", "locations")))


def _fault(row: JsonObject) -> FeedFault | None:
    """What is wrong with a line; None where it is sound."""
    for name in ("title", "company"):
        if not text_of(row.get(name)):
            return FeedFault("missing", f'"{name}" is missing', name)
    if not any(text_of(row.get(name)) for name in ("url", "description", "description_html")):
        return FeedFault("missing", 'one of "url", "description" and "description_html" is needed', "url")
    for name, value in row.items():
        if value is not None and (fault := _field_fault(name, value)):
            return fault
    low, high = amount_of(row.get("salary_min")), amount_of(row.get("salary_max"))
    if low is not None and high is not None and low > high:
        return FeedFault("out_of_order", '"salary_min" is more than "salary_max"', "salary_min")
    return None


def _field_fault(name: str, value: Any) -> FeedFault | None:
    if name not in FIELDS:
        near = process.extractOne(name, FIELDS, scorer=fuzz.ratio, score_cutoff=_NEARLY)
        said = f'there is no field "{name}"; did you mean "{near[0]}"?' if near else ""
        return FeedFault("unknown_field", said, name) if near else None
    if name in TEXTS and not isinstance(value, str):
        return _wrong_type(name, "is not text")
    if name in LISTS and not (isinstance(value, str) or _is_list_of(value, str)):
        return _wrong_type(name, "is not a list of texts")
    if name in AMOUNTS and (isinstance(value, bool) or (amount_of(value) is None and value not in (0, "0", ""))):
        return _wrong_type(name, f"is not an amount: {str(value)[:40]}")
    if name == "remote" and not isinstance(value, bool):
        return _wrong_type(name, "is not true or false")
    if name == "timezones" and not (_is_list_of(value, (int, float)) and all(-12 <= zone <= 14 for zone in value)):
        return _wrong_type(name, "is not a list of hours from UTC, -12 to 14")
    if name == "workplace" and value and not workplace_word(value):
        return FeedFault("unknown_value", f'"{name}" is none of remote, hybrid, onsite: {value[:40]}', name)
    if name in {"id", "posted_at", "expires_at"} and date_of(value) is None and value != "":
        return _wrong_type(name, "is neither text nor a number")
    return None


def _wrong_type(name: str, why: str) -> FeedFault:
    return FeedFault("wrong_type", f'"{name}" {why}', name)


def _is_list_of(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, list) and all(isinstance(part, kind) and not isinstance(part, bool) for part in value)


def _split(value: Any) -> list[str]:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else texts_of(value)


def _workplace(data: JsonObject) -> tuple[Stated, ...]:
    word = workplace_word(text_of(data.get("workplace")))
    if word:
        return (Stated("workplace", word),)
    return remote_flag("remote", data.get("remote"))

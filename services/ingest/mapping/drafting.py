"""From a row of a mapped feed to a draft, by the rules of its mapping."""

import html
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from services.ingest.adapters.formats.fields import (
    amount_of,
    band,
    distinct,
    markup_of,
    plain,
    point_of,
    workplace_word,
)
from services.ingest.domain.dates import read_date
from services.ingest.domain.draft import STATED_FIELDS, Draft, PayBand, Stated
from services.ingest.faults import FeedFault
from services.ingest.mapping.hints import missing
from services.ingest.mapping.paths import Kind, is_of_feed
from services.ingest.mapping.rows import JsonRow, Row, row_of
from services.ingest.mapping.rules import CutRule, FieldRules, NamedRule, PayRule, ValueRule
from services.ingest.mapping.settings import MappingSettings
from services.ingest.mapping.template import fill, template_paths
from services.ingest.mapping.trace import Trace
from services.ingest.mapping.written_dates import read_written
from services.ingest.ports import JsonObject, UnusableItemError

MOST_VALUES = 200
"""Of one field of one row."""
_TRUE = frozenset({"true", "yes", "1"})
_ZONES = (-12.0, 14.0)
_ANY_TIME = datetime(9_000, 1, 1, tzinfo=UTC)


class MappedRow:
    """A row and what its feed says around it."""

    def __init__(self, kind: Kind, row: Row, feed: dict[str, list[str]], nothing: frozenset[str]) -> None:
        """`nothing` are the texts that say nothing."""
        self.kind = kind
        self.row = row
        self._feed = feed
        self._nothing = nothing
        self._longest_nothing = max(map(len, nothing), default=-1)

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        """What a path finds, in the row or around it."""
        return self._feed.get(path, []) if is_of_feed(self.kind, path) else self.row.texts(path, markup=markup)

    def values(self, rule: ValueRule, *, markup: bool = False) -> tuple[Stated, ...]:
        """What a rule gives, as stated."""
        if rule.is_bare:
            return tuple(self._by_paths(rule, markup=markup)[:MOST_VALUES])
        found = [value for value in self._found(rule, markup=markup) if value.text][:MOST_VALUES]
        if not found and rule.default is not None:
            found = [Stated("default", rule.default)]
        if rule.join is not None and len(found) > 1:
            return (Stated(found[0].field, rule.join.join(value.text for value in found)),)
        return tuple(found)

    def first(self, rule: ValueRule | None) -> str:
        """The first text that a rule gives, or ""."""
        values = () if rule is None else self.values(rule)
        return values[0].text if values else ""

    def _found(self, rule: ValueRule, *, markup: bool) -> Iterable[Stated]:
        for stated in self._served(rule, markup=markup):
            text = _narrowed(stated.text, rule)
            parts = [text] if rule.split is None else text.split(rule.split)
            for part in parts:
                # Markup is left as it is: blanks behind a piece that was cut out belong to it.
                written = _replaced(part if markup and rule.split is None else part.strip(), rule)
                meant = rule.meanings.get(written.casefold(), written) if rule.values else written
                # A date that is not of its form stays as it is, so that the evidence shows it.
                yield Stated(stated.field, (read_written(meant, rule.date) if rule.date else None) or meant)

    def _telling(self, texts: list[str], rule: ValueRule) -> list[str]:
        # Looked at only where one is short: long texts are descriptions, whose case is not to be folded for nothing.
        most = self._longest_nothing
        return [text for text in texts if len(text) > most or not self._says_nothing(text.casefold(), rule)]

    def _says_nothing(self, text: str, rule: ValueRule) -> bool:
        return text in self._nothing and text not in rule.meanings

    def _served(self, rule: ValueRule, *, markup: bool) -> list[Stated]:
        if rule.constant is not None:
            return [Stated(rule.place(0, "constant"), rule.constant)]
        if rule.named is not None and isinstance(self.row, JsonRow):
            return list(_by_name(self.row, rule, rule.named))
        for template in rule.template:
            if joined := fill(template, lambda path: ", ".join(self._telling(self.texts(path), rule))):
                place = rule.place(0, ", ".join(template_paths(template)))
                return [Stated(place, _plain(joined, rule))]
        found = self._by_paths(rule, markup=markup)
        return [Stated(value.field, _plain(value.text, rule)) for value in found] if rule.escaped else found

    def _by_paths(self, rule: ValueRule, *, markup: bool) -> list[Stated]:
        found: list[Stated] = []
        for number, path in enumerate(rule.path or rule.all):
            texts = self.texts(path, markup=markup)
            if texts := texts and self._telling(texts, rule):
                place = rule.place(number, path)
                found += [Stated(place, text) for text in texts]
                if rule.path:
                    break
        return found


def _by_name(row: JsonRow, rule: ValueRule, named: NamedRule) -> Iterator[Stated]:
    for name, texts in row.named(named.among, named.name, named.value):
        if any(word.casefold() in name.casefold() for word in named.words):
            place = rule.place(0, f"{named.among}.{name}")
            yield from (Stated(place, _plain(text, rule)) for text in texts)


def _plain(text: str, rule: ValueRule) -> str:
    for _ in range(rule.escaped or 0):
        text = html.unescape(text)
    return text


def _narrowed(text: str, rule: ValueRule) -> str:
    if rule.after is not None and rule.after in text:
        text = text.partition(rule.after)[2]
    if rule.before is not None and rule.before in text:
        text = text.partition(rule.before)[0]
    text = text.strip()
    for cut in rule.cut:
        text = _without(text, cut)
    return text


def _without(text: str, cut: CutRule) -> str:
    kept: list[str] = []
    since = 0
    while (begin := text.find(cut.begin, since)) >= 0:
        end = text.find(cut.end, begin + len(cut.begin))
        if end < 0:
            break
        kept.append(text[since:begin])
        since = end + len(cut.end)
    return "".join((*kept, text[since:]))


def _replaced(text: str, rule: ValueRule) -> str:
    for written, meant in rule.replace.items():
        text = text.replace(written, meant)
    return text


def mapped_row(mapping: MappingSettings, data: JsonObject) -> MappedRow:
    """The row in an item. Raises UnusableItemError."""
    feed = data.get("feed")
    try:
        row = row_of(mapping.kind, data.get("row"), mapping.namespaces)
    except ValueError as error:
        raise UnusableItemError(FeedFault("not_xml", str(error))) from None
    return MappedRow(mapping.kind, row, feed if isinstance(feed, dict) else {}, mapping.blanks)


def source_id_of(mapping: MappingSettings, data: JsonObject) -> str:
    """The feed's own id of an item. Raises UnusableItemError, naming the path that gives none."""
    return _required(mapped_row(mapping, data), "source_id", mapping.fields.source_id)


def draft_of(mapping: MappingSettings, data: JsonObject) -> Draft:
    """Map an item. Raises UnusableItemError, naming the path, without an id or a title."""
    row, fields = mapped_row(mapping, data), mapping.fields
    stated = {name: _values(row, rule) for name in STATED_FIELDS if (rule := getattr(fields, name)) is not None}
    if workplaces := stated.get("workplace"):
        stated["workplace"] = _workplaces(workplaces)
    if places := stated.get("locations"):
        stated["locations"] = _located(row, fields, places)
    restriction, is_open = _restriction(row, fields, stated.get("restriction", ()))
    return Draft(
        source_id=_required(row, "source_id", fields.source_id),
        title=plain(_required(row, "title", fields.title)),
        company=plain(row.first(fields.company)),
        url=_link(row.first(fields.url)),
        apply_url=_link(row.first(fields.apply_url)),
        company_url=_link(row.first(fields.company_url)),
        html=_markup(row, fields.description),
        restriction_open=is_open,
        board_workplace=mapping.workplace,
        timezones=_zones(row, fields.timezones),
        pay=_bands(row, fields.pay),
        language=row.first(fields.language) or None,
        posted_at=row.first(fields.posted_at) or None,
        expires_at=row.first(fields.expires_at) or None,
        **{**stated, "restriction": restriction},
    )


def traces_of(mapping: MappingSettings, data: JsonObject) -> Iterator[Trace]:
    """What each rule that looks at the feed comes to in an item. Raises UnusableItemError."""
    row = mapped_row(mapping, data)
    for name, rule in mapping.fields.rules():
        if not rule.paths:
            continue
        written = " or ".join(rule.template or rule.path) or ", ".join(rule.all or rule.paths)
        # Without the default: a path that never finds anything is what is to be seen here.
        found = row.values(rule.model_copy(update={"default": None}))
        if not found:
            yield Trace(name, written, found=False, instead=_instead(row, rule))
            continue
        strange = _strange(name, rule, found)
        yield Trace(name, written, found=strange is None, instead=strange or "")


def _values(row: MappedRow, rule: ValueRule) -> tuple[Stated, ...]:
    """The one-line values that a rule gives, each once."""
    return distinct([Stated(value.field, text) for value in row.values(rule) if (text := plain(value.text))])


def _located(row: MappedRow, fields: FieldRules, places: tuple[Stated, ...]) -> tuple[Stated, ...]:
    """The places with their coordinates, where the row gives as many of these."""
    served = (() if rule is None else row.values(rule) for rule in (fields.latitude, fields.longitude))
    north, east = ([value.text for value in values] for values in served)
    if not len(north) == len(east) == len(places):
        return places
    return tuple(replace(place, at=point_of(*at)) for place, *at in zip(places, north, east, strict=True))


def _restriction(row: MappedRow, fields: FieldRules, served: tuple[Stated, ...]) -> tuple[tuple[Stated, ...], bool]:
    """The places that an applicant must be in, and whether the row says that anybody anywhere may apply."""
    words = {word.casefold() for word in fields.worldwide}
    places = tuple(place for place in served if place.text.casefold() not in words)
    said = not served and row.first(fields.restriction_open).casefold() in _TRUE
    return places, said or len(places) < len(served)


def _required(row: MappedRow, field: str, rule: ValueRule) -> str:
    text = row.first(rule)
    if not text:
        raise UnusableItemError(FeedFault("missing", f"no {field}: {_instead(row, rule)}", field))
    return text


def _instead(row: MappedRow, rule: ValueRule) -> str:
    empty = next((path for path in rule.paths if row.texts(path)), None)
    if empty is not None:
        return f'of what "{empty}" holds nothing is left'
    return missing(row.row, rule.paths, row.kind)


def _strange(field: str, rule: ValueRule, found: tuple[Stated, ...]) -> str | None:
    """Why values of some fields count as nothing said."""
    shown = found[0].text[:40]
    if field == "workplace" and not _workplaces(found):
        return f'"{shown}" is none of remote, hybrid, onsite: say what it means in values'
    if field == "timezones" and all(_hours(value.text) is None for value in found):
        return f'"{shown}" is no number of hours from UTC'
    if field in {"url", "apply_url", "company_url"} and _link(found[0].text) is None:
        return f'"{shown}" is no http(s) address: complete it by a template'
    if field in {"posted_at", "expires_at"} and read_date(field, found[0].text, fetched_at=_ANY_TIME).value is None:
        if rule.date is not None:
            return f'"{shown}" is not written as date says, {rule.date}'
        return f'"{shown}" is no date that is understood: say in date how it is written'
    if field.startswith("pay.") and field.endswith((".min", ".max")) and amount_of(found[0].text) is None:
        return f'"{shown}" is no plain number: pay_text takes any text'
    return None


def _workplaces(found: tuple[Stated, ...]) -> tuple[Stated, ...]:
    words = [(value.field, workplace_word(value.text)) for value in found]
    return tuple(Stated(field, word) for field, word in words if word is not None)


def _markup(row: MappedRow, rule: ValueRule | None) -> str:
    parts = () if rule is None else row.values(rule, markup=True)
    return "\n".join(markup_of(value.text) for value in parts)


def _bands(row: MappedRow, rules: tuple[PayRule, ...]) -> tuple[PayBand, ...]:
    bands: tuple[PayBand, ...] = ()
    for rule in rules:
        if not (rule.otherwise and bands):
            bands += _band(row, rule)
    return bands


def _band(row: MappedRow, rule: PayRule) -> tuple[PayBand, ...]:
    path = next((amount.paths[0] for amount in (rule.min, rule.max) if amount is not None and amount.paths), "pay")
    found = band(
        rule.called or path,
        row.first(rule.min),
        row.first(rule.max),
        row.first(rule.currency),
        row.first(rule.period),
        zone=row.first(rule.zone) or None,
    )
    if not rule.estimate:
        return found
    return tuple(replace(offer, kind="estimate") for offer in found)


def _zones(row: MappedRow, rule: ValueRule | None) -> tuple[float, ...]:
    served = () if rule is None else _values(row, rule)
    return tuple(hours for value in served if (hours := _hours(value.text)) is not None)


def _hours(text: str) -> float | None:
    try:
        hours = float(text)
    except ValueError:
        return None
    return hours if _ZONES[0] <= hours <= _ZONES[1] else None


def _link(text: str) -> str | None:
    return text if text.startswith(("http://", "https://")) else None

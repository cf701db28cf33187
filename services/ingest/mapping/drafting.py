"""From a row of a mapped feed to a draft, by the rules of its mapping."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from services.ingest.adapters.formats.fields import amount_of, band, distinct, markup_of, plain, workplace_word
from services.ingest.domain.dates import read_date
from services.ingest.domain.draft import STATED_FIELDS, Draft, PayBand, Stated
from services.ingest.mapping.evaluate import MappedRow
from services.ingest.mapping.hints import missing
from services.ingest.mapping.rows import row_of
from services.ingest.mapping.rules import FieldRules, PayRule, ValueRule
from services.ingest.mapping.settings import MappingSettings
from services.ingest.mapping.trace import Trace
from services.ingest.ports import JsonObject, UnusableItemError

_TRUE = frozenset({"true", "yes", "1"})
_ZONES = (-12.0, 14.0)
_ANY_TIME = datetime(9_000, 1, 1, tzinfo=UTC)


def mapped_row(mapping: MappingSettings, data: JsonObject) -> MappedRow:
    """The row in an item. Raises UnusableItemError."""
    feed = data.get("feed")
    try:
        row = row_of(mapping.kind, data.get("row"), mapping.namespaces)
    except ValueError as error:
        raise UnusableItemError(str(error)) from None
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


def _restriction(row: MappedRow, fields: FieldRules, served: tuple[Stated, ...]) -> tuple[tuple[Stated, ...], bool]:
    """The places that an applicant must be in, and whether the row says that anybody anywhere may apply."""
    words = {word.casefold() for word in fields.worldwide}
    places = tuple(place for place in served if place.text.casefold() not in words)
    said = not served and row.first(fields.restriction_open).casefold() in _TRUE
    return places, said or len(places) < len(served)


def _required(row: MappedRow, field: str, rule: ValueRule) -> str:
    text = row.first(rule)
    if not text:
        raise UnusableItemError(f"no {field}: {_instead(row, rule)}")
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

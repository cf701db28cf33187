"""Map a feed by hand: what it holds, what a mapping would make of it, and the mapped source written down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

from schemas.described import sentences
from schemas.posting import Posting
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.adapters.mapped.survey import FoundPath, Survey, SurveyedRow, row_at, survey, survey_by
from services.ingest.app import make_normalise, make_reader
from services.ingest.domain.polling.schedule import Validators
from services.ingest.mapping.files import PREFIX, mapping_of
from services.ingest.mapping.rules import FieldRules
from services.ingest.mapping.settings import MappingSettings
from services.ingest.mapping.trace import PathCounts, add_traces, path_lines
from services.ingest.ports import Broken, FetchFailedError, Item, Skip
from services.ingest.settings import IngestSettings
from services.ingest.trial import Fallen, judged
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.privacy.redaction import redacted
from services.runtime.privacy.secrets import without_keys
from services.settings.writing import written
from services.usecases import sources

__all__ = [
    "FIELDS",
    "Choice",
    "FoundPath",
    "MappingTrial",
    "Survey",
    "SurveyedRow",
    "fetched",
    "row_at",
    "rule_of",
    "said_of",
    "save",
    "survey",
    "survey_by",
    "table",
    "text_of",
    "tried",
]

Choice = tuple[str, str, str]
"""Of a field: the path chosen, the text of one's own, and how dates are written."""
_PAY: Final = ("min", "max", "currency", "period")
_NOT_BY_PATH: Final = frozenset({"pay", "worldwide", "restriction_open"})

FIELDS: Final[Mapping[str, str]] = {
    name: sentences(FieldRules).get(name, "").rstrip(".").replace("`", "")
    for name in FieldRules.model_fields
    if name not in _NOT_BY_PATH
} | {f"pay.{name}": (f"Of pay in numbers of its own: its {name}") for name in _PAY}
"""What can be mapped, in the order of `FieldRules`, with what each is."""
_MOST_POSTINGS = 3
_MOST_DIGITS = 6
_NOWHERE = "https://feed.example/"
"""Where a sample is taken to be, whose address nobody said."""
_MOST_FALLEN = 50
_MOST_TRACED = 1_000


@dataclass(slots=True)
class MappingTrial:
    """What a body comes to by a mapping, with nothing stored or sent."""

    items: int = 0
    postings: int = 0
    first: list[Posting] = field(default_factory=list)
    fallen: list[Fallen] = field(default_factory=list)
    """Of each item that is no posting why, 50 at most."""
    fell: int = 0
    of_row: Posting | Fallen | None = None
    """What becomes of one row; None where none was asked for, or there are not so many."""
    paths: list[str] = field(default_factory=list)
    """How often each path found something, and what was there instead."""
    next_page: str | None = None
    """The address of the page behind this one; None where none is followed."""

    @property
    def next_page_masked(self) -> str:
        """The same where nobody typed the address of the feed: without what may be a key in it."""
        return without_keys(self.next_page or "")


def fetched(settings: IngestSettings, url: str, now: datetime) -> bytes:
    """The first body of a feed, asked for as a poll does, never of a private address. Raises UsageError."""
    source = sources.source_at("check", url)
    try:
        return make_reader(settings, SystemRandom()).detail(source, source.url, Validators(), now).body
    except FetchFailedError as error:
        raise UsageError(f"nothing came: {redacted(error)}") from None


def paging(way: str, path: str, parameter: str, number: str) -> dict[str, Any]:
    """How pages are followed, as a mapping has it; empty where one body holds all. Raises UsageError."""
    if way == "":
        return {}
    if way in ("next", "cursor") and not path:
        raise UsageError("choose where in the feed it stands what leads to the next page")
    if way == "next":
        return {"paging": {"next": path}}
    if not parameter:
        raise UsageError("say by which parameter of the address a page is asked for")
    if number and not (number.isascii() and number.isdigit() and len(number) < _MOST_DIGITS):
        raise UsageError(f"{number[:20]} is no number of a page or of rows")
    settings: dict[str, Any] = {"parameter": parameter}
    if way == "cursor":
        settings |= {"path": path}
    elif way == "page":
        settings |= {"first": int(number)} if number else {}
    elif way == "offset":
        if not number:
            raise UsageError("say how many rows a page has")
        settings |= {"size": int(number)}
    else:
        raise UsageError("pages are followed by one of next, cursor, page or offset")
    return {"paging": {way: settings}}


def table(
    found: Survey, fields: Mapping[str, Any], *, complete: bool, pages: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A mapping as TOML has it; `fields` by name, `pay.min` for one of pay; `pages` as `paging` gives them."""
    plain = {name: rule for name, rule in fields.items() if not name.startswith("pay.")}
    pay = {name.removeprefix("pay."): rule for name, rule in fields.items() if name.startswith("pay.")}
    amounts = pay if "min" in pay or "max" in pay else {}
    head = {"kind": found.kind} | ({"items": found.items} if found.items else {})
    head |= {} if found.key is None else {"key": found.key}
    return (
        head
        | ({"complete": True} if complete else {})
        | dict(pages or {})
        | {"fields": plain | ({"pay": amounts} if amounts else {})}
    )


def rule_of(choice: Choice) -> Any:
    """A rule as TOML has it; None where nothing was chosen."""
    path, text, date = choice
    if text:
        return {"template": text} if "{" in text else {"constant": text}
    if not path:
        return None
    return {"path": path, "date": date} if date else path


def _amounts(least: float | None, most: float | None) -> str:
    said = ["" if amount is None else f"{amount:,.2f}".removesuffix(".00") for amount in (least, most)]
    return said[0] if said[0] == said[1] else "–".join(said)


def said_of(posting: Posting) -> dict[str, str]:
    """A posting in words, by what each is called."""
    pay, reach = posting.salary, posting.reach
    return {
        "Title": posting.title,
        "Company": posting.company.name,
        "Workplace": posting.workplace,
        "From where": " ".join((reach.scope, *reach.countries, *reach.groups)),
        "Pay": f"{_amounts(pay.min, pay.max)} {pay.currency} a {pay.period}" if pay else "",
        "Skills": ", ".join(skill.name for skill in posting.skills),
        "Kind": ", ".join(posting.offered),
        "Posted": f"{posting.posted_at:%Y-%m-%d}" if posting.posted_at else "",
        "Address": posting.url or "",
    }


def text_of(mapping: Mapping[str, Any]) -> str:
    """A mapping's file."""
    head = [f"{name} = {written(value)}" for name, value in mapping.items() if name != "fields"]
    fields = [f"{name} = {written(rule)}" for name, rule in mapping["fields"].items()]
    return "\n".join([*head, "", "[fields]", *fields, ""])


def tried(
    body: bytes, mapping: Mapping[str, Any], now: datetime, url: str = "", row: int | None = None
) -> MappingTrial:
    """Read a body by a mapping, as collectors and normaliser would; `url`: where it is, by which pages are told.

    `row`: the place of the one of which all that becomes of it is wanted.

    Raises UsageError for what is no mapping, or leads to no page.
    """
    found = Mapped("tried", _settings_of(mapping))
    result, paths = MappingTrial(), PathCounts()
    parts = _traced(found, body, paths)
    attribution, normalise = found.attribution, make_normalise()
    for outcome in judged(
        parts, set(), found=found, source="tried", attribution=attribution, normalise=normalise, now=now
    ):
        result.of_row = outcome if result.items == row else result.of_row
        result.items += 1
        if isinstance(outcome, Posting):
            result.postings += 1
            result.first += [outcome] if len(result.first) < _MOST_POSTINGS else []
        else:
            result.fell += 1
            result.fallen += [outcome] if len(result.fallen) < _MOST_FALLEN else []
    result.paths = list(path_lines(paths))
    try:
        result.next_page = found.next_page(url or _NOWHERE, body)
    except FetchFailedError as error:
        raise UsageError(str(error)) from None
    return result


def _traced(found: Mapped, body: bytes, paths: PathCounts) -> Iterator[Item | Skip | Broken]:
    """The parts of a body; `paths` counts what the mapping finds in the first of them as they are taken."""
    for place, part in enumerate(found.split(body)):
        if place < _MOST_TRACED and isinstance(part, Item):
            add_traces(paths, found.traces(part.data))
        yield part


def save(
    settings: IngestSettings,
    file: Path,
    name: str,
    url: str,
    mapping: Mapping[str, Any],
    *,
    every: str | None,
    now: datetime,
) -> Path:
    """Read a feed's address once more, then add it with its mapping, a file beside the settings; gives that file.

    Raises UsageError where it gives no posting, or the name is taken; UnavailableError where a file cannot be written.
    """
    sources.source_at(name, url)
    known = {**settings.mappings, name: _settings_of(mapping)}
    by_it = settings.model_copy(update={"mappings": known})
    report = sources.check(
        by_it, url, f"{PREFIX}{name}", allow_private=False, now=now, tell=lambda _: None, name=name
    )  # fmt: skip
    if not report.usable:
        raise UsageError(" ".join(line.strip() for line in sources.lines(report)))
    target = file.parent / "mappings" / f"{name}.toml"
    try:
        target.parent.mkdir(exist_ok=True)
        with target.open("x", encoding="utf-8") as opened:
            opened.write(text_of(mapping))
    except FileExistsError:
        raise UsageError(f"there is a mapping {target} already; give the source another name") from None
    except OSError as error:
        raise UnavailableError(f"{target} cannot be written: {error.strerror}") from None
    try:
        sources.add(file, name, url, every=every, mapping=target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def _settings_of(mapping: Mapping[str, Any]) -> MappingSettings:
    return mapping_of(dict(mapping), "the mapping")

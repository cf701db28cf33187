"""Sources: how each fares, what operators say of it, and a feed tried before it is added to the settings file."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import SystemRandom

from pydantic import ValidationError

from schemas.faults import first_fault
from schemas.posting import Posting
from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.adapters.formats.registry import detect, named_formats
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.app import make_normalise, make_reader
from services.ingest.check import CheckReport, lines
from services.ingest.check import check as checked
from services.ingest.domain.polling.schedule import SourceHealth
from services.ingest.mapping.files import PREFIX, mapping_in, name_of, shipped, shipped_texts
from services.ingest.ports import Format
from services.ingest.settings import IngestSettings, SourceSettings, source_for
from services.ingest.trial import Fallen, trial
from services.operating import expected_of
from services.overview.stream.model import SOURCE_SEVERITY, worst_first
from services.overview.stream.troubles.sources import of_reason
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.figures.hours import DAY, SOURCE_FAILURES, SOURCE_YIELD, last_days, read_counts
from services.runtime.figures.source_hours import SourceHour, read_source_hours
from services.runtime.figures.sources import SourceFigures, read_source_figures
from services.runtime.files.replacing import replace_file
from services.runtime.sql.store import reading
from services.settings import load_settings
from services.settings.writing import written
from services.usecases.installation import Installation
from services.usecases.progress import Tell
from services.usecases.workers import require_source

__all__ = [
    "CheckReport",
    "Fallen",
    "Format",
    "IngestSettings",
    "Normaliser",
    "SourceFigures",
    "SourceHealth",
    "SourceHistory",
    "SourceStanding",
    "accept",
    "add",
    "again",
    "alike",
    "check",
    "history",
    "hours",
    "lines",
    "mapping_text",
    "may_be_feed",
    "named_formats",
    "normaliser",
    "poll_now",
    "reading_as",
    "shipped",
    "source_at",
    "standings",
]


_NO_FEEDS = frozenset({".md", ".tsv", ".txt", ".py"})


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """A source, and how it fares."""

    url: str | None
    """Where it is polled; None of one that is pushed to."""
    figures: SourceFigures
    health: SourceHealth | None
    """As its polls or pushes left it; None of one that had none."""

    @property
    def well(self) -> bool:
        """Whether there is nothing to see to."""
        return SOURCE_SEVERITY[self.figures.state] in ("well", "idle")


def standings(installation: Installation, now: datetime) -> Sequence[SourceStanding]:
    """All sources, what is not well first. Raises UnavailableError."""
    ingest, engine = installation.settings.ingest, installation.engine
    urls = {source.name: source.url for source in ingest.sources}
    healths = {health.source: health for health in SqlSourceLedger(engine).healths()}
    figures = read_source_figures(engine, now, expected_of(ingest))
    found = [SourceStanding(urls.get(source.name), source, healths.get(source.name)) for source in figures]
    return sorted(found, key=lambda standing: worst_first(standing.figures.state))


@dataclass(frozen=True, slots=True)
class SourceHistory:
    """What came of a source's polls in 30 days, by day, the present one last; in UTC."""

    days: tuple[datetime, ...]
    yields: Mapping[str, tuple[int, ...]]
    """By source: postings that were new or changed. A source of which there was nothing is left out."""
    failures: Mapping[str, tuple[int, ...]]
    """Polls that failed, likewise."""


def history(installation: Installation, now: datetime) -> SourceHistory:
    """Of all sources. Raises UnavailableError."""
    days = last_days(now, 30)
    with reading(installation.engine) as connection:
        counts = read_counts(connection, days[0], (SOURCE_YIELD, SOURCE_FAILURES), DAY)
    found: dict[str, dict[str, list[int]]] = {SOURCE_YIELD: {}, SOURCE_FAILURES: {}}
    for count in counts:
        by_day = found[count.measure].setdefault(count.part, [0] * len(days))
        by_day[min((count.begins - days[0]).days, len(days) - 1)] += count.number
    yields, failures = ({name: tuple(row) for name, row in found[m].items()} for m in (SOURCE_YIELD, SOURCE_FAILURES))
    return SourceHistory(days, yields, failures)


def hours(installation: Installation, source: str, now: datetime) -> tuple[SourceHour, ...]:
    """What came of a source in each of the last 24 hours, the present one last. Raises UnavailableError."""
    with reading(installation.engine) as connection:
        return read_source_hours(connection, now, (source,))[source]


def poll_now(installation: Installation, source: str) -> None:
    """Have a source polled with the next tick. Raises UsageError for one that the settings do not name, or pushed."""
    if source not in [known.name for known in installation.settings.ingest.sources]:
        require_source(installation.settings, source)
        raise UsageError(f"{source} is pushed to: there is nothing to poll")
    SqlSourceLedger(installation.engine).poll_now(source)


def alike(installation: Installation, state: str, reason: str, now: datetime) -> list[str]:
    """The names of the sources that are in a state for a reason. Raises UsageError for none, UnavailableError."""
    names = of_reason([standing.figures for standing in standings(installation, now)], state, reason)
    if not names:
        raise UsageError(f"no source is {state} for that reason any more")
    return names


def accept(installation: Installation, source: str, now: datetime) -> int:
    """Say that a listing is right, be it that it shrank or what else is told of it; how many its next poll closes.

    Raises UsageError for a source that the settings do not name, or whose listing needs no such word.
    """
    require_source(installation.settings, source)
    ledger = SqlSourceLedger(installation.engine)
    expected = [candidate for candidate in expected_of(installation.settings.ingest) if candidate.name == source]
    [figures] = read_source_figures(installation.engine, now, expected)
    if figures.amiss is not None:
        ledger.accept_giving(source, now)
        return 0
    shrunk = ledger.accept_shrunk(source)
    if shrunk is None:
        raise UsageError(
            f"{source} needs no word of yours: its listing has not shrunk, and nothing is told of what it gives"
        )
    return shrunk.lacking


def again(installation: Installation, source: str | None) -> int:
    """Have all open postings of a source, or of all, go out once more when they are next found; gives how many.

    Nobody is mailed anything twice. Raises UsageError for a source that the settings do not name.
    """
    if source is not None:
        require_source(installation.settings, source)
    return SqlSourceLedger(installation.engine).send_again(source)


Normaliser = Callable[[bytes, str, datetime], Iterator[Posting | Fallen]]
"""A feed's bytes, by the name of a source, to its postings and what falls out."""


def reading_as(settings: IngestSettings, format: str | None, mapping: Path | None) -> tuple[IngestSettings, str]:
    """The settings with the mapping of a file among them, and the format to read by. Raises UsageError."""
    if mapping is None:
        named = format or "auto"
        if named != "auto":
            Catalogue(settings.mappings).format_named(named)
        return settings, named
    if format is not None:
        raise UsageError("a feed is read by its format or by a mapping, not by both")
    name = name_of(str(mapping))
    known = {**settings.mappings, name: mapping_in(mapping)}
    return settings.model_copy(update={"mappings": known}), f"{PREFIX}{name}"


def normaliser(format: str | None, mapping: Path | None) -> Normaliser:
    """Normalise feeds of a format or a mapping, else of what each tells by its content. Raises UsageError."""
    settings, wanted = reading_as(IngestSettings(), format, mapping)
    named = None if wanted == "auto" else Catalogue(settings.mappings).format_named(wanted)
    normalise = make_normalise()

    def normalised(body: bytes, source: str, now: datetime) -> Iterator[Posting | Fallen]:
        return trial(body, source=source, found=named or detect(body), normalise=normalise, now=now)

    return normalised


def check(
    settings: IngestSettings,
    target: str,
    format: str,
    *,
    allow_private: bool,
    now: datetime,
    tell: Tell,
    name: str = "check",
) -> CheckReport:
    """Read a feed as a poll would, and say what it would give; `tell` is told what is being done. Raises UsageError."""
    source = source_at(name, target, allow_private=allow_private, format=format)
    return checked(
        source,
        reader=make_reader(settings, SystemRandom()),
        normalise=make_normalise(),
        now=now,
        max_age=settings.max_age,
        progress=tell,
    )


def may_be_feed(file: Path) -> bool:
    """Whether a file of a folder of feeds is taken for one, by its name: notes and labels lie beside them."""
    return file.suffix not in _NO_FEEDS


def mapping_text(name: str) -> str:
    """The file of a mapping that comes along. Raises UsageError where none is called so."""
    texts = shipped_texts()
    if name not in texts:
        raise UsageError(f'no mapping called "{name}" comes along; there are: {", ".join(texts)}')
    return texts[name]


def add(
    file: Path,
    name: str,
    url: str,
    *,
    every: str | None = None,
    allow_private: bool = False,
    format: str | None = None,
    mapping: Path | None = None,
) -> None:
    """Append a source to the settings file, if it can be read with it. Raises UsageError, UnavailableError."""
    is_web = source_at(name, url).is_web
    values: dict[str, str | bool | None] = {
        "name": name,
        "url": url if is_web else _beside(file, Path(url)),
        "format": format,
        "mapping": None if mapping is None else _beside(file, mapping),
        "every": every,
        "allow_private": allow_private or None,
    }
    lines = [f"{key} = {written(value)}" for key, value in values.items() if value is not None]
    _append(file, "\n".join(("[[ingest.sources]]", *lines, "")))


def _append(file: Path, block: str) -> None:
    try:
        joined = f"{file.read_text(encoding='utf-8').rstrip()}\n\n{block}"
    except OSError as error:
        raise UnavailableError(f"{file} cannot be read: {error.strerror}") from None
    _require_tables(file, joined)
    replace_file(file, joined.encode(), lambda tried: Catalogue(load_settings(tried).ingest.mappings))


def _require_tables(file: Path, joined: str) -> None:
    """Raises UsageError where a file that can be read takes no further table of a source."""
    try:
        tomllib.loads(joined)
    except tomllib.TOMLDecodeError:
        raise UsageError(
            f"the sources of {file} are one list, which takes no more; write each as [[ingest.sources]]"
        ) from None


def source_at(name: str, url: str, *, allow_private: bool = False, format: str = "auto") -> SourceSettings:
    """A source by its name and address or path. Raises UsageError for what cannot be one."""
    try:
        return source_for(url, name=name, allow_private=allow_private, format=format)
    except ValidationError as error:
        raise UsageError(str(first_fault(error))) from None


def _beside(file: Path, path: Path) -> str:
    """As the settings file names it: below its folder by what follows that, else whole."""
    whole, folder = path.expanduser().resolve(), file.resolve().parent
    return str(whole.relative_to(folder) if whole.is_relative_to(folder) else whole)

"""What a feed would give before it is added as a source: counts, faults, and how often each field is filled."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.posting import Attribution, Posting
from services.ingest.details import DetailReader, most_calls
from services.ingest.domain.polling.giving import is_much
from services.ingest.domain.polling.listing import Terms, ended_note, is_backlog
from services.ingest.domain.polling.schedule import Validators
from services.ingest.mapping.trace import PathCounts, add_traces, path_lines
from services.ingest.ports import Broken, FetchFailedError, Item, Skip
from services.ingest.reader import Page, Reader
from services.ingest.settings import SourceSettings
from services.ingest.trial import Normalise, judged
from services.runtime.privacy.redaction import redacted
from services.runtime.privacy.secrets import without_keys

MOST_PAGES = 3
"""Of a feed on the web; enough to judge it by."""
MOST_DETAILS = 3
"""Calls for what its listing lacks, where a poll would make any."""
_MOST_EXAMPLES = 5

_FILLED: dict[str, Callable[[Posting], bool]] = {
    "title": lambda posting: bool(posting.title),
    "company": lambda posting: bool(posting.company.name),
    "url": lambda posting: bool(posting.url),
    "description": lambda posting: bool(posting.description_text),
    "language": lambda posting: posting.language is not None,
    "skills": lambda posting: bool(posting.skills),
    "workplace": lambda posting: posting.workplace != "unknown",
    "reach": lambda posting: posting.reach.scope != "unknown",
    "timezones": lambda posting: posting.timezones is not None,
    "salary": lambda posting: posting.salary is not None,
    "seniority": lambda posting: posting.seniority is not None,
    "employment": lambda posting: bool(posting.offered),
    "posted_at": lambda posting: posting.posted_at is not None,
    "expires_at": lambda posting: posting.expires_at is not None,
}


@dataclass(slots=True)
class CheckReport:
    """What one reading of a feed came to."""

    address: str
    formats: Counter[str] = field(default_factory=Counter)
    """Bodies by the title of their format."""
    complete: bool = False
    """What vanishes from it would close."""
    attribution: Attribution | None = None
    pages: int = 0
    bytes: int = 0
    failure: str | None = None
    """Why nothing of it could be had."""
    items: int = 0
    postings: int = 0
    """Items that became postings, and that a first poll would take."""
    backlog: int = 0
    """Items that a first poll would alert nobody to."""
    fallen: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """What became no posting, by kind and reason; dead letters are of the feed, or of items that can be no posting."""
    unread: int = 0
    """Rows that may be jobs, and of which nothing could be read."""
    faults: list[str] = field(default_factory=list)
    """Why the listing is not whole."""
    filled: Counter[str] = field(default_factory=Counter)
    """Postings that have each field."""
    paths: PathCounts = field(default_factory=dict)
    """Of a mapped feed, how often each path found something."""
    sample: Posting | None = None
    """The posting that has the most fields."""

    @property
    def usable(self) -> bool:
        return self.postings > 0


def check(
    source: SourceSettings,
    *,
    reader: Reader,
    normalise: Normalise,
    now: datetime,
    max_age: timedelta,
    progress: Callable[[str], None] = lambda said: None,
) -> CheckReport:
    """Read a feed as a first poll would, and judge it by the same rules, without writing or sending anything.

    `max_age` is that of the settings; `progress` is told what is being done.
    """
    if source.is_web:
        source = source.model_copy(update={"max_pages": min(source.max_pages, MOST_PAGES)})
    report = CheckReport(source.url)
    listed: set[str] = set()
    progress(f"asking {without_keys(source.url)}")
    try:
        for number, page in enumerate(reader.read(source, Validators(), now), 1):
            progress(f"reading page {number}, {page.size / 1e6:.2f} MB")
            page = replace(page, parts=_some_completed(page, source, reader, now))
            _check_page(report, source, page, listed, normalise, now, max_age)
    except FetchFailedError as error:
        if report.bytes:
            report.faults.append(redacted(error))
        else:
            report.failure = redacted(error)
    return report


def _some_completed(
    page: Page, source: SourceSettings, reader: Reader, now: datetime
) -> Iterator[Item | Skip | Broken]:
    """The parts of a page, with the details of its first few items where a poll would ask for them."""
    if page.format is None or page.format.details is None:
        yield from page.parts
        return
    most = min(most_calls(source, page.format.details), MOST_DETAILS)
    details = DetailReader(
        source.model_copy(update={"max_details": most}),
        fetch=lambda address, validators: reader.detail(source, address, validators, now),
        kept=lambda _: {},
        now=now,
    )
    for number, part in enumerate(page.parts):
        ready = details.complete(page.format, [part]).items if isinstance(part, Item) and number < most else []
        yield ready[0] if ready else part


def _check_page(
    report: CheckReport,
    source: SourceSettings,
    page: Page,
    listed: set[str],
    normalise: Normalise,
    now: datetime,
    max_age: timedelta,
) -> None:
    report.faults += [reason for reason in (page.fault, page.limit) if reason is not None]
    report.bytes += page.size
    if page.format is None:
        return
    report.pages += 1
    report.formats[page.format.title] += 1
    report.complete = page.format.complete if source.complete is None else source.complete
    report.attribution = source.attribution or page.format.attribution
    terms = Terms(now=now, max_age=max_age, complete=report.complete, first_poll=True)
    outcomes = judged(
        _traced(page, report),
        listed,
        found=page.format,
        source=source.name,
        attribution=report.attribution,
        normalise=normalise,
        now=now,
        terms=terms,
    )
    for outcome in outcomes:
        if isinstance(outcome, Posting):
            _take_posting(report, outcome, terms)
            continue
        report.items += outcome.whole
        report.unread += outcome.is_unread
        report.fallen[outcome.kind][outcome.reason] += 1


def _traced(page: Page, report: CheckReport) -> Iterator[Item | Skip | Broken]:
    for part in page.parts:
        if isinstance(part, Item) and page.format is not None:
            add_traces(report.paths, page.format.traces(part.data))
        yield part


def _take_posting(report: CheckReport, posting: Posting, terms: Terms) -> None:
    report.items += 1
    report.postings += 1
    report.backlog += is_backlog(posting.posted_at, terms)
    has = [name for name, test in _FILLED.items() if test(posting)]
    report.filled.update(has)
    if report.sample is None or len(has) > sum(test(report.sample) for test in _FILLED.values()):
        report.sample = posting


def lines(report: CheckReport) -> Iterator[str]:
    """Tell a report to a person."""
    if report.failure is not None:
        yield f"Nothing came: {report.failure}"
        return
    came = f"{counted(report.pages, 'body')}, {report.bytes / 1e6:.2f} MB"
    yield f"{without_keys(report.address)}: {_format_words(report)}, {came}"
    yield (
        f"{counted(report.items, 'item')}: {counted(report.postings, 'posting')}"
        f" ({report.backlog} too old for a first poll to alert to), "
        f"{counted(report.fallen['dead letter'].total(), 'dead letter')}, {report.fallen['skip'].total()} skipped, "
        f"{report.fallen['merge'].total()} merged"
    )
    if ended := report.fallen["ended"].total():
        yield f"  {ended_note(report.items, report.postings, ended)}"
    for kind, title in (("dead letter", "dead letter"), ("skip", "skipped"), ("merge", "merged")):
        for reason, count in report.fallen[kind].most_common(_MOST_EXAMPLES):
            yield f"  {count} {title}: {reason}"
    if is_much(report.unread, report.postings):
        yield (
            f"Of {counted(report.unread, 'row')} that may be jobs nothing can be read, as said above: the source would"
            " be NOT WELL."
        )
    for fault in report.faults[:_MOST_EXAMPLES]:
        yield f"  not whole: {fault}"
    yield from path_lines(report.paths)
    if not report.usable:
        yield f"It would give no posting{_why_none(report)}."
        if report.bytes and not report.formats:
            yield "A feed of a format of its own is read by a mapping: docs/mapped-feeds.md begins with an example."
        return
    yield "What vanishes from it closes." if report.complete else "A posting ends by its expiry or its age."
    if report.attribution is not None:
        yield f"It asks to be named: {report.attribution.name} <{report.attribution.url}>"
    yield "Filled:"
    for name in _FILLED:
        share = report.filled[name] / report.postings
        yield f"  {name:<12} {report.filled[name]:>6} of {report.postings}  {share:>4.0%}"
    if report.sample is not None:
        yield from _sample_lines(report.sample)


def _why_none(report: CheckReport) -> str:
    """Where all that it lists is past its end, that."""
    ended = report.fallen["ended"].total()
    return f" now: {ended_note(report.items, report.postings, ended)}" if ended else ""


def _format_words(report: CheckReport) -> str:
    if not report.formats:
        return "no known format"
    return ", ".join(title for title, _ in report.formats.most_common())


def _sample_lines(posting: Posting) -> Iterator[str]:
    yield f"For example: {posting.title} — {posting.company.name}"
    shown = {
        "skills": ", ".join(skill.name for skill in posting.skills[:12]),
        "workplace": posting.workplace,
        "reach": " ".join((posting.reach.scope, *posting.reach.countries[:8], *posting.reach.groups[:8])),
        "salary": "" if posting.salary is None else posting.salary.model_dump_json(exclude={"tops"}, exclude_none=True),
        "seniority": posting.seniority or "",
        "employment": " or ".join(posting.offered),
        "posted_at": "" if posting.posted_at is None else posting.posted_at.isoformat(),
    }
    for name, value in shown.items():
        yield f"  {name:<12} {value or 'not stated'}"
        for evidence in posting.evidence.get(name, ())[:2]:
            yield f"    {evidence.source}: {evidence.text}"

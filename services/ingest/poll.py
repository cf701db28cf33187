"""One poll of one source: what it lists is held against the ledger; what is new, changed or gone is sent."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from schemas.counted import counted
from services.ingest.aside import Aside
from services.ingest.details import DetailReader
from services.ingest.domain.polling.listing import (
    ListedItem,
    Shrunk,
    Terms,
    ended_note,
    is_confirmed,
    is_hardly_any,
    is_of_others,
    judge,
    missed,
    proves_absence,
    seen_again,
    shrinking,
)
from services.ingest.domain.polling.schedule import Counts, SourceHealth, Validators
from services.ingest.events import count_renumbered, other_jobs, seen_of
from services.ingest.faults import adapter_failed
from services.ingest.ports import Broken, Format, Item, KeptItem, Skip
from services.ingest.reader import Page
from services.ingest.sending import AT_ONCE, Change, Tools, close, send
from services.ingest.settings import SourceSettings
from services.ingest.unread import Unread
from services.runtime.chunks import chunked

_MOST_FAULTS = 3

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a poll came to."""

    source: str
    format: str | None
    counts: Counts
    unchanged: bool
    """The source said that nothing changed."""
    whole: bool
    """The listing arrived whole."""
    error: str | None
    """Why the poll counts as failed; what was whole before was taken nevertheless."""
    notes: tuple[str, ...]
    """Skips by reason, and what else there is to say."""
    waiting: int = 0
    """New postings that are held back until there is room for the calls that they need."""
    hung: bool = False
    """It failed since its server let the time run out."""
    shrunk: Shrunk | None = None
    """How its complete listing shrank, where that is still to be confirmed."""
    unread: int = 0
    """Rows that may be jobs, of which nothing could be read: broken ones, blank ones, and those with another's id."""
    ended: int = 0
    """Postings that it lists and that are past their end, of which none is taken."""
    says: Mapping[str, int] = field(default_factory=dict)
    """Of how many of its postings what is stated, and how much they have of their own: `Polled.says`."""
    said_by: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """How many known postings, and how many new ones, state what."""
    known: int = 0
    hosts: Mapping[str, int] = field(default_factory=dict)
    """How many of its postings link to which host."""
    renamed: int = 0
    """Known postings that may be other jobs now, where these are many."""
    differ: str = ""
    """In what most of these do."""
    held: int = 0
    """New postings that are not sent yet, as its listing may be another board's."""
    cut: bool = False
    """Pages of its complete listing were left unasked."""
    moved_to: str | None = None
    """Where another site has its listing for good, by what its server says; empty where none, None of no answer."""
    rest: timedelta | None = None
    """How long its formats' boards ask to be left alone between polls."""


class Poll:
    """Takes pages. What a crash in between repeats or loses: `sending`."""

    def __init__(
        self, source: SourceSettings, health: SourceHealth, now: datetime, tools: Tools, details: DetailReader
    ) -> None:
        self._details = details
        self._source = source
        self._health = health
        self._now = now
        self._tools = tools
        self._listed: set[str] = set()
        self._outcomes: Counter[str] = Counter()
        self._says: defaultdict[str, set[str | int]] = defaultdict(set)
        self._said_by: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._hosts: Counter[str] = Counter()
        self._titles: set[int] = set()
        self._skips: Counter[str] = Counter()
        self._unread = Unread(source.name, now, tools)
        self._aside = Aside(source, health, now, tools)
        self._bytes = 0
        self._pages = 0
        self._moved_to: str | None = None
        self._formats: dict[str, Format] = {}
        self._validators = Validators()
        self._faults: list[str] = []
        self._limits: list[str] = []
        self._unchanged = False
        self._hung = False

    def take(self, page: Page) -> bool:
        """Take a page; gives whether the next is wanted."""
        if self._moved_to is None:
            self._moved_to = page.moved_to
        if page.unchanged:
            self._take_unchanged()
            return False
        if page.fault is not None:
            self.fail(page.fault, hung=page.hung)
        if page.limit is not None:
            self._limits.append(page.limit)
        self._pages += 1
        self._bytes += page.size
        if self._pages == 1:
            self._validators = page.validators
            # They vouch for what the ledger held until now; were this poll to break off, it would hold something else.
            self._tools.ledger.forget_validators(self._source.name)
        if page.format is None:
            return True
        self._formats[page.format.name] = page.format
        terms = self._terms(page.format)
        listed, unchanged = len(self._listed), self._outcomes["unchanged"]
        for parts in chunked(page.parts, AT_ONCE):
            self._take_parts(page.format, parts, terms)
        listed, unchanged = len(self._listed) - listed, self._outcomes["unchanged"] - unchanged
        # A listing that is not complete begins with the newest: behind a page of old news there is nothing new either.
        return terms.complete or terms.first_poll or not self._source.is_web or listed == 0 or unchanged < listed

    def fail(self, reason: str, *, hung: bool = False) -> None:
        """The listing did not come whole."""
        self._faults.append(reason)
        self._hung = self._hung or hung

    def finish(self) -> PollReport:
        """Close what vanished, and say what the poll came to."""
        error = self._error()
        whole = error is None and not self._limits
        shrunk, complete = self._health.shrunk, False
        if self._formats:
            complete = all(self._is_complete(found) for found in self._formats.values())
            # Before what is lacking is looked for, which they are not.
            held_others = self._aside.settle_others(self._known)
            self._outcomes.update({"unchanged": held_others, "changed": -held_others})
            shrunk = self._close_vanished(whole=whole) if complete or not self._listed else None
        held = self._aside.settle_new(shrunk)
        self._outcomes["new"] -= held
        return PollReport(
            source=self._source.name,
            format=", ".join(sorted(self._formats)) or self._health.format,
            counts=self._counts(),
            unchanged=self._unchanged,
            whole=whole,
            error=error,
            notes=tuple(self._notes(shrunk)),
            waiting=self._details.waiting,
            hung=self._hung,
            shrunk=shrunk,
            unread=self._unread.rows,
            ended=self._outcomes["ended"],
            says={name: len(said) for name, said in self._says.items()},
            said_by={name: (self._said_by[0][name], self._said_by[1][name]) for name in self._says},
            known=self._known,
            hosts=self._hosts,
            renamed=self._aside.recycled,
            differ=self._aside.in_what,
            held=held,
            cut=bool(self._limits) and self._source.is_web and complete,
            moved_to=self._moved_to,
            rest=max((found.every for found in self._formats.values() if found.every is not None), default=None),
        )

    def validators(self, report: PollReport) -> Validators:
        """What to ask with next time: of web pages only a listing in one body can be vouched for by its validators.

        Nothing while postings wait for their details, or are held, or a board seems to have filled its last jobs: the
        listing must come again for them.
        """
        if self._unchanged:
            return self._health.validators
        in_one_body = self._pages == 1 or not self._source.is_web
        ran_out = report.shrunk is not None and report.shrunk.is_of_last_jobs
        is_held = report.waiting or report.held or self._aside.others or ran_out
        return self._validators if report.whole and in_one_body and not is_held else Validators()

    @property
    def _known(self) -> int:
        """Of what is listed, such as was open before."""
        return self._outcomes["unchanged"] + self._outcomes["changed"]

    def _is_complete(self, found: Format) -> bool:
        return found.complete if self._source.complete is None else self._source.complete

    def _terms(self, found: Format) -> Terms:
        return Terms(
            now=self._now,
            max_age=self._tools.settings.max_age,
            complete=self._is_complete(found),
            first_poll=self._health.settled_at is None,
        )

    def _take_parts(self, found: Format, parts: Iterable[Item | Skip | Broken], terms: Terms) -> None:
        fresh: list[Item] = []
        broken: list[Broken] = []
        for part in parts:
            if isinstance(part, Skip):
                self._skips[part.reason] += 1
                if part.is_unread:
                    self._unread.skip(part)
            elif isinstance(part, Broken):
                broken.append(part)
            elif part.source_id in self._listed:
                self._skips["repeat of an item of this listing"] += 1
            else:
                self._listed.add(part.source_id)
                fresh.append(part)
        completed = self._details.complete(found, fresh)
        items: dict[str, tuple[ListedItem, Item]] = {}
        for item in completed.items:
            read = self._listed_item(found, item)
            if isinstance(read, Broken):
                broken.append(read)
            else:
                items[item.source_id] = (read, item)
        self._send(found, items, terms, renewed=completed.renewed)
        self._faults += self._unread.bury(broken)

    def _listed_item(self, found: Format, item: Item) -> ListedItem | Broken:
        try:
            return seen_of(found, item, self._now)
        except Exception as error:
            # A fault of an adapter costs one item, not the feed.
            _events.exception("an adapter failed", format=found.name, source=self._source.name)
            return Broken(adapter_failed(f"the format {found.name} failed", error), source_id=item.source_id)

    def _send(
        self, found: Format, items: dict[str, tuple[ListedItem, Item]], terms: Terms, *, renewed: Collection[str]
    ) -> None:
        name = self._source.name
        known = self._tools.ledger.known(name, items)
        judged = [
            (judge(seen, known.get(source_id), source=name, terms=terms), item)
            for source_id, (seen, item) in items.items()
        ]
        changed = {item.source_id: item.data for row, item in judged if row.outcome == "changed"}
        others = other_jobs(found, changed, self._tools.ledger.items(name, changed), self._now) if changed else {}
        # What is known is counted first: only where hardly any of it is listed may what is new be another board's.
        self._outcomes.update(verdict.outcome for verdict, _ in judged)
        any_new = any(verdict.outcome == "new" for verdict, _ in judged)
        new_waits = any_new and self._aside.takes_new(self._known - len(others), terms)
        changes: list[Change] = []
        for verdict, item in judged:
            change = Change(
                verdict.known,
                item.data,
                goes_out=verdict.goes_out,
                renews_item=verdict.outcome != "unchanged" or item.source_id in renewed,
            )
            if verdict.outcome == "new" and new_waits:
                self._aside.new.append(change)
            elif item.source_id in others:
                self._aside.others.append((change, known[item.source_id]))
                self._aside.differ[others[item.source_id]] += 1
            else:
                changes.append(change)
        send(self._tools, changes, self._now)
        for verdict, item in judged:
            if verdict.outcome in ("unchanged", "changed", "new"):
                self._said_by[verdict.outcome == "new"].update(items[item.source_id][0].says.keys())
        for seen, _ in items.values():
            self._hosts[seen.host] += 1
            self._titles.add(hash(seen.titled))
            for field_, words in seen.says.items():
                self._says[field_].add(hash(words) if words else seen.source_id)

    def _take_unchanged(self) -> None:
        """The source vouches for its last whole listing: what that showed is seen again, what it lacked is lacking."""
        self._unchanged = True
        if self._health.format is None or self._health.listed_at is None:
            return
        rows = self._tools.ledger.seen_since(self._source.name, self._health.listed_at)
        for name in {row.format for row in rows}:
            self._formats[name] = self._tools.format_named(name)
        for some in chunked(rows, AT_ONCE):
            judged = [
                judge(seen_again(row), row, source=row.source, terms=self._terms(self._formats[row.format]))
                for row in some
            ]
            self._tools.ledger.keep(KeptItem(verdict.known) for verdict in judged)
            self._outcomes.update(verdict.outcome for verdict in judged)
        self._listed.update(row.source_id for row in rows)

    def _close_vanished(self, *, whole: bool) -> Shrunk | None:
        """Close what a complete listing has lacked often enough, and an empty one by an operator's word.

        Gives how it shrank, where that is to be confirmed: of one that broke off only if much of it was new.
        """
        if not whole and not is_hardly_any(self._known, len(self._aside.new)):
            return self._health.shrunk
        unseen = self._tools.ledger.unseen_since(self._source.name, self._now)
        # What is listed and cannot be read is not gone, and each item without an id may be one that seems to be.
        lacking = [row for row in unseen if row.source_id not in self._unread.ids]
        if len(lacking) <= self._unread.nameless:
            return None
        health, listed = self._health, len(self._listed)
        if is_hardly_any(known := self._known, len(lacking)):
            items_of = partial(self._tools.ledger.items, self._source.name)
            known += count_renumbered(self._formats, lacking, items_of, self._titles, self._now)
        shrunk = shrinking(health.shrunk, listed, known, len(lacking), self._now, health.listed_at)
        if shrunk is not None and is_of_others(health.shrunk, known, len(lacking), self._now, health.listed_at):
            shrunk = replace(shrunk, held=len(self._aside.new))
        if self._source.turns_over and listed:
            shrunk = None
        closes = shrunk is None or is_confirmed(shrunk, health.shrunk_accepted, self._now)
        if not whole:
            return health.shrunk if shrunk is None or not shrunk.held else None if closes else shrunk
        if not proves_absence(complete=True, whole=whole, listed=listed) and not (shrunk and closes):
            return shrunk
        for rows in chunked(lacking, AT_ONCE):
            # That nothing is listed counts as no miss; an operator has said that it is so.
            judged = [missed(row, closes=closes) if listed else replace(row, is_open=False) for row in rows]
            self._tools.ledger.keep(KeptItem(row) for row in judged if row.is_open)
            self._outcomes["closed"] += close(self._tools, [row for row in judged if not row.is_open], self._now)
        return None if closes else shrunk

    def _error(self) -> str | None:
        if self._faults:
            distinct = list(dict.fromkeys(self._faults))
            more = f"; and {len(distinct) - _MOST_FAULTS} more" if len(distinct) > _MOST_FAULTS else ""
            return "; ".join(distinct[:_MOST_FAULTS]) + more
        return "not one item could be read" if self._unread.rows and not self._listed else None

    def _counts(self) -> Counts:
        return Counts(
            items=len(self._listed),
            new=self._outcomes["new"],
            changed=self._outcomes["changed"] + self._outcomes["reopened"],
            closed=self._outcomes["closed"],
            skipped=self._skips.total(),
            broken=self._unread.broken,
            bytes=self._bytes,
        )

    def _notes(self, shrunk: Shrunk | None) -> Iterator[str]:
        if shrunk is not None:
            wait = f"; {counted(shrunk.held, 'new one waits', 'new ones wait')} too" * bool(shrunk.held)
            still = "they stay open until that is confirmed"
            yield f"{shrunk.listed:,} listed, {shrunk.lacking:,} open ones not; {still}{wait}"
        yield from self._limits
        yield from self._details.notes()
        if self._outcomes["ended"]:
            taken = sum(self._outcomes[outcome] for outcome in ("new", "changed", "reopened", "unchanged"))
            yield ended_note(len(self._listed), taken, self._outcomes["ended"])
        for reason, count in self._skips.most_common():
            yield f"{count} skipped: {reason}"
        yield from self._unread.notes()

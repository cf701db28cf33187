"""`jobchime status`: the whole stream on one page, sources to deliveries."""

import io
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.counted import counted
from services.cli.options import AsJson, Config
from services.cli.output import Cleaned, console, print_json
from services.runtime.printable import printable
from services.settings import load_settings
from services.usecases.overview import (
    BAD_DELIVERIES,
    SERVICE_SEVERITY,
    SOURCE_SEVERITY,
    EngineView,
    Gatherer,
    Overview,
    Peak,
    ServiceView,
    Severity,
    SourceFigures,
    StoreFigures,
    Trouble,
    healthy,
    span,
    troubles,
    watcher,
    worst_first,
)
from services.usecases.wording import ago, lasting

_PIPE_WIDTH = 160
_STYLE: dict[Severity, str] = {"grave": "bold red", "note": "yellow", "well": "green", "idle": "dim"}
_MOST_TROUBLES = 12
_CUT = ("reason", "last error")
"""Columns that a narrow terminal cuts off first."""
_MOST_LETTERS = 5
_MOST_SOURCES = 15


def status(
    config: Config = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Refresh until you press Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.5, max=3_600, help="Seconds between two refreshes.")] = 2.0,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if something is not well.")] = False,
    as_json: AsJson = False,
    svg: Annotated[Path | None, typer.Option(hidden=True, help="Also draw the page into a file.")] = None,
) -> None:
    """Show how everything is going: problems first, and what to do. With --json or --check, exit 1 if there are any."""
    with watcher(load_settings(config)) as gatherer:
        if watch and not as_json and sys.stdout.isatty():
            _watch(gatherer, every)
            return
        # A pipe has no place to go back to: there one page comes after the other.
        while True:
            overview = gatherer.look()
            if as_json:
                print_json(as_dict(overview))
                sys.stdout.flush()
            else:
                _print(overview, svg)
            if not watch:
                break
            time.sleep(every)
    if (as_json or check) and not healthy(overview):
        raise typer.Exit(1)


def as_dict(overview: Overview) -> dict[str, Any]:
    """The overview for programs, with its troubles."""
    found: dict[str, Any] = _plain(asdict(overview))
    found["healthy"] = healthy(overview)
    found["troubles"] = [asdict(trouble) for trouble in troubles(overview)]
    for service, seen in zip(found["services"], overview.services, strict=True):
        service["alive"] = len(seen.alive(overview.at))
    return found


def _watch(gatherer: Gatherer, every: float) -> None:
    """Draw the page over itself."""
    with Live(console=console(), screen=True, auto_refresh=False) as live:
        while True:
            live.update(Cleaned(page(gatherer.look())), refresh=True)
            time.sleep(every)


def _print(overview: Overview, svg: Path | None) -> None:
    console(width=_PIPE_WIDTH).print(page(overview))
    if svg is not None:
        drawn = Console(record=True, width=130, file=io.StringIO(), force_terminal=True, color_system="truecolor")
        drawn.print(page(overview))
        # Without the fonts that it would have a reader fetch from elsewhere.
        picture = re.sub(r"@font-face \{.*?\}\s*", "", drawn.export_svg(title="jobchime status"), flags=re.DOTALL)
        svg.write_text(picture, encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value


def page(overview: Overview) -> RenderableType:
    """Everything, the verdict first."""
    parts: list[RenderableType] = []
    if overview.figures is not None and overview.figures.sources:
        parts.append(_sources(overview.figures, overview.at))
    if overview.topics:
        parts.append(_topics(overview))
    parts.append(_services(overview))
    if overview.stages:
        parts.append(_stages(overview))
    if overview.letters:
        parts.append(_letters(overview))
    if overview.figures is not None:
        parts.append(_people(overview.figures, overview.at, overview.peak))
    return Group(_verdict(overview), *(line for part in parts for line in (part, Text())))


def _verdict(overview: Overview) -> RenderableType:
    found = troubles(overview)
    grave = [trouble for trouble in found if trouble.grave]
    title = f"jobchime, {overview.form} · {overview.at:%Y-%m-%d %H:%M:%S}Z"
    engines = Text("  ").join(_engine(engine) for engine in overview.engines)
    if grave:
        head, style = Text(f"NOT WELL: {len(grave)} to see to", "bold white on red"), "red"
    elif found:
        head, style = Text("ALL WELL, with a note", "bold black on green"), "yellow"
    else:
        head, style = Text("ALL WELL", "bold black on green"), "green"
    lines: list[RenderableType] = [Text.assemble(head, "   ", engines)]
    lines += [_trouble(trouble) for trouble in found[:_MOST_TROUBLES]]
    if len(found) > _MOST_TROUBLES:
        lines.append(Text(f"… and {len(found) - _MOST_TROUBLES} more; --json names all", "dim"))
    return Panel(Group(*lines), title=title, title_align="left", border_style=style, box=box.ROUNDED)


def _engine(engine: EngineView) -> Text:
    mark, style = ("●", "green") if engine.reachable else ("✗", "bold red")
    return Text.assemble((f"{mark} ", style), (engine.name, "" if engine.reachable else "bold red"))


def _trouble(trouble: Trouble) -> Text:
    mark, style = ("✗ ", "bold red") if trouble.grave else ("! ", "yellow")
    # Made printable here, and not when it is drawn: the box goes by the width of what will stand in it.
    what, do = printable(trouble.what), printable(trouble.do)
    text = Text.assemble((mark, style), (what, "bold" if trouble.grave else ""), ("\n  → ", "dim"), (do, "cyan"))
    text.overflow = "fold"
    return text


def _sources(figures: StoreFigures, now: datetime) -> RenderableType:
    table = _table("Sources", ("source", "state", "last success", "items", "next poll", "reason"), right=("items",))
    ranked = sorted(figures.sources, key=lambda source: (worst_first(source.state), source.name))
    for source in ranked[:_MOST_SOURCES]:
        table.add_row(
            source.name,
            Text(source.state, _STYLE[SOURCE_SEVERITY[source.state]]),
            _age(source.last_success, now),
            f"{source.items:,}",
            _next_poll(source, now),
            _error(source.error, source.error_since, source.error_at, now),
        )
    if len(ranked) > _MOST_SOURCES:
        table.add_row(Text(f"… and {len(ranked) - _MOST_SOURCES} more", "dim"))
    return table


def _topics(overview: Overview) -> RenderableType:
    table = _table("Topics", ("topic", "records", "ever", "a second", "dead letters"), right=("records", "ever"))
    table.columns[3].justify = table.columns[4].justify = "right"
    for topic in overview.topics:
        rate = "" if topic.per_second is None else f"{topic.per_second:,.1f}"
        dead = Text(f"{topic.dead:,}", "yellow" if topic.dead else "dim")
        table.add_row(topic.name, f"{topic.records:,}", f"{topic.end:,}", rate, dead)
    return table


def _services(overview: Overview) -> RenderableType:
    columns = ("service", "state", "workers", "restarts", "lag", "a second", "fresh", "seen", "last error")
    table = _table("Services", columns, right=("workers", "lag", "a second", "fresh"))
    for service in overview.services:
        alive = service.alive(overview.at)
        seen = max((worker.seen_at for worker in service.workers), default=None)
        failing = [worker.heartbeat for worker in alive if worker.heartbeat.last_error]
        fresh = overview.freshness_s.get(service.name)
        table.add_row(
            service.name,
            _state(service, overview.at),
            _workers(service, overview.at),
            service.restarts_said,
            "" if service.lag is None else Text(f"{service.lag:,}", "yellow" if service.lag else "dim"),
            f"{sum(worker.heartbeat.per_second for worker in alive):,.1f}" if alive else "",
            "" if fresh is None else f"{fresh:,.1f} s",
            _age(seen, overview.at),
            _error(failing[0].last_error, failing[0].last_error_since, failing[0].last_error_at, overview.at)
            if failing
            else "",
        )
    return table


def _stages(overview: Overview) -> RenderableType:
    columns = ("from … to", "in 24 h", "p50", "p95", "p99", "objective", "kept in 30 days", "budget left")
    table = _table(
        "How long it takes", columns, right=("in 24 h", "p50", "p95", "p99", "kept in 30 days", "budget left")
    )
    for stage in overview.stages:
        shown = ["" if took is None else span(took) for took in (stage.p50_s, stage.p95_s, stage.p99_s)]
        aim = stage.objective
        objective = f"{aim.share:.0%} within {span(aim.within_s)}" if aim else ""
        kept = "" if stage.within is None else f"{stage.within:.2%}"
        left = 0.0 if stage.budget_left is None else stage.budget_left
        budget = Text("" if aim is None else f"{left:.0%}" if left >= 0 else "spent", "yellow" if left < 0 else "")
        table.add_row(stage.name, f"{stage.measured:,}", *shown, objective, kept, budget)
    return table


def _error(error: str | None, since: datetime | None, at: datetime | None, now: datetime) -> Text:
    """An error that has not passed, its dates first, as its end may be cut off."""
    text = Text(lasting(since, at, now).strip(" ()"), "dim", overflow="ellipsis", no_wrap=True)
    return text.append(": " if text and error else "", "dim").append(printable(error or ""), "red")


def _state(service: ServiceView, now: datetime) -> Text:
    state = service.state(now)
    partly = f"{len(service.ready(now))} of {len(service.alive(now))} ready"
    return Text(partly if state == "partly ready" else state, _STYLE[SERVICE_SEVERITY[state]])


def _workers(service: ServiceView, now: datetime) -> Text:
    lost = len(service.lost(now))
    return Text.assemble(str(len(service.alive(now))), (f", {lost} lost", "bold red") if lost else "")


def _letters(overview: Overview) -> RenderableType:
    table = _table("Dead letters", ("topic", "waiting", "reason"), right=("waiting",))
    for letter in overview.letters[:_MOST_LETTERS]:
        reason = Text(printable(letter.error), overflow="ellipsis", no_wrap=True)
        table.add_row(letter.topic, Text(f"{letter.waiting:,}", "yellow"), reason)
    if len(overview.letters) > _MOST_LETTERS:
        table.add_row(Text(f"… and {counted(len(overview.letters) - _MOST_LETTERS, 'more reason')}", "dim"))
    return table


def _people(figures: StoreFigures, now: datetime, peak: Peak | None) -> RenderableType:
    matching = (
        ("criteria", f"{figures.criteria:,}"),
        ("outbox", f"{figures.outbox:,}"),
        ("match records stored", f"{figures.match_records:,}"),
    )
    digests, deliveries = tuple(_digests(figures, now, peak)), tuple(_deliveries(figures)) or (("none yet", ""),)
    facts = (("Matching", matching), ("Digests", digests), ("Deliveries", deliveries))
    return Columns([_facts(title, rows) for title, rows in facts], padding=(0, 4))


def _digests(figures: StoreFigures, now: datetime, peak: Peak | None) -> Iterator[tuple[str, str]]:
    yield "subscribers", f"{figures.subscribers:,} with {counted(figures.searches, 'search')}"
    since = "" if figures.due_since is None else f", since {ago(now - figures.due_since)}"
    yield "due", f"{figures.due_subscribers:,}{since}"
    if figures.instant_capped:
        yield "instant mails of the day out", f"{figures.instant_capped:,}, more tomorrow"
    if peak is not None:
        due = f"{counted(peak.digests, 'digest')} due at {peak.due_at:%H:%M}Z"
        yield "longest wait ahead", f"{span(peak.takes_s)}, of {due}"
    yield "last 24 h", _counted(figures.digests) or "none"
    yield "the last", _age(figures.last_digest, now)


def _deliveries(figures: StoreFigures) -> Iterator[tuple[str, str | Text]]:
    if figures.sending_paused:
        yield "sending", Text("paused", "yellow")
    if (day := figures.mail.day) is not None:
        yield "warm-up, today", Text(f"{day.begun:,} of {day.limit:,}", "yellow" if day.full else "")
    for name, kind in (("bounced for good, last 24 h", "bounced"), ("soft bounces, last 24 h", "soft_bounced")):
        if number := figures.mail.came_back.get(kind, 0):
            yield name, f"{number:,}"
    for due_at, mails in figures.mail.ahead:
        yield f"built ahead, for {due_at:%H:%M}Z", f"{mails:,}"
    for state, number in figures.deliveries.items():
        yield state, Text(f"{number:,}", _STYLE["grave"] if state in BAD_DELIVERIES and number else "")


def _facts(title: str, rows: Sequence[tuple[str, str | Text]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(Text(title, "bold not dim"), style="dim", min_width=len(title))
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _table(title: str, columns: Sequence[str], *, right: Sequence[str] = ()) -> Table:
    """As low as can be: the whole must fit a terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for place, column in enumerate(columns):
        head = Text(title, "bold not dim") if place == 0 else Text(column)
        table.add_column(head, justify="right" if column in right else "left", no_wrap=column not in _CUT)
    return table


def _counted(numbers: dict[str, int]) -> str:
    words = {"digest": "built", "hold": "held"}
    return ", ".join(f"{number:,} {words.get(name, name)}" for name, number in numbers.items())


def _age(at: datetime | None, now: datetime) -> str:
    return "never" if at is None else f"{ago(now - at)} ago"


def _next_poll(source: SourceFigures, now: datetime) -> str:
    if source.pushed:
        return "pushed"
    return f"asked for {ago(now - source.asked_since)}" if source.asked_since else _until(source.next_due, now)


def _until(at: datetime | None, now: datetime) -> str:
    return "" if at is None else "now" if at <= now else f"in {ago(at - now)}"

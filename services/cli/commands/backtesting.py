"""`jobchime backtest`: what a search would have found in the last days, and what each of its criteria costs."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.counted import counted
from schemas.criteria import Criteria
from services.cli.asked import asked_for, posting_lines
from services.cli.opened import open_installation, warn
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json, progress
from services.runtime.errors import UsageError
from services.usecases import backtests
from services.usecases.backtests import Job, JobCost, JobGain, Report, report_json
from services.usecases.errors import TooManyDaysError
from services.usecases.searches import Query
from services.usecases.wording import (
    capitalised,
    english,
    in_words,
    part_words,
    plain,
    relaxation_in_words,
)

_MOST_DAYS = 3_660
_WIDTH = 80


def backtest(
    search: Annotated[str, typer.Argument(help="A saved search's id, or a JSON file of criteria.")],
    days: Annotated[int, typer.Option("--days", min=1, max=_MOST_DAYS, help="How many days to look back.")] = 30,
    postings: Annotated[
        Path | None,
        typer.Option(
            "--postings", help="A file of JSON lines that `normalise` printed. Default: the store's postings."
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1_000, help="How many jobs of each kind to list.")] = 5,
    now: Now = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what a search would have found in the last days, and how many jobs each criterion costs.

    With --postings, the days end with the newest posting, unless you give --now.
    """
    asked = asked_for(search, config)
    if postings is None:
        installation = open_installation(config, create=False)
        try:
            report = backtests.of_store(installation, asked, moment(now), days, tell=warn, progress=progress)
        except TooManyDaysError as error:
            raise UsageError(f"{error}, or give --postings") from None
    else:
        report = _of_lines(asked, postings, now, days)
    if as_json:
        print_json(report_json(report, most))
        return
    _print(backtest_page(report, most))


def _print(page: RenderableType) -> None:
    out = console()
    if out.is_terminal:
        out.print(page, width=min(out.width, _WIDTH))
        return
    with out.capture() as drawn:
        out.print(page, width=_WIDTH)
    typer.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def _of_lines(asked: Query, file: Path, now: str | None, days: int) -> Report:
    until = moment(now) if now else None
    report = backtests.of_postings(posting_lines(file), asked, until, days, progress=progress)
    if report is None:
        raise UsageError(f"{file} contains no posting; `jobchime normalise FEED > {file}` writes some")
    return report


_MOST_REASONS: Final = 3
_MOST_STEPS: Final = 6

Saying = Callable[[Job], tuple[str, str]]
"""A style, and what is said in it of a job."""


def backtest_page(report: Report, most: int) -> RenderableType:
    """How many, when, the best, what was missed by little, and what each criterion costs."""
    parts: list[RenderableType] = [_head(report)]
    if lines := plot(report.by_day):
        parts.append(Text("\n".join(lines), "cyan", no_wrap=True))
    if report.matches:
        shown = report.matches[:most]
        parts.append(
            _jobs(f"The best {len(shown)} of them" if len(shown) > 1 else "It is", shown, _reasons_cell, scored=True)
        )
    if report.near:
        parts.append(_jobs(f"Near misses, {_shown(report.near, most)}", report.near[:most], _fault))
    if report.close:
        nearest = report.closest(most)
        parts.append(_jobs("Rejected for one criterion alone, the nearest of each", nearest, _fault))
    parts.append(_costs(report))
    return Group(parts[0], *(line for part in parts[1:] for line in (Text(), part)))


def _head(report: Report) -> Text:
    found, days = report.backtest, (report.until - report.since).days
    jobs, near = len(report.matches), len(report.near)
    said = Text(counted(jobs, "job"), "bold green" if jobs else "bold yellow")
    said.append(f" would have matched, and {near:,} nearly", "default")
    if jobs:
        on = sum(1 for _, count in report.by_day if count)
        said.append(f": {_pace(jobs, report)}on {on:,} of {counted(days, 'day')}")
    span = f"the {counted(days, 'day')} up to {report.until:%-d %B %Y %H:%M} UTC"
    judged = f"Of {counted(found.judged, 'posting')} of {span}.\n"
    copies = len(found.matches) - jobs
    more = f" They came in {counted(len(found.matches), 'posting')}." if copies else ""
    return Text.assemble((judged, "dim"), said, ".", (more, "dim"))


def _pace(jobs: int, report: Report) -> str:
    """How many a day, week or month, whichever is one or more; empty for less."""
    a_day = jobs / ((report.until - report.since) / timedelta(days=1))
    for days, name in ((1, "day"), (7, "week"), (30, "month")):
        if (pace := a_day * days) >= 1:
            return f"about {pace:,.0f} a {name}, "
    return ""


def _shown(jobs: Sequence[Job], most: int) -> str:
    return "nearest first" if len(jobs) <= most else f"the nearest {most} of {len(jobs):,}"


def _jobs(title: str, jobs: Sequence[Job], said: Saying, *, scored: bool = False) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    if scored:
        table.add_column(justify="right", no_wrap=True, style="green")
    table.add_column(no_wrap=True, style="dim", justify="right")
    table.add_column(overflow="fold")
    for job in jobs:
        cells = (f"{job.score:.0f}",) if scored else ()
        table.add_row(*cells, f"{job.seen_at:%-d %b %Y}", _job(job, said))
    return Group(Text(title, "bold"), table)


def _job(job: Job, said: Saying) -> Text:
    posting = job.tried.posting
    company = plain(posting.company.name)
    line = Text.assemble((plain(posting.title), "bold"), f", {company}" if company else "")
    if job.copies > 1:
        line.append(f" ({job.copies} copies)", "dim")
    if job.tried.closed:
        line.append(" (closed since)", "dim")
    style, words = said(job)
    line.append(f"\n{words}", style)
    line.append(f"\n{posting.posting_id}", "dim")
    return line


def _reasons_cell(job: Job) -> tuple[str, str]:
    said = [in_words(reason, english()) for reason in job.fitting[:_MOST_REASONS]]
    said += [part_words(part) for part in job.parts if part.code == "preferred" and part.points]
    return "default", "; ".join(map(plain, said))


def _fault(job: Job) -> tuple[str, str]:
    style = "yellow" if job.tried.verdict.outcome == "near" else "red"
    return style, plain(in_words(job.fault, english())) if job.fault else ""


def _costs(report: Report) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for cost in report.costs:
        for row in _rows(cost, report.backtest.criteria):
            table.add_row(*row)
    return Group(Text("What each criterion costs", "bold"), table)


def _rows(cost: JobCost, asked: Criteria) -> Iterator[tuple[Text, Text]]:
    jobs = cost.without.jobs
    yield _sentence(cost.without, asked, ""), _more_jobs(jobs, "bold" if jobs else "dim")
    for step in cost.steps[:_MOST_STEPS]:
        yield _sentence(step, asked, "  "), _more_jobs(step.jobs, "dim")


def _sentence(gained: JobGain, asked: Criteria, indent: str) -> Text:
    text = plain(relaxation_in_words(gained.relaxation, asked, english()))
    return Text(f"{indent}{text}", "dim") if indent else Text(capitalised(text))


def _more_jobs(jobs: int, style: str) -> Text:
    return Text(f"{jobs:,} more" if jobs else "none more", style)


_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_WIDE: Final = 34
"""So many bars stand apart from each other in 80 columns."""
_MOST: Final = 68
_UNITS: Final = ((1, "a day"), (7, "a week"), (30, "30 days"), (365, "365 days"))
"""What a bar may stand for."""


def plot(counts: Sequence[tuple[date, int]], *, height: int = 4) -> list[str]:
    """Lines of one bar a day, or for more days where they are many; the highest count, the first and the last day."""
    days, unit = next(((days, unit) for days, unit in _UNITS if len(counts) <= days * _MOST), _UNITS[-1])
    spans = _spans(counts, days)
    most = max((count for _, count in spans), default=0)
    if most == 0:
        return []
    gap = " " if len(spans) <= _WIDE else ""
    axis = len(f"{most:,}")
    lines = [
        f"{f'{most:,}' if row == height - 1 else '':>{axis}} ┤"
        + gap.join(_cell(count, most, row, height) for _, count in spans)
        for row in reversed(range(height))
    ]
    width = len(spans) + len(gap) * (len(spans) - 1)
    first, last = f"{spans[0][0]:%-d %b %Y}", f"{counts[-1][0]:%-d %b %Y}"
    below = f"{first}{unit:^{max(len(unit) + 2, width - len(first) - len(last))}}{last}"
    return [*(line.rstrip() for line in lines), f"{'0':>{axis}} └{'─' * width}", f"{'':>{axis}}  {below}"]


def _cell(count: int, most: int, row: int, height: int) -> str:
    eighths = round(count * height * 8 / most) - row * 8
    if count and row == 0:
        eighths = max(1, eighths)
    return _EIGHTHS[max(0, min(8, eighths))]


def _spans(counts: Sequence[tuple[date, int]], days: int) -> list[tuple[date, int]]:
    """By spans of so many days, counted back from the last one; the first may be shorter."""
    ends = counts[-1][0]
    found: dict[int, int] = {}
    for day, count in counts:
        back = (ends - day).days // days
        found[back] = found.get(back, 0) + count
    return [
        (max(counts[0][0], ends - timedelta(days=days * (back + 1) - 1)), found[back])
        for back in sorted(found, reverse=True)
    ]

"""`jobchime backtest`: what a search would have found in the last days, and what each of its criteria costs."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from services.cli.asked import asked_for
from services.cli.backtest_page import backtest_page
from services.cli.backtest_report import Report, report_json, report_of
from services.cli.files import posting_lines
from services.cli.looking_back import look_back, sieve_of
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json, progress
from services.matcher.backtest import Backtesting, newest_versions
from services.notifier.adapters.sql.past_postings import SqlPastPostings
from services.notifier.adapters.sql.retention import KEEP_MATCHES
from services.runtime.errors import UsageError
from services.usecases.searches import Terms

_MOST_DAYS = 3_660
_WIDTH = 80


def backtest(
    search: Annotated[str, typer.Argument(help="A saved search's id, or a JSON file of criteria.")],
    days: Annotated[int, typer.Option("--days", min=1, max=_MOST_DAYS, help="How far to look back.")] = 30,
    postings: Annotated[
        Path | None,
        typer.Option("--postings", help="posting.v1 JSON lines, as `normalise` prints them; by default the store's."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1_000, help="How many jobs of each kind to name.")] = 5,
    now: Now = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say what a search would have found among the postings of the last days, and what each criterion costs.

    With --postings, the days end by default with the newest of them.
    """
    asked = asked_for(search, config)
    if postings is None:
        report = _of_the_store(asked, config, moment(now), days)
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


def _of_the_store(asked: Terms, config: Path | None, until: datetime, days: int) -> Report:
    if days > KEEP_MATCHES.days:
        raise UsageError(f"the store keeps postings for {KEEP_MATCHES.days} days: ask for no more, or give --postings")
    opened, since = open_installation(config, create=False), until - timedelta(days=days)
    stored = SqlPastPostings(opened.engine)
    with sieve_of(opened.settings, _tell) as sieve, progress("Judging", stored.count(since, until)) as advance:
        found = look_back(asked.criteria, stored, sieve, since, until, advance)
    return report_of(found, since, until, asked.preferred_places)


def _of_lines(asked: Terms, file: Path, now: str | None, days: int) -> Report:
    held = newest_versions(posting_lines(file))
    if not held:
        raise UsageError(f"{file} holds no posting; `jobchime normalise FEED > {file}` writes some")
    until = moment(now) if now else max(one.seen_at for one in held)
    since = until - timedelta(days=days)
    found = [one for one in held if since < one.seen_at <= until]
    made = Backtesting(asked.criteria)
    with progress("Judging", len(found)) as advance:
        for one in found:
            made.take(one)
            advance(1)
    return report_of(made.finish(), since, until, asked.preferred_places)


def _tell(sentence: str) -> None:
    typer.echo(f"jobchime: {sentence}", err=True)

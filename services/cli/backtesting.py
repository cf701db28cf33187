"""`jobchime backtest`: what a search would have found in the last days, and what each of its criteria costs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from services.cli.asked import asked_for
from services.cli.backtest_page import backtest_page
from services.cli.files import posting_lines
from services.cli.opened import open_installation, warn
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json, progress
from services.runtime.errors import UsageError
from services.usecases import backtests
from services.usecases.backtest_report import Report, report_json
from services.usecases.searches import Query

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
        installation = open_installation(config, create=False)
        report = backtests.of_store(installation, asked, moment(now), days, tell=warn, progress=progress)
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
        raise UsageError(f"{file} holds no posting; `jobchime normalise FEED > {file}` writes some")
    return report

"""`jobchime reconcile`: what a day's postings match, found in two directions and held against the store."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import say
from services.cli.options import Config, Now, moment
from services.cli.output import progress
from services.runtime.errors import UsageError
from services.settings import load_settings
from services.usecases.recovery import Day, Difference, compared


def reconcile(
    day: Annotated[str, typer.Option("--day", metavar="DATE", help="The day on which the postings came, UTC.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report differences, and send nothing.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Check what the postings of a day match, by criteria, by postings and in the store, and send missing matches.

    Prints a line for each difference. Exit 1 if some remain. Postings of a backlog, which a source had before its
    first poll, and postings that have closed since alert nobody: they are counted, but not compared.
    """
    at, on = moment(now), _date(day)
    with compared(load_settings(config), on, at, tell=say, progress=progress) as comparison:
        found, missing = comparison.differences, comparison.missing
        for difference in found:
            typer.echo(str(difference))
        if missing and not dry_run:
            comparison.send_missing(progress)
    _print_differences(found, comparison.day, day, repaired=not dry_run)
    if len(found) > len(missing) or (missing and dry_run):
        raise typer.Exit(1)


def _print_differences(found: Sequence[Difference], came: Day, day: str, *, repaired: bool) -> None:
    missing = sum(difference.where == "store" for difference in found)
    wrong = len(found) - missing
    left_out = [
        f"{count:,} {what}" for count, what in ((came.backlog, "of a backlog"), (came.closed, "closed")) if count
    ]
    beside = f" (and {', '.join(left_out)}, which alert nobody)" if left_out else ""
    postings = f"{day}: {counted(len(came.news), 'posting')}{beside}"
    typer.echo(
        f"{postings}, {counted(missing, 'match', 'matches')} missing in the store, {wrong:,} wrong in the index."
    )
    if missing and repaired:
        typer.echo("The missing matches were sent; the notifier stores them.")
    if wrong:
        typer.echo("Mend the index with `jobchime reindex`, then reconcile again.")


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"{day!r} is not a date; write it as 2026-11-20") from None

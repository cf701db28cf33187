"""`jobchime subscriber import`: many people from a file, taken in or changed line by line."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import open_installation
from services.cli.options import Config, Now, moment
from services.cli.output import progress
from services.runtime.files.named import read_named
from services.settings import load_settings
from services.usecases import importing
from services.usecases.installation import has_store


def import_people(
    file: Annotated[Path, typer.Argument(help="JSON lines or CSV, see docs/fields.md; - is standard input.")],
    update: Annotated[
        bool,
        typer.Option("--update", help="Change who is subscribed already: what a line names, and nothing else."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change, person by person.")] = False,
    config: Config = None,
    now: Now = None,
) -> None:
    """Take many in, with their searches. Lines that cannot be taken are named; the others are taken.

    With --update, people are known by their address and searches by their name; no search is deleted.
    """
    data, at = read_named(file), moment(now)
    unstored = dry_run and not has_store(load_settings(config))
    installation = None if unstored else open_installation(config, create=True)
    entries = importing.read(installation, data)
    done: Counter[str] = Counter()
    with progress("Importing", len(entries)) as advance:
        for entry in entries:
            if isinstance(entry, importing.Fault):
                outcome: importing.Imported | importing.Fault = entry
            elif dry_run or installation is None:
                outcome = importing.would_take_in(entry, update=update)
            else:
                outcome = importing.take_in(installation, entry, at, update=update)
            _say(outcome, dry_run=dry_run)
            _count(outcome, done)
            advance(1)
    typer.echo(_counts(done, update=update, dry_run=dry_run))
    if done["faults"]:
        raise typer.Exit(1)


def _say(outcome: importing.Imported | importing.Fault, *, dry_run: bool) -> None:
    if isinstance(outcome, importing.Fault):
        print(f"line {outcome.line}: {outcome.said}", file=sys.stderr)
    elif dry_run:
        new = (f"new, with {counted(outcome.searches, 'search')}",) if outcome.done == "new" else ()
        for change in (*new, *outcome.changes):
            typer.echo(f"line {outcome.line}, {outcome.address}: {change}")


def _count(outcome: importing.Imported | importing.Fault, done: Counter[str]) -> None:
    if isinstance(outcome, importing.Fault):
        done["faults"] += 1
        return
    done[outcome.done] += 1
    if outcome.done == "new":
        done["searches"] += outcome.searches


def _counts(done: Counter[str], *, update: bool, dry_run: bool) -> str:
    new_with = f"{counted(done['new'], 'subscriber')} with {counted(done['searches'], 'search')}"
    new = f"{new_with} taken in"
    if dry_run:
        new = f"{new_with} would be taken in"
    changed = f", {done['changed']} {'would be ' if dry_run else ''}changed, {done['same']} the same" if update else ""
    return f"{new}{changed}, {counted(done['faults'], 'line')} left out{'; nothing was changed' if dry_run else ''}."

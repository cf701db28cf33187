"""`jobchime subscriber import`: many people from a file, taken in or changed line by line."""

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.cli.opened import Opened, has_store, open_installation
from services.cli.options import Config, Now, moment
from services.cli.output import progress
from services.notifier.importing import Entry, Fault, Known, Knows, nobody, read_people
from services.notifier.importing.differences import of_entry
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.named_files import read_named

_SUBSCRIBED = "address: it is subscribed already; --update changes who is"
Done = Literal["new", "changed", "same"]


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
    opened = None if dry_run and not has_store(config) else open_installation(config, create=True)
    entries = list(read_people(data, _known_to(opened)))
    done: Counter[str] = Counter()
    with progress("Importing", len(entries)) as advance:
        for entry in entries:
            if isinstance(entry, Entry) and entry.known is not None and not update:
                entry = Fault(entry.line, _SUBSCRIBED)
            if isinstance(entry, Entry):
                outcome = _tried(entry) if dry_run or opened is None else _taken(opened, entry, at)
            else:
                outcome = entry
            if isinstance(outcome, Fault):
                done["faults"] += 1
                print(f"line {outcome.line}: {outcome.said}", file=sys.stderr)
            else:
                done[outcome] += 1
                done["searches"] += len(entry.searches) if outcome == "new" and isinstance(entry, Entry) else 0
            advance(1)
    typer.echo(_counts(done, update=update, dry_run=dry_run))
    if done["faults"]:
        raise typer.Exit(1)


def _known_to(opened: Opened | None) -> Knows:
    if opened is None:
        return nobody

    def knows(address: str) -> Known | None:
        person = opened.subscribers.with_address(address)
        return Known(person, tuple(opened.searches.all(person.subscriber_id))) if person else None

    return knows


def _tried(entry: Entry) -> Done:
    """Say what would become of an entry."""
    if entry.known is None:
        typer.echo(f"line {entry.line}, {entry.profile.address}: new, with {len(entry.searches)} searches")
        return "new"
    changes = list(of_entry(entry))
    for change in changes:
        typer.echo(f"line {entry.line}, {entry.known.person.profile.address}: {change}")
    return "changed" if changes else "same"


def _taken(opened: Opened, entry: Entry, now: datetime) -> Done | Fault:
    """Take an entry in; a fault, without the address in it, where the store refuses."""
    changes = list(of_entry(entry))
    if entry.known is not None and not changes:
        return "same"
    try:
        if entry.known is None:
            own_id = opened.subscribers.add(entry.profile, now).subscriber_id
        else:
            own_id = entry.known.person.subscriber_id
            if entry.profile != entry.known.person.profile:
                opened.subscribers.change(own_id, entry.profile, now)
    except UsageError:
        return Fault(entry.line, _SUBSCRIBED)
    for wanted in entry.searches:
        held = entry.known.search(wanted.name) if entry.known else None
        try:
            if held is None:
                opened.searches.add(
                    own_id,
                    wanted.name,
                    wanted.criteria,
                    wanted.timing,
                    now,
                    preferred_places=wanted.preferred_places,
                )
            else:
                opened.searches.edit(
                    held.search_id,
                    now,
                    criteria=wanted.criteria,
                    timing=wanted.timing,
                    preferred_places=wanted.preferred_places,
                )
        except UnavailableError:
            raise
        except JobchimeError as error:
            return Fault(entry.line, f"the search {wanted.name!r} was not saved: {error}")
    return "new" if entry.known is None else "changed"


def _counts(done: Counter[str], *, update: bool, dry_run: bool) -> str:
    new = f"{done['new']} subscribers with {done['searches']} searches taken in"
    if dry_run:
        new = f"{done['new']} subscribers with {done['searches']} searches would be taken in"
    changed = f", {done['changed']} {'would be ' if dry_run else ''}changed, {done['same']} the same" if update else ""
    return f"{new}{changed}, {done['faults']} lines left out{'; nothing was changed' if dry_run else ''}."

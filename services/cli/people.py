"""`jobchime subscriber`: add, import, list, show and erase people, and what they say of jobs."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.feedback import feedback, follow
from services.cli.opened import Opened, open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, progress, table
from services.notifier.domain.people import FieldError, Subscriber, profile_of
from services.notifier.importing import Entry, Fault, read_people
from services.runtime.errors import JobchimeError, UnavailableError, UsageError

app = typer.Typer(no_args_is_help=True)
app.command("feedback")(feedback)
app.command("follow")(follow)


@app.command("add")
def add(
    address: Annotated[str, typer.Argument(help="An e-mail address; you answer for the person's consent.")],
    name: Annotated[str, typer.Option(help="How to greet them.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA name.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "EUR",
    locale: Annotated[str, typer.Option(help="Such as en or de_AT.")] = "en",
    config: Config = None,
    now: Now = None,
) -> None:
    """Take someone in."""
    fields = {"address": address, "name": name, "time_zone": time_zone, "currency": currency, "locale": locale}
    try:
        profile = profile_of(fields)
    except FieldError as error:
        raise UsageError(str(error)) from None
    added = open_installation(config, create=True).subscribers.add(profile, moment(now))
    typer.echo(added.subscriber_id)


@app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(help="JSON lines or CSV; - is standard input.")],
    config: Config = None,
    now: Now = None,
) -> None:
    """Take many in, with their searches. Lines that cannot be taken are named; the others are taken."""
    entries = list(read_people(_text_of(file)))
    opened, at = open_installation(config, create=True), moment(now)
    people = saved = faults = 0
    with progress("Importing", len(entries)) as advance:
        for entry in entries:
            fault = entry if isinstance(entry, Fault) else take_in(opened, entry, at)
            if fault:
                faults += 1
                print(f"line {fault.line}: {fault.said}", file=sys.stderr)
            elif isinstance(entry, Entry):
                people += 1
                saved += len(entry.searches)
            advance(1)
    typer.echo(f"{people} subscribers with {saved} searches taken in, {faults} lines left out.")
    if faults:
        raise typer.Exit(1)


def take_in(opened: Opened, entry: Entry, now: datetime) -> Fault | None:
    """Add one person with their searches; a fault, without the address in it, where the store refuses."""
    try:
        added = opened.subscribers.add(entry.profile, now)
    except UsageError:
        return Fault(entry.line, "address: it is subscribed already")
    for wanted in entry.searches:
        try:
            opened.searches.add(
                added.subscriber_id,
                wanted.name,
                wanted.criteria,
                wanted.timing,
                now,
                preferred_places=wanted.preferred_places,
            )
        except UnavailableError:
            raise
        except JobchimeError as error:
            return Fault(entry.line, f"the search {wanted.name!r} was not saved: {error}")
    return None


@app.command("list")
def list_people(config: Config = None, as_json: AsJson = False) -> None:
    """Everybody, by address."""
    opened = open_installation(config, create=False)
    people = opened.subscribers.all()
    counts: dict[str, int] = {}
    for search in opened.searches.all():
        counts[search.subscriber_id] = counts.get(search.subscriber_id, 0) + 1
    if as_json:
        for person in people:
            print_json(_as_json(person) | {"searches": counts.get(person.subscriber_id, 0)})
        return
    rows = [
        (
            p.subscriber_id,
            p.profile.address,
            p.profile.time_zone,
            p.profile.currency,
            p.status,
            counts.get(p.subscriber_id, 0),
        )
        for p in people
    ]
    columns = ("id", "address", "time zone", "currency", "status", "searches")
    console().print(table(f"{len(rows)} subscribers", columns, rows, numbers=("searches",)))


@app.command("show")
def show(person: Person, config: Config = None) -> None:
    """All that is held about a person, as JSON: what they may ask for."""
    opened = open_installation(config, create=False)
    print_json(opened.subscribers.export(opened.subscribers.find(person).subscriber_id))


@app.command("pause")
def pause(person: Person, config: Config = None, now: Now = None) -> None:
    """Send this person nothing until `resume`."""
    opened = open_installation(config, create=False)
    opened.subscribers.pause(opened.subscribers.find(person).subscriber_id, moment(now))
    typer.echo("Paused.")


@app.command("resume")
def resume(person: Person, config: Config = None, now: Now = None) -> None:
    """Serve this person again."""
    opened = open_installation(config, create=False)
    opened.subscribers.resume(opened.subscribers.find(person).subscriber_id, moment(now))
    typer.echo("Resumed.")


@app.command("erase")
def erase(
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    now: Now = None,
) -> None:
    """Delete everything about a person, for good."""
    opened = open_installation(config, create=False)
    found = opened.subscribers.find(person)
    if not yes:
        typer.confirm(f"Delete everything about {found.profile.address}, for good?", abort=True)
    opened.subscribers.erase(found.subscriber_id, moment(now))
    typer.echo("Erased. Backups taken before still hold this person.")


def _as_json(person: Subscriber) -> dict[str, str]:
    return {
        "subscriber_id": person.subscriber_id,
        "address": person.profile.address,
        "name": person.profile.name,
        "time_zone": person.profile.time_zone,
        "currency": person.profile.currency,
        "locale": person.profile.locale,
        "status": person.status,
    }


def _text_of(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 (byte {error.start:,}); save it as UTF-8") from None

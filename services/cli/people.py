"""`jobchime subscriber`: add, edit, import, list, show and erase people, and what they say of jobs."""

from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.feedback import feedback, follow
from services.cli.importing import import_people
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, table
from services.cli.unsuppressing import unsuppress
from services.runtime.errors import UsageError
from services.usecases import accounts

app = typer.Typer(no_args_is_help=True)
app.command("feedback")(feedback)
app.command("follow")(follow)
app.command("import")(import_people)
app.command("unsuppress")(unsuppress)


@app.command("add")
def add(
    address: Annotated[str, typer.Argument(help="An e-mail address; you answer for the person's consent.")],
    name: Annotated[str, typer.Option(help="How to greet them.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA name.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "EUR",
    locale: Annotated[str, typer.Option("--language", "--locale", help="Such as en or de_AT.")] = "en",
    config: Config = None,
    now: Now = None,
) -> None:
    """Take someone in."""
    fields = {"address": address, "name": name, "time_zone": time_zone, "currency": currency, "locale": locale}
    profile = accounts.profile_from(fields)
    saved = accounts.add(open_installation(config, create=True), profile, moment(now))
    typer.echo(saved.subscriber_id)
    _warn_of_suppression(saved)


@app.command("edit")
def edit(
    person: Person,
    email: Annotated[str | None, typer.Option(help="Another e-mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="How to greet them.")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA name; from its next slot on their hours are there.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217.")] = None,
    language: Annotated[str | None, typer.Option("--language", "--locale", help="Such as en or de_AT.")] = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Change someone's facts; what is not named stays, and so do their searches and what they were sent."""
    given = {"address": email, "time_zone": time_zone, "currency": currency, "locale": language, "name": name}
    fields = {field: value for field, value in given.items() if value is not None}
    saved = accounts.change(open_installation(config, create=False), person, fields, moment(now))
    if not saved.changes:
        raise UsageError("nothing changes: say what, such as --time-zone Europe/Berlin")
    typer.echo("\n".join(map(str, saved.changes)))
    _warn_of_suppression(saved)


def _warn_of_suppression(saved: accounts.Saved) -> None:
    if saved.suppressed is not None:
        how = "`jobchime subscriber unsuppress` allows it again, if they want it"
        typer.echo(f"Note: no mail goes to this address: {saved.suppressed}. {how}.", err=True)


@app.command("list")
def list_people(config: Config = None, as_json: AsJson = False) -> None:
    """Everybody, by address."""
    people = accounts.everybody(open_installation(config, create=False))
    if as_json:
        for person in people:
            print_json(_as_json(person))
        return
    rows = [_row(person) for person in people]
    columns = ("id", "address", "time zone", "currency", "status", "searches")
    console().print(table(counted(len(rows), "subscriber"), columns, rows, numbers=("searches",)))


@app.command("show")
def show(person: Person, config: Config = None) -> None:
    """All that is held about a person, as JSON: what they may ask for."""
    print_json(accounts.export(open_installation(config, create=False), person))


@app.command("pause")
def pause(person: Person, config: Config = None, now: Now = None) -> None:
    """Send this person nothing until `resume`."""
    accounts.pause(open_installation(config, create=False), person, moment(now))
    typer.echo("Paused.")


@app.command("resume")
def resume(person: Person, config: Config = None, now: Now = None) -> None:
    """Serve this person again."""
    accounts.resume(open_installation(config, create=False), person, moment(now))
    typer.echo("Resumed.")


@app.command("erase")
def erase(
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    now: Now = None,
) -> None:
    """Delete everything about a person, for good."""
    installation = open_installation(config, create=False)
    found = accounts.find(installation, person)
    if not yes:
        typer.confirm(f"Delete everything about {found.profile.address}, for good?", abort=True)
    accounts.erase(installation, found.subscriber_id, moment(now))
    typer.echo("Erased. Backups taken before still hold this person.")


def _row(account: accounts.Account) -> tuple[str | int, ...]:
    person, profile = account.subscriber, account.subscriber.profile
    facts = profile.address, profile.time_zone, profile.currency, account.status
    return (person.subscriber_id, *facts, account.searches)


def _as_json(account: accounts.Account) -> dict[str, str | int]:
    person, profile = account.subscriber, account.subscriber.profile
    return {
        "subscriber_id": person.subscriber_id,
        "address": profile.address,
        "name": profile.name,
        "time_zone": profile.time_zone,
        "currency": profile.currency,
        "locale": profile.locale,
        "status": account.status,
        "searches": account.searches,
    }

"""`jobchime subscriber`: add, edit, import, list, show and erase people, and what they say of jobs."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from services.cli.feedback import feedback, follow
from services.cli.importing import import_people
from services.cli.opened import Opened, open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, table
from services.cli.unsuppressing import unsuppress
from services.notifier.adapters.sql.suppressions import SqlSuppressions
from services.notifier.domain.people import FieldError, Profile, Subscriber, profile_of
from services.notifier.importing.differences import of_profile
from services.runtime.errors import UsageError

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
    profile = checked(fields)
    opened = open_installation(config, create=True)
    typer.echo(opened.subscribers.add(profile, moment(now)).subscriber_id)
    _warn_of_suppression(opened, profile.address)


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
    given = {"address": email, "time_zone": time_zone, "currency": currency, "locale": language}
    fields: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    for field, value in fields.items():
        if not value.strip():
            raise UsageError(f"{field}: it is empty; leave it out, and it stays as it is")
    opened = open_installation(config, create=False)
    found = opened.subscribers.find(person)
    # Anything may be missing but an empty name: that is how somebody asks not to be greeted by one.
    whole = asdict(found.profile) | fields | ({"name": name} if name is not None else {})
    changes = of_profile(found.profile, profile := checked(whole))
    if not changes:
        raise UsageError("nothing changes: say what, such as --time-zone Europe/Berlin")
    opened.subscribers.change(found.subscriber_id, profile, moment(now))
    typer.echo("\n".join(map(str, changes)))
    _warn_of_suppression(opened, profile.address)


def _warn_of_suppression(opened: Opened, address: str) -> None:
    reason = SqlSuppressions(opened.engine, opened.ids).reason(address)
    if reason is not None:
        how = "`jobchime subscriber unsuppress` allows it again, if they want it"
        typer.echo(f"Note: no mail goes to this address: {reason}. {how}.", err=True)


def checked(fields: Mapping[str, Any]) -> Profile:
    """A profile of these fields. Raises UsageError."""
    try:
        return profile_of(fields)
    except FieldError as error:
        raise UsageError(str(error)) from None


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

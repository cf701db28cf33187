"""`jobchime search`: add, edit, list, pause, resume and delete saved searches."""

from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.codec import encode
from schemas.counted import counted
from services.cli.asked import read_json
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, table
from services.runtime.errors import UsageError
from services.usecases import searches
from services.usecases.typed import circle_in

app = typer.Typer(no_args_is_help=True)

Wanted = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="A role that fits, as people call it. Repeatable."),
]
Unwanted = Annotated[
    list[str] | None, typer.Option("--not-role", metavar="ROLE", help="A role that does not fit. Repeatable.")
]
Neighbours = Annotated[
    bool | None, typer.Option("--neighbours/--no-neighbours", help="Whether roles near these fit too.")
]
NearTowns = Annotated[
    list[str] | None,
    typer.Option("--near", metavar="TOWN_KM", help='Where work that is not remote may be: "Munich 40 km". Repeatable.'),
]
Mentions = Annotated[
    bool | None,
    typer.Option("--mentions/--no-mentions", help="Whether skills count that a posting only mentions."),
]
SearchId = Annotated[str, typer.Argument(metavar="SEARCH", help="The search's id.")]


@app.command("add")
def add(
    subscriber: Person,
    criteria: Annotated[
        Path | None,
        typer.Argument(metavar="[CRITERIA]", help="A JSON file of criteria (docs/fields.md). Not needed with --role."),
    ] = None,
    name: Annotated[str, typer.Option(help="The name of the search.")] = "My search",
    cadence: Annotated[str, typer.Option(help="How often it sends a digest: instant, daily or weekly.")] = "daily",
    hour: Annotated[int, typer.Option(help="The hour of the subscriber's day, 0 to 23.")] = 8,
    weekday: Annotated[str, typer.Option(help="The day for weekly digests: monday to sunday.")] = "monday",
    prefer: Annotated[
        list[str] | None,
        typer.Option(metavar="PLACE", help="A place whose jobs come first. Repeatable."),
    ] = None,
    role: Wanted = None,
    not_role: Unwanted = None,
    neighbours: Neighbours = None,
    near: NearTowns = None,
    mentions: Mentions = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Save a search. It also looks back over the last seven days."""
    asked = _asked(role, not_role, neighbours, near, mentions)
    if criteria is None and not asked:
        raise UsageError('the search asks for nothing: give a file of criteria, or --role "Backend Engineer"')
    fields = {
        "name": name,
        "cadence": cadence,
        "hour": hour,
        "weekday": weekday,
        "criteria": read_json(criteria) if criteria else {},
        "preferred_places": prefer or [],
    }
    wanted = searches.search_from(fields, asked)
    saved = searches.add(open_installation(config, create=False), subscriber, wanted, moment(now))
    typer.echo(saved.search_id)


@app.command("edit")
def edit(
    search: SearchId,
    criteria: Annotated[
        Path | None, typer.Argument(metavar="[CRITERIA]", help="A JSON file of new criteria (docs/fields.md).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name of the search.")] = None,
    cadence: Annotated[str | None, typer.Option(help="How often it sends a digest: instant, daily or weekly.")] = None,
    hour: Annotated[int | None, typer.Option(help="The hour of the subscriber's day, 0 to 23.")] = None,
    weekday: Annotated[str | None, typer.Option(help="The day for weekly digests: monday to sunday.")] = None,
    role: Wanted = None,
    not_role: Unwanted = None,
    neighbours: Neighbours = None,
    near: NearTowns = None,
    mentions: Mentions = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Change a search. What you do not name stays.

    No job is sent twice and none is missed: new criteria look back as a new search does. The change makes no day have
    two digests, or none where one is due.
    """
    given: dict[str, Any] = {"name": name, "cadence": cadence, "hour": hour, "weekday": weekday}
    fields = {field: value for field, value in given.items() if value is not None}
    installation = open_installation(config, create=False)
    if criteria is not None:
        fields["criteria"] = read_json(criteria)
    asked = _asked(role, not_role, neighbours, near, mentions)
    changes = searches.change(installation, search, fields, moment(now), asked)
    if not changes:
        raise UsageError("nothing changes: give a file of criteria, or an option such as --hour 7")
    typer.echo("\n".join(map(str, changes)))


@app.command("prefer")
def prefer_places(
    search: SearchId,
    places: Annotated[
        list[str] | None, typer.Argument(metavar="[PLACE]...", help="The places. Without any, no place is preferred.")
    ] = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Put jobs in some places first. The search still finds the same jobs."""
    preferred = searches.prefer(open_installation(config, create=False), search, places, moment(now))
    typer.echo(f"Preferred: {', '.join(preferred)}." if preferred else "No place is preferred.")


@app.command("list")
def list_searches(
    subscriber: Annotated[str | None, typer.Argument(help="Only this subscriber's: an id or an address.")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List saved searches, by subscriber and name."""
    found = searches.listed(open_installation(config, create=False), subscriber)
    if as_json:
        for search in found:
            print_json(_as_json(search.search) | {"address": search.address})
        return
    rows = [_row(search) for search in found]
    columns = ("id", "subscriber", "name", "when", "next due", "criteria", "preferred places")
    console().print(table(counted(len(rows), "search"), columns, rows))


@app.command("pause")
def pause(search: SearchId, config: Config = None, now: Now = None) -> None:
    """Pause a search until you resume it."""
    searches.pause(open_installation(config, create=False), search, moment(now))
    typer.echo("Paused.")


@app.command("resume")
def resume(search: SearchId, config: Config = None, now: Now = None) -> None:
    """Resume a search."""
    searches.resume(open_installation(config, create=False), search, moment(now))
    typer.echo("Resumed.")


@app.command("delete")
def delete(search: SearchId, config: Config = None, now: Now = None) -> None:
    """Delete a search."""
    searches.delete(open_installation(config, create=False), search, moment(now))
    typer.echo("Deleted.")


def _asked(
    wanted: list[str] | None,
    unwanted: list[str] | None,
    neighbours: bool | None,
    near: list[str] | None,
    mentions: bool | None,
) -> dict[str, Any]:
    """The fields of criteria that options name. Raises WrongFieldError."""
    given: dict[str, Any] = {"any": wanted, "none": unwanted, "neighbours": neighbours}
    roles = {field: value for field, value in given.items() if value is not None}
    skills = {} if mentions is None else {"mentions": mentions}
    asked = {"roles": roles, "skills": skills, "near": [*map(circle_in, near or ())]}
    return {name: value for name, value in asked.items() if value}


def _row(owned: searches.OwnedSearch) -> tuple[str, ...]:
    search = owned.search
    timed = _due_time(search), f"{search.next_due_at:%Y-%m-%d %H:%M}Z"
    asked = encode(search.criteria).decode(), ", ".join(search.preferred_places)
    return (search.search_id, owned.address, search.name, *timed, *asked)


def _due_time(search: searches.SavedSearch) -> str:
    if search.paused:
        return "paused"
    timing = search.timing
    if timing.cadence == "instant":
        return "instant"
    day = (
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[timing.weekday or 0]
        if timing.cadence == "weekly"
        else "daily"
    )
    return f"{day} {timing.hour:02d}:00"


def _as_json(search: searches.SavedSearch) -> dict[str, Any]:
    return {"search_id": search.search_id, "subscriber_id": search.subscriber_id} | search.as_data()

"""`jobchime source`: list sources with their health, check a feed, and add it."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.adding import AllowPrivate, FeedFormat, MappingFile, checked, settings_file
from services.cli.commands.pausing import By, Until, Why, terms_of
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json, table
from services.runtime.errors import UsageError
from services.runtime.files.named import read_named
from services.runtime.privacy.secrets import without_keys
from services.settings import load_settings
from services.usecases import mapping_feeds, sources
from services.usecases.sources import Format, SourceFigures, SourceHealth, reading_as
from services.usecases.wording import ago
from services.usecases.workers import hold_source, require_source

app = typer.Typer(no_args_is_help=True)
_MOST_WELL = 30


@app.command("list")
def list_sources(
    config: Config = None,
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="List all sources that are well, too.")] = False,
    now: Now = None,
) -> None:
    """List the sources and how each is doing, problems first."""
    at = moment(now)
    found = sources.standings(open_installation(config, create=False), at)
    if as_json:
        for standing in found:
            url = None if standing.url is None else without_keys(standing.url)
            print_json(
                {
                    "source": standing.figures.name,
                    "url": url,
                    "state": standing.figures.state,
                    **_health_json(standing.health),
                }
            )
        return
    shown = [standing.figures for standing in found]
    unwell = sum(not standing.well for standing in found)
    most = len(shown) if everything else unwell + _MOST_WELL
    rows = [_row(source, at) for source in shown[:most]]
    counts = Counter(source.state for source in shown)
    title = f"{counted(len(shown), 'source')}: {', '.join(f'{number:,} {state}' for state, number in counts.items())}"
    console().print(table(title, ("source", "state", "last success", "items", "remark"), rows, numbers=("items",)))
    if len(shown) > most:
        typer.echo(f"… and {len(shown) - most:,} more are well; --all lists them.")


def _row(source: SourceFigures, now: datetime) -> tuple[object, ...]:
    success = f"{source.last_success:%Y-%m-%d %H:%M}Z" if source.last_success else "never"
    remarks = [
        "pushed" if source.pushed else "",
        f"being asked for {ago(now - source.asked_since)}" if source.asked_since else "",
        f"{counted(source.hangs, 'poll in a row', 'polls in a row')} ran out of time" if source.hangs else "",
        source.error or "",
        source.amiss.said if source.amiss else "",
        source.moved,
        source.notes,
    ]
    return source.name, source.state, success, source.items, "; ".join(filter(None, remarks))


@app.command("check")
def check(
    target: Annotated[str, typer.Argument(metavar="URL|FILE", help="An http(s) address, a feed file or a folder.")],
    allow_private: AllowPrivate = False,
    format: FeedFormat = None,
    mapping: MappingFile = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Show what a feed would give, field by field, before you add it."""
    settings, named = reading_as(load_settings(config).ingest, format, mapping)
    if not checked(settings, target, named, allow_private=allow_private, now=moment(now)).usable:
        raise typer.Exit(1)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Its name. Never change it: it is part of every posting's id.")],
    url: Annotated[str, typer.Argument(metavar="URL|FILE", help="An http(s) address, a feed file or a folder.")],
    every: Annotated[str | None, typer.Option(help="How often to poll it, such as 15m, 1h or 1d.")] = None,
    allow_private: AllowPrivate = False,
    format: FeedFormat = None,
    mapping: MappingFile = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not try to read it first.")] = False,
    config: Config = None,
    now: Now = None,
) -> None:
    """Add a source to the settings file, if it gives postings."""
    file = settings_file(config)
    settings, named = reading_as(load_settings(file).ingest, format, mapping)
    at = moment(now)
    if not unchecked:
        report = checked(settings, url, named, allow_private=allow_private, now=at, name=name)
        if not report.usable:
            why = "could not be read" if report.failure else "would give no posting now"
            raise UsageError(f"{without_keys(url)} {why}, so it was not added; --unchecked adds it anyway")
    sources.add(file, name, url, every=every, allow_private=allow_private, format=format, mapping=mapping)
    typer.echo(f"Added {name} to {file}. Restart what is running, so that it is polled.")


@app.command("mapping")
def show_mapping(
    name: Annotated[
        str | None, typer.Argument(help="The name of a mapping that comes with jobchime. Without it, list them.")
    ] = None,
    of: Annotated[
        Path | None, typer.Option("--of", metavar="FILE", help="Guess a mapping from this feed's file.")
    ] = None,
) -> None:
    """Print a mapping to start from. It comes with jobchime, or is guessed from a feed."""
    if of is not None:
        found = mapping_feeds.survey(read_named(of))
        fields = {name: path for name, path in found.guesses.items() if name in mapping_feeds.FIELDS}
        pages = mapping_feeds.paging("next", found.next_at, "", "") if found.next_at else {}
        table_of_it = mapping_feeds.table(found, fields, complete=False, pages=pages)
        typer.echo(mapping_feeds.text_of(table_of_it), nl=False)
        return
    if name is None:
        rows = [(known, mapping.kind, mapping.label) for known, mapping in sources.shipped().items()]
        console().print(table(f"{len(rows)} mappings", ("mapping", "kind", "of"), rows))
        return
    typer.echo(sources.mapping_text(name), nl=False)


@app.command("formats")
def formats(as_json: AsJson = False) -> None:
    """List the feed formats that can be read. Addresses that serve them are listed too."""
    for known in sources.named_formats():
        if as_json:
            print_json(_format_json(known))
    if as_json:
        return
    rows = [(known.name, known.title, "\n".join(known.addresses) or "any") for known in sources.named_formats()]
    console().print(table(f"{len(rows)} formats", ("format", "of", "addresses"), rows))


@app.command("pause")
def pause(
    name: Annotated[str, typer.Argument(help="Its name in the settings.")],
    until: Until = None,
    why: Why = "",
    by: By = "",
    config: Config = None,
) -> None:
    """Pause a source. It is not polled and takes no pushes until you resume it."""
    require_source(load_settings(config), name)
    terms = terms_of(until, why, by)
    hold_source(open_installation(config, create=True), name, moment(None), paused=True, terms=terms)
    typer.echo(f"The source {name} is paused. To resume: `jobchime source resume {name}`.")


@app.command("resume")
def resume(name: Annotated[str, typer.Argument(help="Its name in the settings.")], config: Config = None) -> None:
    """Resume a source."""
    hold_source(open_installation(config, create=True), name, moment(None), paused=False)
    typer.echo(f"The source {name} goes on.")


@app.command("accept")
def accept(name: Annotated[str, typer.Argument(help="Its name in the settings.")], config: Config = None) -> None:
    """Accept a listing that shrank suspiciously. The next poll closes the jobs it lacks, and sends the new ones.

    Use it also for a listing that rightly has nothing, nothing new, or much that cannot be read.
    """
    lacking = sources.accept(open_installation(config, create=False), name, moment(None))
    if lacking:
        gone = counted(lacking, "posting")
        typer.echo(f"The next poll of {name} closes the {gone} that it no longer lists, and sends what is new.")
    else:
        typer.echo(f"You are not warned about what {name} gives any more, until it has been different once.")


@app.command("again")
def again(
    name: Annotated[str | None, typer.Argument(help="Its name in the settings. Default: all sources.")] = None,
    config: Config = None,
) -> None:
    """Send all open postings of a source again. Use it if topics were lost. Nobody is mailed a job twice."""
    count = sources.again(open_installation(config, create=False), name)
    typer.echo(
        f"{counted(count, 'open posting goes', 'open postings go')} out again, at the next poll of their source"
        " or when they are next pushed."
    )


def _format_json(known: Format) -> dict[str, object]:
    """A format, for programs."""
    return {
        "format": known.name,
        "title": known.title,
        "addresses": list(known.addresses),
        "complete": known.complete,
        "every_s": known.every and known.every.total_seconds(),
        "details": 0 if known.details is None else known.details.most,
        "attribution": known.attribution and known.attribution.model_dump(),
    }


def _health_json(health: SourceHealth | None) -> dict[str, object]:
    if health is None:
        return {}
    return {
        "format": health.format,
        "last_attempt": health.last_attempt and health.last_attempt.isoformat(),
        "last_success": health.last_success and health.last_success.isoformat(),
        "next_due": health.next_due.isoformat(),
        "asked_since": health.asked_since and health.asked_since.isoformat(),
        "hangs": health.hangs,
        "failures": health.failures,
        "last_error": health.last_error,
        "notes": health.notes,
        "lacking": health.shrunk.lacking if health.shrunk else 0,
        "held": health.shrunk.held if health.shrunk else 0,
    }

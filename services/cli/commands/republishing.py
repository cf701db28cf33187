"""`jobchime republish`: topics and store brought to agree again, after one of them was lost or restored."""

from typing import Annotated

import typer

from schemas.topics import CRITERIA
from services.cli.opened import open_installation
from services.cli.options import Config, Now, moment
from services.settings import load_settings
from services.usecases.overview import REPLAY
from services.usecases.recovery import Drift, publish, read_on, require_topics, waits_for_opt_outs


def republish(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what does not agree.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Make topics and store agree again, after Kafka or the log was lost or the store was restored. Harmless.

    The notifier then reads on where the store ends. Criteria that criteria.v1 lacks are queued for it, and those that
    the store does not know are removed from it. With --dry-run, exit 1 if something does not agree.
    """
    require_topics(load_settings(config))
    with open_installation(config, create=False) as installation:
        said = read_on(installation, moment(now), dry_run=dry_run)
        _say_read_on(said, dry_run=dry_run)
        drift = publish(installation, moment(now), dry_run=dry_run)
        _say_published(drift, dry_run=dry_run)
        if waits_for_opt_outs(installation):
            typer.echo(f"This store is a copy that was restored, so no mail goes out before it knows: {REPLAY}.")
    if dry_run and (said or drift):
        raise typer.Exit(1)


def _say_read_on(said: str, *, dry_run: bool) -> None:
    if not said:
        typer.echo("The notifier's positions agree with the store.")
    elif dry_run:
        typer.echo(f"{said}.")
    else:
        typer.echo(f"{said}: the notifier reads on where the store ends; what it reads twice adds nothing.")


def _say_published(drift: Drift, *, dry_run: bool) -> None:
    if not drift:
        typer.echo(f"{CRITERIA.name} agrees with the store.")
        return
    typer.echo(
        f"{CRITERIA.name} lacks the newest state of {len(drift.newest):,} criteria, and holds {len(drift.strangers):,}"
        " that the store does not know."
    )
    if not dry_run:
        typer.echo("All of these are queued in their right state, and a notifier publishes them.")

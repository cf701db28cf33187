"""`jobchime reindex`: the shared indices made anew from their topics, while they are used."""

from typing import Annotated

import typer

from services.cli.options import Config, Now, moment
from services.cli.output import progress
from services.settings import load_settings
from services.usecases.recovery import Index, rebuild


def reindex(
    only: Annotated[Index | None, typer.Option(help="Rebuild only this index.")] = None,
    now: Now = None,
    config: Config = None,
) -> None:
    """Rebuild the indices in Elasticsearch from their topics, then switch to them. Workers run on meanwhile."""
    for index in rebuild(load_settings(config), only, moment(now), progress=progress):
        typer.echo(f"Searches for {index.name} go to {index.generation} now.")

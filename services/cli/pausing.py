"""`jobchime pause` and `resume`: of sending, and of a service. Kept in the store, obeyed within a second."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.opened import open_engine
from services.cli.options import Config, moment
from services.processes import PUSH, SERVICES
from services.runtime.errors import UsageError
from services.runtime.pauses import SqlPauses
from services.settings import Settings, load_settings

SENDING = "sending"
_PROCESSES = tuple(dict.fromkeys(name.partition(".")[0] for name in (*SERVICES, PUSH)))
_NAMES = (SENDING, *dict.fromkeys((*_PROCESSES, *SERVICES, PUSH, "housekeeper")))

What = Annotated[str, typer.Argument(metavar="SERVICE|sending", help=f"One of {', '.join(_NAMES)}.")]


def pause(what: What, config: Config = None) -> None:
    """Hold a service, or only the sending of mails, until it is resumed; nothing is lost meanwhile."""
    _switch(what, config, paused=True)
    if what == SENDING:
        typer.echo("Sending is paused: digests are built and wait. `jobchime resume sending` goes on.")
    else:
        typer.echo(f"{what} is paused: it takes nothing and stays alive. `jobchime resume {what}` goes on.")


def resume(what: What, config: Config = None) -> None:
    """Go on with what `pause` held."""
    _switch(what, config, paused=False)
    typer.echo(f"{'Sending' if what == SENDING else what} goes on.")


def switch_source(source: str, config: Path | None, *, paused: bool) -> None:
    """Hold or resume one source. Raises UsageError for one that the settings do not name."""
    settings = load_settings(config)
    if paused:
        require_source(settings, source)
    SqlPauses(open_engine(settings, create=True)).set_source(source, paused, moment(None))


def require_source(settings: Settings, source: str) -> None:
    """Raises UsageError for a source that the settings do not name."""
    ingest = settings.ingest
    names = [one.name for one in ingest.sources] + [key.source for key in ingest.push.keys.values()]
    if source not in names:
        raise UsageError(f"there is no source {source}; the settings name {', '.join(names) or 'none'}")


def _switch(what: str, config: Path | None, *, paused: bool) -> None:
    if what not in _NAMES:
        raise UsageError(f"{what!r} is nothing that can be paused; there are {', '.join(_NAMES)}")
    pauses = SqlPauses(open_engine(load_settings(config), create=True))
    if what == SENDING:
        pauses.set_sending(paused, moment(None))
    else:
        pauses.set_service(what, paused, moment(None))

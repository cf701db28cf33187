"""`jobchime subscriber unsuppress`: mails to an address again, asked why."""

from typing import Annotated

import typer

from services.cli.opened import open_installation
from services.cli.options import Config, Now, moment
from services.runtime.errors import UsageError
from services.usecases import suppressions


def unsuppress(
    address: Annotated[str, typer.Argument(help="The address, be it of a subscriber or of somebody erased.")],
    why: Annotated[str, typer.Option(help="Why it may be mailed again; kept, and shown by `subscriber show`.")] = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Mail an address again that is suppressed, as after a bounce that was no fault of its owner."""
    installation = open_installation(config, create=False)
    reason = suppressions.require_suppressed(installation, address)
    said = why.strip() or typer.prompt(f"Suppressed: {reason}\nWhy may it be mailed again?").strip()
    if not said:
        raise UsageError("say by --why why it may be mailed again")
    suppressions.unsuppress(installation, address, said, moment(now))
    typer.echo("Lifted: digests go there again from the next one on.")

"""`jobchime suppression`: addresses to which no mail goes, with who said so and why."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, logged_in, moment
from services.cli.output import console, print_json, table
from services.runtime.errors import UsageError
from services.runtime.files.named import read_named
from services.runtime.files.private import privately
from services.usecases import suppressions

app = typer.Typer(no_args_is_help=True)

Address = Annotated[str, typer.Argument(help="An address, whoever has or had it, if anybody.")]
By = Annotated[str, typer.Option(help="Who says so; by default who is logged in here.")]


@app.command("list")
def list_(
    lifted: Annotated[bool, typer.Option("--lifted", help="Those too that were lifted.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List them, the newest first; an address is shown only where a subscriber has it."""
    found = suppressions.listed(open_installation(config, create=False), lifted=lifted)
    if as_json:
        for suppression in found:
            print_json(_as_data(suppression))
        return
    columns = ("address", "since", "by", "why", "lifted")
    console().print(table("Suppressed", columns, [_row(suppression) for suppression in found]))


def _as_data(listed: suppressions.ListedSuppression) -> dict[str, str | None]:
    kept = listed.suppression
    return {
        "address": listed.address,
        "hash": listed.address_hash,
        "since": kept.since.isoformat(),
        "by": kept.added_by,
        "reason": kept.reason,
        "lifted_at": kept.lifted_at.isoformat() if kept.lifted_at else None,
        "lifted_by": kept.lifted_by,
        "lifted_because": kept.lifted_because,
    }


def _row(listed: suppressions.ListedSuppression) -> tuple[str, ...]:
    kept = listed.suppression
    lifted = f"{_day(kept.lifted_at)} {kept.lifted_by or ''}: {kept.lifted_because or ''}" if kept.lifted_at else ""
    return listed.address or f"{listed.address_hash[:12]}…", _day(kept.since), kept.added_by or "", kept.reason, lifted


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


@app.command("add")
def add(
    address: Address,
    why: Annotated[str, typer.Option(help="Why; kept, and shown by `subscriber show`.")],
    by: By = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Mail an address no more."""
    installation = open_installation(config, create=True)
    new = suppressions.add(installation, address, _reason(why), _operator(by), moment(now))
    typer.echo("No mail goes there any more." if new else "It is suppressed already.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a column `email`, or an address a line; - is standard input.")],
    why: Annotated[str, typer.Option(help="Why; kept with each.")] = "on the mail provider's list",
    by: By = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Take over a provider's list of suppressed addresses; a column `reason` is kept beside the why."""
    addresses = suppressions.addresses_in(read_named(file).decode("utf-8-sig", "replace"))
    outcome = suppressions.add_all(
        open_installation(config, create=True), addresses, _reason(why), _operator(by), moment(now)
    )
    for number in outcome.wrong:
        print(f"entry {number}: that is no email address", file=sys.stderr)
    typer.echo(f"{counted(outcome.added, 'address', 'addresses')} suppressed, {outcome.known} were already.")
    if outcome.wrong:
        raise typer.Exit(1)


@app.command("export")
def export(
    file: Annotated[
        Path, typer.Argument(help="Where to write it, for you alone to read; - is standard output.")
    ] = Path("-"),
    config: Config = None,
) -> None:
    """Write the addresses in force as a provider's list: CSV with email, created (seconds since 1970) and reason.

    An address is known only where a subscriber has it; how many are kept as a hash alone is said.
    """
    exported = suppressions.export(open_installation(config, create=False))
    if str(file) == "-":
        print(exported.csv, end="")
    else:
        _write_anew(file, exported.csv)
        typer.echo(f"{counted(exported.addresses, 'address', 'addresses')} in {file}.")
    if exported.hashes:
        kept_alone = "is kept as a hash alone" if exported.hashes == 1 else "are kept as hashes alone"
        print(f"{exported.hashes:,} more {kept_alone}: nobody here has that address now", file=sys.stderr)


def _write_anew(file: Path, text: str) -> None:
    """Raises UsageError where there is something already, or nothing can be."""
    try:
        with open(file, "x", encoding="utf-8", opener=privately) as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already; name another") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


@app.command("lift")
def lift(
    address: Address,
    why: Annotated[str, typer.Option(help="Why it may be mailed again; kept, and shown by `subscriber show`.")] = "",
    by: By = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Mail an address again, as after a bounce that was no fault of its owner."""
    installation = open_installation(config, create=False)
    reason = suppressions.require_suppressed(installation, address)
    said = why.strip() or typer.prompt(f"Suppressed: {reason}\nWhy may it be mailed again?").strip()
    suppressions.lift(installation, address, _reason(said), _operator(by), moment(now))
    typer.echo("Lifted: digests go there again from the next one on.")


def _reason(why: str) -> str:
    if not why.strip():
        raise UsageError("say by --why why")
    return why.strip()


def _operator(given: str) -> str:
    return given.strip() or logged_in()

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

Address = Annotated[str, typer.Argument(help="The address. It need not be a subscriber's.")]
By = Annotated[str, typer.Option(help="Who does this. Default: the user logged in here.")]


@app.command("list")
def list_(
    lifted: Annotated[bool, typer.Option("--lifted", help="Also list suppressions that were lifted.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List suppressions, the newest first. An address is shown only if a subscriber has it."""
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
    why: Annotated[str, typer.Option(help="The reason. It is kept, and `subscriber show` shows it.")],
    by: By = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Suppress an address. No mail is sent to it any more."""
    installation = open_installation(config, create=True)
    new = suppressions.add(installation, address, _reason(why), _operator(by), moment(now))
    typer.echo("No mail goes there any more." if new else "It is suppressed already.")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV with a column `email`, or one address a line; - for standard input.")
    ],
    why: Annotated[str, typer.Option(help="The reason. It is kept with each.")] = "on the mail provider's list",
    by: By = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Import a provider's list of suppressed addresses. A column `reason` is kept too."""
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
        Path, typer.Argument(help="The file to write, which only you can read; - for standard output.")
    ] = Path("-"),
    config: Config = None,
) -> None:
    """Export suppressed addresses as a list. It is CSV with email, created (seconds since 1970) and reason.

    Only addresses of subscribers are known. It also says how many are kept as hashes only.
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
    why: Annotated[str, typer.Option(help="Why it may be mailed again. It is kept and shown.")] = "",
    by: By = "",
    config: Config = None,
    now: Now = None,
) -> None:
    """Lift a suppression. Do so after a bounce that was not the owner's fault, for example."""
    installation = open_installation(config, create=False)
    reason = suppressions.require_suppressed(installation, address)
    said = why.strip() or typer.prompt(f"Suppressed: {reason}\nWhy may it be mailed again?").strip()
    suppressions.lift(installation, address, _reason(said), _operator(by), moment(now))
    typer.echo("Lifted. The next digest is sent there again.")


def _reason(why: str) -> str:
    if not why.strip():
        raise UsageError("give the reason with --why")
    return why.strip()


def _operator(given: str) -> str:
    return given.strip() or logged_in()

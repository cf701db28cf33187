"""`jobchime delivery`: list deliveries, and settle those of which nobody knows whether they went out."""

import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from schemas.counted import counted
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json, table
from services.usecases import deliveries
from services.usecases.deliveries import STATES, ListedDelivery
from services.usecases.wording import ago

app = typer.Typer(no_args_is_help=True)


class Found(StrEnum):
    """What an operator has found out of a delivery."""

    ACCEPTED = "accepted"
    NOT_SENT = "not-sent"


@app.command("list")
def list_deliveries(
    state: Annotated[str, typer.Option(help=f"One of {', '.join(STATES)}.")] = "unknown",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="The oldest due first, at most so many.")] = 200,
    addresses: Annotated[bool, typer.Option("--addresses", help="Also whom each is for.")] = False,
    now: Now = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Deliveries in a state: by default those of which nobody knows whether they went out."""
    at, named = moment(now), deliveries.state_named(state)
    installation = open_installation(config, create=False)
    found = deliveries.listed(installation, named, most)
    if as_json:
        for one in found:
            print_json(_as_json(one, addresses=addresses))
        return
    columns = ("delivery", "due at", "mailer", "attempts", "for", "reason", *(("address",) if addresses else ()))
    rows = [_row(one, at, addresses=addresses) for one in found]
    console().print(
        table(f"{counted(len(rows), 'delivery is', 'deliveries are')} {state}", columns, rows, numbers=("attempts",))
    )
    if rows and state == "unknown":
        typer.echo("Ask the mail provider by delivery id; then `jobchime delivery settle DELIVERY accepted|not-sent`.")
    if others := {other: number for other, number in deliveries.counts(installation).items() if other != named}:
        told = ", ".join(f"{number:,} {other}" for other, number in others.items())
        typer.echo(f"In other states: {told}; `jobchime delivery list --state STATE` lists those of one.")


@app.command("settle")
def settle(
    delivery: Annotated[str, typer.Argument(help="As `delivery list` names it; - takes names from standard input.")],
    found: Annotated[Found, typer.Argument(help="What the mail provider says of it.")],
    resend: Annotated[bool, typer.Option("--resend", help="What was not sent goes out after all.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Say of a delivery that is unknown whether it went out. Its jobs may come again where it did not."""
    at, installation = moment(now), open_installation(config, create=False)
    for one in sys.stdin.read().split() if delivery == "-" else (delivery,):
        state = deliveries.settle(installation, one, at, accepted=found is Found.ACCEPTED, resend=resend)
        typer.echo(f"{one} is {state.replace('_', ' ')} now.")


def _row(one: ListedDelivery, at: datetime, *, addresses: bool) -> tuple[str | int, ...]:
    held = f"{one.due_at:%Y-%m-%d %H:%M}Z", one.mailer, one.attempts, ago(at - one.changed_at), one.reason
    return (one.delivery_id, *held, *((one.address,) if addresses else ()))


def _as_json(one: ListedDelivery, *, addresses: bool) -> dict[str, Any]:
    told = {
        "delivery": one.delivery_id,
        "state": one.state,
        "attempts": one.attempts,
        "due_at": one.due_at.isoformat(),
        "changed_at": one.changed_at.isoformat(),
        "mailer": one.mailer,
        "provider_id": one.provider_id,
        "reason": one.reason,
    }
    return told | ({"address": one.address} if addresses else {})

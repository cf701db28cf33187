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
from services.usecases import mail
from services.usecases.mail import STATES, ListedDelivery
from services.usecases.wording import ago

app = typer.Typer(no_args_is_help=True)


class Outcome(StrEnum):
    """What an operator has found out of a delivery."""

    ACCEPTED = "accepted"
    NOT_SENT = "not-sent"


@app.command("list")
def list_deliveries(
    state: Annotated[str, typer.Option(help=f"One of {', '.join(STATES)}.")] = "unknown",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many to list, the longest due first.")] = 200,
    addresses: Annotated[bool, typer.Option("--addresses", help="Also show the recipients' addresses.")] = False,
    now: Now = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries in a state. By default unknown ones, which may or may not have been sent."""
    at, named = moment(now), mail.state_named(state)
    installation = open_installation(config, create=False)
    listed = mail.listed(installation, named, most)
    if as_json:
        for delivery in listed:
            print_json(_as_json(delivery, addresses=addresses))
        return
    columns = ("delivery", "due at", "mailer", "attempts", "for", "reason", *(("address",) if addresses else ()))
    rows = [_row(delivery, at, addresses=addresses) for delivery in listed]
    console().print(
        table(f"{counted(len(rows), 'delivery is', 'deliveries are')} {state}", columns, rows, numbers=("attempts",))
    )
    if rows and state == "unknown":
        typer.echo("Ask the mail provider by delivery id; then `jobchime delivery settle DELIVERY accepted|not-sent`.")
    if others := {other: number for other, number in mail.counts(installation).items() if other != named}:
        elsewhere = ", ".join(f"{number:,} {other}" for other, number in others.items())
        typer.echo(f"In other states: {elsewhere}; `jobchime delivery list --state STATE` lists those of one.")


@app.command("settle")
def settle(
    delivery: Annotated[
        str, typer.Argument(help="Its name in `delivery list`, or - to read names from standard input.")
    ],
    outcome: Annotated[Outcome, typer.Argument(help="What the mail provider says about it.")],
    resend: Annotated[bool, typer.Option("--resend", help="Send again what was not sent.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Settle an unknown delivery. Say whether it was sent. If not, its jobs may be mailed again."""
    at, installation = moment(now), open_installation(config, create=False)
    for name in sys.stdin.read().split() if delivery == "-" else (delivery,):
        state = mail.settle(installation, name, at, accepted=outcome is Outcome.ACCEPTED, resend=resend)
        typer.echo(f"{name} is {state.replace('_', ' ')} now.")


def _row(delivery: ListedDelivery, at: datetime, *, addresses: bool) -> tuple[str | int, ...]:
    facts = (
        f"{delivery.due_at:%Y-%m-%d %H:%M}Z",
        delivery.mailer,
        delivery.attempts,
        ago(at - delivery.changed_at),
        delivery.reason,
    )
    return (delivery.delivery_id, *facts, *((delivery.address,) if addresses else ()))


def _as_json(delivery: ListedDelivery, *, addresses: bool) -> dict[str, Any]:
    facts = {
        "delivery": delivery.delivery_id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at.isoformat(),
        "changed_at": delivery.changed_at.isoformat(),
        "mailer": delivery.mailer,
        "provider_id": delivery.provider_id,
        "reason": delivery.reason,
    }
    return facts | ({"address": delivery.address} if addresses else {})

"""`jobchime delivery`: list deliveries, and settle those of which nobody knows whether they went out."""

import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, get_args

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json, table
from services.notifier.adapters.sql.delivery_list import DeliveryList, ListedDelivery
from services.notifier.domain.delivery import State
from services.overview.troubles import ago
from services.runtime.errors import UsageError

app = typer.Typer(no_args_is_help=True)

_STATES: tuple[State, ...] = get_args(State)


class Found(StrEnum):
    """What an operator has found out of a delivery."""

    ACCEPTED = "accepted"
    NOT_SENT = "not-sent"


@app.command("list")
def list_deliveries(
    state: Annotated[str, typer.Option(help=f"One of {', '.join(_STATES)}.")] = "unknown",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="The oldest due first, at most so many.")] = 200,
    addresses: Annotated[bool, typer.Option("--addresses", help="Also whom each is for.")] = False,
    now: Now = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Deliveries in a state: by default those of which nobody knows whether they went out."""
    if state not in _STATES:
        raise UsageError(f"{state!r} is no state of a delivery; there are {', '.join(_STATES)}")
    at = moment(now)
    found = DeliveryList(open_installation(config, create=False).engine).of(state, most)
    if as_json:
        for one in found:
            print_json(_as_json(one, addresses=addresses))
        return
    columns = ("delivery", "due at", "mailer", "attempts", "for", "reason", *(("address",) if addresses else ()))
    rows = [_row(one, at, addresses=addresses) for one in found]
    console().print(table(f"{len(rows):,} deliveries are {state}", columns, rows, numbers=("attempts",)))
    if rows and state == "unknown":
        typer.echo("Ask the mail provider by delivery id; then `jobchime delivery settle DELIVERY accepted|not-sent`.")


@app.command("settle")
def settle(
    delivery: Annotated[str, typer.Argument(help="As `delivery list` names it; - takes names from standard input.")],
    found: Annotated[Found, typer.Argument(help="What the mail provider says of it.")],
    resend: Annotated[bool, typer.Option("--resend", help="What was not sent goes out after all.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Say of a delivery that is unknown whether it went out. Its jobs may come again where it did not."""
    if resend and found is not Found.NOT_SENT:
        raise UsageError("--resend is for what was not sent: a mail that was accepted never goes out again")
    at, known = moment(now), DeliveryList(open_installation(config, create=False).engine)
    for one in sys.stdin.read().split() if delivery == "-" else (delivery,):
        state = known.settle(one, at, accepted=found is Found.ACCEPTED, resend=resend)
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

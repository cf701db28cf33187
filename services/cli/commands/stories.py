"""`jobchime why`: why somebody got, or did not get, a job."""

from typing import Annotated

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import print_json
from services.runtime.printable import printable
from services.usecases import stories
from services.usecases.stories import StoryEvent


def why(
    person: Person,
    posting: Annotated[str, typer.Argument(help="A posting's id, as `backtest` lists it.")],
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Explain why somebody got a job, or did not: what happened to it, event by event."""
    installation = open_installation(config, create=False)
    found = stories.story(installation, person, posting, moment(now))
    if as_json:
        events = [
            {"kind": e.kind, "at": e.at and e.at.isoformat(), "what": e.what, "details": list(e.details)}
            for e in found.events
        ]
        print_json({"answer": found.answer, "subscriber_id": found.person.subscriber_id, "events": events})
        return
    typer.echo(printable(f"{found.posting.title}, {found.posting.company.name}\n{found.answer}\n"))
    for event in found.events:
        typer.echo(printable(_line(event)))


def _line(event: StoryEvent) -> str:
    at = f"{event.at:%Y-%m-%d %H:%M}Z" if event.at else "now"
    return "\n".join((f"{at:<17}  {event.what}", *(f"{'':<17}    {detail}" for detail in event.details)))

"""`jobchime subscriber feedback` and `follow`: what people say of jobs and companies."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, table
from services.runtime.errors import UsageError
from services.usecases import feedback as feedback_of
from services.usecases.feedback import Kind, Saying, Statement


class Said(StrEnum):
    """What can be said."""

    NOT_RELEVANT = "not-relevant"
    MORE_LIKE = "more-like"
    HIDE_COMPANY = "hide-company"


_KINDS: dict[Said, Kind] = {
    Said.NOT_RELEVANT: "not_relevant",
    Said.MORE_LIKE: "more_like",
    Said.HIDE_COMPANY: "hidden_company",
}


def feedback(
    person: Person,
    said: Annotated[
        Said | None, typer.Argument(help="What they say; without it, all that they said is listed.")
    ] = None,
    of: Annotated[str | None, typer.Argument(help="A posting's id; to hide a company, also its name.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Keep what someone says of a job or a company: it moves, or hides, what is like it."""
    installation = open_installation(config, create=False)
    if said is None:
        _show(feedback_of.said(installation, person), moment(now), as_json=as_json)
        return
    if of is None:
        raise UsageError(f"say of what: `jobchime subscriber feedback {person} {said.value} POSTING`")
    if undo:
        feedback_of.unsay(installation, person, _KINDS[said], of, moment(now))
        typer.echo("Taken back.")
    else:
        typer.echo(_kept(feedback_of.say(installation, person, _KINDS[said], of, moment(now))))


def follow(
    link: Annotated[str, typer.Argument(help="The address of a feedback link in someone's digest.")],
    config: Config = None,
    now: Now = None,
) -> None:
    """Do what a feedback link in a digest says, for whom the digest was for."""
    typer.echo(_kept(feedback_of.follow(open_installation(config, create=False), link, moment(now))))


def _kept(statement: Statement) -> str:
    return f"Kept: {_words(statement)}."


def _words(statement: Statement) -> str:
    if statement.kind == "hidden_company":
        return f"nothing of the company “{statement.value}”"
    of = statement.said
    what = f"“{of.title}” at {of.company or 'an unnamed company'}" if of else f"the job {statement.value}"
    return f"more like {what}" if statement.kind == "more_like" else f"not {what}, and fewer like it"


def _show(sayings: list[Saying], now: datetime, *, as_json: bool) -> None:
    if as_json:
        for saying in sayings:
            print_json(_as_json(saying))
        return
    rows = [(_words(one.statement), f"{one.said_at:%Y-%m-%d}", _until(one, now)) for one in sayings]
    console().print(table(f"{len(rows)} sayings", ("what", "said on", "counts until"), rows))


def _until(saying: Saying, now: datetime) -> str:
    if saying.fades_at is None:
        return "it is taken back"
    return f"{saying.fades_at:%Y-%m-%d}" if saying.fades_at > now else "faded"


def _as_json(saying: Saying) -> dict[str, Any]:
    statement, of = saying.statement, saying.statement.said
    about = {"title": of.title, "company": of.company} if of else None
    return {"kind": statement.kind, "value": statement.value, "said_at": saying.said_at.isoformat(), "about": about}

"""`jobchime subscriber feedback` and `follow`: what people say of jobs and companies."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from services.cli.opened import Opened, open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, table
from services.notifier.adapters.sql.matches import SqlMatches
from services.notifier.domain.feedback import Kind, Statement
from services.notifier.domain.liking import FADES_IN
from services.notifier.feedback import Feedback, Taken
from services.runtime.errors import UsageError


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
    opened = open_installation(config, create=False)
    subscriber_id = opened.subscribers.find(person).subscriber_id
    if said is None:
        _show(opened.subscribers.said(subscriber_id), moment(now), as_json=as_json)
        return
    if of is None:
        raise UsageError(f"say of what: `jobchime subscriber feedback {person} {said.value} POSTING`")
    desk = _desk(opened)
    if not undo:
        typer.echo(_kept(desk.say(subscriber_id, _KINDS[said], of, moment(now))))
    elif desk.unsay(subscriber_id, _KINDS[said], of, moment(now)):
        typer.echo("Taken back.")
    else:
        raise UsageError("they never said that")


def follow(
    link: Annotated[str, typer.Argument(help="The address of a feedback link in someone's digest.")],
    config: Config = None,
    now: Now = None,
) -> None:
    """Do what a feedback link in a digest says, for whom the digest was for."""
    typer.echo(_kept(_desk(open_installation(config, create=False)).by_link(link, moment(now))))


def _desk(opened: Opened) -> Feedback:
    return Feedback(opened.subscribers, SqlMatches(opened.engine), opened.ids.secret)


def _kept(taken: Taken) -> str:
    return f"Kept: {_words(taken.statement)}."


def _words(statement: Statement) -> str:
    if statement.kind == "hidden_company":
        return f"nothing of the company “{statement.value}”"
    of = statement.said
    what = f"“{of.title}” at {of.company or 'an unnamed company'}" if of else f"the job {statement.value}"
    return f"more like {what}" if statement.kind == "more_like" else f"not {what}, and fewer like it"


def _show(said: list[tuple[Statement, datetime]], now: datetime, *, as_json: bool) -> None:
    if as_json:
        for statement, at in said:
            print_json(_as_json(statement, at))
        return
    rows = [(_words(statement), f"{at:%Y-%m-%d}", _until(statement, at, now)) for statement, at in said]
    console().print(table(f"{len(rows)} sayings", ("what", "said on", "counts until"), rows))


def _until(statement: Statement, at: datetime, now: datetime) -> str:
    if statement.said is None:
        return "it is taken back"
    end = at + FADES_IN
    return f"{end:%Y-%m-%d}" if end > now else "faded"


def _as_json(statement: Statement, at: datetime) -> dict[str, Any]:
    of = statement.said
    about = {"title": of.title, "company": of.company} if of else None
    return {"kind": statement.kind, "value": statement.value, "said_at": at.isoformat(), "about": about}

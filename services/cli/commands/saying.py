"""`jobchime subscriber feedback` and `follow`: what somebody says of jobs and companies."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import console, print_json, table
from services.runtime.errors import UsageError
from services.usecases import feedback as feedback_of
from services.usecases.feedback import Answer, GivenAnswer, Kind


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
    said: Annotated[Said | None, typer.Argument(help="What they say. Without it, list what they have said.")] = None,
    of: Annotated[str | None, typer.Argument(help="A posting's id; to hide a company, its name works too.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Record what somebody says about a job or company. It makes similar jobs more or less likely, or hides them."""
    installation = open_installation(config, create=False)
    if said is None:
        _show(feedback_of.said(installation, person), moment(now), as_json=as_json)
        return
    if of is None:
        raise UsageError(f"name the posting: `jobchime subscriber feedback {person} {said.value} POSTING`")
    if undo:
        feedback_of.unsay(installation, person, _KINDS[said], of, moment(now))
        typer.echo("Taken back.")
    else:
        typer.echo(_receipt(feedback_of.say(installation, person, _KINDS[said], of, moment(now))))


def follow(
    link: Annotated[str, typer.Argument(help="The address of a feedback link in somebody's digest.")],
    config: Config = None,
    now: Now = None,
) -> None:
    """Follow a feedback link of a digest, for the person who got the digest."""
    typer.echo(_receipt(feedback_of.follow(open_installation(config, create=False), link, moment(now))))


def _receipt(answer: Answer) -> str:
    return f"Kept: {_words(answer)}."


def _words(answer: Answer) -> str:
    if answer.kind == "hidden_company":
        return f"nothing of the company “{answer.value}”"
    of = answer.job
    what = f"“{of.title}” at {of.company or 'an unnamed company'}" if of else f"the job {answer.value}"
    if of and of.kind == "saved":
        return f"more like {what}, which they saved"
    return f"more like {what}" if answer.kind == "more_like" else f"not {what}, and fewer like it"


def _show(answers: list[GivenAnswer], now: datetime, *, as_json: bool) -> None:
    if as_json:
        for given in answers:
            print_json(_answer_json(given))
        return
    rows = [(_words(given.answer), f"{given.said_at:%Y-%m-%d}", _until(given, now)) for given in answers]
    console().print(table(f"{len(rows)} answers", ("what", "said on", "counts until"), rows))


def _until(given: GivenAnswer, now: datetime) -> str:
    if given.fades_at is None:
        return "it is taken back"
    return f"{given.fades_at:%Y-%m-%d}" if given.fades_at > now else "faded"


def _answer_json(given: GivenAnswer) -> dict[str, Any]:
    answer, of = given.answer, given.answer.job
    about = {"title": of.title, "company": of.company} if of else None
    return {"kind": answer.kind, "value": answer.value, "said_at": given.said_at.isoformat(), "about": about}

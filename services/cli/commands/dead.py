"""`jobchime dead`: list, show, replay and discard dead letters."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer

from schemas.counted import counted
from services.cli.options import AsJson, Config, moment
from services.cli.output import console, print_json, progress, table
from services.runtime.errors import UsageError
from services.settings import load_settings
from services.usecases import dead_letters
from services.usecases.dead_letters import Chosen, DeadLetter
from services.usecases.errors import NothingChosenError

app = typer.Typer(no_args_is_help=True)

Letter = Annotated[str | None, typer.Argument(help="A dead letter, or a range of them: postings.v1.dead:0:12-20.")]
Topic = Annotated[str | None, typer.Option(help="Only dead letters of this topic.")]
Source = Annotated[str | None, typer.Option(help="Only dead letters of this source.")]
Error = Annotated[
    str | None, typer.Option("--error", "--reason", help="Only these errors: a type, or words of the error.")
]
Code = Annotated[str | None, typer.Option(help="Only faults of feeds and pushes with this code, such as missing.")]
_MOST_SHOWN = 2_000


@app.command("list")
def list_letters(
    topic: Topic = None,
    error: Error = None,
    code: Code = None,
    source: Source = None,
    days: Annotated[int, typer.Option(min=1, help="How many days to look back.")] = 90,
    each: Annotated[bool, typer.Option("--each", help="List every dead letter, not only counts by fault.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list discarded ones, with the reason for each.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Count dead letters by topic and fault, or list each."""
    settings, since = load_settings(config), moment(None) - timedelta(days=days)
    if each or everything or as_json or error or code or source:
        found = dead_letters.find(settings, Chosen(None, topic, error, source, code), since)
        _list_each([letter for letter in found if everything or letter.discarded is None], as_json=as_json)
        return
    counts = dead_letters.counts(settings, topic, since)
    shown = [count for count in counts if count.letters > count.discarded]
    rows = [(c.topic, c.code or "", c.field or "", c.error, c.letters - c.discarded, c.waiting) for c in shown]
    total, discarded = sum(row[4] for row in rows), sum(count.discarded for count in counts)
    heads = ("topic", "code", "field", "error", "letters", "waiting")
    title = f"{counted(total, 'dead letter')}" + (f", and {discarded:,} discarded (--all)" if discarded else "")
    console().print(table(title, heads, rows, numbers=("letters", "waiting")))


@app.command("show")
def show(
    letter: Annotated[str, typer.Argument(help="Its name in `dead list --each`, such as postings.v1.dead:0:12.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter. Says why it could not be processed, and prints the record."""
    found = dead_letters.show(load_settings(config), letter)
    text = found.value.decode("utf-8", "replace")
    if as_json:
        print_json(_summary(found) | {"headers": dict(found.headers), "value": text})
        return
    rows = [(name, str(value)) for name, value in _summary(found).items() if value is not None]
    rows += [(f"header {name}", value) for name, value in sorted(found.headers.items())]
    console().print(table("", ("", ""), rows))
    typer.echo(text[:_MOST_SHOWN] + ("…" if len(text) > _MOST_SHOWN else ""))


@app.command("replay")
def replay(
    letter: Letter = None,
    topic: Topic = None,
    error: Error = None,
    code: Code = None,
    source: Source = None,
    again: Annotated[bool, typer.Option("--again", help="Also those that were replayed or discarded before.")] = False,
    config: Config = None,
) -> None:
    """Process dead letters again. Choose one, a range, or all of a topic, source, error or code.

    If one fails again, it stays the same dead letter, with one more attempt.
    """
    with _choosing():
        chosen = Chosen(letter, topic, error, source, code)
        done = dead_letters.replay(load_settings(config), chosen, again=again, progress=progress)
    typer.echo(f"{done.sent} sent back, {done.skipped} left out because they were replayed or discarded before.")
    if done.without_origin:
        typer.echo(
            f"{done.without_origin} came from a feed, not from a topic: the next poll of their source reads them again."
            " Once it has, `jobchime dead discard --source NAME --reason TEXT`."
        )
    if done.cut:
        typer.echo(f"{done.cut} hold only the beginning of a record that was too large, and cannot be sent back.")


@app.command("discard")
def discard(
    why: Annotated[str, typer.Option("--reason", help="Why they can be ignored. It is kept with each.")],
    letter: Letter = None,
    topic: Topic = None,
    error: Annotated[str | None, typer.Option(help="Only these errors: a type, or words of the error.")] = None,
    code: Code = None,
    source: Source = None,
    config: Config = None,
) -> None:
    """Discard dead letters, so that they no longer count: one, a range, or all of a topic, source, error or code.

    They are kept as long as others: `dead list --all` shows them, and `dead replay --again` processes them again.
    """
    with _choosing():
        done = dead_letters.discard(load_settings(config), Chosen(letter, topic, error, source, code), why)
    typer.echo(f"{done.discarded} discarded, {done.skipped} left out because they were replayed or discarded before.")


@contextmanager
def _choosing() -> Iterator[None]:
    try:
        yield
    except NothingChosenError:
        sentence = "say which: a letter, --topic, --source, --error or --code; `jobchime dead list` shows them"
        raise UsageError(sentence) from None


def _list_each(found: Sequence[DeadLetter], *, as_json: bool) -> None:
    if as_json:
        for letter in found:
            print_json(_summary(letter))
        return
    rows = [(str(f.id), f.failed_at[:19], _origin(f), f.error, f.attempts, _state(f)) for f in found]
    columns = ("letter", "failed at", "from", "error", "attempts", "state")
    console().print(table(counted(len(rows), "dead letter"), columns, rows, numbers=("attempts",)))


def _state(letter: DeadLetter) -> str:
    return f"{letter.state}: {letter.discarded.why}" if letter.discarded else letter.state


def _origin(letter: DeadLetter) -> str:
    """The record's place in its topic; of what a feed could not give whole, the source."""
    return letter.headers.get("source", "") if not letter.origin_topic else letter.origin


def _summary(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter": str(letter.id),
        "error": letter.error,
        "error_type": letter.error_type,
        "code": letter.code,
        "field": letter.field,
        "attempts": letter.attempts,
        "consumer": letter.consumer,
        "from": _origin(letter),
        "failed_at": letter.failed_at,
        "replayed": letter.replayed,
        "discarded": None if letter.discarded is None else letter.discarded.why,
        "discarded_at": None if letter.discarded is None else letter.discarded.at,
        "whole_bytes": letter.whole_bytes,
        "key": letter.key.decode("utf-8", "replace"),
    }

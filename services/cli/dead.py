"""`jobchime dead`: list, show and replay dead letters."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from services.cli.opened import open_letters
from services.cli.options import AsJson, Config, moment
from services.cli.output import console, print_json, table
from services.runtime.dead import DeadLetter, DeadLetters, letter_ids
from services.runtime.errors import UsageError

app = typer.Typer(no_args_is_help=True)

Topic = Annotated[str | None, typer.Option(help="Only those of this topic.")]
Reason = Annotated[str | None, typer.Option(help="An error type, or words of the error.")]
_MOST_SHOWN = 2_000


@app.command("list")
def list_letters(
    topic: Topic = None,
    reason: Reason = None,
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 90,
    each: Annotated[bool, typer.Option("--each", help="Every letter, not only the counts by reason.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Dead letters: how many by topic and reason, or each."""
    with open_letters(config) as log:
        letters = DeadLetters(log)
        since = moment(None) - timedelta(days=days)
        if each or as_json or reason:
            found = list(letters.find(topic=topic, reason=reason, since=since))
            if as_json:
                for letter in found:
                    print_json(_summary(letter))
                return
            rows = [(str(f.id), f.failed_at[:19], _origin(f), f.error, "yes" if f.replayed else "") for f in found]
            columns = ("letter", "failed at", "from", "error", "replayed")
            console().print(table(f"{len(rows):,} dead letters", columns, rows))
            return
        counts = letters.counts(topic=topic, since=since)
    rows_by_reason = [(c.topic, c.error, c.letters, c.waiting) for c in counts]
    total = sum(count.letters for count in counts)
    heads = ("topic", "error", "letters", "not replayed")
    console().print(table(f"{total:,} dead letters", heads, rows_by_reason, numbers=("letters", "not replayed")))


@app.command("show")
def show(
    letter: Annotated[str, typer.Argument(help="As `dead list --each` names it: postings.v1.dead:0:12.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """One dead letter: why it died, and the record itself."""
    ids = letter_ids(letter)
    if len(ids) > 1:
        raise UsageError("show takes one letter, not a range")
    with open_letters(config) as log:
        found = DeadLetters(log).show(ids[0])
    text = found.value.decode("utf-8", "replace")
    if as_json:
        print_json(_summary(found) | {"headers": dict(found.headers), "value": text})
        return
    rows = [(name, str(value)) for name, value in _summary(found).items()]
    rows += [(f"header {name}", value) for name, value in sorted(found.headers.items())]
    console().print(table("", ("", ""), rows))
    typer.echo(text[:_MOST_SHOWN] + ("…" if len(text) > _MOST_SHOWN else ""))


@app.command("replay")
def replay(
    letter: Annotated[str | None, typer.Argument(help="A letter, or a range: postings.v1.dead:0:12-20.")] = None,
    topic: Topic = None,
    reason: Reason = None,
    again: Annotated[bool, typer.Option("--again", help="Also those that were replayed before.")] = False,
    config: Config = None,
) -> None:
    """Send dead letters back to where they came from: one, a range, or all of a topic and reason."""
    if letter is None and topic is None and reason is None:
        raise UsageError("say which: a letter, --topic or --reason; `jobchime dead list` shows them")
    with open_letters(config) as log:
        letters = DeadLetters(log)
        chosen = letters.present(letter_ids(letter)) if letter else tuple(letters.find(topic=topic, reason=reason))
        done = letters.replay(chosen, again=again)
    typer.echo(f"{done.sent} sent back, {done.skipped} left out because they were replayed before.")
    if done.without_origin:
        typer.echo(
            f"{done.without_origin} came from a feed, not from a topic: the next poll of their source reads them again."
        )
    if done.cut:
        typer.echo(f"{done.cut} hold only the beginning of a record that was too large, and cannot be sent back.")


def _origin(letter: DeadLetter) -> str:
    """The record's place in its topic; of what a feed could not give whole, the source."""
    return letter.headers.get("source", "") if not letter.origin_topic else letter.origin


def _summary(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter": str(letter.id),
        "error": letter.error,
        "error_type": letter.error_type,
        "attempts": letter.attempts,
        "consumer": letter.consumer,
        "from": _origin(letter),
        "failed_at": letter.failed_at,
        "replayed": letter.replayed,
        "whole_bytes": letter.whole_bytes,
        "key": letter.key.decode("utf-8", "replace"),
    }

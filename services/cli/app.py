"""The tree of commands. Only the module of the command that is run is imported: some bring seconds of libraries."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or with `group` several under one word. Its help stands here, so that listing it imports nothing."""

    name: str
    where: str
    """Module and attribute, `module:attribute`, in this package."""
    help: str
    group: bool = False


COMMANDS = (
    Command("demo", "demo:demo", "Run feeds through simulated days, mails into a folder."),
    Command("run", "running:run", "Poll the sources, match, and mail what is due, in one process."),
    Command("ingest", "workers:ingest", "Poll sources, take pushes, normalise postings (deployed)."),
    Command("matcher", "workers:matcher", "Match postings with all criteria (deployed)."),
    Command("notifier", "workers:notifier", "Store matches, build digests and hand them over (deployed)."),
    Command("status", "status:status", "Show the whole stream, what is not well first."),
    Command("doctor", "doctor:doctor", "Say what is reachable and what is missing, and how to mend it."),
    Command("pause", "pausing:pause", "Hold a service, or only the sending of mails, until resumed."),
    Command("resume", "pausing:resume", "Go on with what `pause` held."),
    Command("normalise", "files:normalise", "Print the posting.v1 of each item of feed files as JSON lines."),
    Command("match", "files:match", "Judge each posting by each criteria, with reasons."),
    Command("explain", "explaining:explain", "Say, criterion by criterion, whether a posting fits a search."),
    Command("backtest", "backtesting:backtest", "What a search would have found, and what each criterion costs."),
    Command("preview", "previewing:preview", "Show someone's next digest, and why each job is in it."),
    Command("subscriber", "people:app", "People who get digests.", group=True),
    Command("search", "searches:app", "Saved searches.", group=True),
    Command("source", "sources:app", "Feeds.", group=True),
    Command("dead", "dead:app", "Dead letters: records that could not be processed.", group=True),
    Command("delivery", "deliveries:app", "Mails handed over, and those of which nobody knows.", group=True),
    Command("worker", "heartbeats:app", "Workers that have been heard of.", group=True),
    Command("mail", "mail:app", "Whether mails go out and arrive.", group=True),
    Command("config", "configuration:app", "The settings file.", group=True),
    Command("topics", "topics:app", "The topics of the deployed form, on Kafka.", group=True),
    Command("reindex", "reindexing:reindex", "Rebuild the indices in Elasticsearch while workers go on."),
    Command("republish", "republishing:republish", "After an engine was lost: have topics and store agree again."),
    Command("reconcile", "reconciling:reconcile", "Compare and mend what the postings of a day match."),
    Command("migrate", "state:migrate", "Bring the store's tables up to date; safe to run twice."),
    Command("backup", "state:backup", "Write log, store and secret into one archive."),
    Command("restore", "state:restore", "Put the state of an archive into the data folder."),
)


PARTS = {
    "To begin": ("demo", "config", "source", "run", "doctor", "status"),
    "People": ("subscriber", "search", "preview"),
    "Why": ("explain", "backtest", "match", "normalise"),
    "To operate": ("pause", "resume", "dead", "delivery", "mail", "backup", "restore"),
}
"""The commands by what they are for; those that stand nowhere are of the deployed form."""
_REST = "The deployed form"


class Grouped(TyperGroup):
    """Lists the commands by what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each part with its commands."""
        left = dict.fromkeys(self.list_commands(ctx))
        for part, names in (*PARTS.items(), (_REST, None)):
            rows = [
                (name, command.get_short_help_str(formatter.width))
                for name in (names or tuple(left))
                if (command := self.get_command(ctx, name)) is not None
            ]
            for name, _ in rows:
                left.pop(name, None)
            with formatter.section(part):
                formatter.write_dl([(f"{name:<10}", said) for name, said in rows])


def _version(wanted: bool) -> None:
    if wanted:
        from services.usecases.release import release

        this = release()
        typer.echo(f"jobchime {this.version} (normaliser {this.normaliser}, Python {this.python})")
        raise typer.Exit


def _options(
    wanted: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Job alerts as a service: postings in, one short, well-chosen email out."""


def tree(wanted: Callable[[str], bool]) -> typer.Typer:
    """The tree, of which only the commands that are `wanted`, by name, can be run; the others are only listed."""
    app = typer.Typer(
        name="jobchime",
        cls=Grouped,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for command in COMMANDS:
        if not wanted(command.name):
            app.command(command.name, help=command.help)(_listed)
        elif command.group:
            app.add_typer(_found(command), name=command.name, help=command.help)
        else:
            app.command(command.name)(_found(command))
    return app


def _found(command: Command) -> Any:
    module, _, attribute = command.where.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), attribute)


def _listed() -> None:
    """Stand in for a command that is not run."""

"""The tree of commands: runs one of them, and says in one sentence what is wrong with it.

Only the module of the command that is run is imported: some bring seconds of libraries.
"""

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any
from unicodedata import category

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as WrongUsage
from typer.core import TyperGroup
from typer.main import get_command

from services.cli.output import guarded
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.files.private import keep_to_owner
from services.runtime.garbage import no_collecting
from services.runtime.logging import configure_logging
from services.runtime.privacy.secrets import without_secrets


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or with `group` several under one word. Its help stands here, so that listing it imports nothing."""

    name: str
    where: str
    """Module and attribute, `module:attribute`, in `commands`."""
    help: str
    group: bool = False


COMMANDS = (
    Command("demo", "demo:demo", "Try it: run feeds through simulated days, mails into a folder."),
    Command("run", "running:run", "Poll sources, match jobs and send mails, in one process."),
    Command("ingest", "workers:ingest", "Poll sources, accept pushes, normalise postings (deployed)."),
    Command("matcher", "workers:matcher", "Match postings with all criteria (deployed)."),
    Command("notifier", "workers:notifier", "Store matches, build digests and send them (deployed)."),
    Command("portal", "portal:portal", "Serve the pages for subscribers."),
    Command("console", "console:console", "Serve the pages for operators."),
    Command("status", "status:status", "Show how everything is going, problems first."),
    Command("doctor", "doctor:doctor", "Check what is reachable and what is missing, and how to fix it."),
    Command("pause", "pausing:pause", "Pause a service, or only the sending of mails."),
    Command("resume", "pausing:resume", "Resume what `pause` has paused."),
    Command("normalise", "files:normalise", "Turn feed files into postings, as JSON lines (posting.v1)."),
    Command("match", "files:match", "Match postings with criteria, and give the reasons."),
    Command("explain", "explaining:explain", "Explain, by criterion, whether a posting fits a search."),
    Command("why", "stories:why", "Explain why somebody got a job, or did not, event by event."),
    Command("backtest", "backtesting:backtest", "Show what a search would have found, and each criterion's cost."),
    Command("preview", "previewing:preview", "Show somebody's next digest, and why each job is in it."),
    Command("subscriber", "people:app", "Manage the people who get digests.", group=True),
    Command("suppression", "suppressing:app", "Manage the addresses that must not be mailed.", group=True),
    Command("search", "searches:app", "Manage saved searches.", group=True),
    Command("source", "sources:app", "Check, add, list, pause and resume feeds.", group=True),
    Command("dead", "dead:app", "See to dead letters: records that could not be processed.", group=True),
    Command("delivery", "deliveries:app", "List deliveries, and settle those that are unknown.", group=True),
    Command("worker", "heartbeats:app", "List workers, and forget lost ones.", group=True),
    Command("mail", "mail:app", "Test sending, and read mails that bounced.", group=True),
    Command("config", "configuration:app", "Write the settings file, and show the settings.", group=True),
    Command("topics", "topics:app", "Create and check the topics on Kafka.", group=True),
    Command("reindex", "reindexing:reindex", "Rebuild the indices in Elasticsearch, while workers run on."),
    Command("republish", "republishing:republish", "Make topics and store agree again, after an engine was lost."),
    Command("reconcile", "reconciling:reconcile", "Check what a day's postings match, and send missing matches."),
    Command("migrate", "state:migrate", "Bring the store's tables up to date; safe to run twice."),
    Command("backup", "state:backup", "Save log, store and secret in one archive."),
    Command("restore", "state:restore", "Restore an archive that `backup` wrote."),
    Command("opt-outs", "state:opt_outs", "Save opt-outs, and apply them again after a restore.", group=True),
)


PARTS = {
    "To begin": ("demo", "config", "source", "run", "doctor", "status"),
    "People": ("subscriber", "suppression", "search", "preview"),
    "Why": ("why", "explain", "backtest", "match", "normalise"),
    "To operate": ("console", "pause", "resume", "dead", "delivery", "mail", "backup", "restore", "opt-outs"),
}
"""The commands by what they are for; those that stand nowhere are of the deployed form."""
_REST = "The deployed form"
_MOST_WORD = 4_000
"""Characters of an argument; a path has 4,096 bytes at most."""
_MOST_SAID = 1_000


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
        from services.usecases.state import release

        running = release()
        typer.echo(f"jobchime {running.version} (normaliser {running.normaliser}, Python {running.python})")
        raise typer.Exit


def _options(
    wanted: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
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
            app.add_typer(_loaded(command), name=command.name, help=command.help)
        else:
            app.command(command.name)(_loaded(command))
    return app


def _loaded(command: Command) -> Any:
    module, _, attribute = command.where.partition(":")
    return getattr(import_module(f"{__package__}.commands.{module}"), attribute)


def _listed() -> None:
    """Stand in for a command that is not run."""


def run(arguments: Sequence[str]) -> int:
    """Run `jobchime` with these arguments, and give its exit code; Ctrl-C and a broken output are the caller's."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    with guarded():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        _require_readable(arguments)
        keep_to_owner()
        configure_logging(level="warning")
        with no_collecting():  # among what is imported now, which all stays
            command = get_command(tree(arguments[:1].__contains__))
        with command.make_context("jobchime", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return 2
    except WrongUsage as error:
        _print_fault(_sentence(error))
        return 2
    except UsageError as error:
        _print_fault(str(error))
        return 2
    except ClickException as error:
        _print_fault(error.format_message())
        return 1
    except (typer.Abort, EOFError):
        _print_fault("a question was not answered, so nothing was done")
        return 1
    except JobchimeError as error:
        _print_fault(str(error))
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        # Of files that no command looks after by itself: no room, no right, a loop.
        _print_fault(f"{error.filename}: {error.strerror}")
        return 1
    return 0


def _require_readable(words: Sequence[str]) -> None:
    """Raise UsageError for a word that could be neither looked for nor repeated in a sentence."""
    for number, word in enumerate(words, 1):
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError(f"argument {number} is not UTF-8")
        if any(category(letter) == "Cc" for letter in word):
            raise UsageError(f"argument {number} contains a control character")
        if len(word) > _MOST_WORD:
            raise UsageError(f"argument {number} has {len(word):,} characters, and at most {_MOST_WORD:,} are allowed")


def _sentence(error: WrongUsage) -> str:
    """What is wrong with the arguments, and where to look, on one line."""
    message = " ".join(error.format_message().split()).rstrip(".")
    path = error.ctx.command_path if error.ctx else "jobchime"
    return f"{message[:1].lower()}{message[1:]}{'' if message.endswith('?') else ';'} see `{path} --help`"


def _print_fault(sentence: str) -> None:
    """Print it in one line that a terminal can show."""
    text = "".join(letter if letter.isprintable() else " " for letter in without_secrets(sentence))
    if len(text) > _MOST_SAID:
        text = f"{text[: _MOST_SAID // 2]} ... {text[-_MOST_SAID // 2 :]}"
    print(f"jobchime: {text}", file=sys.stderr)

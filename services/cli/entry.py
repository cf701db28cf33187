"""Runs one command, and says in one sentence what is wrong with it."""

import io
import sys
from collections.abc import Sequence

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as WrongUsage
from typer.main import get_command

from services.cli.app import tree
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.logging import configure_logging


def run(arguments: Sequence[str]) -> int:
    """Run `jobchime` with these arguments, and give its exit code; Ctrl-C and a broken output are the caller's."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    try:
        configure_logging(level="warning")
        command = get_command(tree(arguments[:1].__contains__))
        with command.make_context("jobchime", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return 2
    except WrongUsage as error:
        _say(_sentence(error))
        return 2
    except UsageError as error:
        _say(str(error))
        return 2
    except ClickException as error:
        _say(error.format_message())
        return 1
    except (typer.Abort, EOFError):
        _say("a question was not answered; nothing is done")
        return 1
    except JobchimeError as error:
        _say(str(error))
        return 1
    return 0


def _sentence(error: WrongUsage) -> str:
    """What is wrong with the arguments, and where to look, on one line."""
    message = " ".join(error.format_message().split()).rstrip(".")
    path = error.ctx.command_path if error.ctx else "jobchime"
    return f"{message[:1].lower()}{message[1:]}{'' if message.endswith('?') else ';'} see `{path} --help`"


def _say(sentence: str) -> None:
    print(f"jobchime: {sentence}", file=sys.stderr)

"""Runs one command, and says in one sentence what is wrong with it."""

import io
import sys
from collections.abc import Sequence
from unicodedata import category

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as WrongUsage
from typer.main import get_command

from services.cli.app import tree
from services.cli.output import guarded
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.files.private import keep_to_owner
from services.runtime.logging import configure_logging
from services.runtime.privacy.secrets import redacted

_MOST_WORD = 4_000
"""Characters of an argument; a path has 4,096 bytes at most."""
_MOST_SAID = 1_000


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
    except OSError as error:
        if error.filename is None:
            raise
        # Of files that no command looks after by itself: no room, no right, a loop.
        _say(f"{error.filename}: {error.strerror}")
        return 1
    return 0


def _require_readable(words: Sequence[str]) -> None:
    """Raise UsageError for a word that could be neither looked for nor repeated in a sentence."""
    for number, word in enumerate(words, 1):
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError(f"argument {number} is not UTF-8")
        if any(category(letter) == "Cc" for letter in word):
            raise UsageError(f"argument {number} holds a control character")
        if len(word) > _MOST_WORD:
            raise UsageError(f"argument {number} has {len(word):,} characters; {_MOST_WORD:,} is the most")


def _sentence(error: WrongUsage) -> str:
    """What is wrong with the arguments, and where to look, on one line."""
    message = " ".join(error.format_message().split()).rstrip(".")
    path = error.ctx.command_path if error.ctx else "jobchime"
    return f"{message[:1].lower()}{message[1:]}{'' if message.endswith('?') else ';'} see `{path} --help`"


def _say(sentence: str) -> None:
    """Print it in one line that a terminal can show."""
    text = "".join(letter if letter.isprintable() else " " for letter in redacted(sentence))
    if len(text) > _MOST_SAID:
        text = f"{text[: _MOST_SAID // 2]} ... {text[-_MOST_SAID // 2 :]}"
    print(f"jobchime: {text}", file=sys.stderr)

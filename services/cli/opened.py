"""The installation of a settings file, opened for a command."""

from pathlib import Path

import typer

from services.settings import load_settings
from services.usecases.installation import Installation
from services.usecases.installation import open_installation as opened


def open_installation(config: Path | None, *, create: bool) -> Installation:
    """Open it, saying what there is to say of its store. Raises UsageError, UnavailableError."""
    return opened(load_settings(config), create=create, tell=say)


def say(sentence: str) -> None:
    """A sentence beside what is printed, on standard error."""
    typer.echo(sentence, err=True)


def warn(sentence: str) -> None:
    """The same, of something that a command goes on without."""
    say(f"jobchime: {sentence}")

"""Options that many commands share."""

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import UsageError

_FIRST_YEAR, _LAST_YEAR = 1971, 9000

Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="The settings file. Default: jobchime.toml in this folder.")
]
Now = Annotated[
    str | None, typer.Option("--now", metavar="TIME", help="Pretend that it is this time, in ISO 8601. Default: now.")
]
Person = Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="The subscriber's id or address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def logged_in() -> str:
    """Who is logged in here; by number in a container that runs as somebody without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def moment(text: str | None) -> datetime:
    """The time given, in UTC where no zone is; the clock's where nothing is given. Raises UsageError."""
    if text is None:
        return datetime.now(UTC)
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time; write it as 2026-11-20T17:00+00:00") from None
    # So that days and weeks can be added and taken away, in any time zone.
    if not _FIRST_YEAR <= given.year <= _LAST_YEAR:
        raise UsageError(f"{text!r} is too far away; give a time from the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)

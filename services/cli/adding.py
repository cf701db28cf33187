"""What the commands share that read a feed: their options, the settings file, and saying what a feed would give."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import doing
from services.runtime.errors import UsageError
from services.runtime.files.named import is_file
from services.settings import settings_path
from services.usecases import sources
from services.usecases.sources import CheckReport, IngestSettings

AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Allow a private or loopback address.")]
FeedFormat = Annotated[
    str | None, typer.Option("--format", help="A format's name, or mapping:NAME. Default: recognise it by content.")
]
MappingFile = Annotated[Path | None, typer.Option("--mapping", metavar="FILE", help="A TOML file that maps the feed.")]


def checked(
    settings: IngestSettings, target: str, format: str, *, allow_private: bool, now: datetime, name: str = "check"
) -> CheckReport:
    """Read a feed, saying meanwhile what is done, and tell what it would give. Raises UsageError."""
    with doing() as say:
        report = sources.check(settings, target, format, allow_private=allow_private, now=now, tell=say, name=name)
    for line in sources.lines(report):
        typer.echo(line)
    return report


def settings_file(config: Path | None) -> Path:
    """The settings file in force. Raises UsageError where there is none."""
    file, _ = settings_path(config)
    if not is_file(file):
        raise UsageError(f"there is no settings file {file}; `jobchime config init {file}` writes one")
    return file

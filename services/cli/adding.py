"""Trying a feed and adding it to the settings file."""

import json
import os
import shutil
import tomllib
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import typer
from pydantic import ValidationError

from schemas.faults import first_fault
from services.cli.output import doing
from services.ingest.adapters.catalogue import Catalogue
from services.ingest.app import make_normalise, make_reader
from services.ingest.check import CheckReport, check, lines
from services.ingest.mapping.files import PREFIX, mapping_in, name_of
from services.ingest.settings import IngestSettings, SourceSettings, source_for
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.named_files import is_file
from services.settings import DEFAULT_FILE, load_settings

AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Also a private or loopback address.")]
FeedFormat = Annotated[
    str | None, typer.Option("--format", help="A format's name, or mapping: and the name of one; else told by content.")
]
MappingFile = Annotated[Path | None, typer.Option("--mapping", metavar="FILE", help="A TOML file that maps the feed.")]


def reading_as(settings: IngestSettings, format: str | None, mapping: Path | None) -> tuple[IngestSettings, str]:
    """The settings with the mapping of a file among them, and the format to read by. Raises UsageError."""
    if mapping is None:
        named = format or "auto"
        if named != "auto":
            Catalogue(settings.mappings).format_named(named)
        return settings, named
    if format is not None:
        raise UsageError("a feed is read by --format or by --mapping, not by both")
    name = name_of(str(mapping))
    known = {**settings.mappings, name: mapping_in(mapping)}
    return settings.model_copy(update={"mappings": known}), f"{PREFIX}{name}"


def checked(
    settings: IngestSettings, target: str, format: str, *, allow_private: bool, now: datetime, name: str = "check"
) -> CheckReport:
    """Read a feed, saying meanwhile what is done, and tell what it would give. Raises UsageError."""
    source = _source(name, target, allow_private=allow_private, format=format)
    with doing() as say:
        report = check(
            source,
            reader=make_reader(settings, SystemRandom()),
            normalise=make_normalise(),
            now=now,
            max_age=settings.max_age,
            progress=say,
        )
    for line in lines(report):
        typer.echo(line)
    return report


def settings_file(config: Path | None) -> Path:
    """The settings file in force. Raises UsageError where there is none."""
    named = os.environ.get("JOBCHIME_CONFIG")
    file = config or (Path(named) if named else DEFAULT_FILE)
    if not is_file(file):
        raise UsageError(f"there is no settings file {file}; `jobchime config init {file}` writes one")
    return file


def source_block(
    file: Path, name: str, url: str, every: str | None, allow_private: bool, format: str | None, mapping: Path | None
) -> str:
    """A source as the settings file has it; paths lie beside the file. Raises UsageError."""
    is_web = _source(name, url).is_web
    values: dict[str, str | bool | None] = {
        "name": name,
        "url": url if is_web else _beside(file, Path(url)),
        "format": format,
        "mapping": None if mapping is None else _beside(file, mapping),
        "every": every,
        "allow_private": allow_private or None,
    }
    told = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value is not None]
    return "\n".join(("[[ingest.sources]]", *told, ""))


def add_source(file: Path, block: str) -> None:
    """Append a table to the settings file, if it can be read with it. Raises UsageError, UnavailableError."""
    tried = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        joined = f"{file.read_text(encoding='utf-8').rstrip()}\n\n{block}"
        _require_tables(file, joined)
        tried.touch(mode=0o600, exist_ok=False)
        shutil.copymode(file, tried)
        tried.write_text(joined, encoding="utf-8")
        Catalogue(load_settings(tried).ingest.mappings)
        tried.replace(file)
    except UsageError as error:
        raise UsageError(str(error).replace(str(tried), str(file))) from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        tried.unlink(missing_ok=True)


def _require_tables(file: Path, joined: str) -> None:
    """Raises UsageError where a file that can be read takes no further table of a source."""
    try:
        tomllib.loads(joined)
    except tomllib.TOMLDecodeError:
        raise UsageError(
            f"the sources of {file} are one list, which takes no more; write each as [[ingest.sources]]"
        ) from None


def _source(name: str, url: str, *, allow_private: bool = False, format: str = "auto") -> SourceSettings:
    try:
        return source_for(url, name=name, allow_private=allow_private, format=format)
    except ValidationError as error:
        raise UsageError(str(first_fault(error))) from None


def _beside(file: Path, path: Path) -> str:
    """As the settings file names it: below its folder by what follows that, else whole."""
    whole, folder = path.expanduser().resolve(), file.resolve().parent
    return str(whole.relative_to(folder) if whole.is_relative_to(folder) else whole)

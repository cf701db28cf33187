"""Mappings in files of their own: an operator's, and those that come along."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schemas.faults import first_fault
from services.ingest.mapping.settings import MappingSettings
from services.runtime.errors import UsageError
from services.runtime.files.toml import TomlFile, read_toml

PREFIX = "mapping:"
"""Before a mapping's name, as the name of a format."""
MOST_BYTES = 200_000


def mapping_in(file: Path) -> MappingSettings:
    """Read a mapping. Raises UsageError with the first fault, named by its line and place in the file."""
    read = read_mapping(file)
    try:
        return MappingSettings.model_validate(read.values)
    except ValidationError as error:
        fault = first_fault(error, MappingSettings)
        raise UsageError(f"{read.line_named(fault.place)}: {fault}") from None


def read_mapping(file: Path) -> TomlFile:
    """What stands in a mapping's file, be it a mapping or not. Raises UsageError."""
    try:
        return read_toml(file, "mapping file", most_bytes=MOST_BYTES)
    except FileNotFoundError:
        raise UsageError(f"there is no mapping file {file}") from None


def mapping_of(table: dict[str, Any], where: str) -> MappingSettings:
    """A mapping out of a TOML table. Raises UsageError."""
    try:
        return MappingSettings(**table)
    except ValidationError as error:
        raise UsageError(f"{where}: {first_fault(error, MappingSettings)}") from None


def with_files(ingest: Any, folder: Path) -> Any:
    """The `[ingest]` table with the mapping files read that it and its sources name. Raises UsageError."""
    files, sources = _named(ingest)
    if not files:
        return ingest
    read = {name: mapping_in(folder / file) for name, file in files.items()}
    ready = {"sources": sources} if sources else {}
    return {**ingest, **ready, "mappings": {**ingest.get("mappings", {}), **read}}


def files_named(ingest: Any) -> dict[str, str]:
    """The mapping files that the `[ingest]` table and its sources name, by their mappings. Raises UsageError."""
    return _named(ingest)[0]


def _named(ingest: Any) -> tuple[dict[str, str], list[Any]]:
    """These files, and the sources, each with its format; nothing of what is no such table."""
    table = ingest if isinstance(ingest, dict) else {}
    mappings, sources = table.get("mappings", {}), table.get("sources", [])
    if not isinstance(mappings, dict) or not isinstance(sources, list):
        return {}, []
    files = {name: file for name, file in mappings.items() if isinstance(file, str)}
    return files, [_pointed(source, files, mappings) for source in sources]


def _pointed(source: Any, files: dict[str, str], mappings: dict[str, Any]) -> Any:
    """A source that names a mapping's file, with its format; the file is noted by its name."""
    file = source.get("mapping") if isinstance(source, dict) else None
    if not isinstance(file, str):
        return source
    if "format" in source:
        raise UsageError(f"the source {source.get('name')} has a format and a mapping; it is read by one of them")
    name = name_of(file)
    if files.setdefault(name, file) != file or isinstance(mappings.get(name), dict):
        raise UsageError(f"two mappings are called {name}; call the file {file} otherwise")
    return {key: value for key, value in source.items() if key != "mapping"} | {"format": f"{PREFIX}{name}"}


def name_of(file: str) -> str:
    """What a mapping is called by its file."""
    return Path(file).stem.lower()


OF_NO_BOARD = ("company-rss", "job-ads", "job-feed", "neogov", "personio", "teamtailor")
"""Mappings that come along for the feeds of many; the others there are each of a board, as `formats/board.py` says."""


@cache
def shipped() -> dict[str, MappingSettings]:
    """Those of no board, by name."""
    return {name: mapping_of(tomllib.loads(text), name) for name, text in shipped_texts().items()}


@cache
def shipped_texts() -> dict[str, str]:
    """Their files, to begin an own one with."""
    return {name: text_of(name) for name in OF_NO_BOARD}


def text_of(name: str) -> str:
    """The file of a mapping that comes along."""
    return (files("services.ingest") / "boards" / f"{name}.toml").read_text("utf-8")

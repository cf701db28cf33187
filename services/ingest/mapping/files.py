"""Mappings in files of their own: an operator's, and those that come along."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.ingest.mapping.settings import MappingSettings
from services.runtime.errors import UsageError

MOST_BYTES = 200_000


def mapping_in(file: Path) -> MappingSettings:
    """Read a mapping. Raises UsageError with the first fault, named by its place in the file."""
    return mapping_of(table_in(file), str(file))


def table_in(file: Path) -> dict[str, Any]:
    """Read a TOML file. Raises UsageError."""
    try:
        return tomllib.loads(file.read_bytes()[:MOST_BYTES].decode("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no mapping file {file}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the mapping file {file} cannot be read: {error}") from None


def mapping_of(table: dict[str, Any], where: str) -> MappingSettings:
    """A mapping out of a TOML table. Raises UsageError."""
    try:
        return MappingSettings(**table)
    except ValidationError as error:
        raise UsageError(f"{where}: {first_fault(error)}") from None


def first_fault(error: ValidationError) -> str:
    """The first fault of settings, in one sentence that begins with its place."""
    fault = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    said = "there is no such setting" if fault["type"] == "extra_forbidden" else fault["msg"]
    said = said.removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def with_files(ingest: Any, folder: Path) -> Any:
    """The `[ingest]` table with the mappings that it names by their files read. Raises UsageError."""
    mappings = ingest.get("mappings") if isinstance(ingest, dict) else None
    if not isinstance(mappings, dict):
        return ingest
    read = {name: table_in(folder / told) if isinstance(told, str) else told for name, told in mappings.items()}
    return {**ingest, "mappings": read}


@cache
def shipped() -> dict[str, MappingSettings]:
    """The mappings that come along, by name."""
    return {name: mapping_of(tomllib.loads(text), name) for name, text in shipped_texts().items()}


@cache
def shipped_texts() -> dict[str, str]:
    """Their files, to begin an own one with."""
    folder = files("services.ingest.mapping") / "shipped"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".toml"): entry.read_text("utf-8") for entry in found}

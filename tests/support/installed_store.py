"""An installation in a folder, opened as a door opens it."""

from pathlib import Path
from typing import Any

from services.settings import Settings
from services.usecases.installation import Installation, has_store, open_installation
from tests.support.stores import sqlite_url


def installation_in(folder: Path, **settings: Any) -> Installation:
    """One whose store is there; its notes are an error here."""
    given = Settings.model_validate({"data": folder / "data", "secret": "a secret for tests only"} | settings)
    if not has_store(given):
        sqlite_url(given.data)  # as it would be made, which takes a tenth of a second
    return open_installation(given, create=True, tell=_refuse)


def _refuse(sentence: str) -> None:
    raise AssertionError(sentence)

"""An installation in a folder, opened as a door opens it."""

from pathlib import Path
from typing import Any

from services.settings import Settings
from services.usecases.installation import Installation, open_installation


def installation_in(folder: Path, **settings: Any) -> Installation:
    """One whose store is made where it is missing; its notes are an error here."""
    given = Settings.model_validate({"data": folder / "data", "secret": "a secret for tests only"} | settings)
    return open_installation(given, create=True, tell=_refuse)


def _refuse(sentence: str) -> None:
    raise AssertionError(sentence)

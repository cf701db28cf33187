"""Where the third-party captures are."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def shared_dir() -> Path:
    """The folder of captures: JOBCHIME_SHARED, else ../shared. Skips where it is absent; under CI=true that fails."""
    folder = Path(os.environ.get("JOBCHIME_SHARED") or _ROOT.parent / "shared")
    if (folder / "data").is_dir():
        return folder
    message = f"the captures are not at {folder}; set JOBCHIME_SHARED"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def captures() -> Path:
    """The captured feeds."""
    return shared_dir() / "data" / "captures"


def sendgrid_description() -> Path:
    """SendGrid's own OpenAPI description of sending mail."""
    return shared_dir() / "data" / "sendgrid-openapi" / "tsg_mail_v3.json"

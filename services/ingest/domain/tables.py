"""The tables shipped with the rules, in data/. Read anew at each call: whoever asks keeps what it makes of them."""

import tomllib
from importlib import resources
from typing import Any


def table_of(name: str) -> dict[str, Any]:
    """What a file of words holds: `pay.toml`."""
    return tomllib.loads(text_of_table(name))


def text_of_table(name: str) -> str:
    """A file as it stands: `pay_levels.csv`."""
    return resources.files("services.ingest.domain.data").joinpath(name).read_text("utf-8")

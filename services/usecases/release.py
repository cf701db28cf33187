"""Which release this is."""

import sys
from dataclasses import dataclass
from importlib.metadata import version

from services.ingest.domain.normalise import REVISION


@dataclass(frozen=True, slots=True)
class Release:
    """What a report of a fault should name."""

    version: str
    normaliser: int
    """The revision of its rules, raised with each change of them."""
    python: str


def release() -> Release:
    """Of what runs."""
    return Release(version("jobchime"), REVISION, ".".join(map(str, sys.version_info[:3])))

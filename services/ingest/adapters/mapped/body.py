"""What the kinds of mapped feeds have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from services.ingest.mapping.settings import MappingSettings
from services.ingest.ports import Broken


class Body(ABC):
    """A body of a feed. Nothing of it raises for any text."""

    def __init__(self, text: str, mapping: MappingSettings) -> None:
        self.text = text
        self.mapping = mapping

    @abstractmethod
    def rows(self) -> Iterator[Any | Broken]:
        """The rows one by one, less contact fields where they are no JSON."""

    def of_feed(self, path: str) -> list[str]:
        """What a path finds in the feed around its rows."""
        return []

    def names_of_feed(self) -> list[str]:
        """Paths to what stands in the feed around its rows, as one would write them."""
        return []

    def is_row(self, value: Any) -> bool:
        """Whether a value is a row, and not what stands in the place of one."""
        return isinstance(value, dict)

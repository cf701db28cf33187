"""What is closed once its `with` block is left."""

from abc import ABC, abstractmethod
from typing import Self


class Closeable(ABC):
    """Gives itself on entry, and is closed on exit."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

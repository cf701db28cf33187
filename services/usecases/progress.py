"""How far long work has come, told to whoever waits: each door shows it in its own way."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[int], None]
"""Say that so many more are done."""

Tell = Callable[[str], None]
"""Takes a sentence for whoever operates the installation."""

Progress = Callable[[str, int | None], AbstractContextManager[Advance]]
"""Begins to show work of a name and, where it is known, of so many; its end is the end of the work."""


@contextmanager
def unseen(_what: str, _total: int | None = None) -> Iterator[Advance]:
    """Show nobody."""
    yield lambda _count: None

"""Cutting what is long into what is handled at once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunked(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of at most `size`; no more is taken of the values than the lists that were asked for hold."""
    left = iter(values)
    while some := list(islice(left, size)):
        yield some

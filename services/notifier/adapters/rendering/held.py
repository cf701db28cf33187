"""Things made once and held, the least recently used let go."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Held(Generic[Made]):
    """At most so many, by key; none at all where `most` is 0."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is held under a key, made where nothing is."""
        made = self._made.get(key)
        if made is not None:
            self._made.move_to_end(key)
            return made
        made = make()
        if self._most:
            self._made[key] = made
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        return made

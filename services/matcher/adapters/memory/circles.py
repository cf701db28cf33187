"""Which criteria ask for what circle round a town: a scan tells who is in it or nearly so, this tells them apart."""

from collections.abc import Mapping

import numpy as np

from services.matcher.adapters.memory.columns import Column
from services.rules.criterion import Fit

Circle = tuple[str, int]
"""The label of a town, and kilometres."""


class KeysByCircle:
    """Only criteria that ask for one take room here."""

    def __init__(self) -> None:
        self._circles: dict[int, tuple[Circle, ...]] = {}
        self._keys: dict[Circle, set[int]] = {}

    def put(self, key: int, circles: tuple[Circle, ...]) -> None:
        """What a key asks for now; nothing forgets it."""
        for circle in self._circles.pop(key, ()):
            self._keys[circle].discard(key)
        if circles:
            self._circles[key] = circles
            for circle in circles:
                self._keys.setdefault(circle, set()).add(key)

    def parted(self, keys: Column, near: Column, fits: Mapping[Circle, Fit]) -> tuple[Column, Column]:
        """Move the keys of which a posting lies in no circle, and nearly in one, to what nearly matches."""
        nearly = self._asking(fits, "near")
        if nearly:
            nearly -= self._asking(fits, "yes")
        if not nearly:
            return keys, near
        moved = np.isin(keys, np.fromiter(nearly, dtype=np.uint32, count=len(nearly)))
        return keys[~moved], np.sort(np.concatenate((near, keys[moved])))

    def _asking(self, fits: Mapping[Circle, Fit], fit: Fit) -> set[int]:
        return set[int]().union(*(self._keys.get(circle, ()) for circle, found in fits.items() if found == fit))

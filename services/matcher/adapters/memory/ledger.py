"""What is known of each key: its newest version, and which part of the index holds its living row."""

from typing import Final

import numpy as np
import numpy.typing as npt

from services.matcher.adapters.memory.columns import Bools, Column
from services.matcher.adapters.memory.snapshot import Snapshot

PAGE: Final = 12
"""Bits. Keys are dense but for gaps, and a page is made when its first key comes."""
IN_PAGE: Final = (1 << PAGE) - 1
_BEYOND: Final = 2**32 - 1
"""Written for a version that 32 bits do not hold."""

NOWHERE: Final = 0


class KeyVersions:
    """Five bytes a key. A row lives if its part of the index is the one that is written here for its key.

    So nothing needs to know in which row a key is, and rows may move without being followed.
    """

    def __init__(self) -> None:
        # A table for all 2**32 keys takes no memory where it was never written.
        self._pages = np.zeros(1 << (32 - PAGE), dtype=np.uint32)
        self._versions = np.zeros(1 << PAGE, dtype=np.uint32)
        """One more than the newest version; 0 where none is known."""
        self._beyond: dict[int, int] = {}
        self._parts = np.zeros(1 << PAGE, dtype=np.uint8)
        self._used = 1
        self.last_key = 0
        """The last one for which there is a page: no known key is higher."""

    @property
    def nbytes(self) -> int:
        """What it takes of the memory."""
        pages = 8 * (self.last_key >> PAGE) + 8
        beyond = 100 * len(self._beyond)
        return self._versions.nbytes + self._parts.nbytes + min(self._pages.nbytes, pages) + beyond

    def slot(self, key: int) -> int:
        """Where a key's facts are; for `renew` and `move`."""
        page = int(self._pages[key >> PAGE])
        if not page:
            self.make_room(np.array([key], dtype=np.uint32))
            page = int(self._pages[key >> PAGE])
        return page << PAGE | key & IN_PAGE

    def renew(self, slot: int, version: int) -> bool:
        """Note a version; False where it is not newer than what is known."""
        known = int(self._versions[slot])
        if version <= (self._beyond[slot] if known == _BEYOND else known - 1):
            return False
        self._versions[slot] = min(version + 1, _BEYOND)
        if version + 1 >= _BEYOND:
            self._beyond[slot] = version
        return True

    def part(self, slot: int) -> int:
        """Which part of the index holds the living row."""
        return int(self._parts[slot])

    def move(self, slot: int, part: int) -> None:
        """Say which part holds it now."""
        self._parts[slot] = part

    def make_room(self, keys: Column) -> None:
        """Make the pages of some keys."""
        pages = np.unique(keys >> PAGE)
        fresh = pages[self._pages[pages] == 0]
        self.last_key = max(self.last_key, int(pages.max(initial=0)) << PAGE | IN_PAGE)
        if not fresh.size:
            return
        self._pages[fresh] = np.arange(self._used, self._used + fresh.size, dtype=np.uint32)
        self._used += fresh.size
        room = self._parts.size >> PAGE
        if self._used > room:
            more = max(self._used - room, room // 16) << PAGE
            self._versions = np.concatenate((self._versions, np.zeros(more, dtype=np.uint32)))
            self._parts = np.concatenate((self._parts, np.zeros(more, dtype=np.uint8)))

    def slots(self, keys: Column) -> npt.NDArray[np.uint32]:
        """Where the facts of keys are, all of which are known."""
        found: npt.NDArray[np.uint32] = self._pages[keys >> PAGE]
        found <<= PAGE
        found |= keys & IN_PAGE
        return found

    def living(self, keys: Column, part: int) -> Bools:
        """Which keys live in a part."""
        living: Bools = self._parts[self.slots(keys)] == part
        return living

    def move_all(self, keys: Column, part: int) -> None:
        """Say for many keys which part holds them now."""
        self._parts[self.slots(keys)] = part

    def renew_all(self, keys: Column, version: int) -> None:
        """Note one version, of 32 bits, for many new keys."""
        self.make_room(keys)
        self._versions[self.slots(keys)] = version + 1

    def snapshot(self) -> Snapshot:
        """All that is known."""
        used = self._used << PAGE
        columns: dict[str, Column] = {
            "pages": self._pages[: (self.last_key >> PAGE) + 1].copy(),
            "versions": self._versions[:used].copy(),
            "parts": self._parts[:used].copy(),
        }
        return Snapshot(columns, {"last_key": self.last_key, "beyond": list(self._beyond.items())})

    def take(self, snapshot: Snapshot) -> None:
        """Know what another knew of which a snapshot was made, and nothing else."""
        pages = snapshot.columns["pages"]
        self._pages[:] = 0
        self._pages[: pages.size] = pages
        self._versions, self._parts = snapshot.columns["versions"], snapshot.columns["parts"]
        self._used = self._parts.size >> PAGE
        self._beyond = dict(snapshot.facts["beyond"])
        self.last_key = snapshot.facts["last_key"]

    @property
    def tables(self) -> tuple[Column, Column]:
        """Pages and parts, for a compiled kernel."""
        return self._pages, self._parts

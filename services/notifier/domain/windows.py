"""Windows as values: cuts, what is due between two of them, and how they are closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.keys import Keys
from schemas.posting import PostingCore
from services.notifier.domain.model import DueSearch, Recipient


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record of matches.v1 at its offset."""

    offset: int
    posting: PostingCore
    keys: Keys
    near: Keys


@dataclass(frozen=True, slots=True)
class Cut:
    """A numbered row with one position a partition; what is not named stands at 0. Cut 0 is the beginning."""

    number: int
    positions: Mapping[int, int]

    def position(self, partition: int) -> int:
        """The first offset that lies after the cut."""
        return self.positions.get(partition, 0)


BEGINNING = Cut(0, {})


@dataclass(frozen=True, slots=True)
class DueWindow:
    """A saved search that is due, with the cut up to which it was served: its window begins there."""

    search: DueSearch
    key: int
    from_cut: int
    due_at: datetime
    """The slot it has waited for since; later ones may have passed."""
    hour: int
    weekday: int | None
    waiting: tuple[str, ...] = ()
    """Postings that it found before, for which there was no room: see `services.notifier.domain.curation.waiting`."""
    waiting_kept: bytes | None = None
    """The same as the store holds it, by which it tells that nothing was put back meanwhile."""


@dataclass(frozen=True, slots=True)
class WindowMatches:
    """What a window holds for one search."""

    posting_ids: tuple[str, ...]
    """Matched before near, each the newest first."""
    fitting: int
    """So many of them matched, the rest nearly."""
    more: bool
    """Whether more may have matched than are listed."""
    beyond: tuple[str, ...] = ()
    """Some of those, the newest first."""

    @property
    def matched(self) -> tuple[str, ...]:
        """Those that matched."""
        return self.posting_ids[: self.fitting]


NO_MATCHES = WindowMatches((), 0, more=False)


@dataclass(frozen=True, slots=True)
class DueSubscriber:
    """Someone to build a digest for, claimed by one worker."""

    recipient: Recipient
    windows: tuple[DueWindow, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """A window to close: the search is served up to `to_cut` and due again at `next_due_at`."""

    window: DueWindow
    to_cut: int
    next_due_at: datetime
    waiting: tuple[str, ...] | None = None
    """What waits from now on; None where that stays as it was."""

    @property
    def waits(self) -> tuple[str, ...]:
        """What waits once it is closed."""
        return self.window.waiting if self.waiting is None else self.waiting

"""Whom an operator sees unmasked, on whichever page: that they do is written down."""

from typing import Final

from cachetools import TTLCache

from services.console.access import Operator
from services.console.door import ConsoleDoor

_SHOWN_FOR_S: Final = 900.0
_MOST_REVEALED: Final = 1_000


class Revealed:
    """Whom an operator looks at unmasked: for a quarter of an hour, in their own session."""

    def __init__(self, door: ConsoleDoor) -> None:
        self._door = door
        self._open: TTLCache[tuple[str, str], bool] = TTLCache(_MOST_REVEALED, _SHOWN_FOR_S)

    def covers(self, operator: Operator, person: str) -> bool:
        """Whether they revealed somebody just now."""
        return (operator.session or operator.name, person) in self._open

    async def reveal(self, operator: Operator, person: str) -> None:
        """Write down that they do, then let them. Raises UnavailableError where it cannot be written down."""
        await self._door.act(operator, "reveal", person, lambda: None)
        self._open[operator.session or operator.name, person] = True

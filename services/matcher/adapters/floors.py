"""A floor as one number, as both indices hold it: its amount a year, its currency, whether undisclosed pay will do."""

from typing import Final

FLOOR_BITS: Final = 44
"""A floor is at most 10**13 a year."""
MOST_FLOOR: Final = (1 << FLOOR_BITS) - 1
ACCEPTS_UNDISCLOSED: Final = 1 << FLOOR_BITS
CURRENCY_SHIFT: Final = FLOOR_BITS + 1


def packed_floor(annual: int | None, currency: int, *, accept_undisclosed: bool) -> int:
    """Pack a floor. `annual` is None for a floor per project, which no pay is held against."""
    amount = MOST_FLOOR if annual is None else min(annual, MOST_FLOOR)
    return currency << CURRENCY_SHIFT | amount | (ACCEPTS_UNDISCLOSED if accept_undisclosed else 0)

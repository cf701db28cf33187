"""How choosy the mails of a person are, by their own word: bars that are moved from those of the operator."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

Selectivity = Literal["strict", "usual", "wide", "all"]
"""From the fewest and surest jobs to whatever fits."""

SELECTIVITIES: Final[tuple[Selectivity, ...]] = get_args(Selectivity)
_ODDS: Final[Mapping[Selectivity, float]] = {"strict": 2.0, "usual": 1.0, "wide": 0.25, "all": 0.0}
"""By what the odds of a bar are multiplied; docs/relevance.md has what each brings."""

_LEAST: Final = 0.0001
"""Above a chance of nothing, as jobs have of which no post is open: nobody means a talent pool by all that fits."""


def bar_for(selectivity: Selectivity, least: float) -> float:
    """The bar of somebody, by that of the operator: no choosier one has a lower bar, and whoever sets 0 bars nobody."""
    odds = _ODDS[selectivity]
    if not odds:
        return min(bar_for("wide", least), _LEAST)
    if odds == 1.0 or least >= 1.0:
        return least
    return least * odds / (1.0 - least + least * odds)


def less_choosy(selectivity: Selectivity) -> Sequence[Selectivity]:
    """Those that bring more, the next first."""
    return SELECTIVITIES[SELECTIVITIES.index(selectivity) + 1 :]


def wider(selectivity: Selectivity) -> Selectivity | None:
    """The next that brings more; None where nothing does."""
    return next(iter(less_choosy(selectivity)), None)

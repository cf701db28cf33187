"""The colours of a board, which everybody can read: contrast by WCAG 2.2, on the grounds of mails and pages."""

import re
from dataclasses import astuple, dataclass
from typing import Final

LEAST_CONTRAST: Final = 4.5
"""Of text to its ground (success criterion 1.4.3)."""
LIGHT_GROUND: Final = "#f2f4f3"
"""The darkest ground of a light mail or page."""
DARK_GROUND: Final = "#242d34"
"""The lightest of a dark one."""
_STEPS: Final = 100
_COLOUR: Final = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Brand:
    """What links, buttons and bars are drawn in, on light grounds and on dark ones, each `#rrggbb`."""

    accent: str = "#0a5d53"
    accent_dark: str = "#74d6c3"
    bar: str = "#2a8a7c"
    bar_dark: str = "#4fb8a6"

    def recoloured(self, css: str) -> str:
        """A stylesheet that has the colours of the house, with these in their place."""
        for own, given in zip(astuple(HOUSE), astuple(self), strict=True):
            css = css.replace(own, given)
        return css


HOUSE: Final = Brand()
"""Where no colour is set."""


def brand_of(light: str, dark: str) -> Brand:
    """A board's colours: those of the house where both are empty; the dark one is made of the other where it is.

    Raises ValueError for what is not `#rrggbb` or cannot be read, with the nearest that can.
    """
    if not light and not dark:
        return HOUSE
    chosen = _readable("colour", light or HOUSE.accent, LIGHT_GROUND, "#000000")
    if not dark:
        dark = _nearest(chosen, DARK_GROUND, "#ffffff")
    chosen_dark = _readable("colour_dark", dark, DARK_GROUND, "#ffffff")
    return Brand(chosen, chosen_dark, chosen, chosen_dark)


def contrast(colour: str, other: str) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted((_luminance(colour), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _readable(name: str, colour: str, ground: str, towards: str) -> str:
    given = colour.strip().casefold()
    if not _COLOUR.fullmatch(given):
        raise ValueError(f"{name} must look like #0a5d53, not {colour!r}")
    found = contrast(given, ground)
    if found < LEAST_CONTRAST:
        kind = "light" if ground == LIGHT_GROUND else "dark"
        near = _nearest(given, ground, towards)
        raise ValueError(
            f"{name} {given} cannot be read on {kind} pages: its contrast is {found:.1f}, and {LEAST_CONTRAST} is "
            f"needed; {near} would do"
        )
    return given


def _nearest(colour: str, ground: str, towards: str) -> str:
    """The colour with so little of another mixed in that it can be read."""
    mixes = (_mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(mix for mix in mixes if contrast(mix, ground) >= LEAST_CONTRAST)


def _mixed(colour: str, other: str, share: float) -> str:
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (added - own) * share):02x}" for own, added in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    value = int(colour[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255

"""Places as they stand in an English sentence."""

from typing import Final

from services.rules.places import place_name

_WITH_ARTICLE: Final = frozenset([
    "AE", "BS", "CF", "DO", "GB", "GM", "KM", "MH", "MV", "NL", "PH", "SB", "US",
    "eu", "eea", "americas", "middle-east", "nordics", "baltics", "balkans", "caribbean", "caucasus", "gcc", "cis",
])  # fmt: skip


def place_phrase(code: str, locale: str = "en") -> str:
    """A place's name with its article where English has one: `the Netherlands`, `Germany`."""
    name = place_name(code, locale)
    return f"the {name}" if code in _WITH_ARTICLE and locale.startswith("en") else name

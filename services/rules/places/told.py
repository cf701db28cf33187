"""What the parts of a field say that the towns named beside them lie in, by codes of countries and states."""

from collections.abc import Sequence
from functools import lru_cache

from services.rules.places.data import country_part, place_data
from services.rules.places.known import canonical_place, countries_of, is_group, is_subdivision
from services.rules.text import fold


def codes_beside(parts: Sequence[str]) -> frozenset[str]:
    """Those of all parts; of a state with namesakes, that of a country beside it: `Mansfield, Victoria, Australia`."""
    codes = frozenset[str]().union(*map(codes_of, parts))
    countries = set(map(country_part, codes))
    return codes.union(state for state in several_beside(parts) if country_part(state) in countries)


def several_beside(parts: Sequence[str]) -> frozenset[str]:
    """The states that the name of several places may mean, behind another part: Victoria's."""
    names = (place_data().ambiguous.get(fold(part), ()) for part in parts[1:])
    return frozenset(code for codes in names for code in codes if is_subdivision(code))


@lru_cache(maxsize=8192)
def codes_of(part: str) -> frozenset[str]:
    """Countries and states that a part of a field names; `MA` is Massachusetts and Morocco."""
    bare, data = part.strip(" ."), place_data()
    found = set()
    if bare.isupper() and 2 <= len(bare) <= 3:
        found = {f"{country}-{bare}" for country in data.coded if f"{country}-{bare}" in data.subdivisions}
    code = canonical_place(bare)
    if code is None:
        return frozenset(found)
    if is_group(code):
        return frozenset({*found, *countries_of(code)})
    if is_subdivision(code) and country_part(code) not in data.coded:
        found.add(country_part(code))  # The table knows no parts of other countries.
    return frozenset({*found, code})

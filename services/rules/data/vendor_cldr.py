"""Take what the places need out of Unicode CLDR: `python -m services.rules.data.vendor_cldr CLDR_CORE SUBDIVISIONS`.

The arguments are the unpacked npm packages cldr-core and cldr-subdivisions-full. Writes places/cldr.json.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "places" / "cldr.json"
ALSO_COUNTRIES = frozenset(
    """CN-HK CN-MO CN-TW FI-01 NO-21 NO-22 US-AS US-GU US-MP US-PR US-UM US-VI FR-971 FR-972 FR-973 FR-974 FR-976 FR-BL
    FR-MF FR-NC FR-PF FR-PM FR-TF FR-WF FR-CP NL-AW NL-BQ1 NL-BQ2 NL-BQ3 NL-CW NL-SX""".split()
)
"""Subdivisions that ISO 3166-1 lists as countries of their own under another code."""

PROVINCES = ("ES", "IT", "PT")
"""Countries whose second level people write behind a town, and call as its capital."""


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))["supplemental"]


def code_of(cldr: str) -> str:
    """`usca` is US-CA: CLDR runs ISO 3166-2 together in lower case."""
    return f"{cldr[:2]}-{cldr[2:]}".upper()


def extracted(core: Path, subdivisions: Path) -> dict[str, Any]:
    """Containment of regions, three-letter codes, and the English names of each country's first level, and of all parts
    of those in `PROVINCES`."""
    regions = _load(core / "supplemental" / "territoryContainment.json")["territoryContainment"]
    containment = {region: entry["_contains"] for region, entry in regions.items() if "status" not in region}
    mappings = _load(core / "supplemental" / "codeMappings.json")["codeMappings"]
    alpha3 = {code: entry["_alpha3"] for code, entry in mappings.items() if len(code) == 2 and "_alpha3" in entry}
    levels = _load(core / "supplemental" / "subdivisionContainment.json")["subdivisionContainment"]
    english = subdivisions / "subdivisions" / "en" / "en.json"
    names = json.loads(english.read_text(encoding="utf-8"))
    names = names["subdivisions"]["localeDisplayNames"]["subdivisions"]
    first = {
        code_of(part): names[part]
        for country, entry in levels.items()
        if len(country) == 2
        for part in entry["_contains"]
        if part in names
    }
    provinces = {
        country: sorted(name for part, name in names.items() if code_of(part).startswith(f"{country}-"))
        for country in PROVINCES
    }
    kept = {code: name for code, name in sorted(first.items()) if code not in ALSO_COUNTRIES}
    version = json.loads((core / "package.json").read_text(encoding="utf-8"))["version"]
    return {"cldr": version, "containment": containment, "alpha3": alpha3, "subdivisions": kept, "provinces": provinces}


def main() -> None:
    """Write places/cldr.json."""
    core, subdivisions = (Path(argument) for argument in sys.argv[1:3])
    TARGET.write_text(json.dumps(extracted(core, subdivisions), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

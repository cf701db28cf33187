"""Compile places/*.toml, the extracts of CLDR and GeoNames (towns.tsv), and Babel's country names into places.json.

Run `python -m services.rules.data.make_places`. The result depends on the version of Babel, which it records.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import babel
from babel import Locale, localedata
from babel.core import get_global

from services.rules.places.town_data import towns
from services.rules.text import fold

FOLDER = Path(__file__).parent
TARGET = FOLDER / "places.json"
NO_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
"""Two-letter codes in CLDR that ISO 3166-1 does not assign. XK is user-assigned there and kept: feeds name Kosovo."""
TEXT_LOCALES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl")
FURTHER_LOCALES = ("sv", "da", "nb", "fi", "cs", "hu", "ro", "tr", "el", "uk", "ru", "ja", "zh", "zh_Hant", "ko")
"""Languages of postings: a country is found in running text by its name in these, in fields by all that Babel knows.
Names of up to four letters in the further Latin ones are left out: too many are words of another language."""
SOFT_HYPHEN = "\u00ad"
AMERICAS = "019"
"""What German and Spanish call so in postings is mostly the United States."""
LEAST, LEAST_US = 100, 25
"""Thousands of inhabitants of a town whose name a field may hold among other words. American postings name small ones,
with the state."""
SHORTEST = 4
LEAST_LEAD = 3
"""A city is meant without a word beside it where it has this many times the people of its namesakes elsewhere."""


def read(name: str) -> Any:
    """One of the files in places/."""
    path = FOLDER / "places" / name
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else tomllib.loads(text)


def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 and the English name."""
    territories = Locale("en").territories
    return {
        code: name
        for code, name in sorted(territories.items())
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


def groups_of(table: Mapping[str, Any], containment: Mapping[str, list[str]], known: Iterable[str]) -> dict[str, Any]:
    """Each group with its countries. Raises KeyError where a group names an unknown region or group."""
    iso = frozenset(known)

    def leaves(region: str) -> set[str]:
        if region in iso:
            return {region}
        return set().union(*(leaves(part) for part in containment[region])) if region in containment else set()

    def members(code: str) -> set[str]:
        if code == "worldwide":
            return set(iso)
        group = table[code]
        regions = set().union(*(leaves(region) for region in group.get("cldr", ())))
        inner = set().union(*(members(name) for name in group.get("groups", ())))
        return (regions | inner | set(group.get("countries", ()))) - set(group.get("without", ()))

    return {
        code: {"name": group["name"], "countries": sorted(members(code))}
        | ({"locale": group["locale"]} if "locale" in group else {})
        for code, group in table.items()
    }


def field_names(
    known: Mapping[str, str], names: Mapping[str, Any], groups: Mapping[str, Any], parts: Mapping[str, list[str]]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Folded name to code, for whole fields: in every language; and the names that mean several places."""
    sure: dict[str, set[str]] = defaultdict(set)
    for code, english in known.items():
        written = [english, *names["countries"].get(code, ()), *names["fields"].get(code, ())]
        for name in written:
            sure[fold(name)].add(code)
    for code, group in groups.items():
        for name in (code, group["name"], *group["text"], *group.get("field", ())):
            sure[fold(name)].add(code)
    fields_of_parts = {code: written for code, written in names["fields"].items() if code not in known}
    for code, written in (*parts.items(), *fields_of_parts.items()):
        for name in written:
            sure[fold(name)].add(code)
    loose: dict[str, set[str]] = defaultdict(set)
    for identifier in sorted(localedata.locale_identifiers()):
        for code, name in Locale.parse(identifier).territories.items():
            if code in known and fold(name) not in sure:
                loose[fold(name)].add(code)
    codes = {code.casefold() for code in (*known, *groups)}
    everything = {**loose, **sure}
    single = {name: min(found) for name, found in everything.items() if len(found) == 1}
    return (
        {name: code for name, code in sorted(single.items()) if name not in codes or name == code.casefold()},
        {name: sorted(found) for name, found in sorted(sure.items()) if len(found) > 1},
    )


def also_cities(cities: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Names of places that cities elsewhere share, and of which [lone] says that none is meant: Washington."""
    undecided = {name for name, code in cities["lone"].items() if not code and fold(name) in fields}
    return {
        fold(name): [fields[fold(name)], *(code for code, named in cities["cities"].items() if name in named)]
        for name in sorted(undecided)
    }


def foreign_groups(group: Mapping[str, Any]) -> list[str]:
    """What the languages of postings call a group that CLDR knows."""
    locale = group.get("locale", AMERICAS)
    return [] if locale == AMERICAS else [Locale(language).territories[locale] for language in TEXT_LOCALES]


def foreign_countries(code: str) -> list[str]:
    """What the languages of postings call a country."""
    further = [Locale.parse(language).territories[code] for language in FURTHER_LOCALES]
    long = [name for name in further if len(name) > 4 or ord(name[0]) >= 0x370]
    return [*(Locale(language).territories[code] for language in TEXT_LOCALES), *long]


def larger_cities(cities: Mapping[str, Any], taken: Mapping[str, str]) -> tuple[list[list[str]], dict[str, str]]:
    """[name, "city", code] of GeoNames' cities for fields; and what each name means with nothing beside it.

    `taken` are the folded names of places that are no city. A name of our own table keeps the meaning it has there.
    """
    ours: dict[str, set[str]] = defaultdict(set)
    for code, named in cities["cities"].items():
        for name in named:
            ours[fold(name)].add(code)
    never = {fold(name) for name in cities["never"]["names"]}
    rows: list[list[str]] = []
    people: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, country, state, thousands in _large_towns():
        folded, code = fold(name), f"{country}-{state}" if state else country
        known = {ours_code[:2] for ours_code in ours[folded]} if not state else ours[folded]
        if folded in never or folded in taken or code in known:
            continue
        rows.append([name, "city", code])
        people[folded][code] += thousands
    lone: dict[str, str] = {}
    for folded, codes in people.items():
        if ours[folded]:
            lone[folded] = min(ours[folded]) if len(ours[folded]) == 1 else ""
            continue
        first, *others = sorted(codes, key=lambda code: (-codes[code], code))
        abroad = sum(codes[code] for code in others if code[:2] != first[:2])
        if others:
            lone[folded] = first if codes[first] >= LEAST_LEAD * abroad else ""
    return rows, lone


def _large_towns() -> list[tuple[str, str, str, int]]:
    """Name, country, state (of the United States only) and inhabitants in thousands of towns that fields may name."""
    largest: dict[tuple[str, str, str], int] = {}
    for town in towns().by_id.values():
        key = (town.name, town.country, (town.state or "") if town.country == "US" else "")
        if town.thousands >= (LEAST_US if town.country == "US" else LEAST) and len(fold(town.name)) >= SHORTEST:
            largest[key] = max(largest.get(key, 0), town.thousands)
    return sorted((*key, thousands) for key, thousands in largest.items())


def town_names(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """By label of a town and language what it is called there, if not by the name of our table.

    What CLDR calls the towns that time zones are named after; `given` goes before it.
    """
    known = {town.label: town for town in towns().by_id.values()}
    if given.keys() - known.keys():
        raise ValueError(f"no such towns: {sorted(given.keys() - known.keys())}")
    largest: dict[tuple[str, str], str] = {}
    for label, town in sorted(known.items(), key=lambda entry: entry[1].thousands):
        largest[fold(town.name), town.country] = label
    countries_of_zones, english = get_global("zone_territories"), Locale("en").time_zones
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for language in TEXT_LOCALES:
        for zone, said in Locale(language).time_zones.items():
            name = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
            label = largest.get((fold(name), countries_of_zones.get(zone, "")), "")
            if label and "(" not in said.get("city", "("):
                names[label][language] = said["city"].replace(SOFT_HYPHEN, "")
    for label, own in given.items():
        names[label] |= own
    other = {
        label: {language: name for language, name in own.items() if name != known[label].name}
        for label, own in sorted(names.items())
    }
    return {label: own for label, own in other.items() if own}


def capitals(cldr: Mapping[str, Any], regions: Iterable[str], one_town: Collection[str]) -> list[str]:
    """Labels of towns after which a part of their country is called, of countries that write it behind another town;
    of `regions` that is a part of the first level, but none that holds `one_town`."""
    named = {
        (country, fold(name.removesuffix(" Province")))
        for country, names in cldr["provinces"].items()
        for name in names
    }
    named |= {
        (code[:2], fold(name.removeprefix("Metro ")))
        for code, name in cldr["subdivisions"].items()
        if code[:2] in regions and code not in one_town
    }
    largest = {(town.country, folded): town.label for folded, some in towns().named.items() for town in some[::-1]}
    return sorted({largest[name] for name in named if name in largest})


def text_names(
    known: Mapping[str, str], names: Mapping[str, Any], groups: Mapping[str, Any], parts: Mapping[str, list[str]]
) -> list[list[str]]:
    """[name, kind, code] for running text, where city codes are of a subdivision or a country."""
    never = {fold(name) for name in names["doubtful"]["never_in_text"]}
    rows: dict[tuple[str, str, str], None] = {}
    for code, group in groups.items():
        for name in (*group["text"], *foreign_groups(group)):
            rows[name, "worldwide" if code == "worldwide" else "group", code] = None
    for code in known:
        given = (*names["countries"].get(code, ()), *names["inflected"].get(code, ()))
        for name in (*given, *foreign_countries(code)):
            if fold(name) not in never:
                rows[name, "country", code] = None
    for code, written in names["demonyms"].items():
        for name in written:
            rows[name, "demonym", code] = None
    for code, written in parts.items():
        for name in written:
            rows[name, "subdivision", code] = None
    for code, cities in read("cities.toml")["cities"].items():
        for name in cities:
            rows[name, "city", code] = None
    return [list(row) for row in rows]


def compiled() -> dict[str, Any]:
    """The whole content of places.json. Raises ValueError where a table names a place that ISO does not."""
    cldr, names, groups, cities = (read(name) for name in ("cldr.json", "names.toml", "groups.toml", "cities.toml"))
    known = countries()
    subdivisions = {code: name.replace("’", "'") for code, name in cldr["subdivisions"].items()}
    parted = set(names["subdivided"]["countries"])
    parts = {
        code: list(dict.fromkeys((name, *names["subdivisions"].get(code, ()))))
        for code, name in subdivisions.items()
        if code[:2] in parted or code in names["subdivisions"]
    }
    places = {*known, *subdivisions}
    used = {*names["countries"], *names["fields"], *names["subdivisions"], *names["inflected"], *names["demonyms"]}
    used.update(cities["cities"], names["provinces"])
    used.update(filter(None, cities["lone"].values()))
    if used - places:
        raise ValueError(f"no such places: {sorted(used - places)}")
    fields, ambiguous = field_names(known, names, groups, parts)
    for name, codes in also_cities(cities, fields).items():
        ambiguous[name] = codes
        del fields[name]
    larger, lone = larger_cities(cities, {name: code for name, code in fields.items() if code in places})
    return {
        "babel": babel.__version__,
        "countries": known,
        "subdivisions": subdivisions,
        "groups": groups_of(groups, cldr["containment"], known),
        "fields": fields,
        "ambiguous": ambiguous,
        "text": text_names(known, names, groups, parts),
        "cities": larger,
        "doubtful": sorted({fold(name) for name in names["doubtful"]["names"]}),
        "never": sorted({fold(name) for name in cities["never"]["names"]}),
        "lone": lone | {fold(name): code for name, code in cities["lone"].items()},
        "alpha3": {alpha3: code for code, alpha3 in cldr["alpha3"].items() if code in known},
        "coded": names["subdivided"]["coded"],
        "beside": names["subdivided"]["beside"],
        "provinces": {region[:3] + code: region for region, own in names["provinces"].items() for code in own},
        "capitals": capitals(cldr, names["subdivided"]["behind"], names["subdivided"]["one_town"]),
        "town_names": town_names(read("town_names.toml")["towns"]),
    }


def rendered(data: Mapping[str, Any]) -> str:
    """JSON with one entry of each table a line, so that a change of a name is a change of a line."""
    tables = []
    for name, table in data.items():
        if isinstance(table, dict):
            entries = [f"{_json(key)}: {_json(value)}" for key, value in table.items()]
        else:
            entries = [_json(value) for value in table] if isinstance(table, list) else []
        first, last = ("{", "}") if isinstance(table, dict) else ("[", "]")
        body = f"{first}\n" + ",\n".join(entries) + f"\n{last}" if entries else _json(table)
        tables.append(f"{_json(name)}: {body}")
    return "{\n" + ",\n".join(tables) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Write places.json and say how much it holds."""
    data = compiled()
    TARGET.write_text(rendered(data), encoding="utf-8")
    for table in ("countries", "subdivisions", "groups", "fields", "ambiguous", "text", "cities"):
        print(len(data[table]), table)


if __name__ == "__main__":
    main()

"""The reverse search: which documents of criteria a posting fits."""

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import combinations
from typing import Any, Final

from schemas.posting import Reach
from services.matcher.adapters.elasticsearch.documents import ALWAYS, ANY, ANYWHERE, UNKNOWN_PLACE, pair, parts_of
from services.rules.criterion import FACETS
from services.rules.place_data import place_data
from services.rules.places import countries_of, country_of, is_group
from services.rules.placing import WORLDWIDE, Allowed
from services.rules.prepared import PreparedPosting

_NO_WORDS: Final = frozenset(("", "\0"))


def query_of(prepared: PreparedPosting) -> dict[str, Any]:
    """What fits in all but what `limits` tells of: pay, time zone, and more of skills and text. Nothing is scored."""
    posting = prepared.posting
    words = sorted(set(prepared.haystack.line.split(" ")) - _NO_WORDS)
    own, held = sorted(prepared.skills), sorted({*prepared.skills, *prepared.implied})
    skills = [*own, *(pair(one, other) for one, other in combinations(own, 2))]
    places = places_of(posting.reach)
    met: dict[str, Iterable[str]] = {
        "also": skills,
        "any": held,
        "word": words,
        **{facet.name: [facet.standing(posting)] for facet in FACETS},
    }
    if places is not None:
        met["place"] = places
    if posting.language is not None:
        met["language"] = [posting.language]
    anchors = {"terms": {"anchor": _anchors(skills, held, words, places)}}
    return {"bool": {"filter": [anchors, *({"terms": {field: [ANY, *terms]}} for field, terms in met.items())]}}


def _anchors(skills: list[str], held: list[str], words: list[str], places: tuple[str, ...] | None) -> list[str]:
    return [
        ALWAYS,
        *(f"s:{name}" for name in skills),
        *(f"a:{name}" for name in held),
        *(f"w:{word}" for word in words),
        *([ANYWHERE] if places is None else (f"p:{place}" for place in places)),
    ]


@lru_cache(maxsize=4096)
def places_of(reach: Reach) -> tuple[str, ...] | None:
    """The terms of all places that a reach takes in, by the rule of `placing.Allowed`; None for all there are."""
    allowed = Allowed.of(reach)
    if not allowed.told:
        return (UNKNOWN_PLACE,)
    if allowed.worldwide and not allowed.shut_countries and not allowed.shut_subdivisions:
        return None
    data = place_data()
    whole = (frozenset(data.countries) if allowed.worldwide else allowed.countries) - allowed.shut_countries
    countries = whole | (allowed.parts_of - allowed.shut_countries)
    shut_in = {country_of(part) for part in allowed.shut_subdivisions}
    terms = {*countries, *(parts_of(country) for country in whole - shut_in)}
    terms.update(group for group in data.members if is_group(group) and not countries_of(group).isdisjoint(countries))
    terms.update(part for part in allowed.subdivisions if allowed.takes_in(part))
    for country in whole & shut_in:
        terms.update(part for part in _parts().get(country, ()) if part not in allowed.shut_subdivisions)
    if allowed.worldwide:
        terms.add(WORLDWIDE)
    return tuple(sorted(terms))


@cache
def _parts() -> dict[str, list[str]]:
    """Subdivisions by country."""
    found: dict[str, list[str]] = {}
    for code in place_data().subdivisions:
        found.setdefault(country_of(code), []).append(code)
    return found

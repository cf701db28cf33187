"""What a rule takes for a text in which words are repeated, and the words that rules look out for."""

import math
import random
import re
import re._parser as parser  # type: ignore[import-not-found]  # typeshed leaves it out, since it is private
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module, resources
from pkgutil import walk_packages
from typing import Any

import services.ingest.domain
import services.rules
from services.rules.lexicon.builder import EVERYWHERE, pattern_of, table_of, written

_ENOUGH_S = 0.02
"""Below it a clock says more of the machine than of a rule."""
_MOST_RATIO = 3.0
"""For twice the text: 2 where a rule is linear, 4 where it is quadratic."""
_TRIES = 5


def grows_faster_than_its_text(rule: Callable[[str], object], unit: str, length: int) -> str | None:
    """What a rule took for `length` characters of a unit and for twice as many, where that is more than its share.

    By processor time, which other work on the machine hardly lengthens; what seems too much is taken again.
    """
    once, twice = ((unit * (n // len(unit) + 1))[:n] for n in (length, 2 * length))
    short, long = 0.0, math.inf
    for _ in range(_TRIES):
        short, long = max(short, _seconds(rule, once)), min(long, _seconds(rule, twice))
        if long <= max(_MOST_RATIO * short, _ENOUGH_S):
            return None
    return f"{unit!r}: {short:.3f} s for {length:,} characters, {long:.3f} s for twice as many"


def _seconds(rule: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    rule(text)
    return time.process_time() - began


@cache
def words_of_the_rules() -> tuple[str, ...]:
    """Words of the tables, and a few that each compiled pattern of the rules may match."""
    tables = resources.files("services.ingest.domain").joinpath("data").iterdir()
    found = {
        word for table in tables if table.name.endswith(".toml") for word in _texts(tomllib.loads(table.read_text()))
    }
    for room in (services.ingest.domain, services.rules):
        for module in walk_packages(room.__path__, room.__name__ + "."):
            if ".data." in module.name:
                continue
            for value in vars(import_module(module.name)).values():
                if isinstance(value, re.Pattern):
                    found.update(_matched(value))
    for pattern in patterns_of_lexicon():
        found.update(_matched(re.compile(pattern), most=2))
    return tuple(sorted(word for word in found if word and len(word) <= 40))


def patterns_of_lexicon() -> Iterator[str]:
    """The pattern of each way of writing in each language."""
    for language in EVERYWHERE:
        for entry in entries_of("meanings"):
            for way in written(entry, language):
                yield pattern_of(way, entry, language)


def entries_of(name: str) -> list[str]:
    """The entries of a file of the lexicon by their full names: `visa.papers`."""
    return [".".join(path) for path in _paths(table_of(name))]


def _paths(table: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((name, *path) for path in _paths(value))
        else:
            yield (name,)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _texts(part)


def _matched(pattern: re.Pattern[str], most: int = 12) -> list[str]:
    chance = random.Random(pattern.pattern)
    tree = parser.parse(pattern.pattern, pattern.flags & re.VERBOSE)
    return [_one_of(tree, chance) for _ in range(most)]


def _one_of(tree: Any, chance: random.Random) -> str:
    return "".join(_piece(str(kind), given, chance) for kind, given in tree)


def _piece(kind: str, given: Any, chance: random.Random) -> str:
    if kind == "LITERAL":
        return chr(given)
    if kind == "IN":
        kind, given = str(given[0][0]), given[0][1]
        ways = {"LITERAL": lambda: chr(given), "RANGE": lambda: chr(given[0])}
        return ways[kind]() if kind in ways else " " if "SPACE" in str(given) else "1" if "DIGIT" in str(given) else "w"
    if kind in ("ANY", "NOT_LITERAL"):
        return "x"
    if kind == "BRANCH":
        return _one_of(chance.choice(given[1]), chance)
    if kind == "SUBPATTERN":
        return _one_of(given[3], chance)
    if kind.endswith("_REPEAT"):
        return "".join(_one_of(given[2], chance) for _ in range(max(given[0], chance.randrange(2))))
    if kind == "ATOMIC_GROUP":
        return _one_of(given, chance)
    return _one_of(given[1], chance) if kind == "ASSERT" and given[0] > 0 else ""

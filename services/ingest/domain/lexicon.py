"""The words of the rules, one file a language (data/lexicon/), and how they become expressions.

What each entry is for, and by which marks its ways of writing are told, stands in data/lexicon/meanings.toml.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from services.ingest.domain.tables import table_of

LANGUAGES: Final = ("en", "de", "fr", "es", "pt", "it", "nl", "pl")
NEVER: Final = "(?!)"
"""The pattern of an entry that no language has."""
_NOTHING: Final = "none"
_SIGNS: Final = {
    "*": r"\w*", "-": "[- ]{0,2}", "_": r"[^\w\n]{1,3}", "'": "['’]", "#": r"\d{1,2}", "$": "$",
    " ~": r"(?: [\w'’-]+,?)??", " ... ": r"\b[\w ,/()'’-]{1,32}?\b",
    "[": "(?:", "]": ")", "(": "(?:", ")": ")?", "|": "|",
}  # fmt: skip
_SIGN = re.compile(r"\\(?P<itself>.)|\{(?P<entry>\w+)\}|(?P<sign> ~| \.\.\. |[*'#$\[\]()|_-])")
_GUARD = re.compile(r" (!?[<>]) ")


def written(entry: str, language: str) -> tuple[str, ...]:
    """Give the ways of writing that a language has for `field.meaning`, none where it says so.

    Raises KeyError where it lacks the entry.
    """
    table: Any = _tables()[language]
    for part in entry.split("."):
        table = table[part]
    return () if table == _NOTHING else tuple(table)


def any_of(*entries: str, languages: Sequence[str] = LANGUAGES) -> str:
    """Compose a pattern of whole words, for text in lower case, that fits any way of writing some entries.

    Of ways that begin alike the longest is tried first.
    """
    ways = dict.fromkeys(
        (way, entry, language) for entry in entries for language in languages for way in written(entry, language)
    )
    longest_first = sorted(ways, key=lambda one: -len(one[0]))
    patterns = dict.fromkeys(whole_word(way, entry, language) for way, entry, language in longest_first)
    if not patterns:
        return NEVER
    begin = r"\b"
    if all(pattern.startswith(begin) for pattern in patterns):
        return f"{begin}(?:{'|'.join(pattern.removeprefix(begin) for pattern in patterns)})"
    return f"(?:{'|'.join(patterns)})"


def whole_word(way: str, entry: str, language: str) -> str:
    """Compose the pattern of one way of writing, with its guards and with the ends of its words."""
    way, *guards = _GUARD.split(way)
    pattern = _pattern_of(way.removeprefix("*"), entry, language)
    begins = "" if way.startswith("*") or not _is_of_a_word(way[0]) else r"\b"
    ends = r"(?!\w)" if _is_of_a_word(way[-1]) or (guards and way.endswith("*")) else ""
    before, behind = "", ""
    for sign, said in zip(guards[::2], guards[1::2], strict=True):
        said_ways = [one.strip() for one in said.split(" | ")]
        if sign.endswith("<"):
            before += _behind_one_of(said_ways, entry, language, denied=sign.startswith("!"))
        else:
            behind += _before_one_of(said_ways, entry, language, denied=sign.startswith("!"))
    return f"{begins}{before}{pattern}{ends}{behind}"


def _behind_one_of(ways: Sequence[str], entry: str, language: str, *, denied: bool) -> str:
    patterns = [f"{_pattern_of(way, entry, language)} " for way in ways]
    if denied:
        return "".join(f"(?<!{pattern})" for pattern in patterns)
    allowed = "|".join(f"(?<={pattern})" for pattern in patterns)
    return f"(?:{allowed})"


def _before_one_of(ways: Sequence[str], entry: str, language: str, *, denied: bool) -> str:
    patterns = (
        ("[- ]" if _is_of_a_word(way[0]) else "")
        + _pattern_of(way, entry, language)
        + (r"(?!\w)" if _is_of_a_word(way[-1]) else "")
        for way in ways
    )
    return f"(?{'!' if denied else '='}{'|'.join(patterns)})"


def _is_of_a_word(sign: str) -> bool:
    """Whether a way of writing begins or ends with a letter, a number, or what stands for them."""
    return sign.isalnum() or sign in "#{}[]()"


def _pattern_of(way: str, entry: str, language: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _SIGN.finditer(way):
        parts.append(re.escape(way[at : found.start()]).replace(r"\ ", " "))
        at = found.end()
        if found["entry"]:
            parts.append(_referred(found["entry"], entry, language))
        else:
            parts.append(_SIGNS[found["sign"]] if found["sign"] else re.escape(found["itself"]))
    parts.append(re.escape(way[at:]).replace(r"\ ", " "))
    return "".join(parts)


def _referred(name: str, entry: str, language: str) -> str:
    """The words of the entry of that name that stands nearest: beside this one, or in a table around it."""
    room = entry
    while "." in room:
        room = room.rpartition(".")[0]
        nearest = f"{room}.{name}"
        if _has(nearest, language):
            return any_of(nearest, languages=(language,))
    raise KeyError(f"{language}: {entry} refers to {name}, which is no entry")


def _has(entry: str, language: str) -> bool:
    table: Any = _tables()[language]
    for part in entry.split("."):
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return not isinstance(table, dict)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return {language: table_of(f"lexicon/{language}.toml") for language in LANGUAGES}

"""The words of the rules, one file a language beside this one, and how they become expressions.

What each entry is for, and by which marks its ways of writing are told, stands in meanings.toml.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final

LANGUAGES: Final = ("en", "de", "fr", "es", "pt", "it", "nl", "pl")
EVERYWHERE: Final = (*LANGUAGES, "further")
"""With the words of further languages, which a few tables alone have."""
NEVER: Final = "(?!)"
"""The pattern of an entry that no language has."""
_BEGIN: Final = r"\b"
_MOST_BEGUN: Final = 3
_BEHIND_A_BEGIN: Final = re.compile(r"[\W_].*", re.DOTALL)
_SIGN_FIRST: Final = re.compile(r"\\[\W_]")
_CHOICE: Final = re.compile(r"\(\?:([^\W_][\w ]*(?:\|[^\W_][\w ]*)*)\)(?![?*{])")
_NO_WORDS: Final = ("none", "unwritten")
_SIGNS: Final = {
    "*": r"\w*", "-": "[- ]{0,2}", "_": r"[^\w\n]{1,3}", "'": "['’]", "#": r"\d{1,2}", "^": "^", "$": "$",
    " ~": r"(?: [\w'’-]+,?)?", " ... ": r"\b[\w ,/()'’-]{1,32}?\b",
    "[": "(?:", "]": ")", "(": "(?:", ")": ")?", "|": "|",
}  # fmt: skip
_SIGN = re.compile(r"\\(?P<itself>.)|\{(?P<entry>\w+)\}|(?P<sign> ~| \.\.\. |[*'#^$\[\]()|_-])")
_NAMED = re.compile(r"\{([a-z_.]+)\}")
_GUARD = re.compile(r" (!?[<>]) ")


def written(entry: str, language: str) -> tuple[str, ...]:
    """Give the ways of writing that a language has for `field.meaning`, none where it says so of it or its table.

    Raises KeyError where it lacks the entry.
    """
    table: Any = tables()[language]
    for part in entry.split("."):
        if table in _NO_WORDS:
            break
        table = table[part]
    return () if table in _NO_WORDS else tuple(table)


def entries_of(room: str) -> tuple[str, ...]:
    """Give the meanings of a field, in the order of the English file, which has all of them."""
    return tuple(tables()["en"][room])


def any_of(*entries: str, languages: Sequence[str] = EVERYWHERE, whole: bool = True) -> str:
    """Compose a pattern, for text in lower case, that fits any way of writing the entries, the longest tried first.

    It fits whole words; or else, for whoever goes on composing, parts of words too.
    """
    patterns = _patterns_of(entries, languages, whole=whole)
    begun = [pattern.removeprefix(_BEGIN) for pattern in patterns if pattern.startswith(_BEGIN)]
    others = [pattern for pattern in patterns if not pattern.startswith(_BEGIN)]
    every = [f"{_BEGIN}{_any_by_first_sign(begun)}"] * bool(begun) + [_any_by_first_sign(others)] * bool(others)
    return f"(?:{'|'.join(every)})" if every else NEVER


def begins_of(*entries: str, languages: Sequence[str] = EVERYWHERE) -> frozenset[str]:
    """Give what words of the entries begin with: letters and numbers, three at most; "" where it may be any."""
    patterns = (pattern.removeprefix(_BEGIN) for pattern in _patterns_of(entries, languages, whole=True))
    words = (word for pattern in patterns for word in _first_words(pattern) if not _SIGN_FIRST.match(word))
    return frozenset(_BEHIND_A_BEGIN.sub("", word[:_MOST_BEGUN]) for word in words)


def _first_words(pattern: str) -> list[str]:
    """The words of a choice of words that a pattern begins with, else itself."""
    choice = _CHOICE.match(pattern)
    return choice[1].split("|") if choice else [pattern]


def _patterns_of(entries: Sequence[str], languages: Sequence[str], *, whole: bool) -> dict[str, None]:
    """The patterns of all ways of writing the entries, the longest first."""
    ways = ((way, entry, language) for entry in entries for language in languages for way in written(entry, language))
    longest_first = sorted(ways, key=lambda way: -len(way[0]))
    return dict.fromkeys(
        pattern_of(opened, entry, language, whole=whole)
        for way, entry, language in longest_first
        for opened in _opened(way)
    )


def composed(room: str, template: str, *, languages: Sequence[str] = EVERYWHERE) -> str:
    """Compose a pattern of a template in which `{entry}` stands for any way of writing `room.entry`, as whole words.

    An entry that the room lacks is named in full: `{joint.or}`.
    """
    return _NAMED.sub(lambda named: any_of(_in_full(room, named[1]), languages=languages), template)


def _in_full(room: str, name: str) -> str:
    return f"{room}.{name}" if _has_entry(f"{room}.{name}", LANGUAGES[0]) or "." not in name else name


def phrases_of(entry: str, *, languages: Sequence[str] = EVERYWHERE) -> list[str]:
    """Give all that the ways of writing an entry stand for, as plain text without marks."""
    return [
        phrase.replace("\\", "")
        for language in languages
        for way in written(entry, language)
        for phrase in spelled(way)
    ]


@cache
def numbers() -> dict[str, int]:
    """Give the words for numbers from one to twelve, in all languages, each with its number."""
    return {
        word: n
        for n, name in enumerate(table_of("en")["zone"]["number"], 1)
        for word in phrases_of(f"zone.number.{name}")
    }


def _any_by_first_sign(patterns: Sequence[str]) -> str:
    """Patterns by the letter that they begin with: where another letter stands, all of them are passed over at once."""
    by_first: defaultdict[str, list[str]] = defaultdict(list)
    for pattern in patterns:
        first = pattern[0] if pattern[0].isalnum() else ""
        by_first[first].append(pattern.removeprefix(first))
    parts = (f"{first}(?:{'|'.join(rest)})" if first else "|".join(rest) for first, rest in by_first.items())
    return f"(?:{'|'.join(parts)})"


def spelled(way: str) -> list[str]:
    """Give all that one way of writing stands for by its brackets."""
    at = next((at for at, sign in enumerate(way) if sign in "[(" and not way[:at].endswith("\\")), None)
    return [way] if at is None else [spelling for opened in _opened_at(way, at) for spelling in spelled(opened)]


def _opened(way: str) -> list[str]:
    """The ways that one stands for which begins with a bracket, so that each begins with a letter."""
    if way[0] not in "[(":
        return [way]
    return [spelling for opened in _opened_at(way, 0) for spelling in _opened(opened)]


def _opened_at(way: str, start: int) -> list[str]:
    """What a way stands for by the bracket that begins at a place."""
    depth, cuts = 0, [start]
    for at in range(start, len(way)):
        depth += (way[at] in "[(") - (way[at] in "])")
        if depth == 0 or (depth == 1 and way[at] == "|"):
            cuts.append(at)
        if depth == 0:
            break
    before, behind = way[:start], way[cuts[-1] + 1 :]
    insides = [way[left + 1 : right] for left, right in pairwise(cuts)] + [""] * (way[start] == "(")
    return [f"{before}{inside}{behind}" for inside in insides]


def pattern_of(way: str, entry: str, language: str, *, whole: bool = True) -> str:
    """Compose the pattern of one way of writing, with its guards and, if wanted, the ends of its words."""
    way, *guards = _GUARD.split(way)
    pattern = _pattern_of(way.removeprefix("*"), entry, language)
    begins = _BEGIN if whole and _is_of_a_word(way[0]) else ""
    ends = r"(?!\w)" if (whole and _is_of_a_word(way[-1])) or (guards and way.endswith("*")) else ""
    before, behind = "", ""
    for sign, said in zip(guards[::2], guards[1::2], strict=True):
        said_ways = [spelling.strip() for spelling in said.split(" | ")]
        if sign.endswith("<"):
            before += _behind_one_of(said_ways, entry, language, denied=sign.startswith("!"))
        else:
            behind += _before_one_of(said_ways, entry, language, denied=sign.startswith("!"))
    return f"{begins}{before}{pattern}{ends}{behind}"


def _behind_one_of(ways: Sequence[str], entry: str, language: str, *, denied: bool) -> str:
    patterns = [
        f"{_pattern_of(way, entry, language)}{gap}"
        for way in ways
        for gap in ((" ",) if _is_of_a_word(way[-1]) else ("", " "))
    ]
    if denied:
        return "".join(f"(?<!{pattern})" for pattern in patterns)
    allowed = "|".join(f"(?<={pattern})" for pattern in patterns)
    return f"(?:{allowed})"


def _before_one_of(ways: Sequence[str], entry: str, language: str, *, denied: bool) -> str:
    patterns = (
        ("[- ]" if _is_of_a_word(way[0]) or way[0] == "*" else "")
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
        if _has_entry(nearest, language):
            return any_of(nearest, languages=(language,), whole=False)
    raise KeyError(f"{language}: {entry} refers to {name}, which is no entry")


def _has_entry(entry: str, language: str) -> bool:
    table: Any = tables()[language]
    for part in entry.split("."):
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return not isinstance(table, dict)


@cache
def tables() -> dict[str, dict[str, Any]]:
    """What the files of all languages hold, by language; read once."""
    return {language: table_of(language) for language in EVERYWHERE}


def table_of(name: str) -> dict[str, Any]:
    """What a file of the lexicon holds: of a language, or `meanings`. Read anew at each call."""
    return tomllib.loads(resources.files("services.rules.lexicon").joinpath(f"{name}.toml").read_text("utf-8"))

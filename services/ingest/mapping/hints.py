"""Why a path gave nothing: what was there instead."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from services.ingest.adapters.formats.contacts import is_contact
from services.ingest.mapping.paths import Kind, is_of_feed, prefixes_of
from services.ingest.mapping.rows import Row

_NEAR = 72
"""How alike, of 100, two names are that may have been mistaken for each other."""
_MOST_NEAR = 3
_MOST_SHOWN = 12


def missing(row: Row, paths: Sequence[str], kind: Kind) -> str:
    """Say in words why none of the paths gave anything in a row."""
    reasons = [f'"{path}" {words}' for path in paths if (words := row.found_instead(path)) is not None]
    if reasons:
        return reasons[0]
    if len(paths) == 1 and (why := _unreachable(row, paths[0], kind)) is not None:
        return why
    names = row.names()
    if not names:
        return "the row is empty"
    shown = ", ".join(f'"{path}"' for path in paths[:_MOST_NEAR])
    more = " and others are" if len(paths) > _MOST_NEAR else " are" if len(paths) > 1 else " is"
    return f"{shown}{more} not there; {alternatives(paths, names)}"


def _unreachable(row: Row, path: str, kind: Kind) -> str | None:
    if is_of_feed(kind, path):
        return f'"{path}" is not in the feed around its rows'
    if is_contact(_last(path)):
        return f'"{path}" is not there: contact fields are dropped before anything is read'
    names = row.names()
    if kind == "xml" and names and (strange := _undeclared(path, names)):
        return f'"{path}" is not there: no element here has the prefix {strange}'
    if kind == "xml" and path in names:
        return f'"{path}" is there in a namespace of its own: give that a prefix in namespaces'
    return None


def alternatives(paths: Sequence[str], names: Sequence[str]) -> str:
    """The names nearest to any of the paths, else the first that there are."""
    near = list(dict.fromkeys(name for path in paths for name in nearest(path, names)))[:_MOST_NEAR]
    if near:
        return f"near: {', '.join(near)}"
    if not names:
        return "there is nothing"
    shown = ", ".join(names[:_MOST_SHOWN])
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f"there are: {shown}{more}"


def nearest(path: str, names: Sequence[str]) -> list[str]:
    """Names like a path, the likest first: by their last part, wherever they lie, or as a whole."""
    wanted, last = _folded(path), _folded(_last(path))
    scores: dict[str, float] = {}
    for name in names:
        end = _folded(_last(name))
        score = max(fuzz.ratio(last, end), fuzz.ratio(wanted, _folded(name)))
        if min(len(last), len(end)) >= 4 and (last in end or end in last):
            score = max(score, 80.0)
        if score >= _NEAR:
            scores[name] = score
    return sorted(scores, key=lambda name: (-scores[name], len(name)))[:_MOST_NEAR]


def _undeclared(path: str, names: Sequence[str]) -> str | None:
    used = {prefix for name in names for prefix in prefixes_of(name)}
    return min(prefixes_of(path) - used, default=None)


def _last(path: str) -> str:
    for mark in ("/", ".", ":", "@"):
        path = path.rpartition(mark)[2] or path
    return path.partition("[")[0] or path


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum() or letter in "./")

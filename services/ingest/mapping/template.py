"""Texts with paths in braces."""

import re
from collections.abc import Callable

_HOLE = re.compile(r"\{([^{}]*)\}")
_BRACE = re.compile(r"[{}]")
_DANGLING = re.compile(r"^[\s,;/|·–-]+|[\s,;/|·–-]+$")
_DOUBLED = re.compile(r"([,;/|·–-])(?:\s*\1)+")
_LOOSE = re.compile(r"\s+([,;])")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")


def template_paths(template: str) -> tuple[str, ...]:
    """The paths in a template. Raises ValueError where its braces do not fit or it has none."""
    paths = tuple(path.strip() for path in _HOLE.findall(template))
    if _BRACE.search(_HOLE.sub("", template)):
        raise ValueError(f'the braces of the template "{template}" do not fit together')
    if not paths:
        raise ValueError(f'the template "{template}" names no path in braces; a text without is a constant')
    return paths


def fill(template: str, value: Callable[[str], str]) -> str:
    """Fill in what each path gives, each text once; "" where none gives anything.

    Punctuation around what is not there goes with it.
    """
    parts: list[str] = []
    for path in template_paths(template):
        text = value(path)
        parts.append("" if text.casefold() in map(str.casefold, parts) else text)
    if not any(parts):
        return ""
    left = iter(parts)
    text = _HOLE.sub(lambda _: next(left), template)
    if all(parts):
        return text.strip()
    return _DANGLING.sub("", _DOUBLED.sub(r"\1", _LOOSE.sub(r"\1", _EMPTY_BRACKETS.sub("", text))))

"""Items out of JSON, one by one, so that what is whole before a fault comes out and a bad item costs only itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from services.ingest.faults import FeedFault, cut_short, given_up, json_fault
from services.ingest.ports import Broken
from services.runtime.strict_json import RefusedValueError, read_value

MOST_FAULTS = 100
"""Malformed items in one body, after which the rest is given up: each costs a search for the next."""
EXCERPT = 500
_MOST_ITEM = 2 * 1024 * 1024
"""Characters within which the end of a malformed item is looked for, so that many of them stay bounded in time."""
_RESUMES = 8
"""How many places to try for the next sound item, after one whose own end cannot be told."""

SPACE = re.compile(r"[ \t\r\n]*+")
GAP = re.compile(r"[ \t\r\n,]*+")
# A string that the text ends in is a token too, even within an escape: else each quote in it would be tried anew.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\]++|\\.)*+"|[^\s,\]}"]++', re.DOTALL)
_NEXT_OBJECT = re.compile(r"\}\s{0,64},\s{0,64}(?=\{)")
_BREAK = re.compile(r"[,\]}]")


def one_row(text: str, at: int = 0) -> Iterator[Any | Broken]:
    """The value at `at` as the only row."""
    try:
        yield read_value(text, at)[0]
    except ValueError as error:
        ends = not isinstance(error, RefusedValueError)
        fault = cut_short("body", f": {error}", or_garbled=True) if ends else json_fault(error)
        yield Broken(fault, text[at : at + EXCERPT], ends_feed=ends)


def rows(text: str, array: str | None, *, alone: bool = False) -> Iterator[Any | Broken]:
    """Give each element of the array under the key `array` of the outermost object, or of the outermost array.

    A malformed element comes as Broken; a body that ends early, or `alone` goes on after its outermost array, gives
    Broken(ends_feed=True) last.
    """
    at = _array_at(text, array)
    if at is None:
        wanted = "a list" if array is None else f'an object with a list "{array}"'
        yield Broken(FeedFault("wrong_form", f"the body is not {wanted}"), text[:EXCERPT], ends_feed=True)
        return
    yield from rows_at(text, at, inside_object=array is not None, alone=alone)


def count_rows(found: Iterable[Any | Broken], most: int) -> int:
    """How many rows a page has, `most` at most: malformed ones too, for behind a full page there is another."""
    return sum(not (isinstance(row, Broken) and row.ends_feed) for row in islice(found, most))


def rows_at(text: str, at: int, *, inside_object: bool, alone: bool) -> Iterator[Any | Broken]:
    """`rows`, of the array at `at`."""
    at += 1
    count = faults = 0
    while True:
        at = past(GAP, text, at)
        if at >= len(text):
            yield Broken(cut_short("body", f" after {count:,} items"), text[-EXCERPT:], ends_feed=True)
            return
        if text[at] == "]":
            if inside_object and not text.rstrip(" \t\r\n\x00").endswith("}"):
                yield Broken(cut_short("body", " after its last item"), text[-EXCERPT:], ends_feed=True)
            elif alone and (rest := text[at + 1 :].strip(" \t\r\n")):
                yield Broken(FeedFault("goes_on", "the body goes on after its list"), rest[:EXCERPT], ends_feed=True)
            return
        try:
            value, end = read_value(text, at)
        except ValueError as error:
            end_of_refused = error.end if isinstance(error, RefusedValueError) else None
            faults += end_of_refused is None
            following = end_of_refused or _after(text, at)
            yield _fault(error, text, at, following, count)
            if following is None:
                return
            if faults == MOST_FAULTS:
                yield Broken(given_up(faults, "items are malformed"), ends_feed=True)
                return
            at = following
            continue
        count += 1
        yield value
        at = end


def _fault(error: ValueError, text: str, at: int, following: int | None, count: int) -> Broken:
    excerpt = text[at : at + EXCERPT]
    if following is None:
        fault = cut_short("body", f" after {count:,} whole items", or_garbled=True)
        return Broken(fault, excerpt, ends_feed=True)
    fault = json_fault(error)
    return Broken(replace(fault, sentence=f"{fault} (character {at:,} of the body)"), excerpt)


def _after(text: str, at: int) -> int | None:
    """Find where to go on after the malformed value at `at`; None where the body ends within it."""
    end = _balanced(text, at)
    if end is not None:
        behind = past(SPACE, text, end)
        if text[behind : behind + 1] in {",", "]"}:
            return end
    for tries, candidate in enumerate(_NEXT_OBJECT.finditer(text, at)):
        if tries == _RESUMES:
            break
        try:
            read_value(text, candidate.end())
        except ValueError:
            continue
        return candidate.end()
    return None


def _balanced(text: str, at: int, most: int = _MOST_ITEM) -> int | None:
    """Find the end of the value at `at` by its brackets, heeding strings; of a bare word, the next comma."""
    if text[at] not in "{[":
        comma = _BREAK.search(text, at)
        return comma.start() if comma and comma.start() > at else None
    depth = 0
    for token in _TOKEN.finditer(text, at, at + most):
        if token[0] in {"{", "["}:
            depth += 1
        elif token[0] in {"}", "]"}:
            depth -= 1
            if depth == 0:
                return token.end()
    return None


def _array_at(text: str, array: str | None) -> int | None:
    start = past(SPACE, text, 0)
    if array is None:
        return start if text[start : start + 1] == "[" else None
    if text[start : start + 1] != "{":
        return None
    for key, at in members(text, start):
        if key == array and text[at : at + 1] == "[":
            return at
    # A fault before the list hides it from an orderly reading; within a string its quotes would be escaped.
    found = re.compile(rf'(?<!\\)"{re.escape(array)}"\s{{0,64}}:\s{{0,64}}\[').search(text, start)
    return found.end() - 1 if found else None


def members(text: str, at: int, *, most: int = _MOST_ITEM) -> Iterator[tuple[str, int]]:
    """Give the key and the place of the value of each member of the object at `at`, as far as it is sound.

    A value longer than `most` characters is the last.
    """
    if not text.startswith("{", at):
        return
    at = past(GAP, text, at + 1)
    while text.startswith('"', at):
        try:
            key, at = read_value(text, at)
        except ValueError:
            return
        at = past(SPACE, text, at)
        if not text.startswith(":", at):
            return
        at = past(SPACE, text, at + 1)
        yield str(key), at
        end = end_of(text, at, most=most)
        if end is None:
            return
        at = past(GAP, text, end)


def end_of(text: str, at: int, *, most: int = _MOST_ITEM) -> int | None:
    """The end of the value at `at`, be it sound or not; None where the text, or `most` characters, end within it.

    Of a list or object by its brackets alone, so that a long one costs no memory.
    """
    if text[at : at + 1] in {"{", "["}:
        return _balanced(text, at, most)
    found = _SCALAR.match(text, at)
    return found.end() if found else None


def past(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where what a pattern matches at `at` ends; `at` where it matches nothing."""
    found = pattern.match(text, at)
    return found.end() if found else at

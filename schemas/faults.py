"""Faults of what people write, in our words: a ValidationError in, a place and a sentence out.

pydantic's own sentences never reach a person, and neither does what was written: it may be a secret or an address.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from schemas.annotations import model_of, within

_NEAR = 0.6
"""The least share of two names that must be alike for one to be meant by the other."""
_MOST_LISTED = 25

_KINDS = {
    "missing": "it is needed",
    "extra_forbidden": "there is no such setting",
    "none_required": "it must be left out",
    "invalid_key": "its names must be text",
    "json_invalid": "it is not JSON: {error}",
    "json_type": "it must be JSON",
    "greater_than": "it must be above {gt}",
    "greater_than_equal": "it must be at least {ge}",
    "less_than": "it must be below {lt}",
    "less_than_equal": "it must be at most {le}",
    "multiple_of": "it must be a multiple of {multiple_of}",
    "finite_number": "it must be a finite number",
    "too_short": "it needs {min_length} entries or more",
    "too_long": "it may have {max_length} entries at most",
    "string_too_short": "it needs {min_length} characters or more",
    "string_too_long": "it may have {max_length} characters at most",
    "string_pattern_mismatch": "it must have the form {pattern}",
    "string_unicode": "it must be text in UTF-8",
    "bytes_too_short": "it needs {min_length} bytes or more",
    "bytes_too_long": "it may have {max_length} bytes at most",
    "int_parsing_size": "it must be a whole number of fewer digits",
    "literal_error": "it must be {expected}",
    "enum": "it must be {expected}",
    "union_tag_invalid": "it must be {expected_tags}",
    "date_past": "it must lie in the past",
    "date_future": "it must lie in the future",
    "datetime_past": "it must lie in the past",
    "datetime_future": "it must lie in the future",
    "timezone_naive": "it must have no time zone",
    "timezone_aware": "a time needs a zone",
    "timezone_offset": "its time zone must be another",
    "recursion_loop": "it holds itself",
    "recursion_depth_exceeded": "it is nested too deeply",
}
"""What is said of a fault, by pydantic's name of it and with the values that come with it."""
_WANTED = {
    "a whole number": ("int_type", "int_parsing", "int_from_float"),
    "a number": ("float_type", "float_parsing", "decimal_type", "decimal_parsing"),
    "true or false": ("bool_type", "bool_parsing"),
    "text": ("string_type", "string_sub_type", "bytes_type", "bytes_invalid_encoding"),
    "a list": (
        *("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type", "set_item_not_hashable"),
        "arguments_type",
    ),
    "a table of named fields": (
        *("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type", "needs_python_object"),
    ),
    "a date, such as 2026-11-20": (
        *("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    ),
    "a time of day, such as 17:00": ("time_type", "time_parsing"),
    "a time, such as 2026-11-20T17:00:00Z": (
        *("datetime_type", "datetime_parsing", "datetime_object_invalid", "datetime_from_date_parsing"),
    ),
    'a span of time, such as "90s", "15m", "6h" or "2d"': ("time_delta_type", "time_delta_parsing"),
    "the path of a file or folder": ("path_type",),
}
"""What must be there, and the faults that mean that it is not."""
_WANTED_BY = {kind: wanted for wanted, kinds in _WANTED.items() for kind in kinds}
_OTHERWISE = "it cannot be used here"


class Fault(NamedTuple):
    """What is wrong in one place of something that a person wrote."""

    place: tuple[str | int, ...]
    """Names and positions from the outermost on; empty: the whole."""
    said: str

    @property
    def where(self) -> str:
        """The place as people write it, such as `ingest.sources.0.url`."""
        return ".".join(map(str, self.place))

    def __str__(self) -> str:
        """One sentence that begins with the place."""
        return f"{self.where}: {self.said}" if self.place else self.said


def first_fault(error: ValidationError, model: type[BaseModel] | None = None) -> Fault:
    """The first fault; with `model`, one that names the field that an unknown one may have been meant for."""
    return faults(error, model)[0]


def faults(error: ValidationError, model: type[BaseModel] | None = None) -> tuple[Fault, ...]:
    """All faults, in pydantic's order."""
    return tuple(_fault(detail, model) for detail in error.errors(include_url=False))


def meant(name: str, known: Iterable[str]) -> str:
    """Which of the known names was meant by an unknown one, or else what there is: the end of a sentence."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near}?"
    listed = ", ".join(names[:_MOST_LISTED])
    return f"there are {listed}{' and others' if len(names) > _MOST_LISTED else ''}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like an unknown one; none where nothing is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    near = process.extractOne(
        name.casefold(), list(folded), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=_NEAR
    )
    return folded[near[0]] if near else None


def _fault(detail: Mapping[str, Any], model: type[BaseModel] | None) -> Fault:
    place = tuple(part for part in detail["loc"] if part != "[key]")
    kind, values = detail["type"], detail.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return Fault(place, str(values["error"]))
    if kind == "extra_forbidden" and model is not None and (names := _names_beside(place, model)):
        return Fault(place, f"{_KINDS[kind]}; {meant(str(place[-1]), names)}")
    if kind in _WANTED_BY:
        return Fault(place, f"it must be {_WANTED_BY[kind]}{_instead(kind, detail['input'])}")
    return Fault(place, _KINDS[kind].format_map(values) if kind in _KINDS else _OTHERWISE)


def _instead(kind: str, given: object) -> str:
    """What kind of thing stands there instead, where that says more than that it is wrong."""
    for kinds, name in (
        ((bool,), "true or false"),
        ((int, float), "a number"),
        ((str, bytes), "text"),
        ((list, tuple), "a list"),
        ((Mapping,), "a table"),
        ((type(None),), "null"),
    ):
        if isinstance(given, kinds):
            return "" if kind.endswith(("_parsing", "_from_float")) else f", not {name}"
    return ""


def _names_beside(place: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """The fields that the innermost table on the way to a place may have; none where that cannot be told."""
    at: Any = model
    for part in place[:-1]:
        at = within(at, part)
    kind = model_of(at)
    return list(kind.model_fields) if kind else []

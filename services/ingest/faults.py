"""What can be wrong with a feed, a pushed body or an item of them: code and field for programs, a sentence for people.

Nothing reads a sentence, and no fault is told from another by one: they may be reworded. Codes are kept by stores and
clients: one may be added, none renamed.
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from services.runtime.strict_json import RefusedValueError, reason_of

FaultCode = Literal[
    "adapter_failed", "bad_encoding", "bad_id", "body_empty", "body_too_large", "cut_short", "dtd_refused", "given_up",
    "goes_on", "item_too_large", "key_twice", "missing", "no_rows", "not_a_number", "not_an_object", "not_csv",
    "not_json", "not_writable", "not_xml", "number_too_large", "number_too_long", "out_of_order", "too_deep",
    "too_heavy", "too_long", "too_many_cells", "too_many_items", "unknown_field", "unknown_format", "unknown_value",
    "wrong_form", "wrong_type",
]  # fmt: skip
"""What each means: docs/formats.md."""
FAULT_CODES: tuple[FaultCode, ...] = get_args(FaultCode)


@dataclass(frozen=True, slots=True)
class FeedFault:
    """One fault: `sentence` says it, without a full stop."""

    code: FaultCode
    sentence: str
    field: str | None = None
    """The field, path, key or element at fault, as feeds and pushers write it; None where it is none of them."""

    def __str__(self) -> str:
        return self.sentence

    def at(self, place: str, field: str | None = None) -> "FeedFault":
        """The same, said of a place such as `line 3: `, and of a field where none is known."""
        return replace(self, sentence=f"{place}{self.sentence}", field=self.field or field)


def adapter_failed(what: str, error: Exception) -> FeedFault:
    """An error of the code that reads `what`. Of the error its type alone is said, since its text may hold anything."""
    return FeedFault("adapter_failed", f"{what}: {type(error).__name__}")


def bad_encoding(encoding: str, at: int | None = None) -> FeedFault:
    """A body that is not in its encoding and was read all the same; `at` is the first byte that does not fit."""
    where = "" if at is None else f" at byte {at:,}; what does not fit stands as U+FFFD"
    return FeedFault("bad_encoding", f"the body is not valid {encoding.upper()}{where}")


def cut_short(what: str, where: str, *, or_garbled: bool = False) -> FeedFault:
    """`what` ends too early; `where` goes on with the sentence: ` after 3 items`."""
    return FeedFault("cut_short", f"the {what} is cut short{' or garbled' if or_garbled else ''}{where}")


def dtd_refused() -> FeedFault:
    """An XML document with a DTD, which may define entities without end."""
    return FeedFault("dtd_refused", "the document declares a DTD, which is refused")


def given_up(count: int, what: str) -> FeedFault:
    """So many rows are at fault that the rest is not read; `what` says which and how: `items are malformed`."""
    return FeedFault("given_up", f"{count:,} {what}: the rest is given up")


def json_fault(error: ValueError) -> FeedFault:
    """Of what `strict_json` raises."""
    if isinstance(error, RefusedValueError):
        return FeedFault(error.code, str(error), error.key)
    return FeedFault("not_json", reason_of(error))


def not_xml(why: str) -> FeedFault:
    """An element that no parser takes."""
    return FeedFault("not_xml", f"not XML: {why}")


def too_large(code: Literal["body_too_large", "item_too_large"], what: str, most: int, unit: str) -> FeedFault:
    """More than may be read or kept."""
    return FeedFault(code, f"{what} {'longer' if unit == 'characters' else 'larger'} than {most:,} {unit}".strip())


def too_long(what: str, most: int, field: str) -> FeedFault:
    """A text over its bound."""
    return FeedFault("too_long", f"{what} is longer than {most:,} characters", field)

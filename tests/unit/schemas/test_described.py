"""A field is described by the sentence below it, that of the class above it included."""

from typing import Generic, TypeVar

from pydantic import Field

from schemas.described import Described, sentences

T = TypeVar("T")


class Above(Described):
    first: int
    """What comes first."""
    silent: int = 0
    other: int = Field(default=0, description="Said by the field.")
    """Said below it."""


class Below(Above, Generic[T]):
    second: T = Field(serialization_alias="zweites")
    """What comes
    second."""


def test_each_field_has_its_sentence_and_what_has_none_is_left_out() -> None:
    said = {"first": "What comes first.", "other": "Said below it.", "second": "What comes\nsecond."}
    assert sentences(Below) == sentences(Below[int]) == said


def test_a_json_schema_has_them_where_the_field_says_nothing_itself() -> None:
    fields = Below[int].model_json_schema(mode="serialization")["properties"]
    assert {name: field.get("description") for name, field in fields.items()} == {
        "first": "What comes first.",
        "silent": None,
        "other": "Said by the field.",
        "zweites": "What comes\nsecond.",
    }

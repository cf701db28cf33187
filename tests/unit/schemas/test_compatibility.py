"""A message as it was released can be read now, and what is written now can be read by what was released."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas import generate
from schemas.codec import decode
from schemas.generate import breaks

_NAMES = sorted(generate.MODELS)
Schema = dict[str, Any]


def released(name: str) -> Schema:
    schema: Schema = json.loads((generate.RELEASED / f"{name}.schema.json").read_text("utf-8"))
    return schema


def holds(whole: Any, part: Any) -> bool:
    """Whether every field of one JSON document is in another, with its value."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and holds(whole[name], part[name]) for name in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("name", _NAMES)
def test_a_message_only_grows_by_optional_fields_or_gets_a_new_version(name: str) -> None:
    assert breaks(released(name), json.loads(generate.schema_text(name))) == []


@pytest.mark.parametrize("name", _NAMES)
def test_a_released_message_is_read_without_losing_anything(name: str) -> None:
    text = (generate.RELEASED / f"{name}.json").read_bytes()
    read = decode(generate.MODELS[name], text).model_dump(mode="json", by_alias=True)
    assert holds(read, json.loads(text))


def add_optional(schema: Schema) -> None:
    schema["properties"]["added"] = {"type": "string", "default": ""}


def tell_more(schema: Schema) -> None:
    schema["properties"]["title"]["description"] = "told in other words"


def grow_inside(schema: Schema) -> None:
    schema["$defs"]["SkillTerms"]["properties"]["added"] = {"type": "string", "default": ""}
    schema["$defs"]["Criteria"]["properties"]["skills"]["default"]["added"] = ""


def test_an_object_with_a_default_may_grow_by_a_field_at_its_own() -> None:
    changed = released("criteria.v1")
    grow_inside(changed)
    assert breaks(released("criteria.v1"), changed) == []
    changed["$defs"]["Criteria"]["properties"]["skills"]["default"]["added"] = "another"
    assert breaks(released("criteria.v1"), changed)


@pytest.mark.parametrize("change", [add_optional, tell_more])
def test_growing_and_telling_more_break_nothing(change: Callable[[Schema], None]) -> None:
    changed = released("posting.v1")
    change(changed)
    assert breaks(released("posting.v1"), changed) == []


def drop(schema: Schema) -> None:
    del schema["properties"]["title"]
    schema["required"].remove("title")


def need_more(schema: Schema) -> None:
    add_optional(schema)
    schema["required"].append("added")


def need_less(schema: Schema) -> None:
    schema["required"].remove("title")


def other_type(schema: Schema) -> None:
    schema["properties"]["title"]["type"] = "integer"


def one_value_more(schema: Schema) -> None:
    schema["properties"]["workplace"]["enum"].append("somewhere")


def other_default(schema: Schema) -> None:
    schema["properties"]["workplace"]["default"] = "remote"


def no_null(schema: Schema) -> None:
    schema["properties"]["salary"]["anyOf"].pop()


def narrower_inside(schema: Schema) -> None:
    schema["$defs"]["Skill"]["properties"]["name"]["maxLength"] = 5


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (drop, "title: gone"),
        (need_more, "added: required now"),
        (need_less, "title: optional now"),
        (other_type, "title: type was 'string' and is 'integer'"),
        (one_value_more, "workplace"),
        (other_default, "workplace: default"),
        (no_null, "salary"),
        (narrower_inside, "skills, items.name: maxLength"),
    ],
)
def test_what_others_cannot_live_with_is_named(change: Callable[[Schema], None], place: str) -> None:
    changed = copy.deepcopy(released("posting.v1"))
    change(changed)
    broken = breaks(released("posting.v1"), changed)
    assert broken
    assert all(place in breach for breach in broken)

"""Writes the JSON Schema files of the wire models: `python -m schemas.generate`.

`python -m schemas.generate release` also keeps them, with their examples, as what was released: a later change is held
to it. Messages of a released schema and of a changed one must live together: readers and writers are not upgraded at
the same moment, and raw.v1 is read again weeks later. So a message may grow by optional fields, and that is all:
readers ignore fields that they do not know. Whatever else changes gets a new version of the message. A default may not
change either, since fields at their default are not sent.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.criteria import CriteriaRecord
from schemas.match import Matches
from schemas.posting import Posting
from schemas.raw import RawPosting
from schemas.webhook import WebhookEvent

FOLDER = Path(__file__).parent / "json"
EXAMPLES = Path(__file__).parent / "examples"
RELEASED = FOLDER / "released"
MODELS: dict[str, type[BaseModel]] = {
    "raw.v1": RawPosting,
    "posting.v1": Posting,
    "criteria.v1": CriteriaRecord,
    "matches.v1": Matches,
    "webhook.v1": WebhookEvent,
}
"""By the name of the file; a change that old readers or writers cannot live with gets a new version."""
_COMPARED_APART = frozenset({"$defs", "$id", "$schema", "description", "examples", "properties", "required", "title"})
"""What is only told, or compared in its own way."""


def schema_text(name: str) -> str:
    """The JSON Schema 2020-12 of one message, as its file holds it."""
    schema = MODELS[name].model_json_schema(by_alias=True)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"jobchime:{name}", **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def release() -> None:
    """Keep the present schemas and examples as released. Raises ValueError where one breaks what was released."""
    for name in MODELS:
        file = RELEASED / f"{name}.schema.json"
        if file.is_file() and (broken := breaks(json.loads(file.read_text("utf-8")), json.loads(schema_text(name)))):
            raise ValueError(f"{name} needs a new version: {'; '.join(broken)}")
    RELEASED.mkdir(exist_ok=True)
    for name in MODELS:
        shutil.copyfile(FOLDER / f"{name}.schema.json", RELEASED / f"{name}.schema.json")
        shutil.copyfile(EXAMPLES / f"{name}.json", RELEASED / f"{name}.json")


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name in MODELS:
        (FOLDER / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")
    if sys.argv[1:] == ["release"]:
        release()


def breaks(released: Mapping[str, Any], changed: Mapping[str, Any]) -> list[str]:
    """Why a changed JSON Schema cannot live with the released one, each by its place in the message; none if it can."""
    return sorted(_Compared(released, changed).broken())


class _Compared:
    def __init__(self, released: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        self._released = released
        self._changed = changed
        self._seen: set[tuple[str, str]] = set()

    def broken(self) -> Iterator[str]:
        yield from self._nodes(self._released, self._changed, "the message")

    def _nodes(self, old: Any, new: Any, place: str) -> Iterator[str]:
        if not isinstance(old, dict) or not isinstance(new, dict):
            if old != new:
                yield f"{place}: {old!r} became {new!r}"
            return
        names = (old.get("$ref", ""), new.get("$ref", ""))
        if any(names):
            if names in self._seen:
                return
            self._seen.add(names)
        old, new = _resolved(old, self._released), _resolved(new, self._changed)
        yield from self._fields(old, new, place)
        for word in sorted((old.keys() | new.keys()) - _COMPARED_APART):
            yield from self._word(word, old, new, place)

    def _fields(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{place}.{name}: gone, and what is read again would lose it"
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in needed_after - needed_before:
            yield f"{place}.{name}: required now, and older writers leave it out"
        for name in needed_before & after.keys() - needed_after:
            yield f"{place}.{name}: optional now, and older readers require it"
        for name in before.keys() & after.keys():
            yield from self._nodes(before[name], after[name], f"{place}.{name}")

    def _word(self, word: str, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
        before, after = old.get(word), new.get(word)
        if word == "enum" and before is not None and after is not None:
            before, after = sorted(before, key=repr), sorted(after, key=repr)
        if word == "default" and isinstance(before, dict) and isinstance(after, dict):
            after = _without_grown(before, after, new)
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            for number, (earlier, later) in enumerate(zip(before, after, strict=True)):
                yield from self._nodes(earlier, later, f"{place}, {word} {number + 1}")
        elif isinstance(before, dict) and isinstance(after, dict):
            yield from self._nodes(before, after, f"{place}, {word}")
        elif before != after:
            yield f"{place}: {word} was {before!r} and is {after!r}"


def _without_grown(before: Mapping[str, Any], after: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The default of an object without the fields that it grew by, where they stand at their own default."""
    fields = new.get("properties", {})
    return {
        name: value for name, value in after.items() if name in before or value != fields.get(name, {}).get("default")
    }


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A node with what it refers to written out."""
    if "$ref" not in node:
        return dict(node)
    name = node["$ref"].removeprefix("#/$defs/")
    return {**schema["$defs"][name], **{word: value for word, value in node.items() if word != "$ref"}}


if __name__ == "__main__":
    main()

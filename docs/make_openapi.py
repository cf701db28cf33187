"""Writes the API's OpenAPI document: `python -m docs.make_openapi`; with `release` also as what was released."""

import json
import shutil
import sys
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import create_engine

from schemas.generate import FOLDER, RELEASED, breaks
from services.portal.accounts.guard import FormGuard
from services.portal.api.app import routed
from services.portal.door import Door
from services.portal.pages import Pages
from services.settings import Settings
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews

FILE = FOLDER / "api.v1.openapi.json"
KEPT = RELEASED / FILE.name


def text() -> str:
    """The document as its file holds it: of no installation, whose store nothing is asked of."""
    nothing = Installation(Settings(), create_engine("sqlite://"))
    # No page is shown by it.
    door = Door(nothing, cast(Pages, None), lambda: datetime.now(UTC), "", "")
    made = routed(door, FormGuard("", frozenset()), LivePreviews(nothing)).openapi()
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def lost(released: dict[str, Any], changed: dict[str, Any]) -> list[str]:
    """What programs that were written by a released document could not live with; nothing if they can.

    Operations stay, with what they need and answer; what is sent and answered may grow by optional fields.
    """
    found = [f"{name}: gone" for name in _operations(released).keys() - _operations(changed).keys()]
    for name in _operations(released).keys() & _operations(changed).keys():
        before, after = _operations(released)[name], _operations(changed)[name]
        if before["security"] != after["security"]:
            found.append(f"{name}: needs another scope")
        if _good(before) - _good(after):
            found.append(f"{name}: answers otherwise")
        found += [f"{name}: needs {field}" for field in _needed(after) - _needed(before)]
        found += [f"{name}: takes no {parameter}" for parameter in _parameters(before) - _parameters(after)]
    return sorted([*found, *breaks(_messages(released), _messages(changed))])


def _operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation for path, some in document["paths"].items() for method, operation in some.items()
    }


def _good(operation: dict[str, Any]) -> set[str]:
    """Successes, by status and what they hold."""
    answers = {status: answer for status, answer in operation["responses"].items() if status < "4"}
    return {f"{status} {json.dumps(answer.get('content'), sort_keys=True)}" for status, answer in answers.items()}


def _needed(operation: dict[str, Any]) -> set[str]:
    body = operation.get("requestBody", {})
    needed = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter.get("required")}
    return needed | ({json.dumps(body["content"], sort_keys=True)} if body else set())


def _parameters(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", ())}


def _messages(document: dict[str, Any]) -> dict[str, Any]:
    """All that is sent and answered, as one JSON Schema."""
    schemas = json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
    made = json.loads(schemas)
    return {"$defs": made, "properties": {name: {"$ref": f"#/$defs/{name}"} for name in made}}


def main() -> None:
    """Write it. Raises ValueError where it breaks what was released."""
    FILE.write_text(text(), encoding="utf-8", newline="\n")
    if sys.argv[1:] == ["release"]:
        now = cast(dict[str, Any], json.loads(FILE.read_text("utf-8")))
        if KEPT.is_file() and (broken := lost(json.loads(KEPT.read_text("utf-8")), now)):
            raise ValueError(f"the API needs a new version: {'; '.join(broken)}")
        shutil.copyfile(FILE, KEPT)


if __name__ == "__main__":
    main()

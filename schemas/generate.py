"""Writes the JSON Schema files of the wire models: `python -m schemas.generate`.

`python -m schemas.generate release` also keeps them, with their examples, as what was released: later changes are held
to that by `schemas.compatibility`.
"""

import json
import shutil
import sys
from pathlib import Path

from pydantic import BaseModel

from schemas.compatibility import breaks
from schemas.criteria import CriteriaRecord
from schemas.match import Matches
from schemas.posting import Posting
from schemas.raw import RawPosting

FOLDER = Path(__file__).parent / "json"
EXAMPLES = Path(__file__).parent / "examples"
RELEASED = FOLDER / "released"
MODELS: dict[str, type[BaseModel]] = {
    "raw.v1": RawPosting,
    "posting.v1": Posting,
    "criteria.v1": CriteriaRecord,
    "matches.v1": Matches,
}
"""By the name of the file; a change that old readers or writers cannot live with gets a new version."""


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


if __name__ == "__main__":
    main()

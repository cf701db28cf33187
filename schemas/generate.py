"""Writes the JSON Schema files of the wire models: `python -m schemas.generate`."""

import json
from pathlib import Path

from pydantic import BaseModel

from schemas.criteria import CriteriaRecord
from schemas.match import Matches
from schemas.posting import Posting
from schemas.raw import RawPosting

FOLDER = Path(__file__).parent / "json"
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


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name in MODELS:
        (FOLDER / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

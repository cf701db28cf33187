"""The page of all fields says what the models say, and its examples are taken."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from docs.field_examples import CRITERIA, PUSHED, SETTINGS
from docs.make_fields import PAGE, page, tables, tables_in, untold
from schemas.described import sentences
from services.ingest.adapters.formats.posting_lines import FIELDS, PostingLines
from services.ingest.ports import Item
from services.notifier.importing import Entry, criteria_of, read_people
from services.notifier.importing.fields import PERSON, SEARCH
from services.notifier.importing.rows import COLUMNS
from tests.support.command_line import run

ROOT = Path(__file__).parents[2]
TABLES: list[tuple[str, type[BaseModel]]] = [table for table in tables() if not table[0].startswith("ingest.mappings")]


def test_the_page_is_what_the_models_say() -> None:
    """`make docs` makes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_is_linked_from_where_people_look() -> None:
    assert "docs/fields.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    for command in (("search", "add"), ("search", "edit"), ("subscriber", "import")):
        assert "docs/fields.md" in " ".join(run(*command, "--help").out.split())


def test_the_example_of_criteria_is_taken() -> None:
    assert criteria_of(CRITERIA)


def test_the_examples_of_an_import_are_taken_in_both_forms() -> None:
    person: dict[str, Any] = {field.name: field.example for field in PERSON}
    search: dict[str, Any] = {field.name: field.example for field in SEARCH}
    [entry] = read_people(json.dumps(person | {"searches": [search]}))
    assert isinstance(entry, Entry)
    assert {field.name for field in (*PERSON, *SEARCH)} - {"searches"} | {"search"} == set(COLUMNS)


def test_the_fields_of_a_pushed_posting_are_all_there_and_its_example_is_taken() -> None:
    assert PUSHED.keys() == FIELDS
    assert isinstance(PostingLines().part({name: example for name, (example, _) in PUSHED.items()}), Item)


@pytest.mark.parametrize(("path", "model"), TABLES, ids=[path or "outermost" for path, _ in TABLES])
def test_each_setting_says_what_it_means_and_has_a_default_or_an_example_that_is_taken(
    path: str, model: type[BaseModel]
) -> None:
    examples = SETTINGS.get(path, {})
    assert examples.keys() <= model.model_fields.keys()
    needed = {name: examples[name] for name, field in model.model_fields.items() if field.is_required()}
    for name, field in model.model_fields.items():
        assert sentences(model).get(name), f"{path}.{name} has no sentence"
        if untold(field) and tables_in(field.annotation)[0] is None:
            assert name in examples, f"{path}.{name} has no example"
        if name in examples and name not in needed:
            model.model_validate(needed | {name: examples[name]})

"""Writes docs/fields.md from the models: `python -m docs.make_fields`, or `make docs`."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types
from pydantic import AwareDatetime, BaseModel, SecretStr
from pydantic.fields import FieldInfo

from docs.field_examples import CRITERIA, PUSHED, SETTINGS
from schemas.annotations import LISTS, container_of, model_of
from schemas.criteria import Criteria
from schemas.described import sentences
from services.ingest.adapters.formats.posting_lines import AMOUNTS
from services.ingest.adapters.formats.posting_lines import LISTS as POSTING_LISTS
from services.notifier.importing.fields import PERSON, SEARCH, Column
from services.settings.model import Settings

PAGE = Path(__file__).parent / "fields.md"
_INTRODUCTION = """\
# Fields
All fields that you can write, each with its type, its default and an example. This page is made from the code by
`make docs`, and a test keeps it true.

If you write an unknown name, it is refused, and the nearest known one is suggested. Each fault is reported in one
sentence that begins with the field.
"""
_CRITERIA = """\
## Criteria
Criteria say what a saved search asks for. They are a JSON object: the file of `jobchime search add` and
`search edit`, and `criteria` of an import. Every field is optional, but at least one must let postings in: a search
cannot consist of exclusions only. A posting must fit everything that is asked.

**Roles.** Name a role as people call it, in eight languages, or by its id: `{"roles": {"any": ["Backend Engineer",
"Buchhalter"], "neighbours": true}}`, or `search add --role "Backend Engineer" --not-role "Solutions Engineer"
--neighbours`.

* A posting has one or two roles, or up to six that its title lists. `any` looks at all, `none` only at the first.
* The role of some postings is unknown. They fit if the search also asks for skills or words, since these say what the
  work is. If it asks for roles only, they do not fit, unless `accept_unknown` says so.

**Towns.** `near` is for work that is not remote: `{"near": [{"town": "Munich", "km": 40}]}`, or `search add --near
"Munich 40 km"`. Remote jobs are judged by the other criteria.

* Towns of 15,000 people or more are known, by their own names and in English; of 5,000 in most of western and central
  Europe, the United States, Canada and New Zealand; of 1,000 in France and Australia. If several towns share a name,
  add the country or state: `Cambridge, MA`.
* If a job is in several towns, the nearest counts. A town up to half as far again is a near miss.

**Skills.** A skill counts if the posting asks for it: in its title, among its requirements or as something it would
like.

* A skill that the posting only mentions counts only with `mentions` (`search add --mentions`). That is a bonus, a skill
  in what it says about the employer or the benefits, or one in passing.
* `none` rejects every posting that names the skill, in whatever way.
* If a record does not say how a posting means a skill, as in records of earlier releases, the skill counts.
"""
_IMPORT = """\
## Subscribers to import
`jobchime subscriber import FILE` reads one of two kinds of file:

* JSON lines, one object a person;
* CSV with a header. It may be separated by commas, semicolons, tabs or bars, in UTF-8 or UTF-16.

`--update` also changes people who are subscribed already. It finds people by `address` and searches by `name`, and
keeps what a line leaves out. `--dry-run` shows what would change, and changes nothing.
"""
_SEARCHES = """\
### Searches of a subscriber
In JSON lines, these are the objects in `searches`. In CSV, each line holds one search: the column `search` is its
`name`, `criteria` are written as JSON, and semicolons separate the parts of `speaks` and `preferred_places`.
"""
_PUSH = """\
## Postings that are pushed
These are the fields of a posting in the body of [`POST /v1/postings`](push.md), and in each line of a file in the
format `posting_lines`. They are flat, and may come in any order. You need `title`, `company`, and one of `url`,
`description` and `description_html`.
"""
_SETTINGS = """\
## Settings
These are the tables of `jobchime.toml`. `jobchime config init` writes the file, with comments.

* An environment variable overrides the file. Its name is `JOBCHIME_` and the names in capitals, with two underscores
  between them: `JOBCHIME_MAIL__SMTP__PASSWORD`.
* Relative paths start at the file.
* NAME stands for a name that you choose.
"""
_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    SecretStr: "text, kept secret",
    Path: "path",
    AwareDatetime: "time with its zone",
    timedelta: 'span, such as `"90s"`, `"15m"`, `"6h"`, `"2d"`',
}
_MAPPINGS = "ingest.mappings"
_OF_MAPPINGS = """\
[Mapped feeds](mapped-feeds.md) explains these with examples. Each of `fields` is written in one of three ways: a table
like that of `source_id`, a single path, or a list of paths, of which the first that finds something counts.
"""
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def page() -> str:
    """The whole page."""
    parts = [_INTRODUCTION, _CRITERIA, _of_model(Criteria, CRITERIA)]
    for name, field in Criteria.model_fields.items():
        inner = model_of(field.annotation)
        if inner is not None:
            example = CRITERIA[name]
            parts += [f"### `{name}`\n", _of_model(inner, example[0] if isinstance(example, list) else example)]
    parts += [_IMPORT, _of_columns(PERSON), _SEARCHES, _of_columns(SEARCH), _PUSH, _of_pushed(), _SETTINGS]
    for path, model in tables():
        whole = path.startswith(_MAPPINGS)
        note = _OF_MAPPINGS if path == f"{_MAPPINGS}.NAME" else ""
        parts += [f"### {_heading(path)}\n{note}", _of_model(model, SETTINGS.get(path, {}), nested=whole)]
    return "\n".join(parts)


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table of the settings, by its path; of mappings, whose fields all have the same rules, each kind once."""
    known: set[type[BaseModel]] = set()
    for path, model in _tables(Settings, ""):
        if path.startswith(_MAPPINGS) and model in known:
            continue
        known.add(model)
        yield path, model


def _tables(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table of the settings, by its path in TOML."""
    yield path, model
    for name, field in model.model_fields.items():
        inner, holds = tables_in(field.annotation)
        if inner is not None:
            below = f"{path}.{name}" if path else name
            yield from _tables(inner, f"{below}.NAME" if holds is dict else f"{below}[]" if holds else below)


def tables_in(annotation: Any) -> tuple[type[BaseModel] | None, type | None]:
    """The model of a field's tables, and whether they come in a list or by name."""
    holds = container_of(annotation)
    if holds is None:
        return model_of(annotation), None
    inside = next((each for each in (annotation, *get_args(annotation)) if get_origin(each) is holds), annotation)
    values = [each for each in get_args(inside) if each is not ...]
    return (model_of(_bare(values[-1])) if values else None), holds


def _heading(path: str) -> str:
    if not path:
        return "At the top"
    return f"`[[{path.removesuffix('[]')}]]`" if path.endswith("[]") else f"`[{path.replace('[]', '')}]`"


def _of_model(model: type[BaseModel], examples: Mapping[str, Any], *, nested: bool = True) -> str:
    rows = [
        (
            f"`{name}`",
            _type(field),
            _default(field),
            _written(examples[name]) if name in examples else "",
            _sentence(sentences(model).get(name)),
        )
        for name, field in model.model_fields.items()
        if nested or tables_in(field.annotation)[0] is None
    ]
    return _table(("Field", "Type", "Default", "Example", "Means"), rows)


def _of_columns(columns: tuple[Column, ...]) -> str:
    rows = [
        (f"`{column.name}`", column.type, column.default, _written(column.example), column.means) for column in columns
    ]
    return _table(("Field", "Type", "Default", "Example", "Means"), rows)


def _of_pushed() -> str:
    other = {"id": "text or whole number", "remote": "true or false", "timezones": "list of hours from UTC"}
    other |= dict.fromkeys(("posted_at", "expires_at"), "time: ISO 8601, or seconds since 1970")
    other |= dict.fromkeys(AMOUNTS, "number") | dict.fromkeys(POSTING_LISTS, "list of texts, or a text with commas")
    rows = [(f"`{name}`", other.get(name, "text"), _written(example), said) for name, (example, said) in PUSHED.items()]
    return _table(("Field", "Type", "Example", "Means"), rows)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in cells)


def _bare(annotation: Any) -> Any:
    return _bare(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _type(field: FieldInfo) -> str:
    return f"{_named(field.annotation)}{_bounds(field)}"


def _named(annotation: Any) -> str:
    at = _bare(annotation)
    origin, inner = get_origin(at), [each for each in get_args(at) if each is not ...]
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in LISTS:
        return f"list of {_named(inner[0])}"
    if origin is dict:
        return f"table of {_named(inner[1])} by name"
    if isinstance(at, type):
        return "table" if issubclass(at, BaseModel) else _WORDS.get(at, at.__name__)
    several = dict.fromkeys(_named(each) for each in inner if each is not type(None))
    return " or ".join(several) or "anything"


def _bounds(field: FieldInfo) -> str:
    least: list[str] = []
    most: list[str] = []
    for bound in field.metadata:
        if isinstance(bound, annotated_types.Ge):
            least = [f"{bound.ge:,}"]
        elif isinstance(bound, annotated_types.Gt):
            least = [f"above {bound.gt:,}"]
        elif isinstance(bound, annotated_types.Le):
            most = [_span(bound.le).strip('`"') if isinstance(bound.le, timedelta) else f"{bound.le:,}"]
        elif isinstance(bound, annotated_types.Lt):
            most = [f"below {bound.lt:,}"]
    if least and most:
        return f", {least[0]} to {most[0]}"
    if least:
        return f", {least[0] if least[0].startswith('above') else f'{least[0]} or more'}"
    return f", at most {most[0]}" if most else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, BaseModel):
        return ""
    return _written(value) if value not in (None, "", (), [], {}, frozenset()) else "unset"


def _written(value: Any) -> str:
    """A value as files have it."""
    if isinstance(value, timedelta):
        value = _span(value)
    if isinstance(value, (Path, SecretStr)):
        value = str(value)
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def _span(value: timedelta) -> str:
    seconds = value.total_seconds()
    whole = (f"{int(seconds) // size}{unit}" for unit, size in _UNITS if seconds >= size and seconds % size == 0)
    return next(whole, f"{seconds:g}s")


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def untold(field: FieldInfo) -> bool:
    """Whether the default of a field says nothing of what may stand there."""
    return _default(field) in ("needed", "unset")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

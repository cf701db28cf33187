"""Writes docs/fields.md from the models: `python -m docs.make_fields`, or `make docs`."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, SecretStr
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
Every field that a person may write, with its type, its default and an example. `make docs` makes this page of the
models, and a test holds it to them. Unknown names are refused with the nearest that there is; each fault is one
sentence that begins with the field.
"""
_CRITERIA = """\
## Criteria
What a saved search asks for, a JSON object: the file of `jobchime search add` and `search edit`, and `criteria` of
an import. Every field is optional, but something must be asked for that lets postings in, not only keeps them out.
Postings must fit all that is asked.

A role goes by what people call it, in eight languages, or by its id: `{"roles": {"any": ["Backend Engineer",
"Buchhalter"], "neighbours": true}}`, or `search add --role "Backend Engineer" --not-role "Solutions Engineer"
--neighbours`. A posting has one or two; any of them may be asked for, and the first one is excluded by. Where
nothing says its role, the skills or words of the search tell what the work is; a search for roles alone lets none
such in, unless `accept_unknown` does.

`near` is for work that is not remote: `{"near": [{"town": "Munich", "km": 40}]}`, or `search add --near "Munich 40
km"`. Towns of 15,000 people or more are known by their own and English names; one that has namesakes goes with its
country or state (`Cambridge, MA`). A job in several towns fits by its nearest; up to half as far again is a near miss.
Remote jobs fit as the other criteria say.

A skill is met by what a posting asks for: in its title, among its requirements or as what it would like. One that it
only mentions, as a bonus, in what the employer or its benefits are about or in passing, counts where `mentions`
(`search add --mentions`) says so; `none` keeps out whatever names the skill. Where nothing tells how a posting means
a skill, as in records of earlier releases, it counts.
"""
_IMPORT = """\
## Subscribers to import
`jobchime subscriber import FILE` reads JSON lines, an object a person, or CSV with a header (commas, semicolons,
tabs or bars; UTF-8 or UTF-16). With `--update` who is subscribed already is changed: people are known by `address`,
searches by `name`, and what a line leaves out stays. `--dry-run` says what would change and changes nothing.
"""
_SEARCHES = """\
### Searches of a subscriber
In JSON the objects of `searches`. A line of CSV holds one search: its `name` is the column `search`, `criteria` are
JSON, and `speaks` and `preferred_places` have semicolons between their parts.
"""
_PUSH = """\
## Postings that are pushed
The body of [`POST /v1/postings`](push.md), and each line of a file of the format `posting_lines`: flat fields, in
any order. `title` and `company` are needed, and one of `url`, `description` and `description_html`.
"""
_SETTINGS = """\
## Settings
The tables of `jobchime.toml`, which `jobchime config init` writes with comments. A variable beats the file:
`JOBCHIME_` and the names in capitals with two underscores between them, as `JOBCHIME_MAIL__SMTP__PASSWORD`. Paths
are relative to the file. NAME is yours to choose.
"""
_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    SecretStr: "text, kept secret",
    Path: "path",
    timedelta: 'span, as `"90s"`, `"15m"`, `"6h"`, `"2d"`',
}
_MAPPINGS = "ingest.mappings"
_OF_MAPPINGS = """\
[Mapped feeds](mapped-feeds.md) has these with examples. Each of `fields` is such a table as that of `source_id`, or a
path alone, or a list of paths of which the first that finds something counts.
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
        return "The outermost"
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

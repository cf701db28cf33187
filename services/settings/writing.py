"""Settings as their file has them: all of them, each with what it is for, and single values as TOML."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schemas.annotations import LISTS, model_of
from schemas.described import sentences
from services.settings.model import Settings

_WIDTH = 118
_NAME = "acme"
"""Stands for a name that the operator chooses."""
_HEADING = (
    "jobchime: the settings of one installation. Each line such as `#name = value` shows a setting with its default, or"
    " with an example if it says so. To change one, remove the # and edit the value. An environment variable overrides"
    " the file: JOBCHIME_MAIL__SMTP__PORT is mail.smtp.port. Write lists in it as a,b or as JSON. Secrets are better"
    " given that way. `jobchime config show` shows which value is used, and where it comes from."
)


def settings_file() -> str:
    """The whole file; it holds nothing but comments and the heads of tables."""
    return "\n".join([*_wrapped(_HEADING), "", *_table(Settings, ())]) + "\n"


def written(value: Any) -> str:
    """A value as TOML has it; `""` for a secret, which is shown nowhere."""
    if isinstance(value, SecretStr):
        return '""'
    if isinstance(value, timedelta):
        return f'"{_span(value)}"'
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, BaseModel):
        return written({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {written(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, LISTS):
        ordered = sorted(value) if isinstance(value, set | frozenset) else value
        return f"[{', '.join(map(written, ordered))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _table(model: type[BaseModel], place: tuple[str, ...], mark: str = "") -> Iterator[str]:
    """The settings of a table, then the tables within it; `mark` stands before its head where it is an example."""
    within = [(name, field) for name, field in model.model_fields.items() if _head(name, field, place) is not None]
    for name, field in model.model_fields.items():
        if (name, field) not in within:
            yield from _setting(name, field, sentences(model).get(name, ""))
    for name, field in within:
        head, inner, example = _head(name, field, place) or ("", model, False)
        yield ""
        yield from _wrapped("-" * 110) if not place else ()
        yield from _wrapped((inner.__doc__ or "").split("\n\n")[0])
        yield f"{'#' if example or mark else ''}{head}"
        yield from _table(inner, (*place, name), "#" if example or mark else "")


def _setting(name: str, field: FieldInfo, sentence: str) -> Iterator[str]:
    yield from _wrapped(sentence)
    default = None if field.default is PydanticUndefined else field.get_default(call_default_factory=True)
    if field.examples and not default:
        yield f"#{name} = {written(field.examples[0])}  # an example"
    else:
        yield f"#{name} = {written(default)}"


def _head(name: str, field: FieldInfo, place: tuple[str, ...]) -> tuple[str, type[BaseModel], bool] | None:
    """The head of a table within, its model, and whether it is one of several that the operator adds."""
    kind = field.annotation
    path = ".".join((*place, name))
    inner = model_of(get_args(kind)[-1 if get_origin(kind) is dict else 0]) if get_args(kind) else model_of(kind)
    if inner is None or field.examples:
        return None
    if get_origin(kind) is dict:
        return f"[{path}.{_NAME}]", inner, True
    return (f"[[{path}]]", inner, True) if get_origin(kind) in LISTS else (f"[{path}]", inner, False)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), _WIDTH, break_on_hyphens=False)]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _span(value: timedelta) -> str:
    seconds = value.total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:g}s"

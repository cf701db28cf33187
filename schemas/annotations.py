"""What the annotations of models say: which model lies where, and which fields it has."""

from typing import Any, get_args, get_origin

from pydantic import BaseModel

LISTS = (list, tuple, set, frozenset)
"""Types of what is written as a list."""


def within(at: Any, part: str | int) -> Any:
    """The type of what lies at `part` of a type: a model's field, or what a list or table holds; None for nothing."""
    if isinstance(at, type) and issubclass(at, BaseModel):
        return at.model_fields[str(part)].annotation if str(part) in at.model_fields else None
    inner = [argument for argument in get_args(at) if argument is not ...]
    if get_origin(at) in (dict, *LISTS):
        return inner[-1] if inner else None
    return next((found for argument in inner if (found := within(argument, part)) is not None), None)


def model_of(at: Any) -> type[BaseModel] | None:
    """The model that a type is, or that it is where it is anything (`Model | None`)."""
    if isinstance(at, type) and issubclass(at, BaseModel):
        return at
    if get_origin(at) in (dict, *LISTS):
        return None
    return next((model for argument in get_args(at) if (model := model_of(argument))), None)


def container_of(at: Any) -> type | None:
    """`dict` or a kind of list where a type is one of, or is one where it is anything."""
    kind: type | None = get_origin(at)
    if kind in (dict, *LISTS):
        return kind
    if isinstance(at, type):
        return None
    return next((found for argument in get_args(at) if (found := container_of(argument))), None)


def is_optional(at: Any) -> bool:
    """Whether null may stand there."""
    return type(None) in get_args(at)

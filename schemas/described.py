"""The sentence below each field of a model, read from its source when it is asked for.

pydantic reads them as a class is made (`use_attribute_docstrings`), which took a fifth of the start of each command.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A model whose JSON Schema has the sentences too."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        made = handler(schema)
        fields: dict[str, Any] = handler.resolve_ref_schema(made).get("properties", {})
        for name, sentence in sentences(cls).items():
            info = cls.model_fields[name]
            for known in fields.keys() & {name, info.alias, info.serialization_alias}:
                fields[known].setdefault("description", sentence)
        return made


@cache
def sentences(model: type[BaseModel]) -> Mapping[str, str]:
    """By field, those of the classes above it included."""
    found: dict[str, str] = {}
    for above in reversed(model.__mro__):
        if (
            issubclass(above, BaseModel)
            and above is not BaseModel
            and not above.__pydantic_generic_metadata__["origin"]
        ):
            found |= _below_fields(above)
    return {name: found[name] for name in model.model_fields if name in found}


def _below_fields(model: type[BaseModel]) -> Mapping[str, str]:
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(made, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(said.value.value)
        for field, said in pairwise(made.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) and isinstance(said.value.value, str)
    }  # fmt: skip

"""What the portal's OpenAPI document says beside paths: answers of a room, and fields of forms and addresses."""

from collections.abc import Mapping
from typing import Any

FORM = "application/x-www-form-urlencoded"
_PAGE: Mapping[str, Any] = {"text/html": {"schema": {"type": "string"}}}
_ELSEWHERE = {"headers": {"Location": {"required": True, "schema": {"type": "string"}}}}
_SAID: Mapping[int, str] = {
    303: "Done; what there is to see is elsewhere.",
    400: "The form says nothing that can be done here.",
    403: "The form is of another site, or was made for another session.",
    404: "A link that nobody here made, or what is not there any more.",
    408: "The body did not arrive in time.",
    410: "The link is genuine, and what it led to is over.",
    413: "The body is too large.",
    429: "Too many forms of this network: again after Retry-After seconds.",
    503: "It cannot be looked up now; nothing is changed. Again after Retry-After seconds.",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a room beside 200: each a page, but what leads elsewhere."""
    return {
        status: {"description": _SAID[status]} | (_ELSEWHERE if status == 303 else {"content": _PAGE})
        for status in sorted(statuses)
    }


def form(*fields: str, **values: tuple[str, ...]) -> dict[str, Any]:
    """The body of a form: fields of any text, and such as take only some values."""
    texts: dict[str, Any] = {name: {"type": "string"} for name in fields}
    properties = texts | {name: {"enum": list(some)} for name, some in values.items()}
    schema = {"type": "object", "properties": properties}
    return {"requestBody": {"required": False, "content": {FORM: {"schema": schema}}}}


def query(*fields: str) -> dict[str, Any]:
    """What may stand behind the `?` of an address, fields of any text."""
    return {"parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in fields]}

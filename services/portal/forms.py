"""What a form sends: a few short fields, read within bounds."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 16_384
"""Of a body. A one-click request has 26 bytes and what multipart puts around them."""
_MOST_FIELDS = 50


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, urlencoded or multipart, the last of each name; files and other bodies are none.

    Raises HTTPException 413 and, for what is no form, 400.
    """
    body = await body_of(request, MOST_BYTES)
    return _texts(await _whole(request, body).form(max_files=0, max_fields=_MOST_FIELDS))


async def body_of(request: Request, most: int) -> bytes:
    """A body as it came. Raises HTTPException 413 beyond `most` bytes."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise HTTPException(413)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


def _whole(request: Request, body: bytes) -> Request:
    """The same request with its body at hand, for the library's own reading of forms."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}

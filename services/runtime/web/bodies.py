"""What a form sends: a few short fields, read within bounds."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 16_384
"""Of a body. A one-click request has 26 bytes and what multipart puts around them."""
MOST_PASTED = 65_536
"""Of a body that holds a text somebody pasted."""
_MOST_FIELDS = 100
_FORM_S, _LARGE_S = 10.0, 60.0
"""How long a body may be on its way, one of a form and a larger one: who sends it in drops holds a connection."""


async def form_of(request: Request, most: int = MOST_BYTES) -> Mapping[str, str]:
    """The fields of a form, urlencoded or multipart, the last of each name; files and other bodies are none.

    NUL and lone surrogates, which no store keeps, are left out. Raises HTTPException as `body_of` and, for what is no
    form, 400.
    """
    body = await body_of(request, most)
    return _texts(await _whole(request, body).form(max_files=0, max_fields=_MOST_FIELDS))


async def body_of(request: Request, most: int) -> bytes:
    """A body as it came. Raises HTTPException 413 beyond `most` bytes, 408 where it takes too long to come."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise HTTPException(413)
    try:
        async with asyncio.timeout(_FORM_S if most <= MOST_BYTES else _LARGE_S):
            return await _body(request, most)
    except TimeoutError:
        raise HTTPException(408, headers={"Connection": "close"}) from None


async def _body(request: Request, most: int) -> bytes:
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
    return {_clean(name): _clean(value) for name, value in form.items() if isinstance(value, str)}


def _clean(text: str) -> str:
    # A multipart part names its own charset, and some of Python's make lone surrogates.
    return text.encode("utf-8", "ignore").decode().replace("\0", "")

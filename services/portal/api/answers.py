"""What the API answers: JSON with an entity tag, lists a page at a time, and problems by RFC 9457."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, model_validator
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from schemas.described import Described

T = TypeVar("T")

PROBLEM: Final = "application/problem+json"
MOST_LISTED: Final = 100
_KEPT: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
"""A client may keep what it was given, and asks each time whether it is still so."""
_MOST_CURSOR: Final = 1_000


class Sent(Described):
    """What a program sends: fields that are unknown, or of another type, are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, sent: Any) -> Any:
        """Refuse what no store keeps, and no answer could repeat, wherever it stands."""
        waiting = [sent]
        while waiting:
            match waiting.pop():
                case str() as text if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
                    raise ValueError("a text holds a NUL, or half a character")
                case list() as some:
                    waiting += some
                case dict() as named:
                    waiting += [*named, *named.values()]
        return sent


class Shown(Described):
    """What a program is given; it may grow by fields."""

    model_config = ConfigDict(frozen=True)


class WrongField(Shown):
    """One field that cannot be taken."""

    field: str
    """Where it is, with dots between the parts."""
    detail: str
    code: str = ""
    """What is wrong, for programs; empty where there is no word for it."""


class Problem(Shown):
    """Why it was not done (RFC 9457)."""

    type: str
    """`jobchime:problem.` and a word of the table in docs/api.md."""
    title: str
    """The same for each problem of a type."""
    status: int
    detail: str = ""
    """For people, in English; it may be worded anew."""
    errors: tuple[WrongField, ...] = ()
    """Of `wrong_field`."""


PROBLEMS: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be read."),
    "unauthorized": (401, "A token that is good is needed."),
    "out_of_scope": (403, "The token does not allow this."),
    "missing": (404, "There is nothing of that name."),
    "method": (405, "That cannot be done to it."),
    "too_slow": (408, "The body did not arrive in time."),
    "conflict": (409, "As things are, that cannot be done."),
    "changed": (412, "It was changed since you read it."),
    "too_large": (413, "The body is too large."),
    "wrong_field": (422, "A field cannot be taken."),
    "no_precondition": (428, "Say by If-Match which version you change."),
    "too_many_requests": (429, "Too many requests."),
    "failed": (500, "Something is broken here."),
    "away": (503, "It cannot be looked up now; nothing is changed."),
}
"""Status and title by type."""


_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}


class RefusedError(Exception):
    """A request that is answered by a problem."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        errors: Sequence[WrongField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or kind)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}


def there(found: T | None, detail: str) -> T:
    """What was found. Raises RefusedError, the problem that it is missing, with `detail` where there is nothing."""
    if found is None:
        raise RefusedError("missing", detail)
    return found


def problem(refused: RefusedError) -> Response:
    """The answer."""
    status, title = PROBLEMS[refused.kind]
    said = Problem(
        type=f"jobchime:problem.{refused.kind}",
        title=title,
        status=status,
        detail=refused.detail,
        errors=refused.errors,
    )
    body = said.model_dump_json(exclude=None if refused.errors else {"errors"})
    return Response(body, status, dict(refused.headers), PROBLEM)


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """What the document says of them, beside those of every operation."""
    everywhere = ("unauthorized", "out_of_scope", "wrong_field", "too_many_requests", "away")
    found: dict[int | str, dict[str, Any]] = {}
    for kind in sorted({*kinds, *everywhere}, key=lambda kind: PROBLEMS[kind][0]):
        status, title = PROBLEMS[kind]
        found[status] = {
            "description": title,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return found


TAKES: Final = ("malformed", "too_slow", "conflict", "too_large")
"""What may be wrong with what takes a body."""
CHANGES: Final = (*TAKES, "changed", "no_precondition")
"""The same with what changes a version that was read."""
LISTED: Final[dict[str, Any]] = {
    "ETag": {"description": "Names this version.", "schema": {"type": "string"}},
    "Link": {"description": "To the next page, `rel=next`; none on the last.", "schema": {"type": "string"}},
}
TAGGED: Final[dict[str, Any]] = {"ETag": {"description": "Names this version.", "schema": {"type": "string"}}}
"""Headers of an answer, for the document."""


def shows(model: type[BaseModel], *kinds: str, headers: Mapping[str, Any] = TAGGED) -> dict[int | str, dict[str, Any]]:
    """What the document says of a GET: a representation, that it is as it was, or a problem."""
    as_it_was: dict[int | str, dict[str, Any]] = {304: {"description": "It is as `If-None-Match` has it."}}
    return {200: {"model": model, "headers": headers}, **as_it_was, **problems(*kinds)}


def changes(model: type[BaseModel], *kinds: str) -> dict[int | str, dict[str, Any]]:
    """The same of what changes something, and shows how it is then."""
    return {200: {"model": model, "headers": TAGGED}, **problems(*kinds)}


def makes(model: type[BaseModel], *kinds: str) -> dict[int | str, dict[str, Any]]:
    """The same of what makes something."""
    headers = {**TAGGED, "Location": {"schema": {"type": "string"}}}
    return {201: {"model": model, "description": "It is there.", "headers": headers}, **problems(*kinds)}


def takes_away(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The same of what takes something away."""
    return {204: {"description": "It is not there."}, **problems(*kinds)}


def tag_of(body: bytes) -> str:
    """The strong entity tag of a representation."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def written(shown: BaseModel) -> bytes:
    """A representation, as it is sent."""
    return shown.model_dump_json().encode()


def answer(request: Request, shown: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A representation with its tag; of what a GET asks for that its sender has, that it is as it was."""
    return answer_bytes(request, written(shown), status, headers)


def answer_bytes(
    request: Request, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The same of what is written already."""
    tag = tag_of(body)
    all_headers = {**_KEPT, "ETag": tag, **(headers or {})}
    if request.method == "GET" and _is_known(request.headers, tag):
        return Response(status_code=304, headers=all_headers)
    return Response(body, status, all_headers, "application/json")


def _is_known(headers: Headers, tag: str) -> bool:
    known = headers.get("if-none-match", "")
    return known.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in known.split(","))


def require_match(request: Request, shown: BaseModel) -> None:
    """Hold a change to the version that its sender has read (RFC 9110, section 13.1.1; RFC 6585).

    Raises RefusedError.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise RefusedError("no_precondition", "read it first, and send its ETag as If-Match")
    if given.strip() != "*" and tag_of(written(shown)) not in (part.strip() for part in given.split(",")):
        raise RefusedError("changed", "read it again, and send its new ETag as If-Match")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    cursor: str

    def of(self, items: Sequence[T], key: Callable[[T], tuple[str, ...]], *, newest_first: bool = False) -> "Part[T]":
        """The items after the cursor, in the order of their keys, which no two share. Raises RefusedError."""
        ordered = sorted(items, key=key, reverse=newest_first)
        if self.cursor:
            last = self.last()
            ordered = [item for item in ordered if (key(item) < last if newest_first else key(item) > last)]
        some = ordered[: self.limit]
        return Part(some, written_cursor(key(some[-1])) if len(ordered) > len(some) else "")

    def last(self) -> tuple[str, ...]:
        """The key that the cursor holds. Raises RefusedError for one that nobody here made."""
        try:
            read = json.loads(base64.urlsafe_b64decode(self.cursor[:_MOST_CURSOR].encode("ascii") + b"=="))
        except ValueError:
            read = None
        if not isinstance(read, list) or not all(isinstance(part, str) for part in read):
            raise RefusedError("malformed", "cursor: only what a Link header gave is one")
        return tuple(read)


@cache
def page_asked() -> Any:
    """A dependency: the page that a query asks for."""

    async def asked(
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many at most.")] = 50,
        cursor: Annotated[str, Query(max_length=_MOST_CURSOR, description="As a Link header has it.")] = "",
    ) -> Page:
        return Page(limit, cursor)

    return Depends(asked)


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One page of a list."""

    items: Sequence[T]
    next_cursor: str
    """Empty on the last page."""

    def links(self, request: Request, page: Page) -> dict[str, str]:
        """The header that leads on (RFC 8288); none on the last page."""
        if not self.next_cursor:
            return {}
        asked = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "limit")]
        query = urlencode([*asked, ("limit", str(page.limit)), ("cursor", self.next_cursor)])
        return {"Link": f'<?{query}>; rel="next"'}


def written_cursor(key: tuple[str, ...]) -> str:
    """What leads to what comes after a key."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")

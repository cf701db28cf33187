"""The runbook of this release, where alerts link to: one page, and an address for each alert that leads to its part."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.console.door import ConsoleDoor

_FILE: Final = "runbook.md"
_OUTSIDE: Final = ("http://", "https://", "#")


def routes(door: ConsoleDoor) -> APIRouter:
    """`/runbook`."""
    router = APIRouter()

    @router.get("/runbook")
    async def whole(request: Request) -> Response:
        """All of it."""
        operator = door.access.operator(request)
        text, _ = await door.work(_rendered)
        return door.show(request, "runbook", operator, values={"text": Markup(text)})  # noqa: S704 (ours)

    @router.get("/runbook/{alert}")
    async def part(request: Request, alert: str) -> Response:
        """Lead to what it says of one alert; who has not signed in does so first."""
        door.access.operator(request)
        _, names = await door.work(_rendered)
        if alert not in names:
            raise HTTPException(404)
        return door.back(f"/runbook#{alert}")

    return router


@cache
def _rendered() -> tuple[str, frozenset[str]]:
    """The page, and the names of its parts."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens, names = reader.parse(_text()), set[str]()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            name = _place(tokens[at + 1].content)
            token.attrSet("id", name)
            names.add(name)
        elif token.type in ("th_open", "td_open"):
            token.attrs = {"class": "figure"} if "right" in str(token.attrs.get("style", "")) else {}
        elif token.children:
            token.children = _linked_within(token.children)
    # The first heading is the page's own.
    html = str(reader.renderer.render(tokens[3:], reader.options, {}))
    framed = '<div class="wide" tabindex="0" role="group" aria-label="Table, scrolls sideways"><table>'
    return html.replace("<table>", framed).replace("</table>", "</table></div>"), frozenset(names)


def _text() -> str:
    packaged = files("services.console") / _FILE
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "docs" / _FILE).read_text(encoding="utf-8")


def _place(heading: str) -> str:
    """The name by which a heading is linked to, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading).strip().casefold().replace(" ", "-")


def _linked_within(tokens: Sequence[Token]) -> list[Token]:
    """Without links to pages that do not come along: their words stay."""
    kept: list[Token] = []
    dropped = False
    for token in tokens:
        if token.type == "link_open":
            dropped = not str(token.attrs.get("href", "")).startswith(_OUTSIDE)
        if not (dropped and token.type in ("link_open", "link_close")):
            kept.append(token)
    return kept

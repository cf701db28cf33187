"""What the console's pages share: the installation, the clock, who may come in, and how a page is shown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

from anyio import to_thread
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Mount

from schemas.counted import counted
from services.console.access import Access, Operator
from services.usecases import operators
from services.usecases.installation import Installation
from services.usecases.overview import span
from services.usecases.wording import ago

T = TypeVar("T")

PAGES: Final = (
    ("/", "Stream"),
    ("/figures", "Figures"),
    ("/sources", "Sources"),
    ("/sending", "Sending"),
    ("/letters", "Dead letters"),
    ("/postings", "Postings"),
    ("/why", "Why"),
    ("/people", "People"),
    ("/relevance", "Relevance"),
    ("/acts", "Acts"),
    ("/runbook", "Runbook"),
)
"""The pages that stand at the head of each."""


MOST_ADDRESS: Final = 2_000
_PATH: Final = re.compile(rf"/(?![/\\])[!-\[\]-~]{{0,{MOST_ADDRESS - 1}}}")
_NO_PAGE: Final = re.compile(r"/(enter|livez|readyz)|.*/live")


@dataclass(frozen=True)
class ConsoleDoor:
    """Made once, and given to the routes."""

    installation: Installation
    access: Access
    clock: Callable[[], datetime]
    templates: Environment
    file: Path | None = None
    """The settings file; None where nobody knows it."""

    async def work(self, task: Callable[[], T]) -> T:
        """Do something that waits for the store, beside the loop."""
        return await to_thread.run_sync(task)

    async def act(self, operator: Operator, act: str, about: str, do: Callable[[], T]) -> T:
        """Write down what somebody does, then do it. Raises UnavailableError where it cannot be written down."""
        await self.work(lambda: operators.note(self.installation, operator.name, act, about, self.clock()))
        return await self.work(do)

    def show(
        self,
        request: Request,
        template: str,
        operator: Operator | None = None,
        status: int = 200,
        values: Mapping[str, object] | None = None,
    ) -> Response:
        """A page; `operator`: who looks at it, None at the door; `values`: what its template names."""
        token = self.access.form_token(operator) if operator else ""
        frame = {"operator": operator, "form_token": token, "here": request.url.path, "pages": PAGES}
        return HTMLResponse(self.piece(template, {**frame, **(values or {})}), status)

    def piece(self, template: str, values: Mapping[str, object]) -> str:
        """A template's text."""
        return self.templates.get_template(f"{template}.html.j2").render(values)

    def back(self, path: str) -> Response:
        """Lead to a page after something was done."""
        return RedirectResponse(path, 303)


def page_of_ours(app: Starlette, address: str) -> str:
    """The address, as a browser takes it, of a page of this console; empty for any other.

    Browsers take a path that begins with two slashes or backslashes for a host, and skip tabs and line ends within it.
    """
    if not _PATH.fullmatch(address):
        return ""
    path = unquote(urlsplit(address).path)
    asked = {"type": "http", "method": "GET", "path": path, "headers": []}
    is_served = any(not isinstance(route, Mount) and route.matches(asked)[0] is Match.FULL for route in app.routes)
    return address if is_served and not _NO_PAGE.fullmatch(path) else ""


def console_templates(clock: Callable[[], datetime]) -> Environment:
    """The templates of this package; a missing name is an error."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def since(at: datetime | None) -> str:
        return "never" if at is None else f"{ago(clock() - at)} ago"

    made.filters |= {
        "since": since,
        "number": lambda value: f"{value:,}",
        "counted": counted,
        "commands": _commands,
        "span": lambda seconds: "" if seconds is None else span(seconds),
    }
    return made


def _commands(text: str) -> Markup:
    """A sentence whose commands, which stand between backticks, can be told from it and taken by one press."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )

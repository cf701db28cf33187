"""Pages by Jinja2 templates, in the reader's language."""

import functools
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.wording.catalogues import words_of
from services.wording.lines import locale_of
from services.wording.words import FALLBACK_LOCALE, LANGUAGES, Words

_FOR_ALL = frozenset({"sign_up", "read", "privacy"})
"""Pages that anybody may find."""
_TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Renders the templates of this package for one board."""

    def __init__(
        self,
        board: str,
        postal_address: str,
        *,
        sender_address: str,
        website: str,
        logo: bool,
        branded: bool,
        webhooks: bool,
        welcome: Mapping[str, str],
    ) -> None:
        """`branded`: whether the board has colours of its own; `welcome`: what it says at sign-up, by language."""
        self._board = board
        self._postal_address = postal_address
        self._sender_address = sender_address
        self._brand = {"website": website, "logo": logo, "branded": branded, "webhooks_allowed": webhooks}
        self._welcome = welcome

    def show(self, template: str, words: Words, status: int = 200, **values: object) -> HTMLResponse:
        """A page; `values` are what its template names."""
        page = _environment().get_template(f"{template}.html.j2")
        html = page.render(
            words=words,
            say=words.say,
            count=words.count,
            board=self._board,
            postal_address=self._postal_address,
            sender_address=self._sender_address,
            welcome=self._welcome.get(words.locale[:2], ""),
            **self._brand,
            **values,
        )
        # Of the rest search engines know nothing: tokens in their addresses make them pages of one person.
        return HTMLResponse(html, status, {"X-Robots-Tag": "all"} if template in _FOR_ALL else None)


def words_for(request: Request, locale: str | None = None) -> Words:
    """The texts of a locale, also for what is said later of the same request; else those that the browser asks for."""
    if locale:
        request.state.locale = locale
    return words_of(locale_known(request) or _accepted(request.headers.get("accept-language", "")))


def locale_known(request: Request) -> str | None:
    """Of whoever asks, once they are known."""
    found: str | None = getattr(request.state, "locale", None)
    return found


def _accepted(header: str) -> str:
    """The locale of the best of our languages by RFC 9110, section 12.5.4; English where none is."""
    weighed: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _, weight = part.partition(";")
        try:
            weighed.append((float(weight.partition("=")[2] or 1), tag.strip()))
        except ValueError:
            continue
    wanted = [tag.replace("-", "_") for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]
    for tag in wanted:
        language = tag.partition("_")[0].casefold()
        if language in LANGUAGES:
            found = locale_of(tag)
            # With a country that has its own numbers and dates, `pt_PT`, but not with one that there is not, `pt_XX`.
            return found if found.startswith(language) else language
    return FALLBACK_LOCALE


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

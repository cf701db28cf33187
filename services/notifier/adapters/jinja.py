"""Digests to HTML and plain text, by Jinja2 templates with the styles inlined."""

import functools
import textwrap
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifier.domain.model import Digest, Sender
from services.notifier.domain.shown import show
from services.notifier.domain.wording import LABELS
from services.notifier.ports import Links, Rendered

TEMPLATES = Path(__file__).parent.parent / "templates"
_TEXT_WIDTH = 72


class JinjaRenderer:
    """Renders with the templates of this package."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def render(self, digest: Digest, links: Links) -> Rendered:
        """Turn a digest into subject, preheader, HTML and text; equal input gives equal output."""
        shown = show(digest, links, self._sender)
        html = environment().get_template("digest.html.j2").render(digest=shown, labels=LABELS)
        text = environment().get_template("digest.txt.j2").render(digest=shown, labels=LABELS)
        return Rendered(
            subject=shown.subject,
            preheader=shown.preheader,
            html=_inliner().inline(html),
            text=text,
        )


@functools.cache
def environment() -> Environment:
    """The templates: `.html.j2` escapes everything, `.txt.j2` nothing, and a missing name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=_escapes,  # noqa: S701 (a callable, which the linter takes for False)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["fill"] = _fill
    return made


def _escapes(name: str | None) -> bool:
    # Jinja2's own select_autoescape looks at the last suffix, j2, and would escape nothing.
    return name is None or not name.endswith(".txt.j2")


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def _fill(text: str, indent: int = 0) -> str:
    """Wrap a paragraph for a text mail; a long word, such as an address, stays whole.

    The first line goes where the template stands, `indent` characters in.
    """
    margin = " " * indent
    wrapped = textwrap.fill(
        text,
        width=_TEXT_WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped[indent:]

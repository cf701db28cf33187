"""Digests to HTML and plain text, by Jinja2 templates whose styles were inlined when they were loaded."""

import functools
import re
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import cast

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from services.notifier.adapters.rendering.cards import Cards
from services.notifier.adapters.rendering.forms import Slots
from services.notifier.adapters.rendering.wanted import Stack
from services.notifier.domain.brand import HOUSE, Brand
from services.notifier.domain.curation.cards import cards_of
from services.notifier.domain.model import Digest, Sender
from services.notifier.domain.wording.digest import LABELS, goes_without_saying
from services.notifier.domain.wording.view import reader_of, show
from services.notifier.ports import Links, Rendered
from services.wording.catalogues import words_of
from services.wording.words import Words

CACHED_CARDS = 4_096
_TEXT_WIDTH = 72
_PADDING = Markup("&#847;&zwnj;&nbsp;") * 40
"""Keeps what follows a short preheader out of a mailbox's list."""
TEMPLATES = Path(__file__).parents[2] / "templates"
_CLASS = re.compile(r'class="([a-z -]+)"(?: style="([^"]*)")?')
_STYLED = re.compile(r'<i class="[a-z -]+" style="([^"]*)">')


class JinjaRenderer:
    """Renders with the templates of this package."""

    def __init__(self, sender: Sender, cached_cards: int = CACHED_CARDS) -> None:
        """`cached_cards`: how many are kept for other readers of the same jobs; the mails are the same without."""
        self._sender = sender
        self._cards = Cards(environment(sender.brand), cached_cards)
        self._html = environment(sender.brand).get_template("digest.html.j2")
        self._text = environment(sender.brand).get_template("digest.txt.j2")

    def render(self, digest: Digest, links: Links) -> Rendered:
        """Turn a digest into subject, preheader, HTML and text; equal input gives equal output."""
        words = words_of(digest.recipient.locale)
        reader = reader_of(digest, words)
        stack = Stack(reader, digest.due_at, links, goes_without_saying=goes_without_saying(digest, words))
        for card in cards_of(digest.items):
            self._cards.add(card, stack, near=False)
        count = len(stack.html)
        for card in cards_of(digest.near):
            self._cards.add(card, stack, near=True)
        shown = show(digest, links, self._sender, reader, stack.first_job)
        labels = _labels(words)
        html = self._html.render(
            digest=shown,
            labels=labels,
            padding=_PADDING,
            jobs=Markup("".join(stack.html[:count])),  # noqa: S704 (rendered by the templates, escaped there)
            near=Markup("".join(stack.html[count:])),  # noqa: S704 (likewise)
        )
        text = self._text.render(
            digest=shown, labels=labels, jobs="".join(stack.text[:count]), near="".join(stack.text[count:])
        )
        return Rendered(subject=shown.subject, preheader=shown.preheader, html=html, text=text)


@functools.cache
def environment(brand: Brand = HOUSE) -> Environment:
    """The templates: `.html.j2` escapes everything, `.txt.j2` nothing, and a missing name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=_escapes,  # noqa: S701 (a callable, which the linter takes for False)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[InlinedStyles],
    )
    made.filters["fill"] = _fill
    made.globals |= {"slot": Slots(), "br": Markup("<br>"), "brand": brand, "kept_styles": Markup(kept_styles(brand))}  # noqa: S704 (a file of ours)
    return made


@functools.cache
def _labels(words: Words) -> dict[str, str]:
    return {name: words.say(text) for name, text in LABELS.items()}


def _escapes(name: str | None) -> bool:
    # Jinja2's own select_autoescape looks at the last suffix, j2, and would escape nothing.
    return name is None or not name.endswith(".txt.j2")


def _fill(text: str, indent: int = 0) -> str:
    """Wrap a paragraph for a text mail; a long word, such as an address, stays whole.

    The first line goes where the template stands, `indent` characters in.
    """
    if len(text) + indent <= _TEXT_WIDTH and text.isprintable() and not text.endswith(" "):
        return text  # One line, as it would come out.
    return _wrapped(text, indent)


@functools.lru_cache(maxsize=4_096)
def _wrapped(text: str, indent: int) -> str:
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


class InlinedStyles(Extension):
    """Gives every `class="..."` in the source of an HTML template the styles of `digest.css` beside it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Classes are written out in templates, so that each is known before anything is rendered."""
        if name not in ("digest.html.j2", "card.html.j2"):
            return source
        classes = sorted({found[1] for found in _CLASS.finditer(source)})
        styles = dict(
            zip(classes, _styles_of(tuple(classes), cast("Brand", self.environment.globals["brand"])), strict=True)
        )
        return _CLASS.sub(lambda found: f'class="{found[1]}" style="{styles[found[1]]}{found[2] or ""}"', source)


def kept_styles(brand: Brand = HOUSE) -> str:
    """The rules for dark mode and widths, which must stay rules."""
    return _tight(_style_sheet(brand)[1])


@cache
def _style_sheet(brand: Brand) -> tuple[str, str]:
    css = brand.recoloured((TEMPLATES / "digest.css").read_text(encoding="utf-8"))
    plain, at, rules = css.partition("@media")
    return plain, at + rules


def _styles_of(classes: Sequence[str], brand: Brand) -> list[str]:
    """What the cascade gives an element of each class, by the inliner."""
    probes = "".join(f'<i class="{some}">x</i>' for some in classes)
    page = f"<html><head><style>{_style_sheet(brand)[0]}</style></head><body>{probes}</body></html>"
    inlined = css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)
    return [f"{_tight(style).rstrip(';')};" for style in _STYLED.findall(inlined)]


def _tight(css: str) -> str:
    return re.sub(r";\s*\}", "}", re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r":\s+", ":", " ".join(css.split()))))

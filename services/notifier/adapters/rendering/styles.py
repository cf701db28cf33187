"""Styles written into a template once, when it is loaded, for mailboxes that read no style sheet."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import css_inline
from jinja2.ext import Extension

TEMPLATES = Path(__file__).parents[2] / "templates"
_CLASS = re.compile(r'class="([a-z -]+)"(?: style="([^"]*)")?')
_STYLED = re.compile(r'<i class="[a-z -]+" style="([^"]*)">')


class InlinedStyles(Extension):
    """Gives every `class="..."` in the source of an HTML template the styles of `digest.css` beside it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Classes are written out in templates, so that each is known before anything is rendered."""
        if name not in ("digest.html.j2", "card.html.j2"):
            return source
        classes = sorted({found[1] for found in _CLASS.finditer(source)})
        styles = dict(zip(classes, _styles_of(tuple(classes)), strict=True))
        return _CLASS.sub(lambda found: f'class="{found[1]}" style="{styles[found[1]]}{found[2] or ""}"', source)


def kept_styles() -> str:
    """The rules for dark mode and widths, which must stay rules."""
    return _tight(_style_sheet()[1])


@cache
def _style_sheet() -> tuple[str, str]:
    plain, at, rules = (TEMPLATES / "digest.css").read_text(encoding="utf-8").partition("@media")
    return plain, at + rules


def _styles_of(classes: Sequence[str]) -> list[str]:
    """What the cascade gives an element of each class, by the inliner."""
    probes = "".join(f'<i class="{some}">x</i>' for some in classes)
    page = f"<html><head><style>{_style_sheet()[0]}</style></head><body>{probes}</body></html>"
    inlined = css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)
    return [f"{_tight(style).rstrip(';')};" for style in _STYLED.findall(inlined)]


def _tight(css: str) -> str:
    return re.sub(r";\s*\}", "}", re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r":\s+", ":", " ".join(css.split()))))

"""What is rendered once and filled for each reader: texts with places in them."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from markupsafe import Markup

from services.notifier.domain.curation.judging import make_room

V = TypeVar("V")

_SLOT = re.compile("\x01([a-z_]+)\x01")
"""No line of a feed holds such characters, see `services.wording.lines.one_line`."""


def slot(name: str) -> Markup:
    """A place that is filled later."""
    return Markup(f"\x01{name}\x01")  # noqa: S704 (names in templates)


class Slots:
    """`slot.NAME` in a template: such a place."""

    def __getattr__(self, name: str) -> Markup:
        return slot(name)


class Form:
    """What was rendered, with places to fill."""

    def __init__(self, texts: Sequence[str], names: Sequence[str]) -> None:
        """`names`: of the places between texts."""
        self._texts, self._names = texts, names

    @classmethod
    def of(cls, rendered: str) -> "Form":
        """By the places that stand in it."""
        parts = _SLOT.split(rendered)
        return cls(parts[::2], parts[1::2])

    def filled(self, own: Mapping[str, str]) -> str:
        """The whole."""
        parts = [""] * (len(self._texts) + len(self._names))
        parts[::2] = self._texts
        parts[1::2] = [own[name] for name in self._names]
        return "".join(parts)

    def partly(self, own: Mapping[str, str]) -> "Form":
        """The same with some places filled."""
        texts, names, text = list[str](), list[str](), self._texts[0]
        for name, behind in zip(self._names, self._texts[1:], strict=True):
            given = own.get(name)
            if given is None:
                texts.append(text)
                names.append(name)
                text = behind
            else:
                text = f"{text}{given}{behind}"
        return Form([*texts, text], names)

    def holding(self, name: str, other: "Form") -> "Form":
        """The same with another form at a place."""
        at = self._names.index(name)
        texts = [*self._texts[:at], *other._texts, *self._texts[at + 2 :]]
        texts[at] = self._texts[at] + texts[at]
        texts[at + len(other._names)] += self._texts[at + 1]
        return Form(texts, [*self._names[:at], *other._names, *self._names[at + 1 :]])


class Kept(Generic[V]):
    """What was made, by what decides all of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_key: dict[Hashable, V] = {}

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """What is kept by a key, else what `make` gives."""
        found = self._by_key.get(key)
        if found is None:
            found = make()
            if self._most:
                make_room(self._by_key, self._most)
                self._by_key[key] = found
        return found

"""Jobs as cards of markup and of text: what readers share of a card is rendered once, and held."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from schemas.criteria import SalaryFloor
from schemas.posting import PostingCore
from services.notifier.adapters.rendering.held import Held
from services.notifier.domain.model import FoundBy, Item, Preferred
from services.notifier.domain.wording.digest import LABELS
from services.notifier.domain.wording.job import age_line, found_line, seen_on
from services.notifier.domain.wording.pay_bar import PayBar, pay_bar
from services.notifier.domain.wording.reason_order import most_telling
from services.notifier.domain.wording.view import (
    Reader,
    ShownJob,
    fault_line,
    notes,
    reasons_shown,
    shown_job,
    why_lines,
)
from services.notifier.ports import Links
from services.rules.criterion import Reason
from services.wording.amounts import converted_pay
from services.wording.lines import capitalised
from services.wording.words import Words

_SLOT = re.compile("\x01([a-z_]+)\x01")
"""No line of a feed holds such characters, see `services.wording.lines.one_line`."""
_ACTIONS = ("more_like", "not_relevant", "hide_company")


def _slot(name: str) -> Markup:
    """A place that is filled later."""
    return Markup(f"\x01{name}\x01")  # noqa: S704 (names in templates)


_LATER = {name: _slot(name) for name in ("number", "notes", "found")}
"""Places of a card that are filled for one reader alone, like those of the actions."""


class Slots:
    """`slot.NAME` in a template: such a place."""

    def __getattr__(self, name: str) -> Markup:
        return _slot(name)


class Form:
    """What was rendered, with places to fill."""

    def __init__(self, rendered: str) -> None:
        self._parts = _SLOT.split(rendered)
        self._names = self._parts[1::2]

    def filled(self, own: Mapping[str, str]) -> str:
        """The whole."""
        parts = self._parts.copy()
        parts[1::2] = [own[name] for name in self._names]
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Card:
    """A posting in one language, as all of its readers see it."""

    job: ShownJob
    html: Form
    text: Form


@dataclass(frozen=True, slots=True)
class _Bar:
    """Pay against one floor, where there is a floor."""

    shown: PayBar | None
    html: str


@dataclass(frozen=True, slots=True)
class _Why:
    """Why, or of a near miss what is off."""

    html: str
    lines: tuple[str, ...]
    fault: str


@dataclass(frozen=True, slots=True)
class _Personal:
    """A card for those who read in one currency, ask for one thing, and are offered the same links."""

    html: Form
    text: Form
    why: tuple[str, ...]


@dataclass(slots=True)
class Stack:
    """Cards one below the other, for one reader."""

    reader: Reader
    due_on: date
    """The reader's day."""
    links: Links
    one_search: bool
    """Whether it goes without saying which search found a job."""
    html: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    first_reason: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a personal card is made from."""

    item: Item
    told: FoundBy
    near: bool
    stack: Stack
    seen_on: date
    offered: tuple[bool, bool, bool]
    """Which of the actions."""


class Cards:
    """Renders items. Equal input gives equal bytes, whatever is held: what a part is held by decides all of it.

    A posting's id and version stand for its content, as they do in the store.
    """

    def __init__(self, environment: Environment, held: int) -> None:
        """`held`: how many cards, and how many of each part that several readers share."""
        self._html: Any = environment.get_template("card.html.j2").module
        self._text: Any = environment.get_template("card.txt.j2").module
        self._cards: Held[_Card] = Held(held)
        self._converted: Held[str] = Held(held)
        self._bars: Held[_Bar] = Held(held)
        self._whys: Held[_Why] = Held(held)
        self._personal: Held[_Personal] = Held(held)

    def add(self, item: Item, stack: Stack, *, near: bool) -> None:
        """Put one more card below the others."""
        posting, words = item.posting, stack.reader.words
        posting_id, links = posting.posting_id, stack.links
        addresses = (
            links.more_like.get(posting_id, ""),
            links.not_relevant.get(posting_id, ""),
            links.hide_company.get(posting_id, ""),
        )
        told, seen = most_telling(item), seen_on(posting, stack.reader.zone)
        offered = (bool(addresses[0]), bool(addresses[1]), bool(addresses[2]))
        floor = told.search.criteria.salary_floor
        key = (
            near,
            posting_id,
            posting.version,
            words.locale,
            stack.reader.currency,
            stack.due_on,
            seen,
            offered,
            None if floor is None else (floor.amount, floor.currency, floor.period),
            told.verdict.reasons,
            told.preferred,
        )
        card = self._personal.get(key, lambda: self._make(_Asked(item, told, near, stack, seen, offered)))
        noted, found = self._notes(item, words), self._found(item, stack)
        number = f"{len(stack.text) + 1}.".ljust(4)
        stack.text.append(
            card.text.filled({
                "number": number,
                "notes": noted[1],
                "found": found[1],
                "more_like": addresses[0],
                "not_relevant": addresses[1],
                "hide_company": addresses[2],
            })
        )  # fmt: skip
        escaped = str(escape("\n".join(addresses))).split("\n")
        stack.html.append(
            card.html.filled({
                "notes": noted[0],
                "found": found[0],
                "more_like": escaped[0],
                "not_relevant": escaped[1],
                "hide_company": escaped[2],
            })
        )  # fmt: skip
        stack.first_reason = stack.first_reason or " · ".join(card.why)

    def _notes(self, item: Item, words: Words) -> tuple[str, str]:
        lines = notes(item, words)
        return (str(self._html.notes(lines)), str(self._text.notes(lines))) if lines else ("", "")

    def _found(self, item: Item, stack: Stack) -> tuple[str, str]:
        if stack.one_search:
            return "", ""
        line = found_line(item.found_by, stack.reader.words)
        return str(self._html.found(line)), str(self._text.found(line))

    def _make(self, asked: _Asked) -> _Personal:
        posting, reader = asked.item.posting, asked.stack.reader
        words, currency = reader.words, reader.currency
        named = (asked.near, posting.posting_id, posting.version, words.locale)
        card = self._cards.get(named, lambda: self._card(posting, words, near=asked.near))
        floor = asked.told.search.criteria.salary_floor
        bar = self._bars.get(
            (named, floor and (floor.amount, floor.currency, floor.period)),
            lambda: self._bar(posting, floor, words, near=asked.near),
        )
        reasons = reasons_shown(asked.item, asked.told.verdict.reasons, bar=bar.shown is not None)
        preferred = asked.told.preferred
        why = self._whys.get(
            (named, reasons, preferred), lambda: self._why(posting, reasons, preferred, words, near=asked.near)
        )
        converted = self._converted.get(
            (named, currency),
            lambda: converted_pay(posting.salary, currency, words) if posting.salary else "",
        )
        age = capitalised(age_line(asked.seen_on, asked.stack.due_on, words, posted=posting.posted_at is not None))
        offers = [
            (words.say(LABELS[name]), _slot(name))
            for name, offered in zip(_ACTIONS, asked.offered, strict=True)
            if offered
        ]
        html = card.html.filled({
            **_LATER,
            "converted": str(self._html.converted(converted)) if converted else "",
            "bar": bar.html,
            "why": why.html,
            "age": str(escape(age)),
            "acts": str(self._html.acts(offers)),
        })  # fmt: skip
        pay = f"{card.job.pay} ({converted})" if converted else card.job.pay
        details = " · ".join((age, *card.job.details))
        off = words.say(LABELS["off"])
        body = str(self._text.body(pay, bar.shown, why.lines, why.fault, off, details))
        text = card.text.filled({**_LATER, "body": body, "acts": str(self._text.acts(offers))})
        return _Personal(Form(html), Form(text), why.lines)

    def _card(self, posting: PostingCore, words: Words, *, near: bool) -> _Card:
        job = shown_job(posting, words)
        text = self._text.card(job, words.say(LABELS["see"]))
        return _Card(job, Form(str(self._html.card(job, near))), Form(str(text)))

    def _bar(self, posting: PostingCore, floor: SalaryFloor | None, words: Words, *, near: bool) -> _Bar:
        shown = pay_bar(posting.salary, floor, words)
        if shown is None:
            return _Bar(None, "")
        if near:
            # What is off says the same in more words.
            shown = replace(shown, caption="")
        return _Bar(shown, str(self._html.bar(shown)))

    def _why(
        self, posting: PostingCore, reasons: tuple[Reason, ...], preferred: Preferred, words: Words, *, near: bool
    ) -> _Why:
        fault = fault_line(reasons, posting, words) if near else ""
        lines = () if near else why_lines(reasons, posting, words, preferred)
        # Not by `border-inline-start`: Word, which draws mails in Outlook, knows no sides but left and right.
        from_right = words.direction == "rtl"
        html = self._html.why(lines, fault, words.say(LABELS["off"]), from_right) if lines or fault else ""
        return _Why(str(html), lines, fault)

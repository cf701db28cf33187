"""Jobs as cards of markup and of text: what all readers of a language share is rendered once a posting, and held."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from schemas.criteria import SalaryFloor
from schemas.posting import PostingCore
from services.notifier.adapters.held import Held
from services.notifier.domain.amounts import converted_pay
from services.notifier.domain.job_wording import age_line, days_old, found_line, seen_on
from services.notifier.domain.lines import capitalised
from services.notifier.domain.model import Item
from services.notifier.domain.pay_bar import PayBar, pay_bar
from services.notifier.domain.shown import Reader, ShownJob, fault_line, notes, reasons_shown, shown_job, why_lines
from services.notifier.domain.telling import most_telling
from services.notifier.domain.wording import LABELS
from services.notifier.domain.words import Words
from services.notifier.ports import Links
from services.rules.reason import Reason

_SLOT = re.compile("\x01([a-z_]+)\x01")
"""No line of a feed holds such characters, see `services.notifier.domain.lines.one_line`."""

Parts = tuple[str, ...]
"""What was rendered: markup, or text, at even places, and names of slots at odd ones."""
Named = tuple[str, int, str]
"""A posting by id and version, in a locale."""


class Slots:
    """`slot.NAME` in a template: the place of a reader's own part."""

    def __getattr__(self, name: str) -> Markup:
        return Markup(f"\x01{name}\x01")  # noqa: S704 (names in templates)


@dataclass(frozen=True, slots=True)
class _Card:
    job: ShownJob
    html: Parts
    text: Parts


@dataclass(frozen=True, slots=True)
class _Bar:
    """The bar of one posting against one floor, if there is one."""

    shown: PayBar | None
    html: str


@dataclass(frozen=True, slots=True)
class _Why:
    html: str
    lines: tuple[str, ...]
    fault: str


@dataclass(slots=True)
class Stack:
    """Cards one below the other, for one reader."""

    reader: Reader
    due_at: datetime
    links: Links
    one_search: bool
    """Whether it goes without saying which search found a job."""
    html: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    first_reason: str = ""


class Cards:
    """Renders items. Equal input gives equal bytes, whatever is held: what a part is held by decides all of it.

    A posting's id and version stand for its content, as they do in the store.
    """

    def __init__(self, environment: Environment, held: int) -> None:
        """`held`: how many cards, and how many of each part that several readers share."""
        self._html: Any = environment.get_template("card.html.j2").module
        self._text: Any = environment.get_template("card.txt.j2").module
        self._cards: Held[_Card] = Held(held)
        self._converted: Held[tuple[str, str]] = Held(held)
        self._bars: Held[_Bar] = Held(held)
        self._whys: Held[_Why] = Held(held)
        self._ages: Held[str] = Held(held)
        self._bodies: Held[str] = Held(held)
        self._found: Held[tuple[str, str]] = Held(held)
        self._acts: Held[tuple[Parts, Parts]] = Held(held)

    def add(self, item: Item, stack: Stack, *, near: bool) -> None:
        """Put one more card below the others."""
        posting, words, currency = item.posting, stack.reader.words, stack.reader.currency
        named = (posting.posting_id, posting.version, words.locale)
        told = most_telling(item)
        card = self._cards.get((near, named), lambda: self._card(posting, words, near=near))
        bar = self._bar(posting, named, told.search.criteria.salary_floor, words, near=near)
        reasons = reasons_shown(item, told.verdict.reasons, bar=bar.shown is not None)
        why = self._whys.get((near, named, reasons), lambda: self._why(posting, reasons, words, near=near))
        converted = self._converted.get((named, currency), lambda: self._in_currency(posting, currency, words))
        age = self._age(posting, stack)
        body = self._bodies.get(
            (named, currency, bar.html, why.html, age),
            lambda: self._body(card.job, converted[0], bar.shown, why, age, words),
        )
        found = ("", "") if stack.one_search else self._found_by(item, words)
        noted = self._notes(item, words)
        acts = self._actions(posting.posting_id, stack.links, words)
        own = {
            "converted": converted[1],
            "bar": bar.html,
            "notes": noted[0],
            "why": why.html,
            "age": age,
            "found": found[0],
            "acts": acts[0],
        }
        stack.html.append(_filled(card.html, own))
        number = f"{len(stack.text) + 1}."
        stack.text.append(
            _filled(
                card.text,
                {"number": f"{number:<4}", "notes": noted[1], "body": body, "found": found[1], "acts": acts[1]},
            )
        )
        if not stack.first_reason:
            stack.first_reason = " · ".join(why.lines)

    def _card(self, posting: PostingCore, words: Words, *, near: bool) -> _Card:
        job = shown_job(posting, words)
        return _Card(job, _parts(self._html.card(job, near)), _parts(self._text.card(job)))

    def _bar(self, posting: PostingCore, named: Named, floor: SalaryFloor | None, words: Words, *, near: bool) -> _Bar:
        if floor is None or posting.salary is None:
            return _NO_BAR
        return self._bars.get(
            (near, named, floor.amount, floor.currency, floor.period),
            lambda: self._drawn(posting, floor, words, near=near),
        )

    def _drawn(self, posting: PostingCore, floor: SalaryFloor, words: Words, *, near: bool) -> _Bar:
        shown = pay_bar(posting.salary, floor, words)
        if shown and near:
            # What is off says the same in more words.
            shown = replace(shown, caption="")
        return _Bar(shown, str(self._html.bar(shown))) if shown else _NO_BAR

    def _in_currency(self, posting: PostingCore, currency: str, words: Words) -> tuple[str, str]:
        pay = converted_pay(posting.salary, currency, words) if posting.salary else ""
        return (pay, str(self._html.converted(pay))) if pay else ("", "")

    def _why(self, posting: PostingCore, reasons: tuple[Reason, ...], words: Words, *, near: bool) -> _Why:
        fault = fault_line(reasons, posting, words) if near else ""
        lines = () if near else why_lines(reasons, posting, words)
        html = self._html.why(lines, fault, words.say(LABELS["off"])) if lines or fault else ""
        return _Why(str(html), lines, fault)

    def _age(self, posting: PostingCore, stack: Stack) -> str:
        zone, words = stack.reader.zone, stack.reader.words
        key = (
            words.locale, posting.posted_at is None, seen_on(posting, zone), days_old(posting, stack.due_at, zone),
        )  # fmt: skip
        return self._ages.get(key, lambda: capitalised(age_line(posting, stack.due_at, zone, words)))

    def _body(self, job: ShownJob, converted: str, bar: PayBar | None, why: _Why, age: str, words: Words) -> str:
        pay = f"{job.pay} ({converted})" if converted else job.pay
        off = words.say(LABELS["off"])
        return str(self._text.body(pay, bar, why.lines, why.fault, off, " · ".join((age, *job.details))))

    def _notes(self, item: Item, words: Words) -> tuple[str, str]:
        lines = notes(item, words)
        return (str(self._html.notes(lines)), str(self._text.notes(lines))) if lines else ("", "")

    def _found_by(self, item: Item, words: Words) -> tuple[str, str]:
        names = tuple(found.search.name for found in item.found_by)
        return self._found.get((words.locale, names), lambda: self._found_line(item, words))

    def _found_line(self, item: Item, words: Words) -> tuple[str, str]:
        line = found_line(item.found_by, words)
        return str(self._html.found(line)), str(self._text.found(line))

    def _actions(self, posting_id: str, links: Links, words: Words) -> tuple[str, str]:
        addresses = {
            "more_like": links.more_like.get(posting_id, ""),
            "not_relevant": links.not_relevant.get(posting_id, ""),
            "hide_company": links.hide_company.get(posting_id, ""),
        }
        offered = tuple(name for name, address in addresses.items() if address)
        if not offered:
            return "", ""
        html, text = self._acts.get((words.locale, offered), lambda: self._offers(offered, words))
        escaped = {name: str(escape(address)) for name, address in addresses.items()}
        return _filled(html, escaped), _filled(text, addresses)

    def _offers(self, offered: tuple[str, ...], words: Words) -> tuple[Parts, Parts]:
        offers = [(words.say(LABELS[name]), getattr(Slots(), name)) for name in offered]
        return _parts(self._html.acts(offers)), _parts(self._text.acts(offers))


_NO_BAR = _Bar(None, "")


def _parts(rendered: str) -> Parts:
    return tuple(_SLOT.split(str(rendered)))


def _filled(parts: Parts, own: Mapping[str, str]) -> str:
    filled = list(parts)
    filled[1::2] = [own[name] for name in parts[1::2]]
    return "".join(filled)

"""Jobs as cards of markup and of text: what readers share of a card is rendered once."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cachetools import LRUCache, cachedmethod
from jinja2 import Environment
from markupsafe import Markup, escape

from services.notifier.domain.model import FoundBy, Item
from services.notifier.domain.weights import Doubt
from services.notifier.domain.wording.digest import LABELS
from services.notifier.domain.wording.job import (
    PayBar,
    age_line,
    found_line,
    level_line,
    no_pay_line,
    own_places,
    pay_bar,
    seen_on,
    timezones_line,
)
from services.notifier.domain.wording.reason_order import most_telling, telling_against
from services.notifier.domain.wording.view import (
    Reader,
    ShownJob,
    but_line,
    fault_line,
    notes,
    shown_job,
    where_line,
    why_lines,
    why_of,
)
from services.notifier.ports import Links
from services.rules.criterion.salary import is_part_time
from services.rules.web_address import job_address
from services.wording.amounts import converted_pay
from services.wording.lines import capitalised, country_of_zone
from services.wording.words import Words

_SLOT = re.compile("\x01([a-z_]+)\x01")
"""No line of a feed holds such characters, see `services.wording.lines.one_line`."""
_ACTIONS = ("why", "save", "more_like", "not_relevant", "hide_company")


def _slot(name: str) -> Markup:
    """A place that is filled later."""
    return Markup(f"\x01{name}\x01")  # noqa: S704 (names in templates)


_LATER = {name: _slot(name) for name in ("number", "notes", "found", "link")}
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
class _SaidWhy:
    """Why, or of a near miss what is off."""

    html: str
    lines: tuple[str, ...]
    label: str = ""
    against: str = ""
    """What is off, or what speaks against a job that fits."""


@dataclass(frozen=True, slots=True)
class _Personal:
    """A card for those who read in one currency, ask for one thing, and are offered the same links."""

    html: Form
    text: Form
    where: str
    why: tuple[str, ...]
    address: str
    """Of the job itself."""


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
    first_job: str = ""
    """Where the first one is, and why it was found."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a personal card is made from."""

    item: Item
    explained_by: FoundBy
    near: bool
    stack: Stack
    offered: tuple[bool, ...]
    """Which of the actions."""
    against: tuple[Doubt, ...]

    @property
    def words(self) -> Words:
        return self.stack.reader.words

    @property
    def shared(self) -> Hashable:
        """What decides all that the readers of one language share of it."""
        return self.near, self.item.posting.posting_id, self.item.posting.version, self.words.locale

    @property
    def floor(self) -> Hashable:
        """What decides where the floor stands."""
        floor = self.explained_by.search.criteria.salary_floor
        return None if floor is None else (floor.amount, floor.currency, floor.period)

    @property
    def whole(self) -> Hashable:
        """What decides all of it: with the time zone also the day of the posting, with the places which are the
        reader's own."""
        reader, places = self.stack.reader, self.explained_by.search.criteria.places
        of_reader = (reader.currency, reader.zone.key, self.stack.due_at, self.offered, places)
        return self.shared, of_reader, self.floor, self.said

    @property
    def said(self) -> Hashable:
        """What decides what is said for and against it."""
        return self.explained_by.verdict.reasons, self.explained_by.preferred, self.against


class Cards:
    """Renders items. Equal input gives equal bytes, whatever is cached: the key of a part decides all of it.

    A posting's id and version stand for its content, as they do in the store.
    """

    def __init__(self, environment: Environment, most_cached: int) -> None:
        """`most_cached`: how many cards, and how many of each part that several readers share."""
        self._html: Any = environment.get_template("card.html.j2").module
        self._text: Any = environment.get_template("card.txt.j2").module
        self._cards: LRUCache[Hashable, _Card] = LRUCache(most_cached)
        self._converted: LRUCache[Hashable, str] = LRUCache(most_cached)
        self._bars: LRUCache[Hashable, _Bar] = LRUCache(most_cached)
        self._whys: LRUCache[Hashable, _SaidWhy] = LRUCache(most_cached)
        self._personal: LRUCache[Hashable, _Personal] = LRUCache(most_cached)

    def add(self, item: Item, stack: Stack, *, near: bool) -> None:
        """Put one more card below the others."""
        posting_id, links, words = item.posting.posting_id, stack.links, stack.reader.words
        addresses = tuple(getattr(links, name).get(posting_id, "") for name in _ACTIONS)
        offered = tuple(map(bool, addresses))
        found = most_telling(item)
        against = telling_against(item.chance, found.verdict.reasons, item.posting)
        card = self._personal_card(_Wanted(item, found, near, stack, offered, against))
        link = links.open.get(posting_id) or card.address
        noted, found_by = self._notes(item, words), self._explained(item, stack)
        number = f"{len(stack.text) + 1}.".ljust(4)
        stack.text.append(
            card.text.filled({
                "number": number,
                "notes": noted[1],
                "found": found_by[1],
                **dict(zip(_ACTIONS, addresses, strict=True)),
                "link": link,
            })
        )  # fmt: skip
        escaped = str(escape("\n".join((*addresses, link)))).split("\n")
        stack.html.append(
            card.html.filled({
                "notes": noted[0],
                "found": found_by[0],
                **dict(zip((*_ACTIONS, "link"), escaped, strict=True)),
            })
        )  # fmt: skip
        stack.first_job = stack.first_job or " · ".join(filter(None, (card.where, *card.why)))

    def _notes(self, item: Item, words: Words) -> tuple[str, str]:
        lines = notes(item, words)
        return (str(self._html.notes(lines)), str(self._text.notes(lines))) if lines else ("", "")

    def _explained(self, item: Item, stack: Stack) -> tuple[str, str]:
        if stack.one_search:
            return "", ""
        line = found_line(item.found_by, stack.reader.words)
        return str(self._html.found(line)), str(self._text.found(line))

    @cachedmethod(lambda self: self._personal, key=lambda self, wanted: wanted.whole)
    def _personal_card(self, wanted: _Wanted) -> _Personal:
        posting, words, stack = wanted.item.posting, wanted.words, wanted.stack
        card, bar, converted = self._card(wanted), self._bar(wanted), self._converted_pay(wanted)
        why = self._why(wanted, bar.shown is not None)
        zone, criteria = stack.reader.zone, wanted.explained_by.search.criteria
        due_on = stack.due_at.astimezone(zone).date()
        age = age_line(seen_on(posting, zone), due_on, words, posted=posting.posted_at is not None)
        zones = timezones_line(posting.timezones, stack.due_at, zone, words)
        level = level_line(posting, words, wanted.against)
        details = " · ".join(map(capitalised, filter(None, (age, zones, level, no_pay_line(posting, words)))))
        where = where_line(posting, words, own_places(posting, criteria, country_of_zone(zone.key)))
        offers = [
            (words.say(LABELS[name]), _slot(name))
            for name, offered in zip(_ACTIONS, wanted.offered, strict=True)
            if offered
        ]
        colon = words.say(LABELS["colon"])
        html = card.html.filled({
            **_LATER,
            "where": str(escape(where)),
            "converted": str(self._html.converted(converted)) if converted else "",
            "bar": bar.html,
            "why": why.html,
            "details": str(escape(details)),
            "acts": str(self._html.acts(offers, colon, card.job.title)),
        })  # fmt: skip
        pay = f"{card.job.pay} ({converted})" if converted else card.job.pay
        body = str(self._text.body(where, pay, bar.shown, why, details))
        acts = str(self._text.acts(offers, colon))
        text = card.text.filled({**_LATER, "body": body, "acts": acts})
        return _Personal(Form(html), Form(text), where, why.lines, job_address(posting))

    @cachedmethod(lambda self: self._cards, key=lambda self, wanted: wanted.shared)
    def _card(self, wanted: _Wanted) -> _Card:
        job = shown_job(wanted.item.posting, wanted.words)
        text = self._text.card(job, wanted.words.say(LABELS["see"]), wanted.words.say(LABELS["colon"]))
        return _Card(job, Form(str(self._html.card(job, wanted.near))), Form(str(text)))

    @cachedmethod(lambda self: self._bars, key=lambda self, wanted: (wanted.shared, wanted.floor))
    def _bar(self, wanted: _Wanted) -> _Bar:
        posting, floor = wanted.item.posting, wanted.explained_by.search.criteria.salary_floor
        shown = pay_bar(posting.salary, floor, wanted.words, part_time=is_part_time(posting))
        if shown is None:
            return _Bar(None, "")
        if any(one.fit == "near" and one.criterion == "salary" for one in wanted.explained_by.verdict.reasons):
            # What is off says the same in more words.
            shown = replace(shown, caption="")
        return _Bar(shown, str(self._html.bar(shown)))

    @cachedmethod(lambda self: self._converted, key=lambda self, wanted: (wanted.shared, wanted.stack.reader.currency))
    def _converted_pay(self, wanted: _Wanted) -> str:
        posting, currency = wanted.item.posting, wanted.stack.reader.currency
        if posting.salary is None:
            return ""
        return converted_pay(posting.salary, currency, wanted.words, part_time=is_part_time(posting))

    @cachedmethod(
        lambda self: self._whys,
        key=lambda self, wanted, bar: (wanted.shared, wanted.said, bar),
    )
    def _why(self, wanted: _Wanted, bar: bool) -> _SaidWhy:
        posting, words = wanted.item.posting, wanted.words
        lines: tuple[str, ...] = ()
        if wanted.near:
            against = fault_line(wanted.explained_by.verdict.reasons, words)
        else:
            why = why_of(wanted.explained_by, posting, wanted.against, bar=bar)
            lines, against = why_lines(why, posting, words), but_line(why, posting, words)
        label = words.say(LABELS["off" if wanted.near else "but"]) + words.say(LABELS["colon"]) if against else ""
        # Not by `border-inline-start`: Word, which draws mails in Outlook, knows no sides but left and right.
        from_right = words.direction == "rtl"
        html = self._html.why(lines, against, label, wanted.near, from_right) if lines or against else ""
        return _SaidWhy(str(html), lines, label, against)

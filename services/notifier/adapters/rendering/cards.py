"""Jobs as cards of markup and of text: what readers share of a card is rendered once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from jinja2 import Environment
from markupsafe import escape

from services.notifier.adapters.rendering.forms import Form, Kept, slot
from services.notifier.adapters.rendering.wanted import Stack, Wanted
from services.notifier.domain.model import Item
from services.notifier.domain.wording.asks import NOTHING_TOLD, asks_line
from services.notifier.domain.wording.digest import LABELS
from services.notifier.domain.wording.job import (
    found_line,
    level_line,
    no_pay_line,
    own_places,
    timezones_line,
    visa_line,
)
from services.notifier.domain.wording.pay_bar import PayBar, pay_bar
from services.notifier.domain.wording.places import (
    age_of,
    doubts_of,
    pay_differs,
    place_lines,
    places_briefly,
    told_once,
    where_of_all,
)
from services.notifier.domain.wording.reason_order import most_telling
from services.notifier.domain.wording.view import (
    ShownJob,
    but_line,
    fault_line,
    notes,
    shown_job,
    where_line,
    why_lines,
    why_of,
)
from services.rules.criterion.salary import is_part_time, may_fill_less_than_a_year
from services.rules.web_address import job_address
from services.wording.amounts import converted_pay
from services.wording.lines import capitalised
from services.wording.words import Words

_INDENT: Final = 4
"""Of what a card of text says below its number."""
_MARGIN: Final = " " * _INDENT
_MOST_SHAPES: Final = 512
_ACTIONS = ("why", "save", "not_relevant")
"""Of a card: as many as fit one row of a phone. All that can be said of a job is on the page that `why` leads to."""


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
    asks: str = ""
    """What else the job asks for."""


@dataclass(frozen=True, slots=True)
class _Personal:
    """A card for those who read in one currency, ask for one thing, and are offered the same links."""

    html: Form
    text: Form
    where: str
    told: tuple[str, ...]
    """Why it is here; its details where nothing is to be said of that."""
    address: str
    """Of the job itself."""


def _macros(environment: Environment, template: str) -> Any:
    return environment.get_template(template).module


def _where(wanted: Wanted, own: Sequence[str]) -> str:
    if len(wanted.card) > 1:
        return where_of_all(wanted.card, wanted.words)
    return where_line(wanted.item.posting, wanted.words, own)


class Cards:
    """Renders items. Equal input gives equal bytes, whatever is cached: the key of a part decides all of it.

    A posting's id and version stand for its content, as they do in the store.
    """

    def __init__(self, environment: Environment, most_cached: int) -> None:
        """`most_cached`: how many cards, and how many of each part that several readers share."""
        self._html = _macros(environment, "card.html.j2")
        self._text = _macros(environment, "card.txt.j2")
        self._fill: Callable[[str, int], str] = environment.filters["fill"]
        self._converted_html = Form.of(str(self._html.converted(slot("pay"))))
        self._found_html = Form.of(str(self._html.found(slot("line"))))
        self._found_text = Form.of(str(self._text.found(slot("line"))))
        self._shapes: Kept[Form] = Kept(_MOST_SHAPES)
        self._cards: Kept[_Card] = Kept(most_cached)
        self._wheres: Kept[str] = Kept(most_cached)
        self._converted: Kept[str] = Kept(most_cached)
        self._bars: Kept[_Bar] = Kept(most_cached)
        self._whys: Kept[_SaidWhy] = Kept(most_cached)
        self._personal: Kept[_Personal] = Kept(most_cached)

    def add(self, several: Sequence[Item], stack: Stack, *, near: bool) -> None:
        """Put one more card below the others: a job, or several that are told together."""
        item = told_once(several)
        posting_id, links, words = item.posting.posting_id, stack.links, stack.reader.words
        addresses = tuple(getattr(links, name).get(posting_id, "") for name in _ACTIONS)
        offered = tuple(map(bool, addresses))
        found = most_telling(item)
        against = doubts_of(several, stack.due_at, stack.reader.zone)
        wanted = Wanted(several, item, found, near, stack, offered, against)
        card = self._personal.get(wanted.whole, lambda: self._personal_card(wanted))
        link = links.open.get(posting_id) or card.address
        noted, found_by, places = self._notes(item, words), self._explained(item, stack), self._places(several, stack)
        number = f"{len(stack.text) + 1}.".ljust(4)
        stack.text.append(
            card.text.filled({
                "number": number,
                "notes": noted[1],
                "found": found_by[1],
                "places": places[1],
                **dict(zip(_ACTIONS, addresses, strict=True)),
                "link": link,
            })
        )  # fmt: skip
        escaped = str(escape("\n".join((*addresses, link)))).split("\n")
        stack.html.append(
            card.html.filled({
                "notes": noted[0],
                "found": found_by[0],
                "places": places[0],
                **dict(zip((*_ACTIONS, "link"), escaped, strict=True)),
            })
        )  # fmt: skip
        if not stack.first_job:
            where = places_briefly(several, words) if len(several) > 1 else ""
            stack.first_job = " · ".join(filter(None, (card.where, where, *card.told)))

    def _notes(self, item: Item, words: Words) -> tuple[str, str]:
        lines = notes(item, words)
        return (str(self._html.notes(lines)), str(self._text.notes(lines))) if lines else ("", "")

    def _explained(self, item: Item, stack: Stack) -> tuple[str, str]:
        if stack.goes_without_saying:
            return "", ""
        line = found_line(item.found_by, stack.reader.words)
        filled = self._found_text.filled({"line": self._fill(line, _INDENT)})
        return self._found_html.filled({"line": str(escape(line))}), filled

    def _places(self, several: Sequence[Item], stack: Stack) -> tuple[str, str]:
        """A line for each place, where there are several."""
        if len(several) == 1:
            return "", ""
        reader, links = stack.reader, stack.links.open
        lines = place_lines(several, stack.due_at, reader)
        linked = [(line, links.get(line.posting_id) or line.address) for line in lines]
        colon = reader.words.say(LABELS["colon"])
        return str(self._html.places(linked)), str(self._text.places(linked, colon))

    def _personal_card(self, wanted: Wanted) -> _Personal:
        posting, words, stack = wanted.item.posting, wanted.words, wanted.stack
        shared = wanted.shared
        card = self._cards.get((shared, wanted.offered), lambda: self._card(wanted))
        bar = self._bars.get((shared, wanted.floor), lambda: self._bar(wanted))
        converted = self._converted.get((shared, stack.reader.currency), lambda: self._converted_pay(wanted))
        drawn = bar.shown is not None
        why = self._whys.get((shared, wanted.said, drawn), lambda: self._why(wanted, drawn))
        zone, criteria = stack.reader.zone, wanted.explained_by.search.criteria
        due_on = stack.due_at.astimezone(zone).date()
        age = age_of(wanted.card, due_on, zone, words)
        zones = timezones_line(posting.timezones, stack.due_at, zone, words, wanted.against)
        unlevelled = posting.model_copy(update={"seniority": None}) if wanted.misses("seniority") else posting
        level = level_line(unlevelled, words, wanted.against)
        no_pay = "" if wanted.misses("salary") or pay_differs(wanted.card) else no_pay_line(posting, words)
        visa = "" if criteria.visa_sponsorship else visa_line(posting, stack.reader.country, words)
        details = " · ".join(map(capitalised, filter(None, (age, zones, level, visa, no_pay))))
        own = own_places(posting, criteria, stack.reader.country)
        where = self._wheres.get((shared, own), lambda: _where(wanted, own))
        html = {
            "where": str(escape(where)),
            "converted": self._converted_html.filled({"pay": str(escape(converted))}) if converted else "",
            "bar": bar.html,
            "reasons": why.html,
            "asks": str(self._html.asks(why.asks)) if why.asks else "",
            "details": str(escape(details)),
        }
        pay = f"{card.job.pay} ({converted})" if converted else card.job.pay
        text = {
            "where": self._fill(where, _INDENT),
            "pay": self._fill(pay, _INDENT),
            "bar": bar.shown.line if bar.shown else "",
            "caption": self._fill(bar.shown.caption, _INDENT) if bar.shown else "",
            "lines": f"\n{_MARGIN}".join(self._fill(f"+ {line}", _INDENT + 2) for line in why.lines),
            "against": self._fill(f"{why.label} {why.against}", _INDENT) if why.against else "",
            "asks": self._fill(why.asks, _INDENT),
            "details": self._fill(details, _INDENT),
        }
        form = card.text.holding("body", self._body(text).partly(text))
        return _Personal(card.html.partly(html), form, where, why.lines or (details,), job_address(posting))

    def _body(self, text: Mapping[str, str]) -> Form:
        """The body of a card of text, for all that say something of the same things."""

        def made() -> Form:
            places = {name: slot(name) if said else "" for name, said in text.items()}
            return Form.of(str(self._text.body(**places)))

        return self._shapes.get(tuple(map(bool, text.values())), made)

    def _why_html(self, lines: Sequence[str], against: str, label: str, near: bool, from_right: bool) -> str:
        """Why, or what is off, likewise."""
        shape = (bool(lines), bool(against), near, from_right)

        def made() -> Form:
            places = [slot("lines")] if lines else [], slot("against") if against else ""
            return Form.of(str(self._html.why(*places, slot("label"), near, from_right)))

        shown = {"lines": "<br>".join(str(escape(line)) for line in lines)}
        shown |= {"against": str(escape(against)), "label": str(escape(label))}
        return self._shapes.get(shape, made).filled(shown)

    def _card(self, wanted: Wanted) -> _Card:
        job, words = shown_job(wanted.item.posting, wanted.words), wanted.words
        see, colon = words.say(LABELS["see"]), words.say(LABELS["colon"])
        offered = [name for name, offered in zip(_ACTIONS, wanted.offered, strict=True) if offered]
        acts = self._html.acts([(words.say(LABELS[name]), slot(name)) for name in offered], colon, job.title)
        html = self._html.card(job, wanted.near, acts)
        why = f"{words.say(LABELS['why_and_more'])}{colon} {slot('why')}" if "why" in offered else ""
        text = self._text.card(job, see, colon, why, len(wanted.card) > 1)
        return _Card(job, Form.of(str(html)), Form.of(str(text)))

    def _bar(self, wanted: Wanted) -> _Bar:
        posting, floor = wanted.item.posting, wanted.explained_by.search.criteria.salary_floor
        part_time, less = is_part_time(posting), may_fill_less_than_a_year(posting)
        shown = pay_bar(posting.salary, floor, wanted.words, part_time=part_time, less_than_a_year=less)
        if shown is None:
            return _Bar(None, "")
        if wanted.misses("salary"):
            # What is off says the same in more words.
            shown = replace(shown, caption="")
        return _Bar(shown, str(self._html.bar(shown)))

    def _converted_pay(self, wanted: Wanted) -> str:
        posting, currency = wanted.item.posting, wanted.stack.reader.currency
        if posting.salary is None:
            return ""
        less = may_fill_less_than_a_year(posting)
        return converted_pay(posting.salary, currency, wanted.words, less_than_a_year=less)

    def _why(self, wanted: Wanted, bar: bool) -> _SaidWhy:
        posting, words = wanted.item.posting, wanted.words
        lines: tuple[str, ...] = ()
        told = NOTHING_TOLD
        if wanted.near:
            against = fault_line(wanted.explained_by.verdict.reasons, words)
        else:
            item = wanted.item
            why = why_of(wanted.explained_by, posting, wanted.against, item.known, item.suits, bar=bar)
            lines, against = why_lines(why, posting, words), but_line(why, posting, words)
            told = why.told(lines)
        asks = capitalised(asks_line(posting, words, wanted.against, told))
        label = words.say(LABELS["but"]) + words.say(LABELS["colon"]) if against else ""
        # Not by `border-inline-start`: Word, which draws mails in Outlook, knows no sides but left and right.
        from_right = words.direction == "rtl"
        html = self._why_html(lines, against, label, wanted.near, from_right) if lines or against else ""
        return _SaidWhy(html, lines, label, against, asks)

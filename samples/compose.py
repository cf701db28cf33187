"""Composes the sample jobs out of the material: the same each time."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

NEWEST = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""When the newest sample job was posted."""

_MATERIAL = Path(__file__).parent / "material"
_FORMS = ("part_time", "contract", "temporary")
_WORKDAY_H = 10
_AGENCY = ("Hollin & Reed", "recruits for those who have no time to")
_LEVELS = ("Junior", "Senior", "Lead", "Staff", "Principal")
_MORE = re.compile(r'"(?P<said>[^"]+)"|@(?P<ago>[\d.]+)|>(?P<board>\S+)|\+(?P<also>\S+)|~(?P<agency>\S+)|(?P<form>\w+)')
_PAY = re.compile(r"([\d.]+)(?:-([\d.]+))?([km]?) ([A-Z]{3})(?: (\w+))?")
_MARKS = {"USD": "$", "GBP": "£", "EUR": "€"}
_SHORT, _LONG = 3, 5


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented employer."""

    name: str
    does: str
    perks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Where a job is, or for remote work where the employer's office is."""

    place: str
    """As a careers page writes it."""
    city: str
    country: str
    code: str
    utc: float


@dataclass(frozen=True, slots=True)
class Pay:
    """What a job pays, in whole units of its currency."""

    low: int
    high: int
    currency: str
    period: str


@dataclass(frozen=True, slots=True)
class Job:
    """One invented job, before a board has had its way with it."""

    number: int
    board: str
    """The feed that it is posted in, without its ending."""
    firm: Firm
    title: str
    market: Market
    wide: str | None
    """A region that one may work from."""
    workplace: str
    employment: str
    level: str
    """A level as boards write it; empty where the title has none."""
    pay: Pay | None
    said: str
    """The pay sentence of the text, or empty."""
    skills: tuple[str, ...]
    html: str
    posted: datetime
    language: str

    @property
    def slug(self) -> str:
        """The job's part of an address."""
        words = "".join(c if c.isascii() and c.isalnum() else "-" for c in f"{self.firm.name} {self.title}".lower())
        return "-".join(w for w in words.split("-") if w) + f"-{7_000 + self.number}"

    @property
    def place(self) -> str:
        """Where it may be done from, as a careers page writes it."""
        return self.wide or self.market.place

    @property
    def yearly(self) -> Pay | None:
        """Its pay, if that is by the year."""
        return self.pay if self.pay and self.pay.period == "year" else None


def all_jobs() -> list[Job]:
    """All that is looked for, copies on further boards and by the agency after what they are copies of."""
    jobs: list[Job] = []
    for employer in _read("openings")["employers"]:
        for line in employer["jobs"].strip().splitlines():
            jobs += _postings(len(jobs), employer, line)
    stock = [_earlier(job, len(jobs) + n) for n, job in enumerate(jobs[::5])]
    return jobs + stock


def with_pay(job: Job, pay: str) -> Job:
    """The same job, once its employer has said what it pays."""
    read = _pay_of(pay)
    said = pay_sentence(read, job.language, job.number) if read else ""
    return replace(job, pay=read, said=said, html=f"{job.html}<p>{escape(said)}</p>")


def pay_sentence(pay: Pay, language: str, number: int) -> str:
    """Write what is paid as people of that language and currency do."""
    dotted = language in ("de", "es", "pt") or pay.currency == "EUR"
    low, high = (f"{amount:,}".replace(",", "." if dotted else ",") for amount in (pay.low, pay.high))
    mark = _MARKS.get(pay.currency)
    amounts = f"{mark}{low} - {mark}{high}" if mark and not dotted else f"{low} - {high} {pay.currency}"
    per = _PERIODS[language][pay.period]
    forms = {
        "en": ("Salary: {} {}.", "We pay {} {}, depending on experience.", "The pay range for this role is {} {}."),
        "de": ("{} brutto {}.", "Wir zahlen {} {}."),
        "es": ("Salario: {} brutos {}.",),
        "fr": ("Rémunération : {} brut {}.",),
        "pt": ("Salário: {} brutos {}.",),
    }[language]
    return forms[number % len(forms)].format(amounts, per)


_PERIODS = {
    "en": {"year": "per year", "month": "per month", "day": "per day", "hour": "per hour"},
    "de": {"year": "im Jahr", "month": "im Monat", "hour": "pro Stunde"},
    "es": {"year": "al año", "month": "al mes"},
    "fr": {"year": "par an", "month": "par mois"},
    "pt": {"year": "por ano", "month": "por mês"},
}


@cache
def _read(name: str) -> dict[str, Any]:
    with (_MATERIAL / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _postings(number: int, employer: dict[str, Any], line: str) -> Iterator[Job]:
    title, trade, where, how, pay, rest = (part.strip() for part in line.split("|"))
    more = [(found.lastgroup or "", found[found.lastgroup or 0]) for found in _MORE.finditer(rest)]
    given = dict(more)
    market, wide = _market(where, remote=how == "remote")
    form, read = given.get("form", "full_time"), _pay_of(pay)
    if form not in ("full_time", *_FORMS):
        raise ValueError(f"{employer['name']}: {form} is no form of employment")
    known = _read("trades")[trade]
    language = known.get("language", "en")
    firm = Firm(employer["name"], employer["does"], tuple(employer["perks"]))
    said = pay_sentence(read, language, number) if read else ""
    job = Job(
        number=number,
        board=given.get("board", employer["board"]),
        firm=firm,
        title=title,
        market=market,
        wide=wide,
        workplace=how,
        employment=form,
        level=next((level for level in _LEVELS if title.startswith(level)), ""),
        pay=read,
        said=said,
        skills=tuple(known["tags"]),
        html=_text(number, firm, title, known, (where, market, how, form), said, given.get("said", "")),
        posted=_posted(float(given["ago"]), number),
        language=language,
    )
    yield job
    for kind, board in more:
        if kind in ("also", "agency"):
            number += 1
            later = min(job.posted + timedelta(hours=20 if kind == "agency" else 3), NEWEST)
            copy = replace(job, number=number, board=board, posted=later)
            yield replace(copy, firm=Firm(*_AGENCY, perks=())) if kind == "agency" else copy


def _earlier(job: Job, number: int) -> Job:
    """What the same employer looked for some weeks before: the boards' stock, which is old news."""
    posted = job.posted - timedelta(days=8 + number % 17)
    level = "" if job.level else "Junior"
    title = f"{level} {job.title.removeprefix(job.level)}".strip()
    html = job.html.replace(job.said, "") if job.said else job.html
    return replace(
        job,
        number=number,
        title=title,
        level=level,
        pay=None,
        said="",
        html=html,
        posted=posted,
        employment="full_time",
    )


def _market(where: str, *, remote: bool) -> tuple[Market, str | None]:
    places = _read("places")
    if where in places["regions"]:
        city, country, code, utc = places["regions"][where]
        return Market(where, city, country, code, utc), where
    if where in places["countries"]:
        city, code, utc = places["countries"][where]
        return Market(f"Remote, {where}" if remote else where, city, where, code, utc), None
    country, code, utc = places["towns"][where]
    named = where if "," in where or where == country else f"{where}, {country}"
    return Market(named, where, country, code, utc), None


def _pay_of(text: str) -> Pay | None:
    found = _PAY.fullmatch(text)
    if found is None:
        if text:
            raise ValueError(f"{text!r} is no pay")
        return None
    low, high, unit, currency, period = found.groups()
    times = {"": 1, "k": 1_000, "m": 1_000_000}[unit]
    return Pay(round(float(low) * times), round(float(high or low) * times), currency, period or "year")


def _posted(ago: float, number: int) -> datetime:
    """A time within working hours, so many days before the newest."""
    days, part = divmod(ago, 1.0)
    minutes = part * _WORKDAY_H * 60 - number % 7
    return NEWEST - timedelta(days=days, minutes=round(max(0.0, minutes)), seconds=0 if not ago else number % 60)


def _text(
    number: int,
    firm: Firm,
    title: str,
    trade: dict[str, Any],
    seat: tuple[str, Market, str, str],
    pay: str,
    said: str,
) -> str:
    """Short, middling and long ones, in the words of the trade's language."""
    language = trade.get("language", "en")
    known, (where, market, how, form) = _read("phrases")[language], seat
    doing, bringing, bonus, place, paid, offered = _pick(known["headings"], number)
    count = _SHORT + number % (_LONG - _SHORT + 1)
    opening = _pick(known["openings"], number // 2).format(firm=firm.name, does=firm.does)
    at = {"remote": _reach_kind(where), "hybrid": "hybrid", "onsite": "onsite"}[how]
    there = _pick(known[at], number).format(where=where if how == "remote" else market.city.split(",")[0])
    forms = [known["form"][form]] if form in _FORMS else []
    parts = [
        f"<p>{escape(opening)}</p>",
        f"<p>{escape(_pick(known['more'], number))}</p>" if count > _SHORT else "",
        f"<h3>{doing}</h3>{_items(_turned(trade['duties'], number)[:count])}",
        f"<h3>{bringing}</h3>{_items(trade['must'][: count + 1])}",
        f"<h3>{bonus}</h3>{_items(trade['nice'])}" if count > _SHORT else "",
        f"<h3>{place}</h3><p>{escape(' '.join([there, *forms, *([said] if said else [])]))}</p>",
        f"<h3>{paid}</h3><p>{escape(pay)}</p>" if pay else "",
        f"<h3>{offered}</h3>{_items(list(firm.perks))}" if firm.perks else "",
        f"<p>{escape(_pick(known['closing'], number // 3))}</p>" if count == _LONG else "",
    ]
    return "".join(parts)


def _reach_kind(where: str) -> str:
    return "worldwide" if where == "Worldwide" else "region" if where in _read("places")["regions"] else "remote"


def _pick(choices: list[Any], number: int) -> Any:
    return choices[number % len(choices)]


def _turned(lines: list[str], number: int) -> list[str]:
    turn = number % len(lines)
    return lines[turn:] + lines[:turn]


def _items(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"

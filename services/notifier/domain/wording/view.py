"""A digest as its reader sees it: words and addresses, ready for any template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from schemas.posting import PostingCore
from services.notifier.domain.model import (
    NO_SUITS,
    NOT_PREFERRED,
    Digest,
    FoundBy,
    Item,
    PayNews,
    Preferred,
    Sender,
    Suits,
)
from services.notifier.domain.week import ShownDay, shown_week
from services.notifier.domain.weights import LEAST_MOVED, Answered, Chance, Doubt
from services.notifier.domain.wording import digest as wording
from services.notifier.domain.wording import job as job_wording
from services.notifier.domain.wording.asks import OF_YEARS, Told, asks_line
from services.notifier.domain.wording.job import preferred_in_words
from services.notifier.domain.wording.named import manner_of
from services.notifier.domain.wording.reason_order import (
    MOST_A_LINE,
    as_quoted,
    doubt_in_words,
    experience_in_words,
    is_cut_short,
    is_everyday,
    is_guessed,
    telling_against,
    worth_saying,
)
from services.notifier.ports import Links
from services.rules.criterion import Reason
from services.rules.criterion.role import RoleFacts
from services.rules.criterion.skills import AllFacts, AnyFacts
from services.rules.text import Haystack, term_of
from services.rules.web_address import job_address, web_address
from services.wording.amounts import money, stated_pay
from services.wording.conditions import conditions_in_words
from services.wording.lines import capitalised, country_lived_in, one_line, quoted, zone_of
from services.wording.reasons import in_words, work_in_words
from services.wording.skills import names_skill
from services.wording.speaking import needs_in_words
from services.wording.words import Words

_MOST_KNOWN: Final = 3
"""Of what the reader can do, named on one card."""


@dataclass(frozen=True, slots=True)
class ShownJob:
    """What is the same of one job for all who read a language. An empty string is left out."""

    title: str
    url: str
    company: str
    where: str
    """With the languages that it needs besides that of the mail; in a mail `where_line` says it of its reader."""
    pay: str
    details: tuple[str, ...]
    """What it asks for, level, forms, hours, and that pay is not stated."""
    source: str
    source_url: str


@dataclass(frozen=True, slots=True)
class ShownDigest:
    """A whole digest in words, but for its jobs."""

    language: str
    direction: str
    start: str
    """The side that lines begin at."""
    subject: str
    preheader: str
    headline: str
    day: str
    week: tuple[ShownDay, ...]
    week_line: str
    week_bars: str
    """The same for a text mail."""
    more: str
    rest: str
    """Where what the cap left out is listed, and below it what is unlikely."""
    unlikely: str
    """What fits and was left out by its chance."""
    closed: str
    """Which saved jobs closed."""
    why: str
    manage: str
    unsubscribe: str
    from_name: str
    logo: str
    """The address of a picture of the name; empty: there is none."""
    from_line: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is shown to."""

    words: Words
    zone: ZoneInfo
    currency: str
    country: str | None
    """Where they live, as far as that is known."""


def reader_of(digest: Digest, words: Words) -> Reader:
    """The reader of a digest."""
    whom = digest.recipient
    zone = zone_of(whom.time_zone)
    return Reader(words, zone, whom.currency, country_lived_in(whom.home, zone.key))


def show(digest: Digest, links: Links, sender: Sender, reader: Reader, first_job: str) -> ShownDigest:
    """Put what frames the jobs into the reader's words and calendar. `first_job`: where and why the first is."""
    words = reader.words
    week, headline = shown_week(digest.week, words), wording.headline(digest, words)
    return ShownDigest(
        language=words.tag,
        direction=words.direction,
        start="right" if words.direction == "rtl" else "left",
        subject=wording.subject(digest, words, headline),
        preheader=wording.preheader(digest, words, first_job),
        headline=headline,
        day=wording.day_line(digest, reader.zone, words),
        week=week,
        week_line=wording.week_line(digest, reader.zone, words),
        week_bars=week_in_text(week),
        more=wording.more_line(digest.left_out, words),
        rest=links.rest,
        unlikely=wording.unlikely_line(digest.unlikely, words),
        closed=wording.closed_line(digest, words),
        why=wording.why_line(digest, words),
        manage=links.manage,
        unsubscribe=links.unsubscribe,
        from_name=one_line(sender.name),
        logo=web_address(sender.logo) if sender.logo else "",
        from_line=one_line(wording.sender_line(sender)),
    )


def where_line(posting: PostingCore, words: Words, own: Sequence[str] = ()) -> str:
    """Where a job may be done, the reader's `own` places first; then the languages that it needs besides that of the
    mail, and its conditions."""
    needs = needs_in_words(posting, words, beside=words.language)
    demands = (needs, *conditions_in_words(posting, words))
    return " · ".join(filter(None, (job_wording.reach_line(posting, words, own), *demands)))


def shown_job(posting: PostingCore, words: Words) -> ShownJob:
    """What is said of a job to whomever it is shown."""
    details = (
        job_wording.level_line(posting, words),
        asks_line(posting, words),
        job_wording.no_pay_line(posting, words),
    )
    source, source_url, untitled = "", "", wording.LABELS["no_title"]
    if posting.attribution is not None:
        source, source_url = one_line(posting.attribution.name), web_address(posting.attribution.url)
    return ShownJob(
        title=one_line(posting.title) or words.say(untitled),
        url=job_address(posting),
        company=one_line(posting.company.name),
        where=where_line(posting, words),
        pay=capitalised(stated_pay(posting.salary, words)) if posting.salary else "",
        details=tuple(capitalised(detail) for detail in details if detail),
        source=words.say("via {source}", source=source) if source else "",
        source_url=source_url,
    )


@dataclass(frozen=True, slots=True)
class Why:
    """What is worth saying of why a job was found, and of what speaks against it."""

    work: tuple[Reason, ...]
    terms: tuple[Reason, ...] = ()
    """What neither the card nor the title says."""
    preferred: Preferred = NOT_PREFERRED
    against: tuple[Doubt, ...] = ()
    known: tuple[str, ...] = ()
    """What the reader can do, in their words, and the job names."""
    suits: Suits = NO_SUITS
    """What else of it speaks for them, where no more is worth saying of the work than a role."""

    def told(self, lines: Sequence[str]) -> Told:
        """What of all that the job asks for its lines say already."""
        met = (reason.facts for reason in self.work if isinstance(reason.facts, AllFacts | AnyFacts))
        known = tuple(said for said in self.known if any(one_line(said) in line for line in lines))
        years = self.suits.years is not None
        return Told(tuple(lines), known, years, asks=years or any(facts.core for facts in met))


def why_of(
    found: FoundBy,
    posting: PostingCore,
    against: tuple[Doubt, ...] = (),
    known: tuple[str, ...] = (),
    suits: Suits = NO_SUITS,
    *,
    bar: bool,
) -> Why:
    """Why a search found a job that fits it. `bar`: whether pay is drawn against the floor."""
    if any(doubt.fact in OF_YEARS for doubt in against):
        suits = suits._replace(years=None)
    if any(reason.criterion == "near" and reason.fit == "yes" for reason in found.verdict.reasons):
        suits = suits._replace(km=None)
    work, terms = worth_saying(found.verdict.reasons, posting, bar=bar, known=bool(known))
    if known or suits.years is not None:
        work = tuple(reason for reason in work if not is_everyday(reason, posting))
    if work:
        is_role = all(isinstance(reason.facts, RoleFacts) for reason in work)
        suits = NO_SUITS if not is_role else suits if suits.km is None else Suits(km=suits.km)
    elif any(is_guessed(reason, posting) for reason in found.verdict.reasons):
        suits = suits._replace(km=None)  # That work of another trade is near says nothing for it.
    return Why(work, terms, found.preferred, against, known, suits)


def why_lines(why: Why, posting: PostingCore, words: Words) -> tuple[str, ...]:
    """Why a job was found: what it asks for, then what else is new: `Asks for Python`, `Sponsors a visa`.

    A preferred place is said first of the terms, and in place of those that are asked for; then what the reader can do
    of what the job names. There is no second line where `but_line` takes its place.
    """
    there = preferred_in_words(why.preferred, posting, words)
    of_it = [reason for reason in why.work if not there or reason.criterion != "place"]
    work = tuple(as_quoted(reason, posting) for reason in of_it)
    of_work = [*work_in_words(work, words, manner_of(work, posting)), *_suits_in_words(why.suits, words)][:MOST_A_LINE]
    known = _known_in_words(known_besides(why, of_work), words)
    of_terms = [*filter(None, (there, known)), *(in_words(reason, words, brief=True) for reason in why.terms)]
    said = tuple(_sentence(clauses[:MOST_A_LINE], words) for clauses in (of_work, of_terms) if clauses)
    return said[:1] if but_line(why, posting, words) else said


def _suits_in_words(suits: Suits, words: Words) -> list[str]:
    said = []
    if suits.km is not None:
        there = words.say("is {km} km from where you live", km=suits.km) if suits.km else ""
        said.append(there or words.say("is in the town where you live"))
    if suits.years is not None:
        asked, own = suits.years
        said.append(experience_in_words(asked, own, words))
    return said


def known_besides(why: Why, said: Iterable[str]) -> list[str]:
    """What the reader can do, and neither these clauses nor a skill in them says: three at most."""
    line = Haystack.of("; ".join(said), "")
    met = [reason.facts for reason in why.work if isinstance(reason.facts, AllFacts | AnyFacts)]
    besides = (
        known
        for known in why.known
        if not line.holds(term_of(known)) and not any(names_skill(known, facts) for facts in met)
    )
    return list(islice(besides, _MOST_KNOWN))


def _known_in_words(known: Sequence[str], words: Words) -> str:
    named = words.all_of([one_line(said) for said in known])
    return words.say("names {known}, from what you can do", known=named) if known else ""


def why_briefly(item: Item, words: Words) -> tuple[str, ...]:
    """Why the search that a job suits best found it; of a near miss, what is off."""
    found = item.found_by[0]
    if found.verdict.outcome == "near":
        return (capitalised(fault_line(found.verdict.reasons, words)),)
    return why_lines(why_of(found, item.posting, known=item.known, suits=item.suits, bar=False), item.posting, words)


def but_line(why: Why, posting: PostingCore, words: Words) -> str:
    """What speaks against a job that is sent in spite of it: `is at junior level`; empty where little does."""
    clauses = [doubt_in_words(doubt, words) for doubt in why.against]
    if is_cut_short(posting):
        clauses.append(words.say("comes with the start of its text alone"))
    return _joined(list(dict.fromkeys(filter(None, clauses)))[:MOST_A_LINE], words)


def doubts_briefly(chance: Chance, posting: PostingCore, words: Words) -> str:
    """What speaks most against a job that is not sent; empty where it takes many small things together."""
    doubts = [doubt_in_words(doubt, words) for doubt in telling_against(chance, (), posting)]
    answered = chance.answered
    if answered and answered.odds <= -LEAST_MOVED:
        job = quoted(answered.by.title, words)
        doubts.insert(0, words.say("is like {job}, which you called not relevant", job=job))
    return _sentence(doubts, words)


def fault_line(reasons: Sequence[Reason], words: Words) -> str:
    """What keeps a near miss from fitting the search that found it: `is at senior level; you ask for mid`."""
    return _joined([in_words(reason, words, brief=True) for reason in reasons if reason.fit == "near"], words)


def notes(item: Item, words: Words) -> tuple[str, ...]:
    """Why a job comes again, and what the reader said of another that moved it."""
    lines = (_pay_news(item.pay_news, words) if item.pay_news else "", answer_in_words(item.chance, words))
    return tuple(line for line in lines if line)


def answer_in_words(chance: Chance, words: Words) -> str:
    """What the reader said of another job, where that moves this one by enough to be worth a line; else empty."""
    answered = chance.answered
    return _moved(answered, words) if answered and abs(answered.odds) >= LEAST_MOVED else ""


def _pay_news(news: PayNews, words: Words) -> str:
    if news.before is None:
        # How much stands beside it.
        return words.say("Here again: now it says what it pays.")
    now = money(news.now.amount, news.now.currency, words.locale)
    before = money(news.before.amount, news.before.currency, words.locale)
    return words.say("Here again: pay raised from {before} to {pay} a year.", before=before, pay=now)


def _moved(answered: Answered, words: Words) -> str:
    job = quoted(answered.by.title, words)
    if answered.odds > 0 and answered.by.kind == "saved":
        return words.say("Further up because you saved {job}.", job=job)
    if answered.odds > 0:
        return words.say("Further up because you asked for more like {job}.", job=job)
    return words.say("Further down because you called {job} not relevant.", job=job)


def _sentence(clauses: Sequence[str], words: Words) -> str:
    return capitalised(_joined(clauses, words))


def _joined(clauses: Sequence[str], words: Words) -> str:
    """With a semicolon as the reader's language sets it: French has a space before it."""
    return f"{words.say(wording.LABELS['semicolon'])} ".join(clauses)


_BLOCKS = " ▁▂▃▄▅▆▇█"


def week_in_text(week: Sequence[ShownDay]) -> str:
    """A line of block characters: `Tue ▄ 4  Wed 0  Thu █ 8`."""
    return "  ".join(
        f"{day.name} {_BLOCKS[max(1, day.height * 8 // 100)]} {day.count}" if day.count else f"{day.name} 0"
        for day in week
    )

"""A digest as its reader sees it: words and addresses, ready for any template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel import Locale

from schemas.posting import PostingCore
from services.notifier.domain.curation.score import states_pay
from services.notifier.domain.model import NOT_PREFERRED, Digest, Item, Part, PayNews, Preferred, Sender
from services.notifier.domain.week import ShownDay, shown_week
from services.notifier.domain.wording import digest as wording
from services.notifier.domain.wording import job as job_wording
from services.notifier.domain.wording.job import preferred_in_words
from services.notifier.domain.wording.reason_order import MOST_A_LINE, in_two_lines
from services.notifier.ports import Links
from services.rules.criterion import Reason
from services.rules.web_address import job_address, web_address
from services.wording.amounts import money, stated_pay
from services.wording.lines import capitalised, one_line, quoted, zone_of
from services.wording.reasons import in_words
from services.wording.speaking import needs_in_words
from services.wording.words import Words


@dataclass(frozen=True, slots=True)
class ShownJob:
    """What is the same of one job for all who read a language. An empty string is left out."""

    title: str
    url: str
    company: str
    where: str
    """With the languages that it needs besides that of the mail."""
    pay: str
    details: tuple[str, ...]
    """Level, time zones, that pay is not stated; its age comes before them."""
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
    """Where what the cap left out is listed."""
    why: str
    manage: str
    unsubscribe: str
    from_name: str
    from_line: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is shown to."""

    words: Words
    zone: ZoneInfo
    currency: str


def reader_of(digest: Digest, words: Words) -> Reader:
    """The reader of a digest."""
    return Reader(words, zone_of(digest.recipient.time_zone), digest.recipient.currency)


def show(digest: Digest, links: Links, sender: Sender, reader: Reader, first_reason: str) -> ShownDigest:
    """Put what frames the jobs into the reader's words and calendar. `first_reason`: why the first job was found."""
    words = reader.words
    week, headline = shown_week(digest.week, words), wording.headline(digest, words)
    return ShownDigest(
        language=words.tag,
        direction=words.direction,
        start="right" if words.direction == "rtl" else "left",
        subject=wording.subject(digest, words, headline),
        preheader=wording.preheader(digest, words, first_reason),
        headline=headline,
        day=wording.day_line(digest, reader.zone, words),
        week=week,
        week_line=wording.week_line(sum(day.count for day in week), words) if week else "",
        week_bars=week_in_text(week),
        more=wording.more_line(digest.left_out, words),
        rest=links.rest,
        why=wording.why_line(digest, words),
        manage=links.manage,
        unsubscribe=links.unsubscribe,
        from_name=one_line(sender.name),
        from_line=one_line(wording.sender_line(sender)),
    )


def shown_job(posting: PostingCore, words: Words) -> ShownJob:
    """What is said of a job to whomever it is shown."""
    details = (
        job_wording.level_line(posting, words),
        job_wording.timezones_line(posting.timezones, words),
        job_wording.no_pay_line(posting, words),
    )
    where = (
        job_wording.reach_line(posting, words),
        needs_in_words(posting, words, beside=Locale.parse(words.locale).language),
    )
    source, source_url, untitled = "", "", wording.LABELS["no_title"]
    if posting.attribution is not None:
        source, source_url = one_line(posting.attribution.name), web_address(posting.attribution.url)
    return ShownJob(
        title=one_line(posting.title) or words.say(untitled),
        url=job_address(posting),
        company=one_line(posting.company.name),
        where=" · ".join(filter(None, where)),
        pay=capitalised(stated_pay(posting.salary, words)) if posting.salary else "",
        details=tuple(capitalised(detail) for detail in details if detail),
        source=words.say("via {source}", source=source) if source else "",
        source_url=source_url,
    )


def reasons_shown(item: Item, reasons: Sequence[Reason], *, bar: bool) -> tuple[Reason, ...]:
    """What is worth saying of why a job was found, or of what is off in a near miss.

    `bar`: whether pay is shown against the floor, which then need not be said again of a job that fits.
    """
    # Where one works, and that pay is not stated, stands on the card already.
    silent = {"status"} if states_pay(item.posting) and not bar else {"status", "salary"}
    if item.posting.workplace != "unknown":
        silent.add("workplace")
    worth_saying = (reason for reason in reasons if reason.fit == "near" or reason.criterion not in silent)
    return tuple(reason for reason in worth_saying if reason.fit != "no")


def why_lines(
    reasons: Sequence[Reason], posting: PostingCore, words: Words, preferred: Preferred = NOT_PREFERRED
) -> tuple[str, ...]:
    """Why a job was found, in at most two lines: `Asks for Python`, `Hires in Portugal; is remote`.

    A preferred place is said in place of those that are asked for.
    """
    there = preferred_in_words(preferred, posting, words)
    fitting = [reason for reason in reasons if reason.fit == "yes"]
    work, terms = in_two_lines(reason for reason in fitting if not there or reason.criterion != "place")
    of_terms = [*([there] if there else []), *_clauses(terms, words)][:MOST_A_LINE]
    return tuple(_sentence(clauses) for clauses in (_clauses(work, words), of_terms) if clauses)


def fault_line(reasons: Sequence[Reason], words: Words) -> str:
    """What keeps a near miss from fitting the search that found it."""
    return _sentence(_clauses((reason for reason in reasons if reason.fit == "near"), words))


def notes(item: Item, words: Words) -> tuple[str, ...]:
    """Why a job comes again, and what the reader said of another that moved it."""
    if item.pay_news is None and not item.parts:
        return ()
    moved = next((part for part in item.parts if part.code == "feedback" and part.facts), None)
    lines = (_pay_news(item.pay_news, words) if item.pay_news else "", _moved(moved, words) if moved else "")
    return tuple(line for line in lines if line)


def _pay_news(news: PayNews, words: Words) -> str:
    now = money(news.now.amount, news.now.currency, words.locale)
    if news.before is None:
        return words.say("Here again: now it says that it pays up to {pay} a year.", pay=now)
    before = money(news.before.amount, news.before.currency, words.locale)
    return words.say("Here again: pay raised from {before} to {pay} a year.", before=before, pay=now)


def _moved(part: Part, words: Words) -> str:
    facts = dict(part.facts)
    job = quoted(str(facts["title"]), words)
    if facts["opinion"] == "more_like":
        return words.say("Further up because you asked for more like {job}.", job=job)
    return words.say("Further down because you called {job} not relevant.", job=job)


def _clauses(reasons: Iterable[Reason], words: Words) -> list[str]:
    return [in_words(reason, words, brief=True) for reason in reasons]


def _sentence(clauses: Sequence[str]) -> str:
    return capitalised("; ".join(clauses))


_BLOCKS = " ▁▂▃▄▅▆▇█"


def week_in_text(week: Sequence[ShownDay]) -> str:
    """A line of block characters: `Tue ▄ 4  Wed 0  Thu █ 8`."""
    return "  ".join(
        f"{day.name} {_BLOCKS[max(1, day.height * 8 // 100)]} {day.count}" if day.count else f"{day.name} 0"
        for day in week
    )

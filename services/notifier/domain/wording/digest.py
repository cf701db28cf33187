"""Every sentence of a digest but those about one job."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from services.notifier.domain.curation.cards import cards_of
from services.notifier.domain.model import Cadence, Digest, FoundBy, Item, Sender
from services.notifier.domain.selectivity import Selectivity
from services.notifier.domain.wording.job import seen_on, title_of
from services.rules.criterion.salary import is_part_time, may_fill_less_than_a_year
from services.rules.criterion.skills import AllFacts, AnyFacts
from services.rules.titles import without_genders
from services.wording.amounts import brief_top, if_full_time
from services.wording.dates import day_in_words
from services.wording.lines import capitalised, one_line, quoted
from services.wording.words import Words, mark

LABELS: Mapping[str, str] = {
    "nearly": mark("Nearly"),
    "nearly_note": mark("These miss what you asked for by a little."),
    "but": mark("But"),
    "see": mark("See the job"),
    "why": mark("Why it is here"),
    "save": mark("Save it"),
    "not_relevant": mark("Not relevant"),
    "why_and_more": mark("Why and feedback"),
    "rest": mark("See the others"),
    "unlikely": mark("See what was left out"),
    "manage": mark("Change your searches"),
    "unsubscribe": mark("Unsubscribe"),
    "no_title": mark("A job without a title"),
    "colon": mark(":"),
    "semicolon": mark(";"),
}
"""The fixed words of the templates."""
_MOST_SUBJECT_TITLE = 60
_MOST_OF_FIRST = 40
"""Characters of a title that stands for others too: what a phone shows of a subject has room for no more."""
_MOST_TITLES = 3
_LEAST_TITLE: Final = 12
"""Characters of the part of a title that can stand for it."""
_PARTS: Final = re.compile(r"\s+[-–—|/]\s+|,\s|:\s|\s[(\[]")
"""What parts a title from what is said besides."""
_MOST_NAMES = 24
"""Characters of the names of several searches together, up to which all are named in a headline."""
_MOST_SKILLS = 2
_MOST_CLOSED = 3
_CADENCE: Mapping[Cadence, str] = {
    "instant": mark("You get this mail because you saved the search {search} (sent as jobs come in)."),
    "daily": mark("You get this mail because you saved the search {search} (sent daily)."),
    "weekly": mark("You get this mail because you saved the search {search} (sent weekly)."),
}
_ASKED_FOR: Mapping[Selectivity, str] = {
    "wide": mark("You asked for more than the usual choice."),
    "all": mark("You asked for all that fits your searches."),
}


def subject(digest: Digest, words: Words, said: str) -> str:
    """What is inside: `3 new remote Python jobs, up to €95K`; `said` is the headline.

    Where that says no kind the best job stands for it: `New jobs: Data Engineer at Acme and 2 more`.
    """
    top, cards = best_top(digest, words.locale), cards_of(digest.items)
    if len(cards) > 1:
        if not _tells_kind(digest, words):
            job = _job(cards[0], words, most_title=_MOST_OF_FIRST, most_company=_MOST_OF_FIRST)
            said = words.say("New jobs: {job} and {more}", job=job, more=_more(len(cards) - 1, words))
        return words.say("{headline}, up to {pay}", headline=said, pay=top) if top else said
    job = _job(cards[0], words, most_title=_MOST_SUBJECT_TITLE, most_company=_MOST_SUBJECT_TITLE)
    return words.say("New job: {job}, up to {pay}", job=job, pay=top) if top else words.say("New job: {job}", job=job)


def headline(digest: Digest, words: Words) -> str:
    """How many jobs of what kind: `3 new remote Python jobs`."""
    number = len(cards_of(digest.items))
    workplace, skills = _shared_workplace(digest.items), _shared_skills(digest.items, words)
    if skills:
        return _of_skills(number, workplace, skills, words)
    names = _finders(digest.items)
    if _are_short(names):
        both = words.all_of([quoted(name, words) for name in names])
        return words.count("{count} new job for {search}", "{count} new jobs for {search}", number, search=both)
    if workplace == "remote":
        return words.count("{count} new remote job", "{count} new remote jobs", number)
    if workplace == "hybrid":
        return words.count("{count} new hybrid job", "{count} new hybrid jobs", number)
    return words.count(
        "{count} new job for {searches} of your searches",
        "{count} new jobs for {searches} of your searches",
        number,
        searches=len(names),
    )


def _tells_kind(digest: Digest, words: Words) -> bool:
    """Whether the headline does: by skills, or by the names of searches."""
    return _are_short(_finders(digest.items)) or bool(_shared_skills(digest.items, words))


def _finders(items: Sequence[Item]) -> list[str]:
    return sorted({found.search.name for item in items for found in item.found_by})


def _are_short(names: Sequence[str]) -> bool:
    return len(names) == 1 or sum(map(len, names)) <= _MOST_NAMES


def _of_skills(number: int, workplace: str, skills: str, words: Words) -> str:
    if workplace == "remote":
        return words.count("{count} new remote {skills} job", "{count} new remote {skills} jobs", number, skills=skills)
    if workplace == "hybrid":
        return words.count("{count} new hybrid {skills} job", "{count} new hybrid {skills} jobs", number, skills=skills)
    return words.count("{count} new {skills} job", "{count} new {skills} jobs", number, skills=skills)


def goes_without_saying(digest: Digest, words: Words) -> bool:
    """Whether which search found a job does: there is one, or the headline names the one of all jobs."""
    finders = _finders((*digest.items, *digest.near))
    return len(digest.searches) == 1 or (len(finders) == 1 and not _shared_skills(digest.items, words))


def preheader(digest: Digest, words: Words, first_job: str) -> str:
    """The line that a mailbox shows beside the subject: titles, or where and why a single job is; and near misses.

    Without the job that the subject names.
    """
    cards, near = cards_of(digest.items), len(cards_of(digest.near))
    named = cards if _tells_kind(digest, words) else cards[1:]
    shown = [first_job] if len(cards) == 1 else _titles(named[:_MOST_TITLES], words)
    if len(named) > _MOST_TITLES:
        shown.append(_more(len(named) - _MOST_TITLES, words))
    if near:
        shown.append(words.count("{count} nearly fits", "{count} nearly fit", near))
    return " · ".join(part for part in shown if part)


def _more(number: int, words: Words) -> str:
    return words.count("{count} more", "{count} more", number)


def _titles(cards: Sequence[Sequence[Item]], words: Words) -> list[str]:
    return [_job(card, words, most_title=50, most_company=40) for card in cards]


def _job(card: Sequence[Item], words: Words, *, most_title: int, most_company: int) -> str:
    title = title_of([item.posting.title for item in card])
    return _called(title, card[0].posting.company.name, words, most_title, most_company)


def _called(title: str, company: str, words: Words, most_title: int, most_company: int) -> str:
    untitled = LABELS["no_title"]
    title, company = _brief(title, most_title) or words.say(untitled), one_line(company, most_company)
    return words.say("{title} at {company}", title=title, company=company) if company else title


def _brief(title: str, most: int) -> str:
    """A title without `(m/f/d)`, and where it is too long without its last parts, else cut behind a word."""
    line = one_line(without_genders(title)).strip(" -–—|,/")
    if len(line) <= most:
        return line
    starts = (line[: part.start()] for part in _PARTS.finditer(line) if _LEAST_TITLE <= part.start() <= most)
    # Not between brackets, where the last of them would stay open.
    closed = [start for start in starts if all(start.count(left) == start.count(right) for left, right in ("()", "[]"))]
    if closed:
        return closed[-1]
    whole = line[:most].rpartition(" ")[0]
    return f"{whole}…" if len(whole) >= _LEAST_TITLE else one_line(line, most)


def best_top(digest: Digest, locale: str) -> str:
    """The highest yearly pay among the items, in the reader's currency, or empty where none is known.

    Neither what a board estimates is promised, nor pay of part-time work or by the day of work that ends.
    """
    currency = digest.recipient.currency
    postings = (item.posting for item in digest.items if not is_part_time(item.posting))
    stated = ((of, of.salary) for of in postings if of.salary is not None and not of.salary.estimated)
    yearly = (salary for of, salary in stated if not if_full_time(salary, may_fill_less_than_a_year(of)))
    tops = [salary for salary in yearly if salary.tops.get(currency)]
    if not tops:
        return ""
    return brief_top(max(tops, key=lambda salary: salary.tops[currency]), currency, locale)


def more_line(left_out: int, words: Words) -> str:
    """What the cap left out."""
    if left_out == 0:
        return ""
    return words.count(
        "{count} more job fits; these are the ones that fit best.",
        "{count} more jobs fit; these are the ones that fit best.",
        left_out,
    )


def unlikely_line(unlikely: int, words: Words) -> str:
    """What fits and was left out by its chance, of which one learns nowhere else."""
    if not unlikely:
        return ""
    return words.count(
        "{count} other job fits, but we doubt that you would want it.",
        "{count} other jobs fit, but we doubt that you would want them.",
        unlikely,
    )


def closed_line(digest: Digest, words: Words) -> str:
    """Which saved jobs closed, the last saved first, and how many beside those that are named."""
    named = [_called(job.title, job.company, words, 50, 40) for job in digest.closed[:_MOST_CLOSED]]
    beside = len(digest.closed) - len(named)
    if not named:
        return ""
    rest = [_more(beside, words)] if beside else []
    return words.count(
        "A job that you saved is closed: {jobs}.",
        "Jobs that you saved are closed: {jobs}.",
        len(digest.closed),
        jobs=words.all_of([*named, *rest]),
    )


def why_line(digest: Digest, words: Words) -> str:
    """Why the reader gets this mail, and that they asked for more than others get, where they did."""
    names = [quoted(search.name, words) for search in digest.searches]
    if len(names) == 1:
        said = words.say(_CADENCE[digest.searches[0].cadence], search=names[0])
    else:
        said = words.say("You get this mail because you saved the searches {searches}.", searches=words.all_of(names))
    asked = _ASKED_FOR.get(digest.recipient.selectivity)
    return f"{said} {words.say(asked)}" if asked else said


def week_line(digest: Digest, zone: ZoneInfo, words: Words) -> str:
    """What the plot of the week shows, why fewer stand above it, and how many of these are older.

    `In the last 7 days, 4 jobs fitted; the other came in an earlier mail or suits you less`.
    """
    if not digest.week:
        return ""
    total, first = sum(count for _, count in digest.week), digest.week[0][0]
    said = words.count("In the last 7 days, {count} job fitted", "In the last 7 days, {count} jobs fitted", total)
    older = sum(all(seen_on(item.posting, zone) < first for item in card) for card in cards_of(digest.items))
    # Who counts cards against this number misses some, and would take what the bar kept back for lost.
    if digest.others:
        said = words.say("{week}; {more}", week=said, more=_of_others(digest, words))
    if not older:
        return said
    besides = words.count("{count} job above is older", "{count} jobs above are older", older)
    return words.say("{week}; {more}", week=said, more=besides)


def _of_others(digest: Digest, words: Words) -> str:
    if not digest.others_sent:
        return words.count("the other suits you less", "the others suit you less", digest.others)
    return words.count(
        "the other came in an earlier mail or suits you less",
        "the others came in earlier mails or suit you less",
        digest.others,
    )


def day_line(digest: Digest, zone: ZoneInfo, words: Words) -> str:
    """The reader's day: `Wednesday, November 25, 2026`."""
    return capitalised(day_in_words(digest.due_at.astimezone(zone).date(), words.locale, weekday=True))


def sender_line(sender: Sender) -> str:
    """The sender's name and postal address, the name once."""
    if not sender.postal_address or sender.postal_address.startswith(sender.name):
        return sender.postal_address or sender.name
    return f"{sender.name}, {sender.postal_address}"


def _shared_workplace(items: Sequence[Item]) -> str:
    kinds = {item.posting.workplace for item in items}
    return kinds.pop() if kinds in ({"remote"}, {"hybrid"}) else ""


def _shared_skills(items: Sequence[Item], words: Words) -> str:
    """The skills that the finding searches ask for, where they are few enough to name and every job asks for them."""
    found_by = [found for item in items for found in item.found_by]
    asked = {(found.search.criteria.skills.all, found.search.criteria.skills.any) for found in found_by}
    if len(asked) != 1:
        return ""
    wanted, either = asked.pop()
    if not 0 < len(wanted or either) <= _MOST_SKILLS or not all(_asks_for(found, wanted) for found in found_by):
        return ""
    return words.all_of(wanted) if wanted else words.either(either)


def _asks_for(found: FoundBy, wanted: tuple[str, ...]) -> bool:
    """Whether a job asks for all wanted skills, or for one of any, and does not just mention them."""
    facts = (reason.facts for reason in found.verdict.reasons)
    core = next(some for some in facts if isinstance(some, AllFacts if wanted else AnyFacts)).core
    return core == wanted if wanted else bool(core)

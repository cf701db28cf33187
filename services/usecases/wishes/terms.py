"""Terms of a job, as somebody says them who looks for work: otherwise than a posting does.

Forms of employment; levels, of which a posting is of one, and who looks for work may want several; the least pay.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple, get_args

from schemas.criteria import Criteria
from schemas.posting import Employment, PostingCore, Seniority
from services.ingest.domain.role.reading import read_role
from services.ingest.domain.role.title import head_in
from services.rules.criterion.facet import Facet
from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import roles
from services.usecases.wishes.fields import names_person
from services.usecases.wishes.sentence import CLAUSE_ENDS, choices_in, choices_of, is_idle, stretches_of, without_idle
from services.usecases.wishes.ways import ways

_FORMS: Final = get_args(Employment)
_MAY_LAST: Final = ("full_time", "part_time")
"""All forms but those that end by a day, or are one's own business."""
_OF_MANAGERS: Final[tuple[Seniority, ...]] = ("manager", "director", "executive")
_SELLING: Final = ("sales", "marketing")
"""Families of trades."""
_MOST_WORDS: Final = 2
Reader = Callable[[str], PostingCore]
"""Reads words as a posting."""


def permanent_in(sentence: str) -> tuple[bool, str]:
    """Whether a permanent post is asked for, and the sentence without the words that say so."""
    for found in _patterns().permanent.finditer(sentence):
        if not ways().never.search(sentence.lower(), 0, found.start()):
            return True, f"{sentence[: found.start()]}{sentence[found.end() :]}"
    return False, sentence


def may_last(asked: Sequence[str]) -> bool:
    """Whether all forms that are asked for may be without an end."""
    return set(asked) <= set(_MAY_LAST)


def with_permanent(asked: Sequence[str]) -> tuple[str, ...]:
    """The forms that somebody asks for who wants a permanent post, or one of these forms, which end, besides."""
    return tuple(asked) if set(asked) & set(_MAY_LAST) else (*_MAY_LAST, *asked)


def terms_of(wanted: str, whole: PostingCore, read: Reader) -> dict[str, tuple[str, ...]]:
    """The levels and forms that a sentence asks for, by the fields of criteria."""
    rest = _without_internship(wanted, read)
    others = read(rest) if rest != wanted else whole
    levels, forms = _levels_of(rest, others, read), tuple(_forms_in(_sought(others), rest))
    # Beside levels or forms that are asked for an internship is one more.
    besides = rest != wanted
    return {
        "seniority": (*levels, "intern") if besides and levels else levels,
        "employment": (*forms, "internship") if besides and forms else forms,
    }


def _sought(read: PostingCore) -> Sequence[str]:
    """Who looks for employment for a time, full-time, does not ask for all that is full-time."""
    return read.forms[:1] if read.ends_by_a_day else read.offered


def _forms_in(offered: Sequence[str], wanted: str) -> list[str]:
    """A posting takes full-time for granted; a sentence says it because it is meant."""
    forms = [form for form in offered if form in _FORMS and (wanted or form != "full_time")]
    if "part_time" not in offered and _is_part_time(wanted, beside_full_time="full_time" in offered):
        forms.append("part_time")
    if "contract" not in offered and _patterns().own_business.search(wanted) and not _sells(wanted):
        forms.append("contract")
    if "temporary" not in offered and _patterns().seasonal.search(wanted):
        forms.append("temporary")
    if forms == ["part_time"] and _is_nearly_full(wanted):
        forms.append("full_time")
    if not set(forms) & set(_MAY_LAST) and _patterns().what_ends_too.search(wanted):
        return []
    return forms


def _sells(wanted: str) -> bool:
    """Whether a trade of sales or marketing is named, which may sell to other firms: "B2B sales"."""
    return any(roles()[role].family in _SELLING for role in read_role(wanted, (), "", roles()).roles)


def _is_nearly_full(wanted: str) -> bool:
    """Whether part-time work will do as well as any other, or is four fifths of full-time work, as which it is told."""
    known, days = _patterns(), _days_of(wanted)
    most = known.most_of_full_time.search(wanted) is not None or (days is not None and days["most"] is not None)
    return bool(known.part_time_too.search(wanted)) or (most and known.part_time.search(wanted) is None)


def _without_internship(wanted: str, read: Reader) -> str:
    """A sentence without the internship that will do as well as what else it asks for: "research scientist or intern".

    To ask for internships would leave out all else.
    """
    stretches = [*stretches_of(wanted)]
    joints = [(joint, behind) for _, joint, behind in choices_in(wanted)]
    interns = [_is_internship(read(wanted[start:end])) for start, end in stretches]
    for at, (left, right) in enumerate(pairwise(stretches)):
        if interns[at] != interns[at + 1] and any(left[1] <= joint <= behind <= right[0] for joint, behind in joints):
            # What the other side says stays as it is.
            return wanted[: left[0]] + wanted[right[0] :] if interns[at] else wanted[: left[1]] + wanted[right[1] :]
    return wanted


def _is_internship(said: PostingCore) -> bool:
    """Whether some words name no more than an internship, or an apprenticeship."""
    form = {"internship", "apprenticeship"} & {*said.offered}
    return not said.roles and (said.seniority == "intern" or bool(form))


def _is_part_time(wanted: str, *, beside_full_time: bool) -> bool:
    """Whether that is named, beside whatever other form, as an internship may be; or hours that make no full week.

    "30 hours" say it beside full-time as another choice alone.
    """
    known = _patterns()
    if known.part_time.search(wanted) or (_days_of(wanted) and not beside_full_time):
        return True
    return any(said["choice"] or not beside_full_time for said in known.part_of_a_week.finditer(wanted))


def _days_of(wanted: str) -> re.Match[str] | None:
    """Days of a week on which somebody works, "3 days a week"; none of those on which they do so from home."""
    return None if ways().partly.search(wanted.lower()) else _patterns().days_of_a_week.search(wanted)


def forms_refused(part: str, offered_by: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """The forms that a refusal names; none where it says more of them, as "unpaid internships" leaves paid ones."""
    forms = () if re.search(r"\d", part) else tuple(form for form in offered_by(part) if form in _FORMS)
    for word in re.finditer(r"[\w-]+", part) if forms else ():
        rest = f"{part[: word.start()]}{part[word.end() :]}"
        says_more = not is_idle(word[0]) and tuple(offered_by(rest)) == forms
        if says_more and not offered_by(word[0]):
            return ()
    return forms


def values_without(facet: Facet, values: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """What is left to ask for of a facet; where nothing is asked for, all other values."""
    criteria = Criteria(**{facet.name: tuple(asked)})
    for value in values:
        if len(facet.asked(criteria)) != 1 or value not in facet.asked(criteria):
            criteria = facet.excluding(criteria, value)
    return facet.asked(criteria) if values else tuple(asked)


def _levels_of(wanted: str, whole: PostingCore, read: Reader) -> tuple[Seniority, ...]:
    """The level of the whole, that of each part which names nothing else, and those on both sides of an "or"."""
    parts = [*choices_of(wanted), *_beside_choices(wanted, read)]
    found = [level for part in parts if (level := _level(part, read))]
    found += _beside_noun(wanted, read)
    found += ["junior" for part in parts if _patterns().first_job.fullmatch(part.lower())]
    if whole.seniority and (found or not _rules_out(whole.seniority, wanted, read)):
        found.insert(0, whole.seniority)
    return tuple(dict.fromkeys(found))


def _beside_noun(wanted: str, read: Reader) -> Iterator[Seniority]:
    """Levels on both sides of an "or" that are such before a title alone: "senior or staff engineer"."""
    for before, _, behind in choices_in(wanted):
        first, _, title = wanted[behind:].partition(" ")
        last = before.rpartition(" ")[2]
        if title and all(map(roles().says_level, (first, last))):
            levels = (read(f"{word} {title}").seniority for word in (last, first) if _level(word, read) is None)
            yield from filter(None, levels)


def _rules_out(level: Seniority, wanted: str, read: Reader) -> bool:
    """Whether a level that only one of several titles has would leave out the others: "machinist or supervisor"."""
    if level not in _OF_MANAGERS:
        return False
    titles = [read(part) for part in choices_of(wanted) if names_person(part)]
    return any(title.seniority is None for title in titles) and any(title.seniority == level for title in titles)


def levels_refused(part: str, read: Reader) -> tuple[Seniority, ...]:
    """The levels that a refusal names, without the word that says so: "senior roles", "people management".

    Beneath a junior is an intern alone.
    """
    if any(_patterns().managing.fullmatch(said.lower()) for said in (part, without_idle(part))):
        return _OF_MANAGERS
    level = _level(part, read)
    if level == "junior":
        return ("intern", "junior")
    return (level,) if level else ()


def _level(part: str, read: Reader) -> Seniority | None:
    """The level that a few words name, and nothing else."""
    bare = without_idle(part)
    if _patterns().executive.fullmatch(bare.lower()):
        return "executive"
    if not bare or len(re.split(r"[\s-]", bare)) > _MOST_WORDS:
        return None
    reading = read(bare)
    leads = reading.seniority in ("lead", *_OF_MANAGERS) and not reading.roles  # "team lead", "VP"
    return reading.seniority if leads or roles().says_level(bare) else None


def _beside_choices(wanted: str, read: Reader) -> Iterator[str]:
    """The words right before and right behind each "or", but the noun of a title: "account executive or"."""
    for before, _, behind in choices_in(wanted):
        last, first = before.split()[-1:], wanted[behind:].split()[:1]
        others = [word for word in without_idle(before).split()[:-1] if not roles().says_level(word)]
        # "Program manager or partnerships" are two trades, "marketing manager or director" two levels.
        names_levels = any(_level(word, read) for word in first) or any(map(roles().says_level, last))
        is_trade = bool(read(before).roles) and not names_levels
        yield from () if is_trade or (others and head_in(last[0], roles())) else last
        yield from first


class _Patterns(NamedTuple):
    part_of_a_week: re.Pattern[str]
    """Hours of a week, or hours beside which nothing stands in their part."""
    part_time: re.Pattern[str]
    part_time_too: re.Pattern[str]
    """Which will do as well as full-time work."""
    what_ends_too: re.Pattern[str]
    """Work that ends by a day, or on one's own account, which will do as well as any other: "CDD ok"."""
    most_of_full_time: re.Pattern[str]
    """As a share of it."""
    seasonal: re.Pattern[str]
    first_job: re.Pattern[str]
    """In lower case, as all that follows but `permanent`."""
    days_of_a_week: re.Pattern[str]
    """Most of them, where `most`."""
    own_business: re.Pattern[str]
    """Beside a sum: without one it may say to whom is sold."""
    permanent: re.Pattern[str]
    managing: re.Pattern[str]
    executive: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    choice = any_of("joint.or", "joint.either")
    ends = rf"(?=\s*(?:$|{CLAUSE_ENDS}|{any_of('joint.and', 'joint.or', 'wish.leads')}))"
    part_time, will_do = any_of("employment.part_time"), any_of("wish.possible", "wish.will_do")
    own = any_of("wish.own_business")
    ends_by_a_day = any_of(*(f"employment.{form}" for form in ("contract", "fixed_term", "temporary", "freelance")))
    number = rf"(?:(?P<most>4|{any_of('wish.four')})|[1-3]|{any_of('week.some')})"
    return _Patterns(
        days_of_a_week=re.compile(
            rf"(?<![\w.,-]){number}[ -]?{any_of('week.day', 'wish.early', 'wish.late', whole=False)}[ -]?"
            rf"(?:(?:/|{any_of('week.per', 'employment.a_week')}) ?)?{any_of('week.week', whole=False)}(?!\w)",
            re.IGNORECASE,
        ),
        own_business=re.compile(rf"\d[^,;]{{0,20}}?{own}|{own}[^,;\d]{{0,12}}\d", re.IGNORECASE),
        part_time=re.compile(rf"(?<!\w){part_time}(?!\w)", re.IGNORECASE),
        part_time_too=re.compile(rf"{any_of('wish.also')} {part_time}|{part_time},? \(?{will_do}", re.IGNORECASE),
        what_ends_too=re.compile(
            rf"{any_of('wish.also')} {ends_by_a_day}|{ends_by_a_day},? \(?{will_do}", re.IGNORECASE
        ),
        most_of_full_time=re.compile(r"(?<![\d.,-])[89]\d ?%"),
        seasonal=re.compile(any_of("wish.seasonal"), re.IGNORECASE),
        first_job=re.compile(any_of("wish.first_job")),
        permanent=re.compile(any_of("wish.permanent"), re.IGNORECASE),
        managing=re.compile(any_of("wish.managing")),
        executive=re.compile(any_of("wish.executive")),
        part_of_a_week=re.compile(
            rf"(?:(?P<choice>(?<!\w){choice} )|(?P<apart>^|[,;(] ?| [-–—] )|(?<![\w.,]))"
            rf"(?:[12]\d|3[0-4])[ -]?{any_of('employment.hours')}"
            rf"(?:[ -]?(?:/|{any_of('employment.a_week')})? ?{any_of('employment.week')}"
            rf"|(?(choice){ends}|(?(apart){ends}|(?!))))",
            re.IGNORECASE,
        ),
    )

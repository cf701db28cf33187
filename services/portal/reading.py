"""A form that a pasted text fills, and what is said beside it of what no field takes."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from babel import Locale
from babel.numbers import format_decimal

from schemas.criteria import Criteria
from services.portal.about_oneself import said_of_oneself
from services.portal.gains import names_trade
from services.portal.search_form import ASKING, DEFAULTS, asking_instead, given_of, names_nothing_of_work
from services.usecases.completion import readable_role
from services.usecases.live_previews import LivePreviews
from services.usecases.pasted import READ_IN, Asked, Proposal, as_words, asked_in, naming
from services.usecases.searches import Query, Timing
from services.usecases.wishes.hours import hours_in
from services.usecases.wishes.posting import MOST_TEXT
from services.usecases.wishes.sentence import taken_apart
from services.usecases.wishes.spoken import NOTHING_SPOKEN
from services.wording.lines import country_of_zone
from services.wording.words import Words, mark

_MOST_NAMED: Final = 4
_ONLY: Final[Mapping[str, str]] = {
    "wish.nights": mark("Only jobs that name work at night"),
    "wish.days": mark("Only jobs that name work by day"),
    "wish.weekends": mark("Only jobs that name work at weekends"),
    "wish.early": mark("Only jobs that name work in the morning"),
    "wish.late": mark("Only jobs that name work in the evening"),
}
_LEAVE_OUT: Final[Mapping[str, str]] = {
    "wish.nights": mark("Leave out jobs that name work at night"),
    "wish.days": mark("Leave out jobs that name work by day"),
    "wish.weekends": mark("Leave out jobs that name work at weekends"),
    "wish.early": mark("Leave out jobs that name work in the morning"),
    "wish.late": mark("Leave out jobs that name work in the evening"),
}
_MOST_LATIN: Final = 0.7
"""Of the letters of a text in which what is written in others is not passed over."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A form that a pasted text filled."""

    given: dict[str, str]
    said: str
    """What became of the text."""
    proposals: Sequence[Proposal] = ()
    missed: Sequence[str] = ()
    """What of it no field takes."""
    avoided: Sequence[str] = ()
    """What of it went into what they would rather not do."""
    offered: Sequence[tuple[str, str, str]] = ()
    """Job titles that are not asked for: each with what suggests it, and what `instead` takes to ask for it too."""
    named: Sequence[tuple[str, str, str]] = ()
    """What a press says that searches by words which no field takes: each with how many jobs name them, and what
    `instead` takes."""
    by_words: tuple[str, str] = ("", "")
    """Where no trade is named: words that no field takes, and what `instead` takes to ask for postings with them."""
    meant: str = ""
    """The text as it may have been meant, where something in it is misspelt."""


NOTHING_READ: Final = Reading({}, "")


def reading(given: Mapping[str, str], words: Words, now: datetime, live: LivePreviews | None = None) -> Reading:
    """The form with what a pasted text asks for in place of what it asked for. `live`: the jobs that may name words."""
    country, signs_up = country_of_zone(given["time_zone"]) or "", "address" in given
    asked = asked_in(given.get("pasted", "")[:MOST_TEXT], given["currency"] or DEFAULTS["currency"], now, country)
    if asked is not None and not signs_up:
        # What somebody speaks and can do is of their profile, which the form of a search does not change.
        asked = replace(asked, missed=(*asked.missed, *asked.spoken.said), spoken=NOTHING_SPOKEN, knows=())
    letters = _other_letters(given.get("pasted", ""), words)
    nothing = letters or words.say(mark("We found nothing in that text that one could look for."))
    if asked is None:
        return Reading(dict(given), nothing)
    offered = tuple(
        (readable_role(offer.role, words), offer.said, _asking_for(offer.role, asked.criteria, given, words))
        for offer in asked.offered
    )
    if asked.criteria == Criteria():
        by_words = ("", "") if letters else _by_words(asked, given, words)
        return Reading(dict(given), nothing, missed=asked.missed, offered=offered, by_words=by_words, meant=asked.meant)
    read = given_of(Query("", asked.criteria), Timing("daily", 8, None), words)
    currency = {} if asked.criteria.salary_floor else {"currency": given["currency"]}
    said = words.say(
        mark("Filled by your text: look through it, and take out what you do not want.")
        if asked.of_sentence
        else mark(
            "Filled by your text: look through it, take out what you do not want, and add what was not understood."
        )
    )
    if letters:
        said = f"{said} {letters}"
    # What was read is not offered to be read again.
    filled = {
        **given,
        **{name: read[name] for name in ASKING},
        **currency,
        **said_of_oneself(given, asked if signs_up else replace(asked, avoids={}), words),
        "pasted": "",
    }
    # A sentence would stand beside each field.
    proposals = () if asked.of_sentence else asked.proposals
    named, by_words = tuple(_named(asked, filled, words, live)), _by_words(asked, filled, words)
    avoided = tuple(dict.fromkeys(asked.avoids.values())) if signs_up else ()
    missed = tuple(part for part in asked.missed if not (signs_up and part in asked.avoids))
    return Reading(filled, said, proposals, missed, avoided, offered, named, by_words, asked.meant)


def _by_words(asked: Asked, given: Mapping[str, str], words: Words) -> tuple[str, str]:
    wanted = _missed(asked)
    if not wanted or asked.meant or not names_nothing_of_work(given):
        return "", ""
    text = " OR ".join(map(as_words, wanted))
    return ", ".join(wanted), asking_instead(
        given, asked.criteria, asked.criteria.model_copy(update={"text": text}), words
    )


def _named(
    asked: Asked, given: Mapping[str, str], words: Words, live: LivePreviews | None
) -> Iterator[tuple[str, str, str]]:
    """Of an industry or a speciality beside a trade, what asking for its words would leave; none that no job names.

    Of hours, such as nights, which somebody wants or refuses, likewise; and of what else they refuse, where it is not
    of their profile.
    """
    if not asked.of_sentence or not names_trade(asked.criteria) or live is None or not live.ready:
        return
    number = partial(format_decimal, locale=words.locale)
    every = live.count(asked.criteria)
    for label, text, refused in [*_searched(asked, words, signs_up="address" in given)][:_MOST_NAMED]:
        narrowed = naming(asked.criteria, text)
        if narrowed and 0 < (left := live.count(narrowed)) < every:
            fit = every - left if refused else left
            said = words.count(
                "1 of the {every} jobs that fit names it", "{fit} of the {every} jobs that fit name it",
                fit, fit=number(fit), every=number(every),
            )  # fmt: skip
            yield label, said, asking_instead(given, asked.criteria, narrowed, words)


def _searched(asked: Asked, words: Words, *, signs_up: bool) -> Iterator[tuple[str, str, bool]]:
    """What a press says, the words that it searches by, and whether it leaves jobs with these out."""
    offered = set[str]()
    for part in asked.missed:
        refused = bool(taken_apart(part).refused)
        named = [*hours_in(part, words.locale, refused=refused)]
        for hours in named:
            label = (_LEAVE_OUT if refused else _ONLY)[hours.entry]
            if label not in offered:
                offered.add(label)
                yield words.say(label), hours.text, refused
        if named or (signs_up and part in asked.avoids):
            continue
        if not refused:
            yield words.say("Only jobs that name “{words}”", words=part), as_words(part), False
        elif said := asked.avoids.get(part, ""):
            yield words.say("Leave out jobs that name “{words}”", words=said), f"-{as_words(said)}", True


def _missed(asked: Asked) -> list[str]:
    """What is not refused of the parts that no field takes."""
    return [part for part in asked.missed if not taken_apart(part).refused]


def _other_letters(text: str, words: Words) -> str:
    """Which languages are read, where a text has letters of others: of those nothing is understood."""
    letters = [sign for sign in text if sign.isalpha()]
    latin = sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if not letters or latin > _MOST_LATIN * len(letters):
        return ""
    named = words.either([str(Locale.parse(words.locale).languages[language]) for language in READ_IN])
    return words.say(
        "A text is read in {languages}: say it in one of these, or fill in the fields below.", languages=named
    )


def _asking_for(role: str, asked: Criteria, given: Mapping[str, str], words: Words) -> str:
    too = asked.roles.model_copy(update={"any": (*asked.roles.any, role)})
    return asking_instead(given, asked, asked.model_copy(update={"roles": too}), words)

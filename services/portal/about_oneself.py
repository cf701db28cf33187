"""What a form asks of whom a search is for: home, years, what they have worked as, can do and would rather not do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel import Locale

from services.portal.forms import MOST_OF, fault_in
from services.usecases import avoiding
from services.usecases.accounts import Profile
from services.usecases.choices import Selectivity
from services.usecases.completion import readable_home, readable_role
from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import Recipient, reader_from
from services.usecases.pasted import Asked
from services.usecases.typed import home_in, names_in, towns_in, written
from services.wording.lines import listed, quoted
from services.wording.words import Words, mark

ABOUT_ONESELF: Final[Mapping[str, str]] = dict.fromkeys(("home", "years", "worked_as", "knows", "avoids", "speaks"), "")
"""What a form asks of whoever signs up; at home it is of their profile, and carried on for the preview."""
_OWN_WORDS: Final = ("knows", "avoids")
_LISTED: Final = ("worked_as", *_OWN_WORDS, "speaks")
_MOST_LISTED: Final = 20
"""That are looked at, each of which takes milliseconds where unknown: anybody may send thousands."""
CHOICES: Final[Mapping[Selectivity, str]] = {
    "strict": mark("Less: only the surest jobs"),
    "usual": mark("The usual choice"),
    "wide": mark("More: also jobs that are less sure"),
    "all": mark("All that fits your searches, however unlikely"),
}
"""What somebody may have their mails be."""
SENT: Final[Mapping[Selectivity, str]] = {
    "strict": mark("You are sent less than the usual choice."),
    "usual": mark("You are sent the usual choice."),
    "wide": mark("You are sent more than the usual choice."),
    "all": mark("You are sent all that fits your searches."),
}
"""What they are, in a sentence."""


def said_of_oneself(given: Mapping[str, str], asked: Asked, words: Words) -> dict[str, str]:
    """What a sentence says of its writer: years and home, or its town unless they said that they live elsewhere.

    Who says for how many years they have done their work says also what they have worked as; who looks for another
    trade says neither.
    """
    years = given["years"] if asked.years is None else str(asked.years)
    done = written([readable_role(role, words) for role in asked.worked_as]) or given["worked_as"].strip()
    # What stood there as the town of the sentence before was not their word.
    is_old = asked.says_home or (asked.home is not None and given["home"] in towns_in(given["towns"]))
    lives = "" if is_old else given["home"].strip()
    home = readable_home(asked.home, words) if asked.home else ""
    speaks = _spoken(asked, words) or given["speaks"].strip()
    can = {"knows": _with("knows", given, asked.knows), "avoids": _with("avoids", given, [*asked.avoids.values()])}
    return {"home": lives or home, "years": years.strip(), "worked_as": done, "speaks": speaks, **can}


def _with(name: str, given: Mapping[str, str], read: Sequence[str]) -> str:
    """What they typed, and behind it as much of what their text says as there is room for."""
    if not read:
        return given[name].strip()
    said = dict[str, str]()
    for part in (*_parts(name, given[name]), *read):
        said.setdefault(part.casefold(), part)
    return written([*said.values()][:_MOST_LISTED])


def _spoken(asked: Asked, words: Words) -> str:
    """The languages that a sentence says its writer speaks, and those that it may be written in: none is left out.

    Where its words do not tell that, it is that of the page.
    """
    named = asked.spoken.codes
    codes = dict.fromkeys((*(asked.spoken.written_in or (words.locale[:2],)), *named)) if named else {}
    called = Locale.parse(words.locale).languages
    return written([str(called.get(code, code)) for code in codes])


def readable(given: Mapping[str, str], words: Words) -> tuple[dict[str, str], tuple[str, ...]]:
    """A form without what it says of its owner and nobody can read, which nobody need say; and a sentence on each."""
    kept, said = dict(given), list[str]()
    for name in ABOUT_ONESELF:
        parts = _parts(name, given[name])
        good = list[str]()
        for part in parts[:_MOST_LISTED]:
            try:
                reader_of({**given, **ABOUT_ONESELF, name: part}, words)
                good.append(part)
            except WrongFieldError as error:
                if error.field != name:
                    return dict(given), ()  # What is at fault is another field, which is not optional.
                said.append(
                    words.say(mark("{fault} It is left out: you need not say it."), fault=fault_in(error, words))
                )
        if len(parts) > _MOST_LISTED:
            said.append(words.say(MOST_OF[name], most=_MOST_LISTED))
        kept[name] = written(good) if name in _LISTED else "".join(good)
    return kept, tuple(said)


def _parts(name: str, text: str) -> list[str]:
    """Of what somebody says in their own words commas part each, as they do where it is kept."""
    if name in _OWN_WORDS:
        return list(dict.fromkeys(part for said in names_in(text) for part in names_in(said)))
    return names_in(text) if name in _LISTED else [text]


def covered(avoids: Sequence[str], words: Words) -> str:
    """What else counts as what somebody would rather not do, in a few sentences; empty where nothing does."""
    return " ".join(
        words.say("{what} covers {others} too.", what=quoted(said, words), others=listed(others, words))
        for said, others in avoiding.covered(avoids, words.locale[:2])
    )


def person_fields(given: Mapping[str, str], words: Words) -> dict[str, Any]:
    """Whom it is for, without an address."""
    about = {
        "home": home_in(given["home"]),
        "years": given["years"].strip(),
        **{name: names_in(given[name]) for name in _LISTED},
    }
    about |= {"selectivity": given["selectivity"], "currency": given["currency"]}
    return {"time_zone": given["time_zone"] or "UTC", "locale": words.locale, **about}


def owner_fields(profile: Profile, words: Words) -> dict[str, str]:
    """What a form at home carries on of its owner."""
    return {"time_zone": profile.time_zone, "selectivity": profile.selectivity, **about_oneself(profile, words)}


def about_oneself(profile: Profile, words: Words) -> dict[str, str]:
    """What somebody says of themself, as a form takes it."""
    home, years = profile.home, profile.years
    return {
        "home": readable_home(home, words) if home else "",
        "years": "" if years is None else str(years),
        "worked_as": written([readable_role(role, words) for role in profile.worked_as]),
        "knows": written(profile.knows),
        "avoids": written(profile.avoids),
        "speaks": ", ".join(map(str, profile.speaks)),
    }


def reader_of(given: Mapping[str, str], words: Words) -> Recipient:
    """Whom it is for, as curation takes them. Raises WrongFieldError."""
    return reader_from(person_fields(given, words))

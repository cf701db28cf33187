"""What a subscriber and a saved search may say of themselves, checked field by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, cast, get_args

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from schemas.codec import encode
from schemas.criteria import Criteria
from schemas.faults import nearest
from schemas.posting import LanguageLevel
from services.notifier.domain.fields import FieldError, choice_in, listed, number_of, perhaps, text_in
from services.notifier.domain.model import Cadence, Recipient
from services.notifier.domain.said import avoids_of, knows_of
from services.notifier.domain.schedule import zones
from services.notifier.domain.selectivity import SELECTIVITIES, Selectivity
from services.rules.criteria import CriteriaError
from services.rules.criterion.place import place_codes
from services.rules.criterion.role import roles_meant
from services.rules.home import Home, home_meant
from services.rules.languages.codes import language_code, language_near
from services.rules.languages.speaking import LEVELS, SpokenLanguage
from services.rules.money import currencies

Status = Literal["active", "paused", "unsubscribed", "unconfirmed"]
"""Who unsubscribed gets nothing until they themselves subscribe again; whom an operator took in and the settings have
confirm first, until they do."""

MOST_SEARCHES = 50
"""Saved searches of one subscriber: more are a mistake or an attack, and each is matched for ever."""
MOST_YEARS: Final = 60
_MOST_NAME = 120
_CEFR: Final = {"a1": "basic", "a2": "basic", "b1": "working", "b2": "working", "c1": "fluent", "c2": "native"}
"""The levels of the Common European Framework, as postings are read too."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Profile:
    """A subscriber's own facts, checked."""

    address: str
    name: str
    time_zone: str
    currency: str
    locale: str
    speaks: tuple[SpokenLanguage, ...] = ()
    """By code; empty where they do not say."""
    home: Home | None = None
    """Where they live; None where they do not say."""
    years: int | None = None
    """For which they have done the work that they look for; None where they do not say."""
    worked_as: tuple[str, ...] = ()
    """Ids of the roles that they have had; empty where they do not say."""
    knows: tuple[str, ...] = ()
    """What they say that they can do, in their words; empty where they do not say."""
    avoids: tuple[str, ...] = ()
    """What they would rather not do, in their words; empty where they do not say."""
    selectivity: Selectivity = "usual"
    """How choosy their mails are; the usual where they do not say."""

    @property
    def unnamed(self) -> Recipient:
        """Them as curation takes somebody of whom no more is known than what they say here, who is mailed nothing."""
        said = self.speaks, self.home, self.years, self.worked_as, self.knows, self.avoids, self.selectivity
        return Recipient("", "", "", self.time_zone, self.currency, self.locale, *said)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a saved search wants to be served."""

    cadence: Cadence
    hour: int
    """0 to 23, local."""
    weekday: int | None
    """0 is Monday; weekly alone."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person as the store knows them."""

    subscriber_id: str
    profile: Profile
    status: Status
    created_at: datetime
    seen_at: datetime | None = None
    """Their last sign of life; None where none is known."""
    asked_at: datetime | None = None
    """When they were last asked whether they want mails; None where nothing is asked of them."""
    address_since: datetime | None = None
    """None: they always had this address."""
    paused_until: datetime | None = None
    """When who is paused goes on by themself; None: not before they say so. Kept then: clocks may be wrong."""

    def is_served(self, now: datetime) -> bool:
        """Whether they are mailed: by a clock that ran ahead they may have gone on before the day they named."""
        return self.status == "active" and (self.paused_until is None or self.paused_until <= now)


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What links of mails changed of a search, of which its owner does not know yet: others may hold such a link."""

    at: datetime
    before: Criteria


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A subscriber's named use of criteria."""

    search_id: str
    subscriber_id: str
    name: str
    key: int
    criteria: Criteria
    timing: Timing
    paused: bool
    served_cut: int
    next_due_at: datetime
    preferred_places: tuple[str, ...] = ()
    """Codes; jobs there come first, as far as `services.notifier.domain.curation.preferred_places` goes."""
    feed_key: str | None = None
    """What the secret address of its feed ends in; None where it has none."""
    by_link: LinkChange | None = None

    @property
    def wish(self) -> tuple[str, Criteria, Timing, tuple[str, ...], bool]:
        """What its owner says of it; the rest is of the service."""
        return self.name, self.criteria, self.timing, self.preferred_places, self.paused

    def as_data(self) -> dict[str, Any]:
        """As it is shown and exported: JSON values, without whose it is."""
        return {
            "search_id": self.search_id,
            "name": self.name,
            "cadence": self.timing.cadence,
            "hour": self.timing.hour,
            "weekday": self.timing.weekday,
            "paused": self.paused,
            "next_due_at": self.next_due_at.isoformat(),
            "criteria": json.loads(encode(self.criteria)),
            "preferred_places": list(self.preferred_places),
        }


def profile_of(fields: Mapping[str, Any]) -> Profile:
    """Check the fields of a profile. Raises FieldError with the first that is wrong."""
    return Profile(
        address=address_of(text_in(fields, "address")),
        name=name_of(text_in(fields, "name", ""), "name", required=False),
        time_zone=_time_zone(text_in(fields, "time_zone", "UTC")),
        currency=_currency(text_in(fields, "currency", "EUR")),
        locale=_locale(text_in(fields, "locale", "en")),
        speaks=speaks_of(fields.get("speaks")),
        home=home_of(fields.get("home")),
        years=years_of(fields.get("years")),
        worked_as=worked_as_of(fields.get("worked_as")),
        knows=knows_of(fields.get("knows")),
        avoids=avoids_of(fields.get("avoids")),
        selectivity=cast(Selectivity, choice_in(fields, "selectivity", "usual", SELECTIVITIES)),
    )


def timing_of(fields: Mapping[str, Any]) -> Timing:
    """Check `cadence`, `hour`, `weekday` (a number or an English name). Raises FieldError."""
    cadence = cast(Cadence, choice_in(fields, "cadence", "daily", get_args(Cadence)))
    hour = number_of(fields.get("hour", 8), "hour", 23)
    if cadence != "weekly":
        return Timing(cadence, hour, None)
    return Timing("weekly", hour, _weekday(fields.get("weekday", 0)))


def day_name(weekday: int) -> str:
    """The English name of a day; 0 is Monday."""
    return _DAYS[weekday]


def preferred_places_of(value: Any) -> tuple[str, ...]:
    """Check places by code or name: a list, or a text with semicolons between them. Raises FieldError."""
    named = listed(value, "preferred_places", 'places such as ["PT", "eu"]', ";")
    try:
        return place_codes(map(str, named))
    except CriteriaError as error:
        raise FieldError("preferred_places", str(error), error.code, **error.values) from None


def speaks_of(value: Any) -> tuple[SpokenLanguage, ...]:
    """Check languages, each by code or name and with a level behind a colon, if any. Raises FieldError.

    A list, or a text with semicolons or commas between them; in the order of their codes.
    """
    named = listed(value, "speaks", 'languages such as ["en", "de:working"]')
    found = [name if isinstance(name, SpokenLanguage) else _spoken(name) for name in named]
    known = dict(found)
    for language in found:
        if known[language.code] != language.level:
            raise FieldError("speaks", f"{language.code} stands there twice, with two levels")
    return tuple(SpokenLanguage(*entry) for entry in sorted(known.items()))


def _spoken(text: str) -> SpokenLanguage:
    name, _, level = (part.strip() for part in text.partition(":"))
    code = language_code(name)
    if code is None:
        near = language_near(name)
        raise FieldError("speaks", f"{name!r} is not a language{perhaps(near, 'en, de or Portuguese')}")
    return SpokenLanguage(code, _level(level) if level else None)


def _level(text: str) -> LanguageLevel:
    level = _CEFR.get(text.casefold(), text.casefold())
    found = next((known for known in LEVELS if known == level), None)
    if found is None:
        near = nearest(text, LEVELS)
        said = f"did you mean {near}?" if near else f"it is one of {', '.join(LEVELS)}"
        raise FieldError("speaks", f"{text!r} is not a level of a language; {said}")
    return found


def home_of(value: Any) -> Home | None:
    """Check where somebody lives, by `home_meant`; None where they do not say. Raises FieldError."""
    if value is None or isinstance(value, Home):
        return value
    if not isinstance(value, str):
        raise FieldError("home", f"a town or a country was expected, not {type(value).__name__}")
    try:
        return home_meant(value) if value.strip() else None
    except CriteriaError as error:
        raise FieldError("home", f"{error} (a country will do)", error.code, **error.values) from None


def years_of(value: Any) -> int | None:
    """Check for how many whole years somebody has done their work; None where they do not say. Raises FieldError."""
    unsaid = value is None or (isinstance(value, str) and not value.strip())
    return None if unsaid else number_of(value, "years", MOST_YEARS, "years")


def worked_as_of(value: Any) -> tuple[str, ...]:
    """Check the roles that somebody has had, each by a job title or an id; in the order of ids. Raises FieldError."""
    named = listed(value, "worked_as", 'job titles such as ["nurse", "paralegal"]')
    try:
        return roles_meant(str(name) for name in named)
    except CriteriaError as error:
        raise FieldError("worked_as", str(error), error.code, **error.values) from None


def name_of(text: str, field: str = "name", *, required: bool = True) -> str:
    """One line of at most 120 characters. Raises FieldError."""
    name = " ".join(text.split())
    if required and not name:
        raise FieldError(field, "it is empty")
    if len(name) > _MOST_NAME or not name.isprintable():
        raise FieldError(field, f"it must be one line of at most {_MOST_NAME} printable characters")
    return name


def address_of(text: str) -> str:
    """An email address, normalised. Raises FieldError."""
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError as error:
        raise FieldError("address", str(error), "address") from None


def _time_zone(text: str) -> str:
    if text in zones():
        return text
    known = _zones_by_fold().get(text.casefold().replace(" ", "_"))
    if known is None:
        near = _zone_near(text)
        said = f"{text!r} is not an IANA time zone{perhaps(near, 'Europe/Berlin')}"
        raise FieldError("time_zone", said, "time_zone_near" if near else "time_zone", given=text, near=near)
    return known


def _zone_near(text: str) -> str | None:
    """By the name of the city, which most people give, else by the whole."""
    city = text.strip().casefold().replace(" ", "_")
    return next((zone for fold, zone in _zones_by_fold().items() if fold.endswith(f"/{city}")), nearest(text, zones()))


@cache
def _zones_by_fold() -> Mapping[str, str]:
    return {zone.casefold(): zone for zone in sorted(zones())}


def _currency(text: str) -> str:
    code = text.upper()
    if code not in currencies():
        near = perhaps(nearest(text, sorted(currencies())), "EUR")
        said = f"{text!r} is not the ISO 4217 code of a currency in use{near}"
        raise FieldError("currency", said, "currency", given=text)
    return code


def _locale(text: str) -> str:
    try:
        return str(Locale.parse(text, sep="-" if "-" in text else "_"))
    except (UnknownLocaleError, ValueError):
        named = {str(name).casefold(): code for code, name in Locale("en").languages.items()}
        near = perhaps(named.get(text.casefold()), "en or de_AT")
        raise FieldError("locale", f"{text!r} is not the code of a language{near}") from None


def _weekday(value: Any) -> int:
    if isinstance(value, str) and not value.strip().isdecimal():
        named = [
            index for index, day in enumerate(_DAYS) if len(value.strip()) > 1 and day.startswith(value.strip().lower())
        ]
        if len(named) != 1:
            raise FieldError("weekday", f"{value!r} is not a day of the week")
        return named[0]
    return number_of(value, "weekday", 6)

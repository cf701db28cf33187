"""The fields of a form that asks for a search, as criteria and as whom they are for."""

from collections.abc import Mapping
from typing import Any, Final

from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import Recipient, reader_from
from services.usecases.searches import WantedSearch, search_from
from services.wording.words import Words, mark

DEFAULTS: Final[Mapping[str, str]] = {
    "skills": "",
    "text": "",
    "places": "",
    "remote": "",
    "amount": "",
    "currency": "EUR",
    "time_zone": "",
    "cadence": "daily",
    "hour": "8",
}
_MOST_NAME = 60
_MOST_DIGITS = 15


def search_fields(given: Mapping[str, str], words: Words) -> dict[str, Any]:
    """The fields of a search, as they are imported. Raises WrongFieldError."""
    criteria: dict[str, Any] = {}
    if skills := _listed(given["skills"]):
        criteria["skills"] = {"any": skills}
    if given["text"].strip():
        criteria["text"] = given["text"].strip()
    if places := _listed(given["places"]):
        criteria["places"] = places
    if given["remote"]:
        criteria["workplace"] = ["remote"]
    if amount := given["amount"].strip():
        if not amount.isdecimal() or len(amount) > _MOST_DIGITS:
            raise WrongFieldError("salary_floor", "a whole number was expected, such as 60000", "amount")
        criteria["salary_floor"] = {"amount": int(amount), "currency": given["currency"].upper(), "period": "year"}
    name = ", ".join(skills) or given["text"].strip() or ", ".join(places) or words.say(mark("My search"))
    return {"name": name[:_MOST_NAME], "criteria": criteria, "cadence": given["cadence"], "hour": given["hour"]}


def search_of(given: Mapping[str, str], words: Words) -> WantedSearch | None:
    """The search, None where the form asks for nothing yet. Raises WrongFieldError."""
    fields = search_fields(given, words)
    return search_from(fields) if fields["criteria"] else None


def person_fields(given: Mapping[str, str], words: Words) -> dict[str, Any]:
    """Whom it is for, without an address."""
    return {"time_zone": given["time_zone"] or "UTC", "locale": words.locale, "currency": given["currency"]}


def reader_of(given: Mapping[str, str], words: Words) -> Recipient:
    """Whom it is for, as curation takes them. Raises WrongFieldError."""
    return reader_from(person_fields(given, words))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]

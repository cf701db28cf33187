"""Recruiters' contact fields, which are dropped before anything is kept or sent on."""

import re
from typing import Any

from services.ingest.ports import JsonObject

_PEOPLE = frozenset(
    {
        "applicationcontact",
        "author",
        "authors",
        "contact",
        "contactdetails",
        "contactinfo",
        "contactname",
        "contactperson",
        "contactpoint",
        "contacts",
        "coordinator",
        "creator",
        "hiringcontact",
        "hiringmanager",
        "hiringmanagername",
        "hiringmanagers",
        "hiringteam",
        "jobowner",
        "managingeditor",
        "postedby",
        "recruiter",
        "recruiterid",
        "recruitername",
        "recruiters",
        "recruitingcoordinator",
        "sourcer",
        "webmaster",
    }
)
_ENDINGS = ("email", "emails", "emailaddress", "mailto", "phone", "phones", "phonenumber", "telephone", "fax")
_PEOPLE_TYPES = frozenset({"user", "users", "person", "contactpoint"})
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@(?=[\w-]{1,63}\.)")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def masked(text: str) -> str:
    """The text with the name part of every e-mail address blotted out: for excerpts of what could not be read."""
    return _ADDRESS.sub("***@", text)


def is_contact(name: str) -> bool:
    """Whether a field of this name holds a person's name, address or number, in whatever spelling."""
    folded = _NOT_WORD.sub("", name.casefold())
    return folded in _PEOPLE or folded.endswith(_ENDINGS)


def without_contacts(data: JsonObject) -> JsonObject:
    """The object less its contact fields, at any depth, and less named values (Greenhouse's metadata) that are such."""
    return {name: _clean(value) for name, value in data.items() if not is_contact(name)}


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return without_contacts(value)
    if isinstance(value, list):
        return [_clean(part) for part in value if not _names_a_person(part)]
    return value


def _names_a_person(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    kind = part.get("value_type") or part.get("@type")
    if isinstance(kind, str) and kind.casefold() in _PEOPLE_TYPES:
        return True
    name = part.get("name")
    return "value" in part and isinstance(name, str) and is_contact(name)

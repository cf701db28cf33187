"""The fields of a file of subscribers, described once: what is checked, and what docs/fields.md says."""

from typing import Any, NamedTuple


class Column(NamedTuple):
    """A field, as a person reads of it."""

    name: str
    type: str
    default: str
    example: Any
    means: str


_SEARCHES = [{"name": "Python work", "criteria": {"skills": {"all": ["Python"]}}}]
_SPEAKS = (
    "Languages by code (ISO 639-1) or name, with a level (`basic`, `working`, `fluent`, `native`) or without; "
    "jobs that need another are not mailed. Unset: none is kept back."
)
_NO_LONGER = '`""` with `--update`: they no longer say.'
_HOME = f"Where they live: a town of 15,000 people or more, else a country or a part of one. {_NO_LONGER}"
_YEARS = f"For how many years they have done the work that they look for; `0` for who begins. {_NO_LONGER}"
_WORKED_AS = (
    "Job titles that they have had, by id or name in any of the eight languages; jobs far from these are less "
    f"likely mailed. {_NO_LONGER}"
)
_KNOWS = (
    "What they can do, in their own words: skills, tools, licences, fields; 20 at most, of 60 characters each. "
    f"{_NO_LONGER}"
)
_AVOIDS = (
    f"What they would rather not do, in their own words; as many and as long. A leading `no` is left out. {_NO_LONGER}"
)
_SELECTIVITY = (
    "How choosy their mails are: the surest jobs alone, the bars of the settings, lower ones, or all that fits "
    "([curation](curation.md#each-persons-own-bars))."
)
_CRITERIA = {"skills": {"all": ["Python"]}, "places": ["DE"]}

PERSON = (
    Column("address", "text", "needed", "ada@example.com", "An e-mail address, mailed as it is written."),
    Column("name", "text", "unset", "Ada", "How to greet them; one line of 120 characters at most."),
    Column("time_zone", "text", '`"UTC"`', "Europe/Berlin", "IANA name: `hour` of their searches is on its clock."),
    Column("currency", "text", '`"EUR"`', "CHF", "ISO 4217: pay is also told in it."),
    Column("locale", "text", '`"en"`', "de_AT", "The language of their mails, as `de`, or with a country."),
    Column("speaks", "list of text", "unset", ["en", "de:working"], _SPEAKS),
    Column("home", "text", "unset", "Cambridge, MA", _HOME),
    Column("years", "whole number, 0 to 60", "unset", 6, _YEARS),
    Column("worked_as", "list of text", "unset", ["paralegal", "contract manager"], _WORKED_AS),
    Column("knows", "list of text", "unset", ["Java", "payroll", "registered nurse"], _KNOWS),
    Column("avoids", "list of text", "unset", ["cold calling", "commission only"], _AVOIDS),
    Column("selectivity", "`strict` or `usual` or `wide` or `all`", '`"usual"`', "wide", _SELECTIVITY),
    Column(
        "consent_origin",
        "text",
        "unset",
        "the sign-up form of jobs.example.com",
        "Where they agreed to be mailed. Somebody new needs it, with `consent_date` and `consent_wording`; what the "
        "options of the same names say is of the lines that leave it out.",
    ),
    Column("consent_date", "date", "unset", "2026-03-31", "When they did; a day, or a time with its zone."),
    Column("consent_wording", "text", "unset", "Send me job alerts", "What they read when they did."),
    Column("searches", "list of tables", "unset", _SEARCHES, "What they look for, 50 at most; JSON lines alone."),
)
SEARCH = (
    Column(
        "name",
        "text",
        'needed; in CSV `"My search"`',
        "Python work",
        "What the subscriber calls it.",
    ),
    Column("cadence", "`instant` or `daily` or `weekly`", '`"daily"`', "weekly", "How often it may bring a mail."),
    Column("hour", "whole number, 0 to 23", "`8`", 7, "Of the subscriber's day; says nothing for `instant`."),
    Column("weekday", "day, or a number from 0, which is Monday", "`0`", "friday", "For `weekly` alone."),
    Column("criteria", "table", "needed", _CRITERIA, "See [criteria](#criteria)."),
    Column(
        "preferred_places",
        "list of text",
        "unset",
        ["Portugal", "eu"],
        "Places whose jobs come first.",
    ),
)

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
    "The languages that they speak, by code (ISO 639-1) or name, each with a level (`basic`, `working`, `fluent`, "
    "`native`) or without. Jobs that need another language are not mailed. Unset: no job is left out for its language."
)
_NO_LONGER = 'With `--update`, `""` deletes it.'
_HOME = f"Where they live: a town (villages are not known), or a country or a part of one. {_NO_LONGER}"
_YEARS = f"For how many years they have done the work that they look for; `0` for beginners. {_NO_LONGER}"
_WORKED_AS = (
    "Job titles that they have had, by id or name in any of the eight languages. Jobs far from these are less likely "
    f"to be mailed. {_NO_LONGER}"
)
_KNOWS = (
    "What they can do, in their own words: skills, tools, licences, fields. At most 20, of 60 characters each. "
    f"{_NO_LONGER}"
)
_AVOIDS = (
    "What they would rather not do, in their own words. At most 20, of 60 characters each. A leading `no` is dropped. "
    f"{_NO_LONGER}"
)
_SELECTIVITY = (
    "How choosy their mails are: only the surest jobs, the bars of the settings, lower bars, or all that fits "
    "([curation](curation.md#each-persons-own-bars))."
)
_CRITERIA = {"skills": {"all": ["Python"]}, "places": ["DE"]}

PERSON = (
    Column("address", "text", "needed", "ada@example.com", "The e-mail address, which is used exactly as written."),
    Column("name", "text", "unset", "Ada", "How mails greet them: one line, at most 120 characters."),
    Column(
        "time_zone", "text", '`"UTC"`', "Europe/Berlin", "An IANA name. The `hour` of their searches is in this zone."
    ),
    Column("currency", "text", '`"EUR"`', "CHF", "ISO 4217. Pay is also shown in this currency."),
    Column("locale", "text", '`"en"`', "de_AT", "The language of their mails, such as `de`, or with a country."),
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
        "Where they agreed to be mailed. New people need this, `consent_date` and `consent_wording`. The options of "
        "the same names fill in the lines that leave them out.",
    ),
    Column("consent_date", "date", "unset", "2026-03-31", "When they agreed: a day, or a time with its zone."),
    Column("consent_wording", "text", "unset", "Send me job alerts", "The words that they agreed to."),
    Column("searches", "list of tables", "unset", _SEARCHES, "Their saved searches, at most 50. In JSON lines only."),
)
SEARCH = (
    Column(
        "name",
        "text",
        'needed; in CSV `"My search"`',
        "Python work",
        "What the subscriber calls it.",
    ),
    Column(
        "cadence", "`instant` or `daily` or `weekly`", '`"daily"`', "weekly", "How often the search may send a mail."
    ),
    Column("hour", "whole number, 0 to 23", "`8`", 7, "The hour of the subscriber's day. Ignored for `instant`."),
    Column(
        "weekday",
        "day, or a number from 0, which is Monday",
        "`0`",
        "friday",
        "The day of the week. Only for `weekly`.",
    ),
    Column("criteria", "table", "needed", _CRITERIA, "See [criteria](#criteria)."),
    Column(
        "preferred_places",
        "list of text",
        "unset",
        ["Portugal", "eu"],
        "Places whose jobs come first.",
    ),
)

"""What is wrong with a field of a form, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from services.usecases.errors import WrongFieldError
from services.wording.words import Words, mark

MOST_OF: Final[Mapping[str, str]] = {
    "worked_as": mark("Of what you have worked as, at most {most} are taken: name those that matter most."),
    "knows": mark("Of what you can do, at most {most} are taken: name those that matter most."),
    "avoids": mark("Of what you would rather not do, at most {most} are taken: name those that matter most."),
    "speaks": mark("Of the languages that you speak, at most {most} are taken: name those that matter most."),
}
"""By field, that it holds too many."""
_FAULTS: Mapping[str, str] = {
    "address": mark("That is no email address. One looks like ada@example.com."),
    "time_zone": mark("We do not know the time zone “{given}”. Write it such as Europe/Berlin."),
    "time_zone_near": mark("We do not know the time zone “{given}”. Did you mean {near}?"),
    "currency": mark("“{given}” is not the code of a currency, such as EUR."),
    "nothing_asked": mark("Say what you look for: a skill, a place or words."),
    "only_excluded": mark("You only say what you do not want. Say also what you look for."),
    "place": mark("We do not know the place “{given}”."),
    "place_near": mark("We do not know the place “{given}”. Did you mean {near}?"),
    "skill": mark("We do not know the skill “{given}”."),
    "skill_near": mark("We do not know the skill “{given}”. Did you mean {near}?"),
    "role": mark("We do not know the job title “{given}”."),
    "role_near": mark("We do not know the job title “{given}”. Did you mean {near}?"),
    "role_several": mark("“{given}” may be any of these: {near}. Name the one that you mean."),
    "role_clash": mark("“{given}” is both asked for and excluded."),
    "town": mark("We do not know the town “{given}”. Name a larger one nearby."),
    "town_near": mark("We do not know the town “{given}”. Did you mean {near}?"),
    "town_several": mark("“{given}” may be any of these: {near}. Name the one that you mean."),
    "language": mark("“{given}” is not a language that we know, such as English or de."),
    "skills_few": mark("You want at least {given} of fewer skills: name more of them."),
    "offset": mark("Write your hours from UTC such as +1 or -3:30."),
    "name_taken": mark("You have a search named “{given}” already: give this one another name."),
    "name_room": mark("You have as many searches as one may have: delete one first."),
    "years": mark("Write the years as a whole number from 0 to {most}."),
    "note_long": mark("Your note is too long: {given} characters are as many as it may have."),
    "job_room": mark("You have as many saved jobs as one may have: take one out first."),
    "token_name": mark("Give the program a name, by which you know it again."),
    "scopes": mark("Say what the program may do."),
    "token_room": mark("You have as many tokens as one may have: take one back first."),
    "until": mark("Name a day from tomorrow on, at most a year ahead."),
    "day": mark("Write the day such as 2026-03-31."),
    "sure": mark("Tick the box first: what is erased is gone for good."),
    "webhook_address": mark("Write an https address without a user's name, such as https://example.com/jobs."),
    "webhook_private": mark("This address is in a private network: nothing can be posted there."),
    "webhook_known": mark("You have a webhook at this address already."),
    "webhook_room": mark("You have as many webhooks as one may have: remove one first."),
    "webhook_often": mark("That was tried {most} times today: try again tomorrow."),
    "webhook_challenge": mark("No challenge of the last day holds this text."),
    "company": mark("Name the company whose jobs you do not want."),
    "contact": mark("Leave email addresses and phone numbers out of the words: searches are anonymous."),
    "too_long": mark("That is too long: keep the words that matter."),
    "clash": mark("“{given}” is both asked for and excluded."),
    "slip": mark(
        "The words cannot be read as they are: quotes go around a phrase, OR between two words, a minus right before a"
        " word that must not stand there."
    ),
    "amount": mark("Write the pay as a whole number, such as 60000."),
    "pay_high": mark("That is more than any job pays in a year."),
    "pay_low": mark("That is less than any job pays in a year."),
}
"""What is wrong with a field, by its code."""
_FIELD_OF: Mapping[str, str] = {
    "name": "name",
    "place": "places",
    "skill": "skills",
    "role": "roles",
    "town": "towns",
    "language": "languages",
    "skills": "skills",
    "too": "text",
    "contact": "text",
    "slip": "text",
    "pay": "amount",
    "offset": "utc_offset",
    "amount": "amount",
    "address": "address",
    "time": "time_zone",
    "currency": "currency",
}
"""The field of a form that a code is of, by the first word of it."""
_OF_THEMSELF: Final = ("home", "years", "worked_as", "knows", "avoids", "speaks")
"""Fields that are called so in every form, and whose towns and titles are those of a search."""
_MOST_GIVEN, _MOST_NEAR = 60, 200
"""Characters of what somebody wrote, and of what they may have meant."""


def fault_in(error: WrongFieldError, words: Words) -> str:
    """What is wrong with a field, in the reader's language."""
    text = MOST_OF.get(error.field) if error.code == "most" else _FAULTS.get(error.code)
    if text is None:
        return words.say(mark("One of the fields cannot be taken as it is: look at them once more."))
    values = {name: str(value)[: _MOST_NEAR if name == "near" else _MOST_GIVEN] for name, value in error.values.items()}
    return words.say(text, **values)


def wrong_field(error: WrongFieldError) -> str:
    """The field of the form that has to be mended; empty where that cannot be told."""
    if error.field in _OF_THEMSELF:
        return error.field
    return _FIELD_OF.get(error.code.partition("_")[0], "")

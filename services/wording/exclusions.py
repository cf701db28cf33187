"""Words for what a job is and searches can leave out."""

from collections.abc import Mapping
from typing import Final

from services.rules.criterion.near import circle_in
from services.rules.criterion.salary import floor_in
from services.wording.amounts import exact_floor
from services.wording.facets import FACETS
from services.wording.places import place_in_words, town_in_words
from services.wording.roles import role_in_words
from services.wording.words import Words, mark

CALLED: Final[Mapping[str, str]] = {
    "roles.none": mark("Job title"),
    "skills.none": mark("Skill"),
    "salary": mark("Pay"),
    "place": mark("Place"),
    "near": mark("Town"),
    **{name: words.called for name, words in FACETS.items()},
}
"""What is left out by each criterion."""


def exclusion_in_words(criterion: str, value: str, words: Words) -> str:
    """`Level: junior`, `Pay: less than €51,000 a year`."""
    return f"{words.say(CALLED[criterion])}: {_value(criterion, value, words)}"


def _value(criterion: str, value: str, words: Words) -> str:
    if criterion in FACETS:
        return words.say(FACETS[criterion].asked[value])
    match criterion:
        case "roles.none":
            return role_in_words(value, words)
        case "place":
            return place_in_words(value, words)
        case "salary" if floor := floor_in(value):
            return words.say("less than {floor}", floor=exact_floor(floor, words))
        case "near":
            km, town = circle_in(value)
            said = town_in_words(town, words)
            return words.say("more than {km} km from {town}", km=km, town=said) if km else said
    return value

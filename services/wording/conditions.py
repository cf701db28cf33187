"""Words for what a posting sets as a condition."""

from collections.abc import Iterator

from schemas.posting import Condition, PostingCore
from services.rules.places.known import PlaceMention, find_places, is_subdivision
from services.wording.places import any_of, towns_in_words
from services.wording.words import Words


def conditions_in_words(posting: PostingCore, words: Words) -> Iterator[str]:
    """A clause a condition: `you must live in Lisbon, Portugal or move there`, `needs a licence of Texas`."""
    return (_clause(condition, posting, words) for condition in posting.conditions)


def _clause(condition: Condition, posting: PostingCore, words: Words) -> str:
    """Stands behind where the work is, which need not be named again."""
    there = _is_where_it_is(condition, posting)
    places = towns_in_words(condition.towns, words) or any_of(condition.places, words)
    match condition.kind:
        case "relocation" if there:
            return words.say("you must live there or move there")
        case "relocation":
            return words.say("you must live in {places} or move there", places=places)
        case "licence" if places and not there:
            return words.say("needs a licence of {places}", places=places)
        case "licence":
            return words.say("needs a professional licence")
        case "shifts":
            return words.say("in shifts or at night")
        case "enrolment":
            return words.say("for enrolled students")
        case "pool":
            return words.say("no post is open: applications are kept for later")


def _is_where_it_is(condition: Condition, posting: PostingCore) -> bool:
    """Whether it is of all places of the work, told by its towns or countries."""
    if condition.towns:
        return {*condition.towns} == {*posting.towns}
    if condition.kind == "relocation" and (posting.towns or any(map(_is_part, find_places(posting.title)))):
        return False
    reach = posting.reach
    return {*condition.places} == {*reach.countries, *reach.subdivisions} and not reach.groups


def _is_part(place: PlaceMention) -> bool:
    return is_subdivision(place.code)

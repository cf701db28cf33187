"""Words for what a posting sets as a condition."""

from collections.abc import Iterator

from schemas.posting import Condition, PostingCore
from services.wording.places import any_of, towns_in_words
from services.wording.words import Words


def conditions_in_words(posting: PostingCore, words: Words) -> Iterator[str]:
    """A clause a condition: `you must live in Lisbon, Portugal or move there`, `needs a licence of Texas`."""
    return (_clause(condition, words) for condition in posting.conditions)


def _clause(condition: Condition, words: Words) -> str:
    places = towns_in_words(condition.towns, words) or any_of(condition.places, words)
    match condition.kind:
        case "relocation":
            return words.say("you must live in {places} or move there", places=places)
        case "licence" if places:
            return words.say("needs a licence of {places}", places=places)
        case "licence":
            return words.say("needs a professional licence")
        case "shifts":
            return words.say("in shifts or at night")
        case "enrolment":
            return words.say("for enrolled students")
        case "pool":
            return words.say("no post is open: applications are kept for later")

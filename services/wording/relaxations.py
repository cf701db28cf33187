"""Criteria in words, and how they are made to ask for less or for more.

Less: `with Kotlin besides Java`, `without regard to places`; more, once a job is not relevant: `Level: junior`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from schemas.criteria import Criteria
from services.rules.criterion import Relaxation
from services.rules.criterion.near import circle_in
from services.rules.criterion.salary import floor_in
from services.rules.text import TextQuery
from services.wording.amounts import exact_floor, percent
from services.wording.facets import FACETS, asked_in_words, wished_in_words
from services.wording.lines import decimal, language_in_words, listed, quoted
from services.wording.places import place_in_words, places_listed, town_in_words
from services.wording.roles import role_in_words, roles_relaxed_in_words
from services.wording.skills import skills_relaxed_in_words
from services.wording.words import Words, mark

_CALLED: Final[Mapping[str, str]] = {
    "roles.none": mark("Job title"),
    "skills.none": mark("Skill"),
    "salary": mark("Pay"),
    "place": mark("Place"),
    "near": mark("Town"),
    **{name: words.called for name, words in FACETS.items()},
}
"""What is left out by each criterion."""
_MOST_BESIDES = 2
"""What something is added to is named where it is so little."""


def criteria_in_words(asked: Criteria, words: Words) -> list[str]:
    """What is asked for, a phrase each: `Python or Go`, `Germany`, `remote`, `at least €70,000 a year`."""
    return list(each_in_words(asked, words).values())


def each_in_words(asked: Criteria, words: Words) -> dict[str, str]:
    """What each criterion that asks for something asks for, by its name."""
    skills, say, floor = asked.skills, words.say, asked.salary_floor
    some = listed(skills.any, words, either=True)
    circles = [
        say("{km} km round {town}", km=circle.km, town=town_in_words(circle.town, words)) for circle in asked.near
    ]
    languages = [language_in_words(code, words) for code in asked.languages]
    phrases = {
        "roles.any": listed([role_in_words(role, words) for role in asked.roles.any], words, either=True),
        "skills.all": listed(skills.all, words),
        "skills.any": say("at least {count} of {skills}", count=skills.at_least, skills=some)
        if skills.at_least > 1
        else some,
        "text": _query(TextQuery.parse(asked.text), words),
        "roles.none": _refused([role_in_words(role, words) for role in asked.roles.none], words),
        "skills.none": _refused(skills.none, words),
        "place": places_listed(asked.places, words, either=True),
        "near": listed(circles, words, either=True),
        **{
            name: wished_in_words(name, getattr(asked, name), words)
            for name in ("workplace", "seniority", "employment")
        },
        "permanent": asked_in_words("permanent", ("permanent",), words) if asked.permanent else "",
        "salary": say("at least {floor}", floor=exact_floor(floor, words)) if floor else "",
        "visa": asked_in_words("visa", ("offered",), words) if asked.visa_sponsorship else "",
        "language": say("in {language}", language=listed(languages, words, either=True)) if languages else "",
        "timezone": say("time zones up to {hours} h off", hours=decimal(asked.tolerance, words))
        if asked.utc_offset is not None
        else "",
    }
    return {name: phrase for name, phrase in phrases.items() if phrase}


def _query(query: TextQuery, words: Words) -> str:
    """`“zeppelin”, “early” or “dawn”, not “nights”`."""
    either = (listed([quoted(term, words) for term in group], words, either=True) for group in query.either)
    wanted = (quoted(term, words) for term in query.wanted)
    excluded = _refused([quoted(term, words) for term in query.excluded], words)
    return ", ".join(filter(None, (*wanted, *either, excluded)))


def _refused(names: Sequence[str], words: Words) -> str:
    return words.say("not {names}", names=listed(names, words, either=True)) if names else ""


def relaxation_in_words(made: Relaxation, asked: Criteria, words: Words) -> str:
    """What a relaxation of `asked` asks for instead, a phrase."""
    match made.criterion:
        case "roles.any" | "roles.none":
            return roles_relaxed_in_words(made, asked, words)
        case "skills.any" if made.step == "add":
            return _with_besides(str(made.value), asked.skills.any, words)
        case "skills.all" | "skills.any" | "skills.none":
            return skills_relaxed_in_words(made, asked, words)
        case "text":
            return _text(made, asked, words)
        case "place":
            return _places(made, asked, words)
        case "near":
            return _near(made, words)
        case "timezone":
            if made.step == "without":
                return words.say("without regard to time zones")
            return words.say("with a tolerance of {hours} h", hours=decimal(made.criteria.tolerance, words))
        case "salary":
            return _salary(made, asked, words)
        case "language":
            return _language(made, asked, words)
        case _:
            return _facet(made, asked, words)


def _text(made: Relaxation, asked: Criteria, words: Words) -> str:
    before, after = TextQuery.parse(asked.text), TextQuery.parse(made.criteria.text)
    if made.step == "without":
        query = str(before)
        many = len(query.split())
        return words.count("without the word {query}", "without the words {query}", many, query=query)
    for group in before.either:
        if group not in after.either:
            terms = listed([quoted(term, words) for term in group], words, either=True)
            return words.say("without needing any of {terms}", terms=terms)
    for term in before.excluded:
        if term not in after.excluded:
            return words.say("without excluding {skills}", skills=quoted(term, words))
    [dropped] = set(before.wanted) - set(after.wanted)
    return words.say("without needing {skills}", skills=quoted(dropped, words))


def _places(made: Relaxation, asked: Criteria, words: Words) -> str:
    if made.step == "without":
        return words.say("without regard to places")
    if made.step == "accept":
        return words.say("with postings that do not say from where")
    return _with_besides(
        place_in_words(str(made.value), words), [place_in_words(code, words) for code in asked.places], words
    )


def _near(made: Relaxation, words: Words) -> str:
    if made.step == "without":
        return words.say("without regard to distance")
    if made.step == "accept":
        return words.say("with postings that name no town")
    circles = [
        words.say("{km} km round {town}", km=circle.km, town=town_in_words(circle.town, words))
        for circle in made.criteria.near
    ]
    return words.say("within {circles}", circles=listed(circles, words, either=True))


def _salary(made: Relaxation, asked: Criteria, words: Words) -> str:
    before, after = asked.salary_floor, made.criteria.salary_floor
    if before is None or made.step == "accept":
        return words.say("with pay that is not stated")
    if after is None:
        return words.say("without the floor of {floor}", floor=exact_floor(before, words))
    lower = percent((before.amount - after.amount) / before.amount, words.locale)
    return words.say("with a floor of {floor} ({percent} lower)", floor=exact_floor(after, words), percent=lower)


def _language(made: Relaxation, asked: Criteria, words: Words) -> str:
    if made.step == "without":
        return words.say("without regard to language")
    names = [language_in_words(code, words) for code in asked.languages]
    added = words.say("postings in {language}", language=language_in_words(str(made.value), words))
    return _with_besides(added, names, words)


def _facet(made: Relaxation, asked: Criteria, words: Words) -> str:
    facet = FACETS[made.criterion]
    if made.criterion == "visa":
        if made.step == "without":
            return words.say(facet.without)
        return words.say("with postings that do not say whether a visa is sponsored")
    if made.criterion == "permanent":
        return words.say(facet.without)
    values: Sequence[str] = getattr(asked, made.criterion)
    if made.step == "without":
        return words.say(facet.without, asked=wished_in_words(made.criterion, values, words))
    value = str(made.value)
    added = words.say(facet.added.get(value) or facet.asked[value])
    return _with_besides(added, [words.say(facet.asked[other]) for other in values], words)


def _with_besides(added: str, asked: Iterable[str], words: Words) -> str:
    """`with Go besides Rust or C`, `with Go too` where that would be long."""
    names = list(asked)
    if len(names) > _MOST_BESIDES:
        return words.say("with {added} too", added=added)
    return words.say("with {added} besides {asked}", added=added, asked=words.either(names))


def exclusion_in_words(criterion: str, value: str, words: Words) -> str:
    """`Level: junior`, `Pay: less than €51,000 a year`."""
    return f"{words.say(_CALLED[criterion])}: {_excluded(criterion, value, words)}"


def _excluded(criterion: str, value: str, words: Words) -> str:
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

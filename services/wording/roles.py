"""What a job is, in words: why its role fits or does not, and how a wish for roles is relaxed."""

from collections.abc import Iterable

from schemas.criteria import Criteria
from services.rules.criterion import Fit, Relaxation
from services.rules.criterion.role import OtherRoleFacts, RoleFacts
from services.rules.roles.taxonomy import roles
from services.wording.lines import listed
from services.wording.words import Words


def role_in_words(role: str, words: Words) -> str:
    """What it is called in the reader's language; its id where it is unknown, as one of another release."""
    known = roles()
    return known[role].name(words.locale.partition("_")[0]) if role in known else role


def any_role_in_words(facts: RoleFacts, fit: Fit, words: Words) -> str:
    """`is a Backend Engineer job`; of one that is near, asked for or not, `..., close to Full-stack Engineer`."""
    if not facts.own:
        said = words.say("does not say what job it is")
    elif fit != "no" and not facts.found:
        said = words.say(
            "is a {role} job, close to {wanted}",
            role=_listed(facts.near, words),
            wanted=_listed(facts.near_to, words, either=True),
        )
    else:
        said = _as_role(facts.found if fit == "yes" else facts.own, words)
    if fit != "no":
        return said
    return words.say("{said}; you ask for {wanted}", said=said, wanted=_listed(facts.asked, words, either=True))


def inferred_role_in_words(facts: RoleFacts, words: Words) -> str:
    """The same of one that fits and that its title does not call so: `seems to be a Backend Engineer job`."""
    if facts.found or not facts.near:
        return words.say("seems to be a {role} job", role=_listed(facts.found or facts.own, words))
    return words.say(
        "seems to be a {role} job, close to {wanted}",
        role=_listed(facts.near, words),
        wanted=_listed(facts.near_to, words, either=True),
    )


def other_role_in_words(facts: OtherRoleFacts, fit: Fit, words: Words) -> str:
    """`is not a Sales Engineer job`; else that it is one, which is excluded."""
    if fit == "yes" or facts.deciding is None:
        return words.say("is not a {role} job", role=_listed(facts.asked, words, either=True))
    return words.say("is a {role} job, which you exclude", role=role_in_words(facts.deciding, words))


def roles_relaxed_in_words(made: Relaxation, asked: Criteria, words: Words) -> str:
    """What a relaxation asks of roles instead, a phrase."""
    if made.criterion == "roles.none":
        excluded = [str(made.value)] if made.step == "drop" else asked.roles.none
        return words.say("without excluding {skills}", skills=_listed(excluded, words, either=True))
    if made.step == "accept":
        return words.say("with postings that do not say what job they are")
    wanted = _listed(asked.roles.any, words, either=True)
    if made.step == "tolerate":
        return words.say("with job titles close to {wanted} too", wanted=wanted)
    return words.say("without regard to job title ({asked})", asked=wanted)


def _as_role(some: Iterable[str], words: Words) -> str:
    return words.say("is a {role} job", role=_listed(some, words))


def _listed(some: Iterable[str], words: Words, *, either: bool = False) -> str:
    return listed([role_in_words(role, words) for role in some], words, either=either)

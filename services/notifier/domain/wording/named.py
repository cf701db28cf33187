"""How strongly a card may say what a posting was read to ask for: no more than its own words do.

Fields hold what was read: that a skill is asked for, or that the work is done with it or it is preferred. Whether
others will do as well, whether anybody wishes for it, and whether the title calls the job so, its words tell alone.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from schemas.posting import PostingCore
from services.notifier.domain.curation.skill_sentences import is_one_of_several, is_wished
from services.rules.criterion import Reason
from services.rules.criterion.role import RoleFacts
from services.rules.criterion.skills import AllFacts, AnyFacts
from services.rules.roles.taxonomy import LONGEST, roles
from services.rules.text import blanked
from services.wording.skills import Manner

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def manner_of(reasons: Sequence[Reason], posting: PostingCore) -> Manner:
    """How skills and roles of these reasons are to be told."""
    skills = [reason.facts for reason in reasons if isinstance(reason.facts, AllFacts | AnyFacts)]
    asked = {name for facts in skills for name in (*facts.core, *_by_core(facts))}
    liked = {name for facts in skills for name in facts.wanted} - asked
    text, language = posting.description_text, posting.language
    titled = {skill.name for skill in posting.skills if skill.strength == "title"}
    return Manner(
        several=frozenset(name for name in asked - titled if is_one_of_several(name, text, language)),
        involved=frozenset(name for name in liked if not is_wished(name, text)),
        inferred=any(
            isinstance(reason.facts, RoleFacts) and not is_called(reason.facts, posting.title) for reason in reasons
        ),
    )


def _by_core(facts: AllFacts | AnyFacts) -> tuple[str, ...]:
    return facts.by_core if isinstance(facts, AnyFacts) else ()


def is_called(facts: RoleFacts, title: str) -> bool:
    """Whether a title has all words of a role, in whatever order and form: an Engineering Manager, of payments."""
    known = roles()
    stems = [word.stem for word in known.vocabulary.words(title)]
    # Back end is backend too.
    own = {*stems, *map("".join, pairwise(stems))}
    return all(
        any(
            own.issuperset(word.stem for word in known.vocabulary.words(name))
            for names in known[role].titles.values()
            for name in names
        )
        for role in facts.found or facts.near
        if role in known
    )


def is_guess(facts: RoleFacts, title: str) -> bool:
    """Whether a title neither calls a job so nor has a word of its trade, or has one of another trade.

    Such a role was read from the text or the board's category, or from one word of several: an HR and office clerk.
    """
    if is_called(facts, title):
        return False
    return not all(_says_trade(title, role) for role in facts.found or facts.near if role in roles())


@lru_cache(maxsize=8_192)
def _says_trade(title: str, role: str) -> bool:
    """Whether a title has a word of a role or its field, outside of brackets, and none of a trade far from it."""
    known = roles()
    vocabulary, own = known.vocabulary, _words_of(role)
    stems = tuple(word.stem for word in vocabulary.words(blanked(title, _BRACKETS)))
    said = False
    for at in range(len(stems)):
        for gram in (stems[at:stop] for stop in range(at + 1, min(at + LONGEST, len(stems)) + 1)):
            if gram in vocabulary.heads or vocabulary.levels.issuperset(gram):
                continue
            if own.issuperset(gram):
                said = True
                continue
            others = {*vocabulary.fields.get(gram, {}).values(), *filter(None, [vocabulary.titles.get(gram)])}
            if others and all(known.closeness(role, other) == "far" for other in others):
                return False
    return said


@cache
def _words_of(role: str) -> frozenset[str]:
    """The stems of what a role and its field are called, in all languages."""
    known = roles()[role]
    said = (*(title for titles in known.titles.values() for title in titles), *known.fields, *known.said_fields)
    return frozenset(word.stem for each in said for word in roles().vocabulary.words(each))

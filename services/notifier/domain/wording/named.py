"""How strongly a card may say what a posting was read to ask for: no more than its own words do.

Fields hold what was read: that a skill is asked for, or that the work is done with it or it is preferred. Whether
others will do as well, whether anybody wishes for it, and whether the title calls the job so, its words tell alone.
"""

from collections.abc import Sequence
from itertools import pairwise

from schemas.posting import PostingCore
from services.notifier.domain.curation.skill_sentences import is_one_of_several, is_wished
from services.rules.criterion import Reason
from services.rules.criterion.role import RoleFacts
from services.rules.criterion.skills import AllFacts, AnyFacts
from services.rules.roles.taxonomy import roles
from services.wording.skills import Manner


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

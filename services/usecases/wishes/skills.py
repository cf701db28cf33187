"""The skills that a sentence asks for, and those that a CV says somebody has."""

import re
from itertools import islice
from typing import Final

from schemas.posting import PostingCore
from services.rules.skills.taxonomy import taxonomy
from services.rules.skills.text import is_currency
from services.usecases.wishes.fields import is_title_by_hand
from services.usecases.wishes.named import tools_typed
from services.usecases.wishes.places import Places
from services.usecases.wishes.titles import Titles

_MOST_SKILLS: Final = 12
_MOST_KNOWN: Final = 20
_WORDS: Final = re.compile(r"(?<=[\s,/(])[A-Z][\w+#.-]*(?:\s[A-Z][\w+#.-]*)*(?![\w$])")
"""What a sentence writes with a capital that does not begin it, and that is no currency: "R$ 3500" asks for no R."""


def skills_of(posting: PostingCore, sentence: str, places: Places, titles: Titles) -> tuple[str, ...]:
    """Those that it asks for; tools alone where it names some, which say more than fields do."""
    known = taxonomy()
    asked = [skill.name for skill in posting.skills if skill.core or sentence]
    if posting.roles or titles.asked:
        # "Project manager" is a role already: to ask for project management too would rule out who leaves it unsaid.
        titled = {skill.name for skill in posting.skills if skill.strength == "title" and not known.is_tool(skill.name)}
        asked = [name for name in asked if name not in titled]
    # In so few words there is nothing that would say of "Go" what it is; a capital does, except in a town: "in Leeds"
    # is no LEED.
    towns = {word for town in places.towns for word in town.rpartition(",")[0].split()}
    written = (found for found in _WORDS.finditer(sentence) if not is_currency(sentence, *found.span()))
    words = [found[0] for found in written if not towns.issuperset(found[0].split())]
    asked += [name for said in words if (name := known.canonical(said)) and known.is_tool(name)]
    asked += tools_typed(sentence, posting.roles)
    of_work = [name for name in dict.fromkeys(asked) if known.kind(name) not in ("language", "broad")]
    # With a capital, as telephones begin a sentence, a "Chef" is no tool either.
    of_work = [name for name in of_work if not any(is_title_by_hand(name, role) for role in titles.asked)]
    tools = [name for name in of_work if known.is_tool(name)]
    return tuple((tools or of_work)[:_MOST_SKILLS])


def skills_had(posting: PostingCore) -> tuple[str, ...]:
    """Those of a CV, read as a posting is: what its person can do, but for fields that are too broad to say it."""
    known = taxonomy()
    named = (skill.name for skill in posting.skills if known.kind(skill.name) not in ("language", "broad"))
    return tuple(islice(named, _MOST_KNOWN))

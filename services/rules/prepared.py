"""A posting made ready to be judged by many criteria."""

from functools import cached_property
from typing import Final

from schemas.posting import PostingCore, Reach
from services.rules.places.placing import Allowed
from services.rules.places.seated import seated_reach
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import Haystack

_OUTRIGHT: Final = frozenset({"title", "required", "wanted"})


class PreparedPosting:
    """A posting with what is worked out of it once; each part on first use."""

    def __init__(self, posting: PostingCore) -> None:
        self.posting = posting

    @cached_property
    def skills(self) -> frozenset[str]:
        """Canonical names, core or not."""
        return frozenset(skill.name for skill in self.posting.skills)

    @cached_property
    def core(self) -> frozenset[str]:
        """Canonical names of the core skills."""
        return frozenset(skill.name for skill in self.posting.skills if skill.core)

    @cached_property
    def asked_for(self) -> frozenset[str]:
        """Canonical names of the skills that it asks for or would like, and of those of which that is untold."""
        return frozenset(skill.name for skill in self.posting.skills if not skill.mentioned)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Canonical names of those that the work is done with or that are preferred, without being core."""
        return frozenset(skill.name for skill in self.posting.skills if skill.strength == "wanted")

    @cached_property
    def asked_outright(self) -> frozenset[str]:
        """Canonical names of those that the title names, that it requires, or that it would like."""
        return frozenset(skill.name for skill in self.posting.skills if skill.strength in _OUTRIGHT)

    @cached_property
    def implied(self) -> dict[str, str]:
        """Each parent that a skill implies, with the skill that implies it: the strongest, or the first by name."""
        known = taxonomy()
        by_strength = sorted(self.posting.skills, key=lambda skill: skill.name, reverse=True)
        by_strength.sort(key=lambda skill: (skill.core, skill.strength == "wanted", not skill.mentioned))
        last_to_first = [skill.name for skill in by_strength]
        return {parent: name for name in last_to_first for parent in known.parents(name)}

    @cached_property
    def implied_by_asked(self) -> dict[str, str]:
        """The same, of skills that it asks for or would like alone."""
        return {parent: name for parent, name in self.implied.items() if name in self.asked_for}

    @cached_property
    def near_roles(self) -> frozenset[str]:
        """Roles that are near one of the posting's."""
        return frozenset[str]().union(*map(roles().neighbours, self.posting.roles))

    @cached_property
    def reach(self) -> Reach:
        """Where one may work from, or must be: the posting's own, narrowed by its towns where work is not remote."""
        return seated_reach(self.posting)

    @cached_property
    def allowed(self) -> Allowed:
        """What that reach takes in and rules out."""
        return Allowed.of(self.reach)

    @cached_property
    def haystack(self) -> Haystack:
        """Title and description as words."""
        return Haystack.of(self.posting.title, self.posting.description_text)

"""What a person says of themself in their own words, held against a job: what they can do, and what they avoid."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import words

ENOUGH_KNOWN: Final = 4
"""So many of what somebody can do are all that a job need name."""
OFTEN: Final = 4
"""So often it is said what a job is about."""
_ASKED: Final = frozenset({"title", "required", "wanted"})


class Said(NamedTuple):
    """What somebody would rather not do, read in each way in which a job may be about it."""

    words: str
    """As they wrote it."""
    term: str
    """Folded, as the text of a posting is."""
    stems: frozenset[str]
    skills: frozenset[str]
    role: str | None


def known(wish: Wish, ready: PostingFeatures) -> float:
    """The share of what somebody says they can do that a posting names; of four at most. Only of who says any."""
    enough = min(ENOUGH_KNOWN, len(wish.knows))
    return sum(1 for _ in islice(filter(ready.haystack.holds, wish.knows), enough)) / enough


def avoided(wish: Wish, ready: PostingFeatures) -> tuple[float, tuple[str, ...]]:
    """How far a job is about what somebody would rather not do, 0 to 1, with what that is, in their words.

    Wholly where its title names it, it is the job's first role or a skill that is asked for; else by how often it is
    said. Of what the search itself says nothing is held against a job.
    """
    found = [(_about(each, ready), each.words) for each in _avoided(wish.avoids) if not each.stems <= wish.said]
    most = max((share for share, _ in found), default=0.0)
    return most, tuple(said for share, said in found if share == most) if most else ()


def _about(said: Said, ready: PostingFeatures) -> float:
    posting = ready.posting
    if (said.stems and said.stems <= ready.stems_of_title) or (said.role and said.role in posting.roles[:1]):
        return 1.0
    if said.skills and any(skill.name in said.skills and skill.strength in _ASKED for skill in posting.skills):
        return 1.0
    return min(OFTEN, ready.haystack.line.count(f" {said.term} ")) / OFTEN if said.term else 0.0


@lru_cache(maxsize=4_096)
def _avoided(avoids: tuple[str, ...]) -> tuple[Said, ...]:
    return tuple(map(_read, avoids))


def _read(said: str) -> Said:
    role = roles().find(said)
    stems = frozenset(word.stem for word in roles().vocabulary.words(said))
    return Said(said, " ".join(words(said)), stems, frozenset(_skills(said)), role.id if role else None)


def _skills(said: str) -> Iterator[str]:
    canonical = taxonomy().canonical(said)
    if canonical:
        yield canonical
    yield from (mention.name for mention in taxonomy().find(said))

"""What a title says besides, of which somebody may say by one press that they would rather not do it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Final

from services.notifier.domain.curation.chance.facts import unsaid
from services.notifier.domain.curation.chance.own_words import Said, about, is_sought, read
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish, stems_of_role
from services.notifier.domain.said import MOST_WORDS, avoids_of
from services.rules.lexicon.builder import any_of, phrases_of
from services.rules.roles.taxonomy import roles
from services.rules.roles.vocabulary import Vocabulary
from services.rules.text import blanked, fold
from services.rules.titles import says_only_where

MOST: Final = 3
"""Among more nobody chooses on a phone."""
_SEVERAL: Final = 3
"""Families of roles."""


def avoidable(wishes: Sequence[Wish], ready: PostingFeatures) -> tuple[str, ...]:
    """Words of a title that no search of a person says and that tell what the work is about, as the title spells them.

    By what all their searches wish for; in the title's order, at most `MOST`. Any of them, said to be avoided, is held
    against the job. None is what they can do or avoid already, a name of the company, hours or workplace, what any work
    is called ("manager"), what work of any kind is about ("digital"), or a role or skill that a search asks for by
    another name.
    """
    return tuple(islice(_telling(wishes, ready), MOST)) if wishes else ()


def _telling(wishes: Sequence[Wish], ready: PostingFeatures) -> Iterator[str]:
    # What their searches say together and what they say of themself is the same of each.
    known, title, wish = roles().vocabulary, ready.posting.title, wishes[0]
    beside = frozenset(map(fold, unsaid(wish, ready)))
    apart = _meaning_nothing_alone(known, ready).union(
        *(read(said).stems for said in (ready.posting.company.name, *wish.knows))
    )
    seen, until = {read(said).stems for said in wish.avoids}, 0
    for word in known.words(blanked(title, _hours())):
        if word.start < until or fold(title[word.start : word.end]) not in beside or word.stem in apart:
            continue
        start, until = _joined(title, word.start, word.end)
        said = read(title[start:until])
        if said.stems <= wish.said or any(stem in apart for stem in said.stems):
            # Of "PHP-Entwickler" the first half; of "Vertriebsmitarbeiter" none says it alone.
            start, until = _unbroken(title, word.start, word.end)
            said = read(title[start:until])
        if (
            said.stems not in seen
            and not _tells_little(said)
            and _is_held_against(said, ready)
            and not _is_asked_for(said, wishes)
        ):
            seen.add(said.stems)
            yield said.words


def _meaning_nothing_alone(known: Vocabulary, ready: PostingFeatures) -> frozenset[str]:
    """Stems of what any work is called, and of parts of what the job is called, as "site" of site reliability."""
    own = frozenset[str]().union(*(stems_of_role(role) for role in ready.posting.roles if role in roles()))
    parts = frozenset(stem for stem in own if (stem,) not in known.fields and (stem,) not in known.titles)
    return parts.union(stem for stem in ready.title_stems if (stem,) in known.heads)


def _tells_little(said: Said) -> bool:
    """Whether it is one word, neither a skill nor a title, of several kinds of work: "digital", "platform"."""
    names_work = said.skills or len(said.stems) > 1 or tuple(said.stems) in roles().vocabulary.titles
    return not names_work and any(_kinds_of_work()[stem] >= _SEVERAL for stem in said.stems)


@cache
def _kinds_of_work() -> Counter[str]:
    """In titles and fields of how many families of roles each stem stands, in any language."""
    families = dict[str, set[str]]()
    for role in roles():
        said = (*chain.from_iterable(role.titles.values()), *role.fields)
        for word in chain.from_iterable(map(roles().vocabulary.words, said)):
            families.setdefault(word.stem, set()).add(role.family)
    return Counter({stem: len(of) for stem, of in families.items()})


def _joined(title: str, start: int, end: int) -> tuple[int, int]:
    """With what hyphens join it to, as "E-Commerce", as far as it may be kept."""
    start, end = _unbroken(title, start, end)
    while start > 1 and title[start - 1] == "-" and _is_of_word(title[start - 2]) and end - start < MOST_WORDS:
        start, _ = _unbroken(title, start - 2, end)
    while title[end : end + 1] == "-" and _is_of_word(title[end + 1 : end + 2]) and end - start < MOST_WORDS:
        _, end = _unbroken(title, start, end + 2)
    return start, end


def _unbroken(title: str, start: int, end: int) -> tuple[int, int]:
    while start and _is_of_word(title[start - 1]):
        start -= 1
    while end < len(title) and _is_of_word(title[end]):
        end += 1
    return start, end


def _is_of_word(char: str) -> bool:
    """Whether it is a letter or a digit, or a vowel of scripts that write it as a mark."""
    return char.isalnum() or unicodedata.category(char or " ").startswith("M")


def _is_held_against(said: Said, ready: PostingFeatures) -> bool:
    """Whether it is of the work, and kept as it stands: neither too long nor a word that says no."""
    if len(said.words) > MOST_WORDS or says_only_where(said.words) or said.term in _joining():
        return False
    is_named = bool(said.stems) and said.stems <= ready.stems_of_title and about(said, ready) == 1.0
    return is_named and avoids_of([said.words]) == (said.words,)


def _is_asked_for(said: Said, wishes: Sequence[Wish]) -> bool:
    """By another name, or in another language."""
    skills = {skill for wish in wishes for skill in (*wish.criteria.skills.all, *wish.criteria.skills.any)}
    likely = {role for trade in wishes[0].trades for role, _ in trade.weights}
    is_said = any(is_sought(said, wish.terms, wish.said) for wish in wishes)
    return is_said or said.role in likely or not said.skills.isdisjoint(skills)


@cache
def _hours() -> re.Pattern[str]:
    return re.compile(any_of("employment.full_time", "employment.part_time"), re.IGNORECASE)


@cache
def _joining() -> frozenset[str]:
    return frozenset(phrases_of("joint.or"))

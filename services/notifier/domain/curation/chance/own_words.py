"""What a person says of themself in their own words, held against a job: what they can do, and what they avoid."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from services.notifier.domain.curation.chance.themed import about_theme
from services.notifier.domain.curation.chance.times_said import share_of_often, stands_in_capitals, times_said
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Sought, Wish
from services.rules.languages.named import language_named
from services.rules.lexicon.builder import LANGUAGES
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import term_of, traces_of, words
from services.rules.themes import Theme, themes

ENOUGH_KNOWN: Final = 4
"""So many of what somebody can do are all that a job need name."""
_MOST_KEPT: Final = 128
"""Of so many words a posting knows what is made of them: they take no more memory than its text."""
_SHORT: Final = 3
"""Letters of an abbreviation that may be another word."""
_PART: Final = re.compile(r"[^\W_]+")
_APART: Final = frozenset(",;:.!?()|•\n")
"""What parts words that name nothing together."""
_NO_NEWS: Final = frozenset({"title", "employer", "passing"})
"""Strengths of a skill that its title says already, or that the work does not take."""


class Way(NamedTuple):
    """One way in which a posting may name what somebody can do."""

    term: str
    """What it is, folded, as they wrote it."""
    words: str
    """Its words, folded; empty of a tool that by its words alone may be none."""
    capitals: str
    """It, where it is so short that only capitals tell it from another word: IT, AML, HR."""
    skill: str
    """The canonical skill that it is, by whichever of its names; empty where it is none."""
    trace: int
    other: int


class Said(NamedTuple):
    """What somebody would rather not do, read in each way in which a job may be about it."""

    words: str
    """As they wrote it."""
    key: str
    """Another one where less of it is held against jobs."""
    term: str
    """Folded, as the text of a posting is."""
    capitals: str
    """It, where it is so short that only capitals tell it from another word."""
    stems: frozenset[str]
    is_phrase: bool
    """All but one of its words are such as join others, and tell here: "on-call" is no call, "door to door" no door."""
    is_in_doubt: bool
    """It is a tool that by its words alone may be none: "Go"."""
    skills: frozenset[str]
    role: str | None
    trace: int
    other: int
    signs: frozenset[str]
    """Without one of these a job whose words leave no such traces is not about it, but for its themes."""
    themes: tuple[Theme, ...]
    """Those that they name."""


def known(wish: Wish, ready: PostingFeatures) -> float:
    """The share of what somebody says they can do that a posting names; of four at most. Only of who says any."""
    enough, traces, skills = min(ENOUGH_KNOWN, len(wish.knows)), ready.traces, ready.skills
    named = set[str]()
    for way in _ways(wish.knows, ready.posting.language):
        times = _times(way, ready) if way.words and traces[way.trace] and traces[way.other] else 0
        if times > 0 or (times == 0 and way.skill in skills):
            named.add(way.term)
    return min(enough, len(named)) / enough


@lru_cache(maxsize=16_384)
def _ways(knows: tuple[str, ...], language: str | None) -> tuple[Way, ...]:
    return tuple(way for said in knows for way in _ways_of(said, language))


@lru_cache(maxsize=16_384)
def _ways_of(said: str, language: str | None) -> tuple[Way, ...]:
    """As it stands; as a skill, whichever name of it that is; or as the role, by its titles in the text's language."""
    term, known = term_of(said), taxonomy()
    tool = _told_by_context(term)
    skill = tool or known.canonical(term) or ""
    if skill and known.kind(skill) == "language":
        skill = ""
    own = Way(term, "" if tool else term, _in_capitals(said), skill, *traces_of(term))
    return (own, *(Way(term, title, "", "", *traces_of(title)) for title in _titles(term, language)))


def _in_capitals(said: str) -> str:
    return said if len(said) <= _SHORT and said.isupper() and said.isalpha() else ""


def _titles(term: str, language: str | None) -> Iterator[str]:
    """What else the role is called that somebody names."""
    vocabulary = roles().vocabulary
    role = vocabulary.titles.get(tuple(word.stem for word in vocabulary.words(term)))
    titles = roles()[role].titles.get(language or LANGUAGES[0], ()) if role else ()
    return (title for title in dict.fromkeys(map(term_of, titles)) if f" {term} " not in f" {title} ")


def _times(way: Way, ready: PostingFeatures) -> int:
    """How often a posting says it in this way; -1 where it says only that it is not needed."""
    kept, key = ready.named, way.capitals or way.words
    found = kept.get(key)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        found = kept[key] = _counted(way, ready)
    return found


def _counted(way: Way, ready: PostingFeatures) -> int:
    posting = ready.posting
    if way.capitals and not stands_in_capitals(way.capitals, posting.title, posting.description_text):
        return 0
    return times_said(way.words, ready.of_work.as_written, posting.language)


def named(knows: Iterable[str], ready: PostingFeatures) -> tuple[str, ...]:
    """What of all that somebody says they can do a posting names, in their words.

    Not what its title or its employer's name says, nor languages, which stand on a card; nor what it says that the work
    does without, nor words that only join others. What is written in capitals must be there too: IT is no "it".
    """
    return tuple(said for said in dict.fromkeys(knows) if _is_news(read(said), ready))


def _is_news(said: Said, ready: PostingFeatures) -> bool:
    posting, term = ready.posting, said.term
    if not said.stems or not _says_itself(term, ready) or language_named(term):
        return False
    if ready.title.holds(term) or said.stems <= ready.stems_of_title or f" {term} " in f" {ready.company} ":
        return False
    if any(skill.name in said.skills and skill.strength in _NO_NEWS for skill in posting.skills):
        return False
    if said.is_in_doubt:
        return True
    return times_said(term, ready.of_work.as_written, posting.language) > 0 and _stands_so(
        said, posting.description_text
    )


def _stands_so(said: Said, text: str) -> bool:
    """Whether its words stand side by side in a text, and not as items of a list alone: "brand, marketing, sales"; and
    one word in capitals in capitals."""
    parts = _PART.findall(said.words)
    if len(parts) < 2:
        return not said.words.isupper() or stands_in_capitals(said.words, text)
    found = re.findall(r"[\W_]{1,3}".join(map(re.escape, parts)), text, re.IGNORECASE)
    return not found or any(_APART.isdisjoint(set(one) - set(said.words)) for one in found)


def _says_itself(term: str, ready: PostingFeatures) -> bool:
    tool = _told_by_context(term)
    return tool in ready.skills if tool else ready.of_work.holds(term)


def avoided(wish: Wish, ready: PostingFeatures) -> tuple[float, tuple[str, ...]]:
    """How far a job is about what somebody would rather not do, 0 to 1, with what that is, in their words.

    Wholly where its title names it, it is the job's first role or a skill that is asked for; else by how often it is
    said. Of what the search itself says nothing is held against a job.
    """
    traces, signs = ready.traces, ready.signs
    told = [
        each
        for each in _avoided(wish.avoids, wish.terms, wish.sought)
        if (traces[each.trace] and traces[each.other])
        or not signs.isdisjoint(each.signs)
        or (each.themes and _touches(each.themes, ready))
    ]
    found = [(share, each.words) for each in told if (share := about(each, ready))]
    most = max((share for share, _ in found), default=0.0)
    return most, tuple(said for share, said in found if share == most)


def _touches(some: tuple[Theme, ...], ready: PostingFeatures) -> bool:
    """Whether a job is about any of some themes; for whoever asks often, since mostly it is known and is not."""
    kept = ready.themes
    for theme in some:
        share = kept.get(theme.id)
        if share or (share is None and about_theme(theme, ready)):
            return True
    return False


def is_sought(said: Said, terms: tuple[str, ...], stems: frozenset[str]) -> bool:
    """Whether it is what a search itself says by its terms, and with all others of the person by these stems."""
    return said.term in terms if said.is_phrase else said.stems <= stems


def about(said: Said, ready: PostingFeatures) -> float:
    """How far a job is about it, 0 to 1."""
    kept = ready.about
    found = kept.get(said.key)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        own = _about(said, ready)
        found = kept[said.key] = max(own, max((about_theme(theme, ready) for theme in said.themes), default=0.0))
    return found


def _about(said: Said, ready: PostingFeatures) -> float:
    posting = ready.posting
    if said.is_in_doubt:
        return _is_asked(said.skills, ready)
    if said.capitals and not stands_in_capitals(said.capitals, posting.title, posting.description_text):
        return max(float(said.role in posting.roles[:1]), _is_asked(said.skills, ready))
    if ready.title.holds(said.term):
        return float(times_said(said.term, ready.title.line, posting.language) > 0)
    if (not said.is_phrase and said.stems <= ready.stems_of_title) or (said.role and said.role in posting.roles[:1]):
        return 1.0
    times = times_said(said.term, ready.of_work.as_written, posting.language)
    # "No cold calling" is about none, whatever skill was read of it.
    if times < 0:
        return 0.0
    told = 0 if any(theme.is_wide(said.term, posting.language) for theme in said.themes) else times
    return _is_asked(said.skills, ready) or share_of_often(told, ready.of_work.as_written)


def _is_asked(skills: frozenset[str], ready: PostingFeatures) -> float:
    return float(not skills.isdisjoint(ready.asked_outright))


@lru_cache(maxsize=4_096)
def _avoided(avoids: tuple[str, ...], terms: tuple[str, ...], sought: Sought) -> tuple[Said, ...]:
    """Those that say anything, and that a search with these terms does not say itself; less what it asks for."""
    said = (each for each in map(read, avoids) if each.stems and not is_sought(each, terms, sought.stems))
    return tuple(unsought(each, terms, sought) for each in said)


def unsought(said: Said, terms: tuple[str, ...], sought: Sought) -> Said:
    """It without what searches ask for: of who looks for nurses and is no registered nurse not every nurse's job."""
    kept = tuple(theme for theme in said.themes if not _is_asked_for(theme, terms, sought))
    is_of_trade = said.role in sought.roles
    if not is_of_trade and kept == said.themes:
        return said
    # Of a title the skill is the trade: a medical director's is that of all physicians.
    skills = frozenset() if is_of_trade and roles().vocabulary.is_title(said.words) else said.skills
    key = "\0".join((said.words, "trade" if is_of_trade else "", *(theme.id for theme in kept)))
    return said._replace(key=key, role=None if is_of_trade else said.role, skills=skills, themes=kept)


def _is_asked_for(theme: Theme, terms: tuple[str, ...], sought: Sought) -> bool:
    names = map(read, theme.every_name)
    return not theme.roles.isdisjoint(sought.roles) or any(is_sought(name, terms, sought.stems) for name in names)


@lru_cache(maxsize=4_096)
def read(said: str) -> Said:
    """What is said in each way in which a job may be about it."""
    term, parts = term_of(said), roles().vocabulary.words(said)
    stems = frozenset(word.stem for word in parts)
    told = [word for part in parts for word in words(said[part.start : part.end])]
    is_phrase = len(stems) == 1 and len(told) <= term.count(" ")
    # A tool is not the role of who mostly works with it: who would rather not write PHP may well build back ends.
    role = None if _tool(said) else roles().find(said)
    skills = frozenset(_skills(said))
    signs = stems.union(skills, (role.id,) if role else ())
    trace, other = traces_of(term)
    return Said(
        words=said,
        key=said,
        term=term,
        capitals=_in_capitals(said),
        stems=stems,
        is_phrase=is_phrase,
        is_in_doubt=bool(_told_by_context(term)),
        skills=skills,
        role=role.id if role else None,
        trace=trace,
        other=other,
        signs=signs,
        themes=themes().named(said),
    )


@lru_cache(maxsize=16_384)
def _told_by_context(term: str) -> str:
    """The tool whose name is another word too, as Go, C and Excel are: only the skills of a posting tell it."""
    return "" if " " in term or taxonomy().typed_tool(term) else _tool(term)


def _tool(said: str) -> str:
    """The tool that somebody names; a chef is one whose title it is."""
    known, vocabulary = taxonomy(), roles().vocabulary
    canonical = known.canonical(said)
    return canonical if canonical and known.is_tool(canonical) and not vocabulary.is_title(said) else ""


def _skills(said: str) -> Iterator[str]:
    canonical = taxonomy().canonical(said)
    if canonical:
        yield canonical
    yield from (mention.name for mention in taxonomy().find(said))

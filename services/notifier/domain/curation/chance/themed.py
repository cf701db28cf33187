"""How far a job is about a theme: what people refuse is told by whichever words a posting says it in."""

from functools import cache
from typing import Final, NamedTuple

from services.notifier.domain.curation.chance.times_said import share_of_often, times_said
from services.notifier.domain.curation.demands import needs_clearance
from services.notifier.domain.curation.judging import PostingFeatures
from services.rules.roles.taxonomy import roles
from services.rules.text import traces_of
from services.rules.themes import Theme

MUCH_TRAVEL: Final = 30
"""Per cent of the time."""


class _Phrase(NamedTuple):
    term: str
    stems: frozenset[str]
    """None of a phrase of which all but one word join others: a title must say it as it stands."""
    trace: int
    other: int


def about_theme(theme: Theme, ready: PostingFeatures) -> float:
    """How far a job is about it, 0 to 1; worked out once."""
    found = ready.themes.get(theme.id)
    if found is None:
        found = ready.themes[theme.id] = _about(theme, ready)
    return found


def _about(theme: Theme, ready: PostingFeatures) -> float:
    posting, traces = ready.posting, ready.traces
    if not theme.roles.isdisjoint(posting.roles[:1]) or _is_read(theme, ready):
        return 1.0
    phrases, stems = _phrases(theme, posting.language)
    said = [phrase for phrase in phrases if traces[phrase.trace] and traces[phrase.other]]
    in_title = [times_said(one.term, ready.title.line, posting.language) for one in said]
    if any(times > 0 for times in in_title):
        return 1.0
    may_say = not any(in_title) and not stems.isdisjoint(ready.stems_of_title)
    if may_say and any(one.stems and one.stems <= ready.stems_of_title for one in phrases):
        return 1.0
    times = [times_said(one.term, ready.of_work.as_written, posting.language) for one in said]
    count = sum(one for one in times if one > 0)
    if not count and any(times):
        return 0.0
    share = share_of_often(count, ready.of_work.as_written)
    return max(float(not theme.skills.isdisjoint(ready.asked_outright)), share)


@cache
def _phrases(theme: Theme, language: str | None) -> tuple[tuple[_Phrase, ...], frozenset[str]]:
    known, made = roles().vocabulary, list[_Phrase]()
    for term in theme.phrases(language):
        stems = frozenset(word.stem for word in known.words(term))
        joins = len(stems) == 1 and " " in term
        made.append(_Phrase(term, frozenset() if joins else stems, *traces_of(term)))
    return tuple(made), frozenset[str]().union(*(phrase.stems for phrase in made))


def _is_read(theme: Theme, ready: PostingFeatures) -> bool:
    match theme.reading:
        case "travel":
            return ready.travel >= MUCH_TRAVEL
        case "leads":
            return ready.leads
        case "shifts":
            return any(condition.kind == "shifts" for condition in ready.posting.conditions)
        case "clearance":
            return needs_clearance(ready.posting.description_text)
        case None:
            return False

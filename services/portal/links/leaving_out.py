"""Below a job that somebody calls not relevant: what of it their searches could leave out, and what that costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.posting import PostingCore
from services.portal.door import Door, Visit
from services.portal.gains import NAMES
from services.usecases import exclusions, links
from services.usecases.errors import MissingError
from services.usecases.exclusions import Exclusion
from services.usecases.links import SavedSearch
from services.usecases.live_previews import LivePreviews
from services.wording.facets import FACETS
from services.wording.lines import quoted
from services.wording.roles import role_in_words
from services.wording.words import Words, mark

DOES = ("leave-out", "let-in")
"""What a form may do."""
UNDONE = mark("Undone: it is as it was before.")
FIELDS = ("criterion", "value", "searches")
_NAMES: Mapping[str, str] = {"roles.none": mark("Job title"), "skills.none": mark("Skill")}
"""Of one that is not wanted yet."""


@dataclass(frozen=True, slots=True)
class ShownExclusion:
    """A row of the page, in the reader's words."""

    named: str
    costs: tuple[str, ...]
    """A sentence a search."""
    fields: Mapping[str, str]
    """What its button sends."""


def offered(door: Door, live: LivePreviews, visit: Visit, posting: PostingCore) -> list[ShownExclusion]:
    """What could be left out; nothing where the mail may lie in a mailbox that is somebody else's by now."""
    if links.has_moved(visit.subscriber):
        return []
    found = exclusions.exclusions(door.installation, visit.subscriber, posting)
    return [
        ShownExclusion(
            _in_words(exclusion, visit.words),
            tuple(_cost(exclusion, search, live, visit.words) for search in some),
            _fields(exclusion),
        )
        for exclusion, some in found.items()
    ]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was done, in the reader's words."""

    said: str
    undo: Mapping[str, str] | None
    """What the button sends that undoes it; None where it was just undone."""


def do(door: Door, visit: Visit, form: Mapping[str, str]) -> LeftOut:
    """Do what a form says of `DOES`. Raises UsageError."""
    if links.has_moved(visit.subscriber):
        raise MissingError("this link changes no searches any more")
    exclusion = Exclusion(form.get("criterion", ""), form.get("value", ""))
    installation, person, words = door.installation, visit.subscriber, visit.words
    if form.get("do") == "let-in":
        changed = form.get("searches", "").split()
        exclusions.let_in(installation, person, visit.about, exclusion, changed, visit.now)
        return LeftOut(words.say(UNDONE), None)
    some = exclusions.leave_out(installation, person, visit.about, exclusion, visit.now)
    said = words.say(
        "Left out from now on: {what} (in {searches}).", what=_in_words(exclusion, words), searches=_listed(some, words)
    )
    ids = " ".join(search.search_id for search in some)
    return LeftOut(said, {**_fields(exclusion), "searches": ids})


def _fields(exclusion: Exclusion) -> dict[str, str]:
    return {"criterion": exclusion.criterion, "value": exclusion.value}


def _in_words(exclusion: Exclusion, words: Words) -> str:
    named = words.say(_NAMES.get(exclusion.criterion) or NAMES[exclusion.criterion])
    return f"{named}: {_value(exclusion, words)}"


def _value(exclusion: Exclusion, words: Words) -> str:
    if exclusion.criterion in FACETS:
        return words.say(FACETS[exclusion.criterion].asked[exclusion.value])
    return role_in_words(exclusion.value, words) if exclusion.criterion == "roles.none" else exclusion.value


def _cost(exclusion: Exclusion, search: SavedSearch, live: LivePreviews, words: Words) -> str:
    name = quoted(search.name, words)
    if not live.ready:
        return name
    now, then = live.count(search.criteria), live.count(exclusion.of(search.criteria))
    return words.count(
        "{name}: {fewer} fewer of the {count} job that fits in {days} days",
        "{name}: {fewer} fewer of the {count} jobs that fit in {days} days",
        now,
        name=name,
        fewer=now - then,
        days=live.days,
    )


def _listed(some: Iterable[SavedSearch], words: Words) -> str:
    return words.all_of([quoted(search.name, words) for search in some])

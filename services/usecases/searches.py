"""Saved searches: added, changed, listed, held and deleted; and what is searched by, saved or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from schemas.criteria import Criteria, RoleTerms, SkillTerms
from services.notifier.adapters.sql.windows.cuts import NEW_SEARCH_LOOKS_BACK
from services.notifier.domain.model import Recipient
from services.notifier.domain.people import MOST_SEARCHES, SavedSearch, Subscriber, Timing, preferred_places_of
from services.notifier.importing import WantedSearch, criteria_of, search_of
from services.notifier.importing.differences import Difference, of_search
from services.rules.text import TextQuery
from services.usecases.errors import WrongFieldError, fields_checked
from services.usecases.installation import Installation

__all__ = [
    "NEW_SEARCH_LOOKS_BACK",
    "Difference",
    "OwnedSearch",
    "Query",
    "SavedSearch",
    "Timing",
    "WantedSearch",
    "add",
    "add_once",
    "change",
    "check_room",
    "criteria_from",
    "delete",
    "fields_of",
    "give_feed",
    "keep",
    "listed",
    "pause",
    "places_from",
    "prefer",
    "query_from",
    "query_of",
    "reader",
    "refused_by",
    "resume",
    "revise",
    "saved_query",
    "search_from",
    "with_feed",
]


@dataclass(frozen=True, slots=True)
class OwnedSearch:
    """A saved search, and the address of whom it is for."""

    search: SavedSearch
    address: str


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched by: of a saved search, or of one that nobody saved."""

    name: str
    criteria: Criteria
    preferred_places: tuple[str, ...] = ()
    owner_id: str | None = None
    """Whose saved search it is."""


_NONE: Final[Mapping[str, Any]] = {}
_TABLES: Final = ("roles", "skills")
"""Fields of criteria of which some fields may be asked for by themselves."""


def search_from(fields: Mapping[str, Any], asked: Mapping[str, Any] = _NONE) -> WantedSearch:
    """Check the fields of a new search, see docs/fields.md. Raises WrongFieldError.

    `asked`: fields of criteria, of tables some, that take the place of those in `fields`.
    """
    with fields_checked():
        return search_of({**fields, "criteria": _with_fields(fields.get("criteria"), asked)} if asked else fields)


def _with_fields(criteria: Any, asked: Mapping[str, Any]) -> Any:
    """Criteria with some fields in place of their own; whatever is no object is refused where it is read."""
    if not isinstance(criteria, dict) or not all(isinstance(criteria.get(name, {}), dict) for name in _TABLES):
        return criteria
    return criteria | {name: criteria.get(name, {}) | more if name in _TABLES else more for name, more in asked.items()}


def query_from(value: Any, name: str) -> Query:
    """A query from JSON: of criteria alone, or of a search with `criteria` in it. Raises WrongFieldError."""
    with fields_checked():
        if not isinstance(value, dict) or "criteria" not in value:
            return Query(name, criteria_of(value))
        return Query(name, criteria_of(value["criteria"]), preferred_places_of(value.get("preferred_places")))


def criteria_from(value: Any) -> Criteria:
    """Criteria from JSON, canonical. Raises WrongFieldError."""
    with fields_checked():
        return criteria_of(value)


def query_of(search: SavedSearch | WantedSearch) -> Query:
    """What a search searches by, for whoever may look at it."""
    return Query(search.name, search.criteria, search.preferred_places)


def saved_query(installation: Installation, search_id: str) -> Query:
    """What a saved search searches by. Raises UsageError for an id that none has."""
    saved = installation.searches.get(search_id)
    return Query(saved.name, saved.criteria, saved.preferred_places, saved.subscriber_id)


def add(installation: Installation, person: str, wanted: WantedSearch, now: datetime) -> SavedSearch:
    """Save a search of someone, by id or address; it looks back over the last seven days. Raises UsageError."""
    owner = installation.subscribers.find(person).subscriber_id
    places = wanted.preferred_places
    return installation.searches.add(owner, wanted.name, wanted.criteria, wanted.timing, now, preferred_places=places)


def add_once(
    installation: Installation, person: Subscriber, wanted: WantedSearch, key: str | None, now: datetime
) -> SavedSearch:
    """Save a search of somebody; asked again with the same key it is the one that there is, however it is by now.

    Raises WrongFieldError, UsageError.
    """
    search_id = "" if key is None else installation.ids.keyed_search_id(person.subscriber_id, key)
    check_room(installation, person, wanted.name, search_id)
    return installation.searches.add(
        person.subscriber_id,
        wanted.name,
        wanted.criteria,
        wanted.timing,
        now,
        search_id=search_id,
        preferred_places=wanted.preferred_places,
    )


def fields_of(saved: SavedSearch) -> dict[str, Any]:
    """The fields by which one like it is added."""
    timing = {"cadence": saved.timing.cadence, "hour": saved.timing.hour, "weekday": saved.timing.weekday or 0}
    places = list(saved.preferred_places)
    return {"name": saved.name, "criteria": saved.criteria, "preferred_places": places, **timing}


def places_from(names: Sequence[str]) -> tuple[str, ...]:
    """The codes of places whose jobs come first. Raises WrongFieldError."""
    with fields_checked():
        return preferred_places_of(list(names))


def reader(installation: Installation, own_id: str) -> Recipient:
    """Somebody as curation takes them. Raises UsageError."""
    return installation.subscribers.recipient(own_id)


def check_room(installation: Installation, person: Subscriber, name: str, search_id: str) -> None:
    """Whether somebody may give a search a name, a new one or that of an id. Raises WrongFieldError."""
    own = installation.searches.all(person.subscriber_id)
    if any(search.name == name for search in own if search.search_id != search_id):
        raise WrongFieldError("name", f"there is another search named {name!r}", "name_taken", given=name)
    if len(own) >= MOST_SEARCHES and all(search.search_id != search_id for search in own):
        raise WrongFieldError("name", f"there are {MOST_SEARCHES} searches already", "name_room")


def change(
    installation: Installation,
    search_id: str,
    fields: Mapping[str, Any],
    now: datetime,
    asked: Mapping[str, Any] = _NONE,
) -> tuple[Difference, ...]:
    """Change a search, and say what changed; what is not named stays. Raises UsageError, WrongFieldError.

    `asked`: as of `search_from`; where `fields` has no criteria, in place of those that are saved.
    """
    saved = installation.searches.get(search_id)
    own = fields["criteria"] if "criteria" in fields else saved.criteria.model_dump(mode="json", exclude_defaults=True)
    with fields_checked():
        wanted = search_of({**fields, "criteria": _with_fields(own, asked)} if asked else fields, saved)
    changes = tuple(of_search(saved, wanted))
    if changes:
        installation.searches.edit(
            search_id,
            now,
            name=wanted.name,
            criteria=wanted.criteria,
            timing=wanted.timing,
            preferred_places=wanted.preferred_places if "preferred_places" in fields else None,
        )
    return changes


def revise(
    installation: Installation,
    known: SavedSearch,
    fields: Mapping[str, Any],
    now: datetime,
    paused: bool | None = None,
    *,
    by_link: bool = False,
) -> SavedSearch:
    """Change a search that is as whoever changes it knows it; what is not named stays.

    `by_link`: whoever holds a link of a mail does, and its owner is told.
    Raises ChangedError where it is another by now, UsageError, WrongFieldError.
    """
    with fields_checked():
        wanted = search_of(fields, known)
    return installation.searches.edit(
        known.search_id,
        now,
        name=wanted.name,
        criteria=wanted.criteria,
        timing=wanted.timing,
        preferred_places=wanted.preferred_places,
        paused=paused,
        known=known,
        by_link=by_link,
    )


def keep(installation: Installation, search_id: str) -> None:
    """Have its owner told no more of what a link of a mail changed. Raises UsageError."""
    installation.searches.keep(search_id)


def prefer(installation: Installation, search_id: str, places: Sequence[str] | None, now: datetime) -> tuple[str, ...]:
    """Put the jobs of some places first, by code or name; gives their codes. Raises UsageError, WrongFieldError."""
    with fields_checked():
        preferred = preferred_places_of(None if places is None else list(places))
    installation.searches.edit(search_id, now, preferred_places=preferred)
    return preferred


def listed(installation: Installation, person: str | None = None) -> list[OwnedSearch]:
    """Saved searches by subscriber and name, of one person or of all. Raises UsageError."""
    owner = installation.subscribers.find(person).subscriber_id if person else None
    everybody = installation.subscribers.all()
    addresses = {subscriber.subscriber_id: subscriber.profile.address for subscriber in everybody}
    return [OwnedSearch(search, addresses.get(search.subscriber_id, "")) for search in installation.searches.all(owner)]


def pause(installation: Installation, search_id: str, now: datetime) -> None:
    """Serve a search no more until it is resumed. Raises UsageError."""
    installation.searches.pause(search_id, now)


def resume(installation: Installation, search_id: str, now: datetime) -> None:
    """Serve a search again. Raises UsageError."""
    installation.searches.resume(search_id, now)


def give_feed(installation: Installation, search_id: str, key: str | None) -> None:
    """Give a search a feed at another secret address, or at none. Raises UsageError."""
    installation.searches.give_feed(search_id, key)


def with_feed(installation: Installation, key: str) -> tuple[SavedSearch, Recipient] | None:
    """The search that has a feed at a secret address, and whose it is."""
    # PostgreSQL would refuse the question where a NUL stands in it.
    saved = installation.searches.with_feed(key.replace("\0", ""))
    return (saved, installation.subscribers.recipient(saved.subscriber_id)) if saved else None


def delete(installation: Installation, search_id: str, now: datetime, known: SavedSearch | None = None) -> None:
    """Forget a search. Raises UsageError; ChangedError where it is another by now than is `known`."""
    installation.searches.delete(search_id, now, known)


def refused_by(asked: Criteria) -> Criteria:
    """What somebody does not want, and nothing of what they do; canonical, as what is asked for is."""
    return Criteria(
        roles=RoleTerms(none=asked.roles.none),
        skills=SkillTerms(none=asked.skills.none),
        text=str(TextQuery(excluded=TextQuery.parse(asked.text).excluded)),
    )

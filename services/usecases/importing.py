"""Many people from one file, with their searches: taken in, or changed, line by line."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from services.notifier.domain.consent import DECLARED
from services.notifier.importing import Entry, Fault, KnownSubscriber, Knows, WantedSearch, nobody, read_people
from services.notifier.importing.differences import of_entry
from services.overview.search_yield import LEAST_SEARCHES, SearchYield, more_in, newest_in, some_of, yield_of
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.usecases import accounts, consent
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation
from services.usecases.progress import Progress, unseen

__all__ = [
    "Entry",
    "Fault",
    "Imported",
    "KnownAlready",
    "Summary",
    "Undeclared",
    "import_all",
    "read",
    "take_in",
    "would_take_in",
]


@dataclass(frozen=True, slots=True)
class KnownAlready(Fault):
    """A line of somebody who is subscribed, where nobody is to be changed."""

    said: str = "address: it is subscribed already"


@dataclass(frozen=True, slots=True)
class Undeclared(Fault):
    """A line of somebody new, of whom nobody says that they agreed to be mailed."""

    said: str = f"{', '.join(DECLARED)}: somebody new needs all three, where, when and to what words they agreed"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became, or would become, of a line."""

    line: int
    address: str
    """As it was known; of somebody new as the line has it."""
    done: Literal["new", "changed", "same"]
    searches: int
    """How many the line names."""
    changes: tuple[str, ...] = ()
    """Sentences; of somebody who was known."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became, or would become, of all lines."""

    new: int
    searches: int
    """Of those who are new."""
    changed: int
    same: int
    faults: int
    search_yield: SearchYield | None = None
    """What some of all their searches find in the store; None where they, or its postings, are too few to say."""


def import_all(
    installation: Installation | None,
    data: bytes,
    declared: Mapping[str, str],
    now: datetime,
    *,
    update: bool,
    dry_run: bool,
    tell: Callable[[Imported | Fault], None],
    progress: Progress = unseen,
) -> Summary:
    """Take in what can be taken of a file, line by line; `tell` is told what became of each.

    `dry_run`: nothing is changed, and where there is no installation everybody is new. Raises UnavailableError.
    """
    entries = read(installation, data, declared)
    done: Counter[str] = Counter()
    with progress("Importing", len(entries)) as advance:
        for entry in entries:
            if isinstance(entry, Fault):
                outcome: Imported | Fault = entry
            elif dry_run or installation is None:
                outcome = would_take_in(entry, now, update=update)
            else:
                outcome = take_in(installation, entry, now, update=update)
            tell(outcome)
            done["faults" if isinstance(outcome, Fault) else outcome.done] += 1
            done["searches"] += outcome.searches if isinstance(outcome, Imported) and outcome.done == "new" else 0
            advance(1)
    wanted = [search.criteria for entry in entries if isinstance(entry, Entry) for search in entry.searches]
    search_yield = None
    if installation is not None and len(wanted) >= LEAST_SEARCHES and (newest := newest_in(installation.engine)):
        search_yield = yield_of(some_of(wanted), newest, partial(more_in, installation.engine))
    return Summary(done["new"], done["searches"], done["changed"], done["same"], done["faults"], search_yield)


def read(
    installation: Installation | None, data: bytes | str, declared: Mapping[str, str] | None = None
) -> list[Entry | Fault]:
    """Each line as an entry or a fault, in order; without an installation everybody is new.

    `declared`: what `consent_origin`, `consent_date` and `consent_wording` are where a line leaves one of them out.
    """
    return list(read_people(data, _known_to(installation) if installation else nobody, declared or {}))


def would_take_in(entry: Entry, now: datetime, *, update: bool) -> Imported | Fault:
    """What would become of an entry. `update`: who is subscribed already is changed, else refused."""
    known = entry.known
    if known is not None and not update:
        return KnownAlready(entry.line)
    if entry.declaration is not None and entry.declaration.given_at > now:
        return Fault(entry.line, f"consent_date: {entry.declaration.given_at:%Y-%m-%d} has not come yet")
    count = len(entry.searches)
    if known is None and entry.declaration is None:
        return Undeclared(entry.line)
    if known is None:
        return Imported(entry.line, entry.profile.address, "new", count)
    changes = tuple(of_entry(entry))
    return Imported(entry.line, known.person.profile.address, "changed" if changes else "same", count, changes)


def take_in(installation: Installation, entry: Entry, now: datetime, *, update: bool) -> Imported | Fault:
    """Take an entry in; a fault, without the address in it, where the store refuses. Raises UnavailableError."""
    planned = would_take_in(entry, now, update=update)
    if isinstance(planned, Fault) or planned.done == "same":
        return planned
    try:
        own_id = _person(installation, entry, now)
    except WrongFieldError as error:
        return Fault(entry.line, str(error))
    except UsageError:
        return KnownAlready(entry.line)
    for wanted in entry.searches:
        try:
            _search(installation, own_id, entry.known, wanted, now)
        except UnavailableError:
            raise
        except JobchimeError as error:
            return Fault(entry.line, f"the search {wanted.name!r} was not saved: {error}")
    return planned


def _known_to(installation: Installation) -> Knows:
    def knows(address: str) -> KnownSubscriber | None:
        person = installation.subscribers.with_address(address)
        if person is None:
            return None
        own_id = person.subscriber_id
        return KnownSubscriber(
            person, tuple(installation.searches.all(own_id)), consent.declared_of(installation, own_id)
        )

    return knows


def _person(installation: Installation, entry: Entry, now: datetime) -> str:
    """Their id. `would_take_in` has seen to it that somebody new is declared."""
    if entry.known is None and entry.declaration is not None:
        return accounts.add(installation, entry.profile, now, entry.declaration).subscriber_id
    assert entry.known is not None
    person = entry.known.person
    if entry.declaration is not None and entry.declaration != entry.known.declared:
        consent.declare(installation, person.subscriber_id, entry.declaration, now)
    if entry.profile != person.profile:
        installation.subscribers.change(person.subscriber_id, entry.profile, now)
    return person.subscriber_id


def _search(
    installation: Installation, own_id: str, known: KnownSubscriber | None, wanted: WantedSearch, now: datetime
) -> None:
    saved, places = known.search(wanted.name) if known else None, wanted.preferred_places
    if saved is None:
        installation.searches.add(own_id, wanted.name, wanted.criteria, wanted.timing, now, preferred_places=places)
    else:
        installation.searches.edit(
            saved.search_id, now, criteria=wanted.criteria, timing=wanted.timing, preferred_places=places
        )

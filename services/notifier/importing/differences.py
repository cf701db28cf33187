"""What a change of people or searches would change, for whoever decides on it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from schemas.codec import encode
from services.notifier.domain.people import Profile, SavedSearch, day_name
from services.notifier.importing import Entry, WantedSearch


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changes; both values as people write them."""

    field: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.field}: {self.old or 'nothing'} -> {self.new or 'nothing'}"


def of_profile(old: Profile, new: Profile) -> list[Difference]:
    """The facts that differ."""
    before, after = _facts(old), _facts(new)
    return [Difference(name, before[name], after[name]) for name in before if before[name] != after[name]]


def of_search(old: SavedSearch, new: WantedSearch) -> list[Difference]:
    """The fields that differ, criteria field by field."""
    named = [("name", old.name, new.name)] if old.name != new.name else []
    before, after = _parts(old), _parts(new)
    fields = dict.fromkeys([*before, *after])
    found = [(name, before.get(name, ""), after.get(name, "")) for name in fields]
    changed = [(name, was, now) for name, was, now in found if was != now]
    return [Difference(*difference) for difference in named + changed]


def of_entry(entry: Entry) -> Iterator[str]:
    """Sentences about everything that an entry changes of somebody who is known."""
    if entry.known is None:
        return
    yield from map(str, of_profile(entry.known.person.profile, entry.profile))
    if entry.declaration not in (None, entry.known.declared):
        yield "consent: another declaration"
    for wanted in entry.searches:
        saved = entry.known.search(wanted.name)
        if saved is None:
            yield f"search {wanted.name!r}: new"
        else:
            yield from (f"search {wanted.name!r}, {difference}" for difference in of_search(saved, wanted))


def _facts(profile: Profile) -> dict[str, str]:
    said = {
        "speaks": ", ".join(map(str, profile.speaks)),
        "home": str(profile.home or ""),
        "years": "" if profile.years is None else str(profile.years),
        "worked_as": ", ".join(profile.worked_as),
        "knows": ", ".join(profile.knows),
        "avoids": ", ".join(profile.avoids),
    }
    return asdict(profile) | said


def _parts(search: SavedSearch | WantedSearch) -> dict[str, str]:
    timing = search.timing
    criteria = json.loads(encode(search.criteria))
    return {
        "cadence": timing.cadence,
        "hour": str(timing.hour) if timing.cadence != "instant" else "",
        "weekday": day_name(timing.weekday) if timing.weekday is not None else "",
        **{f"criteria.{name}": json.dumps(value, ensure_ascii=False) for name, value in criteria.items()},
        "preferred_places": ", ".join(search.preferred_places),
    }

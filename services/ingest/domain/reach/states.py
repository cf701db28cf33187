"""The states that remote work in one country is tied to, by the towns that one must live in or near."""

from collections.abc import Iterable, Iterator, Sequence

from schemas.posting import Reach, Workplace
from services.ingest.domain.findings import Finding
from services.ingest.domain.reach.named import as_states
from services.ingest.domain.reach.words import words
from services.rules.places.data import country_part, place_data
from services.rules.places.known import PlaceMention, find_places
from services.rules.text import lowered


def within_states(reach: Finding[Reach], workplace: Workplace) -> Finding[Reach]:
    """Narrow a country to the states of the towns where the text that decided places whoever works remotely.

    None where it names the country too, or an office, or the employer, or calls the town a choice. Work that is not
    remote has its towns.
    """
    named = reach.value
    if workplace != "remote" or len(named.countries) != 1 or named.groups or named.subdivisions or named.excluded:
        return reach
    (country,) = named.countries
    if country not in place_data().coded:
        return reach
    found: dict[str, None] = {}
    for said in (shown.text for shown in reach.evidence if shown.source == "text"):
        small, mentions = lowered(said), as_states(find_places(said, cities=True))
        if _leaves_open(small) or any(mention.kind not in ("city", "subdivision") for mention in mentions):
            return reach
        if mentions and not _is_label(small[: mentions[0].start]):
            found.update(dict.fromkeys(_states(mentions, country)))
    return Finding(named.model_copy(update={"subdivisions": tuple(found)}), reach.evidence) if found else reach


def _states(mentions: Sequence[PlaceMention], country: str) -> Iterator[str]:
    codes: Iterable[str | None] = (place.subdivision or place.code for place in mentions)
    yield from (code for code in codes if code and code != country and country_part(code) == country)


def _is_label(before: str) -> bool:
    """Whether a place behind these words is a label's value, which may be the employer's seat: `Location: Austin`."""
    _, colon, between = before.rpartition(":")
    return bool(colon) and words().filled.fullmatch(between) is not None


def _leaves_open(text: str) -> bool:
    """Whether a statement names an office, or remote work as the other way, or speaks of the employer."""
    of_employer = any(subject.lastgroup == "them" for subject in words().subject.finditer(text))
    return of_employer or any(
        pattern.search(text)
        for pattern in (words().office, words().preferred, words().preferred_behind, words().other_way)
    )

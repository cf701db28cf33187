"""Places as a posting names them, gathered in order, with the words that named them, and states told by their towns."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from schemas.posting import Evidence, Reach, Workplace
from services.ingest.domain.draft import Stated
from services.ingest.domain.findings import Finding
from services.ingest.domain.reach.words import words
from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part, place_data
from services.rules.places.known import PlaceMention, countries_of, country_of, find_places, place_name, places_in_field
from services.rules.text import fold, lowered

MOST_SHOWN = 4
"""Pieces of evidence of one reach."""


@dataclass(slots=True)
class NamedPlaces:
    """Countries, states and groups in the order of their naming."""

    countries: dict[str, None] = field(default_factory=dict)
    subdivisions: dict[str, None] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)
    worldwide: bool = False
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def any_place(self) -> bool:
        """Whether a place is named at all; `worldwide` is none."""
        return bool(self.countries or self.subdivisions or self.groups)

    def add(self, mentions: Iterable[PlaceMention], *, states: bool) -> bool:
        """Take places in, and say whether there was one.

        `states` keeps subdivisions (a restriction), else only their country (an address). Of a city it is its country.
        """
        taken = False
        for mention in mentions:
            taken = True
            if mention.kind == "worldwide":
                self.worldwide = True
            elif mention.kind == "group":
                self.groups[mention.code] = None
            elif mention.kind == "subdivision":
                if states and is_whole(mention):
                    self.subdivisions[mention.code] = None
                self.countries[country_of(mention.code)] = None
            else:
                self.countries[mention.code] = None
        return taken

    def show(self, evidence: Callable[[], Evidence]) -> None:
        """Keep the words that named a place, of the first few places."""
        if len(self.evidence) < MOST_SHOWN:
            self.evidence.append(evidence())

    def join(self, other: "NamedPlaces") -> None:
        """Take in all that another names, behind what is named here."""
        self.countries.update(other.countries)
        self.subdivisions.update(other.subdivisions)
        self.groups.update(other.groups)
        self.worldwide = self.worldwide or other.worldwide
        self.evidence += other.evidence


@dataclass(slots=True)
class ExcludedPlaces:
    """Codes of what a posting rules out, with the words that did."""

    codes: dict[str, None] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, codes: Iterable[str], evidence: Callable[[], Evidence]) -> None:
        """Take codes in; the words are kept of the first few only."""
        found = dict.fromkeys(codes)
        if found and len(self.evidence) < MOST_SHOWN // 2:
            self.evidence.append(evidence())
        self.codes.update(found)


def without_frames(text: str, mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Leave out a group that what follows spells out.

    `Europe (Spain, Italy)`, `EMEA: Spain` are the countries; `Americas (North and South America)` is the larger group.
    """
    kept: list[PlaceMention] = []
    frame: PlaceMention | None = None
    spelt_out: set[int] = set()
    reached = 0
    for mention in mentions:
        if frame is not None and ")" in text[reached : mention.start]:
            frame = None
        reached = mention.start
        if frame is not None and mention.kind == "group" and countries_of(mention.code) < countries_of(frame.code):
            continue
        if frame is not None and mention.kind != "group" and mention.code[:2] in _members(frame):
            spelt_out.add(frame.start)
        if mention.kind == "group" and _OPENS.match(text, mention.end):
            frame, reached = mention, mention.end
        kept.append(mention)
    return [mention for mention in kept if mention.start not in spelt_out]


_OPENS = re.compile(r"\s*[(:]")


def in_bracket(before: str) -> bool:
    """Whether what follows stands in a bracket behind more than `or`: `US (from home, a cafe, anywhere)` is at what
    one may work in the US.
    """
    _, opened, inside = before.rpartition("(")
    return bool(opened) and ")" not in inside and len(inside.split()) > 1


def as_states(mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Read a city named like its state as the state, where other states stand in the list: New York, New Jersey.

    Washington, D.C., is a city where none does.
    """
    states = {mention.code for mention in mentions if mention.kind == "subdivision"}
    if states <= {_CAPITAL}:
        return [_as_city(mention) if mention.code == _CAPITAL else mention for mention in mentions]
    return [state_named(mention) or mention for mention in mentions]


_CAPITAL = "US-DC"
_METROS = frozenset(
    {"san francisco bay area", "sf bay area", "bay area", "silicon valley", "greater toronto area", "gta"}
)


def is_whole(mention: PlaceMention) -> bool:
    """Whether it names a place in whole: a metropolitan area says which state it is in, and stands for its city."""
    return mention.text.lower() not in _METROS


def _as_city(mention: PlaceMention) -> PlaceMention:
    return replace(mention, kind="city", code=country_of(mention.code), subdivision=mention.code)


def state_named(mention: PlaceMention) -> PlaceMention | None:
    """The state that a city shares its name with, as Quebec; None for any other place."""
    if mention.subdivision is None or fold(place_name(mention.subdivision)) != fold(_own_name(mention)):
        return None
    return replace(mention, kind="subdivision", code=mention.subdivision, subdivision=None)


def _own_name(mention: PlaceMention) -> str:
    """Its name without the wider places behind it: `New York, USA`."""
    return mention.text[: mention.name_end - mention.start] if mention.name_end else mention.text


def _members(mention: PlaceMention) -> frozenset[str]:
    return countries_of(mention.code)


def within_states(reach: Finding[Reach], workplace: Workplace) -> Finding[Reach]:
    """Narrow a country to the states of the towns that one must live in or near, by the text that decided.

    None where it names the country too, or an office, or the employer, or calls the town a choice. Work that is not
    remote has its towns.
    """
    country = _whole_country(reach.value)
    if workplace != "remote" or country is None:
        return reach
    found: dict[str, None] = {}
    for said in (shown.text for shown in reach.evidence if shown.source == "text"):
        small, mentions = lowered(said), as_states(find_places(said, cities=True))
        if _leaves_open(small) or any(mention.kind not in ("city", "subdivision") for mention in mentions):
            return reach
        if mentions and not _is_label(small[: mentions[0].start]):
            found.update(dict.fromkeys(_states(mentions, country)))
    return _narrowed(reach, found)


_TOWN = re.compile(r"[^\W\d_]{3}")
"""Before the comma before a state: `Townsend, Massachusetts`."""
_ONLY_REMOTE = re.compile(rf"\W*{any_of('workplace.field.remote')}\W*")
_GOES_ON = re.compile(r" [A-Z][a-z]{2}")


def at_states(
    reach: Finding[Reach], workplace: Workplace, towns: Sequence[int], locations: Sequence[Stated], by_hand: bool
) -> Finding[Reach]:
    """Narrow a country to the states of the towns where work that is not remote is done, where none of these is known.

    Known towns tell the state themselves; a state without a town may be the employer's, where nothing tells that one
    must come in; work `by_hand` tells it. Remote work keeps to states whose every location is one that is called
    remote itself: `Ohio, USA, Remote; Utah, USA, Remote`.
    """
    country = _whole_country(reach.value)
    if towns or country is None:
        return reach
    if workplace == "remote":
        # What a text says of the role itself is wider on purpose: "anywhere in the US".
        if any(shown.source in ("text", "title") for shown in reach.evidence):
            return reach
        return _narrowed(reach, _all_remote_states([stated.text for stated in locations], country))
    found: dict[str, None] = {}
    for stated in locations:
        mentions = _without_halves(stated.text, as_states(places_in_field(stated.text)))
        states = dict.fromkeys(_states(mentions, country))
        told = by_hand or workplace != "unknown" or (mentions and _names_town(stated.text, mentions[0]))
        if not states or not told:
            return reach
        found |= states
    return _narrowed(reach, found)


def _all_remote_states(locations: Sequence[str], country: str) -> dict[str, None]:
    """The states of locations that name nothing but a state, and say that it is remote; none where any names else."""
    found: dict[str, None] = {}
    for text in locations:
        parts, mentions = text.split(";"), as_states(places_in_field(text))
        if len(parts) != len(mentions):
            return {}
        for part, place in zip(parts, mentions, strict=True):
            rest = part.replace(place.text, " ", 1)
            states = place.kind == "subdivision" and is_whole(place) and rest != part
            if not states or not _ONLY_REMOTE.fullmatch(lowered(rest)):
                return {}
        found |= dict.fromkeys(_states(mentions, country))
    return found


def _without_halves(text: str, mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Leave out a town whose name goes on, so that it is another, before a state: `Sun City Center, FL`."""
    stated = any(mention.kind == "subdivision" for mention in mentions)
    return [m for m in mentions if not (stated and m.kind == "city" and _GOES_ON.match(text, m.end))]


def _names_town(text: str, first: PlaceMention) -> bool:
    """Whether a location names a town, known or not, and no state alone."""
    before_state = text[: first.name_end or first.end].rpartition(",")[0]
    return first.kind == "city" or bool(_TOWN.search(before_state))


def _whole_country(named: Reach) -> str | None:
    """The one country with states of its own that a reach names, and nothing else."""
    if len(named.countries) != 1 or named.groups or named.subdivisions or named.excluded:
        return None
    return named.countries[0] if named.countries[0] in place_data().coded else None


def _narrowed(reach: Finding[Reach], states: dict[str, None]) -> Finding[Reach]:
    if not states:
        return reach
    return Finding(reach.value.model_copy(update={"subdivisions": tuple(states)}), reach.evidence)


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

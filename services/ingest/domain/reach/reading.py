"""Where one may work from.

Decided in this order: a restriction in the text; the board's restriction field; a hiring region in the title, or
`anywhere`, where the posting says who may apply; the posting's own locations; where nothing else is said, a place in
the title, the country whose benefits and forms it speaks of, or a slogan. A place that stands apart in the title
narrows what a board, or words on all whom the employer hires, leave wider. Three states: `unknown` only where nothing
is said. A sales territory (`Director, EMEA`), a market or a benefit (`work from anywhere for two weeks`) restricts and
widens nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from schemas.posting import Evidence, Reach
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.reach.apart import is_elsewhere, narrowed, title_limits, title_region, with_title
from services.ingest.domain.reach.beside import parted
from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.named import MOST_SHOWN, ExcludedPlaces, NamedPlaces, without_frames
from services.ingest.domain.reach.text import TextReach, read_text
from services.ingest.domain.reach.words import pattern_of, words
from services.ingest.domain.tables import table_of
from services.rules.places.data import country_part
from services.rules.places.known import (
    PlaceMention,
    canonical_place,
    countries_of,
    find_places,
    kind_of,
    places_in_field,
)
from services.rules.sections import ABOUT_US, Document
from services.rules.text import lowered

_BEFORE, _BEHIND = 80, 60
_AMBIGUOUS = {"georgia": ("GE", "US-GA"), "jordan": ("JO",), "chad": ("TD",), "washington": ("US-WA",)}
"""What a board's field of countries, or of states, means by names that text uses for more."""


@cache
def _table() -> tuple[AhoCorasick, tuple[str, ...]]:
    words = {word: country for country, entry in table_of("home.toml").items() for word in entry["words"]}
    automaton = AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return automaton, tuple(words.values())


def home_of(document: Document) -> NamedPlaces:
    """Name the one country whose small print a text holds; nothing where there are several, or none."""
    automaton, countries = _table()
    text = document.lowered
    found: dict[str, tuple[int, int]] = {}
    for word, start, end in automaton.find_matches_as_indexes(text):
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            found.setdefault(countries[word], (start, end))
    named = NamedPlaces()
    if len(found) == 1:
        ((country, (start, end)),) = found.items()
        named.countries[country] = None
        named.evidence.append(quote("text", document.text, start, end))
    return named


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[reach]`."""

    hires: re.Pattern[str]
    role: re.Pattern[str]
    slogan: re.Pattern[str]
    not_people: re.Pattern[str]
    place_behind: re.Pattern[str]
    leaves_out: re.Pattern[str]
    """`Worldwide, except Iran`: only who may apply has exceptions."""
    nearly: re.Pattern[str]
    """Right before it: `from almost anywhere` is not from anywhere."""
    no: re.Pattern[str]
    """Begins a phrase that says it of restrictions."""
    all_but: re.Pattern[str]
    """Remote, and who may not is all that is said: `Remote (non-U.S.)`."""


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        hires=pattern_of(
            r"{hires}[^.\n]{0,40}$|{hiring_next} (?:\w+ ){0,3}$"
            r"|{welcomes}[^.\n]{0,45}{welcomed}[^.\n]{0,25}$|{applying}[^.\n]{0,30}$"
        ),
        role=pattern_of(r"{role_done}[^.\n]{0,60}?{done}[^.\n]{0,30}$|{role_is}[^.\n]{0,30}$"),
        slogan=pattern_of(
            r"{slogan}[\s\w,-]{0,18}$|(?:^|\n)[\W_]*{heading}\W{1,4}(?:{remote}\W{1,4})?$|{remote}\W{1,4}$"
        ),
        not_people=pattern_of(r"{not_people}[^.\n]{0,35}$"),
        place_behind=pattern_of(
            r"\s*,?\s*\(?{part_behind}(?=\s)(?!\s{clock_behind})|\s+(?:{from_to}\s)?\(?(?:utc|gmt)\b"
            r"|\s+(?:{between_zones}|{wide_of_others})|[- ]{else}"
        ),
        leaves_out=pattern_of(r"[\s,(–—-]{1,3}{leaves_out}"),
        nearly=pattern_of(r"{nearly}\s$"),
        no=pattern_of(r"{no_place}\s"),
        all_but=pattern_of(r"{remote}[\s,(|–—-]{1,4}{left_out}|(?:^|[(|]\s?|[,|–—-]\s){left_out}[^.\n]{1,20} {remote}"),
    )


@dataclass(frozen=True, slots=True)
class Wide:
    """What a text says on applicants from anywhere."""

    plain: Evidence | None = None
    """Who may apply: anybody."""
    slogan: Evidence | None = None
    """Work from anywhere."""
    of_role: bool = False
    """Whether `plain` is said of the role itself, and not of all whom the employer hires."""


def read_wide(document: Document, cues: Iterable[Cue]) -> Wide:
    """Judge the words that may mean anywhere by what stands around them."""
    slogan: Evidence | None = None
    text, known = document.lowered, _patterns()
    for cue in cues:
        if known.place_behind.match(text, cue.end) or words().limited_behind.match(text, cue.end):
            continue
        before = _clause(text[max(0, cue.start - _BEFORE) : cue.start])
        if words().negated.search(before) or words().for_a_while.search(before) or known.nearly.search(before):
            continue
        evidence = quote("text", document.text, cue.start, cue.end)
        left_out = not before.strip() and known.leaves_out.match(text, cue.end)
        if left_out or known.hires.search(before) or known.no.match(text, cue.start):
            return Wide(evidence, slogan, of_role=bool(known.role.search(before)))
        if known.not_people.search(before):
            continue
        if known.role.search(before) and document.kind_at(cue.start) not in ABOUT_US:
            return Wide(evidence, slogan, of_role=True)
        if slogan is None and known.slogan.search(before):
            slogan = evidence
    return Wide(None, slogan)


def _clause(before: str) -> str:
    for mark in (". ", "! ", "? ", "; ", "\n", "• "):
        before = before.rpartition(mark)[2]
    return before


def read_reach(draft: Draft, document: Document) -> Finding[Reach]:
    """Decide the reach of a posting."""
    said = read_text(document, _home(draft.locations))
    board = _of_fields(draft.restriction, said.excluded, restricts=True)
    own = _of_fields(draft.locations, said.excluded)
    excluded = said.excluded
    title, limits = title_region(document.title, excluded), title_limits(document.title)
    if said.anywhere is not None:
        return _worldwide(excluded, [said.anywhere])
    if said.restricted.any_place:
        if said.labelled and not said.restricted.countries:
            said.restricted.groups |= _beside(own.groups, said.restricted.groups)
        return _listed(with_title(said.restricted, title, own), excluded)
    if board.any_place:
        return _listed(with_title(narrowed(board, limits), title, NamedPlaces()), excluded)
    if draft.restriction_open or board.worldwide:
        if limits.any_place:
            return _listed(limits, excluded)
        return _worldwide(excluded, board.evidence or [evidence_of("restriction", "open to all")])
    if title.any_place:
        if not is_elsewhere(own, title):
            title.join(own)
        return _listed(title, excluded)
    return _by_rest(document, said, narrowed(own, limits), limits, excluded)


def _home(locations: Iterable[Stated]) -> str | None:
    """The one country that addresses lie in; None where they name several, or a group of them."""
    places = [place for stated in locations for place in places_in_field(stated.text)]
    countries = {country_part(place.code) for place in places if place.kind in ("country", "subdivision", "city")}
    return countries.pop() if len(countries) == 1 and all(place.kind != "group" for place in places) else None


def _beside(groups: Iterable[str], stated: Iterable[str]) -> dict[str, None]:
    """The groups of a board that are no larger ones of those that a text names."""
    members = [countries_of(group) for group in stated]
    return dict.fromkeys(group for group in groups if not any(countries_of(group) > within for within in members))


def one_country(reach: Reach) -> str | None:
    """The single country that a reach names, for reading a bare dollar sign."""
    return reach.countries[0] if len(reach.countries) == 1 and not reach.groups else None


def _by_rest(
    document: Document, said: TextReach, own: NamedPlaces, limits: NamedPlaces, excluded: ExcludedPlaces
) -> Finding[Reach]:
    """By what is weaker than any restriction."""
    wide = read_wide(document, said.wide)
    if wide.plain is not None and not own.groups:
        limited = limits.any_place and not wide.of_role
        return _listed(limits, excluded) if limited else _worldwide(excluded, [wide.plain])
    if own.any_place:
        return _listed(own, excluded)
    if own.worldwide:
        return _worldwide(excluded, own.evidence)
    titled = NamedPlaces()
    mentions = [
        m
        for m in parted(document.title, find_places(document.title, cities=True))[1]
        if m.kind not in ("group", "worldwide")
    ]
    if titled.add(mentions, states=False):
        titled.evidence.append(evidence_of("title", document.title))
        return _listed(titled, excluded)
    if said.weak.any_place:
        return _listed(said.weak, excluded)
    home = home_of(document)
    if wide.slogan is not None and not home.any_place:
        return _worldwide(excluded, [wide.slogan])
    seat = _office(document) if own.evidence else home
    if seat.any_place or home.any_place:
        return _listed(seat if seat.any_place else home, excluded)
    if any(_patterns().all_but.search(lowered(shown.text)) for shown in excluded.evidence):
        return _worldwide(excluded, [])
    return Finding(Reach(excluded=tuple(excluded.codes)), tuple(excluded.evidence))


def _listed(named: NamedPlaces, excluded: ExcludedPlaces) -> Finding[Reach]:
    shut = tuple(code for code in excluded.codes if code not in named.countries)
    reach = Reach(
        scope="listed",
        countries=tuple(named.countries),
        subdivisions=tuple(code for code in named.subdivisions if code not in shut),
        groups=tuple(named.groups),
        excluded=shut,
    )
    return Finding(reach, _distinct(named.evidence, excluded))


def _distinct(evidence: Sequence[Evidence], excluded: ExcludedPlaces) -> tuple[Evidence, ...]:
    """What decided, then what ruled out; at most `MOST_SHOWN`."""
    kept = evidence[: MOST_SHOWN - len(excluded.evidence)]
    return tuple({shown.text: shown for shown in (*kept, *excluded.evidence)}.values())


def _worldwide(excluded: ExcludedPlaces, evidence: Sequence[Evidence]) -> Finding[Reach]:
    return Finding(Reach(scope="worldwide", excluded=tuple(excluded.codes)), _distinct(evidence, excluded))


def _of_fields(fields: Iterable[Stated], excluded: ExcludedPlaces, *, restricts: bool = False) -> NamedPlaces:
    """The places that fields name; what they rule out goes to `excluded`.

    An address beside a location that names its region, or who may not (`EMEA`, `Remote (non-U.S.)`, with the seat's
    address), says nothing more.
    """
    named = NamedPlaces()
    framed = False
    for stated in fields:
        if framed and "address" in stated.field.lower():
            continue
        small = lowered(stated.text)
        mentions = _in_field(stated, restricts=restricts)
        shut, open_ = parted(stated.text, mentions)
        excluded.add((mention.code for mention in shut), partial(evidence_of, stated.field, stated.text))
        only_shut = bool(shut) and not open_
        if only_shut and words().all_places.search(small):
            named.worldwide = True
            named.show(partial(evidence_of, stated.field, stated.text))
        framed = (
            only_shut
            or any(mention.kind in ("group", "worldwide") for mention in open_)
            or (len(open_) > 1 and "," in stated.text)
        )
        limits = restricts or bool(words().only_said.search(small))
        if named.add(without_frames(stated.text, open_), states=limits) or words().office.search(small):
            named.show(partial(evidence_of, stated.field, stated.text))
    return named


def _in_field(stated: Stated, *, restricts: bool) -> Sequence[PlaceMention]:
    """The places in one field. `Georgia` in a field that `restricts` is the country, in one of states the state."""
    text = stated.text
    ambiguous = _AMBIGUOUS.get(text.strip().lower(), ()) if restricts else ()
    code = next((code for code in ambiguous if (kind_of(code) == "subdivision") == ("state" in stated.field)), None)
    mentions = () if code else places_in_field(text)
    code = code or (None if mentions else canonical_place(text))
    return mentions if code is None else (PlaceMention(code, kind_of(code), 0, len(text), text),)


def _office(document: Document) -> NamedPlaces:
    """Where a location field says `Headquarters` only: the place that the text gives the office."""
    named = NamedPlaces()
    text = document.text
    for match in words().seat.finditer(text):
        mentions = find_places(text[match.start() : match.end() + 60])
        near = [m for m in mentions if m.kind != "group" and match.start() + m.start <= match.end() + 2]
        if named.add(near[:1], states=False):
            named.evidence.append(quote("text", text, match.start(), match.end() + 20))
            break
    return named

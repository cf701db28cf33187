"""What a posting's text says on where one may work from: a cue, small words, a list of places.

`must be based in` + `the` + `US or Canada`. A cue counts by who it speaks of (an applicant or the role, not the
customers), and nothing but small words may stand between it and its places, which end where another word begins. Every
rule looks at a bounded stretch of text around a cue, so that the work is linear in the text.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from schemas.posting import Evidence
from services.ingest.domain.findings import quote
from services.ingest.domain.reach import beside
from services.ingest.domain.reach.apart import read_label
from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.named import (
    ExcludedPlaces,
    NamedPlaces,
    as_states,
    in_bracket,
    is_whole,
    state_named,
    without_frames,
)
from services.ingest.domain.reach.refusals import MOST_BEHIND, Stance, is_of_things, stance_of
from services.ingest.domain.reach.words import MOST_BETWEEN, MOST_GAP, SENTENCE_END, speaks_of_you, words
from services.ingest.domain.role.title import read_title
from services.ingest.domain.text.anchors import cues_of
from services.rules.places.known import PlaceMention, at_home, countries_of, find_places
from services.rules.places.names import NameMatch, names_in
from services.rules.roles.taxonomy import roles
from services.rules.sections import ABOUT_US, Document

_MOST_LISTED, _MOST_LONG = 300, 3_000
"""Characters behind a cue in which its places may stand; the second where the list goes on and on."""
_MOST_CUES = 400
_BEFORE, _SHORT_LINE = 110, 50
_CODES = re.compile(r"\b[A-Z]{2}\b")
_ENDS = re.compile(r"\s?(?:[,;.)|\n]|$)")


@dataclass(slots=True)
class TextReach:
    """What the text says of places."""

    restricted: NamedPlaces = field(default_factory=NamedPlaces)
    weak: NamedPlaces = field(default_factory=NamedPlaces)
    """Countries in a sentence on pay (`for all locations within the US`): what counts where nothing else is said."""
    excluded: ExcludedPlaces = field(default_factory=ExcludedPlaces)
    anywhere: Evidence | None = None
    """A list of places that ends with anywhere else (`Peru | Chile | Anywhere`)."""
    wide: list[Cue] = field(default_factory=list)
    """Words like `worldwide`, not yet judged."""
    labelled: bool = False
    """Whether a label of the text (`Location: Europe`) is among what restricts."""


class _Reader:
    """One reading of one text."""

    def __init__(self, document: Document, home: str | None) -> None:
        self.document = document
        self.home = home
        self.text = document.text
        self.lowered = document.lowered
        self.names = names_in(self.text, "text")
        self.starts = [name.start for name in self.names]
        self.said = TextReach()
        self.taken = bytearray(len(self.text))
        """1 for each character of the stretches whose places are read already."""
        self.read_long = 0
        """Where the last long list that was read ends, so that none is read again for each cue within it."""
        self.regions: set[str] = set()
        """Groups that a statement names by themselves (`anywhere in Europe`)."""
        self.within: set[str] = set()
        """Countries that other statements name by themselves (`you must be based in Germany`)."""

    def read(self) -> TextReach:
        for cue in cues_of(self.document)[:_MOST_CUES]:
            if words().anywhere.search(self.lowered, cue.start, cue.end):
                self.said.wide.append(cue)
                cue = Cue("remote", cue.start, cue.end)
            if cue.kind == "wide":
                self.said.wide.append(cue)
            elif cue.kind == "label":
                self._label(cue)
            elif self._has_place(cue):
                self._cue(cue)
        loose = [name for name in self.names if not self._is_taken(name.start)]
        beside.trailing(self.document, loose, self.said.restricted, self.said.excluded)
        for region in self.regions:
            if self.within and countries_of(region) >= self.within:
                self.said.restricted.groups.pop(region, None)
        return self.said

    def _has_place(self, cue: Cue) -> bool:
        at = bisect_left(self.starts, cue.end)
        if at < len(self.starts) and self.starts[at] <= cue.end + MOST_GAP:
            return True
        return cue.kind != "remote" and bool(_CODES.search(self.text, cue.end, cue.end + MOST_GAP))

    def _cue(self, cue: Cue) -> None:
        text = self.text
        listed = self._listed(cue)
        if not listed or self._is_taken(listed[0].start):
            return
        before = _sentence_before(self.lowered, cue.start)
        last = listed[-1].end
        if words().preferred.search(before) or words().preferred_behind.match(self.lowered, last):
            return
        stance = self._stance(cue, before, last)
        if stance == "unclear":
            self._take(listed[0].start, last)
            return
        negated = bool(words().negated.search(before))
        if stance == "refused" or (stance is None and self._is_shut(cue, before, listed, negated=negated)):
            self._shut(cue, before, listed)
            return
        if stance is None and not self._restricts(cue, before, listed, negated=negated):
            if not negated and (cue.kind == "moving" or words().location.match(self.lowered, cue.start)):
                self.said.weak.add((mention for mention in listed if mention.kind != "group"), states=False)
                self.said.weak.show(partial(quote, "text", text, cue.start, last))
            return
        self._take(listed[0].start, last)
        everywhere = len(listed) > 1 and listed[-1].kind == "worldwide"
        if everywhere and not in_bracket(self.lowered[listed[-2].end : listed[-1].start]):
            self.said.anywhere = quote("text", text, cue.start, last)
        elif self._add(without_frames(text, as_states(listed))):
            self.said.restricted.show(partial(quote, "text", text, cue.start, last))

    def _stance(self, cue: Cue, before: str, last: int) -> Stance | None:
        """How a sentence that refuses stands to the places behind a cue."""
        if cue.kind == "shut":
            return "unclear" if is_of_things(before) else None
        behind = self.text[last : last + MOST_BEHIND]
        stop = SENTENCE_END.search(behind)
        stance = stance_of(
            before,
            "" if cue.kind == "except" else self.lowered[cue.start : cue.end],
            behind[: stop.start()] if stop else behind,
            opposite=cue.kind in ("outside", "away", "except"),
            leave=cue.kind == "allowed",
            subject=cue.kind not in ("remote", "hiring", "allowed"),
        )
        ours = cue.kind == "placed" and speaks_of_you(before) is False and not words().people_who.search(before)
        return "unclear" if stance and ours else stance

    def _shut(self, cue: Cue, before: str, listed: Sequence[PlaceMention]) -> None:
        """Rule places out; what a place is left out of is allowed where the line begins so (`Europe except Spain`)."""
        first, last = listed[0].start, listed[-1].end
        self._take(first, last)
        shut = [state_named(place) or place for place in without_frames(self.text, listed) if is_whole(place)]
        codes = [mention.code for mention in shut if mention.kind not in ("worldwide", "city")]
        self.said.excluded.add(codes, partial(quote, "text", self.text, cue.start, last))
        name = self._name_before(cue) if cue.kind == "except" else None
        whole = beside.whole_of(self.document, name, cue.start - len(before), cue.start)
        if whole and not self._is_taken(whole.start) and self._add((whole,)):
            self.said.restricted.show(partial(quote, "text", self.text, whole.start, last))

    def _name_before(self, cue: Cue) -> NameMatch | None:
        at = bisect_left(self.starts, cue.start) - 1
        return self.names[at] if at >= 0 else None

    def _add(self, mentions: Sequence[PlaceMention]) -> bool:
        """Take the places of one statement in."""
        stated = NamedPlaces()
        if not stated.add(mentions, states=True):
            return False
        if not stated.countries:
            self.regions.update(stated.groups)
        elif not stated.groups:
            self.within.update(stated.countries)
        self.said.restricted.join(stated)
        return True

    def _take(self, start: int, end: int) -> None:
        self.taken[start:end] = b"\1" * (end - start)

    def _is_taken(self, at: int) -> bool:
        return bool(self.taken[at])

    def _listed(self, cue: Cue) -> list[PlaceMention]:
        """The places right behind a cue, as far as their list goes."""
        listed = self._listed_within(cue, _MOST_LISTED)
        if listed and listed[-1].end > max(cue.end + _MOST_LISTED - MOST_GAP, self.read_long):
            listed = self._listed_within(cue, _MOST_LONG)
            self.read_long = listed[-1].end if listed else self.read_long
        return listed

    def _listed_within(self, cue: Cue, most: int) -> list[PlaceMention]:
        text, lowered = self.text, self.lowered
        stop = min(len(text), cue.end + most)
        line_end = text.find("\n", cue.end, stop)
        as_list = line_end >= 0 and text[cue.end : line_end].rstrip().endswith(":")
        if line_end >= 0 and not as_list:
            stop = line_end
        window = text[cue.start : stop]
        small = words()
        gap = small.remote_gap if cue.kind == "remote" else small.filled
        reached = cue.end
        listed: list[PlaceMention] = []
        for found in (at_home(place, self.home) for place in find_places(window, cities=True)):
            start, end = cue.start + found.start, cue.start + found.end
            if start < cue.end:
                continue
            between = lowered[reached:start]
            if cue.kind in ("shut", "except", "outside") and ")" in between and "(" not in between:
                break
            if (listed or cue.kind == "remote") and beside.is_left_out(between, at_once=not listed):
                if found.kind in ("country", "subdivision") and _ENDS.match(text, end):
                    self.said.excluded.add((found.code,), partial(quote, "text", text, cue.start, end))
                continue
            if cue.kind == "shut" and words().otherwise.search(between):
                break
            if words().all_states.search(between):
                break
            if len(between) > (MOST_BETWEEN if listed else MOST_GAP) or not (
                small.between if listed else gap
            ).fullmatch(between):
                break
            if not as_list and not listed and cue.kind != "remote" and ". " in between:
                break
            lives_there = (
                found.kind == "group" and cue.kind in ("placed", "living") and small.zone_behind.match(lowered, end)
            )
            if small.not_a_place.match(lowered, end) and not lives_there:
                break
            listed.append(PlaceMention(found.code, found.kind, start, end, found.text, found.subdivision))
            reached = end
        return listed

    def _is_shut(self, cue: Cue, before: str, listed: Sequence[PlaceMention], *, negated: bool) -> bool:
        last = listed[-1].end
        if cue.kind in ("shut", "except", "away", "outside"):
            printed = words().small_print.search(before) or words().pay_zone.match(before)
            if printed or words().small_print_behind.match(self.lowered, last):
                return False
            if words().limited_behind.match(self.lowered, last):
                return False
        if cue.kind in ("shut", "except", "away"):
            return self.document.kind_at(cue.start) != "benefits"
        if cue.kind == "outside":
            return not negated and (
                bool(words().lives.search(before))
                or beside.is_bracketed_part(self.text, self._name_before(cue), cue.start, listed)
            )
        if words().limited.fullmatch(self.lowered, cue.start, cue.end):
            return False
        return negated and cue.kind == "hiring"

    def _restricts(self, cue: Cue, before: str, listed: Sequence[PlaceMention], *, negated: bool) -> bool:
        text, kind, last = self.lowered, cue.kind, listed[-1].end
        if kind == "outside":
            small = words()
            of_person = small.lives.search(before) or small.role.search(before) or words().who.search(before)
            return negated and bool(of_person)
        if negated or kind in ("shut", "except", "away", "people", "moving"):
            return False
        small = words()
        if small.small_print.search(before) or (kind != "hiring" and small.small_print_behind.match(text, last)):
            return False
        if small.limited_behind.match(text, last) or (kind == "living" and small.addressed.match(text, last)):
            return False
        about = self.document.kind_at(cue.start) in ABOUT_US
        if kind == "allowed":
            return True
        if kind in ("placed", "living") and self._is_another_role(before):
            return False
        speaks = speaks_of_you(before)
        if kind == "placed":
            return speaks is True or (speaks is None and not about and bool(small.line_start.fullmatch(before)))
        if kind == "living":
            if small.licensed.match(text, cue.start) and small.any_license.search(
                text, *self.document.sentence_at(cue.start, last)
            ):
                return False
            return speaks is not False or bool(words().applicant.match(text, cue.start))
        if kind == "hiring":
            return self._looks_for_somebody(cue, last, before)
        if about and speaks is not True:
            role = bool(words().role.search(text, cue.end, listed[0].start))
            return self.document.kind_at(cue.start) == "about" and (role or _is_short_line(text, cue.start))
        return speaks is not False

    def _is_another_role(self, before: str) -> bool:
        """Whether a sentence begins with a job of another trade than the title's: `The Sales Manager must live in`."""
        subject = words().subject_role.search(before)
        if subject is None or not self.own_roles:
            return False
        known = roles()
        named = [mention.role for mention in read_title(subject["role"], known)]
        return bool(named) and all(
            known.closeness(role, own) in ("family", "far") for role in named for own in self.own_roles
        )

    @cached_property
    def own_roles(self) -> tuple[str, ...]:
        """The roles that the title names."""
        return tuple(mention.role for mention in read_title(self.document.title, roles()))

    def _looks_for_somebody(self, cue: Cue, last: int, before: str) -> bool:
        """`open to candidates in Peru`, `hiring in Peru`; not `open to travel`, `consider Peru`."""
        small = words()
        if small.hires_at.search(self.lowered, cue.start, cue.end) or small.remote.match(self.lowered, cue.start):
            return True
        if small.line_start.fullmatch(before) and not small.considers.match(self.lowered, cue.start):
            return True
        return bool(
            small.who.search(self.lowered, cue.end, last)
            or small.each.match(self.lowered, cue.end)
            or small.role.search(before)
        )

    def _label(self, cue: Cue) -> None:
        label = read_label(self.document, cue)
        if label is None:
            return
        shown = partial(quote, "text", self.text, label.line, label.stop)
        self.said.excluded.add(label.asides, shown)
        if not label.places:
            return
        self._take(label.start, label.stop)
        if label.anywhere:
            self.said.anywhere = shown()
        elif self._add([at_home(place, self.home) for place in label.places if place.kind != "worldwide"]):
            self.said.restricted.show(shown)
            self.said.labelled = True


def read_text(document: Document, home: str | None) -> TextReach:
    """Read restrictions, exclusions, and words that may mean none; a town named alone is one of `home`, a country."""
    return _Reader(document, home).read()


def _sentence_before(text: str, start: int) -> str:
    left = max(0, start - _BEFORE)
    before = text[left:start]
    stops = list(SENTENCE_END.finditer(before))
    return before[stops[-1].end() :] if stops else before


def _is_short_line(text: str, start: int) -> bool:
    """`(Remote – Colombia)` is a statement wherever it stands."""
    begins = text.rfind("\n", 0, start) + 1
    ends = text.find("\n", start)
    return (ends if ends >= 0 else len(text)) - begins <= _SHORT_LINE

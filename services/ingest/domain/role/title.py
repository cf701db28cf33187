"""Which roles a title names: the noun that is sought decides, then the words of its field, the nearest first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from services.ingest.domain.role.beside import says_no_work
from services.ingest.domain.role.doubled import said_once
from services.ingest.domain.role.levels import without_levels
from services.ingest.domain.role.listed import listed_roles
from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import Roles
from services.rules.roles.vocabulary import WEAK, Vocabulary
from services.rules.roles.words import Word

_OF_OTHERS: Final = ("artist", "clinician")
"""Classes of nouns that name a trade with the word beside them, whatever field that is."""


@dataclass(frozen=True, slots=True)
class NamedRole:
    """A role, and the stretch of the title that names it."""

    role: str
    start: int
    end: int


class _Span(NamedTuple):
    """Words `first` to `stop` that are known, and as what: a role's id, or a class of nouns."""

    first: int
    stop: int
    meaning: str
    activity: bool = False


def read_title(title: str, known: Roles) -> tuple[NamedRole, ...]:
    """The roles that a title names: all that it lists, else at most two; none where it says nothing of the work."""
    title = said_once(title, known.vocabulary)
    listed = listed_roles(title, known)
    return tuple(NamedRole(*one) for one in listed) or _Title(title, known).read()


def head_in(title: str, known: Roles) -> str | None:
    """The class of the noun that a title seeks, where it says nothing of the field: `engineer` of "Engineer II"."""
    found = _Title(title, known)
    heads = [span for span in found.heads if span.meaning != WEAK]
    return heads[-1].meaning if heads else (WEAK if found.heads else None)


class _Title:
    """The words of a title and what is known of them."""

    def __init__(self, title: str, known: Roles) -> None:
        self._title = title
        self._known = known
        self._vocabulary: Vocabulary = known.vocabulary
        levels = self._vocabulary.levels
        every = self._vocabulary.words(title)
        self._words = without_levels(every, levels, self._vocabulary)
        stems = [word.stem for word in self._words]
        self._segments = _cut(self._words)
        self.titles: list[_Span] = []
        self.heads: list[_Span] = []
        self._fields: list[tuple[int, int, tuple[str, ...]]] = []
        for begin, end in self._segments:
            for first in range(begin, end):
                longest = self._vocabulary.longest.get(stems[first], 0)
                for stop in range(first + 1, min(first + longest, end) + 1):
                    gram = tuple(stems[first:stop])
                    if (
                        gram in self._vocabulary.titles
                        and (gram not in self._vocabulary.alone or self._is_alone(first, stop, begin, end))
                        and not self._heads_something(gram, stop, end)
                    ):
                        self.titles.append(_Span(first, stop, self._vocabulary.titles[gram], self._is_activity(gram)))
                    if gram in self._vocabulary.heads:
                        self.heads.append(_Span(first, stop, self._vocabulary.heads[gram], self._is_activity(gram)))
                    if gram in self._vocabulary.fields:
                        self._fields.append((first, stop, gram))

    def _is_alone(self, first: int, stop: int, begin: int, end: int) -> bool:
        """Whether of the work nothing else is said in its segment, but where and in which form it is done."""
        begins, ends = self._words[begin].start, self._words[end - 1].end
        beside = (self._title[begins : self._words[first].start], self._title[self._words[stop - 1].end : ends])
        return all(map(says_no_work, beside))

    def _heads_something(self, gram: tuple[str, ...], stop: int, end: int) -> bool:
        """Whether a trade's noun is that of a head here: the cook of "Chef" in "Chef d'unité" and "Chef Logistik"."""
        if stop == end or self._words[stop].soft == "/" or self._vocabulary.heads.get(gram) != "manager":
            return False
        last = self._words[end - 1].end
        share = "%" if self._title[last:].lstrip().startswith("%") else ""
        behind = self._title[self._words[stop - 1].end : last] + share
        return self._words[stop].soft in self._vocabulary.genitives or not says_no_work(behind)

    def _is_activity(self, gram: tuple[str, ...]) -> bool:
        return gram in self._vocabulary.activities

    def _yields(self, span: _Span) -> bool:
        """Whether a role is to give way to one that says more: a generic one, or one named by a plain noun alone."""
        alone = span.stop - span.first == 1 and (self._words[span.first].stem,) in self._vocabulary.heads
        return self._known[span.meaning].generic or alone

    def read(self) -> tuple[NamedRole, ...]:
        """What the first segment that seeks somebody says; what stands beside it helps where it says too little."""
        generic: tuple[tuple[int, int], _Span] | None = None
        for segment in self._segments:
            anchor = self._anchor(segment)
            if anchor is None:
                continue
            found = self._direct(segment, anchor)
            if found is None or self._yields(found):
                generic = generic or (found and (segment, found))
                found = self._beside(segment, anchor)
            if found is not None and (generic is None or self._may_be(generic[1], found.meaning)):
                return self._with_second(segment, found)
        if generic:
            return self._with_second(*generic)
        named = next((span for span in self.titles if self._is_of_one(span)), None)
        return (self._role(named),) if named else self._weakly()

    def _anchor(self, segment: tuple[int, int]) -> _Span | None:
        """The noun that is sought: the last one before "of" or "with", or the first of "Chef de projet"."""
        begin, end = segment
        main = next((at for at in range(begin + 1, end) if self._words[at].soft in self._vocabulary.breaks), end)
        for stop in (main, end) if main < end else (end,):
            spans = sorted(
                (
                    span
                    for span in (*self.titles, *self.heads)
                    if begin <= span.first and span.first < stop and span.stop <= end and span.meaning != WEAK
                ),
                key=lambda span: (min(span.stop, stop), -span.first, span.meaning in self._known),
            )
            persons = [span for span in spans if not span.activity]
            spans = persons or [span for span in spans if 2 * (span.stop - span.first) >= stop - begin]
            if not spans:
                continue
            for span in spans:
                follows = self._words[span.stop].soft if span.stop < end else ""
                if span.meaning not in self._known and follows in self._vocabulary.genitives:
                    return span
            return spans[-1]
        return None

    def _direct(self, segment: tuple[int, int], anchor: _Span) -> _Span | None:
        """The role by the words around the noun, within its segment: the longest name, then the nearest field."""
        end = segment[1]
        named = [
            span
            for span in self.titles
            if span.first < anchor.stop
            and anchor.first < span.stop <= end
            and span.stop - span.first >= anchor.stop - anchor.first
        ]
        best = max(named, key=lambda span: (span.stop - span.first, span.first), default=None)
        if best and not self._known[best.meaning].generic and best.stop - best.first > 1:
            longer = self._by_field(segment, anchor, longer_than=best.stop - best.first)
            return longer or best
        if best and not self._known[best.meaning].generic:
            return self._by_field(segment, anchor, longer_than=0) or best
        return self._by_field(segment, anchor, longer_than=0, skip=best) or best

    def _by_field(
        self, segment: tuple[int, int], anchor: _Span, longer_than: int, skip: _Span | None = None
    ) -> _Span | None:
        """The nearest field that goes with the noun; with `longer_than`, only one that adjoins it and is longer."""
        begin, end = segment
        best: tuple[tuple[int, int, int], _Span] | None = None
        for head in self._heads_in(anchor):
            for first, stop, gram in self._fields:
                if first < begin or stop > end or (first < head.stop and head.first < stop):
                    continue
                gap = head.first - stop if stop <= head.first else first - head.stop
                if longer_than and (gap or stop - first + head.stop - head.first <= longer_than):
                    continue
                of = self._vocabulary.role_of_pair if skip or longer_than else self._vocabulary.role_of_field
                role = of(gram, head.meaning)
                if role is None or (skip and self._known[role].generic):
                    continue
                rank = (gap, first - stop, first)
                if best is None or rank < best[0]:
                    best = rank, _Span(min(first, head.first), max(stop, head.stop), role)
        return best[1] if best else None

    def _heads_in(self, anchor: _Span) -> list[_Span]:
        """The nouns of the anchor; of a generic title without one ("SWE"), itself by the class of its role."""
        inside = [
            span
            for span in self.heads
            if anchor.first <= span.first and span.stop <= anchor.stop and span.meaning != WEAK
        ]
        if not inside and anchor.meaning in self._known and self._known[anchor.meaning].generic:
            return [anchor._replace(meaning=self._known[anchor.meaning].heads[0])]
        return inside

    def _beside(self, segment: tuple[int, int], anchor: _Span) -> _Span | None:
        """A field in another segment: "Software Engineer, Backend", "Manager - Customer Support"."""
        for other in sorted(self._segments, key=lambda span: (span < segment, span)):
            if other == segment or (other > segment and self._words[other[0]].soft in self._vocabulary.breaks):
                continue
            for head in self._heads_in(anchor):
                fitting = [
                    _Span(first, stop, role)
                    for first, stop, gram in self._fields
                    if other[0] <= first
                    and stop <= other[1]
                    and 2 * (stop - first) >= other[1] - other[0]
                    and (role := self._vocabulary.role_of_field(gram, head.meaning)) is not None
                    and not self._known[role].generic
                ]
                if fitting:
                    return max(fitting, key=lambda span: (span.stop - span.first, span.stop))
        return None

    def _is_of_one(self, span: _Span) -> bool:
        """Whether words call somebody a role, whatever noun follows: "Infirmier généraliste"."""
        return not span.activity and not self._yields(span) and not self._is_noun(span.first, span.stop)

    def _may_be(self, generic: _Span, role: str) -> bool:
        """Whether one who is called so may have a role: an engineer of software that is safe handles no helmets."""
        named, other = self._known[generic.meaning], self._known[role]
        if not named.generic or not named.works_with_tools:
            return True
        return other.works_with_tools or self._known.closeness(named.id, role) != "far"

    def _weakly(self) -> tuple[NamedRole, ...]:
        """Of a title without a noun of work: "Marketing Intern", "Customer Success - Brazil".

        A noun of a trade that no field here has is another trade's: a music therapist is no audio engineer.
        """
        if any(head.meaning in _OF_OTHERS for head in self.heads):
            return ()
        heads = [head.meaning for head in self.heads]
        for begin, end in self._segments:
            found = [
                _Span(first, stop, role)
                for first, stop, gram in self._fields
                if begin <= first and stop <= end and not self._is_noun(first, stop)
                and (heads or 2 * (stop - first) > end - begin)
                and (role := self._vocabulary.role_of_noun(gram, heads)) is not None
            ]  # fmt: skip
            # What a genitive ties to a field says more of it: "Líder de Ciberseguridad de Producto".
            ends = {span.stop for span in found}
            found = [
                span
                for span in found
                if not (span.first in ends and self._words[span.first].soft in self._vocabulary.genitives)
            ]
            if found:
                return (self._role(max(found, key=lambda span: (span.stop - span.first, span.stop))),)
        return ()

    def _is_noun(self, first: int, stop: int) -> bool:
        """Whether words are a noun or part of one: the training of a "Graduate in Training"."""
        return any(head.first <= first and stop <= head.stop for head in self.heads)

    def _with_second(self, segment: tuple[int, int], found: _Span) -> tuple[NamedRole, ...]:
        """With the role on the other side of "and" or a slash, where both sides name one."""
        begin, end = segment
        for span in self.titles:
            apart = span.stop <= found.first or found.stop <= span.first
            if not apart or span.activity or span.first < begin or span.stop > end or self._yields(span):
                continue
            later = max(span.first, found.first)
            adjoins = self._joined_to(later) == min(span.stop, found.stop)
            if adjoins and span.meaning != found.meaning:
                pair = sorted((span, found), key=lambda side: side.first)
                return tuple(map(self._role, pair))
        behind = self._joined_behind(segment, found)
        if behind is not None:
            return self._role(found), self._role(behind)
        shared = self._sharing_the_noun(begin, found)
        return (self._role(found), *([self._role(shared)] if shared else []))

    def _joined_to(self, at: int) -> int | None:
        """Where what stands before the word at `at` ends, if a slash, an "and" or an "or" joins them."""
        if self._words[at].soft == "/":
            return at
        before = self._words[at - 1] if at else None
        return at - 1 if before and _or().fullmatch(self._title, before.start, before.end) else None

    def _joined_behind(self, segment: tuple[int, int], found: _Span) -> _Span | None:
        """The role that begins a later segment with "or": "Registered Nurse (RN) or Paramedic (EMT-P)"."""
        begins = {begin for begin, _ in self._segments if begin >= segment[1]}
        named = [
            span
            for span in self.titles
            if self._joined_to(span.first) in begins
            and span.meaning != found.meaning
            and not span.activity
            and not self._yields(span)
        ]
        return min(named, key=lambda span: (span.first, -span.stop), default=None)

    def _sharing_the_noun(self, begin: int, found: _Span) -> _Span | None:
        """What the field before "and" makes of the noun behind both: "Payroll and People Operations Specialist"."""
        if self._words[found.first].soft != "/":
            return None
        nouns = [span for span in self.heads if found.first < span.first and span.stop == found.stop]
        named = [
            _Span(first, stop, role)
            for first, stop, gram in self._fields
            for noun in nouns
            if begin <= first and stop == found.first
            and (role := self._vocabulary.role_of_pair(gram, noun.meaning)) not in (None, found.meaning)
            and not self._known[role].generic
        ]  # fmt: skip
        return min(named, key=lambda span: span.first, default=None)

    def _role(self, span: _Span) -> NamedRole:
        return NamedRole(span.meaning, self._words[span.first].start, self._words[span.stop - 1].end)


@cache
def _or() -> re.Pattern[str]:
    return re.compile(any_of("joint.or"), re.IGNORECASE)


def _cut(words: Sequence[Word]) -> list[tuple[int, int]]:
    return list(_segments(words))


def _segments(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    begin = 0
    for at, word in enumerate(words):
        if word.hard and at > begin:
            yield begin, at
            begin = at
    if begin < len(words):
        yield begin, len(words)

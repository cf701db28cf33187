"""What a sentence says that no criterion takes: whole parts of it, and words beside what is understood of a part."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial
from typing import Any, Final

from services.ingest.domain.role.title import head_in
from services.rules.roles.said import roles_as_said as roles
from services.rules.skills.taxonomy import taxonomy
from services.usecases.wishes.fields import read_in
from services.usecases.wishes.named import cut
from services.usecases.wishes.places import named_in
from services.usecases.wishes.sentence import is_idle, is_of_pay, is_vague, net_in, parts_of, shifts_in, words_in
from services.usecases.wishes.ways import ways_said

_WORDS: Final = re.compile(r"[\w+#.-]*\w[\w+#%]*")
Asking = Mapping[str, Any]
"""What some words ask for, by field."""
_EDGES: Final = " ,;"
_LEAST: Final = 3
"""Letters of words that are quoted: a shorter one is what is left of a longer."""
_MOST_RUNS: Final = 4
"""Of words that are tried: each takes milliseconds."""
_APART: Final = ("places", "near", "workplace", "seniority", "employment", "salary_floor")
"""Fields that a few words ask for as well where a comma sets them apart."""


class Missed:
    """Of one sentence."""

    def __init__(self, wanted: str, of_all: Asking, read: Callable[[str], Asking], titles: Collection[str]) -> None:
        """`of_all`: what it asks for; `read` gives that of other words; `titles`: its words that name a trade."""
        self._wanted = wanted
        self._of_all = of_all
        self._read = cache(read)
        self._nothing = read("")
        self._named = {*titles, *ways_said(wanted), *(wanted[place.start : place.end] for place in named_in(wanted))}

    def set_apart(self) -> str:
        """The sentence with commas around words that ask for something by themselves, and for nothing in it.

        On a phone commas are left out: "Verkäuferin Minijob Bremen", "Java Entwickler 80% Zürich".
        """
        wanted, tried = self._wanted, 0
        for part, _ in parts_of(self._wanted):
            for start, end in self._runs(part):
                for said in dict.fromkeys((part[start:end], *part[start:end].split())):
                    if tried < _MOST_RUNS and len(said) >= _LEAST and said != part and self._is_lost(said):
                        tried += 1
                        before, _, behind = wanted.partition(said)
                        apart = ", ".join(filter(None, (before.strip(_EDGES), said, behind.strip(_EDGES))))
                        if self._asks_for_more(self._read(apart)):
                            wanted = apart
        return wanted

    def _is_lost(self, said: str) -> bool:
        alone, of_all, nothing = self._read(said), self._of_all, self._nothing
        return any(alone[name] != nothing[name] and of_all[name] == nothing[name] for name in _APART)

    def _asks_for_more(self, other: Asking) -> bool:
        """Whether other words ask for all of it, and for something of these fields besides."""
        of_all, nothing = self._of_all, self._nothing
        more = {name for name in (*_APART, "ways") if of_all[name] == nothing[name] != other[name]}
        return bool(more) and all(other[name] == of_all[name] for name in {*of_all} - more)

    def parts(self) -> Iterator[str]:
        """What asks for nothing by itself, and without which the sentence asks for the same."""
        quoted, begins = list[str](), 0
        for part, rest in parts_of(self._wanted):
            begins = self._wanted.find(part, begins)
            if (self._of_all["salary_floor"] and all(map(is_of_pay, part.split()))) or self._is_named(part):
                continue
            if self._says_nothing(part, rest):
                quoted.append(cut(part))
            else:
                quoted += self._beside(part, begins)
        yield from quoted
        paid = self._of_all["salary_floor"]
        unmet = (*(net_in(self._wanted) if paid else ()), *shifts_in(self._wanted))
        yield from (said for said in unmet if not any(said in part for part in quoted))

    def _is_named(self, part: str) -> bool:
        """Whether a part says no more than what it names: "remote is fine too"."""
        rest = part
        for said in sorted(self._named, key=len, reverse=True):
            if part in said:
                return True
            rest = rest.replace(said, " ") if said else rest
        return rest != part and all(is_idle(word) or is_vague(word) for word in rest.split())

    def _beside(self, part: str, begins: int) -> Iterator[str]:
        """The words of a part beside what is understood of it: "enfermera madrid turno de mañana"."""
        for start, end in [*self._runs(part)][:_MOST_RUNS]:
            run, before, behind = part[start:end], begins + start, begins + end
            rest = f"{self._wanted[:before].rstrip()} {self._wanted[behind:].lstrip()}"
            if self._says_nothing(run, rest):
                yield run
            elif " " in run:
                words = words_in(run, partial(self._is_nothing_within, before, behind))
                yield from (word for word in words if len(word) >= _LEAST)

    def _is_nothing_within(self, start: int, end: int, word: str, others: str) -> bool:
        rest = f"{self._wanted[:start]}{others}{self._wanted[end:]}"
        return not self._is_understood(word) and self._says_nothing(word, rest)

    def _runs(self, part: str) -> Iterator[tuple[int, int]]:
        """Stretches of words of a part that nothing understands, without idle ones at their ends."""
        spans, begins, ends = [*self._spans(part)], -1, -1
        for word in _WORDS.finditer(part):
            within = any(start < word.end() and word.start() < end for start, end in spans)
            if within or self._is_understood(word[0]):
                if ends - begins >= _LEAST:
                    yield begins, ends
                begins = ends = -1
            elif not is_idle(word[0]):
                begins, ends = begins if begins >= 0 else word.start(), word.end()
        if ends - begins >= _LEAST:
            yield begins, ends

    def _spans(self, part: str) -> Iterator[tuple[int, int]]:
        """Where the trades, places, ways of working and skills of a part stand."""
        yield from read_in(part).spans
        for said in (*self._named, *shifts_in(part)):
            if said and (start := part.find(said)) >= 0:
                yield start, start + len(said)
        for text in (part, part.title()):
            for skill in taxonomy().find(text):
                behind = text[skill.end :].split(None, 1)[:1] if text[skill.end : skill.end + 1] == " " else []
                noun = any(head_in(said, roles()) for said in (skill.text, *behind))
                if noun or skill.name in self._of_all["skills"].any:
                    yield skill.start, skill.end  # "Sales rep" is one title.

    def _is_understood(self, word: str) -> bool:
        if self._of_all["salary_floor"] is not None and (is_of_pay(word) or word[0].isdigit()):
            return True
        return is_vague(word) or roles().says_level(word) or head_in(word, roles()) is not None

    def _says_nothing(self, part: str, rest: str) -> bool:
        """Whether a part gives the sentence nothing; a place, too, that it would name by itself, and not in there."""
        alone, nothing, of_all = dict(self._read(part)), self._nothing, self._of_all
        # "12 hours" by itself is part-time, and behind "within" or full-time it is not.
        for values in ("employment", "places", "near"):
            alone[values] = tuple(value for value in alone[values] if value in of_all[values])
        # A bare sum is pay by itself, and beside a town where it may be a postcode it is not.
        if of_all["salary_floor"] is None:
            alone["salary_floor"] = None
        for terms in ("roles", "skills"):
            if {*alone[terms].any}.isdisjoint(of_all[terms].any):
                alone[terms] = nothing[terms]
        if not all(alone[name] in (nothing[name], ()) for name in nothing):
            return False
        # What nobody knows may hide what stands beside it: of "pyhton developer" a posting says no trade.
        others = self._read(rest)
        hides = self._read(part) == nothing
        return all(others[name] == of_all[name] or (hides and of_all[name] in (nothing[name], ())) for name in nothing)

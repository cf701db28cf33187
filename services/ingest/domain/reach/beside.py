"""What stands beside a place: a restriction behind it, or what is left out of it.

`US only`, `Germany-based candidates`, `Kenyan work permit`; `Europe except Spain`, `Canada (outside Quebec)`, `non-US`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from services.ingest.domain.findings import quote
from services.ingest.domain.reach.named import ExcludedPlaces, NamedPlaces, is_whole, state_named
from services.ingest.domain.reach.refusals import MOST_BEHIND, Stance, stance_of, verdict_behind
from services.ingest.domain.reach.words import SENTENCE_END, pattern_of, words
from services.rules.lexicon.builder import composed
from services.rules.places.known import PlaceMention, countries_of, find_places
from services.rules.places.names import NameMatch
from services.rules.sections import ABOUT_US, Document
from services.rules.text import lowered


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[reach]`."""

    behind: re.Pattern[str]
    paper_before: re.Pattern[str]
    """Before the name of a people, where the language puts the noun first."""
    people_behind: re.Pattern[str]
    verdict_behind: re.Pattern[str]
    lives_behind: re.Pattern[str]
    """In the case of the text: a verb, and no noun."""
    no_before: re.Pattern[str]
    non: re.Pattern[str]
    must_before: re.Pattern[str]
    extras: re.Pattern[str]
    begins: re.Pattern[str]
    needed: re.Pattern[str]
    role_behind: re.Pattern[str]
    joint: re.Pattern[str]
    whole: re.Pattern[str]
    to_except: re.Pattern[str]
    left_out_before: re.Pattern[str]
    """Right before a place, what leaves it out of its list: `non-US`, `no UK`, but not `no Brasil`, Portuguese."""
    left_out_at_once: re.Pattern[str]
    goes_on: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        behind=pattern_of(
            r"(?P<only>\W{0,2}(?:(?:-| ){based} )?(?:{only_people}\W{0,2})?\b{only_behind}(?!\s*:|\s?[-–—] {to} ))"
            r"|(?P<based>\s?-?\s?{based}(?=\s+(?:\w+\s){0,2}?{of_role}|\W{0,2}(?:[,;)|•\n]|$)|{permanent_role}))"
            r"|(?P<paper>\s+{paper})|(?P<resident>\s+{resident}|[- ]{based} {applicants})"
        ),
        paper_before=pattern_of(r"{paper_before}\s$"),
        people_behind=pattern_of(r";?[ -]{1,2}(?:{based} )?{people}"),
        verdict_behind=pattern_of(r"\W{0,3}{verdict_behind}"),
        lives_behind=re.compile(composed("reach", r"\s{lives_behind}")),
        no_before=pattern_of(r"{no}[\s-]+$"),
        non=pattern_of("{non}"),
        must_before=pattern_of(r"{must}[^.!?;\n]*{in_the}\s$"),
        extras=pattern_of("{extras}"),
        begins=pattern_of(r"(?s:^|.*[\n•*|(,:–—-]\s*|.*{begins}[\s,]+)(?:{article} )?$"),
        needed=pattern_of("{needed}"),
        role_behind=pattern_of(r"\s+(?:\w+\s){0,2}{role_or_people}"),
        joint=pattern_of(r"\s?(?:,? {and}|&|/)\s?(?:{article} )?"),
        whole=pattern_of(r"\W*(?:{whole}\W*)*"),
        to_except=pattern_of(r"(?:\s{parts})?[\s,(–—-]*"),
        left_out_before=pattern_of(
            r"(?:(?:^|[^\w\s]\s?|{clause}\s){no_place}|{left_out})[\s.:-]*(?:{people_of}\s)?(?:{preposition}\s)?"
            r"(?:{article} )?$"
        ),
        left_out_at_once=pattern_of(r"[\s,(|–—:-]{0,4}{left_out}[\s.-]{0,2}(?:{article} )?"),
        goes_on=pattern_of(r"\s?(?:,|&|/|,? ?(?:{joint.and}|{joint.or}))\s?(?:{article} )?"),
    )


_ELSEWHERE = ABOUT_US | {"pay", "legal"}
_AROUND = 150
_MOST_BEFORE = 40
_MOST_LISTED = 200


def trailing(document: Document, names: Sequence[NameMatch], named: NamedPlaces, excluded: ExcludedPlaces) -> None:
    """Add to `named`, and to `excluded`, what the words behind the names of a text say.

    Papers (a passport, a permit) count where nothing else restricts: they are one way among others to be allowed.
    """
    text, small = document.text, document.lowered
    papers: list[tuple[Sequence[NameMatch], int]] = []
    for i, name in enumerate(names):
        turned, end = _turned_away(document, names, i)
        if turned == "refused":
            shut = _meant(text, _list_to(small, names, i))
            excluded.add(shut, partial(quote, "text", text, name.start, end))
        elif turned == "confirmed":
            _add_places(text, named, _list_to(small, names, i), end)
        if turned or len(name.senses) > 1 or name.senses[0].kind == "worldwide":
            continue
        before = _clause_before(small, name.start)
        how, end = _meaning_beside(small, name, before)
        if not how or not _restricts(document, how, name, before, end) or words().addressed.match(small, end):
            continue
        no = _patterns().no_before.search(small, max(0, name.start - 12), name.start)
        if how == "only" and no and _patterns().non.match(no[0]):
            excluded.add((name.senses[0].code,), partial(quote, "text", text, no.start(), end))
            continue
        listed = _list_to(small, names, i) if i and how != "based" and _ends_list(small, names, i) else (name,)
        if how == "paper":
            papers.append((listed, end))
        else:
            _add_places(text, named, listed, end)
    if not named.any_place:
        for listed, end in papers:
            _add_places(text, named, listed, end)


def _meant(text: str, listed: Sequence[NameMatch]) -> list[str]:
    """The codes of a list, whose places tell apart those that share a name, as states do: `Washington, Georgia`."""
    start, end = listed[0].start, listed[-1].end
    places = (state_named(place) or place for place in find_places(text[start:end], cities=True))
    whole = {start + place.start: place.code for place in places if place.kind != "city" and is_whole(place)}
    codes = (name.senses[0].code if len(name.senses) == 1 else whole.get(name.start) for name in listed)
    return [code for code in codes if code is not None]


def _meaning_beside(text: str, name: NameMatch, before: str) -> tuple[str | None, int]:
    """What the words beside a name make of it, and where they end."""
    demonym = name.senses[0].kind == "demonym"
    if demonym and _patterns().paper_before.search(before):
        return "paper", name.end
    behind = _patterns().behind.match(text, name.end)
    if behind is None:
        return None, name.end
    how = behind.lastgroup
    of_people = how in ("paper", "resident") or (how == "only" and _patterns().people_behind.match(text, name.end))
    if demonym and not of_people:
        return None, name.end
    return how, behind.end()


def _turned_away(document: Document, names: Sequence[NameMatch], i: int) -> tuple[Stance | None, int]:
    """Whether those of a place, or all others, are turned away, as far as its sentence says so behind it; and where.

    The words may also be a `no` before it, and of a verb behind its place (`in Österreich wohnen`) what is before it.
    """
    name, text, small = names[i], document.text, document.lowered
    known = _patterns()
    people = known.people_behind.match(small, name.end) or known.lives_behind.match(text, name.end)
    if people is None:
        verdict = known.verdict_behind.match(small, name.end)
        return ("refused", verdict.end()) if verdict else (None, name.end)
    end = people.end()
    stop = SENTENCE_END.search(text, end, end + MOST_BEHIND)
    behind = text[end : stop.start() if stop else end + MOST_BEHIND]
    if people.re is known.lives_behind:
        before = _clause_before(small, _list_to(small, names, i)[0].start)
        stance = stance_of(before, "", behind, opposite=False, leave=False, subject=True)
        return (stance or ("confirmed" if known.must_before.search(before) else None), end)
    no = known.no_before.search(small, max(0, name.start - 12), name.start)
    stance = verdict_behind(_clause_before(small, name.start), behind, subject=True)
    if no and known.non.match(no[0]) and stance == "refused":
        return "confirmed", end
    return ("refused" if no else stance, end)


def _clause_before(text: str, start: int) -> str:
    return text[max(0, start - _AROUND) : start].rpartition("\n")[2].rpartition(". ")[2]


def _ends_list(text: str, names: Sequence[NameMatch], i: int) -> bool:
    return len(names[i - 1].senses) == 1 and bool(_patterns().joint.fullmatch(text, names[i - 1].end, names[i].start))


def _list_to(text: str, names: Sequence[NameMatch], last: int) -> Sequence[NameMatch]:
    """The names of the list that ends with one, of a long one the last."""
    first = last
    while (
        first > last - _MOST_LISTED
        and first > 0
        and words().between.fullmatch(text, names[first - 1].end, names[first].start)
    ):
        first -= 1
    return names[first : last + 1]


def _restricts(document: Document, how: str, name: NameMatch, before: str, end: int) -> bool:
    if words().negated.search(before) or words().preferred.search(before):
        return False
    of_role = how == "based" and _patterns().role_behind.match(document.lowered, end)
    if document.kind_at(name.start) in _ELSEWHERE and not of_role:
        return False
    if words().small_print.search(before):
        return False
    if how == "only":
        return not _patterns().extras.search(before) and not name.doubtful
    if how == "based":
        return bool(_patterns().begins.fullmatch(before)) and not name.doubtful
    sentence = before + document.lowered[end : end + _AROUND].partition("\n")[0]
    if words().any_license.search(sentence):
        return False
    return bool(_patterns().needed.search(sentence)) and not _patterns().extras.search(before)


def _add_places(text: str, named: NamedPlaces, listed: Sequence[NameMatch], end: int) -> None:
    for name in listed:
        if len(name.senses) > 1:
            continue
        sense = name.senses[0]
        kind = "country" if sense.kind == "demonym" else sense.kind
        mention = PlaceMention(sense.code, kind, name.start, name.end, text[name.start : name.end], sense.subdivision)
        if named.add((mention,), states=True):
            named.show(partial(quote, "text", text, name.start, end))


def parted(text: str, mentions: Sequence[PlaceMention]) -> tuple[list[PlaceMention], list[PlaceMention]]:
    """Part the places of a field, title or label: what is left out, in lists that go on from it too, and the others."""
    known, text = _patterns(), lowered(text)
    left_out: list[PlaceMention] = []
    others: list[PlaceMention] = []
    for mention in mentions:
        goes_on = left_out and known.goes_on.fullmatch(text, left_out[-1].end, mention.start)
        if goes_on or known.left_out_before.search(text, max(0, mention.start - _MOST_BEFORE), mention.start):
            left_out.append(mention)
        else:
            others.append(mention)
    return left_out, others


def is_left_out(between: str, *, at_once: bool) -> bool:
    """Whether words in lower case before a place leave it out.

    Those between it and another place, or `at_once` all between a phrase and it: `remote (non-US)`.
    """
    known = _patterns()
    said = known.left_out_at_once.fullmatch(between) if at_once else known.left_out_before.search(between)
    return said is not None


def whole_of(document: Document, name: NameMatch | None, begins: int, cue: int) -> PlaceMention | None:
    """Give the place of which a cue leaves something out, where the statement is that alone.

    `name` is the last before the cue, `begins` and `cue` are where its sentence and the cue begin.
    """
    if name is None or name.start < begins or len(name.senses) > 1:
        return None
    sense = name.senses[0]
    known = _patterns()
    small = document.lowered
    led = known.whole.fullmatch(small, begins, name.start) and known.to_except.fullmatch(small, name.end, cue)
    if not led or sense.kind not in ("country", "group"):
        return None
    return PlaceMention(sense.code, sense.kind, name.start, name.end, document.text[name.start : name.end])


def is_bracketed_part(text: str, name: NameMatch | None, cue: int, left_out: Sequence[PlaceMention]) -> bool:
    """Whether the places behind a cue are parts of the one that is named right before its bracket."""
    if name is None or text[name.end : cue].strip() != "(":
        return False
    sense = name.senses[0]
    if sense.kind not in ("country", "group"):
        return False
    members = countries_of(sense.code) if sense.kind == "group" else {sense.code}
    return members.issuperset(place.code[:2] for place in left_out)

"""What a text names: skills, each with the sentence that does; job titles that a sentence asks for, and years of work.

Titles may be several, of which any will do, or one that only a tool suggests. Years are those of who writes it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from schemas.posting import Strength
from services.ingest.domain.role.reading import RoleReading, read_role
from services.ingest.domain.role.title import head_in
from services.ingest.domain.skills.reading import skill_meanings
from services.ingest.domain.text.html import sanitise, text_of_safe
from services.ingest.domain.text.sections import document_of
from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import Taxonomy, taxonomy
from services.usecases.wishes.posting import draft_of
from services.usecases.wishes.sentence import choices_in, choices_of, is_idle, parts_of, without_denial, without_idle

_MOST_SAID: Final = 300
_OF_TOOLS: Final = frozenset({"software", "data", "infrastructure", "security"})
"""Families of trades."""
_TYPED: Final = re.compile(r"(?<![\w.])[.\w][\w+#]*(?:\.[a-z]+)?[+#]*")
_STOP: Final = re.compile(r"[.!?](?=\s)")
_MOST_YEARS: Final = 60
_SURELY: Final = 15
"""More years, by themselves, are as likely somebody's age."""
_YEAR: Final = 12
"""Months."""
_OF_YEARS: Final = ("experience.year", "experience.own_year")
_BEFORE_YEARS: Final = 40
"""Characters before years in which something may say that they are no experience."""


@dataclass(frozen=True, slots=True)
class NamedSkill:
    """A skill, and the sentence that names it, in three parts."""

    name: str
    strength: Strength | None
    """How it is meant; None where the text only speaks of it: of its company, its product or others."""
    before: str
    said: str
    """The words that name it; empty where the whole sentence does."""
    after: str


@dataclass(frozen=True, slots=True)
class Titles:
    """Ids of roles."""

    asked: tuple[str, ...]
    near: bool = False
    """Whether those near them will do too: a tool beside a noun tells the trade only roughly, as "Python developer"."""
    guessed: str = ""
    """What a tool alone suggests and nobody has said; it is not asked for."""
    guessed_by: str = ""
    """That tool."""


def skills_in(text: str) -> list[NamedSkill]:
    """The skills that a text names, those that it asks for most first, each with the sentence that names it."""
    draft, known = draft_of(text), taxonomy()
    document = document_of(draft.title, text_of_safe(sanitise(draft.html)))
    found: dict[str, NamedSkill] = {}
    for name, meaning in skill_meanings(draft, document, known):
        where = document.title if meaning.strength == "title" else document.text
        found[name] = _skill(name, meaning.strength, where, meaning.span or _span_in(document.title, name, known))
    for mention in known.find(document.text):
        if mention.name not in found:
            found[mention.name] = _skill(mention.name, None, document.text, (mention.start, mention.end))
    ranks = ("title", "required", "wanted", "bonus", "employer", "passing", None)
    return sorted(found.values(), key=lambda skill: ranks.index(skill.strength))


def _span_in(title: str, name: str, known: Taxonomy) -> tuple[int, int]:
    """Where a title names a skill; nowhere, where it only implies it."""
    return next(((mention.start, mention.end) for mention in known.find(title) if mention.name == name), (0, 0))


def _skill(name: str, strength: Strength | None, text: str, span: tuple[int, int]) -> NamedSkill:
    start, end = span
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[first : last if last >= 0 else len(text)]
    start, end = start - first, end - first
    begins = max((stop.end() for stop in _STOP.finditer(line, 0, start)), default=0)
    stop = _STOP.search(line, end)
    ends = stop.end() if stop else len(line)
    before, after = line[begins:start].lstrip(" •"), line[end:ends]
    if start == end:
        return NamedSkill(name, strength, "", "", after[:_MOST_SAID])
    return NamedSkill(name, strength, cut(before, from_end=True), line[start:end], cut(after))


def cut(text: str, *, from_end: bool = False) -> str:
    """What is quoted of a text, which may be long."""
    half = _MOST_SAID // 2
    if len(text) <= half:
        return text
    return f"…{text[-half:]}" if from_end else f"{text[:half]}…"


def works_with_tools(called: Sequence[str]) -> bool:
    """Whether the first of these roles is of a trade whose tools bear names of towns, or of anything else."""
    return bool(called) and roles()[called[0]].family in _OF_TOOLS


def tools_typed(wanted: str, called: Sequence[str]) -> tuple[str, ...]:
    """The tools that somebody names as they come, without capitals: "python", "node/react"."""
    known = taxonomy()
    listed = known.find(wanted.title())
    longer = [(mention.start, mention.end) for mention in listed if " " in mention.text]  # "react native" is no React
    words = (word for word in _TYPED.finditer(wanted) if word[0].islower() and not is_idle(word[0]))
    small = [word[0] for word in words if not any(start <= word.start() < end for start, end in longer)]
    named = [name for word in small if (name := known.typed_tool(word))]
    if small and works_with_tools(called):
        # Beside a tool that is one without doubt its neighbour in a list is one too.
        named += [mention.name for mention in listed if known.is_tool(mention.name)]
    return tuple(dict.fromkeys(named))


def titles_in(wanted: str, read: Sequence[str]) -> Titles:
    """What a sentence asks for, of which `read` are the roles as of a posting: these name one job, a wish several."""
    if not read:
        return Titles(tuple(islice(_alone(wanted), 1)))
    reading = _read(wanted)
    if reading.roles[:1] != tuple(read[:1]) or not reading.spans:
        return Titles(tuple(read[:1]))
    start, end = reading.spans[0]
    said = wanted[start:end]
    if tool := _tool_alone(said):
        return Titles((), guessed=read[0], guessed_by=tool)
    others = (*_other_choices(wanted, (start, end)), *_listed(wanted))
    asked = tuple(dict.fromkeys((read[0], *others)))
    by_tool = any(taxonomy().is_tool(skill.name) for skill in taxonomy().find(said)) or bool(tools_typed(said, asked))
    return Titles(asked, near=by_tool and len(asked) == 1)


def _alone(wanted: str) -> Iterator[str]:
    """Roles of titles beside which a part says nothing else of the work, but may ask for it: "I am a developer"."""
    vocabulary = roles().vocabulary
    for part, _ in parts_of(wanted):
        said = without_idle(part)
        for start, end in _read(said).spans[:1]:
            if tuple(word.stem for word in vocabulary.words(said[start:end])) in vocabulary.alone:
                yield from _read(said).roles[:1]


def _other_choices(wanted: str, span: tuple[int, int]) -> Iterator[str]:
    """Roles on the other side of an "or": "Electrician or plumber", "Store or restaurant manager"."""
    start, end = span
    said = wanted[start:end]
    noun = said.rsplit(None, 1)[-1]
    for before, joint, behind in choices_in(wanted):
        if not start <= behind <= end or wanted[behind:start].strip():
            continue
        within = start < joint
        left = wanted[start:joint] if within else before
        # "Frontend- oder Backend-Entwickler": both end in the same noun.
        whole = f"{left}{noun.rpartition('-')[2]}" if left.endswith("-") else f"{left} {noun}"
        alone = (left,) if len(left.split()) > 1 or not within else ()
        if alone and _ends_in_role(left, _read(said).roles):
            continue  # "Physician reviewer or medical director": both are physicians, and no noun is left out.
        ways = (*alone, whole) if len(left.split()) > 1 else (whole, *alone)
        yield from next(filter(None, (_ending(way, said) for way in ways)), ())
        if within and len(right := wanted[behind:end]) > len(noun):
            yield from _ending(right, said)


def _ends_in_role(text: str, called: Sequence[str]) -> bool:
    """Whether a text ends in words for the first of these roles."""
    reading = _read(text)
    return reading.roles[:1] == tuple(called[:1]) and bool(reading.spans) and reading.spans[0][1] == len(text)


def _listed(wanted: str) -> Iterator[str]:
    """Roles of parts that begin with the name of a trade: "Electrician, plumber or welder in Cork"."""
    vocabulary = roles().vocabulary
    for part in choices_of(wanted):
        reading = _read(part)
        if not reading.spans or reading.spans[0][0]:
            continue
        said = part[: reading.spans[0][1]]
        stems = tuple(word.stem for word in vocabulary.words(said))
        # "Construction" is a field, in which there are many trades, and "architect" may be one of software.
        by_noun = head_in(said, roles()) is not None
        trade = " " in said if by_noun else stems in vocabulary.titles and stems not in vocabulary.activities
        if trade and not roles()[reading.roles[0]].generic and not _tool_alone(said):
            yield reading.roles[0]


def _ending(text: str, beside: str) -> tuple[str, ...]:
    """The role whose name ends a text, if it is another than that of `beside` and no tool suggests it."""
    reading = _read(text)
    if not reading.spans or reading.roles[:1] == _read(beside).roles[:1]:
        return ()
    start, end = reading.spans[0]
    vague = roles()[reading.roles[0]].generic and " " not in text[start:end]
    return () if _tool_alone(text[start:end]) or vague or text[end:].strip() else reading.roles[:1]


def _tool_alone(said: str) -> str:
    """The tool that these words name without a noun of who is sought: "SAP", and not "SAP consultant"."""
    name = taxonomy().canonical(said)
    return name if name and taxonomy().is_tool(name) and head_in(said, roles()) is None else ""


def _read(text: str) -> RoleReading:
    return read_role(text, (), "", roles())


def years_of(sentence: str) -> tuple[int | None, str]:
    """The years of work that somebody says they have, and the sentence without them; None and all of it where none."""
    known = _experience()
    for found in known.years.finditer(sentence):
        before = sentence[max(0, found.start() - _BEFORE_YEARS) : found.start()]
        if known.else_before.search(before):
            continue
        if found["months"]:
            years, most = int(found["months"]) // _YEAR, _MOST_YEARS
        else:
            years, most = int(found["years"]), _MOST_YEARS if found["since"] or found["own"] else _SURELY
            if known.else_behind.match(sentence, found.end("year")) or _is_age(found, before):
                continue
        if years <= most:
            return years, f"{sentence[: found.start()].rstrip()} {sentence[found.end() :].lstrip()}".strip()
    return None, sentence


def _is_age(years: re.Match[str], before: str) -> bool:
    """Whether years are those of the people one works with: "kids aged 3 to 6 years", but "with kids for 6 years"."""
    return bool(_experience().ages.search(before)) and (years["since"] is None or years["to"] is not None)


def takes_beginners(refused: str) -> bool:
    """Whether what is denied is experience of any kind: "no experience needed"."""
    return _experience().knowing.fullmatch(without_denial(refused)) is not None


class _Experience(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[experience]` and `[denial]`."""

    years: re.Pattern[str]
    """Or months, which are a contract's where no experience stands behind them."""
    else_before: re.Pattern[str]
    else_behind: re.Pattern[str]
    ages: re.Pattern[str]
    knowing: re.Pattern[str]


@cache
def _experience() -> _Experience:
    since, more, to = (any_of(f"experience.{name}") for name in ("since", "or_more", "to"))
    year, month = (any_of(*names, whole=False) for names in (_OF_YEARS, ("experience.month",)))  # "15yrs"
    own = any_of("experience.own")
    behind = rf"(?: [\w'’]+)?? (?:d['’])?{own}(?!\w)"
    return _Experience(
        years=re.compile(
            rf"(?<![\w.,$€£-])(?:(?P<months>\d{{1,2}}) ?\+? ?{month}(?!\w)['’]?{behind}"
            rf"|(?P<since>{since} )?(?P<years>\d{{1,2}})(?:[.,]\d)?"
            rf"(?: ?\+| {more})?(?P<to> ?(?:-|–|{to}) ?\d{{1,2}})? ?\+? ?"
            rf"(?P<year>{year})(?!\w)['’]?(?: (?:{any_of('joint.and')} )?\d{{1,2}} ?{month}(?!\w))?(?P<own>{behind})?)",
            re.IGNORECASE,
        ),
        else_before=re.compile(
            rf"{any_of('experience.else_before', 'experience.without_work')}\W*(?:\w+\W+){{0,3}}$", re.IGNORECASE
        ),
        else_behind=re.compile(rf"\W*{any_of('experience.else_behind')}", re.IGNORECASE),
        ages=re.compile(rf"{any_of('experience.ages')}(?: \d{{1,2}} \w+)?\s*$", re.IGNORECASE),
        knowing=re.compile(
            rf"(?:{any_of('denial.kind_of_knowledge')} )?{own}(?: {any_of('denial.needed')})?", re.IGNORECASE
        ),
    )

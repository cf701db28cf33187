"""Which job titles a sentence asks for: several, of which any will do, or one that only a tool suggests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.ingest.domain.role.reading import RoleReading, read_role
from services.ingest.domain.role.title import head_in
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.usecases.wishes.sentence import choices_in, choices_of


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


def titles_in(wanted: str, read: Sequence[str]) -> Titles:
    """What a sentence asks for, of which `read` are the roles as of a posting: these name one job, a wish several."""
    reading = _read(wanted)
    if not read or reading.roles[:1] != tuple(read[:1]) or not reading.spans:
        return Titles(tuple(read[:1]))
    start, end = reading.spans[0]
    said = wanted[start:end]
    if tool := _tool_alone(said):
        return Titles((), guessed=read[0], guessed_by=tool)
    others = (*_other_choices(wanted, (start, end)), *_listed(wanted))
    asked = tuple(dict.fromkeys((read[0], *others)))
    by_tool = any(taxonomy().is_tool(skill.name) for skill in taxonomy().find(said))
    return Titles(asked, near=by_tool and len(asked) == 1)


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
        ways = (*alone, whole) if len(left.split()) > 1 else (whole, *alone)
        yield from next(filter(None, (_ending(way, said) for way in ways)), ())
        if within and len(right := wanted[behind:end]) > len(noun):
            yield from _ending(right, said)


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

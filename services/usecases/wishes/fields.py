"""The parts of a sentence that name a field of work and nobody who works in it: "SEO, content, email marketing"."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from services.ingest.domain.role.beside import without_forms
from services.ingest.domain.role.reading import RoleReading, read_role
from services.ingest.domain.role.title import head_in
from services.rules.lexicon.builder import any_of
from services.rules.places.known import canonical_place
from services.rules.roles.said import roles_as_said as roles
from services.rules.roles.vocabulary import WEAK
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import fold
from services.usecases.wishes.sentence import anything, choices_in, stretches_of, without_idle
from services.usecases.wishes.ways import ways

_MANY_FAMILIES: Final = 6
_OWN_SHARE: Final = 0.25
"""Of a wide word: at least how many families have it in longer fields, and what share of these its own stays below."""
_HELPING: Final = ("assistant", "specialist")
"""Classes of nouns that say of no further work than the word beside them."""
_SLASH: Final = re.compile(r"(?<!\d)\s*/\s*")


class Field(NamedTuple):
    """A part of a sentence that names a field and nobody who works in it."""

    said: str
    role: str
    """Of that field the one nearest to what else is named, else the likeliest."""
    joined: bool
    """Whether it stands behind the title of somebody and an "or"."""
    likely: tuple[str, ...]
    """All roles of that field, the likeliest first."""
    listed: bool = False
    """Whether it stands in the list of trades, and not behind what ends it: "designer or illustrator, fintech"."""
    doubtful: bool = False
    """Whether its words name no trade alone, so that a role of it is offered at most."""
    by_hand: str = ""
    """The role that its words name too, among people who work by hand; empty where that is none."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles to offer, the likeliest first."""
        return (self.by_hand, self.role) if self.by_hand else (self.role,)


class Trades:
    """What the parts of a sentence say of trades."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self.fields: list[Field] = []
        self._persons = 0
        self._called: list[str] = []
        stretches = [*stretches_of(wanted)]
        closed = max((behind for _, _, behind in choices_in(wanted)), default=len(wanted))
        for at, (start, end) in enumerate(stretches):
            stretch = wanted[start:end]
            if names_person(stretch):
                self._persons += 1
                self._called += read_in(stretch).roles
                continue
            if self._beside_title(stretches[at : at + 2]) == "last":
                continue  # "Store or restaurant manager": both end in the same noun.
            joined = at > 0 and self._beside_title(stretches[at - 1 : at + 1]) == "first"
            named = _fields_of(stretch)
            self.fields += (Field(said, likely[0], joined, likely, start <= closed) for said, likely in named)
        self.fields = [field._replace(role=self._nearest(field)) for field in self.fields]
        self.fields = [self._weighed(field) for field in self.fields]

    @property
    def names_person(self) -> bool:
        """Whether any part names who is sought."""
        return self._persons > 0

    def listed(self) -> tuple[str, ...]:
        """The trades of a list in which nobody is named: "retention, growth, product marketing"."""
        if self._persons or len(self.fields) < 2 or anything().search(self._wanted):
            return ()
        return tuple(dict.fromkeys(field.role for field in self.fields if not field.doubtful))

    def alone(self) -> tuple[str, ...]:
        """The trade of the one field that is named, without a tool that would be used in it: "work in logistics"."""
        if self._persons or len(self.fields) != 1 or anything().search(self._wanted):
            return ()
        tools = without_tools(self._wanted) != self._wanted.strip()
        return () if tools or self.fields[0].doubtful else (self.fields[0].role,)

    def doubtful(self) -> Iterator[Field]:
        """The fields that are offered at most."""
        yield from (field for field in self.fields if field.doubtful)

    def chosen(self, *, several: bool) -> Iterator[str]:
        """Those of fields that stand in a list of trades, or will do as well as one: "assistant or data entry"."""
        several = several or any(field.joined for field in self.fields)
        for field in self.fields:
            if (field.joined or (several and field.listed)) and not field.doubtful:
                yield field.role

    def branches(self, role: str) -> tuple[str, ...]:
        """The trades of fields that say more than a tool, which tells its trade roughly: "C++ developer, embedded".

        Each has a noun that the trade has too.
        """
        of_role = (field.role for field in self.fields if not field.doubtful and roles()[field.role].works_with_tools)
        return tuple(dict.fromkeys(name for name in of_role if {*roles()[name].heads} & {*roles()[role].heads}))

    def exactly(self, start: int, end: int) -> str:
        """The role of the field that a part is made of, where a posting is read by less: "legal operations"."""
        for first, last in stretches_of(self._wanted):
            if first <= start and end <= last and not names_person(self._wanted[first:last]):
                return next((likely[0] for _, likely in _fields_of(self._wanted[first:last])), "")
        return ""

    def beside_tool(self) -> tuple[str, ...]:
        """The field that stands beside a tool and says what it is used for: "Kotlin backend"."""
        for start, end in stretches_of(self._wanted):
            bare = without_tools(self._wanted[start:end])
            if bare != self._wanted[start:end] and not names_person(bare):
                for _, likely in _fields_of(bare):
                    if likely and roles()[likely[0]].works_with_tools:
                        return likely[:1]
        return ()

    def _nearest(self, field: Field) -> str:
        """Of the content of SEO and email marketing an editor is not meant, who is the likeliest elsewhere."""
        beside = {roles()[other.role].family for other in self.fields if other is not field}
        beside |= {roles()[role].family for role in self._called}
        near = (role for role in field.likely if roles()[role].family in beside)
        return next(near, field.role)

    def _weighed(self, field: Field) -> Field:
        """With whether it is in doubt. Beside "warehouse" by "sales" a shop's may be meant, and a firm's."""
        beside = (*self._called, *(other.role for other in self.fields if other is not field))
        manual = any(roles()[role].by_hand for role in beside)
        by_hand = _role_by_hand(field) if manual else ""
        return field._replace(doubtful=bool(by_hand) or is_wide(field.said), by_hand=by_hand)

    def _beside_title(self, pair: Sequence[tuple[int, int]]) -> str:
        """Which of two parts with an "or" between them is the title of somebody: `first`, `last` or none."""
        if len(pair) < 2 or not any(
            pair[0][1] <= joint <= behind <= pair[1][0] for _, joint, behind in choices_in(self._wanted)
        ):
            return ""
        before, behind = (self._wanted[start:end] for start, end in pair)
        return "first" if is_title(before) else "last" if names_person(behind) else ""


def names_person(stretch: str) -> bool:
    """Whether a part names who is sought, and not only what is done, as "design systems" does."""
    if is_field(stretch):
        return False
    reading = read_in(stretch)
    called = any(is_title(stretch[start:end]) for start, end in reading.spans)
    return called or (bool(reading.roles) and head_in(stretch, roles()) not in (None, WEAK))


def is_field(stretch: str) -> bool:
    """Whether a part is the name of a field, and no title."""
    return " " in stretch and bool(_of_field(stretch)) and not is_title(stretch)


def is_title(said: str) -> bool:
    """Whether a part is the title of somebody as the taxonomy has it."""
    vocabulary = roles().vocabulary
    stems = tuple(word.stem for word in vocabulary.words(without_idle(said)))
    bare = tuple(stem for stem in stems if stem not in vocabulary.levels)
    return any(some in vocabulary.titles and some not in vocabulary.activities for some in (stems, bare) if some)


def is_title_by_hand(name: str, role: str) -> bool:
    """Whether the name of a tool is what people of a trade without such tools are called: "Chef"."""
    stems = tuple(word.stem for word in roles().vocabulary.words(name))
    return roles().vocabulary.titles.get(stems) == role and not roles()[role].works_with_tools


def is_wide(said: str) -> bool:
    """Whether a word names no trade alone: "service", which is a guest's, a customer's and a lift's."""
    return tuple(word.stem for word in roles().vocabulary.words(without_idle(said))) in _wide()


@cache
def _wide() -> frozenset[tuple[str, ...]]:
    """Words that stand in longer fields of many families, and seldom in those of the family that they name alone.

    A title of its own is none, as "operations" is.
    """
    vocabulary = roles().vocabulary
    within: dict[str, Counter[str]] = {}
    for stems, by_head in vocabulary.fields.items():
        for word in set(stems) if len(stems) > 1 else ():
            within.setdefault(word, Counter()).update({roles()[role].family for role in by_head.values()})
    wide = set[tuple[str, ...]]()
    for word, families in within.items():
        likely = () if (word,) in vocabulary.titles else vocabulary.likely((word,))
        if likely and len(families) >= _MANY_FAMILIES:
            own = families[roles()[likely[0]].family]
            if own < _OWN_SHARE * families.total():
                wide.add((word,))
    return frozenset(wide)


def _role_by_hand(field: Field) -> str:
    """What the word for a field names too, in a trade of people who work by hand; empty where it names none."""
    if roles()[field.role].family in _families_by_hand():
        return ""
    return _helpers().get(tuple(word.stem for word in roles().vocabulary.words(field.said)), "")


@cache
def _families_by_hand() -> frozenset[str]:
    return frozenset(role.family for role in roles() if role.by_hand)


@cache
def _helpers() -> Mapping[tuple[str, ...], str]:
    """By a word, the role in trades by hand of whoever helps in what it names: of "sales" the sales assistant."""
    vocabulary, found = roles().vocabulary, dict[tuple[str, ...], str]()
    for role in (role for role in roles() if role.family in _families_by_hand()):
        for title in (title for titles in role.titles.values() for title in titles):
            stems = tuple(word.stem for word in vocabulary.words(title))
            for of, noun in ((stems[:-1], stems[-1:]), (stems[1:], stems[:1])):
                if len(of) == 1 and vocabulary.heads.get(noun) in _HELPING:
                    found.setdefault(of, role.id)
    return found


def _fields_of(stretch: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields of which a part of a sentence is made, each with its likely roles: "jobs in risk and compliance".

    None where it says how one is employed, where one works or how much one travels: "contract", "some travel".
    """
    if not without_forms(stretch) or _says_where(stretch) or _patterns().travel.fullmatch(stretch):
        return
    for parts in ((stretch,), _SLASH.split(stretch), _patterns().both.split(stretch)):
        named = [[(said, likely) for said in (part, *_pieces(part)) if (likely := _of_field(said))] for part in parts]
        if any(named):
            yield from (some[0] for some in named if some)
            return


def _pieces(stretch: str) -> Iterator[str]:
    """What stands between prepositions, without level, form and place: "Intern marketing", "training for schools"."""
    for piece in map(without_idle, cut_at_leads(stretch)):
        words = piece.split()
        if not (_of_field(piece) or is_title(piece)):
            words = [word for word in without_forms(piece).split() if not roles().says_level(word)]
            while words and (_says_where(words[-1]) or _says_where(" ".join(words[-2:]))):
                words.pop()
        if words:
            yield " ".join(words)


def cut_at_leads(stretch: str) -> Iterator[str]:
    """Cut at each preposition but of what belongs together: "contrôle de gestion"."""
    start = 0
    for found in _patterns().leads.finditer(stretch):
        if fold(found[0]) not in roles().vocabulary.genitives:
            yield stretch[start : found.start()]
            start = found.end()
    yield stretch[start:]


def _says_where(said: str) -> bool:
    named = (way.fullmatch(said.lower()) for way in ways().wanted.values())
    return canonical_place(said) is not None or any(named)


def _of_field(said: str) -> tuple[str, ...]:
    """The roles of a field that words name, and nothing else, the likeliest first; none where they name no field."""
    vocabulary = roles().vocabulary
    stems = tuple(word.stem for word in vocabulary.words(said))
    is_activity = stems in vocabulary.activities and stems in vocabulary.titles
    likely = (vocabulary.titles[stems],) if is_activity else vocabulary.likely(stems)
    return () if tool_alone(said) else likely


def without_tools(text: str) -> str:
    """A part of a sentence without the tools that it names."""
    for skill in reversed(taxonomy().find(text)):
        if taxonomy().is_tool(skill.name):
            text = f"{text[: skill.start]}{text[skill.end :].lstrip()}"
    for word in text.split():
        if taxonomy().typed_tool(word):
            text = " ".join(other for other in text.split() if other != word)
    return text.strip()


def tool_alone(said: str) -> str:
    """The tool that these words name without a noun of who is sought: "SAP", and not "SAP consultant"."""
    name = taxonomy().canonical(said)
    return name if name and taxonomy().is_tool(name) and head_in(said, roles()) is None else ""


def read_in(text: str) -> RoleReading:
    return read_role(text, (), "", roles())


class _Patterns(NamedTuple):
    leads: re.Pattern[str]
    both: re.Pattern[str]
    travel: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        leads=re.compile(rf"(?<![\w-]){any_of('wish.leads', 'place.town_before')}(?![\w-])", re.IGNORECASE),
        both=re.compile(rf"\s{any_of('joint.and')}\s", re.IGNORECASE),
        travel=re.compile(rf"(?:\d+ ?%|{any_of('wish.idle')}) {any_of('travel.travelling')}", re.IGNORECASE),
    )

"""The words by which titles are read, as stems."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from services.rules.roles.words import Word, title_words

Stems = tuple[str, ...]

WEAK: Final = "weak"
"""The class of nouns that say nothing of the work: an intern's, a lead's."""
_PLAIN: Final = frozenset({"specialist", "manager", "director", "consultant", "analyst", "assistant", WEAK})
"""Classes that any field has, whether its role names them or not."""
_LEADS: Final = frozenset({"manager", "director"})
"""Those of them who do not stand for all who work in a field."""
_LIKELY: Final = (
    "specialist", "engineer", "designer", "manager", "analyst", "consultant", "scientist", "technician", "teacher",
    "writer", "editor", "producer", "operator", "worker", "assistant", "administrator", "architect", "director",
)  # fmt: skip
"""Which of a field's roles is meant where the noun says nothing, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words by which titles are read, as stems without joining words."""

    titles: dict[Stems, str] = field(default_factory=dict)
    fields: dict[Stems, dict[str, str]] = field(default_factory=dict)
    """The role of a field by the class of the noun with it."""
    heads: dict[Stems, str] = field(default_factory=dict)
    activities: set[Stems] = field(default_factory=set)
    """Heads that name what is done, and titles that are fields: what is sought only where no person is named."""
    alone: set[Stems] = field(default_factory=set)
    """Titles that count only where they are all that their part of a title says."""
    with_tools: set[str] = field(default_factory=set)
    """Roles whose fields are tools: whoever is an expert of Python programs in it."""
    listed: dict[str, str] = field(default_factory=dict)
    """The role of an abbreviation, as it is written, that counts only in a list of trades."""
    longest: dict[str, int] = field(default_factory=dict)
    """By the stem that they begin with, how many words the longest of all these has."""
    of_people: bool = False
    """Of people who look for work: a field that they name says trades to offer, whatever noun is beside it."""
    joins: frozenset[str] = frozenset()
    breaks: frozenset[str] = frozenset()
    genitives: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    compounds: frozenset[str] = frozenset()

    def words(self, title: str) -> list[Word]:
        """The words of a title, compounds taken apart."""
        return title_words(title, joins=self.joins, compounds=self.compounds)

    def is_title(self, said: str) -> bool:
        """Whether it is a title of a role, in any language."""
        return tuple(word.stem for word in self.words(said)) in self.titles

    def role_of_field(self, stems: Stems, head: str) -> str | None:
        """The role of a field and a class of nouns: of plain classes the field's likeliest role, else only its own.

        Not of what is done itself ("engineering"), of a field whose trades all have nouns that say more, unless that is
        a tool (an officer of roads builds none), nor of one that only has leaders where nobody is said to lead.
        """
        by_head = self.fields.get(stems)
        if by_head is None or head in by_head:
            return (by_head or {}).get(head)
        likeliest = self.likeliest(stems)
        if head == WEAK:
            return likeliest
        plain = by_head.keys() & _PLAIN
        fits = plain - _LEADS or (plain and head in _LEADS) or likeliest in self.with_tools
        return likeliest if head in _PLAIN and fits and stems not in self.heads else None

    def role_of_noun(self, stems: Stems, heads: Collection[str]) -> str | None:
        """The role of a field that stands apart from the nouns of a title, or in a title without any."""
        if not heads or self.of_people:
            return self.likeliest(stems)
        classes = [WEAK] if WEAK in heads else heads
        return next(filter(None, (self.role_of_field(stems, head) for head in classes)), None)

    def role_of_pair(self, stems: Stems, head: str) -> str | None:
        """The role that a field has for just this class of nouns."""
        return self.fields.get(stems, {}).get(head)

    def likeliest(self, stems: Stems) -> str | None:
        """The role of a field that no noun is said of."""
        return next(iter(self.likely(stems)), None)

    def likely(self, stems: Stems) -> tuple[str, ...]:
        """The roles of a field that no noun is said of, each once, the likeliest first."""
        by_head = self.fields.get(stems, {})
        return tuple(dict.fromkeys(by_head[head] for head in _LIKELY if head in by_head))

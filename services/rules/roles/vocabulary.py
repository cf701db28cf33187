"""The words by which titles are read, as stems."""

from dataclasses import dataclass, field
from typing import Final

from services.rules.roles.words import Word, title_words

Stems = tuple[str, ...]

WEAK: Final = "weak"
"""The class of nouns that say nothing of the work: an intern's, a lead's."""
_PLAIN: Final = ("specialist", "manager", "director", "consultant", "analyst", "assistant", WEAK)
"""Classes that any field has, whether its role names them or not."""
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
    listed: dict[str, str] = field(default_factory=dict)
    """The role of an abbreviation, as it is written, that counts only in a list of trades."""
    longest: dict[str, int] = field(default_factory=dict)
    """By the stem that they begin with, how many words the longest of all these has."""
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
        """The role of a field and a class of nouns: of plain classes the field's likeliest role, else only its own."""
        by_head = self.fields.get(stems)
        if by_head is None:
            return None
        return by_head.get(head) or (self.likeliest(stems) if head in _PLAIN else None)

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

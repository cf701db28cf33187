"""Which of the skills that a posting mentions a reader would filter by, and which of them it requires."""

import re
from dataclasses import dataclass

from schemas.posting import Evidence, Skill
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document
from services.rules.skills import Mention, Taxonomy

_OF_THE_JOB = frozenset({"requirements", "nice", "duties"})
"""Sections whose words are skills; elsewhere a posting speaks of the company, its product and its offer.

On 43 labelled postings, 98 % of the tools and 80 % of the methods named among requirements are what a reader filters
by; of those in an opening, 8 % and 40 %.
"""
_CORE_SECTIONS = frozenset({"requirements"})
_OPTIONAL = re.compile(
    r"nice[- ]to[- ]have|\bbonus\b|\ba plus\b|\bplus(?:es)?\b(?!\s*\d)|preferr?ed|preferably|ideally|desirable"
    r"|advantage|not required"
    r"|good to have|optional|familiarity is|von vorteil|wünschenswert|mile widzian|un plus|deseable|diferencial",
    re.IGNORECASE,
)
_MOST_EVIDENCE = 12
_MOST_SKILLS = 60


@dataclass(slots=True)
class _Seen:
    core: bool
    evidence: Evidence


def read_skills(draft: Draft, document: Document, taxonomy: Taxonomy) -> Finding[tuple[Skill, ...]]:
    """Decide the skills, core ones first, each in the order of mention.

    Core are those of the title and of the requirements, where the sentence does not call them optional. A board's tag
    counts where it is the canonical name of a skill that the title or the text names too, for boards guess their tags;
    where there is no text to speak of, it counts as it is.
    """
    seen: dict[str, _Seen] = {}
    for mention in taxonomy.find(document.title):
        seen.setdefault(mention.name, _Seen(True, evidence_of("title", document.title)))
    parts = [part for part in document.parts() if part[2] in _OF_THE_JOB]
    if not parts:
        parts = [(0, len(document.text), "opening")]  # a text without headings says everything in one
    for start, stop, section in parts:
        _read_part(document.text[start:stop], section, taxonomy, seen)
    if not seen:
        for tag in draft.skills:
            name = taxonomy.canonical(tag.text.replace("-", " "))
            if name:
                seen.setdefault(name, _Seen(False, evidence_of(tag.field, tag.text)))
    chosen = sorted(seen.items(), key=lambda item: not item[1].core)[:_MOST_SKILLS]
    return Finding(
        tuple(Skill(name=name, core=found.core) for name, found in chosen),
        tuple(dict.fromkeys(found.evidence for _, found in chosen[:_MOST_EVIDENCE])),
    )


def _read_part(text: str, section: str, taxonomy: Taxonomy, seen: dict[str, _Seen]) -> None:
    for mention in taxonomy.find(text):
        if mention.kind == "broad":
            continue  # "Sales", "Design": in running text these are hardly ever what is asked for; a title is
        core = section in _CORE_SECTIONS and not _is_optional(text, mention)
        known = seen.get(mention.name)
        if known is None:
            seen[mention.name] = _Seen(core, quote("text", text, mention.start, mention.end))
        elif core:
            known.core = True


def _is_optional(text: str, mention: Mention) -> bool:
    start = text.rfind("\n", 0, mention.start) + 1
    stop = text.find("\n", mention.end)
    line = text[max(start, mention.start - 200) : min(stop if stop >= 0 else len(text), mention.end + 120)]
    return bool(_OPTIONAL.search(line))

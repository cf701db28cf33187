"""Which of the skills that a posting mentions a reader would filter by, and which of them it requires."""

import re
from dataclasses import dataclass

from schemas.posting import Evidence, Skill
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document
from services.rules.skills import Mention, Taxonomy

_NOT_OF_THE_JOB = frozenset({"about", "benefits", "legal", "process", "pay", "place"})
"""Sections that speak of the company and its offer: their words are no skills."""
_CORE_SECTIONS = frozenset({"requirements"})
_OPTIONAL = re.compile(
    r"nice[- ]to[- ]have|\bbonus\b|\ba plus\b|\bplus(?:es)?\b(?!\s*\d)|preferr?ed|preferably|ideally|desirable|advantage|not required"
    r"|good to have|optional|familiarity is|von vorteil|wünschenswert|mile widzian|un plus|deseable|diferencial",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"\be\.g\.|\bfor example\b|\bfor instance\b|\bsuch as\b|\bi\.e\.|\blike\b|\bz\.\s?b\.|\bincluding but not",
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

    Core are those of the title and of the requirements, where they are neither optional nor an example. A board's tag
    counts where it is the canonical name of a skill that the title or the text names too, for boards guess their tags;
    where there is no text to speak of, it counts as it is.
    """
    seen: dict[str, _Seen] = {}
    for mention in taxonomy.find(document.title):
        seen.setdefault(mention.name, _Seen(True, evidence_of("title", document.title)))
    for mention in taxonomy.find(document.text):
        section = document.kind_at(mention.start)
        if section in _NOT_OF_THE_JOB or not _counts(mention, section):
            continue
        core = section in _CORE_SECTIONS and not _is_optional(document.text, mention)
        known = seen.get(mention.name)
        if known is None:
            seen[mention.name] = _Seen(core, quote("text", document.text, mention.start, mention.end))
        elif core:
            known.core = True
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


def _counts(mention: Mention, section: str) -> bool:
    """Broad words are skills where they are asked for or done, not in an opening that describes the product."""
    return mention.kind != "broad" or section in {"requirements", "nice", "duties"}


def _is_optional(text: str, mention: Mention) -> bool:
    start = text.rfind("\n", 0, mention.start) + 1
    stop = text.find("\n", mention.end)
    line = text[max(start, mention.start - 200) : min(stop if stop >= 0 else len(text), mention.end + 120)]
    before = text[max(start, mention.start - 120) : mention.start]
    return bool(_OPTIONAL.search(line)) or bool(_EXAMPLE.search(before))

"""Which of the skills that a posting mentions a reader would filter by, and which of them it requires."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from schemas.posting import Evidence, Skill
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document
from services.rules.skill_text import haystack_of
from services.rules.skills import Mention, Taxonomy, fold_skill

_OF_THE_JOB = frozenset({"requirements", "nice", "duties"})
"""Sections whose words are skills; elsewhere a posting speaks of the company, its product and its offer.

On labelled postings, 96 % of the tools and 80 % of the methods named among requirements are what a reader filters by;
of those in an opening 8 % and 40 %, of those about the company 0 % and 15 %.
"""
_ASKING = (
    " years ", "+ years", "years'", "year of", "experience in", "experience with", "experience of", "experience as",
    "experience using", "proficien", "fluent", "fluency", "knowledge of", "familiarity with", "familiar with",
    "understanding of", "expertise in", "track record", "background in", " skills", "required", "must have",
    "must be", "ability to", "erfahrung", "kenntnisse", "experiencia", "experiência", "expérience", "maîtrise",
)  # fmt: skip
"""What a line of requirements says, wherever it stands."""
_OPTIONAL = (
    "nice to have", "bonus", "a plus", "big plus", "strong plus", "huge plus", " plus.", "plus:", "pluses", "preferred",
    "prefered", "preferably", "ideally", "desirable", "advantage", "not required", "not mandatory", "good to have",
    "optional", "familiarity is", "von vorteil", "wünschenswert", "mile widzian", "un plus", "deseable", "diferencial",
    "un atout",
)  # fmt: skip
"""What makes the skills of a line wished for rather than required."""
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=[A-ZÀ-Þ•])")
_FIELD_BEFORE = re.compile(
    r"(?:experience|background|knowledge|expertise|understanding|proficien\w*|familiar\w*|skilled|skills?|career|years"
    r"|passion\w*|interest|exposure|competen\w+|degree|trained|certified|licen[sc]ed|erfahrung)"
    r"(?:\s[\w'-]+){0,2}\s(?:in|with|of|for|about|across|to|as|within|on|working)\s(?:[^.;:\n]{0,60}(?:[,/&]|\band|\bor)\s?)?"
    r"(?:[\w'/-]+\s){0,2}$",
    re.IGNORECASE,
)
_FIELD_BEHIND = re.compile(
    r"\s?(?:experience|skills?|background|knowledge|expertise|environments?|industry|domain|degree|role|sector|space"
    r"|compan(?:y|ies)|products?|startups?|abilit)\b",
    re.IGNORECASE,
)
_FIELD_REACH = 90
_COMPANY_FORMS = re.compile(
    r"[,.]?\s*\b(?:inc|llc|ltd|limited|gmbh|ag|se|corp|corporation|co|company|plc|sas|bv|pty|labs?|technologies|software"
    r"|group|hq|io|ai|com)\b\.?$",
    re.IGNORECASE,
)
_ASKED_BEFORE = re.compile(
    r"(?:experience|knowledge|familiar\w*|proficien\w*|expertise|certif\w*)\b[^.\n]{0,40}$", re.IGNORECASE
)
_MOST_EVIDENCE = 12
_MOST_SKILLS = 60


@dataclass(slots=True)
class _Seen:
    core: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Line:
    """What the line of a mention says about all that is in it."""

    start: int
    stop: int
    asks: bool
    optional: bool


def read_skills(draft: Draft, document: Document, taxonomy: Taxonomy) -> Finding[tuple[Skill, ...]]:
    """Decide the skills, core ones first, each in the order of mention.

    Core are those of the title and of the requirements, where the sentence does not call them optional. A board's tag
    counts where there is no text to speak of, for boards guess their tags.
    """
    seen: dict[str, _Seen] = {}
    for mention in taxonomy.find(document.title):
        seen.setdefault(mention.name, _Seen(True, evidence_of("title", document.title)))
    _read_text(document, taxonomy, _own_name(draft.company), seen)
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


def _read_text(document: Document, taxonomy: Taxonomy, own: str, seen: dict[str, _Seen]) -> None:
    text = document.text
    parts = list(document.parts())
    if not any(kind in _OF_THE_JOB for _, _, kind in parts):
        parts = [(0, len(text), "duties")]  # a text without headings says everything in one
    at = 0
    lines = _Lines(text)
    for mention in taxonomy.find(text):
        while mention.start >= parts[at][1] and at + 1 < len(parts):
            at += 1
        section = parts[at][2]
        known = seen.get(mention.name)
        if known is not None and known.core:
            continue
        line = lines.at(mention.start)
        if line.asks and section not in _OF_THE_JOB and text.startswith("•", line.start):
            section = "requirements"
        if section not in _OF_THE_JOB or not _counts(text, mention, own):
            continue
        core = section == "requirements" and not line.optional
        if known is None:
            seen[mention.name] = _Seen(core, quote("text", text, mention.start, mention.end))
        elif core:
            known.core = True


def _counts(text: str, mention: Mention, own: str) -> bool:
    if mention.kind == "broad":
        return False  # "Security": in running text these are hardly ever what is asked for; a title is
    if mention.kind == "field":
        before = text[max(0, mention.start - _FIELD_REACH) : mention.start]
        return bool(_FIELD_BEHIND.match(text, mention.end) or _FIELD_BEFORE.search(before))
    if own and fold_skill(mention.text).startswith(own):
        return bool(_ASKED_BEFORE.search(text[max(0, mention.start - _FIELD_REACH) : mention.start]))
    return True


def _own_name(company: str) -> str:
    """The employer's name without its legal form, folded as skills are: its product is no skill of its postings."""
    return fold_skill(_COMPANY_FORMS.sub("", company.strip()))


class _Lines:
    """The sentences of a text and what each says about all that is in it, read in order of position."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._now = _Line(0, -1, asks=False, optional=False)
        self._cues = sorted(
            (start, kind) for kind, start, _ in _cues().find_matches_as_indexes(haystack_of(text), overlapping=True)
        )

    def at(self, position: int) -> _Line:
        """The sentence around a position, which is never before that of the last call."""
        if position >= self._now.stop:
            self._now = self._read(position)
        return self._now

    def _read(self, position: int) -> _Line:
        text = self._text
        start = text.rfind("\n", 0, position) + 1
        stop = text.find("\n", position)
        stop = stop if stop >= 0 else len(text)
        # A paragraph speaks of many things: what is optional in one sentence of it is not in the others.
        for sentence in _SENTENCE_END.finditer(text, start, stop):
            if sentence.end() > position:
                stop = sentence.start()
                break
            start = sentence.end()
        first = bisect_left(self._cues, (start, 0))
        kinds = {kind < len(_ASKING) for _, kind in self._cues[first : bisect_left(self._cues, (stop, 0))]}
        return _Line(start, stop, asks=True in kinds, optional=False in kinds)


@cache
def _cues() -> BytesAhoCorasick:
    return BytesAhoCorasick([haystack_of(cue) for cue in (*_ASKING, *_OPTIONAL)], matchkind=MatchKind.Standard)

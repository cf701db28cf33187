"""Which of the skills that a posting mentions a reader would filter by, and which of them it requires."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import NamedTuple

from schemas.posting import CORE, STRENGTHS, Evidence, Skill, Spoken, Strength
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.skills.sentences import Line, Lines, denied
from services.rules.languages.codes import english_name
from services.rules.lexicon.builder import composed
from services.rules.sections import ABOUT_US, Document, Kind
from services.rules.skills.context import Mention
from services.rules.skills.taxonomy import Taxonomy, fold_skill

_OF_THE_JOB = frozenset({"requirements", "nice", "duties"})
"""Sections whose words are skills; elsewhere a posting speaks of the company, its product and its offer.

On labelled postings, 96 % of the tools and 80 % of the methods named among requirements are what a reader filters by;
of those in an opening 8 % and 40 %, of those about the company 0 % and 15 %.
"""
_MAY_SPEAK_OF_THE_JOB = frozenset({"opening", "about", "place"})
"""Sections whose sentences are of the job where they say so: "As our first marketer you will own paid search"."""
_ITEM_END = re.compile(r"[\s.;,]*(?:\n|$)")
_REACH = 90
_PRACTICES = frozenset({"term", "method", "field"})
_LEAST_INITIALS = 3
_MOST_EVIDENCE = 12
_MOST_SKILLS = 60
_MANY = 25
"""Skills up to which a posting's reader keeps what is named once, in the duties, and in everyday words.

On labelled postings those are right in more than 4 of 10 cases where fewer are found, in 1 of 4 where more are; so are
fields that experience is asked in.
"""
_SOME = 16
"""The same for a field that stands in a list of what is asked for: right in half of the cases, else in 1 of 5."""
_ALL = 1000


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[skill]`."""

    field_before: re.Pattern[str]
    field_behind: re.Pattern[str]
    between: re.Pattern[str]
    degree_before: re.Pattern[str]
    """What a degree may be in says little of the work: "a degree in mathematics, data science or the like"."""
    company_forms: re.Pattern[str]
    """In any case, as `mark_before` is in that of the text."""
    asked_before: re.Pattern[str]
    beside: re.Pattern[str]
    neighbours: re.Pattern[str]
    """With `beside`, whom one works with: "alongside data science, design and legal teams"; right in 1 of 6 cases."""
    mark_before: re.Pattern[str]
    """What begins the wish that stands behind it: "; Scala is", ", other languages are", "(experience with Scala"."""


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        field_before=_pattern(
            r"{field_before}(?:\s[\w'-]+){0,2}\s{in}\s(?:[^.;:\n]{0,60}(?:[,/&]|\b(?:{joint.and}|{joint.or}))\s?)?(?:[\w'/-]+\s){0,2}$"
        ),
        field_behind=_pattern(r"\s?{field_behind}"),
        between=_pattern(r"\s{0,2}(?:[,/&]|,?\s(?:{joint.and}|{joint.or}))(?:\s(?:{joint.and}|{joint.or}))?\s{0,2}"),
        degree_before=_pattern(r"{degree}(?:(?!{no_degree}|\d)[^.;\n])*$"),
        company_forms=re.compile(composed("skill", r"[,.]?\s*{company_form}\.?$"), re.IGNORECASE),
        asked_before=_pattern(r"{asked_before}[^.\n]{0,40}$"),
        beside=_pattern(r"{beside}[^.;\n]{0,50}$"),
        neighbours=_pattern(r"[^.;\n]{0,50}(?:{neighbours}|{team})"),
        mark_before=re.compile(
            composed(
                "skill",
                r"(?:,\s*{joint.and}?\s*|,\s*(?!{goes_on})(?:(?:[\w'/+-]+\s+){0,2}|{further}\s[^,;.()\n]{0,40})"
                r"|[;(–—]\s*(?:[\w'/+-]+,?\s+){0,6})$",
            )
        ),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("skill", template))


@dataclass(slots=True)
class SkillMeaning:
    """How a posting means a skill, and by which words."""

    strength: Strength
    evidence: Callable[[], Evidence]
    """Made for those alone that are shown."""
    span: tuple[int, int] | None = None
    """Where the first words that name it stand in the text; None where another field does."""


class _Employer(NamedTuple):
    """What an employer is called: its product, or what it is abbreviated to, is no skill of its postings."""

    name: str
    """Without its legal form, folded as skills are."""
    initials: str


def read_skills(
    draft: Draft,
    document: Document,
    taxonomy: Taxonomy,
    languages: Finding[tuple[Spoken, ...]] | None = None,
    found: Sequence[Mention] | None = None,
) -> Finding[tuple[Skill, ...]]:
    """Decide the skills, core ones first, each in the order of mention; a language that `languages` needs is one.

    `found` is what the taxonomy finds in the text, where that was asked before.
    Core are those of the title and of the requirements (see `_required`). A board's tag lets a practice count wherever
    the text names it, and counts by itself only where nothing else does: boards guess them. Of 120 tags on labelled
    postings that the text does not name, 15 % were right.
    """
    meanings = dict(skill_meanings(draft, document, taxonomy, found))
    for spoken, shown in zip(languages.value, languages.evidence, strict=True) if languages else ():
        named = taxonomy.canonical(english_name(spoken.any[0]) or "")
        if named and taxonomy.kind(named) == "language" and spoken.need == "needed" and len(spoken.any) == 1:
            meanings.setdefault(named, SkillMeaning("required", partial(_as_shown, shown)))
    chosen = _core_first(meanings)
    return Finding(
        tuple(_skill(name, meaning.strength) for name, meaning in chosen),
        tuple(dict.fromkeys(meaning.evidence() for _, meaning in chosen[:_MOST_EVIDENCE])),
    )


def skill_meanings(
    draft: Draft, document: Document, taxonomy: Taxonomy, found: Sequence[Mention] | None = None
) -> list[tuple[str, SkillMeaning]]:
    """The skills by name as `read_skills` gives them, with the words that tell them."""
    seen: dict[str, SkillMeaning] = {}
    for named in taxonomy.of_title(document.title):
        seen.setdefault(named, SkillMeaning("title", partial(evidence_of, "title", document.title)))
    tags = {name: tag for tag in draft.skills if (name := taxonomy.canonical(tag.text.replace("-", " ")))}
    found = taxonomy.find(document.text) if found is None else found
    mentions = _with_meant(document, found, taxonomy, fields=tuple(seen))
    rooms: dict[str, int] = {}
    for mention, strength, room in _of_text(document, mentions, _employer(draft.company), tags):
        known = seen.get(mention.name)
        if known is None and room < _ALL:
            rooms[mention.name] = room
        if known is None:
            span = (mention.start, mention.end)
            seen[mention.name] = SkillMeaning(strength, partial(quote, "text", document.text, *span), span)
        else:
            known.strength = min(known.strength, strength, key=STRENGTHS.index)
    if any(len(seen) > room for room in rooms.values()):
        often = Counter(mention.name for mention in mentions)
        many = len(seen)
        seen = {name: kept for name, kept in seen.items() if many <= rooms.get(name, _ALL) or often[name] > 1}
    if not seen:
        seen = {name: SkillMeaning("wanted", partial(evidence_of, tag.field, tag.text)) for name, tag in tags.items()}
    return _core_first(seen)


def _core_first(meanings: Mapping[str, SkillMeaning]) -> list[tuple[str, SkillMeaning]]:
    return sorted(meanings.items(), key=lambda item: item[1].strength not in CORE)[:_MOST_SKILLS]


def _as_shown(shown: Evidence) -> Evidence:
    return shown


@lru_cache(maxsize=32_768)
def _skill(name: str, strength: Strength) -> Skill:
    # One for all postings: checking a new one takes longer than finding its name did.
    return Skill(name=name, strength=strength)


def _with_meant(
    document: Document, found: Sequence[Mention], taxonomy: Taxonomy, fields: Sequence[str]
) -> Sequence[Mention]:
    """The skills that the text names, in order, and those that the title's fields of work give its plain words."""
    named = {mention.name for mention in found}
    meant = [
        Mention(name, start, end, document.text[start:end], "method")
        for name, start, end in taxonomy.meant(fields, document.lowered)
        if name not in named
    ]
    return sorted([*found, *meant], key=lambda mention: mention.start) if meant else found


def _of_text(
    document: Document, mentions: Sequence[Mention], employer: _Employer, tags: Container[str]
) -> Iterator[tuple[Mention, Strength, int]]:
    """The mentions that count, in order, how each is meant, and among how many skills it counts alone."""
    text, lowered = document.text, document.lowered
    parts = list(document.parts())
    kinds = {kind for _, _, kind in parts}
    headed = bool(kinds & _OF_THE_JOB)
    if not headed:
        # A text without headings of the work says everything in one; what it offers is no part of that.
        parts = [(start, stop, kind if kind == "benefits" else "duties") for start, stop, kind in parts]
    # Where nothing is headed as required, the work itself says what it takes.
    core_sections = {"requirements"} if "requirements" in kinds else {"requirements", "duties"}
    lines = Lines(document)
    at, wished = 0, _wished(text, parts[0], lines)
    required: set[str] = set()
    for index, mention in enumerate(mentions):
        if mention.kind == "broad" or mention.name in required:
            continue  # "Security": in running text these are hardly ever what is asked for; a title is
        while mention.start >= parts[at][1] and at + 1 < len(parts):
            at += 1
            wished = _wished(text, parts[at], lines)
        section = parts[at][2]
        line = lines.at(mention.start)
        if line.asks and section not in _OF_THE_JOB and text.startswith("•", line.start):
            section = "requirements"
        elif line.role and section in _MAY_SPEAK_OF_THE_JOB:
            section = "duties"
        tagged = section != "others" and mention.kind in ("term", "method") and mention.name in tags
        if section not in _OF_THE_JOB and not tagged:
            continue
        if _counts(lowered, mentions, index, employer=employer, line=line):
            core = section in core_sections and _required(text, mention, line, section=section, headed=headed)
            strength: Strength = (
                "required" if core else _strength_unrequired(mention, line, lines, section=section, wished=wished)
            )
            if line.denies and _denied(text, mention, line):
                if mention.kind == "language" and not line.optional:
                    continue  # unlike a tool, which the work may be done with, none is spoken
                strength = "passing"
            if strength == "required":
                required.add(mention.name)
            asks = section in core_sections
            yield mention, strength, _room(lowered, mention, line, section=section, asks=asks)


def _room(lowered: str, mention: Mention, line: Line, *, section: str, asks: bool) -> int:
    """Up to how many skills of a posting its reader keeps this one if the text names it once."""
    if mention.kind == "field" and not (
        _patterns().field_behind.match(lowered, mention.end) or _is_item(lowered, mention)
    ):
        if not asks:
            return 0
        return _MANY if line.speaks and _field_asked_before(lowered, mention, line) else _SOME
    return _MANY if section == "duties" and mention.kind in ("method", "field") else _ALL


def _wished(text: str, part: tuple[int, int, Kind], lines: Lines) -> Strength:
    """How a section means what no sentence of it says more of: a plus is less than what is preferred."""
    start, stop, kind = part
    heading = max(text.find("\n", start, stop), start)
    return "wanted" if kind != "nice" or lines.prefers_in(max(start - 1, 0), heading) else "bonus"


def _strength_unrequired(mention: Mention, line: Line, lines: Lines, *, section: Kind, wished: Strength) -> Strength:
    """How a mention is meant that is not required."""
    if section not in _OF_THE_JOB or line.equipment:
        return "employer" if section in ABOUT_US else "passing"
    if line.optional:
        return "wanted" if lines.prefers(line, mention.start, mention.end) else "bonus"
    return wished if section == "nice" else "wanted"


def _field_asked_before(lowered: str, mention: Mention, line: Line) -> bool:
    return bool(_patterns().field_before.search(lowered[max(line.start, mention.start - _REACH) : mention.start]))


def _required(text: str, mention: Mention, line: Line, *, section: str, headed: bool) -> bool:
    """Whether a sentence among what the posting requires says so of this mention.

    A tool is required where it is named. Practices also fill sentences that ask for nothing: they are required in an
    item of the requirements, and elsewhere where the sentence asks for something, as all is in a text without headings.
    """
    if line.equipment or (line.optional and not _wished_behind(text, mention, line)):
        return False
    if line.asks or (section == "requirements" and text.startswith("•", line.start)):
        return True
    return headed and mention.kind not in _PRACTICES


def _denied(text: str, mention: Mention, line: Line) -> bool:
    return denied(text, mention.start, mention.end, within=(line.start, line.stop))


def _wished_behind(text: str, mention: Mention, line: Line) -> bool:
    """Whether only what stands behind a mention is a plus: "5 years in sales, preferably of software"."""
    return line.asks and bool(
        _patterns().mark_before.search(text, max(mention.end, line.optional_from - _REACH), line.optional_from)
    )


def _counts(lowered: str, mentions: Sequence[Mention], index: int, *, employer: _Employer, line: Line) -> bool:
    mention = mentions[index]
    own = _is_own(mention, employer)
    if mention.kind not in _PRACTICES and not own:
        return True
    before = lowered[max(line.start, mention.start - _REACH) : mention.start]
    if line.degree and mention.kind in _PRACTICES and _patterns().degree_before.search(before):
        return False
    if mention.kind == "field":
        return not _of_neighbours(lowered, mention, before) and bool(
            _patterns().field_behind.match(lowered, mention.end)
            or _is_item(lowered, mention)
            or (line.speaks and _patterns().field_before.search(before))
            or (line.asks and _in_list(lowered, mention, mentions[max(0, index - 1) : index + 2]))
        )
    if own:
        return bool(_patterns().asked_before.search(before))
    return not _of_neighbours(lowered, mention, before)


def _is_item(text: str, mention: Mention) -> bool:
    """Whether it is all that an item of a list says."""
    return text.startswith("• ", mention.start - 2) and bool(_ITEM_END.match(text, mention.end))


def _of_neighbours(lowered: str, mention: Mention, before: str) -> bool:
    # Most sentences have none of these: four plain searches take a tenth of the time of the pattern's.
    if not ("with" in before or "across" in before or "between" in before or "alongside" in before):
        return False
    return bool(_patterns().beside.search(before) and _patterns().neighbours.match(lowered, mention.end))


def _in_list(lowered: str, mention: Mention, beside: Iterable[Mention]) -> bool:
    for other in beside:
        first, second = (other, mention) if other.start < mention.start else (mention, other)
        if second is not first and _patterns().between.fullmatch(lowered, first.end, second.start):
            return True
    return False


def _employer(company: str) -> _Employer:
    words = company.replace(".", " ").split()
    return _Employer(
        fold_skill(_patterns().company_forms.sub("", company.strip())), "".join(word[0] for word in words).upper()
    )


def _is_own(mention: Mention, employer: _Employer) -> bool:
    words = mention.text
    if employer.name and _may_begin(words, employer.name) and fold_skill(words).startswith(employer.name):
        return True
    return len(words) >= _LEAST_INITIALS and employer.initials.startswith(words)


def _may_begin(words: str, name: str) -> bool:
    """A look that spares folding most words: of a letter that they begin with folding leaves the first."""
    return not words[0].isalnum() or words[0].casefold()[0] == name[0]

"""The level: from the title, then an explicit statement, a pay band, and the board's field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.posting import Seniority
from services.ingest.domain.bands import level_of_band
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.anchors import matches, stretches
from services.rules.lexicon.builder import LANGUAGES, any_of
from services.rules.sections import BOILERPLATE, Document

LEVELS: Final[Mapping[str, Seniority]] = {
    "executive": "executive", "director": "director", "manager": "manager", "principal": "principal",
    "staff": "staff", "lead": "lead", "mid": "mid", "senior": "senior", "junior": "junior",
}  # fmt: skip
_FIELD_LEVELS: Final[tuple[tuple[str, Seniority], ...]] = (
    ("intern", "intern"), ("junior", "junior"), ("nearly_senior", "mid"), ("rather_senior", "senior"), ("mid", "mid"),
    ("staff", "staff"), ("principal", "principal"), ("lead", "lead"), ("senior_manager", "manager"),
    ("director", "director"), ("executive", "executive"), ("manager", "manager"), ("senior", "senior"),
)  # fmt: skip
"""Tried in this order."""
_GRADES: Final = ("manager", "director", "executive", "staff", "principal")
"""Levels that are one with a word before them: a senior manager, a senior staff engineer."""
NUMERAL_LEVELS: Final[Mapping[str, Seniority]] = {
    "I": "junior", "II": "mid", "III": "senior", "IV": "senior", "V": "senior",
    "1": "junior", "2": "mid", "3": "senior", "4": "senior", "5": "senior",
}  # fmt: skip
"""A number after a role's name is its grade: the first is junior, the second mid, the third and above senior."""
LADDER_LEVELS: Final[Mapping[str, Seniority]] = {
    "3": "junior", "4": "mid", "5": "senior", "6": "staff", "7": "principal",
}  # fmt: skip
"""`L5`, `IC5`: the ladder that large software companies share."""
_ABROAD: Final = LANGUAGES[1:]


@dataclass(frozen=True, slots=True)
class Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml. All but those of titles read lower-case text."""

    intern: re.Pattern[str]
    role_name: re.Pattern[str]
    grade: re.Pattern[str]
    title: re.Pattern[str]
    """The first level in a title, its role names taken out; the group is the level."""
    numeral: re.Pattern[str]
    ladder: re.Pattern[str]
    support_line: re.Pattern[str]
    manager: re.Pattern[str]
    reports: re.Pattern[str]
    in_fields: tuple[tuple[Seniority, re.Pattern[str]], ...]
    stated: re.Pattern[str]
    """A statement of the level in words, which the one group holds that fitted."""
    title_line: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    grades = "|".join(f"(?P<{level}>{any_of(f'seniority.grade_of.{level}')})" for level in _GRADES)
    numbered = any_of("seniority.role")
    return Patterns(
        intern=re.compile(any_of("seniority.intern")),
        role_name=re.compile(any_of("seniority.role_name")),
        grade=re.compile(rf"{any_of('seniority.grade')}\s+(?:{any_of('seniority.between_grade')}\s+)?(?:{grades})"),
        title=re.compile(_in_title()),
        numeral=re.compile(
            rf"(?i:{numbered}) {{1,2}}(?i:{_words('level_word')} )?(I{{1,3}}|IV|V|[1-5])\b"
            rf"(?![-–/ ]+(?:{any_of('joint.or')} |I|\d))"
        ),
        ladder=re.compile(r"\b(?:L|IC|E)([3-7])\b"),
        support_line=re.compile(any_of("seniority.support_line"), re.IGNORECASE),
        manager=re.compile(any_of("seniority.manager"), re.IGNORECASE),
        reports=re.compile(any_of("seniority.reports")),
        in_fields=tuple((level, re.compile(any_of(f"seniority.field.{name}"))) for name, level in _FIELD_LEVELS),
        stated=re.compile(f"{_in_english()}|{_in_other_languages()}"),
        title_line=re.compile(
            rf"(?:^|\n)\W{{0,3}}{any_of('seniority.said.title_label')}\s?:\s?(?P<title>[^/\n]{{3,80}})"
        ),
    )


def _in_title() -> str:
    words = {level: any_of(f"seniority.title.{level}") for level in LEVELS if level != "staff"}
    associate, staff = any_of("seniority.associate"), any_of("seniority.staff")
    words["junior"] += rf"|\A{associate} (?=[\w\s/+&-]{{0,30}}{any_of('seniority.technical_associate')})"
    # A role's name is overwritten with low lines before.
    technical = any_of("seniority.technical_staff")
    words["staff"] = (
        rf"{staff}(?=[\w\s/+&-]{{0,40}}(?:{technical}|\b__))"
        # Software Engineer, Staff
        rf"|{technical}(?:,| [-–|]) ?{staff}(?=\s*(?:$|[,(|–-]))"
    )
    return "|".join(f"(?P<{level}>{words[level]})" for level in LEVELS)


def _in_english() -> str:
    level, role, word = _words("level"), _words("role", languages=("en",)), _words("level_word", languages=("en",))
    in_words, starting, asked_for = (
        _words("level_in_words"),
        _words("starting_level"),
        rf"(?: (?:{_words('asked_for')}))?",
    )
    return (
        rf"\b{_words('label')}{asked_for}\s{{0,3}}[:\-–\n]?\s{{0,3}}"
        rf"(?P<label>{level}(?:[-–/ ]{{1,3}}{_words('senior_level')})?)\b"
        rf"|(?:^|\n)\W{{0,3}}{_words('level_word')}{asked_for}\s?:\s?(?P<stated>{_words('level_alone')})\b"
        rf"|\b{_words('this_is_a')} (?:[\w-]+,? ){{0,3}}?(?P<role>{level})(?:[- ]{_words('to_or')}[- ]{level})?"
        rf"(?:[- ]{word})?,? (?:[\w-]+,? ){{0,3}}?{role}\b"
        rf"|(?P<level>{any_of('seniority.said.level_before_role')}) {role}\b"
        rf"|\b{_words('seeks')}:?\s{{1,2}}{_words('whom')} \(?(?:[\w-]+,? ){{0,5}}?"
        rf"(?P<sought>{in_words})\b(?! {_words('of_people')})"
        rf"|\b{_words('seeks_level')} (?:[\w-]+,? ){{0,3}}?(?P<wanted>{_words('level_sought')})"
        rf"|\b{_words('as_a')} (?P<as>{in_words})\b(?! {_words('member')})(?=[^.\n]{{3,50}}(?:, | ){_words('you')}\b)"
        rf"|\n\W{{0,3}}{_words('a')} (?P<line>{in_words})\b"
        rf"|\b{_words('hired_at')} (?P<at>{level})[- ]{word}\b"
        rf"|\b{_words('suits')} (?P<for>{starting})\b"
        # Fresh graduates are welcome to apply
        rf"|(?P<beginners>{any_of('seniority.said.beginners_welcome')})"
    )


def _in_other_languages() -> str:
    """In the order of their words: `Dies ist eine Junior-Position`, `il s'agit d'un poste de niveau confirmé`."""
    role, at_level = _words("role", languages=_ABROAD), rf"(?:{_words('at_level')} )"
    plain, compound, word = _words("level_of_role"), _words("compound"), _words("level_word", languages=("en",))
    level = rf"(?:{plain}|{_words('level_behind_role')})"
    of_people = rf"(?! {_words('of_people')})"
    kind = rf"(?:(?!{_words('preposition')}\b)[\w-]+,? )"
    return (
        rf"\b{_words('this_is')} {_words('article')} {kind}{{0,2}}?(?:"
        rf"(?P<before>{level}|{compound})(?:[- ]{word})?[- ]?{role}\b"
        rf"|{role} {at_level}?(?P<behind>{level})\b{of_people})"
        # Ce poste est de niveau senior; el puesto es junior; a vaga é de nível pleno
        rf"|\b{_words('this_role')} {role} {_words('is')} {at_level}?(?P<is>{level})\b{of_people}"
        # in dieser Senior-Rolle
        rf"|\b{_words('in_this_role')} (?P<this>{compound})[- ]?{role}\b"
        # Poste junior; Vaga de nível pleno; Junior-Position; Nivel senior: where a line or a sentence begins
        rf"|(?:^|\n|[.!|] )\W{{0,3}}(?:{role} {at_level}?(?P<head>{level})\b{of_people}"
        rf"|(?P<compound>{compound})-?{role}\b|{at_level}(?P<alone>{plain})(?= ?(?:$|[\n.,;(|])))"
        # Se requiere nivel senior; on cherche un profil junior
        rf"|\b{_words('needs')} (?:{_words('article')} )?(?:{_words('profile')} |{role} )?"
        rf"{at_level}?(?P<needed>{plain})\b{of_people}"
    )


def _words(name: str, *, languages: tuple[str, ...] = LANGUAGES) -> str:
    return any_of(f"seniority.said.{name}", languages=languages, whole=False)


_EDGE = re.compile(r"\A\W+")


def read_seniority(draft: Draft, document: Document) -> Finding[Seniority | None]:
    """Decide the level; None where nothing names one.

    The first of two levels in a title counts; `Senior Manager` and `Associate Director` are one grade of two words,
    named by the second. Role names (Account Executive, Product Manager) are none, and a board's field that only
    repeats one says nothing; a manager of any kind who has people reporting to them by the text is one.
    """
    return (
        _from_title(document.title, "title")
        or _from_text(document)
        or _from_reports(document)
        or level_of_band(document, draft.company)
        or _from_fields(draft.seniority, document.title)
        or Finding(None)
    )


def _from_title(title: str, source: str) -> Finding[Seniority | None] | None:
    level = _level_in(title)
    return Finding(level, (evidence_of(source, title),)) if level else None


def _level_in(title: str) -> Seniority | None:
    known, words = patterns(), _EDGE.sub("", title.lower())
    if known.intern.search(words):
        return "intern"
    words = known.role_name.sub(lambda role: "_" * len(role[0]), words)
    grade, match = known.grade.search(words), known.title.search(words)
    if grade is not None and grade.lastgroup is not None and (match is None or match.start() >= grade.start()):
        return LEVELS[grade.lastgroup]
    if match is not None and match.lastgroup is not None:
        return LEVELS[match.lastgroup]
    numeral = known.numeral.search(title)
    if numeral is not None:
        return NUMERAL_LEVELS[numeral[1]]
    ladder = known.ladder.search(title)
    if ladder is not None and not known.support_line.search(title):
        return LADDER_LEVELS[ladder[1]]
    return None


def _from_text(document: Document) -> Finding[Seniority | None] | None:
    for match in _statements(document):
        source = match.lastgroup or ""
        words = match[source]
        level = _level_in(words) if source == "title" else _field_level(words)
        if level is not None and document.kind_at(match.start()) not in BOILERPLATE:
            return Finding(level, (quote("text", document.text, match.start(), match.end()),))
    return None


def _statements(document: Document) -> Iterator[re.Match[str]]:
    yield from matches(document, "seniority", patterns().stated, before=80, after=80)
    yield from matches(document, "title_line", patterns().title_line, before=20, after=100)


def _from_reports(document: Document) -> Finding[Seniority | None] | None:
    if not patterns().manager.search(document.title):
        return None
    for start, stop in stretches(document, "reports", before=60, after=40):
        match = patterns().reports.search(document.lowered, start, stop)
        if match is not None and document.kind_at(match.start()) not in BOILERPLATE:
            return Finding("manager", (quote("text", document.text, match.start(), match.end()),))
    return None


def _from_fields(fields: Sequence[Stated], title: str) -> Finding[Seniority | None] | None:
    for stated in fields:
        level = _field_level(stated.text)
        if level is None or (level in {"manager", "executive"} and _only_named(level, title)):
            continue
        return Finding(level, (evidence_of(stated.field, stated.text),))
    return None


def _only_named(level: str, title: str) -> bool:
    """Whether a field has its level from a role's name: Manager from a Product Manager."""
    words = patterns().role_name.findall(title.lower()) if level == "manager" else [title.lower()]
    return any(level in word for word in words)


def _field_level(text: str) -> Seniority | None:
    words = text.lower().replace("_", " ")
    return next((level for level, pattern in patterns().in_fields if pattern.search(words)), None)

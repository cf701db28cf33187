"""The language that a posting is written in."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from schemas.criteria import Criteria
from services.rules.criterion.base import (
    SILENT,
    CriteriaError,
    Criterion,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
    quoted,
    yes_or_no,
)
from services.rules.languages.codes import language_code
from services.rules.prepared import PreparedPosting


@dataclass(frozen=True, slots=True)
class LanguageFacts(Facts):
    """What language a posting is written in."""

    asked: tuple[str, ...]
    value: str
    """Empty where there is too little text to tell."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return bool(self.value)


class Language(Criterion[LanguageFacts]):
    """Asks for some languages; null means that there is too little text to tell, which fits."""

    name = "language"
    evidence = "language"
    untold = 0.9

    def asks(self, criteria: Criteria) -> bool:
        """Whether any language is named."""
        return bool(criteria.languages)

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """ISO 639-1 codes, sorted."""
        return {"languages": tuple(sorted({_code(asked) for asked in criteria.languages}))}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting is in one of the asked languages."""
        asked = criteria.languages
        return yes_or_no(not asked or language_fits(asked, prepared.posting.language))

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """The languages asked for."""
        return Narrowing(criteria.languages) if criteria.languages else None

    def terms_of(self, prepared: PreparedPosting) -> tuple[str, ...] | None:
        """The posting's language."""
        language = prepared.posting.language
        return None if language is None else (language,)

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """The posting's language."""
        return prepared.posting.language

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """The posting's language against what is asked."""
        facts = LanguageFacts(criteria.languages, prepared.posting.language or "")
        return Reason(self.name, self.fit(criteria, prepared), facts)

    def distance(self, facts: LanguageFacts, kin: float) -> float:
        """Near where it cannot be told."""
        return self.untold if facts.value else SILENT

    def without(self, criteria: Criteria) -> Relaxation:
        """Any language."""
        return self._relaxed(criteria, "without", None, languages=())

    def adding(self, criteria: Criteria, code: str) -> Relaxation:
        """One more language that postings may be written in."""
        return self._relaxed(criteria, "add", code, languages=(*criteria.languages, code))


def language_fits(asked: tuple[str, ...], value: str | None) -> bool:
    """Whether a posting's language is one of those asked for."""
    return not asked or value is None or value in asked


def _code(asked: str) -> str:
    code = language_code(asked)
    if code is None:
        fault = f"{quoted(asked)} is not a language code: use one like en, de or pt"
        raise CriteriaError(fault, "language", given=asked)
    return code

"""What each criterion says of a posting: one function a criterion, None where it asks for nothing."""

from collections.abc import Callable
from typing import Final

from schemas.criteria import Criteria
from services.rules.prepared import PreparedPosting
from services.rules.reason import Fact, Reason, listed
from services.rules.reasons_terms import employment, language, salary, seniority, workplace
from services.rules.reasons_where import place, timezone
from services.rules.text import TextQuery


def status(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Closed postings fit nobody; being open is not worth a word."""
    return Reason("status", "no", "is closed") if prepared.posting.status == "closed" else None


def skills_all(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Every named skill, by its own name: a parent is implied, not asked for."""
    asked = criteria.skills.all
    if not asked:
        return None
    missing = tuple(name for name in asked if name not in prepared.skills)
    met = tuple(name for name in asked if name in prepared.skills)
    facts: tuple[Fact, ...] = (("asked", asked), ("missing", missing), ("core", _core(met, prepared)))
    if missing:
        words = f"does not ask for {listed(missing, 'or')}"
        return Reason("skills.all", "no", f"{words}, but for {listed(met)}" if met else words, facts)
    return Reason("skills.all", "yes", _asks_for(asked, prepared), facts)


def _core(names: tuple[str, ...], prepared: PreparedPosting) -> tuple[str, ...]:
    return tuple(name for name in names if name in prepared.core)


def _asks_for(names: tuple[str, ...], prepared: PreparedPosting) -> str:
    """A posting asks for core skills; others it only mentions, which is less."""
    core = _core(names, prepared)
    aside = tuple(name for name in names if name not in core)
    said = (f"asks for {listed(core)}" if core else "", f"mentions {listed(aside)}" if aside else "")
    return " and ".join(filter(None, said))


def skills_any(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """At least one of the named skills, itself or as what another skill implies."""
    asked = criteria.skills.any
    if not asked:
        return None
    own = tuple(name for name in asked if name in prepared.skills)
    implied = tuple(name for name in asked if name not in prepared.skills and name in prepared.implied)
    facts: tuple[Fact, ...] = (
        *(("asked", asked), ("found", own), ("implied", implied)),
        ("core", _core(own, prepared)),
    )
    if own:
        return Reason("skills.any", "yes", _asks_for(own, prepared), facts)
    if implied:
        words = f"{_asks_for((prepared.implied[implied[0]],), prepared)}, which implies {implied[0]}"
        return Reason("skills.any", "yes", words, facts)
    return Reason("skills.any", "no", _asks_for_none_of(asked), facts)


def _asks_for_none_of(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"does not ask for {names[0]}"
    return f"asks for neither {names[0]} nor {names[1]}" if len(names) == 2 else f"asks for none of {listed(names)}"


def skills_none(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """None of the named skills, by their own names."""
    asked = criteria.skills.none
    if not asked:
        return None
    found = tuple(name for name in asked if name in prepared.skills)
    facts: tuple[Fact, ...] = (("asked", asked), ("found", found))
    if found:
        return Reason("skills.none", "no", f"asks for {listed(found)}, which you exclude", facts)
    return Reason("skills.none", "yes", f"does not ask for {listed(asked, 'or')}", facts)


def text(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Words and phrases over title and description."""
    query = TextQuery.parse(criteria.text)
    if not query:
        return None
    missing, present = query.missing(prepared.haystack), query.present(prepared.haystack)
    said = query.said(prepared.haystack)
    facts: tuple[Fact, ...] = (("asked", str(query)), ("missing", missing), ("present", present), ("said", said))
    if missing:
        return Reason("text", "no", f"does not say {_quoted(missing, 'or')}", facts)
    if present:
        return Reason("text", "no", f"says {_quoted(present, 'and')}, which you exclude", facts)
    if said:
        return Reason("text", "yes", f"says {_quoted(said, 'and')}", facts)
    return Reason("text", "yes", f"does not say {_quoted(query.excluded, 'or')}", facts)


def _quoted(terms: tuple[str, ...], word: str) -> str:
    return listed((f'"{term}"' for term in terms), word)


REASONS: Final[tuple[Callable[[Criteria, PreparedPosting], Reason | None], ...]] = (
    status,
    skills_all,
    skills_any,
    skills_none,
    text,
    place,
    timezone,
    salary,
    workplace,
    seniority,
    employment,
    language,
)

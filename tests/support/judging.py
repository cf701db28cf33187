"""Builders of postings and criteria for tests of rules and matching."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Cluster, Company, Period, PostingCore, Reach, Salary, Skill
from services.rules.verdict import Fit, verdict

FETCHED = datetime(2026, 8, 10, 12, tzinfo=UTC)


def a_posting(**changes: Any) -> PostingCore:
    """An open posting that states as little as can be."""
    stated: dict[str, Any] = {
        "posting_id": "p1",
        "version": 1,
        "source": "test",
        "source_id": "1",
        "title": "Engineer",
        "company": Company(name="Acme"),
        "fetched_at": FETCHED,
        "cluster": Cluster(key="c1"),
    }
    return PostingCore(**(stated | changes))


def having(*names: str, **changes: Any) -> PostingCore:
    """A posting with skills."""
    return a_posting(skills=tuple(Skill(name=name) for name in names), **changes)


def reaching(scope: str = "listed", **codes: tuple[str, ...]) -> PostingCore:
    """A posting with a reach."""
    return a_posting(reach=Reach.model_validate({"scope": scope, **codes}))


def paying(tops: Mapping[str, int], **changes: Any) -> PostingCore:
    """A posting whose highest annual pay is known."""
    stated = {"max": 1, "currency": next(iter(tops), None), "period": "year", "tops": dict(tops)} | changes
    return a_posting(salary=Salary(**stated))


def floor(amount: int, currency: str = "EUR", period: Period = "year") -> SalaryFloor:
    """A salary floor."""
    return SalaryFloor(amount=amount, currency=currency, period=period)


def skills(*, at_least: int = 1, **names: tuple[str, ...]) -> Criteria:
    """Criteria that ask for skills alone: all=, any=, none=."""
    return Criteria(skills=SkillTerms(at_least=at_least, **names))


def fit_of(criteria: Criteria, posting: PostingCore, criterion: str) -> Fit | None:
    """What the verdict's reason for one criterion says; None where it gives none."""
    given = [reason.fit for reason in verdict(criteria, posting).reasons if reason.criterion == criterion]
    assert len(given) <= 1, "one reason a criterion"
    return given[0] if given else None

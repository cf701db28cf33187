"""Whether a posting fits criteria, without a word of why: for whoever judges many pairs and shows few."""

from schemas.criteria import Criteria
from services.rules.fits import (
    employment_fits,
    language_fits,
    salary_fit,
    seniority_fits,
    timezone_fits,
    workplace_fits,
)
from services.rules.placing import concrete
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery
from services.rules.verdict import Outcome


def outcome_of(criteria: Criteria, prepared: PreparedPosting) -> Outcome:
    """The outcome of `services.rules.verdict.judge`, in a tenth of its time."""
    posting = prepared.posting
    if (
        posting.status == "closed"
        or not workplace_fits(criteria.workplace, posting.workplace)
        or not seniority_fits(criteria.seniority, posting.seniority)
        or not employment_fits(criteria.employment, posting.employment)
        or not language_fits(criteria.languages, posting.language)
        or not timezone_fits(criteria.utc_offset, criteria.tolerance, posting.timezones)
        or not _skills_fit(criteria, prepared)
        or not _place_fits(criteria, prepared)
        or not _text_fits(criteria, prepared)
    ):
        return "reject"
    fit = salary_fit(
        criteria.salary_floor, criteria.accept_undisclosed, posting.salary.tops if posting.salary else None
    )
    return "match" if fit == "yes" else "near" if fit == "near" else "reject"


def _skills_fit(criteria: Criteria, prepared: PreparedPosting) -> bool:
    asked, own = criteria.skills, prepared.skills
    if not own.issuperset(asked.all) or not own.isdisjoint(asked.none):
        return False
    return not asked.any or not own.isdisjoint(asked.any) or not prepared.implied.keys().isdisjoint(asked.any)


def _place_fits(criteria: Criteria, prepared: PreparedPosting) -> bool:
    if not criteria.places:
        return True
    allowed = prepared.allowed
    return any(map(allowed.takes_in, concrete(criteria.places))) if allowed.told else criteria.accept_unknown_place


def _text_fits(criteria: Criteria, prepared: PreparedPosting) -> bool:
    return not criteria.text or TextQuery.parse(criteria.text).fits_haystack(prepared.haystack)

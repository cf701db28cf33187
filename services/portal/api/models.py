"""Jobs and criteria as the API shows them, and how a search is written."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BeforeValidator

from schemas.criteria import Criteria
from schemas.model import Instant
from schemas.posting import (
    Company,
    Form,
    PostingCore,
    Reach,
    Salary,
    Seniority,
    Skill,
    Spoken,
    Timezones,
    Visa,
    Workplace,
)
from services.portal.api.answers import Shown
from services.usecases.previews import Item
from services.usecases.searches import criteria_from
from services.usecases.wording import shown_job, why_briefly
from services.wording.words import Words

WantedCriteria = Annotated[Criteria, BeforeValidator(criteria_from)]
"""Criteria as somebody writes them, read by the rules of every door; WrongFieldError names the field at fault."""


class Pay(Shown):
    """What a job pays, as it is stated."""

    min: float | None
    max: float | None
    currency: str | None
    """ISO 4217."""
    period: Literal["year", "month", "week", "day", "hour", "project"]
    annual_min: float | None
    """In the stated currency; null for project pay."""
    annual_max: float | None
    estimated: bool
    """Whether the board estimates it, and the employer says nothing."""


class Source(Shown):
    """Where a job was found, to be named beside it."""

    name: str
    url: str


class Job(Shown):
    """A job as it is now."""

    id: str
    title: str
    company: Company
    url: str
    """Where it can be read; empty where there is no address that may be followed."""
    status: Literal["open", "closed"]
    posted_at: Instant
    """When it became known."""
    expires_at: Instant | None
    language: str | None
    """What it is written in, ISO 639-1."""
    languages: tuple[Spoken, ...]
    """That the work needs."""
    roles: tuple[str, ...]
    skills: tuple[Skill, ...]
    workplace: Workplace
    reach: Reach
    """Where one may work from."""
    timezones: Timezones | None
    pay: Pay | None
    seniority: Seniority | None
    employment: tuple[Form, ...]
    """Of which one is enough; of employment for a time its form, then how much work it is."""
    visa: Visa
    where_in_words: str
    """In the language of whoever the token acts for, as the others; empty where nothing is known."""
    pay_in_words: str
    details_in_words: tuple[str, ...]
    source: Source | None


class ChosenJob(Shown):
    """A job that a mail would hold, or nearly."""

    job: Job
    why: tuple[str, ...]
    """In the words of the mail; of a near miss what is off."""


def job_of(posting: PostingCore, words: Words) -> Job:
    """A job as it is shown."""
    shown, pay = shown_job(posting, words), posting.salary
    return Job(
        id=posting.posting_id,
        title=shown.title,
        company=posting.company,
        url=shown.url,
        status=posting.status,
        posted_at=posting.seen_at,
        expires_at=posting.expires_at,
        language=posting.language,
        languages=posting.languages,
        roles=posting.roles,
        skills=posting.skills,
        workplace=posting.workplace,
        reach=posting.reach,
        timezones=posting.timezones,
        pay=_pay(pay) if pay else None,
        seniority=posting.seniority,
        employment=posting.offered,
        visa=posting.visa,
        where_in_words=shown.where,
        pay_in_words=shown.pay,
        details_in_words=shown.details,
        source=Source(name=shown.source, url=shown.source_url) if shown.source else None,
    )


def _pay(pay: Salary) -> Pay:
    return Pay(**{name: getattr(pay, name) for name in Pay.model_fields})


def chosen(items: Iterable[Item], words: Words) -> tuple[ChosenJob, ...]:
    """Jobs with why they were chosen."""
    return tuple(ChosenJob(job=job_of(item.posting, words), why=why_briefly(item, words)) for item in items)

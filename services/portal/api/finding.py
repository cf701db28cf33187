"""What a search would find, before it is saved: names completed, a text read, a preview. Nothing of it is kept."""

import asyncio
from datetime import date
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi import Query as Asked
from pydantic import Field
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from schemas.criteria import Criteria
from schemas.posting import Strength
from services.portal.api.access import Caller, may
from services.portal.api.answers import TAKES, Sent, Shown, answer, changes, shows
from services.portal.api.models import ChosenJob, WantedCriteria, chosen
from services.portal.door import Door
from services.runtime.errors import UnavailableError
from services.usecases.completion import Kind, suggestions
from services.usecases.live_previews import LivePreviews
from services.usecases.pasted import asked_in
from services.usecases.previewed import FEW, LivePreview
from services.usecases.searches import Query, places_from
from services.usecases.wishes.named import skills_in
from services.usecases.wishes.posting import MOST_TEXT
from services.usecases.wording import capitalised, relaxation_in_words
from services.wording.lines import country_of_zone
from services.wording.words import Words

_MOST_GAINS: Final = 10
_MOST_TYPED: Final = 100


class Suggestion(Shown):
    """A name that may be meant."""

    value: str
    """What criteria take for it."""
    beside: str
    """What it is known as besides, or where a town lies; may be empty."""


class Suggestions(Shown):
    """Names, the likeliest first."""

    items: tuple[Suggestion, ...]


class Text(Sent):
    """A text to read: a job posting, a CV or a sentence."""

    text: str = Field(max_length=MOST_TEXT)


class ReadSkill(Shown):
    """A skill that a text names, and the sentence that does, in three parts."""

    name: str
    strength: Strength | None
    """How it is meant; null where the text only speaks of it."""
    before: str
    said: str
    """The words that name it; empty where the whole sentence does."""
    after: str


class ReadCriterion(Shown):
    """What a text asks for by one criterion."""

    field: str
    """Of `criteria`."""
    skill: str
    """Which of the skills; empty for all else."""
    said: str
    """The words that it was read from."""


class OfferedRole(Shown):
    """A role that a skill or a field of work suggests, and that nobody has said."""

    role: str
    said: str
    """The words that suggest it."""


class Reading(Shown):
    """What a text asks for."""

    criteria: Criteria | None
    """To be looked through; null where nothing was found that one could look for."""
    offered: tuple[OfferedRole, ...] = ()
    """None of which `criteria` asks for."""
    read_from: tuple[ReadCriterion, ...]
    skills: tuple[ReadSkill, ...]


class PreviewWish(Sent):
    """A search to try out."""

    criteria: WantedCriteria
    name: str = Field(default="", max_length=120)
    """It may say what is meant, as the name of a saved one does."""
    preferred_places: list[str] = Field(default=[], max_length=100)


class Day(Shown):
    """How many fitting jobs came on a day, UTC."""

    day: date
    count: int


class PayStep(Shown):
    """How many fitting jobs pay at most so much in a year."""

    least: int
    """Included."""
    below: int
    count: int


class CriterionCost(Shown):
    """What one criterion lets through, and what it costs."""

    criterion: str
    alone: int
    """Jobs that fit it, were it the only one."""
    more_without: int
    """Jobs more that fit all else."""


class Gain(Shown):
    """A way to ask for less."""

    criterion: str
    change: str
    """In the reader's words: `With one of Kafka or Spark`."""
    criteria: Criteria
    """That ask for it."""
    more: int


class Opening(Shown):
    """A skill that would let in more jobs, were it one more."""

    skill: str
    more: int | None
    """Null: fewer than 5."""
    pay_percent: int | None
    """How much more these pay at the median; null where too few say."""


class JobKind(Shown):
    """Jobs that fit and are first of all one thing."""

    role: str
    """To be excluded by `criteria.roles.none`, unless it is asked for."""
    fit: int
    weighed: int
    """Of the newest that fit."""
    passing: int
    """Those of them that a mail would hold."""
    titles: tuple[str, ...]
    """What the newest are called."""


class LeftOut(Shown):
    """A role that is excluded, with what that costs."""

    role: str
    more: int
    """Jobs that fit all else."""


class RoleOpening(Shown):
    """A role near those that will do that would let in more jobs, were it asked for too."""

    role: str
    more: int | None
    """Null: fewer than 5."""


class Preview(Shown):
    """What a search would have found in the last days."""

    days: int
    postings: int
    """All of these days."""
    matching: int
    near: int
    weighed: int
    """The newest that fit, which were weighed as a mail would."""
    passing: int
    """Those of them that a mail would hold."""
    mails_a_week: float
    jobs_a_week: float = 0.0
    """Those of them that pass the bar."""
    best: tuple[ChosenJob, ...]
    near_misses: tuple[ChosenJob, ...]
    by_day: tuple[Day, ...]
    currency: str
    """Of the pay."""
    pay: tuple[PayStep, ...]
    """Of jobs that fit whatever they pay; empty where hardly any says so."""
    criteria: tuple[CriterionCost, ...]
    gains: tuple[Gain, ...]
    """The largest first."""
    openings: tuple[Opening, ...]
    kinds: tuple[JobKind, ...] = ()
    """Those of which most would be mailed, then the most frequent; six at most."""
    left_out: tuple[LeftOut, ...] = ()
    role_openings: tuple[RoleOpening, ...] = ()
    """The largest first."""


class Finding:
    """Previews, one after the other: they take a processor each."""

    def __init__(self, door: Door, live: LivePreviews) -> None:
        self._door = door
        self._live = live
        self._turn = asyncio.Lock()

    async def preview(self, request: Request, caller: Caller, query: Query) -> Response:
        """What a search finds for whoever the token acts for. Raises UnavailableError."""
        async with self._turn:
            if await request.is_disconnected():
                raise ClientDisconnect
            return await self._door.work(partial(self._answer, request, caller, query))

    def _answer(self, request: Request, caller: Caller, query: Query) -> Response:
        require_read(self._live)
        found = self._live.preview(query, caller.person.profile.unnamed, caller.now)
        return answer(request, preview_of(found, query.criteria, caller.words))


def require_read(live: LivePreviews) -> None:
    """Raises UnavailableError while the postings of the last days are being read."""
    if not live.ready:
        raise UnavailableError("the postings of the last days are still being read")


def preview_of(preview: LivePreview, asked: Criteria, words: Words) -> Preview:
    """A preview as it is shown."""
    found, taste, kinds = preview.found, preview.taste, preview.kinds
    without = {made.criterion: more for made, more in found.without}
    return Preview(
        days=preview.days,
        postings=preview.postings,
        matching=found.matching,
        near=found.near,
        weighed=taste.weighed,
        passing=taste.passing,
        mails_a_week=round(taste.mails_a_week, 2),
        jobs_a_week=round(taste.jobs_a_week, 2),
        best=chosen(taste.best, words),
        near_misses=chosen(taste.near, words),
        by_day=tuple(Day(day=day, count=count) for day, count in preview.by_day),
        currency=preview.currency,
        pay=tuple(PayStep(least=step.least, below=step.below, count=step.count) for step in preview.pay),
        criteria=tuple(
            CriterionCost(criterion=name, alone=fit, more_without=without.get(name, 0)) for name, fit in found.alone
        ),
        gains=tuple(
            Gain(
                criterion=made.criterion,
                change=capitalised(relaxation_in_words(made, asked, words)),
                criteria=made.criteria,
                more=more,
            )
            for made, more in preview.gains(_MOST_GAINS)
        ),
        openings=tuple(
            Opening(
                skill=opening.skill,
                more=opening.more if opening.more >= FEW else None,
                pay_percent=opening.pay_percent,
            )
            for opening in found.openings
        ),
        kinds=tuple(
            JobKind(role=kind.role, fit=kind.fit, weighed=kind.weighed, passing=kind.mailed, titles=kind.titles)
            for kind in kinds.kinds
        ),
        left_out=tuple(LeftOut(role=role, more=more) for role, more in kinds.left_out),
        role_openings=tuple(
            RoleOpening(role=role, more=more if more >= FEW else None) for role, more in kinds.beside[:_MOST_GAINS]
        ),
    )


def routes(door: Door, live: LivePreviews, finding: Finding) -> APIRouter:
    """`GET /v1/completions/{kind}`, `POST /v1/readings` and `/v1/previews`."""
    router = APIRouter(tags=["Finding"])
    reads = may("searches:read")

    @router.get("/v1/completions/{kind}", responses=shows(Suggestions))
    def complete_name(
        request: Request,
        kind: Kind,
        caller: Annotated[Caller, reads],
        typed: Annotated[str, Asked(max_length=_MOST_TYPED)] = "",
    ) -> Response:
        """What may be meant by the beginning of a name, or by another word for it: `k8s` is Kubernetes."""
        found = suggestions(kind, typed, caller.words, live.asked_for())
        return answer(
            request,
            Suggestions(
                items=tuple(Suggestion(value=suggestion.value, beside=suggestion.beside) for suggestion in found)
            ),
        )

    @router.post("/v1/readings", responses=changes(Reading, *TAKES))
    def read_text(request: Request, text: Text, caller: Annotated[Caller, reads]) -> Response:
        """What a posting, a CV or a sentence asks for, and which skills it names. Nothing of it is kept."""
        profile = caller.person.profile
        country = country_of_zone(profile.time_zone) or ""
        asked = asked_in(text.text, profile.currency, caller.now, country) if text.text.strip() else None
        proposals = asked.proposals if asked else ()
        named = skills_in(text.text) if text.text.strip() else []
        shown = Reading(
            criteria=asked.criteria if asked and asked.criteria != Criteria() else None,
            offered=tuple(OfferedRole(role=offer.role, said=offer.said) for offer in asked.offered) if asked else (),
            read_from=tuple(
                ReadCriterion(field=proposal.field, skill=proposal.skill, said=proposal.said) for proposal in proposals
            ),
            skills=tuple(
                ReadSkill(
                    name=skill.name, strength=skill.strength, before=skill.before, said=skill.said, after=skill.after
                )
                for skill in named
            ),
        )
        return answer(request, shown)

    @router.post("/v1/previews", responses=changes(Preview, *TAKES))
    async def try_search(request: Request, wish: PreviewWish, caller: Annotated[Caller, reads]) -> Response:
        """What a search would have found in the last days, with what each criterion costs. Nothing of it is kept."""
        query = Query(wish.name, wish.criteria, places_from(wish.preferred_places))
        return await finding.preview(request, caller, query)

    return router

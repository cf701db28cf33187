"""What a person is asked of jobs and says of them, and how far that moves the chance of those that are like them.

Fields tell what a job is, and not whether this person takes neighbours of their trade, agencies or another town: that
they say themselves. An answer says as much as it surprises: a job that was foreseen at 90 % and liked says nothing new.
"""

from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from math import fsum, log
from typing import Final

from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import AnsweredJob
from services.notifier.domain.weights import Answered, AnswerFacts, AnswerKind
from services.rules.roles.affinity import CLOSE
from services.rules.roles.taxonomy import roles

MOST_ASKED: Final = 6
"""At once."""
UNSURE: Final = (0.1, 0.9)
"""Nobody need be asked of what is less likely, or more."""
MOST: Final = 4.0
"""All that was said together moves log odds by less, up or down; docs/adr/0063."""
FADES_IN: Final = timedelta(days=90)
"""What was said counts less each day, and not at all from then on."""
USUALLY_FORESEEN: Final = 0.6
"""Of a job that something was said of, where that was not kept: about the mean of what is sent."""

_COMPANY: Final = 0.35
_SKILLS: Final = 0.3
_ROLE: Final = 0.15
_PLACES: Final = 0.1
_TITLE: Final = 0.1


def worth_asking(
    found: Iterable[tuple[PostingFeatures, float]], bar: float, most: int = MOST_ASKED
) -> list[PostingFeatures]:
    """Of jobs with their chances the least sure first, by how near the bar they are; of other roles before more of one.

    The same for any order; of one company's jobs with one title one.
    """
    at = _odds(bar)
    unsure = sorted(found, key=lambda pair: (abs(_odds(pair[1]) - at), -pair[0].seen, pair[0].posting.posting_id))
    apart = list({(ready.company, ready.title_words): ready for ready, _ in reversed(unsure)}.values())[::-1]
    first = list({ready.posting.roles[:1]: ready for ready in reversed(apart)}.values())[::-1]
    return [*first, *(ready for ready in apart if ready not in first)][:most]


def alike(said: AnsweredJob, ready: PostingFeatures) -> float:
    """How much a job is like one that something was said of, 0 to 1.

    By the company, the core skills, the first role, the places where one may work and the words of the title; skills,
    places and words by what both have among all that either has.
    """
    return (
        _COMPANY * (bool(said.company_key) and said.company_key == ready.company)
        + _SKILLS * _shared(said.skills, ready.core)
        + _ROLE * _closeness(said.roles, ready.posting.roles)
        + _PLACES * _shared(said.places, ready.hires)
        + _TITLE * _shared(said.title_words, ready.title_words)
    )


def answered(answers: Iterable[AnsweredJob], ready: PostingFeatures, due_at: datetime) -> Answered | None:
    """By how much answers move the log odds of a job, with the one that moves it most.

    The mean of what each answer surprises by, weighed by how much the job is like it; few answers of little likeness
    move it little. The same for any order. None where nothing that was said is like it.
    """
    weighed = [(_weight(answer, ready, due_at), answer) for answer in answers if not answer.causes]
    moves = [(weight, weight * _surprise(answer), answer) for weight, answer in weighed if weight]
    if not moves:
        return None
    odds = MOST * fsum(move for _, move, _ in moves) / (1.0 + fsum(weight for weight, _, _ in moves))
    # Named is what moved the job the way that it went.
    _, _, most = max(moves, key=lambda move: (move[1] * odds, *_order(move[2])))
    return Answered(odds, AnswerFacts(most.kind, most.title, most.company, most.said_at.date()))


def _weight(said: AnsweredJob, ready: PostingFeatures, due_at: datetime) -> float:
    fading = 1.0 - max(timedelta(0), due_at - said.said_at) / FADES_IN
    return fading * alike(said, ready) if fading > 0 else 0.0


def _surprise(said: AnsweredJob) -> float:
    """What was said less what was foreseen: above 0 for what was liked, else below it."""
    foreseen = USUALLY_FORESEEN if said.foreseen is None else said.foreseen
    return (0.0 if said.kind == "not_relevant" else 1.0) - foreseen


def answered_job(
    kind: AnswerKind, ready: PostingFeatures, said_at: datetime, foreseen: float | None = None
) -> AnsweredJob:
    """The marks of a job that something is said of; `foreseen`: its chance, by what was known before."""
    posting = ready.posting
    return AnsweredJob(
        kind=kind,
        title=posting.title,
        company=posting.company.name,
        title_words=ready.title_words,
        company_key=ready.company,
        skills=ready.core,
        said_at=said_at,
        roles=posting.roles[:1],
        places=ready.hires,
        foreseen=foreseen,
    )


def _closeness(some: tuple[str, ...], others: tuple[str, ...]) -> float:
    return CLOSE[roles().closeness(some[0], others[0])] if some and others else 0.0


def _shared(some: Set[str], others: Set[str]) -> float:
    either = len(some | others)
    return len(some & others) / either if either else 0.0


def _order(said: AnsweredJob) -> tuple[datetime, str, str]:
    return (said.said_at, said.title, said.company)


def _odds(chance: float) -> float:
    held = min(max(chance, 0.0001), 0.9999)
    return log(held / (1.0 - held))

"""What people say of jobs and companies: said by name or by a link in a digest, listed, taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast, get_args

from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.answers import FADES_IN
from services.notifier.domain.feedback import KIND_OF, Answer, Kind, answer_of, foreseen
from services.notifier.domain.links import PATHS, Claim, claim_of
from services.notifier.domain.model import Digest, Hold, Recipient
from services.notifier.domain.weights import Answered
from services.rules.signature import fold_company
from services.runtime.errors import UsageError
from services.usecases import links, tracker
from services.usecases.errors import MissingError, WrongFieldError
from services.usecases.installation import Installation
from services.wording.lines import one_line

__all__ = [
    "FADES_IN",
    "KIND_OF",
    "LOOKS_BACK",
    "Answer",
    "Changed",
    "GivenAnswer",
    "Kind",
    "LeftOut",
    "Moved",
    "changed",
    "follow",
    "hide_company",
    "hide_job",
    "is_said",
    "note",
    "said",
    "say",
    "take_back",
    "unsay",
]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer, when it was given, and for how long it counts."""

    answer: Answer
    said_at: datetime
    fades_at: datetime | None
    """None: it counts until it is taken back."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A job of the next mail that stands elsewhere for what was said of another."""

    posting: PostingCore
    up: bool
    by: str
    """The title of the other."""
    saved: bool
    """They saved the other, and said no more of it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A job that the next mail would hold but for what was said."""

    posting: PostingCore
    why: Kind
    """`hidden_company` or `not_relevant`."""
    by: str = ""
    """The title of the job that it is like, where that was called not relevant and not this one."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What all that somebody said has changed."""

    moved: tuple[Moved, ...]
    """In the next mail, were it built now."""
    left_out: tuple[LeftOut, ...]
    """Of that mail, near misses too."""
    kept_out: Mapping[str, int]
    """By the folded name of a company: how many of its jobs no mail of `LOOKS_BACK` held."""


LOOKS_BACK = timedelta(days=30)
_LEAST_MOVED = 0.1
"""What moves log odds by less changes no mail."""


def changed(installation: Installation, own_id: str, now: datetime) -> Changed:
    """What feedback did to their mails. Raises UnavailableError."""
    # Previews import the clients of engines, which commands about people are not to wait for.
    from services.usecases.previews import next_digest

    hidden = installation.digests.left_out(own_id, "hidden_company", now - LOOKS_BACK)
    postings = installation.matches.postings(sorted(hidden)).values()
    kept_out = Counter(fold_company(posting.company.name) for posting in postings)
    if all(search.paused for search in installation.searches.all(own_id)):
        return Changed((), (), kept_out)
    outcome = next_digest(installation, own_id, now).outcome
    items = outcome.items if isinstance(outcome, Digest) else ()
    answers = ((item.posting, item.chance.answered) for item in items)
    moved = (
        Moved(posting, by.odds > 0, by.by.title, by.by.kind == "saved")
        for posting, by in answers
        if by and _is_worth_a_line(by)
    )
    return Changed(tuple(moved), _left_out(installation, outcome, now), kept_out)


def _is_worth_a_line(answered: Answered) -> bool:
    return abs(answered.odds) >= _LEAST_MOVED


def _left_out(installation: Installation, outcome: Digest | Hold, now: datetime) -> tuple[LeftOut, ...]:
    """What the mail would hold for somebody who had said nothing, and does not hold for what they said."""
    from services.usecases.previews import next_digest

    recipient = outcome.recipient
    if not (recipient.not_relevant or recipient.hidden_companies):
        return ()
    unheeding = next_digest(installation, recipient.subscriber_id, now, heeding_feedback=False).outcome
    shown = [item.posting for item in (*unheeding.items, *unheeding.near)] if isinstance(unheeding, Digest) else []
    unlikely = (left for left in outcome.dropped if left.cause.code == "unlikely")
    answers = {left.posting_id: left.cause.chance.answered for left in unlikely}
    why = (_why_left_out(posting, recipient, answers.get(posting.posting_id)) for posting in shown)
    return tuple(filter(None, why))


def _why_left_out(posting: PostingCore, recipient: Recipient, by: Answered | None) -> LeftOut | None:
    if posting.cluster.key in recipient.not_relevant:
        return LeftOut(posting, "not_relevant")
    if fold_company(posting.company.name) in recipient.hidden_companies:
        return LeftOut(posting, "hidden_company")
    return LeftOut(posting, "not_relevant", by.by.title) if by and by.odds < 0 else None


def hide_job(installation: Installation, own_id: str, posting_id: str, now: datetime) -> Answer:
    """Call a job not relevant that somebody may have saved, with what they wrote beside it. Raises UsageError."""
    answer = _answer(installation, "not_relevant", posting_id, now, own_id)
    installation.tracked_jobs.hide(own_id, posting_id, answer, now)
    return answer


def said(installation: Installation, person: str) -> list[GivenAnswer]:
    """All that someone said. Raises UsageError where there is no such person."""
    answers = installation.feedback.said(installation.subscribers.find(person).subscriber_id)
    return [GivenAnswer(answer, at, at + FADES_IN if _moves(answer) else None) for answer, at in answers]


def _moves(answer: Answer) -> bool:
    """Whether it moves jobs like the one that it was said of."""
    return answer.job is not None and not answer.job.causes


def say(installation: Installation, person: str, kind: Kind, of: str, now: datetime) -> Answer:
    """Keep what someone says of a posting, by its id, or of a company, also by its name. Raises UsageError."""
    own_id = installation.subscribers.find(person).subscriber_id
    answer = _answer(installation, kind, of, now, own_id)
    installation.feedback.say(own_id, answer, now)
    return answer


def hide_company(installation: Installation, own_id: str, name: str, now: datetime) -> Answer:
    """Have no job of a company come any more, by its name as somebody writes it. Raises WrongFieldError, UsageError."""
    name = one_line(name)
    if not fold_company(name):
        raise WrongFieldError("company", "it is empty", "company")
    answer = Answer("hidden_company", fold_company(name), company=name)
    installation.feedback.say(own_id, answer, now)
    return answer


def take_back(installation: Installation, own_id: str, kind: str, value: str) -> None:
    """Take back an answer as it is listed; said again it changes nothing. Raises UnavailableError."""
    _taken_back(installation, own_id, _kind(kind), value)


def note(installation: Installation, own_id: str, kind: str, value: str, text: str) -> None:
    """Keep what somebody writes beside an answer. Raises WrongFieldError, MissingError where it is not said."""
    if not installation.feedback.note(own_id, _kind(kind), value, tracker.note_from(text)):
        raise MissingError("they never said that")


def _kind(name: str) -> Kind:
    for kind in get_args(Kind):
        if kind == name:
            return cast(Kind, kind)
    raise UsageError(f"{name!r} is nothing that can be said")


def unsay(installation: Installation, person: str, kind: Kind, of: str, now: datetime) -> None:
    """Take back what someone said, named as it was said. Raises UsageError where they never said it."""
    own_id = installation.subscribers.find(person).subscriber_id
    if not _taken_back(installation, own_id, kind, _answer(installation, kind, of, now).value):
        raise UsageError("they never said that")


def _taken_back(installation: Installation, own_id: str, kind: Kind, value: str) -> bool:
    """Whether it was said until now. Of a saved job there is one answer, and what saving it says stands behind."""
    stood = (answer for answer, _ in installation.feedback.said(own_id) if (answer.kind, answer.value) == (kind, value))
    posting_id = next((answer.posting_id for answer in stood), "")
    was_said = installation.feedback.unsay(own_id, kind, value)
    if was_said and posting_id and kind == "not_relevant":
        tracker.say_again(installation, own_id, posting_id)
    return was_said


def is_said(installation: Installation, own_id: str, kind: Kind, posting_id: str, now: datetime) -> bool:
    """Whether somebody says `kind` of a posting at present. Raises UsageError where the store has forgotten it."""
    value = _answer(installation, kind, posting_id, now).value
    return any((said.kind, said.value) == (kind, value) for said, _ in installation.feedback.said(own_id))


def follow(installation: Installation, link: str, now: datetime) -> Answer:
    """Do what a feedback link in a digest says, or the path of one, for whom the digest was for. Raises UsageError.

    To follow it twice changes nothing.
    """
    kind, claim = _claim(link, installation.link_keys.honoured(now))
    posting = links.posting_of(installation, claim.posting_id)
    if posting is None:
        raise UsageError("the posting of that link is not kept any more")
    answer = _answer_of(installation, kind, posting, now, claim.subscriber_id)
    installation.feedback.say(claim.subscriber_id, answer, now)
    return answer


def _claim(link: str, secrets: Sequence[bytes]) -> tuple[Kind, Claim]:
    *_, path, token = ("", "", *link.split("?")[0].rstrip("/").split("/"))
    for purpose, kind in KIND_OF.items():
        claim = claim_of(secrets, purpose, token) if path == PATHS[purpose] else None
        if claim is not None and claim.posting_id:
            return kind, claim
    raise UsageError("that is no feedback link of a digest of this installation")


def _answer(installation: Installation, kind: Kind, of: str, now: datetime, own_id: str = "") -> Answer:
    """The answer `kind`; `own_id`: whose it is, where that is to be kept."""
    posting = links.posting_of(installation, of)
    if posting is not None:
        return _answer_of(installation, kind, posting, now, own_id)
    if kind == "hidden_company" and fold_company(of):
        return Answer(kind, fold_company(of))
    raise MissingError(f"there is no posting {of} in the store")


def _answer_of(installation: Installation, kind: Kind, posting: PostingCore, now: datetime, own_id: str) -> Answer:
    """With what was foreseen of the job, where it is known who says it."""
    by_others = kind == "hidden_company" or not own_id
    likely = None if by_others else foreseen(installation.subscribers.recipient(own_id), posting)
    return answer_of(kind, posting, now, likely)

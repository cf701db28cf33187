"""A digest as rows: what was chosen and left out, which windows it closed, and the email as it was first rendered."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from services.notifier.adapters.sql.rows import pack_email, packed, to_json, unpack_email, unpacked
from services.notifier.domain.model import DayCounts, Digest, Dropped, Hold, Item
from services.notifier.domain.weights import ChanceFact, Doubt
from services.notifier.domain.windows import Closing
from services.notifier.domain.wording.doubt_lines import facts_in_words
from services.notifier.domain.wording.score_lines import LEAST_COST, answer_words, cause_line, hold_line, unlikely_line
from services.notifier.ports import Email
from services.wording.catalogues import words_of
from services.wording.reasons import in_words
from services.wording.words import Words

_UNLIKELY: Final = "too unlikely to be wanted"
"""What releases until 2026-12 say of it: they look for a sentence."""


class KeptDropped(NamedTuple):
    """A posting that was not chosen, and why."""

    posting_id: str
    said: str
    """The sentence that was kept; what facts say is made by `in_words`."""
    code: str
    """As of `code_of`."""
    chance: float | None = None
    """Of what is unlikely; None of a release that did not keep it."""
    near: bool = False
    """It fits only nearly; False of a release that did not keep it."""
    beside: str = ""
    """The posting whose card it stands on, of what is unlikely."""
    against: tuple[ChanceFact, ...] | None = None
    """What spoke against it, of what is unlikely, the most telling first; None of a release that kept words of that."""
    answer: str = ""
    """What they had said of a job that is like it, in words."""

    def in_words(self, doubts: Mapping[ChanceFact, Doubt]) -> str:
        """Why, with what facts are about, as far as that is known."""
        if self.chance is None or self.against is None:
            return self.said
        return unlikely_line(self.chance, (facts_in_words(self.against, doubts), self.answer), near=self.near)


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """A digest as the store has it, for pages and reports."""

    digest_id: str
    subscriber_id: str
    due_at: datetime
    outcome: str
    """digest or hold."""
    reason: str
    subject: str
    email: Email | None
    """None where it was held, or once its retention has passed."""
    state: str | None
    """Of its delivery."""
    dropped: tuple[KeptDropped, ...]
    rest: tuple[tuple[str, tuple[str, ...]], ...]
    """Those of them that fit and had no room, best first, each with the names of the searches that found it."""


def digest_row(
    digest_id: str, outcome: Digest | Hold, closings: Sequence[Closing], email: Email | None, now: datetime
) -> dict[str, Any]:
    """A digest with its email, or one that was held."""
    dropped = [*outcome.dropped, *(outcome.beyond if isinstance(outcome, Digest) else ())]
    return {
        "digest_id": digest_id,
        "subscriber_id": outcome.recipient.subscriber_id,
        "due_at": outcome.due_at,
        "outcome": "digest" if email is not None else "hold",
        "reason": hold_line(outcome.cause) if isinstance(outcome, Hold) else "",
        "instant": any(closing.window.search.cadence == "instant" for closing in closings),
        "subject": email.subject if email else "",
        "body": pack_email(email) if email else None,
        "dropped": packed([_dropped_row(candidate) for candidate in dropped]),
        "matched": None if outcome.matched is None else _written(outcome.matched),
        "created_at": now,
        "rest": _packed_rest(outcome),
        "remembered": email is not None,
    }


def _packed_rest(outcome: Digest | Hold) -> bytes | None:
    if not outcome.rest:
        return None
    jobs = [[job.posting.posting_id, [search.name for search in job.searches]] for job in outcome.rest]
    return packed(jobs)


def kept_rest(data: bytes | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What had no room, by its column: ids and the names of searches."""
    jobs = unpacked(data) or ()
    return tuple((posting_id, tuple(names)) for posting_id, names in jobs)


def _written(counts: DayCounts) -> str:
    return to_json({day.isoformat(): count for day, count in counts})


def day_counts(written: str | None) -> DayCounts | None:
    """What a digest counted as matched, by day; None where it did not."""
    if written is None:
        return None
    return tuple((date.fromisoformat(day), count) for day, count in sorted(json.loads(written).items()))


def search_row(digest_id: str, closing: Closing) -> dict[str, Any]:
    """A search whose window a digest closes."""
    return {
        "digest_id": digest_id,
        "search_id": closing.window.search.search_id,
        "from_cut": closing.window.from_cut,
        "to_cut": closing.to_cut,
    }


def _dropped_row(dropped: Dropped) -> list[Any]:
    """A posting and why it was left out, as a code for programs and in words for whoever reads what is exported.

    Of what is unlikely, which is nearly all of it and hardly ever looked at, the facts are kept in place of words.
    """
    cause, chance = dropped.cause, dropped.cause.chance
    if cause.code != "unlikely":
        return [dropped.posting_id, {"code": cause.code, "said": cause_line(cause)}]
    why: dict[str, Any] = {"code": cause.code, "said": _UNLIKELY, "chance": chance.value}
    why["against"] = chance.facts(LEAST_COST)
    if chance.answered is not None:
        why["answer"] = "".join(answer_words(chance))
    if cause.near:
        why["near"] = True
    if cause.posting_id:
        why["beside"] = cause.posting_id
    return [dropped.posting_id, why]


def kept_dropped(packed_rows: bytes) -> tuple[KeptDropped, ...]:
    """What a digest left out, by its column."""
    rows = unpacked(packed_rows) or ()
    return tuple(kept_as(posting_id, why) for posting_id, why in rows)


def unlikely_cards(dropped: Iterable[KeptDropped]) -> list[list[str]]:
    """The postings of what fits and was unlikely, by card, the likeliest first: mails count these, pages list them."""
    cards: dict[str, list[KeptDropped]] = {}
    for left in dropped:
        if left.code == "unlikely" and not left.near:
            cards.setdefault(left.beside or left.posting_id, []).append(left)
    in_order = [sorted(card, key=_likely) for card in cards.values()]
    return [[left.posting_id for left in card] for card in sorted(in_order, key=lambda card: _likely(card[0]))]


def _likely(left: KeptDropped) -> tuple[float, str]:
    """The likeliest first; what an earlier release did not keep last."""
    return -(left.chance or 0.0), left.posting_id


def kept_as(posting_id: str, why: str | dict[str, Any]) -> KeptDropped:
    """A posting that was left out, as a digest keeps it."""
    if isinstance(why, str):
        return KeptDropped(posting_id, why, why)
    kept = why.get("chance"), bool(why.get("near")), why.get("beside", "")
    against = tuple(why["against"]) if "against" in why else None
    return KeptDropped(posting_id, why["said"], why["code"], *kept, against, why.get("answer", ""))


def code_of(why: str | dict[str, str]) -> str:
    """Of why a posting was left out; a release until 2026-11 kept the sentence alone."""
    return why if isinstance(why, str) else why["code"]


def item_rows(digest_id: str, digest: Digest) -> Iterable[dict[str, Any]]:
    """Its jobs, near misses behind the others."""
    kinds = [("match", item) for item in digest.items] + [("near", item) for item in digest.near]
    words = words_of(digest.recipient.locale)
    for rank, (kind, item) in enumerate(kinds):
        yield {
            "digest_id": digest_id,
            "rank": rank,
            "kind": kind,
            "posting_id": item.posting.posting_id,
            "cluster_key": item.posting.cluster.key,
            "signature": item.posting.cluster.signature,
            "score": item.score,
            "found_by": to_json(_found_by_json(item, words)),
        }


def _found_by_json(item: Item, words: Words) -> list[dict[str, Any]]:
    """Each search with its reasons, and the chance of the job by the best of them: `chance_in` reads it."""
    return [
        {
            "search_id": found.search.search_id,
            "search": found.search.name,
            "outcome": found.verdict.outcome,
            "reasons": [in_words(reason, words) for reason in found.verdict.reasons],
            "chance": round(item.chance.value, 4),
        }
        for found in item.found_by
    ]


def chance_in(found_by: str) -> float | None:
    """The chance that was foreseen for a job, by its column `found_by`; None of a release that did not keep it."""
    found = json.loads(found_by)
    return found[0].get("chance") if found else None


def digest_in(row: Any) -> KeptDigest:
    """A digest by its row and the state of its delivery."""
    return KeptDigest(
        digest_id=row.digest_id,
        subscriber_id=row.subscriber_id,
        due_at=row.due_at,
        outcome=row.outcome,
        reason=row.reason,
        subject=row.subject,
        email=unpack_email(row.body) if row.body else None,
        state=row.state,
        dropped=kept_dropped(row.dropped),
        rest=kept_rest(row.rest),
    )

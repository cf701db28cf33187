"""What is kept of a job that was left out as unlikely: facts, of which words are made when somebody asks."""

import json
from datetime import date
from typing import Final

import pytest

from services.notifier.adapters.sql.digests.digest_rows import KeptDropped, digest_row, kept_as, kept_dropped
from services.notifier.adapters.sql.rows import unsqueeze
from services.notifier.domain.curation.chance.facts import FACTS
from services.notifier.domain.model import Cause, Dropped, Hold, HoldCause
from services.notifier.domain.weights import Against, Answered, AnswerFacts, Chance, ChanceFact, Doubt
from services.notifier.domain.wording.doubt_lines import facts_in_words
from services.notifier.domain.wording.score_lines import cause_line
from tests.support.digests import NOON, recipient

ROLE = Doubt("trade", ("account-executive",))
YEARS = Doubt("experience", amount=10, own=3)
LIKE_IT = Answered(-0.5, AnswerFacts("not_relevant", "Clerk", "Acme", date(2026, 9, 1)))
NEVER: Final = ("nearby",)
"""Held against no job."""


def chance(*costs: tuple[Doubt, float], answered: Answered | None = None) -> Chance:
    return Chance(0.12, lambda: [Against(*each) for each in costs], answered)


def kept(cause: Cause) -> KeptDropped:
    hold = Hold(recipient(), NOON, HoldCause("none_chosen", 1), (Dropped("a", cause),))
    [left] = kept_dropped(digest_row("own", hold, (), None, NOON)["dropped"])
    return left


@pytest.mark.parametrize(
    "cause",
    [
        Cause("unlikely", chance=chance((ROLE, 1.5), (YEARS, 0.9))),
        Cause("unlikely", chance=chance((ROLE, 1.5), (ROLE._replace(fact="searches"), 0.9), (YEARS, 0.2)), near=True),
        Cause("unlikely", chance=chance((ROLE, 1.5), (YEARS, 0.1)), posting_id="b"),
        Cause("unlikely", chance=chance((YEARS, 0.9), answered=LIKE_IT)),
        Cause("unlikely", chance=chance()),
        Cause("sent", day=NOON.date()),
    ],
)
def test_words_that_are_made_when_asked_for_are_those_of_then(cause: Cause) -> None:
    left, told = kept(cause), cause.chance.against
    assert left.in_words({against.doubt.fact: against.doubt for against in told}) == cause_line(cause)


def test_where_it_is_not_known_any_more_what_facts_are_about_their_names_are_told() -> None:
    left = kept(Cause("unlikely", chance=chance((ROLE, 1.5), (YEARS, 0.9), answered=LIKE_IT)))
    assert left.in_words({}) == (
        "too unlikely to be wanted: 12 % (its role, it asks for more experience;"
        " less since “Clerk” at Acme was called not relevant on 2026-09-01)"
    )
    assert "10 years, of which they have 3" in left.in_words({"experience": YEARS})


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact not in NEVER])
def test_each_fact_has_a_name_of_its_own(fact: ChanceFact) -> None:
    name = facts_in_words([fact], {})
    assert name == name.strip(" :,")
    assert len(name.split()) > 1


def test_what_facts_are_about_is_not_worked_out_to_keep_them() -> None:
    def work_out() -> list[Against]:
        raise AssertionError

    far = Chance(0.12, work_out, None, lambda least: ["trade"] if least < 1.5 else [])
    hold = Hold(recipient(), NOON, HoldCause("none_chosen", 1), (Dropped("a", Cause("unlikely", chance=far)),))
    assert kept_dropped(digest_row("own", hold, (), None, NOON)["dropped"])[0].against == ("trade",)


def test_what_an_earlier_release_kept_in_words_is_read_as_it_was() -> None:
    said = "too unlikely to be wanted: 12 % (another role: Account Executive)"
    left = kept_as("a", {"code": "unlikely", "said": said, "chance": 0.12, "beside": "b"})
    assert left == KeptDropped("a", said, "unlikely", 0.12, beside="b")
    assert left.in_words({"trade": ROLE}) == said


def test_a_fact_that_only_another_release_knows_is_told_as_it_is_kept() -> None:
    why = {"code": "unlikely", "said": "too unlikely to be wanted", "chance": 0.12, "against": ["far_moon", "trade"]}
    assert kept_as("a", why).in_words({}) == "too unlikely to be wanted: 12 % (far moon, its role)"


def test_an_earlier_release_finds_a_sentence() -> None:
    hold = Hold(recipient(), NOON, HoldCause("none_chosen", 1), (Dropped("a", Cause("unlikely", chance=chance())),))
    [[_, why]] = json.loads(unsqueeze(digest_row("own", hold, (), None, NOON)["dropped"]))
    assert why["said"] == "too unlikely to be wanted"

"""The figures of relevance, on mails and judgements that are made up."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bench.relevance.claims import Line
from bench.relevance.figures import Judged, agreement, share
from bench.relevance.judgements import Judgement, Verdict
from bench.relevance.pairs import Pair
from bench.relevance.run import Sent

MONDAY = datetime(2025, 9, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def sent(posting: str, *, person: str = "ada", days: int = 0, rank: int = 1, why: tuple[Line, ...] = ()) -> Sent:
    return Sent(person, MONDAY + days * DAY, rank, posting, near=False, searches=("a search",), score=1.0, why=why)


def judgement(posting: str, verdict: Verdict, person: str = "ada", reader: str = "a") -> Judgement:
    return Judgement(person, posting, verdict, "other role" if verdict == "wrong" else None, "", reader)


def judged(
    jobs: list[Sent],
    verdicts: Mapping[str, Verdict],
    *,
    pairs: tuple[Pair, ...] = (),
    claims: Mapping[tuple[str, str, str], bool] | None = None,
) -> Judged:
    said = {
        (person, key): judgement(key, verdict, person) for key, verdict in verdicts.items() for person in ("ada", "bo")
    }
    return Judged(jobs, pairs, said, claims or {}, {pair.posting: MONDAY for pair in pairs})


def test_precision_counts_good_and_acceptable_of_what_was_judged() -> None:
    mail = [sent("fine", rank=1), sent("well", rank=2), sent("bad", rank=3), sent("unread", rank=4)]
    found = judged(mail, {"fine": "good", "well": "acceptable", "bad": "wrong"})
    precision = share(found.by_person(found.precision))
    assert (precision.right, precision.of) == (2, 3)
    assert [job.posting for job in found.unjudged] == ["unread"]


def test_a_top_job_is_the_first_of_its_mail_whoever_judged_the_others() -> None:
    found = judged([sent("unread"), sent("fine", rank=2), sent("bad", days=1)], {"fine": "good", "bad": "wrong"})
    assert share(found.by_person(found.top)).of == 1
    assert share(found.by_person(found.top)).value == 0


def test_a_mail_holds_nothing_only_where_all_of_it_was_judged_wrong() -> None:
    jobs = [
        sent("bad"),
        sent("bad", days=1),
        sent("fine", days=1, rank=2),
        sent("bad", days=2),
        sent("unread", days=2, rank=2),
    ]
    found = judged(jobs, {"bad": "wrong", "fine": "good"})
    nothing = share(found.by_person(found.nothing))
    assert (nothing.right, nothing.of) == (1, 2)


def test_a_line_is_true_where_all_its_claims_are_and_says_nothing_where_one_is_not_judged() -> None:
    lines = tuple(Line("", claims) for claims in (("yes",), ("yes", "no"), ("yes", "unknown"), ()))
    claims = {("ada", "fine", "yes"): True, ("ada", "fine", "no"): False}
    found = judged([sent("fine", why=lines)], {"fine": "good"}, claims=claims)
    true = share(found.by_person(found.true_lines))
    assert (true.right, true.of) == (1, 2)


def test_a_claim_that_says_less_of_a_skill_than_a_true_one_is_true() -> None:
    lines = tuple(
        Line("", (claim,)) for claim in ("would like: Go", "mentions: Go", "would like: Rust", "asks for: Rust")
    )
    claims = {("ada", "fine", "asks for: Go"): True, ("ada", "fine", "mentions: Rust"): True}
    found = judged([sent("fine", why=lines)], {}, claims=claims)
    true = share(found.by_person(found.true_lines))
    assert (true.right, true.of) == (2, 2)


def test_recall_weighs_what_is_wanted_and_takes_what_is_late_for_lost() -> None:
    pairs = (
        Pair("ada", "soon", "sent", 1),
        Pair("ada", "late", "sent", 2),
        Pair("ada", "never", "title alone", 5),
        Pair("ada", "unwanted", "title alone", 100),
        Pair("ada", "unread", "title alone", 100),
    )
    verdicts: dict[str, Verdict] = {"soon": "good", "late": "good", "never": "acceptable", "unwanted": "wrong"}
    found = judged([sent("soon", days=7), sent("late", days=8)], verdicts, pairs=pairs)
    recall = share(found.recall())
    assert (recall.right, recall.of) == (1, 8)


@pytest.mark.parametrize(
    ("order", "expected"), [(("fine", "well", "bad"), 1.0), (("bad", "well", "fine"), 0.62)], ids=["best", "worst"]
)
def test_the_order_of_a_mail_is_as_good_as_its_best(order: tuple[str, ...], expected: float) -> None:
    jobs = [sent(posting, rank=rank) for rank, posting in enumerate(order, start=1)]
    found = judged(jobs, {"fine": "good", "well": "acceptable", "bad": "wrong"})
    assert share(found.by_person(found.gain)).value == pytest.approx(expected, abs=0.01)


def test_an_interval_holds_the_share_and_is_wide_where_people_differ() -> None:
    alike = share({str(number): [(1.0, 1.0), (0.0, 1.0)] for number in range(20)})
    unlike = share({str(number): [(float(number % 2), 1.0)] * 2 for number in range(20)})
    assert alike.low == alike.value == alike.high == 0.5
    assert unlike.low < 0.4 < unlike.value < 0.6 < unlike.high


def test_readers_agree_where_both_want_a_job_however_much() -> None:
    verdicts: dict[str, Verdict] = {"1": "good", "2": "wrong", "3": "wrong"}
    other: dict[str, Verdict] = {"1": "acceptable", "2": "wrong", "3": "good", "4": "good"}
    first = {("ada", key): judgement(key, verdict) for key, verdict in verdicts.items()}
    pairs, same, kappa = agreement(first, [judgement(key, verdict, reader="b") for key, verdict in other.items()])
    assert (pairs, round(same, 2), round(kappa, 2)) == (3, 0.67, 0.4)

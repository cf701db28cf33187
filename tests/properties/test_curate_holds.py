"""Curation over generated candidates: what holds whatever was found, sent and said before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.posting import PostingCore, Salary, Skill
from services.notifier.domain.curation.cards import cards_of
from services.notifier.domain.curation.chance.answers import MOST
from services.notifier.domain.curation.copies import SentJobs, gather, is_one_job
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import Judging
from services.notifier.domain.curation.pay_news import pay_of
from services.notifier.domain.model import AnsweredJob, Candidate, Digest, DueSearch, Hold, Item, SentItem, WaitingJob
from services.notifier.domain.wording.score_lines import cause_line
from services.rules.languages.speaking import SpokenLanguage
from services.rules.signature import SAME_KEY_LIKENESS, candidates_key, fold_company, likeness, same_job
from services.rules.verdict import verdict
from services.wording.catalogues import english
from services.wording.reasons import in_words
from tests.support.digests import NOON, pay, posting, recipient
from tests.support.found_jobs import (
    EVERYTHING,
    SEARCHES,
    SETTINGS,
    SETTINGS_DRAWN,
    SPEAKS,
    Life,
    answers_given,
    candidates,
    copies_of,
    ids_of,
    is_of,
    lives,
    postings,
    remembered,
    shown,
)
from tests.support.long_form import examples
from tests.support.naive_curation import Chosen, is_above_floor, is_higher, naive_curation

CODES = {
    "Any Python": ["fit", "pay", "stated", "fresh", "place", "preferred"],
    "Written": ["fit", "pay", "stated", "fresh", "place", "preferred"],
    "Paid": ["fit", "pay", "stated", "fresh", "place"],
    "Paid for sure": ["fit", "pay", "stated", "fresh", "place"],
}
"""Of the parts of a score for each search: only some prefer places."""


@given(lives(), answers_given(), SPEAKS, SETTINGS_DRAWN)
def test_it_is_what_the_plain_reference_makes_of_it(
    life: Life, said: tuple[AnsweredJob, ...], speaks: tuple[SpokenLanguage, ...], settings: CurateSettings
) -> None:
    jobs, sent = life
    to = recipient(answers=said, speaks=speaks, hidden_companies=frozenset({"cobalt"}))
    made = curate(to, SEARCHES, jobs, sent, NOON, settings)
    expected = naive_curation(to, jobs, sent, NOON, settings)
    assert _unlikely(made) == expected.unlikely
    if isinstance(made, Hold):
        assert expected.items == ()
        return
    assert tuple(map(_as_chosen, made.items)) == expected.items
    assert tuple(map(_as_chosen, made.near)) == expected.near
    assert tuple(job.posting.posting_id for job in made.rest) == expected.rest
    assert made.unlikely == len(expected.unlikely)


def _unlikely(made: Digest | Hold) -> frozenset[frozenset[str]]:
    """By card."""
    cards: dict[str, set[str]] = {}
    for left in made.dropped:
        if left.cause.code == "unlikely" and not left.cause.near:
            cards.setdefault(left.cause.posting_id or left.posting_id, set()).add(left.posting_id)
    return frozenset(map(frozenset, cards.values()))


def _as_chosen(item: Item) -> Chosen:
    searches = tuple(sorted(found.search.search_id for found in item.found_by))
    return Chosen(item.posting.posting_id, searches, item.score, item.pay_news is not None)


@given(lives(), answers_given(), st.integers(0, 99))
def test_the_order_of_the_input_does_not_matter(life: Life, said: tuple[AnsweredJob, ...], seed: int) -> None:
    jobs, sent = life
    once = curate(recipient(answers=said), SEARCHES, jobs, sent, NOON, SETTINGS)
    random = Random(seed)
    # Each search that found a posting comes with a candidate of its own.
    split = [Candidate(job.posting, (by,)) for job in jobs for by in job.searches]
    searches, sent_mixed, answers_mixed = list(SEARCHES), list(sent), list(said)
    for mixed in (split, sent_mixed, searches, answers_mixed):
        random.shuffle(mixed)
    again = curate(recipient(answers=tuple(answers_mixed)), searches, split, sent_mixed, NOON, SETTINGS)
    assert replace(again, recipient=once.recipient) == once


@given(candidates(), lives())
def test_verdicts_remembered_from_others_change_nothing(others: list[Candidate], life: Life) -> None:
    jobs, sent = life
    judging = Judging(most=20, most_postings=9)
    curate(recipient(), SEARCHES, others, [], NOON, SETTINGS, judging)
    made = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS, judging)
    assert made == curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)


@given(lives(), SETTINGS_DRAWN)
def test_every_candidate_is_accounted_for_once(life: Life, settings: CurateSettings) -> None:
    jobs, sent = life
    made = curate(recipient(), SEARCHES, jobs, sent, NOON, settings)
    ends = [job.posting_id for job in made.dropped]
    if isinstance(made, Digest):
        ends += [*ids_of(shown(made)), *(job.posting_id for job in made.beyond)]
        assert (made.left_out > 0) == bool(made.beyond)
        assert made.left_out <= len(made.beyond)
        assert sorted(job.posting_id for job in made.beyond) == sorted(job.posting.posting_id for job in made.rest)
        assert all(cause_line(job.cause) for job in made.beyond)
    assert sorted(ends) == sorted({job.posting.posting_id for job in jobs})
    assert all(cause_line(job.cause) for job in made.dropped)


@given(lives(), SETTINGS_DRAWN)
def test_no_job_comes_twice_in_a_life_unless_its_pay_was_raised_above_the_floor_which_is_said(
    life: Life, settings: CurateSettings
) -> None:
    jobs, sent = life
    _assert_each_is_another_job_and_news(curate(recipient(), SEARCHES, jobs, sent, NOON, settings), jobs, sent)


PAID = (
    None,
    pay(None, 57_000),
    pay(None, 61_000),
    pay(None, 64_000),
    pay(None, 70_000, "USD"),
    pay(None, 79_000, "USD"),
)


@given(
    st.lists(st.tuples(st.sampled_from(PAID), st.booleans(), st.booleans()), min_size=1, max_size=2),
    st.sampled_from(PAID),
    st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True),
)
def test_a_job_that_came_comes_again_exactly_where_its_pay_was_raised_above_the_floor(
    before: list[tuple[Salary | None, bool, bool]], now: Salary | None, by: list[DueSearch]
) -> None:
    """Before: what it paid, whether it was a near miss, and whether a copy of it came."""
    job = posting("job", salary=now)
    copy = posting("copy", company=job.company.name, description_text=job.description_text)
    sent = [
        SentItem(
            (copy if of_copy else job).posting_id,
            job.cluster.key,
            job.cluster.signature,
            NOON - timedelta(days=number + 1),
            near,
            pay_of(job.model_copy(update={"salary": paid})) if near else None,
        )
        for number, (paid, near, of_copy) in enumerate(before)
    ]
    made = curate(recipient(), by, [Candidate(job, tuple(by))], sent, NOON, SETTINGS)
    fits = [search for search in by if verdict(search.criteria, job).outcome == "match"]
    news = (
        all(old.near for old in sent)
        and all(is_higher(job, old.pay) for old in sent if old.pay is not None)
        and any(is_above_floor(job, fit.criteria.salary_floor) for fit in fits)
    )
    assert ids_of(shown(made)) == ([job.posting_id] if news else [])
    _assert_each_is_another_job_and_news(made, [Candidate(job, tuple(by))], sent)


@given(st.lists(candidates(most=6), min_size=2, max_size=4), SETTINGS_DRAWN)
def test_over_days_a_job_comes_once_and_before_that_as_a_near_miss_once(
    days: list[list[Candidate]], settings: CurateSettings
) -> None:
    """A life: each digest is remembered, and all that was ever found is found again each day, in newer versions too."""
    sent: list[SentItem] = []
    found: dict[tuple[str, int], Candidate] = {}
    for number, jobs in enumerate(days):
        found |= {(job.posting.posting_id, job.posting.version): job for job in jobs}
        at, jobs_kept = NOON + timedelta(days=number), list(found.values())
        made = curate(recipient(), SEARCHES, jobs_kept, sent, at, settings)
        _assert_each_is_another_job_and_news(made, jobs_kept, sent)
        sent += remembered(made)
        later = curate(recipient(), SEARCHES, jobs_kept, sent, at + timedelta(hours=1), settings)
        assert {old.posting_id for old in remembered(made)}.isdisjoint(ids_of(shown(later)))
    for near in (False, True):
        assert max(Counter(old.posting_id for old in sent if old.near == near).values(), default=0) <= 1


def _assert_each_is_another_job_and_news(
    made: Digest | Hold, jobs: Iterable[Candidate], sent: Iterable[SentItem]
) -> None:
    rest = made.rest if isinstance(made, Digest) else ()
    kept = [job.posting.cluster for group in (shown(made), rest) for job in group]
    assert not any(same_job(posting, other) for posting, other in combinations(kept, 2))
    for item in shown(made):
        copies = copies_of(item, jobs, made)
        before = [old for old in sent if any(is_of(old, copy) for copy in copies)]
        assert (item.pay_news is not None) == bool(before)
        if item.pay_news is None:
            continue
        assert isinstance(made, Digest)
        assert item in made.items, "nothing comes again as a near miss"
        assert all(old.near for old in before), "nothing comes again that fitted whole"
        stated = [old.pay for old in before if old.pay is not None]
        assert all(is_higher(item.posting, pay) for pay in stated)
        assert any(is_above_floor(item.posting, found.search.criteria.salary_floor) for found in item.found_by)
        assert item.pay_news.now == pay_of(item.posting)
        assert item.pay_news.before in (stated or [None])
        assert item.pay_news.code == ("pay_raised" if stated else "pay_stated")
        assert item.pay_news.sent_at == max(old.sent_at for old in before)


@given(candidates(), answers_given(), SETTINGS_DRAWN)
def test_caps_hold_in_order_and_each_job_has_its_reasons(
    jobs: list[Candidate], said: tuple[AnsweredJob, ...], settings: CurateSettings
) -> None:
    made = curate(recipient(answers=said), SEARCHES, jobs, [], NOON, settings)
    if isinstance(made, Hold):
        return
    first = [card[0] for card in cards_of(made.items)]
    assert 1 <= len(first) <= settings.most_items
    assert len(cards_of(made.near)) <= settings.most_near
    for cards in (cards_of(made.items), cards_of(made.near)):
        assert [card[0] for card in cards] == sorted((card[0] for card in cards), key=_rank)
        assert all(list(card) == sorted(card, key=_rank) for card in cards)
    assert all(job.chance.value >= settings.least_chance for group in (shown(made), made.rest) for job in group)
    if made.rest:
        assert len(first) == settings.most_items, "a cap withholds nothing while there is room"
    for job in made.rest:
        assert _has_no_room(job, first, settings)
    for outcome, items in (("match", made.items), ("near", made.near)):
        for item in items:
            _assert_reasons(item, outcome)
            _assert_parts(item)


def _worth(job: Item | WaitingJob) -> tuple[int, float]:
    """The tenth of its chance, then its score."""
    return (int(round(10 * job.chance.value, 3)), job.score)


def _rank(item: Item) -> tuple[float, float, float, float, str]:
    """Best chance first, then best score, then best fit, then newest, then by id."""
    tenth, points = _worth(item)
    return (-tenth, -points, -item.parts[0].points, -item.posting.seen_at.timestamp(), item.posting.posting_id)


def _has_no_room(job: WaitingJob, items: Iterable[Item], settings: CurateSettings) -> bool:
    """Whether no worse job is there in its place, unless better ones crowd it out and not that."""
    better = [item for item in items if _worth(item) >= _worth(job)]
    return len(better) == settings.most_items or _is_crowded(job, better, settings)


def _is_crowded(job: Item | WaitingJob, better: Sequence[Item], settings: CurateSettings) -> bool:
    return (
        sum(_is_of_company(job, item) for item in better) >= settings.most_per_company
        or sum(_reads_like(job, item) for item in better) >= settings.most_alike
    )


def _is_of_company(job: Item | WaitingJob, other: Item) -> bool:
    name = fold_company(job.posting.company.name)
    return bool(name) and name == fold_company(other.posting.company.name)


def _reads_like(job: Item | WaitingJob, other: Item) -> bool:
    mine, its = job.posting.cluster, other.posting.cluster
    same_title = candidates_key(mine.key) == candidates_key(its.key)
    return same_title and likeness(mine.signature, its.signature) >= SAME_KEY_LIKENESS


def _assert_reasons(item: Item, outcome: str) -> None:
    assert item.found_by
    for found in item.found_by:
        assert found.verdict == verdict(found.search.criteria, item.posting)
        assert found.verdict.outcome == outcome
        assert all(in_words(reason, english()) for reason in found.verdict.reasons)
        asked = {reason.criterion for reason in found.verdict.reasons}
        assert asked >= {"skills.any"}
        off = {reason.criterion for reason in found.verdict.reasons if reason.fit != "yes"}
        assert off == (set() if outcome == "match" else {"salary"})


def _assert_parts(item: Item) -> None:
    assert [part.code for part in item.parts] == CODES[item.found_by[0].search.name]
    assert abs(item.score - sum(part.points for part in item.parts)) < 0.001
    assert all(0 <= part.points <= part.most for part in item.parts)
    assert sum(part.most for part in item.parts) == 100


def _fitting(posting: PostingCore) -> PostingCore:
    news = {"status": "open", "backlog": False, "language": "en", "languages": ()}
    return posting.model_copy(update=news | {"skills": (Skill(name="Python", core=True),)})


NEWCOMERS = postings("z") | postings("z").map(_fitting)
"""Of those that are drawn at will hardly one takes the room of another."""
LITTLE_ROOM = st.builds(
    CurateSettings,
    most_items=st.integers(1, 2),
    most_near=st.integers(0, 1),
    most_per_company=st.integers(1, 2),
    most_alike=st.integers(1, 2),
)


@settings(max_examples=examples(300))
@given(lives(), NEWCOMERS, st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True), LITTLE_ROOM)
def test_what_is_added_never_pushes_out_a_better_job(
    life: Life, added: PostingCore, by: list[DueSearch], room: CurateSettings
) -> None:
    jobs, sent = life
    before = curate(recipient(), SEARCHES, jobs, sent, NOON, room)
    after = curate(recipient(), SEARCHES, [*jobs, Candidate(added, tuple(by))], sent, NOON, room)
    _assert_only_better_ones_came_in(before, after, room)
    if not any(is_one_job(job.posting, added) for job in jobs):
        _assert_it_is_all_that_came_in(before, after, added, room)


def _assert_only_better_ones_came_in(before: Digest | Hold, after: Digest | Hold, settings: CurateSettings) -> None:
    """Also where it is a copy of what was there, which may be shown instead, or be known to be sent."""
    had, has = (set(ids_of(made.items)) if isinstance(made, Digest) else set() for made in (before, after))
    left = {job.posting.posting_id: job for job in after.rest} if isinstance(after, Digest) else {}
    why = {job.posting_id: cause_line(job.cause) for job in after.dropped}
    for lost in had - has:
        if lost in left:
            assert isinstance(after, Digest)
            newcomers = [item for item in after.items if item.posting.posting_id not in had]
            better = any(_worth(item) >= _worth(left[lost]) for item in newcomers)
            assert better or _is_crowded(left[lost], after.items, settings)
        else:
            assert why[lost].startswith("is the same job as ")


def _assert_it_is_all_that_came_in(
    before: Digest | Hold, after: Digest | Hold, added: PostingCore, settings: CurateSettings
) -> None:
    """Where it is another job than all others."""
    if isinstance(before, Hold):
        assert set(ids_of(after.items if isinstance(after, Digest) else ())) <= {added.posting_id}
        return
    assert isinstance(after, Digest)
    lost = set(ids_of(before.items)) - set(ids_of(after.items))
    # It takes one place at most, from a worse one or from one beyond a cap; of near misses what it crowds.
    assert len(lost) <= 1
    if len(before.items) < settings.most_items:
        assert not lost
    if added.posting_id not in ids_of(shown(after)):
        assert (after.items, after.near) == (before.items, before.near)


@given(candidates(), answers_given())
def test_what_was_said_moves_log_odds_by_less_than_its_bound_and_no_score(
    jobs: list[Candidate], said: tuple[AnsweredJob, ...]
) -> None:
    plain = curate(recipient(), SEARCHES, jobs, [], NOON, EVERYTHING)
    moved = curate(recipient(answers=said), SEARCHES, jobs, [], NOON, EVERYTHING)
    base = {item.posting.posting_id: item for item in shown(plain)}
    for item in shown(moved):
        answered, before = item.chance.answered, base.get(item.posting.posting_id)
        if answered is None:
            assert before == item
        elif before is not None:
            assert abs(answered.odds) < MOST
            assert (answered.odds >= 0) == (answered.by.kind == "more_like")
            assert (item.chance.value - before.chance.value) * answered.odds >= 0
            assert item.score == before.score or item.found_by != before.found_by


@given(candidates(), answers_given())
def test_who_says_only_that_they_want_more_is_sent_no_less(
    jobs: list[Candidate], said: tuple[AnsweredJob, ...]
) -> None:
    likes = tuple(answer for answer in said if answer.kind == "more_like")
    plain = curate(recipient(), SEARCHES, jobs, [], NOON, EVERYTHING)
    moved = curate(recipient(answers=likes), SEARCHES, jobs, [], NOON, EVERYTHING)
    assert set(ids_of(shown(plain))) <= set(ids_of(shown(moved)))


@given(lives())
@example(Life([], []))
def test_the_index_of_jobs_finds_what_comparing_all_pairs_finds(life: Life) -> None:
    jobs, sent = life
    known = SentJobs(sent)
    for copies in gather([job.posting for job in jobs], frozenset()):
        by_pairs = {(old.posting_id, old.sent_at) for old in sent if any(is_of(old, copy) for copy in copies.all)}
        assert {(old.posting_id, old.sent_at) for old in known.of(copies)} == by_pairs

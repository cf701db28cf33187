"""Curation over generated candidates: what holds whatever was found, sent and said before."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.criteria import SalaryFloor
from schemas.posting import Attribution, Cluster, PostingCore, Reach, Skill
from services.notifier.domain.again import pay_of
from services.notifier.domain.copies import SentJobs, gather
from services.notifier.domain.curate import CurateSettings, curate
from services.notifier.domain.judging import Judging, Ready
from services.notifier.domain.liking import MOST_POINTS, said_of
from services.notifier.domain.model import Candidate, Digest, DueSearch, Hold, Item, Said, SentItem
from services.rules.signature import SAME_KEY_LIKENESS, candidates_key, fold_company, likeness, same_job
from tests.support.digests import NOON, PYTHON, pay, posting, recipient, search, words_about
from tests.support.naive_curation import Chosen, naive_curation

STRICT = PYTHON.model_copy(
    update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR"), "accept_undisclosed": False}
)
SEARCHES = (
    search("Any Python", PYTHON.model_copy(update={"places": ("PT",)})),
    search("Paid", PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR")})),
    search("Paid for sure", STRICT),
    search("Written", PYTHON.model_copy(update={"text": "engineer"})),
)
SETTINGS = CurateSettings(most_items=4, most_near=2, most_per_company=2, most_alike=2)
PAYS = (None, pay(None, 57_000), pay(None, 90_000), pay(30, 45, "USD", "hour"))
TITLES = ("Python engineer", "Developer")
REACHES = (Reach(scope="worldwide"), Reach(scope="listed", countries=("PT",)), Reach(scope="listed", groups=("eu",)))


@st.composite
def postings(draw: st.DrawFn, names: str = "abcdefghijkl") -> PostingCore:
    job = draw(st.integers(0, 7))
    return posting(
        draw(st.sampled_from(names)),
        title=draw(st.sampled_from(TITLES)),
        company=draw(st.sampled_from(["Acme", "Borealis GmbH", "Cobalt", "Delta", ""])),
        reach=draw(st.sampled_from(REACHES)),
        description_text=words_about(f"job{job}", count=draw(st.sampled_from([50, 51, 60, 85]))),
        attribution=draw(st.sampled_from([None, Attribution(name="Board", url="https://board.example/")])),
        version=draw(st.integers(1, 3)),
        status=draw(st.sampled_from(["open", "open", "open", "closed"])),
        backlog=draw(st.sampled_from([False, False, False, True])),
        skills=(Skill(name=draw(st.sampled_from(["Python", "Python", "Go"])), core=draw(st.booleans())),),
        salary=draw(st.sampled_from(PAYS)),
        posted_at=NOON - timedelta(days=draw(st.integers(0, 33))),
    )


def distinct(drawn: Iterable[PostingCore]) -> list[PostingCore]:
    """Two records of one version are one record: what differs has another version."""
    return list({(one.posting_id, one.version): one for one in drawn}.values())


@st.composite
def candidates(draw: st.DrawFn, most: int = 14) -> list[Candidate]:
    found_by = st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True)
    return [Candidate(one, tuple(draw(found_by))) for one in distinct(draw(st.lists(postings(), max_size=most)))]


@st.composite
def sent_items(draw: st.DrawFn) -> list[SentItem]:
    """What was sent over three years, near misses among it; of some the very postings come again."""
    items = []
    for one in draw(st.lists(postings("abcxyz"), max_size=4)):
        near = draw(st.booleans())
        days = draw(st.integers(1, 1_000))
        cluster = one.cluster
        items.append(
            SentItem(
                one.posting_id,
                cluster.key,
                cluster.signature,
                NOON - timedelta(days=days),
                near,
                pay_of(one) if near else None,
            )
        )
    return list({(item.posting_id, item.sent_at): item for item in items}.values())


@st.composite
def sayings(draw: st.DrawFn) -> tuple[Said, ...]:
    found = []
    for one in draw(st.lists(postings(), max_size=4)):
        opinion = draw(st.sampled_from(["not_relevant", "more_like"]))
        found.append(said_of(opinion, Ready(one), NOON - timedelta(days=draw(st.integers(0, 100)))))
    return tuple(found)


def shown(made: Digest | Hold) -> tuple[Item, ...]:
    return () if isinstance(made, Hold) else (*made.items, *made.near)


def clusters_of(sent: Iterable[SentItem]) -> list[Cluster]:
    return [Cluster(key=one.cluster_key, signature=one.signature) for one in sent]


def copies_of(item: Item, jobs: Iterable[Candidate], made: Digest | Hold) -> list[PostingCore]:
    """What is shown of a job, and the copies that were dropped for it."""
    better = f"is the same job as {item.posting.posting_id}, which is the better copy"
    ids = {one.posting_id for one in made.dropped if one.reason == better} | {item.posting.posting_id}
    newest = {one.posting.posting_id: one.posting for one in sorted(jobs, key=lambda one: one.posting.version)}
    return [newest[posting_id] for posting_id in ids]


@given(candidates(), sent_items(), sayings())
def test_it_is_what_the_plain_reference_makes_of_it(
    jobs: list[Candidate], sent: list[SentItem], said: tuple[Said, ...]
) -> None:
    to = recipient(said=said, hidden_companies=frozenset({"cobalt"}))
    made = curate(to, SEARCHES, jobs, sent, NOON, SETTINGS)
    expected = naive_curation(to, jobs, sent, NOON, SETTINGS)
    if isinstance(made, Hold):
        assert expected.items == ()
        return
    assert tuple(map(_as_chosen, made.items)) == expected.items
    assert tuple(map(_as_chosen, made.near)) == expected.near
    assert tuple(item.posting.posting_id for item in made.rest) == expected.rest


def _as_chosen(item: Item) -> Chosen:
    searches = tuple(sorted(found.search.search_id for found in item.found_by))
    return Chosen(item.posting.posting_id, searches, item.score, item.again is not None)


@given(candidates(), sent_items(), sayings(), st.integers(0, 99))
def test_the_order_of_the_input_does_not_matter(
    jobs: list[Candidate], sent: list[SentItem], said: tuple[Said, ...], seed: int
) -> None:
    once = curate(recipient(said=said), SEARCHES, jobs, sent, NOON, SETTINGS)
    random = Random(seed)
    searches, sayings_mixed = list(SEARCHES), list(said)
    for mixed in (jobs, sent, searches, sayings_mixed):
        random.shuffle(mixed)
    turned = [Candidate(one.posting, tuple(reversed(one.searches))) for one in jobs]
    again = curate(recipient(said=tuple(sayings_mixed)), searches, turned, sent, NOON, SETTINGS)
    assert replace(again, recipient=once.recipient) == once


@given(candidates(), candidates(), sent_items())
def test_verdicts_remembered_from_others_change_nothing(
    others: list[Candidate], jobs: list[Candidate], sent: list[SentItem]
) -> None:
    judging = Judging(most=20, most_postings=9)
    curate(recipient(), SEARCHES, others, [], NOON, SETTINGS, judging)
    made = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS, judging)
    assert made == curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)


@given(candidates(), sent_items())
def test_every_candidate_is_accounted_for_once(jobs: list[Candidate], sent: list[SentItem]) -> None:
    made = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)
    ends = [one.posting_id for one in made.dropped]
    if isinstance(made, Digest):
        ends += [item.posting.posting_id for item in shown(made)]
        ends += [one.posting_id for one in made.beyond]
        assert made.left_out == len(made.beyond)
        assert sorted(one.posting_id for one in made.beyond) == sorted(one.posting.posting_id for one in made.rest)
        assert all(one.reason for one in made.beyond)
    assert sorted(ends) == sorted({one.posting.posting_id for one in jobs})
    assert all(one.reason for one in made.dropped)


@given(candidates(), sent_items())
def test_no_job_comes_twice_in_a_life_unless_its_pay_rose_above_the_floor_which_is_said(
    jobs: list[Candidate], sent: list[SentItem]
) -> None:
    made = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)
    for place, item in enumerate(shown(made)):
        own = item.posting.cluster
        assert not any(same_job(own, other.posting.cluster) for other in shown(made)[place + 1 :])
        copies = copies_of(item, jobs, made)
        before = [
            old
            for old, cluster in zip(sent, clusters_of(sent), strict=True)
            if any(old.posting_id == one.posting_id or same_job(one.cluster, cluster) for one in copies)
        ]
        assert (item.again is not None) == bool(before)
        if item.again is None:
            continue
        assert all(old.near for old in before)
        assert isinstance(made, Digest)
        assert item in made.items
        assert item.again.now == pay_of(item.posting)
        assert item.again.now not in [old.pay for old in before]
        tops = [dict(reason.facts).get("annual_top") for found in item.found_by for reason in found.verdict.reasons]
        assert any(isinstance(top, int) and top >= 60_000 for top in tops)


@given(st.lists(candidates(most=6), min_size=2, max_size=4))
def test_days_in_a_row_bring_no_job_twice(days: list[list[Candidate]]) -> None:
    """A life: each day's digest is remembered, and the postings of all days come again and again."""
    sent: list[SentItem] = []
    for number, jobs in enumerate(days):
        at = NOON + timedelta(days=number)
        made = curate(recipient(), SEARCHES, jobs, sent, at, SETTINGS)
        again = curate(recipient(), SEARCHES, jobs, [*sent, *_remembered(made)], at + timedelta(days=1), SETTINGS)
        kept = {item.posting.posting_id for item in shown(made)}
        assert not kept & {item.posting.posting_id for item in shown(again)}
        sent += _remembered(made)
    whole = [item for item in sent if not item.near]
    for place, cluster in enumerate(clusters_of(whole)):
        assert not any(same_job(cluster, other) for other in clusters_of(whole[place + 1 :]))


def _remembered(made: Digest | Hold) -> Iterator[SentItem]:
    near = made.near if isinstance(made, Digest) else ()
    for item in shown(made):
        cluster, is_near = item.posting.cluster, item in near
        pay_then = pay_of(item.posting) if is_near else None
        yield SentItem(item.posting.posting_id, cluster.key, cluster.signature, made.due_at, is_near, pay_then)


@given(candidates(), sayings())
def test_caps_hold_in_order_and_each_job_has_its_reasons(jobs: list[Candidate], said: tuple[Said, ...]) -> None:
    made = curate(recipient(said=said), SEARCHES, jobs, [], NOON, SETTINGS)
    if isinstance(made, Hold):
        return
    companies = Counter(fold_company(item.posting.company.name) for item in shown(made))
    companies.pop("", None)
    assert max(companies.values(), default=0) <= SETTINGS.most_per_company
    assert 1 <= len(made.items) <= SETTINGS.most_items
    assert len(made.near) <= SETTINGS.most_near
    for item in shown(made):
        assert sum(map(_reads_like(item), shown(made))) <= SETTINGS.most_alike
        assert item.found_by
        assert item.found_by[0].verdict.reasons
        assert [part.code for part in item.parts] == ["fit", "pay", "stated", "fresh", "place", "feedback"]
        assert item.score == round(sum(part.points for part in item.parts), 3)
        assert all(0 <= part.points <= part.most for part in item.parts[:-1])
        assert abs(item.parts[-1].points) <= MOST_POINTS
    for ranked in (made.items, made.near, made.rest):
        assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)


def _reads_like(item: Item) -> Callable[[Item], bool]:
    own = item.posting.cluster

    def reads_like(other: Item) -> bool:
        # Counted from the better side: a middle one may read like two that do not read like each other.
        better = other.score > item.score or other.posting.posting_id == item.posting.posting_id
        cluster = other.posting.cluster
        same_title = candidates_key(cluster.key) == candidates_key(own.key)
        return better and same_title and likeness(cluster.signature, own.signature) >= SAME_KEY_LIKENESS

    return reads_like


@given(candidates(), postings("z"), st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True), sent_items())
def test_what_is_added_never_pushes_out_a_better_job(
    jobs: list[Candidate], added: PostingCore, by: list[DueSearch], sent: list[SentItem]
) -> None:
    before = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)
    after = curate(recipient(), SEARCHES, [*jobs, Candidate(added, tuple(by))], sent, NOON, SETTINGS)
    if isinstance(before, Hold):
        return
    # A copy of what was chosen is no other job: which of them is shown, and whether it was sent, is asked elsewhere.
    touched = [one for one in _all_of(jobs) if same_job(one.cluster, added.cluster)]
    if touched:
        return
    assert isinstance(after, Digest)
    place = next((at for at, item in enumerate(after.items) if item.posting == added), len(after.items))
    untouched = before.items[:place]
    assert after.items[:place] == untouched
    lost = {item.posting.posting_id for item in before.items} - {item.posting.posting_id for item in after.items}
    worse = {item.posting.posting_id for item in before.items[place:]}
    assert lost <= worse
    # It takes one place at most, and of near misses only what it crowds by its company or its text.
    assert len(lost) <= 1
    near_before, near_after = ([item.posting.posting_id for item in made.near] for made in (before, after))
    if added.posting_id in {item.posting.posting_id for item in shown(after)} or near_before == near_after:
        return
    raise AssertionError("what is not shown changed the near misses")


def _all_of(jobs: Iterable[Candidate]) -> list[PostingCore]:
    return [one.posting for one in jobs]


@given(candidates(), sayings())
def test_feedback_moves_no_job_past_one_that_is_better_by_more_than_its_bound(
    jobs: list[Candidate], said: tuple[Said, ...]
) -> None:
    everything = CurateSettings(most_items=99, most_near=99, most_per_company=99, most_alike=99)
    plain = curate(recipient(), SEARCHES, jobs, [], NOON, everything)
    moved = curate(recipient(said=said), SEARCHES, jobs, [], NOON, everything)
    if isinstance(plain, Hold) or isinstance(moved, Hold):
        assert isinstance(plain, Hold)
        assert isinstance(moved, Hold)
        return
    base = {item.posting.posting_id: item.score for item in shown(plain)}
    for ranked in (moved.items, moved.near):
        order = [base[item.posting.posting_id] for item in ranked]
        for place, own in enumerate(order):
            assert all(later <= own + 2 * MOST_POINTS + 0.001 for later in order[place + 1 :])
    for item in shown(moved):
        feedback = item.parts[-1]
        assert bool(feedback.facts) == bool(feedback.points)
        assert abs(item.score - base[item.posting.posting_id] - feedback.points) < 0.002


@given(candidates(), sent_items())
@example([], [])
def test_the_index_of_jobs_finds_what_comparing_all_pairs_finds(jobs: list[Candidate], sent: list[SentItem]) -> None:
    known = SentJobs(sent)
    for copies in gather([one.posting for one in jobs], frozenset()):
        by_pairs = {
            (item.posting_id, item.sent_at)
            for item, cluster in zip(sent, clusters_of(sent), strict=True)
            for copy in copies.all
            if item.posting_id == copy.posting_id or same_job(cluster, copy.cluster)
        }
        assert {(item.posting_id, item.sent_at) for item in known.of(copies)} == by_pairs

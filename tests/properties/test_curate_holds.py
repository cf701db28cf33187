"""Curation over generated candidates: order does not matter, nothing is lost, nothing comes twice."""

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import SalaryFloor
from schemas.posting import Cluster, PostingCore, Skill
from services.notifier.domain.copies import SentJobs, gather
from services.notifier.domain.curate import CurateSettings, curate
from services.notifier.domain.model import Candidate, Digest, SentItem
from services.rules.signature import fold_company, same_job
from tests.support.digests import NOON, PYTHON, pay, posting, recipient, search, words_about

SEARCHES = (
    search("Any Python"),
    search("Paid", PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR")})),
    search("Written", PYTHON.model_copy(update={"text": "engineer"})),
)
SETTINGS = CurateSettings(most_items=4, most_near=2, most_per_company=2)


@st.composite
def postings(draw: st.DrawFn) -> PostingCore:
    job = draw(st.integers(0, 7))
    text = words_about(f"job{job}", count=draw(st.sampled_from([50, 51, 60])))
    salary = draw(st.sampled_from([None, pay(None, 57_000), pay(None, 90_000), pay(30, 45, "USD", "hour")]))
    return posting(
        draw(st.sampled_from("abcdefghijkl")),
        title=draw(st.sampled_from(["Python engineer", "Developer"])),
        company=draw(st.sampled_from(["Acme", "Borealis GmbH", "Cobalt", "Delta"])),
        description_text=text,
        version=draw(st.integers(1, 3)),
        status=draw(st.sampled_from(["open", "open", "open", "closed"])),
        backlog=draw(st.sampled_from([False, False, False, True])),
        skills=(Skill(name=draw(st.sampled_from(["Python", "Python", "Go"])), core=draw(st.booleans())),),
        salary=salary,
        posted_at=NOON - timedelta(days=draw(st.integers(0, 33))),
    )


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    drawn = draw(st.lists(postings(), max_size=12))
    # Two records of one version are one record: what differs has another version.
    distinct = {(one.posting_id, one.version): one for one in drawn}.values()
    found_by = st.lists(st.sampled_from(SEARCHES), min_size=1, unique=True)
    return [Candidate(one, tuple(draw(found_by))) for one in distinct]


def sent_items(jobs: list[Candidate], seed: int) -> list[SentItem]:
    random = Random(seed)
    return [
        SentItem(f"x{n}", one.posting.cluster.key, one.posting.cluster.signature, NOON - timedelta(days=n * 40))
        for n, one in enumerate(jobs)
        if random.random() < 0.2
    ]


@given(candidates(), st.integers(0, 99))
def test_the_order_of_the_input_does_not_matter(jobs: list[Candidate], seed: int) -> None:
    sent = sent_items(jobs, seed)
    once = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)
    random = Random(seed)
    searches = list(SEARCHES)
    for mixed in (jobs, sent, searches):
        random.shuffle(mixed)
    turned = [Candidate(one.posting, tuple(reversed(one.searches))) for one in jobs]
    assert curate(recipient(), searches, turned, sent, NOON, SETTINGS) == once


@given(candidates(), st.integers(0, 99))
def test_every_candidate_is_accounted_for_once(jobs: list[Candidate], seed: int) -> None:
    made = curate(recipient(), SEARCHES, jobs, sent_items(jobs, seed), NOON, SETTINGS)
    ends = [one.posting_id for one in made.dropped]
    if isinstance(made, Digest):
        ends += [item.posting.posting_id for item in (*made.items, *made.near)]
        ends += [one.posting_id for one in made.beyond]
        assert made.left_out == len(made.beyond)
        assert all(one.reason for one in made.beyond)
    assert sorted(ends) == sorted({one.posting.posting_id for one in jobs})
    assert all(one.reason for one in made.dropped)


@given(candidates(), st.integers(0, 99))
def test_no_job_comes_twice_or_again(jobs: list[Candidate], seed: int) -> None:
    sent = sent_items(jobs, seed)
    made = curate(recipient(), SEARCHES, jobs, sent, NOON, SETTINGS)
    if not isinstance(made, Digest):
        return
    shown = [item.posting.cluster for item in (*made.items, *made.near)]
    before = [
        Cluster(key=one.cluster_key, signature=one.signature)
        for one in sent
        if NOON - one.sent_at < SETTINGS.remember_sent
    ]
    for place, cluster in enumerate(shown):
        assert not any(same_job(cluster, other) for other in shown[place + 1 :])
        assert not any(same_job(cluster, other) for other in before)


@given(candidates())
def test_caps_hold_and_a_better_fit_gives_way_to_the_company_cap_only(jobs: list[Candidate]) -> None:
    made = curate(recipient(), SEARCHES, jobs, [], NOON, SETTINGS)
    if not isinstance(made, Digest):
        return
    shown = (*made.items, *made.near)
    companies = Counter(fold_company(item.posting.company.name) for item in shown)
    assert max(companies.values()) <= SETTINGS.most_per_company
    assert 1 <= len(made.items) <= SETTINGS.most_items
    assert len(made.near) <= SETTINGS.most_near
    assert all(item.found_by and item.found_by[0].verdict.reasons for item in shown)
    assert [item.score for item in made.items] == sorted((item.score for item in made.items), reverse=True)
    full = curate(recipient(), SEARCHES, jobs, [], NOON, CurateSettings(most_items=99, most_per_company=99))
    assert isinstance(full, Digest)
    scores = {item.posting.posting_id: item.score for item in full.items}
    worst = min(item.score for item in made.items)
    for one in made.beyond:
        assert scores[one.posting_id] <= worst or "company" in one.reason


@given(candidates(), candidates())
def test_the_index_of_jobs_finds_what_comparing_all_pairs_finds(sent: list[Candidate], jobs: list[Candidate]) -> None:
    items = [
        SentItem(f"x{n}", one.posting.cluster.key, one.posting.cluster.signature, NOON) for n, one in enumerate(sent)
    ]
    known = SentJobs(items)
    for copies in gather([one.posting for one in jobs], frozenset()):
        by_pairs = any(same_job(one.posting.cluster, copy.cluster) for one in sent for copy in copies.all)
        assert (known.of(copies) is not None) == by_pairs

"""Telling one job: both ways alike, fast words that are the slow ones, and copies found without comparing all pairs."""

from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.posting import Cluster, Reach
from services.notifier.domain.curation.copies import gather
from services.rules.seat import Seat
from services.rules.signature import cluster_key, same_job, signature_of
from services.rules.text import words
from tests.support.digests import posting, words_about

SEATS = [Seat(), Seat(remote=True), Seat(towns=frozenset({"aaaa"})), Seat(towns=frozenset({"bbbb"}))]
REACHES = [Reach(scope="listed", countries=(code,)) for code in ("DE", "FR")]


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    key = cluster_key(
        draw(st.sampled_from(["Acme", "Borealis"])),
        draw(st.sampled_from(["Nurse", "Engineer"])),
        draw(st.sampled_from(REACHES)),
        draw(st.sampled_from(SEATS)),
        draw(st.sampled_from(["en", "de", None])),
    )
    shared, own = draw(st.sampled_from([(60, 0), (55, 5), (40, 20), (0, 60), (5, 0)]))
    text = f"{words_about('shared', count=shared)} {words_about(draw(st.sampled_from('xyz')), count=own)}"
    return Cluster(key=key, signature=signature_of(text))


@given(clusters(), clusters())
def test_it_is_told_alike_both_ways_and_of_a_posting_itself(cluster: Cluster, other: Cluster) -> None:
    assert same_job(cluster, cluster)
    assert same_job(cluster, other) == same_job(other, cluster)


@given(st.lists(clusters(), max_size=8))
def test_copies_are_found_as_if_all_pairs_were_compared(found: list[Cluster]) -> None:
    postings = [posting(f"p{number}", cluster=cluster) for number, cluster in enumerate(found)]
    groups = gather(postings, frozenset())
    assert sum(len(group.all) for group in groups) == len(postings)
    assert not any(same_job(group.best.cluster, other.best.cluster) for group, other in combinations(groups, 2))
    assert all(same_job(group.best.cluster, other.cluster) for group in groups for other in group.others)


@given(st.text(max_size=200))
@example("X# c++ .net \x80 \uac00")
@example("caf\u00e9 \u2013 \u2022 na\u00efve\u2019s \U0001f680 \u2122 x\u00b2 \uac00\u2026")
def test_a_signature_is_of_the_words_of_its_text(text: str) -> None:
    padding = " ".join(f"word{number}" for number in range(60))
    assert signature_of(f"{padding} {text}") == signature_of(f"{padding} {' '.join(words(text))}")

"""The phrases of the reach, taken out of one pass over a text for the words of all rules."""

from ahocorasick_rs import AhoCorasick, MatchKind
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.anchors import cues_of
from services.ingest.domain.reach_cues import phrases
from services.ingest.domain.sections import document_of

PHRASES = sorted(phrases())
LONGEST_FIRST = AhoCorasick(PHRASES, matchkind=MatchKind.LeftmostLongest)
texts = st.lists(st.sampled_from([*PHRASES, " ", " ", ", ", "x", "é", "remote only", "hybrid"])).map("".join)


@given(texts)
def test_of_overlapping_phrases_the_first_and_longest_counts_where_it_is_of_whole_words(text: str) -> None:
    expected = [
        (start, end)
        for _, start, end in LONGEST_FIRST.find_matches_as_indexes(text)
        if not (text[start - 1 : start].isalnum() and text[start].isalnum())
        and not (text[end : end + 1].isalnum() and text[end - 1].isalnum())
    ]
    assert [(cue.start, cue.end) for cue in cues_of(document_of("", text))] == expected

"""The phrases of the reach, taken out of one pass over a text for the words of all rules."""

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.reach.cues import phrases
from services.ingest.domain.text.anchors import cues_of
from services.rules.sections import document_of

PHRASES = sorted(phrases())
texts = st.lists(st.sampled_from([*PHRASES, " ", " ", ", ", "x", "é", "remote only", "hybrid"])).map("".join)


@given(texts)
def test_of_overlapping_phrases_of_whole_words_the_first_and_longest_counts(text: str) -> None:
    expected: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        ends = [at + len(phrase) for phrase in PHRASES if text.startswith(phrase, at)]
        whole = [end for end in ends if _is_whole(text, at, end)]
        if whole:
            expected.append((at, max(whole)))
        at = max(whole, default=at + 1)
    assert [(cue.start, cue.end) for cue in cues_of(document_of("", text))] == expected


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() and text[start].isalnum()) and not (
        text[end : end + 1].isalnum() and text[end - 1].isalnum()
    )

"""What nobody sees is in nothing that is shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.text.html import one_line as title_of
from services.rules.visible import visible
from services.wording.lines import one_line

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")
HIDDEN = [
    TAGS, "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u3164", "\uffa0", "\u115f", "\u2800", "\ufe00",
    "\U000e0100", "\u034f", "\u180e", "\ufffe", "\ue000", "\ud800", "\u2063", "\ufff9",
]  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_is_not_seen_leaves_nothing(hidden: str) -> None:
    assert visible(f"Py{hidden}thon") == "Python"
    assert one_line(f"Py{hidden}thon") == title_of(f"Py{hidden}thon") == "Python"


@pytest.mark.parametrize("turning", ["\u202e", "\u2066", "\u200f", "\u061c", "\n", "\x1b"])
def test_what_turns_or_ends_a_line_leaves_words_apart(turning: str) -> None:
    assert one_line(f"Python{turning}engineer") == "Python engineer"


def test_words_of_all_languages_stay_as_they_are() -> None:
    for text in ("Größe", "Инженер", "ソフトウェア", "مهندس", "नौकरी", "café 🚀", "Nhà phát triển", "C++ & C#"):
        assert visible(text) == text


@given(st.text(max_size=80))
def test_nothing_hidden_is_left(text: str) -> None:
    left = visible(text)
    assert visible(left) == left
    assert not {unicodedata.category(character) for character in left} & {"Cc", "Cf", "Cs", "Co", "Cn"}

"""What spares work in reading a text must find what the plain way finds: shortcuts pass nothing over."""

import re
from typing import Final
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain import draft as drafts
from services.ingest.domain.draft import Draft, Stated, bounded
from services.ingest.domain.employment import patterns
from services.ingest.domain.skills import reading
from services.ingest.domain.spoken.names import names_in_any_language, names_of
from services.ingest.domain.spoken.words import _ENTRIES, words_of
from services.ingest.domain.text.anchors import NAMES_OF_LANGUAGES, starts_of
from services.notifier.domain.curation import demands
from services.rules import sections
from services.rules.lexicon.builder import LANGUAGES, any_of, phrases_of
from services.rules.sections import document_of
from services.rules.skills import context
from services.rules.skills.taxonomy import fold_skill

WORDS: Final = (
    "nice to have", "is a plus", "requirements", "benefits", "dein profil", "望ましい", "nuestra oferta", "Über uns",
    "at Nimbus Fern", "•", "–", "(", ")", ":", "2026", "¿", "…", "İ", "ſ", "_",
)  # fmt: skip
LINES: Final = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=9).map(" ".join)
SENTENCES: Final = st.lists(
    st.sampled_from(("We pay", "you", "a", ".", "!", "?", ";", " ", "  ", "\n", "End", "Ä", "ß", "•", '"', ")", "(")),
    max_size=60,
).map("".join)
STOP: Final = re.compile(r"\n|[.!?;](?=\s+[A-ZÀ-Þ•\"“(])|(?<=[a-z)])[.!?](?=[A-Z])")


COUNTED: Final = st.lists(
    st.sampled_from(
        ("between", "3", "five", "fünf", "12", "and", "to", "-", "–", "+", "or more", "(3)", "(5+)", "years", "Jahren",
         "yrs", "ans", "of experience", ".", ";", "\n", "$", "1,5", "İ", "a word " * 12)
    ),
    max_size=40,
)  # fmt: skip


@given(COUNTED, st.sampled_from(("", " ")))
def test_years_are_counted_where_a_word_for_them_stands(words: list[str], between: str) -> None:
    text = between.join(words)
    found = [(match.span(), match.groups()) for match in demands.counted_years(text)]
    assert found == [(match.span(), match.groups()) for match in demands._experience().years.finditer(text)]


@given(LINES)
def test_a_heading_of_any_kind_is_one_of_all_headings(line: str) -> None:
    heading = sections._plain(line)
    assert re.sub(r"^[\W\d_]+|[\W_]+$", "", line.lower().replace("’", "'")) == heading
    if any(pattern.search(heading) for _, pattern in sections._patterns()):
        assert sections._any_heading().search(heading)


@given(SENTENCES, st.data())
def test_a_sentence_ends_at_the_nearest_stops(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    left = max((stop.end() for stop in STOP.finditer(text, max(0, start - 300), start)), default=max(0, start - 300))
    right = STOP.search(text, end, end + 300)
    expected = left, right.start() if right else min(len(text), end + 300)
    assert document_of("", text).sentence_at(start, end) == expected


STATED: Final = st.lists(st.builds(Stated, st.just("field"), st.text("ab", max_size=40)), max_size=8).map(tuple)


@given(STATED, STATED, st.text("ab", max_size=30), st.text("ab", max_size=30))
def test_a_draft_that_is_short_is_not_cut(
    skills: tuple[Stated, ...], locations: tuple[Stated, ...], title: str, url: str
) -> None:
    draft = Draft(source_id="1", title=title, company="", url=url, skills=skills, locations=locations)
    with patch.multiple(drafts, MOST_NAME=25, MOST_URL=20, MOST_STATED=5, MOST_VALUE=30, MOST_FIELD=90):
        short = drafts._is_short(draft)
        with patch.object(drafts, "_is_short", lambda _: False):
            assert not short or bounded(draft) == (draft, ())


JOINT: Final = any_of("joint.and", "joint.or")
SEPARATOR: Final = re.compile(rf"\s*(?:[,/&]|{JOINT}(?:/{JOINT})?)\s*", re.IGNORECASE)
LISTED: Final = st.lists(
    st.sampled_from(
        ("unit", "Load", " ", "  ", ",", "/", "and", "AND/OR", "or", "ory", "Und", "y", "e", "et", "Lub", "\n", "é")
    )
).map("".join)


@given(LISTED)
def test_a_list_is_cut_at_each_of_its_joints(clause: str) -> None:
    cuts = [separator.span() for separator in SEPARATOR.finditer(clause)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(clause)]
    assert list(context._items_of(clause)) == list(zip(starts, ends, strict=True))


FORMS: Final = st.lists(
    st.sampled_from(
        ("full", "time", "-", " ", "internship", "vollzeit", "praktikum", "b2b", "/", "zlecenie", "3000 pln")
    )
).map("".join)


@given(FORMS)
def test_a_form_of_employment_is_one_of_all_forms(words: str) -> None:
    known = patterns()
    if any(pattern.search(words) for _, pattern in known.forms):
        assert known.any_form.search(words)


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.data())
def test_what_may_be_said_of_languages_is_looked_for_by_its_letters(language: str, data: st.DataObject) -> None:
    known = words_of(language)
    entries = [entry for _, entries in _ENTRIES for entry in entries]
    said = [phrase for entry in entries for phrase in phrases_of(entry, languages=("en", language))]
    words = data.draw(st.sampled_from(said)).strip("*").replace("_", " ").lower() + data.draw(st.sampled_from(" x,s"))
    word = re.match(r"[^\W_]\w*", words)
    if word is not None:
        matches = {kept: kept[1].match(words) for tried in known.begun.values() for kept in tried}
        fitting = {kept for kept, match in matches.items() if match and match.end() >= word.end()}
        assert fitting <= set(known.may_be(word[0]))


NAMES: Final = st.text(st.one_of(st.sampled_from("AaCcİıßŉΣς.-_ \t#"), st.characters()), min_size=1, max_size=4)


@given(NAMES, NAMES)
def test_a_name_is_looked_for_where_words_may_begin_as_it_does(words: str, name: str) -> None:
    folded = fold_skill(name)
    if folded and fold_skill(words).startswith(folded):
        assert reading._may_begin(words, folded)


LANGUAGES_NAMED: Final = st.lists(
    st.sampled_from((*names_in_any_language(), " ", ", ", "x", "non-", "kenntnisse", "İ", "中")), max_size=12
).map("".join)


@pytest.mark.parametrize("language", LANGUAGES)
@given(LANGUAGES_NAMED)
def test_languages_are_named_where_their_anchors_stand(language: str, text: str) -> None:
    document, known = document_of("", text), names_of(language)
    everywhere = known.mentions(document.text, document.lowered)
    anchored = known.mentions(document.text, document.lowered, starts_of(document, NAMES_OF_LANGUAGES))
    assert list(anchored) == list(everywhere)

"""Folding and text queries, over all of Unicode."""

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.rules.inclusive import forms_in, read_in_place, readings
from services.rules.signature import LEAST_WORDS, signature_of
from services.rules.skills.text import haystack_of
from services.rules.text import Haystack, TextQuery, collapsed, fold, words

pieces = st.sampled_from(
    [
        '"',
        "-",
        " ",
        " OR ",
        "OR",
        "react",
        "front-end",
        "C++",
        ".NET",
        "é",
        "エンジ",
        "x",
        "“",
        "”",
        "−",
        "\0",
        "İ",
        "ß",
    ]
)
_WIDE = [
    " ",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\x1c",
    "\u00b4",
    "\u0301",
    " \u0327",
    "\u1112",
    "\u1161",
    "\u11ab",
    "\u200d",
    "\ufe0f",
]
"""White space, and what joins with what stands before it."""
queries = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=40)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def folded_whole(text: str) -> str:
    """By Unicode alone, all of it at once."""
    lowered = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFD", lowered) if not "\u0300" <= char <= "\u036f")
    plain = bare.translate(
        str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
    )
    folded = " ".join(unicodedata.normalize("NFKC", plain).split())
    return folded if folded == text else folded_whole(folded)


@given(st.text() | st.lists(st.text(max_size=4) | st.sampled_from(_WIDE), max_size=12).map("".join))
def test_what_is_folded_word_by_word_is_as_if_it_were_folded_whole(text: str) -> None:
    assert fold(text) == folded_whole(text)


@given(st.text())
def test_folding_does_not_see_case(text: str) -> None:
    assert fold(text.upper().lower()) == fold(fold(text).upper().lower())
    assert fold(text.casefold()) == fold(text)


@given(st.text())
def test_words_are_those_of_the_folded_text(text: str) -> None:
    assert words(fold(text)) == words(text)
    assert not any(char.isspace() or char == "\0" for word in words(text) for char in word)


_SIGNED = ["C++", "x++y", "F#ü", ".NET", "a.neté", "＋＋c", "．net", "“C#”"]
_PIECES = st.lists(st.text(max_size=8) | st.sampled_from(["café", "ﬁne", "№", "½", "Straße", "don’t", "5 €", *_SIGNED]))


@given(_PIECES.map(" ".join))
def test_a_signature_is_that_of_the_folded_words(text: str) -> None:
    text += " and so on" * LEAST_WORDS
    assert signature_of(text) == signature_of(" ".join(words(text)))


@given(queries)
def test_a_query_written_out_and_read_again_is_the_same(text: str) -> None:
    query = TextQuery.parse(text)
    assert TextQuery.parse(str(query)) == query


@given(queries, st.lists(pieces, max_size=30).map("".join) | st.text(max_size=60))
def test_a_query_fits_what_it_says(text: str, description: str) -> None:
    query = TextQuery.parse(text)
    read = [words(reading) for reading in (description, *read_in_place(description))]

    def occurs(term: str) -> bool:
        asked = term.split(" ")
        return any(said[at : at + len(asked)] == asked for said in read for at in range(len(said)))

    expected = all(map(occurs, query.wanted)) and not any(map(occurs, query.excluded))
    expected = expected and all(any(map(occurs, group)) for group in query.either)
    assert query.fits("", description) is expected
    assert query.fits(description, "") is expected


FORMS = {
    "Mitarbeiter/in": ("mitarbeiter", "mitarbeiterin"),
    "Kolleg*innen": ("kolleg", "kolleginnen"),
    "Kaufmann/-frau": ("kaufmann", "kauffrau"),
    "VerkäuferIn": ("verkaufer", "verkauferin"),
    "infirmier·ère": ("infirmier", "infirmiere"),
    "chef-fe": ("chef", "cheffe"),
    "vendeur(se)": ("vendeur", "vendeuse"),
    "enfermero/a": ("enfermero", "enfermera"),
    "Programad@r": ("programador", "programadora"),
    "desenvolvedor(a)": ("desenvolvedor", "desenvolvedora"),
    "operatore/trice": ("operatore", "operatrice"),
    "specjalista/ka": ("specjalista", "specjalistka"),
    "pracownik/pracowniczka": ("pracownik", "pracowniczka"),
}
_BESIDE = st.lists(
    st.sampled_from(["react", "and/or", "front-end", "in", "–", "(m/w/d)", "C++", ",", "\n", *FORMS]), max_size=8
)


@given(st.sampled_from(sorted(FORMS)), _BESIDE, _BESIDE)
def test_a_word_for_both_genders_is_found_by_either_and_finds_either(
    form: str, before: list[str], behind: list[str]
) -> None:
    text = " ".join((*before, form, *behind))
    for word in FORMS[form]:
        assert TextQuery.parse(word).fits(text, "")
        assert TextQuery.parse(word).fits("", text)
        assert not TextQuery.parse(f"-{word}").fits(text, "")
        assert TextQuery.parse(form).fits(word, "")
    assert {fold(said) for said in readings(form)} == set(FORMS[form])
    haystack = Haystack.of(text, "")
    assert haystack.as_written.split() == [*words(text), "\0"]
    assert haystack.every_word() >= {*words(text)}


@given(st.text() | st.lists(pieces | st.sampled_from(sorted(FORMS)), max_size=30).map("".join))
def test_what_stands_for_both_genders_is_read_in_order_and_changes_nothing_else(text: str) -> None:
    forms = [*forms_in(text)]
    assert all(one.end <= other.start for one, other in pairwise(forms))
    if not forms:
        assert readings(text) == (text,)
        assert read_in_place(text) == ()


terms = st.sampled_from(["a", "b", "c", "d"])


@given(st.lists(st.lists(terms, min_size=1, max_size=3), max_size=4), st.lists(terms, max_size=2), st.sets(terms))
def test_alternatives_that_are_left_out_decide_nothing(
    groups: list[list[str]], excluded: list[str], words: set[str]
) -> None:
    query = TextQuery.parse(" ".join([" OR ".join(group) for group in groups] + [f"-{term}" for term in excluded]))
    expected = all(words.intersection(group) for group in groups) and words.isdisjoint(excluded)
    assert query.fits(" ".join(sorted(words)), "") is expected


@given(st.text(max_size=40))
def test_any_text_holds_its_own_words(text: str) -> None:
    assert all(Haystack.of(text, "").holds(word) for word in words(text))


@given(
    st.text()
    | st.lists(st.sampled_from(["a", "é", " ", "  ", "\t", "\xa0", "\u2009", "\x1f", "\x85", "•"])).map("".join)
)
def test_collapsing_leaves_single_spaces_between_the_pieces_of_a_text(text: str) -> None:
    assert collapsed(text) == " ".join(text.split())


@given(st.text() | st.text(st.sampled_from("İIKkÅåẞßŸÿ’-– ?é")))
def test_a_text_and_the_same_in_lower_case_are_the_same_bytes(text: str) -> None:
    lowered = text.replace("İ", "I").lower()
    folded = haystack_of(text)
    assert len(folded) == len(text)
    assert folded == haystack_of(lowered)

"""Which spellings of an address are one mailbox, and which are another's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.allow import AllowRule
from services.notifier.domain.ids import fold_address


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("ada@example.com", " Ada@EXAMPLE.com "),
        ("a@münchen.de", "a@MÜNCHEN.de"),
        ("a@münchen.de", "a@xn--mnchen-3ya.de"),
        ("a@faß.de", "A@XN--FA-HIA.de"),
        ("a@faß.de", "a@FAẞ.de"),
        ("a@example.com", "a@\uff45\uff58ample。com"),
        ("élodie@example.com", "e\u0301lodie@example.com"),
        ("a@mu\u0308nchen.de", "a@münchen.de"),
    ],
)
def test_two_spellings_are_one_mailbox(spelling: str, other: str) -> None:
    assert fold_address(spelling) == fold_address(other)


@pytest.mark.parametrize(
    ("mailbox", "other"),
    [
        ("a@faß.de", "a@fass.de"),
        ("a@βόλος.com", "a@βόλοσ.com"),
        ("\ufb01@example.com", "fi@example.com"),
        ("\uff41da@example.com", "ada@example.com"),
        ("straße@example.com", "strasse@example.com"),
        ("ſam@example.com", "sam@example.com"),
        ("Kim@example.com".replace("K", "\u212a"), "ﬀ@example.com"),
        ("Élodie@example.com", "élodie@example.com"),
        ("ıris@example.com", "iris@example.com"),
        ("a.b@example.com", "ab@example.com"),
        ("a+b@example.com", "a@example.com"),
        ("x²@example.com", "x2@example.com"),
    ],
)
def test_two_mailboxes_are_not_taken_for_one(mailbox: str, other: str) -> None:
    assert fold_address(mailbox) != fold_address(other)


@given(st.text(max_size=40))
def test_anything_folds_and_folding_again_changes_nothing(text: str) -> None:
    folded = fold_address(text)
    assert fold_address(folded) == folded


@given(
    st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=8).filter(lambda t: "@" not in t)
)
def test_of_the_local_part_only_the_case_of_ascii_and_its_composition_are_ignored(local: str) -> None:
    composed = unicodedata.normalize("NFC", local)
    lowered = "".join(letter.lower() if letter.isascii() else letter for letter in composed)
    assert fold_address(f"{local}@example.com") == f"{lowered}@example.com"


def test_who_may_be_mailed_is_told_apart_in_the_same_way() -> None:
    rule = AllowRule(["a@fass.de", "@strasse.de", "fi@example.com", "jö@münchen.de"])
    for allowed in ("A@FASS.de", "anyone@strasse.de", "jö@xn--mnchen-3ya.de"):
        assert rule.allows(allowed)
    for other in ("a@faß.de", "anyone@straße.de", "\ufb01@example.com", "JÖ@münchen.de"):
        assert not rule.allows(other)

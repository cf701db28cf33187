"""What is misspelt is neither asked for nor lost: the sentence is offered as it may have been meant."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said


@in_one_test(
    "text, meant",
    [
        ("looking for warehose job near Leeds", "looking for warehouse job near Leeds"),
        ("acountant in Dubai", "accountant in Dubai"),
        ("electrcian glasgow", "electrician glasgow"),
        # As who writes it is called.
        ("enfremera Madrid", "enfermera Madrid"),
        ("Altenpflgerin in Leipzig", "Altenpflegerin in Leipzig"),
        ("softwre enginer remote", "software engineer remote"),
        ("pyhton developer remote", "python developer remote"),
        ("java pyhton", "java python"),
        ("nurse in manchster", "nurse in Manchester"),
        ("enfremera en sevila turno de noche", "enfermera en Sevilla turno de noche"),
        ("beekeeper", ""),
        ("Falconer remote", ""),
        ("remote, no acountants", ""),
        ("locker room attendant", ""),
        ("work after my degree, remote", ""),
        ("customer things, Japan", ""),
        # A trade or a town that is understood needs no other.
        ("nurse Dublin, warehose", ""),
        ("nurse in Dublin manchster", ""),
    ],
)
def test_a_sentence_is_offered_as_it_may_have_been_meant(text: str, meant: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.meant == meant


def test_a_town_that_follows_no_word_for_in_is_meant_where_its_writer_is() -> None:
    near, far = (asked_in("enfermera sevila mañanas", "EUR", NOW, country) for country in ("ES", "DE"))
    assert near is not None
    assert far is not None
    assert near.meant == "enfermera Sevilla mañanas"
    assert far.meant == ""


@in_one_test("text", [("acountant in Dubai"), ("pyhton developer remote"), ("nurse in manchster")])
def test_what_is_misspelt_is_quoted_and_not_asked_for(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert len(asked.missed) == 1
    meant = asked_in(asked.meant, "EUR", NOW)
    assert meant is not None
    assert meant.missed == ()
    assert {*said(asked).split("; ")} - {*said(meant).split("; ")} == {f"“{asked.missed[0]}”"}

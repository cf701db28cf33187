"""The people and the pairs of the yardstick are what it can be measured with, and a reader's mistakes are named."""

from pathlib import Path
from typing import get_args

import pytest

from bench.relevance.judgements import ClaimJudgement, Fault, Judgement, read
from bench.relevance.pairs import DECIDING_PAIRS, TRAINING_PAIRS, read_pairs
from bench.relevance.people import LABELS, Group, people
from services.usecases import importing


def test_everybody_can_be_subscribed() -> None:
    entries = importing.read(None, "\n".join(person.line for person in people()))
    assert [entry for entry in entries if isinstance(entry, importing.Fault)] == []


def test_pairs_are_of_known_people_and_drawn_once() -> None:
    pairs = [(pair.person, pair.posting) for pair in read_pairs()]
    assert len(pairs) == len(set(pairs))
    assert {person for person, _ in pairs} == {person.name for person in people()}


@pytest.mark.parametrize("group", ["training", "deciding"])
def test_those_who_teach_the_chance_or_decide_are_other_people_than_those_who_are_counted(group: Group) -> None:
    some = people([group])
    entries = importing.read(None, "\n".join(person.line for person in some))
    assert [entry for entry in entries if isinstance(entry, importing.Fault)] == []
    others = people([other for other in get_args(Group) if other != group])
    assert {person.name for person in some}.isdisjoint(person.name for person in others)


@pytest.mark.parametrize(("group", "file"), [("training", TRAINING_PAIRS), ("deciding", DECIDING_PAIRS)])
def test_every_pair_that_teaches_the_chance_or_decides_is_judged_once(group: Group, file: Path) -> None:
    pairs = [(pair.person, pair.posting) for pair in read_pairs(file)]
    said = list(read(LABELS / f"judgements-{group}.jsonl"))
    assert [(one.person, one.posting) for one in said if isinstance(one, Judgement)] == pairs
    assert len(said) == len(pairs) == len(set(pairs))
    assert {person for person, _ in pairs} == {person.name for person in people([group])}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"person": "a", "posting": "f#1", "verdict": "fine", "reader": "x"}', "verdict"),
        ('{"person": "a", "posting": "f#1", "verdict": "wrong", "reader": "x"}', "cause"),
        ('{"person": "a", "posting": "f#1", "verdict": "good", "cause": "pay", "reader": "x"}', "cause"),
        ('{"person": "a", "posting": "f#1", "claim": "asks for: SQL", "true": "yes", "reader": "x"}', "true"),
        ('{"person": "a", "verdict": "good", "reader": "x"}', "posting"),
        ("nothing", "no JSON"),
    ],
)
def test_a_line_that_says_nothing_usable_is_a_fault(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "judgements.jsonl"
    file.write_text(line)
    (fault,) = read(file)
    assert isinstance(fault, Fault)
    assert said in fault.said


def test_pairs_and_claims_are_read_from_one_file(tmp_path: Path) -> None:
    file = tmp_path / "judgements.jsonl"
    file.write_text(
        '{"person": "a", "posting": "f#1", "verdict": "wrong", "cause": "pay", "note": "too little", "reader": "x"}\n'
        '{"person": "a", "posting": "f#1", "claim": "asks for: SQL", "true": false, "reader": "x"}\n'
    )
    assert list(read(file)) == [
        Judgement("a", "f#1", "wrong", "pay", "too little", "x"),
        ClaimJudgement("a", "f#1", "asks for: SQL", False, "x"),
    ]

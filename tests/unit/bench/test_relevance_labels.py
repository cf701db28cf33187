"""The people and the pairs of the yardstick are what it can be measured with, and a reader's mistakes are named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from bench.relevance.captured import Captured
from bench.relevance.draw import draw, sent_later
from bench.relevance.fitting import searches_of
from bench.relevance.judgements import ClaimJudgement, Fault, Judgement, read
from bench.relevance.pairs import DECIDING_PAIRS, SENT_LATER, TRAINING_PAIRS, Pair, read_pairs
from bench.relevance.people import LABELS, Group, people
from bench.relevance.run import Run, Sent
from bench.relevance.training import most_of
from services.rules.home import home_meant
from services.rules.places.known import is_country
from services.usecases import importing

DAY = datetime(2025, 9, 1, 8, tzinfo=UTC)


def test_everybody_can_be_subscribed() -> None:
    entries = importing.read(None, "\n".join(person.line for person in people()))
    assert [entry for entry in entries if isinstance(entry, importing.Fault)] == []


def test_pairs_are_of_known_people_and_drawn_once() -> None:
    pairs = [(pair.person, pair.posting) for pair in read_pairs()]
    assert len(pairs) == len(set(pairs))
    assert {person for person, _ in pairs} == {person.name for person in people()}


def test_what_was_sent_later_was_not_drawn_weighs_nothing_and_is_judged_once() -> None:
    pairs = read_pairs(SENT_LATER)
    keys = {(pair.person, pair.posting) for pair in pairs}
    assert len(keys) == len(pairs) > 0
    assert keys.isdisjoint((pair.person, pair.posting) for pair in read_pairs())
    assert {pair.weight for pair in pairs} == {0.0}
    files = [LABELS / f"judgements-{half}.jsonl" for half in ("seen", "unseen")]
    said = [(judged.person, judged.posting) for file in files for judged in read(file) if isinstance(judged, Judgement)]
    assert sorted(key for key in said if key in keys) == sorted(keys)


def test_what_is_mailed_and_was_not_drawn_is_to_be_judged_but_for_near_misses() -> None:
    def sent(posting: str, *, near: bool = False) -> Sent:
        return Sent("ada", datetime(2025, 9, 1, 8, tzinfo=UTC), 1, posting, near, searches=(), score=1.0)

    done = Run((sent("drawn"), sent("new"), sent("new"), sent("near", near=True)), mails=1)
    assert sent_later(done, [Pair("ada", "drawn", "sent", 2.0)]) == [Pair("ada", "new", "sent later", 0.0)]


def test_what_two_spans_mail_is_drawn_once_and_of_what_was_not_sent_no_more_than_asked() -> None:
    [person] = [person for person in people() if person.name == "sigrid"]
    items = {
        str(number): Captured(
            str(number), f"Customer Support {number}", f"firm {number}", DAY, {"location": "Athens, Greece"}, ""
        )
        for number in range(60)
    }
    mailed = [
        Sent(person.name, DAY + timedelta(days=days), 1, "0", near=False, searches=(), score=1.0) for days in (1, 40)
    ]
    pairs = draw([person], Run(tuple(mailed), mails=2), items, refused=11)
    assert [(pair.posting, pair.weight) for pair in pairs if pair.stratum == "sent"] == [("0", 1.0)]
    refused = [pair for pair in pairs if pair.stratum != "sent"]
    assert 0 < len(refused) <= 11
    assert sum(pair.weight for pair in refused) == pytest.approx(59)


@pytest.mark.parametrize("group", ["training", "deciding"])
def test_those_who_teach_the_chance_or_decide_are_other_people_than_those_who_are_counted(group: Group) -> None:
    some = people([group])
    entries = importing.read(None, "\n".join(person.line for person in some))
    assert [entry for entry in entries if isinstance(entry, importing.Fault)] == []
    others = people([other for other in get_args(Group) if other != group])
    assert {person.name for person in some}.isdisjoint(person.name for person in others)


def test_what_somebody_says_of_home_and_years_is_read_and_may_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = """
        [NAME]
        who = "Somebody"
        lives = "Lyon, France"
        speaks = ["fr"]
        time_zone = "Europe/Paris"
        currency = "EUR"
        wanted = { title = "a", where = "b", body = "c" }
        around = "d"
        searches = []
    """
    resident = person.replace("NAME", "told") + 'home = "Lyon, FR"\nyears = 0\n'
    (tmp_path / "people-deciding.toml").write_text(resident + person.replace("NAME", "silent"))
    monkeypatch.setattr("bench.relevance.people.LABELS", tmp_path)
    assert [(person.name, person.home, person.years) for person in people(["deciding"])] == [
        ("told", "Lyon, FR", 0),
        ("silent", None, None),
    ]


@pytest.mark.parametrize("group", get_args(Group))
def test_homes_are_towns_or_countries_that_the_place_table_knows(group: Group) -> None:
    for person in people([group]):
        if person.home is not None:
            home = home_meant(person.home)
            assert is_country(home.country), person.name
            assert (home.town is None) == (", " not in person.home), person.name
        assert person.years is None or 0 <= person.years <= 45


def test_a_home_is_meant_as_a_subscriber_means_it_who_writes_no_accents() -> None:
    [aarav] = [person for person in people(["training"]) if person.home == "Thane, IN"]
    assert [str(wish.town and wish.town.label) for _, wish in searches_of(aarav)] == ["Thāne, IN", "Thāne, IN"]


@pytest.mark.parametrize(("group", "file"), [("training", TRAINING_PAIRS), ("deciding", DECIDING_PAIRS)])
def test_every_pair_that_teaches_the_chance_or_decides_is_judged_once(group: Group, file: Path) -> None:
    pairs = [(pair.person, pair.posting) for pair in read_pairs(file)]
    said = list(read(LABELS / f"judgements-{group}.jsonl"))
    assert [(judged.person, judged.posting) for judged in said if isinstance(judged, Judgement)] == pairs
    assert len(said) == len(pairs) == len(set(pairs))
    assert {person for person, _ in pairs} == {person.name for person in people([group])}


@pytest.mark.parametrize("group", ["training", "deciding"])
def test_more_of_what_fits_is_drawn_in_the_same_shares(group: Group) -> None:
    usual, doubled = most_of(group, None), most_of(group, 2 * sum(most_of(group, None).values()))
    assert doubled == {stratum: 2 * some for stratum, some in usual.items()}


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

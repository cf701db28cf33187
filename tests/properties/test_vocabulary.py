"""What holds of the whole vocabulary, and of any text at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.rules.data import make_places, make_skills
from services.rules.places.data import place_data
from services.rules.places.known import (
    canonical_place,
    countries_of,
    find_places,
    is_country,
    nearest_places,
    place_name,
)
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import fold
from tests.support.in_one_test import in_one_test
from tests.support.long_form import examples

DATA = Path(make_skills.__file__).parent

_NAMES = [*taxonomy().names()[:400], "Go", "R", "C", "Spark", "English", "Georgia", "Paris", "US", "CA", "TX", "EU"]
_BETWEEN = [", ", " and ", "\n", "- ", ". ", " ", "(", ")", "/", "in ", "remote ", "+", "#", ".", "s", "https://", "@"]
_ODD = ["San José", "İstanbul", "ﬁ", "ẞ", "\u00a0", "ǅ"]
_pieces = st.sampled_from([*_NAMES, *_BETWEEN, *_ODD])
texts = st.one_of(st.text(), st.lists(_pieces, max_size=25).map("".join))


@given(texts)
@settings(max_examples=examples(300))
def test_any_text_can_be_searched_for_skills(text: str) -> None:
    reached = 0
    for mention in taxonomy().find(text):
        assert reached <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert taxonomy().canonical(mention.name) == mention.name
        reached = mention.end


@given(texts)
@settings(max_examples=examples(300))
def test_any_text_can_be_searched_for_places(text: str) -> None:
    reached = 0
    for mention in find_places(text):
        assert reached <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.kind != "city" or is_country(mention.code)
        assert mention.subdivision is None or mention.subdivision.startswith(mention.code + "-")
        reached = mention.end


@given(texts)
@settings(max_examples=examples(200))
def test_any_text_can_be_asked_for(text: str) -> None:
    name = taxonomy().canonical(text)
    assert name is None or taxonomy().canonical(name) == name
    code = canonical_place(text)
    assert code is None or canonical_place(code) == code
    assert len(taxonomy().nearest(text)) <= 3
    assert len(nearest_places(text)) <= 3


def test_every_spelling_finds_its_skill() -> None:
    skills = json.loads((DATA / "skills.json").read_text(encoding="utf-8"))["skills"]
    lost = [
        (written, name)
        for name, entry in skills.items()
        for written in (name, *entry.get("aliases", ()))
        if taxonomy().canonical(written) != name
    ]
    assert lost == []
    assert len(skills) >= 1500


def test_every_role_says_its_skill_in_a_title() -> None:
    skills = json.loads((DATA / "skills.json").read_text(encoding="utf-8"))["skills"]
    roles = [(title, name) for name, entry in skills.items() for title in entry.get("roles", ())]
    assert [(title, name) for title, name in roles if name not in taxonomy().of_title(title)] == []
    assert len(roles) >= 2000


def test_a_pick_that_no_package_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "packaged.toml").write_text('[[group]]\nkind = "tool"\nnames = ["Known", "Gone"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"packaged\.toml: no package has 'Gone'"):
        make_skills.read_skills(tmp_path, packages={"Known": ["known-js"]})


def test_a_package_lends_spellings_that_no_skill_has(tmp_path: Path) -> None:
    group = '[[group]]\nkind = "tool"\nnames = ["Own", "Other"]\n'
    (tmp_path / "a.toml").write_text(group, encoding="utf-8")
    skills = make_skills.read_skills(tmp_path, packages={"own": ["ownjs", "other", "o"], "Unknown": ["x-y-z"]})
    assert skills["Own"]["searched"] == ["ownjs"]
    assert "searched" not in skills["Other"]


def test_a_skill_keeps_the_parents_that_another_file_names_before_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        '[[group]]\nkind = "tool"\nnames = ["Large", "Wide"]\n[group.parents]\nSmall = ["Large"]\n', encoding="utf-8"
    )
    (tmp_path / "b.toml").write_text(
        '[[group]]\nkind = "tool"\nimplies = ["Wide"]\nnames = ["Small"]\n', encoding="utf-8"
    )
    assert make_skills.read_skills(tmp_path)["Small"]["parents"] == ["Large", "Wide"]


def _families(folder: Path, table: str) -> dict[str, list[str]]:
    (folder / "a.toml").write_text(
        '[[group]]\nkind = "method"\nnames = ["Law", "Tax Law", "Moral Law", "Notary"]\n'
        '[[group]]\nkind = "tool"\nnames = ["Acme Law"]\n',
        encoding="utf-8",
    )
    (folder / "families.toml").write_text(table, encoding="utf-8")
    skills = make_skills.read_skills(folder)
    make_skills.add_families(skills, folder)
    return {name: entry["parents"] for name, entry in skills.items() if entry.get("parents")}


def test_a_family_is_what_ends_alike_and_what_it_names(tmp_path: Path) -> None:
    table = '[Law]\nends = ["Law"]\nnot = ["Moral Law"]\nnames = ["Notary"]\n'
    assert _families(tmp_path, table) == {"Tax Law": ["Law"], "Notary": ["Law"]}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('names = ["Gone"]', "'Gone' is no skill"),
        ('not = ["Notary"]', "'Notary' is no kind of 'Law' anyway"),
        ('names = ["Tax Law"]', "'Tax Law' ends as all of 'Law' do"),
    ],
)
def test_a_line_of_a_family_that_changes_nothing_is_refused(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        _families(tmp_path, f'[Law]\nends = ["Law"]\n{line}\n')


def test_parents_are_known_and_never_their_own_ancestors() -> None:
    known = set(taxonomy().names())
    for name in known:
        parents = taxonomy().parents(name)
        assert parents <= known
        assert name not in parents


def test_a_country_is_found_by_its_name_in_every_language_of_the_table() -> None:
    data = place_data()
    assert {name: code for name, code in data.fields.items() if canonical_place(name) != code} == {}
    assert {code for code in data.countries if code not in set(data.fields.values())} == set()
    assert all(fold(name) == name for name in data.fields)


@in_one_test("code", [*sorted(place_data().members), "US-CA", "GB-SCT", "DE"])
def test_every_code_has_a_name_and_stands_for_itself(code: str) -> None:
    assert canonical_place(code) == code
    assert place_name(code)


def test_groups_hold_countries_only() -> None:
    for group, countries in place_data().members.items():
        assert countries == countries_of(group)
        assert countries
        assert all(is_country(code) for code in countries)


def test_the_compiled_data_is_that_of_the_tables() -> None:
    assert json.loads((DATA / "skills.json").read_text(encoding="utf-8")) == make_skills.compiled(DATA / "skills")
    compiled = make_places.compiled()
    shipped = json.loads((DATA / "places.json").read_text(encoding="utf-8"))
    if compiled["babel"] != shipped["babel"]:  # names of another CLDR: the rest must still be ours
        for table in ("fields", "ambiguous", "text", "countries", "town_names", "babel"):
            compiled.pop(table), shipped.pop(table)
    assert shipped == compiled


def test_a_spelling_that_two_skills_claim_is_refused(tmp_path: Path) -> None:
    aliases = '[group.aliases]\nOne = ["A Thing"]\nTwo = ["a-thing"]\n'
    group = f'[[group]]\nkind = "tool"\n{aliases}[group.parents]\nOne = ["Three"]\n'
    (tmp_path / "a.toml").write_text(group, encoding="utf-8")
    with pytest.raises(ValueError, match="'a-thing' is claimed by 'One' and 'Two'") as refused:
        make_skills.read_skills(tmp_path)
    assert "the parent 'Three' is no skill" in str(refused.value)

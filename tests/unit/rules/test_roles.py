"""The taxonomy of roles: what people call them, and how close they are."""

import pytest

from services.rules.roles.taxonomy import LANGUAGES, roles
from services.wording.words import LANGUAGES as MAILS


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("product designer", "product-designer"),
        ("Product Designer", "product-designer"),
        ("product-designer", "product-designer"),
        ("Buchhalter", "accountant"),
        ("Buchhalterin", "accountant"),
        ("Physiotherapeutin", "physiotherapist"),
        ("Innenarchitektin", "interior-designer"),
        ("Sekretärin", "administrative-assistant"),
        ("Finanzanalystin", "financial-analyst"),
        ("Logopädin", "speech-therapist"),
        ("Souschefin", "cook"),
        ("Verkäufer", "sales-assistant"),
        ("jefa de proyecto", "project-manager"),
        ("infirmière", "nurse"),
        ("programadora", "software-engineer"),
        ("Pielęgniarka", "nurse"),
        ("magazziniere", "warehouse-worker"),
        ("Golang developer", "backend-engineer"),
        ("senior data engineer", "data-engineer"),
    ],
)
def test_a_role_is_known_by_its_id_and_by_what_people_call_it(said: str, role: str) -> None:
    found = roles().find(said)
    assert found is not None
    assert found.id == role


@pytest.mark.parametrize("said", ["", "   ", "qwertz", "🙂", "of the", "Retention Associate", "Head of Retention"])
def test_what_names_no_role_is_none(said: str) -> None:
    assert roles().find(said) is None


@pytest.mark.parametrize(
    ("a", "b", "closeness"),
    [
        ("backend-engineer", "backend-engineer", "same"),
        ("backend-engineer", "full-stack-engineer", "near"),
        ("backend-engineer", "ios-engineer", "family"),
        ("backend-engineer", "solutions-engineer", "far"),
        ("engineering-manager", "software-engineer", "far"),
        ("accountant", "nurse", "far"),
        ("bookkeeper", "accountant", "near"),
        # Another licence, selling and serving, programming and not, leading and doing.
        ("nurse", "physician-assistant", "family"),
        ("nurse", "midwife", "family"),
        ("nurse", "nursing-associate", "family"),
        ("nursing-associate", "care-assistant", "family"),
        ("nurse", "mental-health-nurse", "family"),
        ("nurse", "practical-nurse", "family"),
        ("psychologist", "psychotherapist", "family"),
        ("teacher", "primary-teacher", "family"),
        ("physiotherapist", "occupational-therapist", "family"),
        ("occupational-therapist", "speech-therapist", "family"),
        ("lawyer", "paralegal", "family"),
        ("sales-development-representative", "call-center-agent", "far"),
        ("game-developer", "game-designer", "far"),
        ("data-manager", "data-analyst", "family"),
    ],
)
def test_closeness_is_said_both_ways(a: str, b: str, closeness: str) -> None:
    assert roles().closeness(a, b) == roles().closeness(b, a) == closeness


def test_neighbours_are_roles_and_no_two_are_both_near_and_far() -> None:
    known = roles()
    for role in known:
        assert role.near <= {each.id for each in known}
        assert role.far <= {each.id for each in known}
        for far in role.far:
            assert known.closeness(role.id, far) == "far"
        for near in known.neighbours(role.id):
            assert role.id in known.neighbours(near)
            assert known.closeness(role.id, near) == "near"


def test_each_role_has_a_name_in_each_language_of_mails_and_is_found_by_each_title() -> None:
    known = roles()
    assert 330 <= len(known) <= 400
    for role in known:
        assert set(MAILS) <= role.titles.keys() <= set(LANGUAGES)
        for titles in role.titles.values():
            for title in titles:
                found = known.find(title)
                assert found is not None
                assert found.id == role.id, title


def test_each_family_has_roles_and_a_name_in_three_languages() -> None:
    known = roles()
    assert {role.family for role in known} == known.families.keys()
    assert all({"en", "de", "es"} <= family.names.keys() for family in known.families.values())

"""Roles by the words of people who look for work, which say more than postings are read by: "EA", "magasin"."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from services.rules.roles.taxonomy import Role, Roles, roles
from services.rules.roles.vocabulary import Stems


@cache
def roles_as_said() -> Roles:
    """The taxonomy with these words besides."""
    return Roles(roles().families.values(), map(_as_said, roles()), of_people=True)


def called_too(title: str) -> tuple[str, ...]:
    """The roles that people mean by the title of another one as well: "ejecutivo de cuentas"."""
    return _called_too().get(_stems(title), ())


def named_too(field: str) -> tuple[str, ...]:
    """The roles for which the name of a field stands as well, where people name nothing else: "security jobs"."""
    return _named_too().get(_stems(field), ())


def _as_said(role: Role) -> Role:
    own = (
        title
        for title in role.said
        if (stems := _stems(title)) not in roles().vocabulary.titles and not _is_field_of_others(stems, role)
    )
    titles = {**role.titles, "en": (*role.titles["en"], *own)}
    return replace(role, titles=titles, fields=(*role.fields, *role.said_fields))


@cache
def _called_too() -> Mapping[Stems, tuple[str, ...]]:
    found: dict[Stems, tuple[str, ...]] = {}
    for role in roles():
        for stems in map(_stems, role.said):
            if stems in roles().vocabulary.titles:
                found[stems] = (*found.get(stems, ()), role.id)
    return found


@cache
def _named_too() -> Mapping[Stems, tuple[str, ...]]:
    found: dict[Stems, tuple[str, ...]] = {}
    for role in roles():
        for stems in map(_stems, role.said):
            if _is_field_of_others(stems, role):
                found[stems] = (*found.get(stems, ()), role.id)
    return found


def _is_field_of_others(stems: Stems, role: Role) -> bool:
    """Whether what a role is called by people is the name of a field, and none of its own."""
    by_head = roles().vocabulary.fields.get(stems, {})
    return bool(by_head) and role.id not in by_head.values()


def _stems(title: str) -> Stems:
    return tuple(word.stem for word in roles().vocabulary.words(title))

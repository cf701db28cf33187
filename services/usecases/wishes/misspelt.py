"""Trades that words which nobody understood are spelt nearly like: offered, as they may be meant."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.rules.roles.said import roles_as_said as roles
from services.rules.roles.words import stem
from services.usecases.wishes.sentence import is_idle, is_vague
from services.usecases.wishes.titles import Offer

_LEAST: Final = 6
"""Letters: of shorter words one letter makes another."""
_LIKE: Final = 0.83
"""One letter of six is another, stands elsewhere, is left out or too many."""
_MOST: Final = 3


def misspelt(parts: Sequence[str]) -> Iterator[Offer]:
    """The trade that each part may name, by the whole or by its first word that is like one: "warehose job"."""
    for part in parts[:_MOST]:
        words = [word for word in part.split() if not is_idle(word) and not is_vague(word)]
        for said in dict.fromkeys((" ".join(words), *words)):
            if len(said) >= _LEAST and (role := _like(said)):
                yield Offer(role, said)
                break


def _like(said: str) -> str:
    stems = _stems(said)
    if stems in _called():
        return ""  # What is spelt rightly has been understood for what it is.
    found = process.extractOne(stems, _called().keys(), scorer=OSA.normalized_similarity, score_cutoff=_LIKE)
    return _called()[found[0]] if found else ""


@cache
def _called() -> Mapping[str, str]:
    """Roles by what they and their fields are called."""
    titles = {_stems(title): role.id for role in roles() for some in role.titles.values() for title in some}
    fields = {_stems(field): role.id for role in roles() for field in role.fields if len(field) >= _LEAST}
    return fields | titles


def _stems(said: str) -> str:
    """One for both genders and numbers."""
    return " ".join(map(stem, said.split()))

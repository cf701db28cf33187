"""What kinds of jobs past postings are, by the role that decides it, and what other roles would let in."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from schemas.criteria import Criteria
from services.matcher.adapters.memory.columns import Bools, Rows
from services.matcher.adapters.memory.past_columns import AlikeColumn
from services.rules.criterion import ROLES_ANY, Criterion
from services.rules.criterion.role import RoleFacts
from services.rules.prepared import PreparedPosting

_TITLED: Final = 8


@dataclass(frozen=True, slots=True)
class PastKind:
    """Those that fit and are first of all one thing."""

    role: str
    fit: int
    weighed: int
    """Of the newest that fit."""
    mailed: int
    """Of those."""
    titles: tuple[str, ...]
    """Of the newest of this kind, the newest first, each once."""


@dataclass(frozen=True, slots=True)
class PastKinds:
    """What fits by its deciding role, and what other wishes for roles would let in."""

    kinds: tuple[PastKind, ...]
    """Those of which most would be mailed, then those that most are of."""
    others: int
    """Postings of further kinds."""
    untold: int
    """Those of which nothing says the role."""
    left_out: tuple[tuple[str, int], ...]
    """Each role that is excluded, with how many fit all else."""
    beside: tuple[tuple[str, int], ...]
    """Roles near those that will do, and their siblings, with how many more each would let in; the most first."""


class RoleColumn(AlikeColumn):
    """What postings are, and what they call it."""

    def __init__(self, criterion: Criterion[RoleFacts]) -> None:
        super().__init__(criterion)
        self._titles: list[str] = []

    def add(self, prepared: PreparedPosting) -> None:
        super().add(prepared)
        self._titles.append(prepared.posting.title)

    def keep(self, rows: Rows) -> None:
        super().keep(rows)
        self._titles = [self._titles[row] for row in rows]

    def kinds(self, fits: Bools, newest: Rows, mailed: Rows, most: int) -> tuple[tuple[PastKind, ...], int, int]:
        """Of what fits the kinds that are told, how many are of others, and of how many nothing says it.

        `newest`: of the fitting rows, the newest first; `mailed`: those of them that mails would hold.
        """
        fit, weighed, likely = self._deciding(fits), self._deciding(newest), self._deciding(mailed)
        untold = fit.pop("", 0)
        best = sorted(fit, key=lambda role: (-likely[role], -fit[role], role))
        kinds = tuple(
            PastKind(role, fit[role], weighed[role], likely[role], self._titles_of(role, fits, newest))
            for role in best[:most]
        )
        return kinds, sum(fit[role] for role in best[most:]), untold

    def left_out(self, fits: Bools, criteria: Criteria) -> tuple[tuple[str, int], ...]:
        """Each role that is excluded, with how many it is of what fits all else."""
        counted = self._deciding(fits)
        return tuple((role, counted[role]) for role in criteria.roles.none)

    def beside(self, fits: Bools, criteria: Criteria) -> tuple[tuple[str, int], ...]:
        """What each role beside those that will do would let in of what fits all but these, the most first."""
        wanted, more = ROLES_ANY.beside(criteria), Counter[str]()
        for number, count in self._alike(fits) if wanted else ():
            prepared = self._first[number]
            own = wanted.intersection(prepared.posting.roles)
            for role in own | (wanted & prepared.near_roles) if criteria.roles.neighbours else own:
                more[role] += count
        return tuple(sorted(more.items(), key=lambda opened: (-opened[1], opened[0])))

    def _deciding(self, found: Bools | Rows) -> Counter[str]:
        """How many of some rows are what first of all; those of which nothing says it under no name."""
        counted: Counter[str] = Counter()
        for number, count in self._alike(found):
            counted[next(iter(self._first[number].posting.roles), "")] += count
        return counted

    def _titles_of(self, role: str, fits: Bools, newest: Rows) -> tuple[str, ...]:
        """Of the newest; where none of them is of this kind, of those that were read last."""
        own = np.array([first.posting.roles[:1] == (role,) for first in self._first])[self._number_of.view]
        rows = newest[own[newest]][:_TITLED]
        if not rows.size:
            rows = np.flatnonzero(fits & own)[: -1 - _TITLED : -1]
        return tuple(dict.fromkeys(self._titles[row] for row in rows))

    def _alike(self, found: Bools | Rows) -> list[tuple[int, int]]:
        """The numbers of what some rows are, each with how many are that."""
        counts = np.bincount(self._number_of.view[found], minlength=len(self._first))
        numbers = np.flatnonzero(counts)
        return list(zip(numbers.tolist(), counts[numbers].tolist(), strict=True))

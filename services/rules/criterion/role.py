"""What the job is: roles of which a posting must be one, and roles that it must not be first of all."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.criteria import Criteria, RoleTerms
from services.rules.criterion.base import (
    SILENT,
    UNSAID,
    CriteriaError,
    Criterion,
    F,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
    Unwanted,
    few,
    quoted,
    unknown,
    yes_or_no,
)
from services.rules.prepared import PreparedPosting
from services.rules.roles.siblings import siblings_of
from services.rules.roles.taxonomy import Closeness, Role, roles
from services.rules.text import TextQuery

_DISTANCE: Final[Mapping[Closeness, float]] = {"same": 0.0, "near": 0.3, "family": 0.6, "far": 0.9}
_BY_CLOSENESS: Final = tuple(_DISTANCE)


@dataclass(frozen=True, slots=True)
class RoleFacts(Facts):
    """What a job is, against what is asked; ids of roles."""

    of_the_work = True
    weighty = True

    asked: tuple[str, ...]
    own: tuple[str, ...]
    """Those of the posting; empty where nothing says so."""
    found: tuple[str, ...]
    """Those of them that are asked for."""
    near: tuple[str, ...] = ()
    """Where none is: those of them that are near, and fit if neighbours will do."""
    near_to: tuple[str, ...] = ()
    """Those asked for that these are near."""
    closeness: Closeness | None = None
    """Of the closest of them to what is asked."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return bool(self.own)


@dataclass(frozen=True, slots=True)
class OtherRoleFacts(Facts):
    """What a job must not be first of all; ids of roles."""

    of_the_work = True

    asked: tuple[str, ...]
    deciding: str | None
    """Of the posting; None where nothing says so."""

    @property
    def excludes(self) -> bool:
        """Whether it only keeps clear of something."""
        return True


class _Roles(Criterion[F]):
    evidence = "roles"
    part = "roles"

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """Both lists together: no role may be in both."""
        return {"roles": _canonical(criteria)}

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """Its roles, the deciding one first."""
        return prepared.posting.roles


class RolesAny(_Roles[RoleFacts]):
    """Asks for one of some roles, or one near them; a posting of which nothing says the role may be accepted."""

    name = "roles.any"
    untold = 0.9

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.roles.any)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether one of the posting's roles is asked for, or near."""
        asked, own = criteria.roles.any, prepared.posting.roles
        if not asked:
            return "yes"
        if not own:
            return yes_or_no(accepts_unknown_role(criteria))
        if any(role in asked for role in own):
            return "yes"
        return yes_or_no(criteria.roles.neighbours and not prepared.near_roles.isdisjoint(asked))

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """All roles that will do."""
        if not criteria.roles.any:
            return None
        suit = _suiting(criteria.roles)
        return Narrowing((*suit, UNSAID) if accepts_unknown_role(criteria) else suit)

    def terms_of(self, prepared: PreparedPosting) -> tuple[str, ...]:
        """Its roles."""
        return tuple(dict.fromkeys(prepared.posting.roles)) or (UNSAID,)

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Which of its roles is asked for, else how close they come."""
        asked, own, known = criteria.roles.any, prepared.posting.roles, roles()
        found = tuple(role for role in own if role in asked)
        near = () if found else tuple(role for role in own if not known.neighbours(role).isdisjoint(asked))
        near_to = tuple(role for role in asked if not known.neighbours(role).isdisjoint(near))
        closest = min(
            (known.closeness(role, wanted) for role in own for wanted in asked), key=_BY_CLOSENESS.index, default=None
        )
        return Reason(self.name, self.fit(criteria, prepared), RoleFacts(asked, own, found, near, near_to, closest))

    def without(self, criteria: Criteria) -> Relaxation:
        """Any role."""
        return self._relaxed(criteria, "without", None, any=(), neighbours=False, accept_unknown=None)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Roles that are near; postings of which nothing says the role."""
        if not criteria.roles.neighbours:
            yield self._relaxed(criteria, "tolerate", None, neighbours=True)
        if not accepts_unknown_role(criteria):
            yield self._relaxed(criteria, "accept", None, accept_unknown=True)

    def beside(self, criteria: Criteria) -> frozenset[str]:
        """Roles near those that will do, and siblings of those asked for; none excluded, nor far from all asked for."""
        asked, known = criteria.roles, roles()
        suiting, siblings = _suiting(asked), map(siblings_of, asked.any)
        found = frozenset[str]().union(*map(known.neighbours, suiting), *siblings).difference(suiting, asked.none)
        return frozenset(role for role in found if any(known.closeness(role, wanted) != "far" for wanted in asked.any))

    def adding(self, criteria: Criteria, role: str) -> Relaxation:
        """One more role of which any will do."""
        return self._relaxed(criteria, "add", role, any=tuple(sorted({*criteria.roles.any, role})))

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """Roles that are near, where the posting's is one."""
        if self.fit(criteria, prepared) == "yes" or prepared.near_roles.isdisjoint(criteria.roles.any):
            return None
        return self._relaxed(criteria, "tolerate", None, neighbours=True)

    def distance(self, facts: RoleFacts, kin: float) -> float:
        """By how close the closest role is."""
        return SILENT if facts.closeness is None else _DISTANCE[facts.closeness]


class RolesNone(Unwanted[OtherRoleFacts], _Roles[OtherRoleFacts]):
    """Asks that the job is none of some roles first of all."""

    name = "roles.none"
    untold = 0.9

    def unwanted(self, criteria: Criteria) -> tuple[str, ...]:
        """Those named."""
        return criteria.roles.none

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting's deciding role is none of them."""
        own = prepared.posting.roles
        return yes_or_no(not (own and own[0] in criteria.roles.none))

    def terms_of(self, prepared: PreparedPosting) -> tuple[str, ...]:
        """Its deciding role."""
        return prepared.posting.roles[:1]

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Which it is."""
        facts = OtherRoleFacts(criteria.roles.none, next(iter(prepared.posting.roles), None))
        return Reason(self.name, self.fit(criteria, prepared), facts)

    def unasked(self, criteria: Criteria, prepared: PreparedPosting) -> tuple[str, ...]:
        """The posting's deciding role, where it is not asked for."""
        return tuple(role for role in prepared.posting.roles[:1] if role not in criteria.roles.any)


def accepts_unknown_role(criteria: Criteria) -> bool:
    """Whether a posting fits of which nothing says the role; unless said, where skills or words are asked for too.

    These then say what the work is. Of a search that asks for roles alone nothing else would be known.
    """
    if criteria.roles.accept_unknown is not None:
        return criteria.roles.accept_unknown
    query = TextQuery.parse(criteria.text)
    return bool(criteria.skills.all or criteria.skills.any or query.wanted or query.either)


def _suiting(asked: RoleTerms) -> tuple[str, ...]:
    """All roles of which a posting must have one: those asked for, and those near them where these will do; sorted."""
    near = map(roles().neighbours, asked.any) if asked.neighbours else ()
    return tuple(sorted(frozenset(asked.any).union(*near)))


def _canonical(criteria: Criteria) -> RoleTerms:
    asked = criteria.roles
    wanted, unwanted = _ids(asked.any), _ids(asked.none)
    if clash := wanted & unwanted:
        name = roles()[min(clash)].name()
        fault = f"{name} is both asked for and excluded: take it out of one of the two lists of roles"
        raise CriteriaError(fault, "role_clash", given=name)
    return RoleTerms(
        any=tuple(sorted(wanted)),
        none=tuple(sorted(unwanted)),
        neighbours=asked.neighbours and bool(wanted),
        # Said once and for all, so that a search that is relaxed elsewhere does not ask more of roles than before.
        accept_unknown=accepts_unknown_role(criteria) if wanted else None,
    )


def _ids(asked: Iterable[str]) -> frozenset[str]:
    return few({_id(said) for said in asked}, "roles in one list")


def roles_meant(named: Iterable[str]) -> tuple[str, ...]:
    """The ids of the roles that names or ids stand for, in their order. Raises CriteriaError."""
    return tuple(sorted(_ids(named)))


def _id(said: str) -> str:
    known = roles()
    meant = known.meant(said)
    if not meant:
        raise unknown(said, "role", _names(known.nearest(said)))
    if len(meant) > 1:
        *some, last = names = _names(meant)
        fault = f"{quoted(said)} may be {', '.join(some)} or {last}: name which is meant"
        raise CriteriaError(fault, "role_several", given=said, near=", ".join(names))
    return meant[0].id


def _names(some: Iterable[Role]) -> tuple[str, ...]:
    return tuple(role.name() for role in some)

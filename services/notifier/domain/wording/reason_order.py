"""Which reasons tell a reader most about why a job was found."""

from collections.abc import Iterable

from services.notifier.domain.model import FoundBy, Item
from services.rules.criterion import Reason
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.language import LanguageFacts
from services.rules.criterion.near import NearFacts
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.role import OtherRoleFacts, RoleFacts
from services.rules.criterion.salary import SalaryFacts
from services.rules.criterion.skills import NoneFacts
from services.rules.criterion.text import TextFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.text import TextQuery

_WEIGHTY = frozenset({"roles.any", "skills.all", "skills.any", "text", "place", "near", "salary"})
_OF_THE_WORK = frozenset({"roles.any", "roles.none", "skills.all", "skills.any", "skills.none", "text"})
_ENOUGH = 2
"""So many better reasons make an exclusion not worth its words."""
MOST_A_LINE = 2


def most_telling(item: Item) -> FoundBy:
    """The search to explain a job by: the one that says most of role, skills, words, places and pay, then of all else.

    Of searches that tell as much, the one that the job suits best, which the item names first.
    """
    if len(item.found_by) == 1:
        return item.found_by[0]
    return max(item.found_by, key=_told)


def in_telling_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What the posting states first, then what it is silent on, then what it only keeps clear of.

    An exclusion is left out where two better reasons stand before it.
    """
    ordered = sorted(reasons, key=lambda reason: (_is_exclusion(reason), not _is_stated(reason)))
    better = [reason for reason in ordered if not _is_exclusion(reason)]
    return tuple(better if len(better) >= _ENOUGH else ordered)


def in_two_lines(reasons: Iterable[Reason]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """At most two reasons each of what is said of the work, and of its terms."""
    ordered = in_telling_order(reasons)
    work = tuple(reason for reason in ordered if reason.criterion in _OF_THE_WORK)
    terms = tuple(reason for reason in ordered if reason.criterion not in _OF_THE_WORK)
    return work[:MOST_A_LINE], terms[:MOST_A_LINE]


def _told(found: FoundBy) -> tuple[int, int]:
    stated = [reason for reason in found.verdict.reasons if reason.fit == "yes" and _is_stated(reason)]
    return sum(reason.criterion in _WEIGHTY for reason in stated) + bool(found.preferred.named), len(stated)


def _is_exclusion(reason: Reason) -> bool:
    if isinstance(reason.facts, TextFacts):
        query = TextQuery.parse(reason.facts.asked)
        return not (query.wanted or query.either)
    return isinstance(reason.facts, NoneFacts | OtherRoleFacts)


def _is_stated(reason: Reason) -> bool:
    """Whether the posting says something, rather than fits by its silence."""
    match reason.facts:
        case RoleFacts() as facts:
            return bool(facts.own)
        case PlaceFacts() as facts:
            return bool(facts.fits)
        case NearFacts() as facts:
            return facts.km is not None
        case TimezoneFacts() as facts:
            return facts.min is not None
        case SalaryFacts() as facts:
            return facts.annual_top is not None
        case FacetFacts() | LanguageFacts() as facts:
            return facts.value not in ("", "unknown")
        case _:
            return not _is_exclusion(reason)

"""Which reasons tell a reader most about why a job was found."""

from collections.abc import Iterable

from services.notifier.domain.model import FoundBy, Item
from services.rules.criterion import Reason

_ENOUGH = 2
"""So many better reasons make an exclusion not worth its words."""
MOST_A_LINE = 2


def most_telling(item: Item) -> FoundBy:
    """The search to explain a job by: the one that says most of role, skills, words, places and pay, then of all else.

    Of searches that tell as much, the one that the job suits best, which the item names first.
    """
    if len(item.found_by) == 1:
        return item.found_by[0]
    return max(item.found_by, key=_telling)


def in_telling_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What the posting states first, then what it is silent on, then what it only keeps clear of.

    An exclusion is left out where two better reasons stand before it.
    """
    ordered = sorted(reasons, key=lambda reason: (reason.facts.excludes, not reason.facts.stated))
    better = [reason for reason in ordered if not reason.facts.excludes]
    return tuple(better if len(better) >= _ENOUGH else ordered)


def in_two_lines(reasons: Iterable[Reason]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """At most two reasons each of what is said of the work, and of its terms."""
    ordered = in_telling_order(reasons)
    work = tuple(reason for reason in ordered if reason.facts.of_the_work)
    terms = tuple(reason for reason in ordered if not reason.facts.of_the_work)
    return work[:MOST_A_LINE], terms[:MOST_A_LINE]


def _telling(found: FoundBy) -> tuple[int, int]:
    stated = [reason for reason in found.verdict.reasons if reason.fit == "yes" and reason.facts.stated]
    return sum(reason.facts.weighty for reason in stated) + bool(found.preferred.named), len(stated)

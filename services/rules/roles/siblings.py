"""Roles that people call by one word, and that registers or licences tell apart: a teacher, a nurse, a driver.

Who types that word gets the trade that it means by itself. The others are offered and never matched in its place, since
nobody may take them up without the entry that they ask for (docs/adr/0076-a-licence-is-a-role.md).
"""

from typing import Final

GROUPS: Final = (
    frozenset({"teacher", "primary-teacher", "special-education-teacher", "kindergarten-teacher"}),
    frozenset({"nurse", "mental-health-nurse", "childrens-nurse", "learning-disability-nurse"}),
    frozenset({"nurse-practitioner", "psychiatric-nurse-practitioner"}),
    frozenset({"physician", "psychiatrist"}),
    frozenset({"driver", "truck-driver", "bus-driver"}),
)
"""Ids of roles; none is in two groups, and the siblings of one are siblings of each other."""


def siblings_of(role_id: str) -> frozenset[str]:
    """The other roles that are called by the same word; none of most roles."""
    return frozenset().union(*(group - {role_id} for group in GROUPS if role_id in group))

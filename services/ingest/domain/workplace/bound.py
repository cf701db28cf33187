"""What speaks against a board's field that says remote: one must move, or the work is done by hand."""

from schemas.posting import Condition, Workplace
from services.ingest.domain.findings import Finding
from services.rules.roles.taxonomy import roles


def bound_to_a_place(
    workplace: Finding[Workplace], conditions: Finding[tuple[Condition, ...]], named: Finding[tuple[str, ...]]
) -> Finding[Workplace]:
    """What a field calls remote is unknown where one is asked to move to a town, or in the title to move at all, and
    where the work is done by hand."""
    if workplace.value != "remote" or any(shown.source in ("title", "text") for shown in workplace.evidence):
        return workplace
    if named.value and all(roles()[role].by_hand for role in named.value):
        return Finding("unknown", named.evidence[:1])
    first = conditions.value[0] if conditions.value else None  # a move is read before all else
    if first is None or first.kind != "relocation":
        return workplace
    asked = conditions.evidence[:1]
    return Finding("unknown", asked) if first.towns or asked[0].source == "title" else workplace

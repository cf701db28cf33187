"""The canonical form of criteria: equal questions are written, hashed, stored and matched once.

Of criteria that somebody writes now more is asked than of stored ones (`accepted`): those that an earlier release took
are read and matched as they are, and whoever edits them is asked to mend them.
"""

import json
from datetime import date
from typing import Final

from schemas.codec import digest_of
from schemas.criteria import Criteria, SalaryFloor
from services.rules.criterion import CRITERIA, CriteriaError
from services.rules.criterion.base import quoted
from services.rules.criterion.salary import annual_floor
from services.rules.money import convert, rates_before
from services.rules.text import TextQuery, slip_in

__all__ = ["CriteriaError", "accepted", "canonical", "criteria_id"]

_LEAST_EURO: Final = 1_000
_MOST_EURO: Final = 10_000_000
"""Of a year's pay: what lies beyond was meant for another period, or is a slip of the zeros."""
_RATES_OF: Final = date(2026, 1, 1)
"""Good enough to tell a thousand from ten million."""


def canonical(criteria: Criteria) -> Criteria:
    """Give the one form of criteria that ask the same. Idempotent; never changes what matches.

    Skills take their canonical names; places their codes, of remote work alone without what holds another one; sets are
    sorted and deduplicated, and one that names everything becomes empty; text is normalised; what only qualifies
    something that is not asked for goes back to its default. Raises CriteriaError.
    """
    fields: dict[str, object] = {}
    for criterion in CRITERIA:
        fields |= criterion.canonical(criteria)
    found = Criteria.model_validate(fields)
    if found == Criteria():
        raise CriteriaError(
            "the search asks for nothing: name a skill, a place, words or anything else", "nothing_asked"
        )
    return found


def criteria_id(criteria: Criteria) -> str:
    """Hash canonical criteria: 32 hexadecimal digits, which stay when the model gains an optional field."""
    stated = criteria.model_dump(mode="json", exclude_defaults=True)
    return digest_of("criteria.v1", json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=True))


def accepted(criteria: Criteria) -> Criteria:
    """The canonical form of criteria that may be saved. Raises CriteriaError, also for what surely was not meant."""
    slip = slip_in(criteria.text)
    if slip:
        raise CriteriaError(slip, "slip")
    found = canonical(criteria)
    _check_offset(criteria)
    _check_floor(found.salary_floor)
    query = TextQuery.parse(found.text)
    _check_text(query)
    only_wanted = str(TextQuery(query.wanted, (), query.either))
    asked = {
        "text": only_wanted,
        "skills": found.skills.model_copy(update={"none": ()}),
        "roles": found.roles.model_copy(update={"none": ()}),
    }
    if found.model_copy(update=asked) == Criteria():
        raise CriteriaError(
            "the search only excludes, so that everything else would fit: name also a skill, a role, a place, words or"
            " anything else that is wanted",
            "only_excluded",
        )
    return found


def _check_offset(criteria: Criteria) -> None:
    if criteria.utc_offset is not None and (criteria.utc_offset * 4) % 1:
        fault = f"no time zone lies {criteria.utc_offset:g} hours from UTC: they are quarters of an hour apart"
        raise CriteriaError(fault, "offset")
    if criteria.tolerance and criteria.utc_offset is None:
        raise CriteriaError("a tolerance is counted from utc_offset: name that too, such as 1 for Berlin in winter")


def _check_floor(floor: SalaryFloor | None) -> None:
    year = annual_floor(floor) if floor else None
    euro = convert(year, floor.currency, "EUR", rates_before(_RATES_OF)) if floor and year else None
    if floor is None or euro is None or _LEAST_EURO <= euro <= _MOST_EURO:
        return
    what = f"a salary floor of {floor.currency} {floor.amount:,} per {floor.period}"
    if euro > _MOST_EURO:
        raise CriteriaError(f"{what} is more than any job pays: take zeros off it, or name another period", "pay_high")
    raise CriteriaError(
        f'{what} is less than any job pays: name the period that it is for, such as "hour" or "day"', "pay_low"
    )


def _check_text(query: TextQuery) -> None:
    """Nothing that is wanted may say what is excluded: no posting would ever fit."""
    for group in (*((term,) for term in query.wanted), *query.either):
        within = [next((out for out in query.excluded if f" {out} " in f" {term} "), None) for term in group]
        if all(within):
            raise CriteriaError(
                f"{quoted(group[0])} is asked for and says {quoted(str(within[0]))}, which is excluded: nothing would"
                " fit, so take one of the two out of the text",
                "clash",
                given=group[0],
            )

"""The canonical form of criteria: equal questions are written, hashed, stored and matched once."""

import json

from schemas.codec import digest_of
from schemas.criteria import Criteria
from services.rules.criterion import CRITERIA, CriteriaError

__all__ = ["CriteriaError", "canonical", "criteria_id"]


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

"""The hours that a posting asks for, against the subscriber's."""

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from schemas.criteria import Criteria
from schemas.posting import Timezones
from services.rules.criterion.base import (
    CriteriaError,
    Criterion,
    Facts,
    Fit,
    Reason,
    Relaxation,
)
from services.rules.prepared import PreparedPosting

_DAY: Final = 24.0
_HALF_DAY: Final = 12.0
_NEARLY: Final = 1.0
"""Hours beyond the tolerance."""
_HOURS_MORE: Final = (1.0, 2.0, 3.0)
_AN_HOUR: Final = 0.1


@dataclass(frozen=True, slots=True)
class TimezoneFacts(Facts):
    """Hours from UTC, and between."""

    utc_offset: float
    tolerance: float
    min: float | None = None
    """Of the posting's range; None where it asks for no time zone."""
    max: float | None = None
    apart: float | None = None
    beyond: float | None = None
    """How far beyond the tolerance, where it is."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return self.min is not None


class Timezone(Criterion[TimezoneFacts]):
    """Asks that some offset of the posting lies within a tolerance; a posting that asks for none suits everybody."""

    name = "timezone"
    evidence = "timezones"
    untold = 0.5

    def asks(self, criteria: Criteria) -> bool:
        """Whether an offset is named."""
        return criteria.utc_offset is not None

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """Offset and tolerance; nothing where every offset is near enough: none is farther than half a day."""
        offset, tolerance = criteria.utc_offset, criteria.tolerance
        if offset is None:
            return {"utc_offset": None, "tolerance": 0.0}
        if not -12 <= offset <= 14:
            raise CriteriaError(f"an offset from UTC lies between -12 and +14 hours, not at {offset:g}", "offset")
        if not math.isfinite(tolerance) or tolerance < 0:
            raise CriteriaError(f"a tolerance is a number of hours from 0, not {tolerance:g}")
        if tolerance >= _HALF_DAY:
            return {"utc_offset": None, "tolerance": 0.0}
        return {"utc_offset": offset + 0.0, "tolerance": tolerance + 0.0}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """By `timezone_fits`."""
        at = criteria.utc_offset
        return "yes" if at is None or timezone_fits(at, criteria.tolerance, prepared.posting.timezones) else "no"

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """The posting's range."""
        return prepared.posting.timezones

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """The posting's range, and how far it is."""
        fit, zones = self.fit(criteria, prepared), prepared.posting.timezones
        facts = TimezoneFacts(criteria.utc_offset or 0.0, criteria.tolerance)
        if zones is None:
            return Reason(self.name, fit, facts)
        apart = hours_apart(facts.utc_offset, zones)
        beyond = apart - criteria.tolerance if fit == "no" else None
        return Reason(self.name, fit, replace(facts, min=zones.min, max=zones.max, apart=apart, beyond=beyond))

    def without(self, criteria: Criteria) -> Relaxation:
        """Any hours."""
        return self._relaxed(criteria, "without", None, utc_offset=None)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Some hours more."""
        for hours in _HOURS_MORE:
            tolerance = criteria.tolerance + hours
            if tolerance < _HALF_DAY:
                yield self._relaxed(criteria, "tolerate", tolerance, tolerance=tolerance)

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """The hours that the posting is off, where they are an hour more than the tolerance at most."""
        at, zones = criteria.utc_offset, prepared.posting.timezones
        if at is None or zones is None:
            return None
        apart = hours_apart(at, zones)
        if not 0 < apart - criteria.tolerance <= _NEARLY:
            return None
        return self._relaxed(criteria, "tolerate", apart, tolerance=apart)

    def distance(self, facts: TimezoneFacts, kin: float) -> float:
        """By hours beyond the tolerance."""
        return self.untold if facts.beyond is None else _AN_HOUR * facts.beyond


def end_of(zones: Timezones) -> float:
    """Where a range of offsets ends, a day later where it runs over the date line: where its min is above its max."""
    return zones.max if zones.max >= zones.min else zones.max + _DAY


def hours_apart(utc_offset: float, zones: Timezones) -> float:
    """How many hours an offset lies from a range of offsets, round the clock: +13 and -11 are one hour of the day."""
    low, high = zones.min, end_of(zones)
    return min(max(low - at, at - high, 0.0) for at in (utc_offset - _DAY, utc_offset, utc_offset + _DAY))


def timezone_fits(utc_offset: float | None, tolerance: float, zones: Timezones | None) -> bool:
    """Whether some offset of a posting lies within the tolerance."""
    return utc_offset is None or zones is None or hours_apart(utc_offset, zones) <= tolerance

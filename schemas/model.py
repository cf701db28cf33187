"""The base of all wire models."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict

from schemas.described import Described


class Model(Described):
    """A frozen message that ignores fields which a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_to_utc)]
"""A point in time; always in UTC once read."""

"""What the push endpoint's OpenAPI says: made of the fields that are read, so that it cannot drift."""

from typing import Any

from pydantic import BaseModel, Field

from services.ingest.adapters.formats.posting_lines import AMOUNTS, FIELDS, LISTS, TEXTS
from services.ingest.adapters.push.gate import RequestCode
from services.ingest.faults import FaultCode

_EXAMPLE = {
    "id": "4711",
    "title": "Senior Python Developer",
    "company": "Acme Ltd",
    "url": "https://jobs.example.com/4711",
    "description": "You build data pipelines with Python and Kafka.",
    "workplace": "remote",
    "countries": ["DE", "AT"],
    "salary_min": 70000,
    "salary_max": 90000,
    "salary_currency": "EUR",
    "salary_period": "year",
    "posted_at": "2026-11-20T09:00:00Z",
}


class TakenModel(BaseModel):
    """A record that is durable."""

    index: int = Field(description="Of the record in the body, from 0.")
    id: str
    posting_id: str
    outcome: str = Field(
        description="new, changed, reopened, unchanged, ended (past its expires_at), closed, unknown (closed and never"
        " seen) or superseded (a later record of the body has the same id)."
    )


class RefusedModel(BaseModel):
    """A record that is not taken; its neighbours are."""

    index: int
    id: str | None = None
    code: FaultCode = Field(description="What is wrong: docs/formats.md says what each means. Codes stay as they are.")
    field: str | None = Field(None, description="The field or key at fault, where it is one.")
    reason: str = Field(description="The same for people; it may be worded anew.")


class UnknownFieldModel(BaseModel):
    """A field that nothing is done with; its record is taken as if it were not there."""

    item: int = Field(description="The index of the record in the body, from 0.")
    field: str
    nearest: str | None = Field(None, description="The known field that may be meant.")


class PushedModel(BaseModel):
    """What became of each record."""

    accepted: int
    refused: int
    records: list[TakenModel]
    errors: list[RefusedModel]
    warnings: list[UnknownFieldModel] = Field(
        [], description="Only where there are any; 20 of a record and 1,000 in all at most."
    )


class ErrorModel(BaseModel):
    """Why the request as a whole was not taken."""

    error: str = Field(description="For people; it may be worded anew.")
    code: RequestCode | FaultCode


def _posting() -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    moment = {"type": ["string", "number"], "description": "ISO 8601, or seconds since 1970."}
    fields: dict[str, Any] = dict.fromkeys(TEXTS, text)
    fields |= {name: {"type": ["array", "string"], "items": text} for name in LISTS}
    fields |= {name: {"type": ["number", "string"]} for name in AMOUNTS}
    fields |= {
        "id": {"type": ["string", "integer"], "description": "Yours; the url stands for it where it is missing."},
        "remote": {"type": "boolean"},
        "timezones": {"type": "array", "items": {"type": "number", "minimum": -12, "maximum": 14}},
        "posted_at": moment,
        "expires_at": moment,
    }
    assert fields.keys() == FIELDS
    fields["status"] = {"enum": ["open", "closed"], "description": "closed: needs nothing but the id."}
    return {
        "type": "object",
        "required": ["title", "company"],
        "properties": dict(sorted(fields.items())),
        "description": "Beside title and company, a url or a description is needed.",
    }


def request_body() -> dict[str, Any]:
    """The OpenAPI requestBody of a push."""
    posting = _posting()
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [posting, {"type": "array", "items": posting}]},
                    "example": _EXAMPLE,
                },
                "application/x-ndjson": {"schema": posting | {"description": "One such object a line."}},
            },
        }
    }


RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {"model": PushedModel, "description": "Every record is durable."},
    207: {"model": PushedModel, "description": "Some records are durable, some refused: mend those under errors."},
    400: {"model": ErrorModel, "description": "The body cannot be read as what it says it is."},
    401: {"model": ErrorModel, "description": "No API key, or an unknown one."},
    408: {"model": ErrorModel, "description": "The body did not arrive in time."},
    413: {"model": ErrorModel, "description": "The body is too large, or holds too many records."},
    415: {"model": ErrorModel, "description": "Neither application/json nor application/x-ndjson, or an encoding."},
    422: {"model": PushedModel, "description": "Every record is refused: mend them."},
    429: {"model": ErrorModel, "description": "Too many of this key or source: send it after Retry-After seconds."},
    503: {"model": ErrorModel, "description": "Send the same again after Retry-After seconds; nothing is doubled."},
}

"""The wire contracts: their files are fresh, their examples valid, and old messages stay readable."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import pytest

from schemas import generate
from schemas.codec import UnreadableError, decode, encode
from schemas.keys import from_text
from schemas.match import Matches
from schemas.posting import Posting, fetched_at_of, posting_id_of, version_of

_EXAMPLES = Path(generate.__file__).parent / "examples"
_NAMES = sorted(generate.MODELS)


@pytest.mark.parametrize("name", _NAMES)
def test_schema_file_is_what_the_model_says(name: str) -> None:
    on_disk = (generate.FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert on_disk == generate.schema_text(name), "run make schemas"


@pytest.mark.parametrize("name", _NAMES)
def test_example_satisfies_the_schema_and_survives_the_codec(name: str) -> None:
    text = (_EXAMPLES / f"{name}.json").read_bytes()
    jsonschema_rs.validator_for(json.loads(generate.schema_text(name))).validate(json.loads(text))
    message = decode(generate.MODELS[name], text)
    assert decode(generate.MODELS[name], encode(message)) == message


@pytest.mark.parametrize("name", _NAMES)
def test_a_field_that_a_newer_writer_added_is_ignored(name: str) -> None:
    message = json.loads((_EXAMPLES / f"{name}.json").read_bytes())
    grown = json.dumps(message | {"added_later": {"x": 1}}).encode()
    assert decode(generate.MODELS[name], grown) == decode(generate.MODELS[name], json.dumps(message).encode())


@pytest.mark.parametrize("name", _NAMES)
def test_a_missing_required_field_is_named_and_no_data_is_repeated(name: str) -> None:
    model = generate.MODELS[name]
    message = json.loads((_EXAMPLES / f"{name}.json").read_bytes())
    required = next(field for field, info in model.model_fields.items() if info.is_required())
    del message[required]
    with pytest.raises(UnreadableError, match=required) as caught:
        decode(model, json.dumps(message).encode())
    assert "Rookery" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"posting_id": 1}', None])
def test_bytes_that_are_no_message_are_unreadable(data: bytes | None) -> None:
    with pytest.raises(UnreadableError):
        decode(Posting, data)


def test_a_time_without_a_zone_is_refused() -> None:
    message = json.loads((_EXAMPLES / "raw.v1.json").read_bytes()) | {"fetched_at": "2026-11-20T16:00:00"}
    with pytest.raises(UnreadableError, match="fetched_at"):
        decode(generate.MODELS["raw.v1"], json.dumps(message).encode())


def test_the_example_match_holds_the_example_criteria() -> None:
    matches = decode(Matches, (_EXAMPLES / "matches.v1.json").read_bytes())
    criteria = json.loads((_EXAMPLES / "criteria.v1.json").read_bytes())
    assert from_text(matches.keys).tolist() == [criteria["key"]]


def test_versions_order_as_fetch_then_revision() -> None:
    assert version_of(1, 0) < version_of(1, 1) < version_of(2, 0)
    assert version_of(4_102_444_800_000, 999) < 2**53, "must survive a JSON number"
    assert fetched_at_of(version_of(4_102_444_800_000, 999)) == datetime(2100, 1, 1, tzinfo=UTC)


def test_posting_ids_tell_source_and_id_apart() -> None:
    assert posting_id_of("a", "bc") != posting_id_of("ab", "c")
    assert posting_id_of("a", "b") == posting_id_of("a", "b")

"""Each record says what it is and of which trace it is part, and says the same when it is made again."""

from datetime import UTC, datetime

from schemas.headers import CAUSE, headers_of, trace_of, without_own

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def made(id: str = "one", **after: str) -> dict[str, str]:
    return headers_of(id=id, type="raw.v1.seen", source="ingest.collector", at=NOON, after=after)


def test_a_record_names_its_id_type_source_and_time() -> None:
    headers = made()
    assert {name: value for name, value in headers.items() if name != "traceparent"} == {
        "ce_specversion": "1.0",
        "ce_id": "one",
        "ce_type": "raw.v1.seen",
        "ce_source": "ingest.collector",
        "ce_time": "2026-03-01T12:00:00.123+00:00",
    }


def test_a_trace_begins_with_a_record_and_is_the_same_when_it_is_made_again() -> None:
    assert made() == made()
    assert trace_of(made()) != trace_of(made("other"))


def test_a_trace_goes_on_to_what_is_made_of_a_record_each_with_a_span_of_its_own() -> None:
    first = made()
    second = made("two", **first)
    third = made("three", **second)
    assert trace_of(first) == trace_of(second) == trace_of(third)
    assert len({headers["traceparent"] for headers in (first, second, third)}) == 3


def test_a_traceparent_that_is_none_begins_a_new_trace() -> None:
    for wrong in ("", "00-xyz-1-01", f"00-{'0' * 32}-{'1' * 16}-01", f"00-{'1' * 32}-{'0' * 16}-01"):
        assert trace_of({"traceparent": wrong}) is None
        assert made(traceparent=wrong) == made()


def test_a_trace_of_somebody_else_is_carried_on() -> None:
    # The example of W3C Trace Context, section 3.2.
    foreign = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert trace_of(made(traceparent=foreign)) == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_the_cause_goes_on_and_other_headers_do_not() -> None:
    assert made(**{CAUSE: "replay", "note": "x"})[CAUSE] == "replay"
    assert "note" not in made(note="x")
    assert without_own({**made(), "note": "x", CAUSE: "replay"}) == {"note": "x", CAUSE: "replay"}

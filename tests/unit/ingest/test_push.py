"""Pushing postings over HTTP, on real sockets."""

import gzip
import http.client
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.ingest.adapters.formats.posting_lines import FIELDS
from services.ingest.adapters.push.web import Keys
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.ports import KeptItem
from services.ingest.push_settings import PushSettings
from services.ingest.settings import IngestSettings
from services.overview.stream.model import Trouble
from services.overview.stream.troubles.sources import source_troubles
from services.runtime.clock import FixedClock, SystemClock
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.figures.hours import hour_of
from services.runtime.figures.source_hours import SourceHour
from services.runtime.figures.sources import Expected, read_source_figures
from services.runtime.log.sqlite import SqliteLog
from services.runtime.pauses import Pauses
from services.runtime.records import Outgoing
from services.runtime.sql.store import open_store
from tests.support.collecting import DAY, NOON
from tests.support.long_form import examples
from tests.support.pushing import KEY, LINES, OTHER_KEY, Client, Pushed, many, posting, pushing
from tests.support.waiting import until


class Away:
    """A log that is away while it is told to be, and says so once it may."""

    def __init__(self, log: SqliteLog, says: threading.Event | None = None) -> None:
        self.log = log
        self.away = True
        self.says = says

    def produce(self, records: Sequence[Outgoing]) -> None:
        if self.away:
            if self.says is not None:
                self.says.wait()
            raise UnavailableError("Kafka at 127.0.0.1:9092 is away")
        self.log.produce(records)


def test_one_posting_is_durable_before_it_is_answered(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        answer = pushed.client.push(posting("a/1"))
        assert answer.status == 202
        (raw,) = pushed.raw()
        assert (raw.source, raw.source_id, raw.format, raw.event) == ("acme", "a/1", "posting_lines", "seen")
        assert raw.attribution is not None
        assert raw.attribution.name == "Acme"
        assert answer.body == {
            "accepted": 1,
            "refused": 0,
            "records": [{"index": 0, "id": "a/1", "posting_id": raw.posting_id, "outcome": "new"}],
            "errors": [],
        }


def test_pushes_count_for_the_hour_of_their_source_as_polls_do(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        assert pushed.client.push([posting("1"), posting("2"), {"id": "3"}]).status == 207
        assert pushed.client.push(posting("1")).outcomes() == ["unchanged"]
        assert pushed.client.push({"id": "4"}).status == 422
        assert pushed.client.send(b"{").status == 400
        assert pushed.client.close("2").status == 202
        Client(pushed.client.port, "wrong" * 5).push(posting("5"))
        assert pushed.hour("acme") == SourceHour(hour_of(NOON), polls=5, seen=4, new=2, failed=2, unread=2)
        assert pushed.hour("other") == SourceHour(hour_of(NOON))


def test_pay_in_a_unit_that_nobody_is_paid_in_is_told_of_what_is_pushed_too(
    tmp_path: Path,
) -> None:
    def paid(number: int, least: int, name: str, at_once: int = 1) -> tuple[str, int]:
        rows = [
            posting(f"{name}{at}", salary_min=least, salary_currency="EUR", salary_period="year")
            for at in range(number)
        ]
        for some in range(0, number, at_once):
            assert pushed.client.push(rows[some : some + at_once]).status == 202
        [found] = read_source_figures(pushed.engine, NOON + 9 * DAY, [Expected("acme", None, pushed=True)])
        return found.state, found.amiss.odd_pay if found.amiss else 0

    with pushing(tmp_path) as pushed:
        assert paid(9, 6_000_000, "cents") == ("ok", 0), "of so few it is a slip"
        assert paid(2, 6_000_000, "more") == ("unread", 11), "though it is no ten seconds since the first"
        [told] = troubles_of_acme(pushed)
        assert told.grave
        assert told.what.startswith("of the source acme 11 postings state a pay that nobody earns, as in cents or ")
        assert told.do.startswith("ask its board for whole amounts; if it is right, ")
        SqlSourceLedger(pushed.engine).accept_giving("acme", NOON + DAY)
        assert paid(20, 6_000_000, "again")[0] == "ok", "an operator says that it is right"
    with pushing(tmp_path, clock=FixedClock(NOON + 2 * DAY)) as pushed:
        assert paid(200, 60_000, "whole", at_once=40) == ("ok", 0)
    with pushing(tmp_path, clock=FixedClock(NOON + 3 * DAY)) as pushed:
        assert paid(500, 60, "thousands", at_once=40)[0] == "unread", "it was otherwise for once"


def test_a_board_that_pushed_for_weeks_and_pushes_nothing_any_more_is_told_after_four_times_its_longest_rest(
    tmp_path: Path,
) -> None:
    clock = FixedClock(NOON)

    def state(days: float) -> str:
        clock.advance(timedelta(days=days))
        [found] = read_source_figures(pushed.engine, clock.now(), [Expected("acme", None, pushed=True)])
        return found.state

    with pushing(tmp_path, clock=clock) as pushed:
        for number in range(15):
            assert pushed.client.push(posting(f"weekly {number}")).status == 202
            assert state(2) == "ok"
        assert state(5.9) == "ok"
        assert state(0.2) == "stale"
        [told] = troubles_of_acme(pushed, clock.now())
        assert (told.what, told.grave) == (
            "the source acme was pushed nothing for 8 d, and never was for longer than 2 d before", True,
        )  # fmt: skip
        assert "ask its board whether what pushes runs" in told.do
        SqlSourceLedger(pushed.engine).accept_giving("acme", clock.now())
        assert state(90) == "ok", "an operator says that it is right"
        assert pushed.client.push(posting("at last")).status == 202
        assert state(1) == "ok"


def test_who_pushes_on_working_days_may_rest_over_the_turn_of_the_year_and_a_program_may_not(tmp_path: Path) -> None:
    for every, told_on in ((1, (12, 26)), (3, (1, 18))):
        clock = FixedClock(datetime(2026, 10, 25, 9, tzinfo=UTC))
        with pushing(tmp_path / str(every), clock=clock) as pushed:
            while clock.now() < datetime(2026, 12, 23, tzinfo=UTC):
                assert pushed.client.push(posting(f"job {clock.now():%j}")).status == 202
                clock.advance(timedelta(days=every))
            while not troubles_of_acme(pushed, clock.now()):
                clock.advance(timedelta(days=1))
        assert (clock.now().month, clock.now().day) == told_on, clock.now()


def troubles_of_acme(pushed: Pushed, now: datetime = NOON + 9 * DAY) -> list[Trouble]:
    found = read_source_figures(pushed.engine, now, [Expected("acme", None, pushed=True)])
    return [*source_troubles(found, now)]


def test_a_list_and_lines_are_batches(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        assert pushed.client.push(many(3)).outcomes() == ["new"] * 3
        assert pushed.client.lines(posting("2"), posting("3")).outcomes() == ["unchanged", "new"]
        assert sorted(pushed.events()) == ["seen 0", "seen 1", "seen 2", "seen 3"]


def test_more_than_one_chunk_goes_out_whole_and_in_order(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        answer = pushed.client.push(many(451))
        assert answer.outcomes() == ["new"] * 451
        assert [record["index"] for record in answer.body["records"]] == list(range(451))
        assert len(pushed.raw()) == 451


def test_the_same_again_changes_nothing_and_other_content_does(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        outcomes = [
            pushed.client.push(posting("1")).outcomes(),
            pushed.client.push(posting("1")).outcomes(),
            pushed.client.push(posting("1", title="Head Gardener")).outcomes(),
        ]
        assert outcomes == [["new"], ["unchanged"], ["changed"]]
        first, second = pushed.raw()
        assert second.fetched_at > first.fetched_at, "versions are told apart, even within one millisecond"


def test_a_bad_record_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    rows = [posting("1"), posting("2", title=""), posting("3"), 7, posting("5", salary_min="lots")]
    with pushing(tmp_path) as pushed:
        answer = pushed.client.push(rows)
        assert answer.status == 207
        assert [record["id"] for record in answer.body["records"]] == ["1", "3"]
        assert answer.faults() == [
            (1, "title", '"title" is missing'),
            (3, None, "a posting is an object of fields, not int"),
            (4, "salary_min", '"salary_min" is not an amount: lots'),
        ]
        assert sorted(pushed.events()) == ["seen 1", "seen 3"]


def test_a_line_that_is_no_json_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        body = b'{"title": "A", "company": "B", "url": "https://c.example"}\n\n{"title": \n{"titel": "A"}\n'
        answer = pushed.client.send(body, kind=LINES)
        assert answer.status == 207
        assert [index for index, _, _ in answer.faults()] == [1, 2]
        assert answer.faults()[0][2].startswith("line 3: not JSON: ")


def test_a_malformed_element_of_a_list_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        good, last = json.dumps(posting("1")), json.dumps(posting("3"))
        answer = pushed.client.send(f'[{good}, {{"title": tru}}, {last}]'.encode())
        assert answer.status == 207
        assert sorted(pushed.events()) == ["seen 1", "seen 3"]
        assert [index for index, _, _ in answer.faults()] == [1]


def test_a_list_that_is_cut_short_or_goes_on_says_so(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        good = json.dumps(posting("1"))
        assert "cut short" in pushed.client.send(f'[{good}, {{"title": "B'.encode()).faults()[0][2]
        assert "goes on after its list" in pushed.client.send(f"[{good}] [{good}]".encode()).faults()[0][2]


def test_all_bad_is_422_and_fields_at_fault_are_named(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        answer = pushed.client.push(posting("1", salary=100))
        assert (answer.status, answer.faults()) == (422, [(0, "salary", '"salary" is not text')])
        assert pushed.events() == []


SALLARY = {"item": 1, "field": "sallary", "nearest": "salary"}


def test_unknown_fields_are_named_in_an_answer_and_cost_no_posting(tmp_path: Path) -> None:
    rows = [posting("1"), posting("2", sallary="100", x={"y": 1}), posting("3", statsu="open", title="")]
    others = [{"item": 1, "field": "x", "nearest": None}, {"item": 2, "field": "statsu", "nearest": "status"}]
    with pushing(tmp_path) as pushed:
        for answer in (
            pushed.client.push(rows),
            pushed.client.lines(*rows),
            pushed.client.gzipped(json.dumps(rows).encode()),
        ):
            assert answer.status == 207
            assert answer.body["accepted"] == 2
            assert answer.body["warnings"] == [SALLARY, *others]
        answer_to_one = pushed.client.push(posting("4", sallary="100"))
        assert (answer_to_one.status, answer_to_one.body["warnings"]) == (202, [SALLARY | {"item": 0}])
        assert "warnings" not in pushed.client.push(posting("5")).body


def test_the_warnings_of_one_record_are_bounded(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        answer = pushed.client.push(posting("1", **{f"{number}" * 100: 1 for number in range(1_000)}))
        assert answer.status == 202
        assert len(answer.body["warnings"]) == 20
        many = pushed.client.push([posting(str(number), **{f"x{of}": 1 for of in range(9)}) for number in range(200)])
        assert len(many.body["warnings"]) == 1_000
        assert max(len(each["field"]) for each in answer.body["warnings"]) == 60


STRANGE = {
    "no number": ('"salary_min": NaN', '"salary_min" is NaN'),
    "infinity": ('"salary_min": -Infinity', "is -Infinity"),
    "a number beyond bounds": ('"salary_min": 1e999', "beyond all bounds"),
    "true as an amount": ('"salary_min": true', '"salary_min" is not an amount'),
    "true as an id": ('"id": true', '"id" is neither text nor a number'),
    "a key that comes twice": ('"title": "Another"', 'the key "title" twice'),
    "an id of 4,000 digits": (f'"id": {"7" * 4_000}', "a number of 4,000 digits"),
    "an id of 4,000 characters": (f'"id": "{"7" * 4_000}"', "longer than 1,000 characters"),
    "the closing of such an id": (f'"id": "{"7" * 4_000}", "status": "closed"', "1 to 1,000 characters"),
    "a posting of a megabyte and more": (f'"description": "{"x" * 1_100_000}"', "1,000,000 bytes at most"),
}


@pytest.mark.parametrize("what", STRANGE)
@pytest.mark.parametrize("lines", [False, True])
def test_a_value_that_means_nothing_certain_costs_its_posting_and_no_other(
    tmp_path: Path, what: str, lines: bool
) -> None:
    strange, said = STRANGE[what]
    whole = json.dumps(posting("1"))
    bad = '{"title": "T", "company": "C", "url": "https://c.example/9", ' + strange + "}"
    with pushing(tmp_path) as pushed:
        body = "\n".join((whole, bad, whole)) if lines else f"[{whole}, {bad}, {whole}]"
        answer = pushed.client.send(body.encode(), kind=LINES if lines else "application/json")
        assert (answer.status, answer.body["accepted"]) == (207, 2)
        ((index, _, reason),) = answer.faults()
        assert index == 1
        assert said in reason
        assert pushed.events() == ["seen 1"]


@pytest.mark.parametrize(
    ("strange", "code", "field"),
    [
        ('"title": ""', "missing", "title"),
        ('"url": ""', "missing", "url"),
        ('"pay": NaN', "not_a_number", "pay"),
        ('"title": "a", "title": "b"', "key_twice", "title"),
        ('"salary_min": true', "wrong_type", "salary_min"),
        ('"salary_min": 9, "salary_max": 8', "out_of_order", "salary_min"),
        ('"workplace": "the moon"', "unknown_value", "workplace"),
        ('"status": "perhaps"', "unknown_value", "status"),
        ('"status": "closed", "url": ""', "missing", "id"),
        ('"a": {"b": ' + "[" * 40 + "]" * 40 + "}", "too_deep", None),
        ('"title": oops', "not_json", None),
    ],
)
def test_programs_go_by_a_code_and_a_field(running: Pushed, strange: str, code: str, field: str | None) -> None:
    fields = {"title": '"T"', "company": '"C"', "url": '"https://c.example/9"'}
    sound = ", ".join(f'"{name}": {value}' for name, value in fields.items() if f'"{name}"' not in strange)
    good = json.dumps(posting("1"))
    bad = f"{{{strange}, {sound}}}"
    for body, kind in ((f"[{bad}, {good}]", "application/json"), (f"{bad}\n{good}", LINES)):
        (error,) = running.client.send(body.encode(), kind=kind).body["errors"]
        assert (error["index"], error["code"], error["field"]) == (0, code, field)
        assert error["reason"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"[]", "application/json", 400, "body_empty"),
        (b'{"title": ', "application/json", 400, "not_json"),
        (b'{"a": 1}\n{"a": 2}', "application/json", 400, "goes_on"),
        (b"\xff\xfe", "application/json", 400, "bad_encoding"),
        (b"1", "application/json", 400, "wrong_form"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_a_request_that_is_not_taken_has_a_code(
    running: Pushed, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = running.client.send(body, kind=kind)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert Client(running.client.port, None).push(posting("1")).body["code"] == "unauthorized"


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b"", "application/json", 400, "neither a JSON object"),
        (b"[]", "application/json", 400, "no posting"),
        (b" \n \n", LINES, 400, "no posting"),
        (b'"text"', "application/json", 400, "neither a JSON object"),
        (b'{"title": ', "application/json", 400, "not JSON"),
        (b'{"a": 1}\n{"a": 2}', "application/json", 400, "application/x-ndjson"),
        (b"\xff\xfe", "application/json", 400, "not UTF-8"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "application/json", 400, "nested deeper than 32"),
        (b"[" * 100_000, "application/json", 400, ""),
        (b"{}", "text/plain", 415, "application/json"),
        (b"{}", None, 415, "application/json"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(
    tmp_path: Path, body: bytes, kind: str | None, status: int, said: str
) -> None:
    with pushing(tmp_path) as pushed:
        answer = pushed.client.send(body, kind=kind)
        assert answer.status == status
        assert said in answer.body["error"]


def test_without_a_known_key_nothing_is_read(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        for key in (None, "", "wrong", KEY[:-1], KEY + "k", "é" * 24):
            answer = Client(pushed.client.port, key).push(posting("1")) if key is None or key.isascii() else None
            if answer is not None:
                assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert Client(pushed.client.port, None).send(b"x", Authorization=f"Basic {KEY}").status == 401
        assert pushed.events() == []


def test_each_key_pushes_for_its_own_source(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        pushed.client.push(posting("1"))
        assert Client(pushed.client.port, OTHER_KEY).push(posting("1")).outcomes() == ["new"]
        assert {raw.source for raw in pushed.raw()} == {"acme", "other"}
        assert Client(pushed.client.port, OTHER_KEY).close("2").status == 404


def test_bodies_are_bounded_as_sent_and_as_meant(tmp_path: Path) -> None:
    with pushing(tmp_path, max_bytes=10_000, max_records=3) as pushed:
        assert pushed.client.push(posting("1", description="x" * 10_000)).status == 413
        assert pushed.client.gzipped(json.dumps(posting("1", description="x" * 9_000)).encode()).status == 202
        assert pushed.client.gzipped(b" " * 2_000_000).status == 413
        bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
        body = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(9)) + bomb.flush()
        assert len(body) < 10_000
        assert pushed.client.send(body, Content_Encoding="gzip").status == 413
        assert pushed.client.push(many(4)).status == 413
        assert pushed.client.lines(*many(4)).status == 413
        assert sorted(pushed.events()) == ["seen 1"]


def test_encodings_that_are_none_are_refused(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        body = json.dumps(posting("1")).encode()
        assert pushed.client.send(body, Content_Encoding="br").status == 415
        assert pushed.client.send(gzip.compress(gzip.compress(body)), Content_Encoding="gzip, gzip").status == 415
        assert pushed.client.send(body, Content_Encoding="gzip").status == 400
        assert pushed.client.send(gzip.compress(body)[:-9], Content_Encoding="gzip").status == 400
        assert pushed.events() == []


def test_a_chunked_body_without_a_length_is_bounded_too(tmp_path: Path) -> None:
    with pushing(tmp_path, max_bytes=10_000) as pushed:
        connection = http.client.HTTPConnection("127.0.0.1", pushed.client.port, timeout=60)
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/postings", iter([b"x" * 4_000] * 3), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
        connection.close()


def test_a_body_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    with pushing(tmp_path, body_s=0.3) as pushed, socket.create_connection(("127.0.0.1", pushed.client.port)) as slow:
        head = f"POST /v1/postings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
        slow.settimeout(10)
        assert b"408" in slow.recv(1_000)


def test_a_body_that_trickles_is_given_up_before_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.adapters.push.gate._SLACK_S", 0.5)
    with pushing(tmp_path, body_s=600) as pushed, socket.create_connection(("127.0.0.1", pushed.client.port)) as slow:
        head = f"POST /v1/postings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n{{".encode())
        slow.settimeout(0.05)
        said = b""
        for _ in range(200):
            slow.sendall(b" ")
            with suppress(TimeoutError):
                said = slow.recv(1_000)
                break
        assert b"408" in said


def test_a_key_beyond_its_share_is_told_to_slow_down_and_another_is_served(tmp_path: Path) -> None:
    with pushing(tmp_path, waiting=4, wait_s=20, body_s=20) as pushed, ExitStack() as stack:
        head = f"POST /v1/postings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        for _ in range(4):  # Two at work, two in line.
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", pushed.client.port)))
            slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n{{".encode())
        time.sleep(0.5)
        answer = pushed.client.push(posting("1"))
        assert (answer.status, answer.headers["retry-after"]) == (429, "5")
        assert Client(pushed.client.port, OTHER_KEY).push(posting("1")).status == 202


def test_a_stop_answers_whoever_is_still_sending_and_does_not_wait(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with pushing(tmp_path, body_s=600) as pushed:
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", pushed.client.port)))
            head = f"POST /v1/postings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n{{".encode())
            time.sleep(0.3)
            began = time.monotonic()
        assert time.monotonic() - began < 60
        said = slow.recv(2_000)
        assert b"503 " in said
        assert b"retry-after: 5" in said.lower()


def test_while_the_log_is_away_pushes_are_put_off_and_lose_nothing(tmp_path: Path) -> None:
    gates: list[Away] = []

    def around(log: SqliteLog) -> Away:
        gates.append(Away(log))
        return gates[0]

    with pushing(tmp_path, around=around) as pushed:
        answer = pushed.client.push(posting("1"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert "9092" not in answer.body["error"], "a client is not told of our engines"
        gates[0].away = False
        assert pushed.client.push(posting("1")).status == 202
        assert pushed.events() == ["seen 1"]


def test_more_requests_than_may_wait_are_answered_at_once(tmp_path: Path) -> None:
    says = threading.Event()
    with pushing(
        tmp_path, around=lambda log: Away(log, says), at_once=1, waiting=1, wait_s=300, max_bytes=1_000_000
    ) as pushed:
        statuses: list[int] = []

        def push(number: int) -> None:
            statuses.append(pushed.client.push(posting(str(number), description="x" * 800_000)).status)

        threads = [threading.Thread(target=push, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: len(statuses) >= 4, "all but who is at work and who waits are answered")
            assert statuses == [503] * 4
        finally:
            says.set()
            for thread in threads:
                thread.join()
        assert statuses == [503] * 6


def test_a_posting_is_closed_by_its_id(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        pushed.client.push(posting("https://fern.example/a?b=c", title="Gardener"))
        encoded = "https%3A%2F%2Ffern.example%2Fa%3Fb%3Dc"
        answer = pushed.client.close(encoded)
        assert (answer.status, answer.body["outcome"]) == (202, "closed")
        assert pushed.client.close(encoded).body["outcome"] == "unchanged"
        assert pushed.client.close("nothing").status == 404
        seen, closed = pushed.raw()
        assert (closed.event, closed.item, closed.attribution) == ("closed", seen.item, seen.attribution)
        assert closed.posting_id == seen.posting_id
        assert pushed.client.push(posting("https://fern.example/a?b=c")).outcomes() == ["reopened"]


def test_status_closed_closes_within_a_batch(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        pushed.client.push(many(2))
        rows = [{"id": "0", "status": "closed"}, posting("1", status="open"), {"id": "9", "status": "closed"}]
        answer = pushed.client.push([*rows, {"status": "closed"}, posting("5", status="perhaps")])
        assert {record["id"]: record["outcome"] for record in answer.body["records"]} == {
            "0": "closed",
            "1": "unchanged",
            "9": "unknown",
        }
        assert [(index, field) for index, field, _ in answer.faults()] == [(3, "id"), (4, "status")]


def test_the_last_of_equal_ids_in_a_request_counts(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        answer = pushed.client.push([posting("1", title="Old"), posting("2"), posting("1", title="New")])
        assert answer.outcomes() == ["superseded", "new", "new"]
        assert sorted(raw.item["title"] for raw in pushed.raw()) == ["Gardener", "New"]


def test_what_has_ended_is_kept_and_not_sent(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        assert pushed.client.push(posting("1", expires_at=(NOON - DAY).isoformat())).outcomes() == ["ended"]
        assert pushed.events() == []


def test_an_old_stock_can_be_pushed_without_alerting(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        pushed.client.push(posting("old", posted_at=(NOON - 9 * DAY).isoformat()), path="/v1/postings?backlog=true")
        pushed.client.push(posting("new", posted_at=(NOON - DAY).isoformat()), path="/v1/postings?backlog=true")
        pushed.client.push(posting("late", posted_at=(NOON - 9 * DAY).isoformat()))
        assert {raw.source_id: raw.backlog for raw in pushed.raw()} == {"old": True, "new": False, "late": False}


def test_recruiters_fields_are_dropped(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        pushed.client.push(posting("1", recruiter={"name": "Ann"}, contact_email="ann@fern.example"))
        assert "ann" not in json.dumps(pushed.raw()[0].item).casefold()


def test_a_paused_source_and_a_paused_endpoint_put_off(tmp_path: Path) -> None:
    paused = Pauses(sources=frozenset({"acme"}))
    with pushing(tmp_path, pauses=lambda: paused) as pushed:
        answer = pushed.client.push(posting("1"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")
        assert Client(pushed.client.port, OTHER_KEY).push(posting("1")).status == 202
        paused = Pauses(services=frozenset({"ingest"}))
        assert Client(pushed.client.port, OTHER_KEY).push(posting("2")).status == 503


def test_how_a_pushed_source_fares_is_noted(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    with pushing(tmp_path, clock=clock) as pushed:
        ledger = SqlSourceLedger(open_store(f"sqlite:///{tmp_path / 'store.sqlite'}"))
        pushed.client.push([posting("1"), posting("2", title="")])
        health = ledger.health("acme")
        assert health is not None
        assert (health.last_success, health.failures, health.counts.new) == (NOON, 0, 1)
        clock.advance(timedelta(minutes=1))
        pushed.client.push(posting("2", title=""))
        health = ledger.health("acme")
        assert health is not None
        assert (health.failures, health.last_error) == (1, 'refused: "title" is missing')


def test_many_clients_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    with pushing(tmp_path, clock=SystemClock()) as pushed:
        statuses: list[int] = []

        def push(number: int) -> None:
            rows = [posting(f"{number} {row}") for row in range(30)] + [posting("shared", title=f"T{number}")]
            statuses.append(pushed.client.push(rows).status)

        threads = [threading.Thread(target=push, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [202] * 12
        raw = pushed.raw()
        assert len([posting for posting in raw if posting.source_id != "shared"]) == 360
        shared = [posting for posting in raw if posting.source_id == "shared"]
        assert len({posting.fetched_at for posting in shared}) == 12
        assert pushed.client.push(posting("shared", title=shared[-1].item["title"])).outcomes() == ["unchanged"]


def test_the_page_of_the_api_names_every_field(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        assert pushed.client.send(b"", method="GET", path="/docs", kind=None).status == 200
        schema = pushed.client.send(b"", method="GET", path="/openapi.json", kind=None).body
        content = schema["paths"]["/v1/postings"]["post"]["requestBody"]["content"]
        fields = content["application/json"]["schema"]["oneOf"][0]["properties"]
        assert fields.keys() == FIELDS | {"status"}
        assert {"202", "207", "400", "401", "413", "415", "422", "503"} <= schema["paths"]["/v1/postings"]["post"][
            "responses"
        ].keys()


def test_what_was_pushed_is_counted(tmp_path: Path) -> None:
    with pushing(tmp_path) as pushed:
        pushed.client.push([posting("1"), posting("2", title="")])
        pushed.client.send(b"{", kind="application/json")
        value = pushed.metrics.registry.get_sample_value
        assert value("jobchime_pushed_postings_total", {"outcome": "new"}) == 1
        assert value("jobchime_pushed_postings_total", {"outcome": "refused"}) == 1
        assert value("jobchime_push_requests_total", {"status": "207"}) == 1
        assert value("jobchime_push_requests_total", {"status": "400"}) == 1


def test_keys_must_be_there_and_hard_to_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    def keys(**key: str) -> Keys:
        return Keys(PushSettings(keys={"acme": {"source": "acme", **key}}))

    with pytest.raises(UsageError, match="20 printable"):
        keys(key="short")
    with pytest.raises(UsageError, match="which is not set"):
        keys(key_from="NO_SUCH_VARIABLE_HERE")
    monkeypatch.setenv("ACME_PUSH", KEY)
    assert keys(key_from="ACME_PUSH").find(KEY) == ("acme", "acme")
    for both in ({}, {"key": KEY, "key_from": "ACME_PUSH"}):
        with pytest.raises(ValidationError, match="either by key or by key_from"):
            keys(**both)
    assert KEY not in repr(PushSettings(keys={"acme": {"source": "acme", "key": KEY}}))


def test_a_pushed_source_is_not_polled_too() -> None:
    polled = {"name": "acme", "url": "feeds"}
    with pytest.raises(ValidationError, match="which is polled"):
        IngestSettings(sources=[polled], push={"keys": {"a": {"source": "acme", "key": KEY}}})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pushing(tmp_path_factory.mktemp("push"), clock=SystemClock()) as pushed:
        yield pushed


names = st.sampled_from(sorted(FIELDS)) | st.text(max_size=9)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=12,
)
rows = st.one_of(
    values,
    st.fixed_dictionaries(
        {"title": st.text(max_size=9), "company": st.text(max_size=9), "url": st.text(max_size=9)},
        optional=dict.fromkeys(("id", "status", "salary_min", "countries", "posted_at", "skills"), values),
    ),
)


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=60) | st.lists(rows, max_size=6).map(lambda value: json.dumps(value).encode()),
    lines=st.booleans(),
)
def test_any_body_gets_an_answer_that_adds_up(running: Pushed, body: bytes, lines: bool) -> None:  # fmt: skip
    before = len(running.raw())
    answer = running.client.send(body, kind=LINES if lines else "application/json")
    assert answer.status in {202, 207, 400, 422}
    if answer.status == 400:
        assert answer.body.keys() == {"error", "code"}
        return
    taken, errors = answer.body["records"], answer.body["errors"]
    indexes = [record["index"] for record in [*taken, *errors]]
    assert sorted(indexes) == list(range(len(indexes)))
    assert {202: not errors, 207: bool(taken and errors), 422: not taken}[answer.status]
    sent = [record for record in taken if record["outcome"] in {"new", "changed", "reopened", "closed"}]
    assert len(running.raw()) - before == len(sent)


def test_a_large_push_is_written_in_slices_between_which_others_have_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    keep = SqlSourceLedger.keep

    def counted(ledger: SqlSourceLedger, rows: Iterable[KeptItem]) -> None:
        some = list(rows)
        written.append(len(some))
        keep(ledger, some)

    monkeypatch.setattr(SqlSourceLedger, "keep", counted)
    with pushing(tmp_path) as pushed:
        assert pushed.client.push(many(120)).status == 202
    assert sum(written) == 2 * 120
    assert max(written) <= 50

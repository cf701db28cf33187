"""The probes, over real sockets."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from services.runtime.errors import UsageError
from services.runtime.health.notes import Failure
from services.runtime.health.status import (
    LaneState,
    LaneStatus,
    Progress,
    RunnerStatus,
    ServiceStatus,
    heartbeats_of,
    not_ready,
)
from services.runtime.metrics.process import Metrics
from services.runtime.pauses import BY_OPERATOR, Pauses
from services.runtime.web.probes import Probed, ProbeServer
from tests.support.logs import NOON
from tests.support.slow_clients import sent_until_broken_off


class Facts:
    """What the probes are told."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.reasons: list[str] = []
        self.idle = 0.0

    def idle_s(self) -> float:
        return self.idle

    def probed(self) -> Probed:
        return Probed(self.metrics.registry, lambda: self.reasons, self.idle_s, stuck_after_s=60)


@contextmanager
def serving(facts: Facts) -> Iterator[ProbeServer]:
    with ProbeServer(facts.probed(), host="127.0.0.1", port=0) as server:
        yield server


def asked(server: ProbeServer, path: str, method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_metrics_come_as_text_and_as_openmetrics() -> None:
    facts = Facts()
    facts.metrics.meter("matcher").batch("postings.v1", 7, 0.1)
    with serving(facts) as server:
        status, kind, body = asked(server, "/metrics")
        assert (status, kind.split(";")[0]) == (200, "text/plain")
        assert b'jobchime_records_total{service="matcher",topic="postings.v1"} 7.0' in body
        _, kind, body = asked(server, "/metrics?x=1", Accept="application/openmetrics-text;version=1.0.0")
        assert kind.startswith("application/openmetrics-text")
        assert body.endswith(b"# EOF\n")


def test_ready_says_why_not() -> None:
    facts = Facts()
    with serving(facts) as server:
        assert asked(server, "/readyz")[0] == 200
        facts.reasons = ["matcher: waits: Elasticsearch is away"]
        status, _, body = asked(server, "/readyz")
        assert status == 503
        assert json.loads(body) == {"ready": False, "reasons": ["matcher: waits: Elasticsearch is away"]}
        assert asked(server, "/livez")[0] == 200, "an engine that is away is no reason to be killed"


def test_live_fails_when_the_loop_is_stuck_and_not_before() -> None:
    facts = Facts()
    with serving(facts) as server:
        facts.idle = 60.0
        assert asked(server, "/livez")[0] == 200
        facts.idle = 61.0
        status, _, body = asked(server, "/livez")
        assert status == 503
        assert "has not turned for 61 s" in json.loads(body)["reason"]


def test_other_paths_and_methods_are_refused() -> None:
    with serving(Facts()) as server:
        assert asked(server, "/")[0] == 404
        assert asked(server, "/metrics", "POST")[0] == 501
        status, _, body = asked(server, "/livez", "HEAD")
        assert (status, body) == (200, b"")


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    facts = Facts()
    with serving(facts) as server, pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1:"):
        ProbeServer(facts.probed(), host="127.0.0.1", port=server.port)


def test_a_second_worker_of_a_machine_takes_a_free_port() -> None:
    facts = Facts()
    with (
        serving(facts) as server,
        ProbeServer(facts.probed(), host="127.0.0.1", port=server.port, or_any=True) as other,
    ):
        assert other.port != server.port
        assert asked(other, "/livez")[0] == 200


def test_clients_that_say_nothing_do_not_keep_others_from_an_answer() -> None:
    with serving(Facts()) as server:
        silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
        began = time.monotonic()
        assert asked(server, "/livez")[0] == 200
        assert time.monotonic() - began < 30
        for each in silent:
            each.close()


def test_a_probe_that_breaks_is_an_answer_too() -> None:
    def broken() -> list[str]:
        raise RuntimeError("no status of someone@example.com")

    probed = Probed(Metrics().registry, broken, lambda: 0.0)
    with ProbeServer(probed, host="127.0.0.1", port=0) as server:
        status, _, body = asked(server, "/readyz")
        assert status == 500
        assert b"example.com" not in body
        assert asked(server, "/livez")[0] == 200


def test_answers_come_while_the_worker_is_busy() -> None:
    busy = threading.Event()
    worker = threading.Thread(target=lambda: [None for _ in iter(lambda: busy.is_set(), True)], daemon=True)
    worker.start()
    try:
        with serving(Facts()) as server:
            assert asked(server, "/metrics")[0] == 200
    finally:
        busy.set()


def service(
    *,
    loaded: bool = True,
    state: LaneState = "running",
    error: str | None = None,
    last: str | None = None,
    member: bool = True,
    ticks: int = 0,
) -> ServiceStatus:
    def failure(said: str | None) -> Failure | None:
        return None if said is None else Failure(said, NOON, NOON)

    failed = Failure("no such table: digests", NOON, NOON, "migrate", ticks) if ticks else None
    lane = LaneStatus("postings.v1", 0, 5, 2, state, 1, failure(error))
    return ServiceStatus("matcher", loaded, (lane,), 40, 2.5, 0, failure(last), member, failed)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (service(), None),
        (service(state="isolating"), None),
        (service(loaded=False), "not loaded yet"),
        (service(loaded=False, last="Kafka is away"), "not loaded: Kafka is away"),
        (service(member=False), "waits for its partitions"),
        (service(member=False, last="Kafka is away"), "without partitions: Kafka is away"),
        (service(state="waiting", error="Elasticsearch is away"), "waits: Elasticsearch is away"),
        (service(state="halted", error="halted at postings.v1:0:5"), "halted at postings.v1:0:5"),
        (service(ticks=4), None),
        (service(ticks=5), "what it does by the clock fails: no such table: digests"),
        (service(ticks=9, state="waiting", error="Elasticsearch is away"), "waits: Elasticsearch is away"),
    ],
)
def test_a_service_that_does_not_work_says_why(found: ServiceStatus, reason: str | None) -> None:
    status = RunnerStatus(NOON + timedelta(seconds=1), (found,))
    expected = () if reason is None else (f"matcher: {reason}",)
    assert not_ready(status, Pauses()) == expected
    (said,) = heartbeats_of(status, Pauses())
    assert (said.ready, said.reason, said.lag, said.dead, said.handled) == (reason is None, reason, 2, 1, 40)


def stalled(*looks: tuple[int, int, LaneState], idle_s: float = 0.0, paused: str = "") -> tuple[str | None, str | None]:
    """What the last of some heartbeats, one a minute of (offset, lag, state), gives as the reason, and what to do."""
    progress, said, pauses = Progress(), None, Pauses(services=frozenset({paused}))
    for minute, (offset, lag, state) in enumerate(looks):
        found = replace(service(), lanes=(LaneStatus("postings.v1", 0, offset, lag, state, 0),))
        status = RunnerStatus(NOON + timedelta(minutes=minute), (found,))
        (said,) = heartbeats_of(status, pauses, None, progress.stalls(status, pauses, idle_s))
    assert said is not None
    assert said.ready == (said.reason is None)
    return said.reason, said.mend


STANDS: tuple[int, int, LaneState] = (5, 1, "running")


@pytest.mark.parametrize(
    ("looks", "reason"),
    [
        ([STANDS] * 3, "handles none of 1 record to do"),
        ([STANDS] * 2, None),
        ([STANDS, STANDS, (6, 1, "running"), (6, 1, "running")], None),
        ([(5, 0, "running")] * 9, None),
        ([(5, 1, "waiting"), (5, 1, "waiting"), STANDS], None),
        ([STANDS, STANDS, (5, 9, "isolating")], "handles none of 9 records to do"),
    ],
)
def test_a_worker_that_moves_nothing_for_two_minutes_does_not_work(
    looks: Sequence[tuple[int, int, LaneState]], reason: str | None
) -> None:
    assert stalled(*looks) == (reason, "restart" if reason else None)
    assert stalled(*looks, paused="matcher") == (BY_OPERATOR, None)


def test_a_worker_whose_loop_hangs_is_not_ready_though_its_heartbeats_go_on() -> None:
    assert stalled((5, 0, "running"), idle_s=119) == (None, None)
    assert stalled((5, 0, "running"), idle_s=120) == ("its loop hangs", "restart")
    assert stalled((5, 0, "running"), idle_s=120, paused="matcher") == (BY_OPERATOR, None)


def test_a_worker_that_has_stood_since_before_its_clock_was_set_back_does_not_work_either() -> None:
    progress, lane = Progress(), LaneStatus("postings.v1", 0, 5, 1, "running", 0)
    found: Sequence[str] = ()
    for hours in (48, 0, 1):
        status = RunnerStatus(NOON + timedelta(hours=hours), (replace(service(), lanes=(lane,)),))
        found = list(progress.stalls(status, Pauses(), 0.0))
    assert found == ["matcher"]


def test_a_loop_that_waits_for_what_loads_does_not_hang() -> None:
    status = RunnerStatus(NOON, (service(), replace(service(loaded=False), name="notifier")))
    assert Progress().stalls(status, Pauses(), 600) == {}


def test_a_paused_service_is_not_ready_whatever_else() -> None:
    status = RunnerStatus(NOON, (service(state="halted", error="halted"),))
    assert not_ready(status, Pauses(services=frozenset({"matcher"}))) == ("matcher: paused by operator",)


def test_more_silent_clients_than_connections_do_not_keep_a_probe_from_an_answer() -> None:
    with serving(Facts()) as server:
        before = threading.active_count()
        silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
        assert asked(server, "/livez")[0] == 200
        assert threading.active_count() - before <= 70
        for each in silent:
            each.close()


@pytest.mark.parametrize("head", [b"GET /livez", b"GET /livez HTTP/1.0\r\nX: ", b"GET /livez HTTP/1.0\r\n"])
def test_a_request_without_end_is_broken_off_after_little(head: bytes) -> None:
    with serving(Facts()) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as endless:
        endless.sendall(head)
        assert sent_until_broken_off(endless, b"x" * 8_000 + b"\r\nX: ", every_s=0.002) < 10 << 20
        assert asked(server, "/livez")[0] == 200


def test_a_request_that_trickles_gets_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.probes._REQUEST_TIMEOUT_S", 0.5)
    with serving(Facts()) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as slow:
        slow.sendall(b"GET /livez HTTP/1.0\r\nX: ")
        assert sent_until_broken_off(slow, b"x", every_s=0.05) > 1, "it had the time that anybody has"

"""How far it is from Faust's agent to a service: each frame on the way is one that a reader of a traceback passes."""

import gc
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CoroutineType, FrameType

import pytest
from structlog.testing import capture_logs

import services
from services.runtime.clock import SystemClock
from services.runtime.faust.runner import FaustRunner
from services.runtime.faust.session import Session
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.topics import create
from services.runtime.metrics.freshness import Measured
from services.runtime.metrics.process import Metrics
from services.runtime.records import Record
from tests.support.engines import kafka_of_my_own
from tests.support.logs import Collecting, outs
from tests.support.record_logs import small_topics

pytestmark = pytest.mark.live
OURS = Path(services.__file__).parent
AGENT = Session._take.__code__


def name(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).relative_to(OURS)}:{frame.f_code.co_name}"


def is_ours(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).is_relative_to(OURS)


def awaited(coroutine: object) -> Iterator[FrameType]:
    """The frames from a coroutine down to what it waits for."""
    while isinstance(coroutine, CoroutineType):
        if coroutine.cr_frame is not None:
            yield coroutine.cr_frame
        coroutine = coroutine.cr_await


def agents() -> list[list[str]]:
    """Of each agent that waits for a batch: its frames, outermost first."""
    coroutines = [
        coroutine for coroutine in gc.get_objects() if type(coroutine) is CoroutineType and coroutine.cr_code is AGENT
    ]
    return [[name(frame) for frame in awaited(coroutine) if is_ours(frame)] for coroutine in coroutines]


def test_between_faust_and_a_service_lie_an_agent_a_stage_and_a_lane() -> None:
    seen: list[list[str]] = []

    def look(record: Record) -> None:
        here = [name(frame) for frame, _ in traceback.walk_stack(None) if is_ours(frame)]
        seen.append([*max(agents(), key=len), *reversed(here)])

    with kafka_of_my_own() as settings, RecordProducer(settings) as producer, capture_logs():
        create(settings, small_topics(settings))
        producer.produce(outs(1))
        service = Measured(Collecting(judge=look), Metrics(), SystemClock())
        FaustRunner(service, producer, settings, once=True).run(threading.Event())
    print("\n".join(seen[0]))
    assert seen == [
        [
            "runtime/faust/session.py:_take",
            "runtime/faust/session.py:_handle",
            "runtime/stages/stage.py:work",
            "runtime/stages/lane.py:work",
            "runtime/stages/lane.py:_handle",
            "runtime/metrics/freshness.py:handle",
        ]
    ]

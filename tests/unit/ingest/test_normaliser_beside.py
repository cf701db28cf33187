"""A process beside the normaliser changes when postings are read, and nothing of what comes out."""

import functools
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.codec import encode
from services.ingest.adapters.children.beside import AT_ONCE, MANY, NormaliserBeside
from services.ingest.adapters.children.normalise_apart import ReadingProcess
from services.ingest.adapters.children.work import records_read
from services.ingest.app import make_normaliser
from services.ingest.domain.normalise import REVISION
from services.ingest.settings import IngestSettings
from services.runtime.child import ChildEndedError
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.records import Outgoing, Record, ServiceWrapper
from services.settings import Settings
from tests.support.drafting import a_raw
from tests.support.waiting import until

NOON = datetime(2026, 8, 15, 12, tzinfo=UTC)
_LARGE = "<p>You must be based in Germany. Salary: €60,000 - €70,000 per year.</p>" * 1_000


@pytest.fixture(scope="module")
def process() -> Iterator[ReadingProcess]:
    """One for several tests, since its start takes seconds."""
    started = ReadingProcess(60.0)
    yield started
    started.child.close()


class Counted(ServiceWrapper):
    """Our own normaliser, and what it read."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        super().__init__(make_normaliser(stopping=stopping))
        self.read: list[int] = []

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        self.read += [record.offset for record in batch]
        return super().handle(batch)


class Here(ReadingProcess):
    """No process: the work is done in the thread that asks, once it may; or not at all."""

    def __init__(self) -> None:
        super().__init__(60.0)
        self.may = threading.Event()
        self.may.set()
        self.asked = 0
        self.fails: Exception | None = None

    def do(self, work: Callable[[], bytes], *, items: int = 1, stopping: Callable[[], bool] = lambda: False) -> bytes:
        self.asked += 1
        while not self.may.wait(0.01):
            if stopping():
                raise ChildEndedError(-signal.SIGKILL, stopped=True)
        if self.fails is not None:
            raise self.fails
        try:
            return work()
        except Exception as error:
            raise RuntimeError(str(error)) from error


def a_record(offset: int, html: str = "", *, value: bytes | None = None) -> Record:
    text = html or f"<p>Baker wanted in Porto, {offset} hours of dough. Remote within 2 hours of CET. Python, Go.</p>"
    item = {"guid": f"https://board.example/{offset}", "title": "Baker", "companyName": "Thorn", "description": text}
    raw = a_raw(format="himalayas", item=item, source_id=str(offset))
    return Record("raw.v1", 0, offset, b"key", value or encode(raw), {"ce_id": str(offset)}, NOON)


LOG = [a_record(offset) for offset in range(3 * MANY)]


def beside(
    own: Counted,
    process: ReadingProcess,
    log: Sequence[Record] = LOG,
    *,
    stopping: Callable[[], bool] = lambda: False,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> NormaliserBeside:
    def following(last: Record, most: int) -> Sequence[Record]:
        return list(log[last.offset + 1 : last.offset + 1 + most])

    return NormaliserBeside(own, {}, following, stopping=stopping, monotonic=monotonic, process=process)


def started(normaliser: NormaliserBeside) -> None:
    normaliser.handle(LOG[:MANY])
    until(lambda: normaliser.is_up, "the process can read")


def test_what_comes_out_is_the_same_and_the_process_has_read_of_it(process: ReadingProcess) -> None:
    log = [a_record(offset, _LARGE if offset == 300 else "") for offset in range(3 * MANY)]
    own = Counted()
    with beside(own, process, log) as normaliser:
        started(normaliser)
        own.read.clear()
        given = [normaliser.handle(log[at : at + MANY]) for at in range(0, len(log), MANY)]
    plain = make_normaliser()
    assert given == [plain.handle(log[at : at + MANY]) for at in range(0, len(log), MANY)]
    assert len(set(own.read)) < len(log)
    assert process.child.pid is None
    assert not [thread for thread in threading.enumerate() if "beside" in thread.name]


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").is_file(), reason="the system has no such order")
def test_where_memory_runs_out_the_process_is_ended_and_not_ours(process: ReadingProcess) -> None:
    process.do(functools.partial(bytes, 0))

    def first(pid: int | str | None) -> int:
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text())

    assert first(process.child.pid) == 1000 > first("self")


@pytest.mark.parametrize(("revision", "refused"), [(REVISION, False), (REVISION - 1, True)])
def test_a_process_of_a_release_installed_since_reads_nothing(
    process: ReadingProcess, revision: int, refused: bool
) -> None:
    with pytest.raises(RuntimeError, match="OtherRulesError") if refused else nullcontext():
        process.do(functools.partial(records_read, pickle.dumps({}), revision, LOG[:1]))


@pytest.mark.parametrize(("asked", "wanted"), [(None, False), (False, False), (True, True)])
def test_a_command_that_does_what_is_due_and_ends_has_none_unless_that_is_asked_for(
    asked: bool | None, wanted: bool
) -> None:
    settings = Settings(ingest=IngestSettings(reads_beside=asked))
    assert settings.in_one_go().ingest.reads_beside is wanted


def test_few_records_start_no_process() -> None:
    here = Here()
    with beside(Counted(), here) as normaliser:
        normaliser.handle(LOG[: MANY - 1])
        assert not normaliser.is_up
    assert not here.asked


def test_all_is_read_here_until_the_process_can_read() -> None:
    here, own = Here(), Counted()
    here.may.clear()
    with beside(own, here) as normaliser:
        normaliser.handle(LOG[:MANY])
        assert own.read == [*range(MANY)]
        here.may.set()
        until(lambda: normaliser.is_up, "the process can read")


def test_what_follows_is_read_ahead_of_its_turn() -> None:
    here, own = Here(), Counted()
    with beside(own, here) as normaliser:
        started(normaliser)
        normaliser.handle(LOG[:MANY])
        asked_for = here.asked
        until(lambda: here.asked >= asked_for + 2 * MANY // AT_ONCE, "the process reads on")
        own.read.clear()
        assert normaliser.handle(LOG[MANY : 2 * MANY]) == make_normaliser().handle(LOG[MANY : 2 * MANY])
        # Read ahead in pieces that are not those of the batch: of the last of them, what it lacks is asked for anew.
        assert set(own.read) <= set(range(2 * MANY - AT_ONCE, 2 * MANY))


def test_a_process_that_is_slow_leaves_all_but_its_piece_to_ours() -> None:
    here, own = Here(), Counted()
    with beside(own, here) as normaliser:
        started(normaliser)
        own.read.clear()
        here.may.clear()
        threading.Timer(0.5, here.may.set).start()
        assert normaliser.handle(LOG[:MANY]) == make_normaliser().handle(LOG[:MANY])
        assert len(own.read) == len(set(own.read)) >= MANY - 2 * AT_ONCE


@pytest.mark.parametrize("fails", [ChildEndedError(-signal.SIGPROF), RuntimeError("LargeItemError")])
def test_what_the_process_does_not_answer_ours_reads(fails: Exception) -> None:
    here, own = Here(), Counted()
    with beside(own, here, LOG[:MANY]) as normaliser:
        started(normaliser)
        here.fails = fails
        own.read.clear()
        assert normaliser.handle(LOG[:MANY]) == make_normaliser().handle(LOG[:MANY])
        assert sorted(own.read) == [*range(MANY)]


def test_the_first_record_that_is_poison_is_named_whoever_meets_another_before() -> None:
    log = [a_record(at, value=b"{}" if at in (70, MANY - 5) else None) for at in range(MANY)]
    with pytest.raises(PoisonError) as without:
        make_normaliser().handle(log)
    here = Here()
    with beside(Counted(), here, log) as normaliser:
        started(normaliser)
        here.may.clear()
        threading.Timer(0.5, here.may.set).start()
        with pytest.raises(PoisonError) as poison:
            normaliser.handle(log)
        assert (poison.value.offset, str(poison.value)) == (70, str(without.value))
        assert normaliser.handle(log[:70]) == make_normaliser().handle(log[:70])


def test_a_process_killed_in_the_midst_loses_nothing_and_is_started_again_later(process: ReadingProcess) -> None:
    now = [0.0]
    own = Counted()
    with beside(own, process, monotonic=lambda: now[0]) as normaliser:
        started(normaliser)
        normaliser.handle(LOG[:MANY])
        pid = process.child.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert normaliser.handle(LOG[MANY : 2 * MANY]) == make_normaliser().handle(LOG[MANY : 2 * MANY])
        until(lambda: not normaliser.is_up, "it is known to have ended")
        normaliser.handle(LOG[:MANY])
        assert not normaliser.is_up
        now[0] = 61.0
        started(normaliser)
        assert process.child.pid not in (None, pid)


def test_the_process_ends_after_a_minute_of_quiet(process: ReadingProcess) -> None:
    now = [0.0]
    with beside(Counted(), process, LOG[:MANY], monotonic=lambda: now[0]) as normaliser:
        started(normaliser)
        now[0] = 59.0
        normaliser.tick(NOON)
        assert process.child.pid is not None
        normaliser.handle(LOG[: AT_ONCE // 2])  # a few now and then are no reason to keep it
        now[0] = 61.0
        normaliser.tick(NOON + timedelta(minutes=1))
        assert process.child.pid is None


def test_a_stop_is_heeded_while_the_process_reads() -> None:
    stop = threading.Event()
    here = Here()
    with beside(Counted(stop.is_set), here, stopping=stop.is_set) as normaliser:
        started(normaliser)
        here.may.clear()
        stop.set()
        with pytest.raises(UnavailableError):
            normaliser.handle(LOG[:MANY])

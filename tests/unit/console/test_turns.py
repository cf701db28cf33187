"""Many letters go back with progress: one thing after another, told as it goes on, and none sent twice."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from schemas.topics import RAW, dead_of
from services.console import letters, live, turns
from services.console.turns import Turns
from services.runtime.errors import PoisonError, UnavailableError, UsageError
from services.runtime.letters.writing import letter_of
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing, Record
from services.settings import Settings
from services.usecases import dead_letters, recovery
from services.usecases.dead_letters import Chosen
from services.usecases.progress import Advance, Progress
from tests.support.console import TOKEN, ServedConsole
from tests.support.linting import AXE, RULES, axe
from tests.support.walking import open_browser

Rebuilts = Iterator[recovery.Rebuilt]
MANY = 120
REASON = "no such field"


@pytest.fixture
def many(log: SqliteLog) -> SqliteLog:
    now = datetime.now(UTC)
    died = [Record(RAW.name, 0, at, f"{at}".encode(), f"{at}".encode(), {}, now) for at in range(MANY)]
    error = PoisonError(REASON)
    log.produce([letter_of(record, error, attempts=1, consumer="normaliser", failed_at=now) for record in died])
    return log


class Gate:
    """Lets so many writes to the log through, and then each that waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._free, self.waits = threading.Semaphore(0), threading.Semaphore(0)
        self.fails = False
        write = SqliteLog.produce

        def produce(log: SqliteLog, records: Sequence[Outgoing]) -> None:
            self.waits.release()
            assert self._free.acquire(timeout=30)
            if self.fails:
                raise UnavailableError("the disk is full")
            write(log, records)

        monkeypatch.setattr(SqliteLog, "produce", produce)
        monkeypatch.setattr(letters, "_PATIENCE_S", 0.05)
        monkeypatch.setattr(live, "_EVERY_S", 0.05)

    def open(self, writes: int = 1_000) -> None:
        self._free.release(writes)

    def reached(self, writes: int) -> None:
        for _ in range(writes):
            assert self.waits.acquire(timeout=30)


@pytest.fixture
def gate(console: ServedConsole, many: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.open()


def send_back(console: ServedConsole) -> str:
    """Where one is led to."""
    fields = {"act": "replay", "error": REASON, "token": console.form_token()}
    answer = console.client.post("/letters/do", data=fields)
    assert answer.status_code == 303
    return answer.headers["location"]


def ended(console: ServedConsole, path: str) -> str:
    """What the page says at the end, as its events tell it."""
    with console.client.stream("GET", f"{path}/live") as answer:
        assert "event: last" in "".join(answer.iter_text())
    page = console.client.get(path).text
    assert "http-equiv" not in page
    [said] = re.findall(r'role="(?:status|alert)">([^<]+)<', page)
    return said


def sent(log: SqliteLog) -> list[bytes]:
    return sorted(record.value for record in log.read_all(RAW.name))


def test_while_letters_go_back_the_page_says_how_many_of_how_many(
    console: ServedConsole, many: SqliteLog, gate: Gate
) -> None:
    path = send_back(console)
    gate.open(2)
    gate.reached(3)
    page = console.client.get(path).text
    assert f'100 of {MANY} letters gone through</label> <progress id="far" value="100" max="{MANY}">' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert f'data-live="{path}/live"' in page
    gate.open()
    assert ended(console, path).startswith(f"{MANY} sent back; 0 left out")
    assert len(set(sent(many))) == len(sent(many)) == MANY


@pytest.mark.slow
def test_a_browser_shows_it_go_on_and_end(console: ServedConsole, many: SqliteLog, gate: Gate) -> None:
    base = str(console.client.base_url).rstrip("/")
    with open_browser() as browser, browser.new_context(viewport={"width": 390, "height": 800}) as context:
        tab = context.new_page()
        tab.goto(f"{base}/enter#{TOKEN}")
        tab.wait_for_url(f"{base}/")
        tab.goto(f"{base}/letters?error={REASON}")
        tab.get_by_role("button", name="Send all of these back").click()
        tab.wait_for_url(f"{base}/turns/*")
        gate.open(2)
        tab.get_by_label(f"100 of {MANY} letters gone through").wait_for()
        tab.evaluate(axe())
        assert [*tab.evaluate(AXE, RULES)] == []
        gate.open()
        tab.get_by_text(f"{MANY} sent back; 0 left out").wait_for()
        assert [*tab.evaluate(AXE, RULES)] == []
        tab.wait_for_function("live.readyState === EventSource.CLOSED")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert len(sent(many)) == MANY


def test_what_two_ask_for_at_once_is_sent_once(console: ServedConsole, many: SqliteLog, gate: Gate) -> None:
    first, second = send_back(console), send_back(console)
    assert "waits until what was asked for before is done" in console.client.get(second).text
    gate.open()
    assert ended(console, first).startswith(f"{MANY} sent back")
    assert ended(console, second).startswith(f"0 sent back; {MANY} left out")
    assert len(sent(many)) == MANY


def test_what_fails_on_the_way_says_how_far_it_came(
    console: ServedConsole, many: SqliteLog, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = send_back(console)
    gate.open(1)
    gate.reached(2)
    gate.fails = True
    gate.open()
    assert ended(console, path) == "the disk is full"
    assert f"50 of {MANY} letters had been gone through by then" in console.client.get(path).text
    gate.fails = False
    fields = {"act": "replay", "error": REASON, "token": console.form_token()}
    monkeypatch.setattr(letters, "_PATIENCE_S", 30)
    assert "70 sent back; 50 left out" in console.client.post("/letters/do", data=fields).text
    assert len(set(sent(many))) == len(sent(many)) == MANY


def test_what_a_former_process_was_asked_for_is_told_of(console: ServedConsole) -> None:
    answer = console.client.get("/turns/unknown")
    assert (answer.status_code, "counts as replayed" in answer.text) == (400, True)
    assert console.client.get("/turns/unknown/live").status_code == 400


def test_a_console_that_ends_breaks_off_and_what_is_left_is_sent_by_the_next(
    console: ServedConsole, many: SqliteLog
) -> None:
    over, settings, chosen = threading.Event(), console.installation.settings, Chosen(error=REASON)

    def work(progress: Progress) -> str:
        @contextmanager
        def ending(what: str, total: int | None = None) -> Iterator[Advance]:
            with progress(what, total) as advance:
                over.set()
                yield advance

        return str(dead_letters.replay(settings, chosen, again=False, progress=ending).sent)

    former = Turns(over)
    cut, never = former.take("replay letters", work), former.take("replay letters", work)
    for turn in (cut, never):
        assert turn.ends_within(30)
        with pytest.raises(UnavailableError, match="the console was ended"):
            assert turn.said
    assert (cut.done, never.done, len(sent(many))) == (50, 0, 50)
    assert dead_letters.replay(settings, chosen, again=False).sent == MANY - 50
    assert len(set(sent(many))) == len(sent(many)) == MANY


def test_an_index_is_built_once_where_two_ask_for_it_at_once(
    console: ServedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, hold = list[recovery.Index | None](), threading.Event()

    def rebuild(_settings: Settings, only: recovery.Index | None, _now: datetime, *, progress: Progress) -> Rebuilts:
        begun.append(only)
        with progress("Rebuilding", 40) as advance:
            advance(12)
            assert hold.wait(30)
            if only == recovery.Index.CRITERIA:
                raise UnavailableError("the disk is full")
        yield recovery.Rebuilt(only or "both", "of today")

    monkeypatch.setattr(recovery, "rebuild", rebuild)
    monkeypatch.setattr(live, "_EVERY_S", 0.05)

    def press(about: str) -> str:
        fields = {"act": "reindex", "about": about, "token": console.form_token()}
        return console.client.post("/do", data=fields).headers["location"]

    postings, criteria, everything = press("postings"), press("criteria"), press("")
    assert len({postings, criteria, everything}) == 3
    assert (press("postings"), press("criteria"), press("")) == (postings, criteria, everything)
    hold.set()
    assert ended(console, postings).startswith("The index of postings was built anew")
    assert ended(console, everything).startswith("The index of both was built anew")
    assert begun == ["postings", "criteria", None]
    assert ended(console, criteria) == "the disk is full"
    assert "12 of 40 records had been gone through by then; an index that is not" in console.client.get(criteria).text
    assert press("postings") != postings
    assert ended(console, press("nothing")) == "there is no index of nothing; there are those of criteria and postings"


def test_letters_go_back_beside_an_index_that_is_built_and_all_of_a_reason_word_for_word(
    console: ServedConsole, many: SqliteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = threading.Event()
    record, now = Record(RAW.name, 0, 7, b"other", b"other", {}, datetime.now(UTC)), datetime.now(UTC)
    longer = letter_of(record, PoisonError(f"{REASON} of that"), attempts=1, consumer="normaliser", failed_at=now)
    many.produce([longer])

    def rebuild(_settings: Settings, _only: recovery.Index | None, _now: datetime, *, progress: Progress) -> Rebuilts:
        assert hold.wait(30)
        yield recovery.Rebuilt("postings", "of today")

    monkeypatch.setattr(recovery, "rebuild", rebuild)
    monkeypatch.setattr(live, "_EVERY_S", 0.05)

    def press(act: str, about: str) -> str:
        fields = {"act": act, "about": about, "token": console.form_token()}
        return console.client.post("/do", data=fields).headers["location"]

    index = press("reindex", "postings")
    assert f"Replay these {MANY}" in console.client.get("/").text
    assert ended(console, press("replay letters", f"{dead_of(RAW.name)} {REASON}")).startswith(f"{MANY} sent back; 0")
    assert "The index of postings was built anew" not in console.client.get(index).text
    hold.set()
    assert ended(console, index).startswith("The index of postings was built anew")
    assert b"other" not in sent(many)


def test_letters_of_one_fault_go_back_whatever_each_says_and_no_other(console: ServedConsole, log: SqliteLog) -> None:
    now = datetime.now(UTC)
    for at, field in enumerate(("title", "title", "title", "url")):
        record = Record(RAW.name, 0, at, b"%d" % at, b"%d" % at, {}, now)
        error = PoisonError(f"board {at}: no {field}", code="missing", field=field)
        log.produce([letter_of(record, error, attempts=1, consumer="normaliser", failed_at=now)])
    page = console.client.get("/").text
    assert ("Replay these 3" in page, "Replay it" in page) == (True, True)
    about = "raw.v1.dead missing title"
    assert f'value="{about}"' in page
    done = console.client.post("/do", data={"act": "replay letters", "about": about, "token": console.form_token()})
    assert ended(console, done.headers["location"]).startswith("3 sent back")
    assert sent(log) == [b"0", b"1", b"2"]


def test_what_waits_has_a_bound_and_what_breaks_is_said_without_its_words() -> None:
    hold, made = threading.Event(), Turns(threading.Event())

    def work(_: Progress) -> str:
        assert hold.wait(30)
        raise ValueError("a secret")

    taken = [made.take("replay letters", work) for _ in range(turns._MOST_WAITING + 1)]
    with pytest.raises(UsageError, match="Too much waits"):
        made.take("replay letters", work)
    hold.set()
    assert all(turn.ends_within(30) for turn in taken)
    assert {turn.fault for turn in taken} == {"Something is broken here: ValueError. The log says more."}

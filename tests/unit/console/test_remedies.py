"""Whatever is not well: its button stands below it and does what it says, or it is said why there is none."""

import ast
import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_args

import pytest
from kafka.admin import ConfigResource

from deploy.prometheus.alerts import ALERTS
from schemas.topics import CRITERIA, MATCHES, RAW
from services.console import stream
from services.console.acts import ACTS, BY_HAND, PAGES, Act, button_of
from services.console.door import console_templates
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import Counts, SourceHealth
from services.ingest.push_settings import PushKey, PushSettings
from services.ingest.settings import IngestSettings, SourceSettings
from services.overview.search_yield import SearchYield
from services.overview.stream import troubles as package
from services.overview.stream.model import (
    DATA_FOLDER,
    ByHand,
    EngineView,
    LetterView,
    Overview,
    Remedy,
    RemedyAct,
    ServiceView,
    Trouble,
)
from services.overview.stream.troubles import every
from services.runtime.errors import Mend
from services.runtime.figures.amiss import Amiss
from services.runtime.figures.arriving import Arriving, EventCounts
from services.runtime.figures.canary import CanaryFigures
from services.runtime.figures.cut_off import NOBODY_MAILED, CutOff
from services.runtime.figures.hours import StageFigures
from services.runtime.figures.lost_postings import LostPostings
from services.runtime.figures.mail import FAULTS, DayFigures, MailFault, MailFigures
from services.runtime.figures.peak import Peak
from services.runtime.figures.restarts import Restarts
from services.runtime.figures.silence import Silence
from services.runtime.figures.sources import LeftOpen, SourceFigures, SourceState
from services.runtime.figures.stream import StoreFigures
from services.runtime.figures.webhooks import WebhookFigures
from services.runtime.files.datadir import LOG_FILE
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats, Worker
from services.runtime.health.last_words import LastWords
from services.runtime.http.certificate import Certificate
from services.runtime.kafka import topics
from services.runtime.kafka.findings import Kept, TopicFinding
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.log.sqlite import SqliteLog
from services.runtime.metrics.catalogue import Objective
from services.runtime.pauses import Pause, Pauses, Terms
from services.runtime.sql.own_file import OwnFile
from services.runtime.sql.ran_ahead import RanAhead
from services.sender import SenderRecord
from services.usecases import operators, sources, workers
from services.way_in import Leaving
from tests.support.console import ServedConsole, served_console
from tests.support.logs import NOON

MODULES: tuple[ModuleType, ...] = tuple(
    import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OBJECTIVE = Objective(60.0, 0.99)
LATE = StageFigures("fetched to stored", 100, 0.1, 0.2, 0.3, OBJECTIVE, 0.85, -9.0, 100, 15)


def worker(name: str, service: str = "matcher", *, silent: timedelta = timedelta(), **beat: Any) -> Worker:
    heartbeat = Heartbeat(service, **{"ready": True, "per_second": 5.0, **beat})
    return Worker(name, "host", 7, "0.1.0", NOON - DAY, NOON - silent, False, None, heartbeat)


def service(*has: Worker, lag: int = 0, name: str = "matcher", **more: Any) -> ServiceView:
    return ServiceView(name, lag, has, **more)


def served(*services: ServiceView, form: Any = "deployed", **more: Any) -> Overview:
    return Overview(NOON, form, figures=StoreFigures(NOON), services=services, **more)


def stored(**more: Any) -> Overview:
    return Overview(NOON, "deployed", figures=StoreFigures(NOON, **more))


def mailed(**more: Any) -> Overview:
    return stored(mail=MailFigures(**more))


def source(state: SourceState, name: str = "board", **more: Any) -> SourceFigures:
    why = state if state in ("barren", "stale", "unread", "replaced", "ended") else None
    return SourceFigures(name, state, amiss=why and Amiss(why, NOON - DAY, DAY), **more)


def amiss() -> Iterator[Overview]:
    """One of each kind, and where its words differ of each of these."""
    for mend in (*get_args(Mend), None):
        yield Overview(NOON, "deployed", engines=(EngineView("Kafka", False, "no answer", mend=mend),))
        yield served(service(worker("w1", ready=False, reason="waits", mend=mend)))
        failing = worker("w1", last_error="no room", last_error_since=NOON - HOUR, last_error_at=NOON, mend=mend)
        yield served(service(failing))
    for kept in get_args(Kept)[1:]:
        fault = TopicFinding("raw.v1", "retention.ms is 1, not 2", kept=kept)
        yield Overview(NOON, "deployed", topic_faults=(fault,))
    yield stored(own_file=OwnFile("b", NOON))
    yield replace(stored(own_file=OwnFile("b", NOON)), leaving=Leaving(run="a"))
    yield Overview(NOON, "deployed", search_yield=SearchYield(100, 97, 500, "skills"))
    yield stored(cut_off=CutOff("quiet", usual=8.0))
    yield stored(cut_off=CutOff("folder", kept=3))
    yield stored(silence=Silence(NOON - 2 * DAY, 900, 9.6))
    for is_off in (True, False):
        yield stored(left_open=(LeftOpen("gone", 12, NOON + DAY, is_off),))
    yield Overview(
        NOON, "deployed", sender_faults=(SenderRecord("SPF", "wrong", "says of no server that it may send", "say"),)
    )
    yield Overview(NOON, "deployed", leaving=Leaving(lost="POST https://jobs.example/u/nobody answers 502"))
    yield replace(stored(way_in_met=NOON - HOUR), leaving=Leaving(unreached="gives no answer"))
    yield Overview(NOON, "deployed", leaving=Leaving(refused="POST https://jobs.example/u/nobody answers 405"))
    two = (replace(worker(name), version=name) for name in ("w1", "w2"))
    yield served(service(*two))
    yield stored(searches=1, sources=(source("paused", pause=Pause(NOON - DAY)),))
    several = (source("paused", name, pause=Pause(NOON - DAY)) for name in ("one", "two"))
    yield stored(searches=1, sources=tuple(several))
    yield stored(sources=(replace(source("unread"), amiss=Amiss("unread", NOON - DAY, odd_pay=12)),))
    yield stored(sources=(source("ok", moved_to="https://new.example/feed"),))
    yield Overview(NOON, "deployed", lost_postings=LostPostings(500, 480))
    yield stored(sources=(replace(source("unread"), amiss=Amiss("unread", NOON, lost=("pay",), unsaid=20)),))
    yield stored(sources=(replace(source("empty"), amiss=Amiss("barren", NOON - DAY, ran_out=True)),))
    yield stored(sources=tuple(source("ok", name, moved_to=f"https://{name}.example") for name in ("one", "two")))
    yield Overview(NOON, "embedded", engines=(EngineView(DATA_FOLDER, False, "is full"),))
    planned = Pause(NOON - DAY, Terms(NOON + DAY, "holidays", "ada"))
    yield stored(searches=1, sources=(source("paused", pause=planned),))
    yield stored(searches=1, sources=tuple(source("paused", name, pause=planned) for name in ("one", "two")))
    yield served(service(paused=True, pause=planned))
    yield stored(pauses=Pauses(sending=True, of={"sending": planned}))
    yield served(service(paused=True, pause=Pause(NOON - DAY)))
    collector, normaliser = (
        service(name=f"ingest.{name}", paused=True, held_by="ingest") for name in ("collector", "normaliser")
    )
    yield served(collector, normaliser)
    yield served(
        *(
            service(worker("w1", name, ready=False, reason="waits", mend="reindex"), name=name)
            for name in ("matcher", "notifier")
        )
    )
    yield served(service(), form="embedded")
    yield served(service(), form="embedded", run_since=NOON - HOUR)
    yield served(service(), form="embedded", run_since=NOON)
    yield served(service(), service(worker("w1", "notifier"), name="notifier"), form="embedded")
    yield served(service())
    yield served(service(name="portal"))
    yield served(service(worker("w1", "console", silent=HOUR), name="console", needed=False))
    yield served(service(worker("w1", per_second=0.0), lag=5_000))
    yield served(service(worker("w1"), lag=50_000))
    yield served(service(worker("w1", lag=600, per_second=0.5, freshness_s=900.0), worker("w2"), lag=600))
    yield served(service(*(worker(f"w{at}", ready=False, reason="waits") for at in range(9))))
    yield served(service(worker("w1"), worker("w2", silent=HOUR)))
    yield served(service(worker("w1"), *(worker(f"gone-{at}", silent=HOUR) for at in range(9))))
    yield served(service(worker("w1", silent=-HOUR)))
    fell = replace(worker("w2", silent=MINUTE), stopped=True)
    yield served(service(worker("w1"), fell, last_words=(LastWords("w2", NOON - MINUTE, "no room"),)))
    anew = [replace(worker(f"new-{at}"), started_at=NOON - MINUTE) for at in range(9)]
    for gone in (1, 9):
        yield served(service(*anew, *(worker(f"gone-{at}", silent=2 * MINUTE) for at in range(gone))))
    often = tuple(Restarts(f"w{at}", 4, 4, NOON - MINUTE) for at in range(9))
    yield served(service(worker("w1"), restarts=often))
    names = ("ingest.normaliser", "matcher", "notifier")
    yield served(*(service(worker(name, name, silent=MINUTE), name=name) for name in names))
    begun = replace(worker("w1"), started_at=NOON - MINUTE)
    yield served(service(begun, last_words=(LastWords("w1", NOON - 2 * MINUTE, "topic raw.v1 is not there"),)))
    collecting = service(worker("w1", "ingest.collector"), name="ingest.collector")
    yield replace(stored(sources=(source("ok", next_due=NOON - HOUR),)), services=(collecting,))
    yield replace(stored(sources=(source("waiting"),)), services=(collecting,))
    yield replace(stored(recent_postings=9), indexed=3)
    yield replace(stored(settled_criteria=9), indexed_criteria=3)
    yield replace(stored(), free=9 << 20)
    yield replace(stored(), certificate=Certificate("jobs.example", refused="certificate has expired"))
    for ends in (NOON - DAY, NOON + DAY):
        yield replace(stored(), certificate=Certificate("jobs.example", NOON - 80 * DAY, ends))
    yield replace(
        served(service(worker("w1", "notifier"), name="notifier")), peak=Peak(NOON, 100_000, 5_200.0, 0.052, 1)
    )
    yield replace(stored(), stages=(LATE,))
    yield replace(stored(), stages=(replace(LATE, lately=0, lately_late=0),))
    yield replace(
        stored(), undeclared=3, freshness_s={"notifier": 90.0}, letters=(LetterView("raw.v1.dead", "no", "no", 3),)
    )
    yield replace(stored(), letters=tuple(LetterView("raw.v1.dead", f"no {at}", f"no {at}", 3, 3) for at in range(2)))
    yield replace(stored(), letters=tuple(LetterView("raw.v1.dead", f"no {at}", f"no {at}", 3, 3) for at in range(9)))
    states: tuple[SourceState, ...] = (
        "silent", "hanging", "failing", "shrunk", "empty", "unread", "replaced", "ended", "stale", "barren", "paused",
    )  # fmt: skip
    for state in states:
        yield stored(sources=(source(state),))
        yield stored(sources=(source(state, pushed=True),))
        yield stored(sources=tuple(source(state, f"board-{at}") for at in range(9)))
    for differ in ("title", "pay", "town"):
        found = Amiss("replaced", NOON - DAY, renamed=20, differ=differ)
        yield stored(sources=(replace(source("replaced"), amiss=found),))
    yield stored(sources=(replace(source("shrunk"), held=12, lacking=12),))
    yield stored(sources=(replace(source("unread"), amiss=Amiss("unread", NOON - DAY, cut=True)),))
    yield stored(
        sources=(replace(source("unread"), amiss=Amiss("unread", NOON - DAY, led=("a.example", "b.example"))),)
    )
    yield stored(sources=(replace(source("stale"), amiss=Amiss("stale", NOON - DAY, DAY, pushes=True)),))
    yield stored(sources=(source("ok"),), last_posting=NOON - DAY)
    for none in ((), (source("off"),)):
        yield stored(sources=none, searches=1)
    yield stored(digests={"hold": 20})
    yield stored(digests={"hold": 20}, cut_off=CutOff("held"))
    for why in NOBODY_MAILED[:3]:
        yield stored(cut_off=CutOff(why, why, NOON - DAY))
    yield stored(cut_off=CutOff(nowhere="sandbox"), searches=3)
    yield stored(cut_off=CutOff(suppressed=10, of=20))
    yield stored(pauses=Pauses(sending=True, restored=True))
    yield stored(pauses=Pauses(sending=True, stopped_because="readers complain"))
    yield stored(pauses=Pauses(sending=True))
    yield stored(pauses=Pauses(confirmations_stopped_because="many came back"))
    yield stored(deliveries={"unknown": 2})
    yield stored(due_subscribers=4, due_since=NOON - HOUR)
    for topic in (MATCHES, CRITERIA, RAW):
        yield stored(left_unread={topic.name: 3})
        yield replace(stored(left_unread={topic.name: 3}), form="embedded")
    yield stored(outbox=20_000)
    yield stored(canary=CanaryFigures(NOON - HOUR, NOON - DAY, is_under_way=True))
    yield stored(canary=CanaryFigures(NOON - MINUTE, NOON - MINUTE, digest_at=NOON - DAY, has_digest=False))
    yield stored(canary=CanaryFigures(NOON - DAY, NOON - DAY))
    yield stored(webhooks=WebhookFigures({"active": 1}, 3, NOON - HOUR))
    yield stored(sign_ups=100_000)
    yield stored(links_lost=NOON - HOUR)
    yield stored(ran_ahead=RanAhead(due_too_late=3, put_right=3, put_right_at=NOON, until=NOON + DAY))
    yield mailed(day=DayFigures(5, 5, 3, NOON + HOUR))
    yield stored(mail=MailFigures(day=DayFigures(0, 0, 0, NOON + DAY)), due_subscribers=3)
    yield mailed(untaken=3, untaken_since=NOON - HOUR)
    for fault in FAULTS:
        yield mailed(faults=(MailFault(fault, fault in ("settings", "away", "busy"), 3, NOON - HOUR, NOON, "no"),))
    yield mailed(faults=(MailFault("away", True, 3, NOON - HOUR, NOON - MINUTE, "no"),), last_accepted=NOON)
    yield mailed(unheard=3, unheard_since=NOON - HOUR)
    yield mailed(unheard=3, unheard_since=NOON - HOUR, events_refused=3)
    kinds = {"soft_bounced": 9, "bounced": 9, "dropped": 9, "dropped_address": 9, "spam": 9, "unsubscribed": 9}
    yield mailed(arriving=Arriving(EventCounts(20, kinds), EventCounts(20, kinds), put_off=9, unended=9))


@pytest.fixture
def troubled_lines(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """By module, the lines that made a trouble."""
    lines = defaultdict[str, set[int]](set)

    def made(*args: Any, **kwargs: Any) -> Trouble:
        frame = sys._getframe(1)
        lines[Path(frame.f_code.co_filename).name].add(frame.f_lineno)
        return Trouble(*args, **kwargs)

    for module in MODULES:
        monkeypatch.setattr(module, "Trouble", made)
    return lines


def places_of(module: ModuleType) -> Iterator[range]:
    """The lines of each call that makes a trouble."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Trouble":
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1)


def test_each_kind_of_trouble_has_its_button_or_says_why_there_is_none(troubled_lines: dict[str, set[int]]) -> None:
    page = console_templates(lambda: NOON).get_template("stream_now.html.j2")
    for overview in amiss():
        shown = page.render({"form_token": "x", **stream._shown(overview)})
        kinds = re.findall(r'<li class="(?:grave|note)">.*?</li>', shown, re.DOTALL)
        assert len(kinds) == len(every.troubles(overview)) > 0
        for kind in kinds:
            ways = [way in kind for way in ("<button", '<a class="button', "No button: ")]
            assert ways.count(True) == 1, kind
        ids = re.findall(r' id="([^"]*)"', shown)
        assert len(ids) == len({*ids}), ids
    never = {
        f"{module.__name__}:{lines[0]}"
        for module in MODULES
        for lines in places_of(module)
        if troubled_lines[Path(str(module.__file__)).name].isdisjoint(lines)
    }
    assert never == set(), "kinds of trouble that nothing here makes"


def test_each_kind_of_trouble_has_its_alert_or_the_runbook_says_why_none() -> None:
    page = Path(__file__).parents[3].joinpath("docs", "runbook.md").read_text(encoding="utf-8")
    table = page.partition("## Trouble and its alert")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", table, re.MULTILINE)[1:]
    kinds = {kind: why for kinds, why in rows for kind in kinds.split(" / ")}
    sentences = {trouble.what for overview in amiss() for trouble in every.troubles(overview)}

    def those_of(kind: str) -> set[str]:
        return {what for what in sentences if re.fullmatch(".*".join(map(re.escape, kind.split("…"))), what)}

    assert sentences - {what for kind in kinds for what in those_of(kind)} == set(), "without a row"
    assert [kind for kind in kinds if not those_of(kind)] == [], "of no trouble"
    names = {kind: set(re.findall(r"Jobchime\w+", why)) for kind, why in kinds.items()}
    assert [kind for kind, named in names.items() if not named and not kinds[kind].startswith("none: ")] == []
    assert {name for named in names.values() for name in named} <= {alert.name for alert in ALERTS}


def test_a_button_has_the_same_id_whatever_stands_before_it() -> None:
    some = [
        Trouble("one", "do", Remedy("poll source", "a board")),
        Trouble("two", "do", Remedy("show letters", "raw.v1.dead")),
        Trouble("three", "do", Remedy("reindex")),
        Trouble("four", "do", Remedy("reindex")),
        Trouble("five", "do", "machine"),
    ]
    ids = {trouble.what: id for trouble, _, id in stream._with_buttons(some)}
    assert not [id for id in ids.values() if re.search(r"\s", id)]
    more = [Trouble("new", "do", Remedy("poll source", "another")), some[1], some[0]]
    again = {trouble.what: id for trouble, _, id in stream._with_buttons(more)}
    assert [again[what] for what in ("one", "two")] == [ids[what] for what in ("one", "two")]


def test_what_may_be_done_is_known_to_the_page() -> None:
    assert {*ACTS, *PAGES} == {*get_args(RemedyAct)}
    assert {*BY_HAND} == {*get_args(ByHand)}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    board = SourceSettings(name="board", url="https://board.example/feed")
    with served_console(tmp_path, ingest=IngestSettings(sources=(board,))) as made:
        made.sign_in()
        yield made


ABOUT = {"pause": "matcher", "resume": "sending", "forget worker": "gone", "reindex": "postings"}
ABOUT |= {"poll sources": "failing HTTP 500", "resume sources": "paused", "replay letters": "raw.v1.dead no title"}
NONE_HERE = {
    "reindex": "workers hold criteria in memory",
    "poll sources": "no source is failing for that reason any more",
    "resume sources": "no source is paused for that reason any more",
    "replay letters": "no log",
}
"""What those that take their time say here."""
NOT_HERE = {"accept source", "make topics"}
"""What there is nothing to be done about here: its page says why."""


def heard_of(console: ServedConsole, name: str, of: str = "matcher", *, at: datetime) -> None:
    began = console.now - 2 * HOUR
    SqlHeartbeats(console.installation.engine, name, began).publish([Heartbeat(of, ready=True)], at)


@pytest.mark.parametrize("act", ACTS)
def test_each_button_does_what_it_says_or_why_it_cannot_and_is_written_down(console: ServedConsole, act: str) -> None:
    heard_of(console, "gone", at=console.now - HOUR)
    heard_of(console, "here", at=console.now)
    about = ABOUT.get(act, "board" if act.endswith(" source") else "")
    done = console.client.post("/do", data={"act": act, "about": about, "token": console.form_token()})
    assert done.status_code == (400 if act in NOT_HERE else 303)
    [written] = operators.latest(console.installation)
    assert (written.act, written.about) == (act, about)
    if not isinstance(ACTS[act], Act):
        turn = done.headers["location"]
        with console.client.stream("GET", f"{turn}/live") as answer:
            assert "event: last" in "".join(answer.iter_text())
        assert NONE_HERE[act] in console.client.get(turn).text
    left = ["gone", "here"] if "forget" not in act else ["here"]
    assert [each.worker for each in workers.listed(console.installation)] == left


def test_sources_that_fail_for_one_reason_are_polled_at_once_and_no_other_is(tmp_path: Path) -> None:
    boards = tuple(SourceSettings(name=f"b{at}", url=f"https://b{at}.example/feed") for at in range(6))
    with served_console(tmp_path, ingest=IngestSettings(sources=boards)) as console:
        console.now = datetime.now(UTC)
        console.sign_in()
        later, ledger = console.now + HOUR, SqlSourceLedger(console.installation.engine)
        for board, error in zip(boards, ["HTTP 500"] * 5 + ["HTTP 410"], strict=True):
            failed = SourceHealth(board.name, console.now - HOUR, later, console.now, failures=3, last_error=error)
            ledger.settle(failed, Counts())
        page = console.client.get("/").text
        assert "Poll these 5 now" in page
        about = re.findall(r'value="(failing [^"]*)"', page)
        assert about == ["failing HTTP 500"]
        fields = {"act": "poll sources", "about": about[0], "token": console.form_token()}
        turn = console.client.post("/do", data=fields).headers["location"]
        with console.client.stream("GET", f"{turn}/live") as answer:
            assert "5 sources will be asked with the next tick: b0, b1, b2, b3, b4." in "".join(answer.iter_text())
        due = {
            health.source for health in ledger.healths() if health.next_due is None or health.next_due <= console.now
        }
        assert due == {f"b{at}" for at in range(5)}


def test_sources_that_are_paused_go_on_at_once_and_so_does_one_that_is_pushed(tmp_path: Path) -> None:
    boards = tuple(SourceSettings(name=f"b{at}", url=f"https://b{at}.example/feed") for at in range(4))
    push = PushSettings(keys={"a": PushKey(source="acme", key="k" * 24)})
    with served_console(tmp_path, ingest=IngestSettings(sources=boards, push=push)) as console:
        console.now = datetime.now(UTC)
        console.sign_in()
        for name in ("acme", *(board.name for board in boards)):
            workers.hold_source(console.installation, name, console.now, paused=True)
        assert "Go on with these 5" in console.client.get("/").text
        fields = {"act": "resume sources", "about": "paused", "token": console.form_token()}
        turn = console.client.post("/do", data=fields).headers["location"]
        with console.client.stream("GET", f"{turn}/live") as answer:
            assert "event: last" in "".join(answer.iter_text())
        states = {
            standing.figures.name: standing.figures.state
            for standing in sources.standings(console.installation, console.now)
        }
        assert sorted(states) == ["acme", "b0", "b1", "b2", "b3"]
        assert "paused" not in states.values()


def test_lost_workers_are_forgotten_where_others_go_on_and_one_that_came_back_keeps_none_of_them(
    console: ServedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard_of(console, "here", at=console.now)
    for name, of in (("came-back", "matcher"), ("gone", "matcher"), ("last", "notifier")):
        heard_of(console, name, of, at=console.now - HOUR)
    before = workers.listed(console.installation)
    heard_of(console, "came-back", at=console.now)
    monkeypatch.setattr(workers, "read_workers", lambda _: before)
    done = console.client.post("/do", data={"act": "forget lost workers", "token": console.form_token()})
    assert (done.status_code, "not all were forgotten: came-back runs" in done.text) == (400, True)
    monkeypatch.undo()
    assert [each.worker for each in workers.listed(console.installation)] == ["came-back", "here", "last"]


def test_a_button_says_which_index_is_built_anew() -> None:
    labels = [button.label for about in ("postings", "") if (button := button_of(Remedy("reindex", about)))]
    assert labels == ["Build anew the index of postings", "Build all indices anew"]


class Cluster:
    """Topics of which one is missing, one has too few partitions, and one is kept for another time."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._names = {settings.topic(topic.name): topic for topic in topics.planned(settings)}
        self.there = {
            name: (topic.partitions, dict(topic.configs))
            for name, topic in self._names.items()
            if topic.name != CRITERIA.name
        }
        self.there[settings.topic(RAW.name)] = (1, self.there[settings.topic(RAW.name)][1])
        self.there[settings.topic(MATCHES.name)][1]["retention.ms"] = "1"

    def ask(self, question: Callable[["Cluster"], Any]) -> Any:
        return question(self)

    def changing(self) -> AbstractContextManager["Cluster"]:
        return nullcontext(self)

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        led = {"leader_id": 1, "replica_nodes": [1]}
        return [
            {"name": name, "error_code": 0, "partitions": [led] * self.there[name][0]}
            for name in names
            if name in self.there
        ]

    def describe_configs(self, resources: list[ConfigResource], config_filter: str) -> dict[str, Any]:
        names = [resource.name for resource in resources]
        return {"topic": {n: {key: {"value": text} for key, text in self.there[n][1].items()} for n in names}}

    def create_topics(self, wanted: dict[str, dict[str, Any]], raise_errors: bool) -> dict[str, Any]:
        self.there |= {name: (topic["num_partitions"], topic["configs"]) for name, topic in wanted.items()}
        return {"topics": [{"error_code": 0} for _ in wanted]}


def test_topics_are_made_where_they_are_missing_and_those_that_services_use_stay_as_they_are(
    console: ServedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = console.installation.settings.kafka
    cluster = Cluster(settings)
    monkeypatch.setattr(topics, "Offsets", lambda *_: nullcontext(cluster))
    before = dict(cluster.there)
    for _ in range(2):
        done = console.client.post("/do", data={"act": "make topics", "token": console.form_token()})
        assert done.status_code == 303
        made = {name: cluster.there[name] for name in cluster.there.keys() - before.keys()}
        assert [*made] == [settings.topic(CRITERIA.name)]
        assert cluster.there == before | made


def test_each_page_that_a_button_leads_to_is_there(console: ServedConsole, tmp_path: Path) -> None:
    with SqliteLog(tmp_path / LOG_FILE):
        pass
    for page in PAGES.values():
        path, _, at = page.address("raw.v1.dead").partition("#")
        answer = console.client.get(path)
        assert answer.status_code == 200, path
        assert not at or f'id="{at}"' in answer.text


def test_who_pauses_by_a_page_says_until_when_and_why_and_the_pages_say_it(tmp_path: Path) -> None:
    with served_console(
        tmp_path, ingest=IngestSettings(sources=(SourceSettings(name="b", url="https://b.example/"),))
    ) as console:
        console.now = datetime.now(UTC)
        console.sign_in()
        for act, about, page in (("pause source", "b", "/sources/b"), ("pause", "sending", "/sending")):
            fields = {"act": act, "about": about, "why": "holidays", "back": page, "token": console.form_token()}
            until = console.now + 3 * DAY
            assert console.client.post("/do", data=fields | {"until": "never"}).status_code == 400
            assert console.client.post("/do", data=fields | {"until": f"{until + 99 * DAY:%FT%R}"}).status_code == 400
            assert console.client.post("/do", data=fields | {"until": f"{until:%FT%R}"}).status_code == 303
            assert f"until {until:%F %R}Z" in console.client.get(page).text
        assert f"is paused by operator until {until:%F %R}Z (" in console.client.get("/").text

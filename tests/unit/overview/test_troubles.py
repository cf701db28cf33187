"""What is not well is told, with what to do; what is well is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from schemas.giving import Giving
from services.overview.stream.model import (
    DATA_FOLDER,
    SOURCE_SEVERITY,
    EngineView,
    LetterView,
    Overview,
    Remedy,
    ServiceState,
    ServiceView,
    TopicView,
)
from services.overview.stream.spans import ago
from services.overview.stream.troubles.every import healthy, ran_ahead_troubles, troubles
from services.overview.stream.troubles.sources import no_postings, source_troubles
from services.overview.stream.troubles.workers import _idle
from services.runtime.errors import Mend
from services.runtime.figures.amiss import Amiss, rest_of
from services.runtime.figures.cut_off import CutOff, Nowhere
from services.runtime.figures.hours import StageFigures
from services.runtime.figures.mail import MailFault, MailFigures
from services.runtime.figures.peak import Peak
from services.runtime.figures.restarts import Restarts
from services.runtime.figures.source_readers import SourceReaders
from services.runtime.figures.sources import SOURCE_STATES, SourceFigures, SourceState
from services.runtime.figures.stream import StoreFigures
from services.runtime.figures.webhooks import WebhookFigures
from services.runtime.health.heartbeat import Heartbeat, Worker
from services.runtime.health.last_words import LastWords
from services.runtime.metrics.catalogue import Objective
from services.runtime.pauses import Pause, Pauses, Terms
from services.runtime.sql.own_file import OwnFile
from services.runtime.sql.ran_ahead import RanAhead
from services.way_in import Leaving
from tests.support.logs import NOON

MINUTE = timedelta(minutes=1)


def worker(
    name: str = "matcher", *, ready: bool = True, reason: str | None = None, mend: Mend | None = None, rate: float = 5.0
) -> Worker:
    heartbeat = Heartbeat(name, ready=ready, reason=reason, mend=mend, per_second=rate)
    return Worker("w1", "host", 7, "0.1.0", NOON, NOON, False, None, heartbeat)


def service(name: str = "matcher", *, lag: int = 0, **more: object) -> ServiceView:
    return ServiceView(name, lag, (worker(name, **more),))


WELL = Overview(
    NOON,
    "deployed",
    engines=(EngineView("store", True), EngineView("Kafka", True)),
    figures=StoreFigures(NOON, sources=(SourceFigures("a", "ok"), SourceFigures("b", "waiting"))),
    services=(service("ingest.normaliser"), service(), service("notifier", lag=20)),
)


LOADS = worker(ready=False, reason="not loaded yet")


def failing(*, minutes: float, mend: Mend | None = None) -> ServiceView:
    """A notifier that handles what comes, and whose ticks have failed for so long."""
    beat = replace(worker("notifier", mend=mend).heartbeat, last_error="no room is left")
    since = NOON - timedelta(minutes=minutes)
    return ServiceView(
        "notifier", 0, (replace(worker(), heartbeat=replace(beat, last_error_since=since, last_error_at=NOON)),)
    )


def collector(seen_at: datetime) -> ServiceView:
    """Begun at noon."""
    return ServiceView("ingest.collector", None, (replace(worker("ingest.collector"), seen_at=seen_at),))


def figures(**more: object) -> Overview:
    return replace(WELL, figures=StoreFigures(NOON, **more))


@pytest.mark.parametrize(
    ("view", "state"),
    [
        (service(), "ready"),
        (service(ready=False), "not ready"),
        (ServiceView("matcher", 0, (worker(), worker(ready=False))), "partly ready"),
        (ServiceView("matcher", 0), "not running"),
        (ServiceView("matcher", 0, needed=False), "off"),
        (replace(service(), paused=True), "paused"),
        (ServiceView("matcher", 0, paused=True), "paused"),
    ],
)
def test_a_service_is_what_its_workers_are_together(view: ServiceView, state: ServiceState) -> None:
    assert view.state(NOON) == state


@pytest.mark.parametrize(("waiting", "records", "grave"), [(9, 10, False), (10, 1_000, False), (11, 1_000, True)])
def test_dead_letters_are_a_failure_where_a_share_of_the_records_dies(waiting: int, records: int, grave: bool) -> None:
    topic = TopicView("raw.v1", records, records, waiting)
    letters = (LetterView("raw.v1.dead", "no title", "no title", waiting),)
    (trouble,) = troubles(replace(WELL, topics=(topic,), letters=letters))
    assert trouble.grave == grave
    share = ", more than 1 of 100 records" * grave
    assert trouble.what == f"{waiting} dead letters in raw.v1.dead{share}: no title"


def test_a_full_disk_is_told_and_not_that_nothing_runs() -> None:
    full = EngineView(DATA_FOLDER, False, "its disk is full (0 MiB are free)", NOON - 3 * MINUTE)
    silent = (ServiceView("matcher", 5), ServiceView("notifier", 5))
    (trouble,) = troubles(replace(WELL, form="embedded", engines=(*WELL.engines, full), services=silent))
    assert trouble.what == "the data folder cannot be used: its disk is full (0 MiB are free) (for 3 min)"


def test_what_keeps_services_of_one_process_from_their_work_is_told_once() -> None:
    names = ("ingest.normaliser", "matcher", "notifier")
    idle = tuple(service(name, ready=False, reason="not loaded yet") for name in names)
    (trouble,) = troubles(replace(WELL, services=idle))
    assert trouble.what == "ingest.normaliser, matcher and notifier (w1) do not work: not loaded yet"


@pytest.mark.parametrize(("seconds", "error", "grave"), [(110, None, False), (120, None, True), (5, "away", True)])
def test_a_service_that_has_just_begun_and_failed_at_nothing_is_a_note(
    seconds: int, error: str | None, grave: bool
) -> None:
    begun = worker(ready=False, reason="not loaded yet")
    seen, beat = NOON + timedelta(seconds=seconds), replace(begun.heartbeat, last_error=error)
    begun = replace(begun, seen_at=seen, heartbeat=beat)
    for workers in ((begun,), (begun, *(replace(begun, worker=f"w{at}") for at in range(2, 9)))):
        view = replace(WELL, at=seen, services=(ServiceView("matcher", 0, workers),))
        found = [trouble for trouble in _idle(view.at, view.services, ()) if "not loaded yet" in trouble.what]
        assert found
        assert {trouble.grave for trouble in found} == {grave}


@pytest.mark.parametrize("reason", ["waits for its partitions", "has not begun", "not loaded: has not begun"])
def test_what_each_start_goes_through_is_a_note_for_as_long_as_one_takes(reason: str) -> None:
    begun = worker(ready=False, reason=reason)
    waits = replace(begun.heartbeat, last_error="has not begun", last_error_since=NOON, last_error_at=NOON)
    for beat in (begun.heartbeat, waits):
        for seconds, grave in ((110, False), (120, True)):
            seen = NOON + timedelta(seconds=seconds)
            view = ServiceView("matcher", 0, (replace(begun, seen_at=seen, heartbeat=beat),))
            assert [trouble.grave for trouble in _idle(seen, (view,), ())] == [grave]


def given_nothing(name: str, state: SourceState, days: int = 30) -> SourceFigures:
    """A source of some state, which has given nothing where it is of that."""
    why = state if state in ("barren", "stale", "unread", "replaced", "ended") else None
    since, longest = NOON - timedelta(days=days), timedelta(days=5)
    return SourceFigures(name, state, amiss=why and Amiss(why, since, longest))


def test_a_source_that_is_asked_again_in_a_day_says_when() -> None:
    for wait, said in ((timedelta(minutes=5), "by itself"), (timedelta(days=1), "by itself at 2026-03-02 12:00Z")):
        [trouble] = source_troubles([SourceFigures("a", "failing", error="429", next_due=NOON + wait)], NOON)
        assert trouble.do == f"read the reason; it is asked again {said}"


def test_what_no_row_says_any_more_is_named() -> None:
    source = SourceFigures("a", "unread", items=20, amiss=Amiss("unread", NOON, lost=("pay", "place", "text")))
    [trouble] = source_troubles([source], NOON + timedelta(minutes=3))
    assert trouble.what == (
        "the source a gives 20 postings, and none says its pay or its place any more, and all have the same text, or"
        " none, unlike half and more before, for 3 min now"
    )


@pytest.mark.parametrize(
    ("lost", "do"),
    [
        (("opening",), "read one of its jobs"),
        (("page", "whole text"), "read one of its jobs"),
        (("link",), "`jobchime source check` its address says what the rows lack"),
        (("page", "place"), "`jobchime source check` its address says what the rows lack"),
    ],
)
def test_what_no_check_shows_as_lacking_is_looked_for_in_a_job(lost: tuple[str, ...], do: str) -> None:
    [trouble] = source_troubles([SourceFigures("a", "unread", items=20, amiss=Amiss("unread", NOON, lost=lost))], NOON)
    assert trouble.do.startswith(do)


def test_until_when_other_jobs_under_known_ids_wait_is_told() -> None:
    source = SourceFigures("a", "replaced", items=20, amiss=Amiss("replaced", NOON, renamed=20))
    [trouble] = source_troubles([source], NOON + timedelta(hours=2))
    assert trouble.what == (
        "of the source a 20 known postings became other jobs under the same ids, or got other titles, 2 h ago: they"
        " stay as they were, and are not mailed as they are now, until 2026-03-02 12:00Z"
    )
    [trouble] = source_troubles([source], NOON + timedelta(hours=25))
    assert trouble.what.endswith("is not mailed what it is now")


@pytest.mark.parametrize("state", SOURCE_STATES)
def test_a_source_is_as_grave_as_what_is_told_of_it(state: SourceState) -> None:
    found = source_troubles([given_nothing("a", state)], NOON)
    assert [trouble.grave for trouble in found] == {"grave": [True], "note": [False]}.get(SOURCE_SEVERITY[state], [])


def test_a_source_that_stands_is_a_failure_and_one_that_lists_nothing_a_note() -> None:
    well = SourceFigures("well", "ok")
    sources = (given_nothing("a", "stale"), replace(given_nothing("b", "barren"), notes="12 skipped: an unlisted job"))
    stale, barren = troubles(figures(sources=(*sources, well)))
    assert stale.what == "the source a lists the same for 30 d, and never did for longer than 5 d before"
    assert barren.what == "the source b has listed nothing for 30 d (12 skipped: an unlisted job)"
    assert (stale.grave, barren.grave) == (True, False)
    assert [trouble.remedy for trouble in (stale, barren)] == [Remedy("accept source", name) for name in "ab"]
    assert "`jobchime source accept b`" in barren.do


def test_a_source_of_which_much_is_lost_is_told_with_how_much_and_what_to_do() -> None:
    since, nothing = NOON - timedelta(hours=3), "500 skipped: an empty row"
    unread = SourceFigures("a", "unread", items=20, notes=nothing, amiss=Amiss("unread", since, number=500))
    replaced = SourceFigures("b", "replaced", items=20, amiss=Amiss("replaced", since, number=4))
    lost, renamed = troubles(figures(sources=(unread, replaced)))
    assert lost.what == (
        "the source a gives 20 postings, and of 500 rows nothing can be read, for 3 h now (500 skipped: an empty row)"
    )
    assert "its ids change, or jobs come and go between two polls" in renamed.what
    assert ("mend its mapping" in lost.do, "a shorter `every`" in renamed.do) == (True, True)
    assert [trouble.remedy for trouble in (lost, renamed)] == [Remedy("accept source", name) for name in "ab"]


@pytest.mark.parametrize("state", ["failing", "silent"])
def test_a_source_that_was_mended_is_polled_at_once_by_a_button_and_one_that_is_pushed_is_not(
    state: SourceState,
) -> None:
    polled, pushed = (SourceFigures("a", state, pushed=pushed, error="HTTP 500") for pushed in (False, True))
    found = source_troubles([polled, pushed], NOON)
    assert [trouble.remedy for trouble in found] == [Remedy("poll source", "a"), "others"]


@pytest.mark.parametrize("state", ["off", "paused", "waiting"])
def test_that_no_source_gives_anything_is_a_failure(state: SourceState) -> None:
    away = SourceFigures("away", state)
    for names, said in (
        ("a", "the only source that is asked"),
        ("abcdef", "each of the 6 sources that are asked"),
    ):
        found = troubles(figures(sources=(*(given_nothing(name, "barren", 2) for name in names), away)))
        assert [trouble.grave for trouble in found if said in trouble.what] == [True]
    assert not [trouble for trouble in troubles(figures(sources=(away,))) if "lists nothing" in trouble.what]


@pytest.mark.parametrize(
    ("states", "why"),
    [
        ((), "no source is in the settings, and nobody may push"),
        (("off", "off"), "no source is asked, as each is off in the settings"),
        (("off", "waiting"), None),
        (("paused",), None),
    ],
)
def test_that_the_settings_let_no_posting_come_is_a_failure_once_somebody_searches(
    states: tuple[SourceState, ...], why: str | None
) -> None:
    sources = tuple(SourceFigures(str(at), state) for at, state in enumerate(states))
    grave = [trouble.what for trouble in troubles(figures(sources=sources, searches=1)) if trouble.grave]
    assert [what.partition(":")[0] for what in grave] == ([why] if why else [])
    assert healthy(figures(sources=sources))


@pytest.mark.parametrize(("holds", "sent", "noted"), [(20, 0, True), (19, 0, False), (400, 1, False)])
def test_a_day_in_which_every_digest_is_held_is_a_note(holds: int, sent: int, noted: bool) -> None:
    found = troubles(figures(digests={"hold": holds, "digest": sent}))
    assert ["notifier.curate.least_chance" in trouble.do for trouble in found] == [True] * noted
    assert not [trouble for trouble in found if trouble.grave]


def test_all_is_well() -> None:
    assert troubles(WELL) == ()
    assert healthy(WELL)


@pytest.mark.parametrize(
    ("overview", "what", "do"),
    [
        (
            figures(pauses=Pauses(sending=True, restored=True), deliveries={"pending": 3}),
            "sending is held, as the store is a copy that was restored",
            "`jobchime opt-outs replay FILE`",
        ),
        (figures(sign_ups=100_000), "nobody new can sign up", "shut them out"),
        (
            figures(webhooks=WebhookFigures({"active": 1}, 3, NOON - timedelta(minutes=20))),
            "3 events for webhooks of subscribers should be posted and are not, the oldest for 20 min",
            "see that a notifier runs",
        ),
        (
            replace(WELL, engines=(EngineView("Kafka", False, "no answer"),)),
            "Kafka cannot be used: no answer",
            "`jobchime doctor`",
        ),
        (
            replace(WELL, engines=(EngineView("store", False, "is of an older release", mend="migrate"),)),
            "store cannot be used",
            "`jobchime migrate`",
        ),
        (replace(WELL, services=(ServiceView("matcher", 5),)), "no worker of matcher runs", "`jobchime matcher`"),
        (
            replace(WELL, services=(ServiceView("ingest.collector", None),)),
            "no worker of ingest.collector runs",
            "`jobchime ingest`",
        ),
        (
            replace(WELL, form="embedded", services=(ServiceView("matcher", 5), ServiceView("notifier", 5))),
            "jobchime does not run",
            "`jobchime run`",
        ),
        (
            replace(
                WELL,
                form="embedded",
                run_since=NOON - timedelta(minutes=2),
                services=(ServiceView("matcher", 5), ServiceView("portal", None)),
            ),
            "jobchime runs and is not heard of: it cannot write to its store, or stands still",
            "`fuser`",
        ),
        (
            replace(WELL, services=(service(ready=False, reason="waits: Elasticsearch is away"),)),
            "matcher (w1) does not work: waits: Elasticsearch is away",
            "goes on by itself",
        ),
        (
            replace(WELL, services=(service(ready=False, reason="what it does by the clock fails: a bug"),)),
            "matcher (w1) does not work: what it does by the clock fails: a bug",
            "its log says at what",
        ),
        (
            replace(WELL, services=(service(ready=False, reason="halted at postings.v1:0:5", mend="dead letters"),)),
            "does not work: halted",
            "`jobchime dead list`",
        ),
        (
            replace(WELL, services=(failing(minutes=3),)),
            "notifier (w1) fails at what it does by the clock: no room is left (for 3 min)",
            "its log",
        ),
        (
            replace(WELL, at=NOON - timedelta(days=2), services=(service(),)),
            "the last heartbeat of w1 is of 2 d from now: a clock of host or here is or was wrong",
            "NTP",
        ),
        (
            replace(WELL, at=NOON + timedelta(minutes=16), services=(collector(NOON + timedelta(minutes=16)),)),
            "1 source of the settings is not polled by what runs: b",
            "start `jobchime ingest` anew",
        ),
        (
            figures(pauses=Pauses(sending=True, of={"sending": Pause(NOON + timedelta(days=2))})),
            "sending is paused by operator, by a clock that ran ahead: since when nobody knows; 0 mails wait",
            "`jobchime resume sending`",
        ),
        (
            figures(
                pauses=Pauses(sending=True, of={"sending": Pause(NOON - timedelta(hours=3))}), deliveries={"pending": 3}
            ),
            "sending is paused by operator, for 3 h now; 3 mails wait",
            "`jobchime resume sending`",
        ),
        (
            replace(WELL, services=(replace(service(), paused=True, pause=Pause(NOON - timedelta(hours=3))),)),
            "matcher is paused by operator, for 3 h now",
            "`jobchime resume matcher`",
        ),
        (
            replace(
                WELL,
                services=(
                    replace(
                        service("ingest.normaliser"),
                        paused=True,
                        held_by="ingest",
                        pause=Pause(NOON - timedelta(hours=3)),
                    ),
                ),
            ),
            "ingest.normaliser is paused by operator",
            "`jobchime resume ingest`",
        ),
        (replace(WELL, services=(service(ready=False, reason="its loop hangs", mend="restart"),)), "hangs", "py-spy"),
        (
            replace(WELL, services=(ServiceView("matcher", 0, (replace(LOADS, started_at=NOON - 2 * MINUTE),)),)),
            "not loaded yet",
            "it has just begun",
        ),
        (replace(WELL, services=(service(lag=5_000, rate=0.0),)), "stands still with 5,000 records", "log"),
        (replace(WELL, services=(service(lag=50_000, rate=10.0),)), "50,000 records behind", "another worker"),
        (
            figures(
                sources=(SourceFigures("a", "silent", last_success=NOON - timedelta(days=3), error="HTTP 500"),),
            ),
            "the source a is silent, last success 3 d ago: HTTP 500",
            "`jobchime source check`",
        ),
        (
            figures(sources=(SourceFigures("a", "failing", error="HTTP 500"),)),
            "the source a fails (never a success): HTTP 500",
            "asked again by itself",
        ),
        (
            figures(
                sources=(
                    SourceFigures(
                        "a", "hanging", error="it took too long", hangs=3, asked_since=NOON - timedelta(seconds=40)
                    ),
                )
            ),
            "the source a hangs (never a success): being asked for 40 s; 3 polls in a row ran out of time; it took too",
            "`jobchime source pause`",
        ),
        (
            figures(sources=(SourceFigures("a", "silent", lacking=3, empty_since=NOON - timedelta(days=3)),)),
            "the source a lists nothing any more, for 3 d now, while 3 postings of it are open",
            "`jobchime source accept a`",
        ),
        (
            figures(sources=(SourceFigures("a", "shrunk", items=1, lacking=199),)),
            "the source a lists 1 and lacks 199 open postings, kept open",
            "`jobchime source accept a`",
        ),
        (
            figures(sources=(SourceFigures("a", "shrunk", items=40, lacking=37, held=40),)),
            "the source a may list another board's jobs: it lists 40 new postings, which nobody is mailed yet, and",
            "if the new ones are its own, `jobchime source accept a` closes what is gone and mails them",
        ),
        (figures(deliveries={"unknown": 2}), "of 2 mails nobody knows", "`jobchime delivery list`"),
        (
            figures(deliveries={"unknown": 2}, unknown_said="SendGrid answered 503: nothing else"),
            "of the last as SendGrid answered 503: nothing else",
            "`jobchime delivery list`",
        ),
        (
            figures(due_subscribers=4, due_since=NOON - timedelta(hours=2)),
            "4 digests are due and not built, the oldest for 2 h",
            "notifier",
        ),
        (figures(outbox=20_000), "20,000 records wait", "notifier"),
    ],
)
def test_what_is_grave_comes_with_what_to_do(overview: Overview, what: str, do: str) -> None:
    (found,) = troubles(overview)
    assert what in found.what
    assert do in found.do
    assert found.grave
    assert not healthy(overview)


@pytest.mark.parametrize(
    ("mend", "do"),
    [
        ("topics", "`jobchime topics create`"),
        ("reindex", "`jobchime reindex`"),
        ("republish", "`jobchime republish`"),
        ("sent", "goes on by itself where nobody was mailed since that"),
        ("restore", "`jobchime restore FILE`"),
        ("migrate", "`jobchime migrate`"),
        ("dead letters", "`jobchime dead list`"),
        (None, "goes on by itself"),
        ("of a later release", "goes on by itself"),
    ],
)
def test_why_a_worker_does_not_work_leads_to_what_mends_it_by_its_code_and_not_its_words(
    mend: Mend | None, do: str
) -> None:
    for words in ("no", "halted, and the topic is missing: `jobchime migrate`, `jobchime republish`"):
        (found,) = troubles(replace(WELL, services=(service(ready=False, reason=words, mend=mend),)))
        assert do in found.do


def failing_for_minutes(*, reason: str) -> ServiceView:
    seen = service(ready=False, reason=reason)
    (worker,) = seen.workers
    beat = replace(
        worker.heartbeat, last_error=reason, last_error_since=NOON - 10 * MINUTE, last_error_at=NOON - MINUTE
    )
    return replace(seen, workers=(replace(worker, heartbeat=beat),))


REBUILT = "the index is being rebuilt: wait"
FAILING = SourceFigures("a", "failing", error=REBUILT, error_since=NOON - 10 * MINUTE, error_at=NOON - MINUTE)


@pytest.mark.parametrize(
    "overview", [replace(WELL, services=(failing_for_minutes(reason=REBUILT),)), figures(sources=(FAILING,))]
)
def test_an_error_is_told_with_its_dates(overview: Overview) -> None:
    (found,) = troubles(overview)
    assert found.what.endswith("the index is being rebuilt: wait (for 10 min, last 60 s ago)")


def test_a_worker_that_waits_for_an_engine_that_is_away_is_told_by_the_engine_alone() -> None:
    away = EngineView("Elasticsearch", False, "no answer")
    waiting = service(ready=False, reason="waits: no answer", mend="Elasticsearch")
    (found,) = troubles(replace(WELL, engines=(away,), services=(waiting,)))
    assert found.what.startswith("Elasticsearch cannot be used")


def test_a_store_and_topics_that_do_not_agree_may_be_those_of_two_installations_which_is_looked_at_first() -> None:
    reason = "not loaded: matches.v1 in Kafka are not the topics that this store belongs to"
    [found] = troubles(replace(WELL, services=(service(ready=False, reason=reason, mend="republish"),)))
    assert found.do.startswith("where another installation has this store or these topics by mistake, stop it")
    assert "`store`, `kafka.prefix`" in found.do
    assert "`jobchime republish`, while no notifier runs" in found.do


def test_a_worker_whose_reason_only_speaks_of_an_engine_that_is_away_is_told_of_too() -> None:
    away = EngineView("Elasticsearch", False, "no answer")
    halted = service(ready=False, reason="halted: Elasticsearch refuses a document", mend="dead letters")
    assert len(troubles(replace(WELL, engines=(away,), services=(halted,)))) == 2


def test_an_engine_that_stays_away_is_told_with_since_when() -> None:
    away = EngineView("Kafka", False, "no answer", NOON - 10 * MINUTE)
    (found,) = troubles(replace(WELL, engines=(away,)))
    assert found.what == "Kafka cannot be used: no answer (for 10 min)"


@pytest.mark.parametrize(
    ("overview", "what", "do"),
    [
        (replace(WELL, services=(replace(service(), paused=True),)), "matcher is paused", "`jobchime resume matcher`"),
        (
            figures(sign_ups=50_000),
            "50,000 sign-ups wait to be confirmed, where there is room for 100,000",
            "who posts to /sign-up",
        ),
        (
            replace(WELL, undeclared=3),
            "3 subscribers are served without a word on where, when and to what words they agreed",
            "--consent-origin",
        ),
        (
            figures(pauses=Pauses(sending=True), deliveries={"pending": 3}),
            "sending is paused by operator; 3 mails wait",
            "`jobchime resume sending`",
        ),
        (figures(sources=(SourceFigures("a", "paused"),)), "the source a is paused", "`jobchime source resume a`"),
        (
            replace(WELL, letters=(LetterView("raw.v1.dead", "no title", "no title", 5),)),
            "5 dead letters in raw.v1.dead: no title",
            "its next poll reads it again",
        ),
        (replace(WELL, freshness_s={"notifier": 90.0}), "notifier handles postings 90 s after", "lag"),
        (
            replace(WELL, peak=Peak(NOON, 100_000, 5_200.0, 0.052, 1)),
            "100,000 digests fall due at 2026-03-01 12:00Z; by the pace of the busiest hour of late, 0.052 s each,"
            " 1 notifier will have the last of them ready 86.7 min later, where 15 min are aimed at",
            "run 6 by then: `jobchime notifier`",
        ),
        (
            replace(WELL, peak=Peak(NOON, 100_000, 3_400.0, 0.052, 1, timedelta(minutes=30))),
            "will have the last of them ready 56.7 min later, begun 30 min before, where 15 min are aimed at",
            "run 2 by then: `jobchime notifier`",
        ),
    ],
)
def test_what_is_wanted_or_known_is_told_and_no_failure(overview: Overview, what: str, do: str) -> None:
    (found,) = troubles(overview)
    assert what in found.what
    assert do in found.do
    assert healthy(overview)


@pytest.mark.parametrize(
    "overview",
    [
        replace(WELL, services=(failing(minutes=1),)),
        replace(WELL, at=NOON - timedelta(seconds=10), services=(service(),)),
        replace(WELL, at=NOON + timedelta(minutes=14), services=(collector(NOON + timedelta(minutes=14)),)),
        replace(WELL, peak=Peak(NOON, 10_000, 899.0, 0.09, 1)),
    ],
)
def test_what_has_only_just_begun_or_differs_by_seconds_is_no_trouble(overview: Overview) -> None:
    assert troubles(overview) == ()


def test_what_fails_for_an_engine_that_is_away_is_told_of_the_engine_alone() -> None:
    away = EngineView("Elasticsearch", False, "no answer")
    (found,) = troubles(replace(WELL, engines=(away,), services=(failing(minutes=9, mend="Elasticsearch"),)))
    assert found.what.startswith("Elasticsearch cannot be used")


def test_a_worker_that_went_silent_is_not_running() -> None:
    later = replace(WELL, at=NOON + timedelta(minutes=10), services=(service(),))
    (found,) = troubles(later)
    assert found.what == f"no worker of matcher runs, last heard of w1 10 min ago ({NOON:%Y-%m-%d %H:%M}Z)"


def two(first: str = "matcher", second: str | None = None, *, stopped: bool = False) -> tuple[ServiceView, ...]:
    """Services of which one worker lives, and another was last heard of ten minutes ago."""
    names = (first, second) if second else (first,)
    gone = [replace(worker(name), worker="w2", host="cellar", stopped=stopped) for name in names]
    alive = [replace(worker(name), seen_at=LATER) for name in names]
    return tuple(ServiceView(name, 0, (a, b)) for name, a, b in zip(names, alive, gone, strict=True))


LATER = NOON + timedelta(minutes=10)


HELD = (EngineView("store", False, "the session 12 holds what 3 others of this store wait for"),)


def heard_at(*seconds_before: int, at: datetime = LATER) -> Overview:
    """A store that a session has held for a while and that can be read, and when the services were last heard of."""
    names = ("ingest.normaliser", "matcher", "notifier")
    heard = [
        replace(worker(name), seen_at=at - timedelta(seconds=of))
        for name, of in zip(names, seconds_before, strict=False)
    ]
    services = tuple(ServiceView(beat.heartbeat.service, 0, (beat,)) for beat in heard)
    return replace(WELL, at=at, engines=HELD, services=services)


def test_a_service_that_fell_silent_before_the_store_was_held_is_told_beside_who_holds_it() -> None:
    held, silent = troubles(heard_at(100, 3600, 97))
    assert "the session 12 holds" in held.what
    assert silent.what.startswith("no worker of matcher runs, last heard of ")
    assert silent.grave


def test_so_is_one_that_dies_while_the_store_is_held_and_takes_heartbeats_of_others() -> None:
    held, silent = troubles(heard_at(3, 60, 1))
    assert "the session 12 holds" in held.what
    assert silent.what.startswith("no worker of matcher runs")


def test_services_whose_heartbeats_wait_for_what_holds_the_store_are_not_said_to_have_ended() -> None:
    unread = tuple(ServiceView(name, 0) for name in ("ingest.normaliser", "matcher"))
    for overview in (heard_at(100, 96, 99), replace(heard_at(), figures=None, services=unread)):
        (held,) = troubles(overview)
        assert "the session 12 holds" in held.what
    unheard = tuple(ServiceView(name, 0) for name in ("ingest.normaliser", "matcher"))
    assert len(troubles(replace(heard_at(), services=unheard))) == 1, "they began while it was held"


def test_a_service_that_does_not_run_is_told_where_heartbeats_alone_can_be_read() -> None:
    held, silent = troubles(replace(heard_at(3, 60, 1), figures=None))
    assert "the session 12 holds" in held.what
    assert silent.what.startswith("no worker of matcher runs, last heard of ")


@pytest.mark.parametrize(
    ("mend", "has_store", "run_since", "told"),
    [(None, True, None, True), (None, True, NOON, False), ("restore", True, None, False), (None, False, None, False)],
)
def test_that_jobchime_does_not_run_is_told_beside_a_store_that_is_held(
    mend: Mend | None, has_store: bool, run_since: datetime | None, told: bool
) -> None:
    store = EngineView("store", False, "the session 12 holds what 3 others of this store wait for", mend=mend)
    embedded = replace(WELL, at=LATER, form="embedded", engines=(store,), figures=None, services=())
    found = troubles(replace(embedded, has_store=has_store, run_since=run_since))
    assert [trouble.what.partition(" ")[2][:12] for trouble in found][1:] == ["does not run"] * told


def at_pace(name: str, *, lag: int, rate: float, fresh_s: float | None) -> Worker:
    beat = replace(worker(rate=rate).heartbeat, lag=lag, freshness_s=fresh_s)
    return replace(worker(), worker=name, heartbeat=beat)


@pytest.mark.parametrize(
    ("lag", "rate", "fresh_s", "told"),
    [(20, 1 / 60, 1.0, False), (20, 1 / 60, None, False), (600, 0.5, 900.0, True), (1_001, 0.5, None, True)],
)
def test_few_records_that_came_just_now_after_a_quiet_minute_are_not_behind(
    lag: int, rate: float, fresh_s: float | None, told: bool
) -> None:
    matcher = ServiceView("matcher", lag, (at_pace("w1", lag=lag, rate=rate, fresh_s=fresh_s),))
    found = [trouble.what for trouble in troubles(replace(WELL, services=(matcher,)))]
    assert len([what for what in found if " behind, " in what]) == told


def test_a_worker_that_is_behind_is_named_though_the_others_keep_up() -> None:
    slow, quick = at_pace("slow", lag=600, rate=0.5, fresh_s=900.0), at_pace("quick", lag=0, rate=20.0, fresh_s=0.2)
    found = troubles(replace(WELL, services=(ServiceView("matcher", 600, (quick, slow)),)))
    assert [(trouble.what, trouble.grave) for trouble in found] == [
        ("matcher (slow) is 600 records behind, 20 min at its pace, and others are not", True)
    ]


def test_a_lost_worker_is_named_where_others_of_its_service_remain() -> None:
    (found,) = troubles(replace(WELL, at=LATER, services=two()))
    assert found.what == (
        f"the worker w2 of matcher is lost, last heard of 10 min ago ({NOON:%Y-%m-%d %H:%M}Z) from cellar; 1 works on"
    )
    assert "`jobchime matcher`" in found.do
    assert "`jobchime worker forget w2`" in found.do
    assert found.grave


def test_a_lost_worker_of_two_services_is_told_once() -> None:
    (found,) = troubles(replace(WELL, at=LATER, services=two("notifier", "outbox.relay")))
    assert "w2 of notifier and outbox.relay is lost" in found.what
    assert "`jobchime notifier`" in found.do


def test_a_worker_that_said_goodbye_is_not_lost() -> None:
    assert troubles(replace(WELL, at=LATER, services=two(stopped=True))) == ()


def by_itself(said: str = "topic raw.v1 is not there", *, again: datetime | None = None) -> tuple[ServiceView, ...]:
    """Two services of a worker that ended by itself ten minutes ago, and of one that lives, since when that began."""
    words = (LastWords("w2", NOON, said),)
    return tuple(
        replace(view, last_words=words, workers=(replace(view.workers[0], started_at=again or NOON), view.workers[1]))
        for view in two("notifier", "outbox.relay", stopped=True)
    )


def test_a_worker_that_ended_by_itself_is_not_well_though_others_go_on() -> None:
    (found,) = troubles(replace(WELL, at=LATER, services=by_itself()))
    assert found.what == (
        f"the worker w2 of notifier and outbox.relay ended by itself 10 min ago ({NOON:%Y-%m-%d %H:%M}Z) on cellar:"
        " topic raw.v1 is not there; 1 works on"
    )
    assert found.do.startswith("do what its last words say, then start it again: `jobchime notifier`")
    assert (found.grave, found.remedy) == (True, Remedy("forget worker", "w2"))


def test_in_the_place_of_a_worker_that_died_another_may_come_under_its_own_name() -> None:
    (noted,) = troubles(replace(WELL, at=LATER, services=by_itself(again=NOON + MINUTE)))
    assert "the worker w2 of notifier and outbox.relay died 10 min ago" in noted.what
    assert "another came in its place; it ended by itself" in noted.what
    assert not noted.grave
    assert troubles(replace(WELL, at=NOON + timedelta(hours=2), services=much_later(by_itself(again=LATER)))) == ()


def much_later(services: tuple[ServiceView, ...]) -> tuple[ServiceView, ...]:
    heard = NOON + timedelta(hours=2)
    return tuple(
        replace(view, workers=(replace(view.workers[0], seen_at=heard), *view.workers[1:])) for view in services
    )


def test_a_worker_that_only_was_started_anew_takes_nobodys_place() -> None:
    upgraded = tuple(
        replace(view, restarts=(Restarts("w1", 1, 1, NOON + MINUTE),)) for view in by_itself(again=NOON + MINUTE)
    )
    (found,) = troubles(replace(WELL, at=LATER, services=upgraded))
    assert found.grave
    assert "the worker w2 of notifier and outbox.relay ended by itself" in found.what


def test_workers_that_die_one_after_another_under_ever_new_names_are_not_well() -> None:
    stayed = replace(worker(), seen_at=LATER)
    pods = [
        replace(worker(), worker=f"pod-{at}", started_at=NOON + 2 * at * MINUTE, seen_at=NOON + (2 * at + 1) * MINUTE)
        for at in range(4)
    ]
    pods.append(replace(worker(), worker="pod-4", started_at=NOON + 9 * MINUTE, seen_at=LATER))
    (found,) = troubles(replace(WELL, at=LATER, services=(ServiceView("matcher", 0, (stayed, *pods)),)))
    assert found.grave
    assert found.what == (
        "4 workers of matcher died within an hour, and others came in their place: pod-0, pod-1, pod-2 and 1 more"
    )
    lost, noted = troubles(replace(WELL, at=LATER, services=(ServiceView("matcher", 0, (stayed, *pods[:2])),)))
    assert (lost.grave, noted.grave) == (True, False)
    assert lost.what.startswith("the worker pod-1 of matcher is lost")
    assert noted.what.startswith("the worker pod-0 of matcher died 9 min ago")


def test_a_process_of_several_services_that_is_gone_is_told_once_with_a_command_that_there_is() -> None:
    gone = tuple(replace(service, workers=service.workers[1:]) for service in two("notifier", "outbox.relay"))
    (found,) = troubles(replace(WELL, at=LATER, services=gone))
    assert found.what.startswith("no worker of notifier and outbox.relay runs, last heard of w2 10 min ago")
    assert "`jobchime notifier`" in found.do


def started_anew(number: int, minutes: float, *names: str) -> Overview:
    """A worker of these services, well when looked at."""
    restarts = (Restarts("w1", number, number, NOON - minutes * MINUTE),)
    return replace(WELL, services=tuple(replace(service(name), restarts=restarts) for name in names))


@pytest.mark.parametrize(
    ("number", "minutes", "graves"), [(2, 1, []), (3, 1, [True]), (9, 14, [True]), (9, 16, [False])]
)
def test_a_worker_that_dies_soon_after_each_start_is_told_though_it_is_well_between(
    number: int, minutes: float, graves: list[bool]
) -> None:
    found = troubles(started_anew(number, minutes, "notifier", "outbox.relay"))
    assert [trouble.grave for trouble in found] == graves
    for trouble in found:
        assert f"the worker w1 of notifier, outbox.relay was started anew {number} times" in trouble.what
    both = replace(started_anew(3, 1, "portal"), has_portal=True)
    assert troubles(both) == ()


SAID = LastWords("w1", NOON - 2 * MINUTE, "topic raw.v1 is not there")


@pytest.mark.parametrize(
    ("runs_for_s", "graves"), [(10, [True]), (119, [True]), (121, [False]), (899, [False]), (901, [])]
)
def test_a_worker_that_ended_by_itself_and_was_started_is_not_well_until_it_has_gone_on(
    runs_for_s: int, graves: list[bool]
) -> None:
    begun = replace(worker("notifier"), started_at=NOON - timedelta(seconds=runs_for_s))
    words = replace(SAID, at=begun.started_at - timedelta(seconds=5))
    found = troubles(replace(WELL, services=(ServiceView("notifier", 0, (begun,), last_words=(words,)),)))
    assert [trouble.grave for trouble in found] == graves
    for told in found:
        assert "the worker w1 of notifier was started anew" in told.what
        assert told.what.endswith("Z: topic raw.v1 is not there")
    console = ServiceView("console", None, (begun,), last_words=(words,))
    assert troubles(replace(WELL, services=(console,))) == (), "nothing depends on it"


@pytest.mark.parametrize(("day", "runs_for", "told"), [(6, 29, True), (5, 29, False), (48, 61, False)])
def test_a_worker_that_dies_every_half_an_hour_is_noted_between(day: int, runs_for: int, *, told: bool) -> None:
    begun = replace(worker("notifier"), started_at=NOON - runs_for * MINUTE)
    words, restarts = replace(SAID, at=begun.started_at), (Restarts("w1", 2, day, begun.started_at),)
    view = ServiceView("notifier", 0, (begun,), last_words=(words,), restarts=restarts)
    found = troubles(replace(WELL, services=(view,)))
    assert [trouble.grave for trouble in found] == [False] * told
    for note in found:
        assert f"was started anew 29 min ago, {day} times within 24 hours; it ended by itself" in note.what
        assert note.do.startswith("do what its last words say, or its log: it will end again")


def test_last_words_stand_where_nothing_runs_and_where_it_was_started_again_and_again() -> None:
    ended = replace(worker("notifier"), stopped=True, started_at=NOON - 3 * MINUTE, seen_at=SAID.at)
    [gone] = troubles(replace(WELL, services=(ServiceView("notifier", 0, (ended,), last_words=(SAID,)),)))
    assert gone.what.endswith("; it ended by itself at 2026-03-01 11:58Z: topic raw.v1 is not there")
    assert gone.do == "do what its last words say, then start one: `jobchime notifier`"
    stopped = replace(ended, started_at=NOON - MINUTE, seen_at=NOON - MINUTE / 2)
    [told] = troubles(replace(WELL, services=(ServiceView("notifier", 0, (stopped,), last_words=(SAID,)),)))
    assert "by itself" not in told.what, "it was started since, and told to end"
    anew = replace(service("notifier"), restarts=(Restarts("w1", 4, 4, NOON - MINUTE),), last_words=(SAID,))
    [again] = troubles(replace(WELL, services=(anew,)))
    assert again.what.endswith(" ago; it ended by itself at 2026-03-01 11:58Z: topic raw.v1 is not there")


def test_what_ended_by_itself_and_begins_again_is_not_well_though_nobody_has_heard_of_it_yet() -> None:
    begins = replace(WELL, form="embedded", run_since=NOON - MINUTE / 2, services=(ServiceView("matcher", 5),))
    [told] = troubles(replace(begins, last_words=(NOON - MINUTE, "port 8130 is taken; name another")))
    assert told.grave
    assert told.what.endswith(
        "not heard of yet; it ended by itself at 2026-03-01 11:59Z: port 8130 is taken; name another"
    )


def test_what_is_grave_comes_first() -> None:
    overview = replace(
        figures(pauses=Pauses(sending=True), deliveries={"unknown": 1}), engines=(EngineView("Kafka", False, "away"),)
    )
    assert [trouble.grave for trouble in troubles(overview)] == [True, True, False]


def test_a_clock_that_is_wrong_stands_before_what_its_services_say() -> None:
    ahead = replace(worker("notifier", ready=False, reason="has not begun"), seen_at=NOON + timedelta(minutes=19))
    found = troubles(replace(WELL, services=(service(), ServiceView("notifier", 0, (ahead,)))))
    assert ["a clock of" in trouble.what for trouble in found] == [True, False]


def test_that_a_worker_was_started_anew_stands_behind_what_has_one_thing_to_do() -> None:
    overview = replace(started_anew(3, 1, "notifier"), figures=StoreFigures(NOON, deliveries={"unknown": 2}))
    assert ["started anew" in trouble.what for trouble in troubles(overview)] == [False, True]


@pytest.mark.parametrize(
    ("seconds", "said"), [(-3, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")]
)
def test_spans_are_told_in_one_unit(seconds: int, said: str) -> None:
    assert ago(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("state", "said", "do"),
    [
        ("hanging", "50 sources hang: s00, s01, s02 and 47 more; each: it took too long", "`jobchime source list`"),
        (
            "silent",
            "50 sources are silent: s00, s01, s02 and 47 more; each: it took too long",
            "`jobchime source check`",
        ),
        ("failing", "50 sources fail: s00, s01, s02 and 47 more; each: it took too long", "`jobchime source list`"),
        ("shrunk", "50 sources lack many open postings, kept open: s00, s01, s02 and 47 more", "source accept NAME`"),
        (
            "empty",
            "50 sources list nothing any more, and had few open postings: s00, s01, s02 and 47 more",
            "source accept NAME`",
        ),
        (
            "unread",
            "50 sources list many rows of which nothing, or not what they said, can be read: s00, s01, s02 and 47 more",
            "source accept NAME`",
        ),
        (
            "replaced",
            "50 sources list hardly anything that was known, or known ids as other jobs: s00, s01, s02 and 47 more",
            "do ids or titles change?",
        ),
        (
            "stale",
            "50 sources list the same for far longer than they ever did: s00, s01, s02 and 47 more",
            "source accept NAME`",
        ),
        ("barren", "50 sources list nothing: s00, s01, s02 and 47 more", "source accept NAME`"),
        ("paused", "50 sources are paused by operator: s00, s01, s02 and 47 more", "`jobchime source resume NAME`"),
    ],
)
def test_many_sources_of_one_kind_are_one_trouble(state: SourceState, said: str, do: str) -> None:
    error = "it took too long" if state in ("hanging", "silent", "failing") else None
    sources = tuple(SourceFigures(f"s{number:02}", state, error=error) for number in range(50))
    (found,) = troubles(figures(sources=(*sources, SourceFigures("well", "ok"))))
    assert found.what == said
    assert do in found.do
    assert found.grave == (state not in ("paused", "empty", "barren"))


def test_of_many_sources_that_fail_the_most_frequent_reason_is_told() -> None:
    errors = ["HTTP 500", "HTTP 404", "HTTP 500", None, "HTTP 410"]
    sources = tuple(SourceFigures(f"s{number}", "failing", error=error) for number, error in enumerate(errors))
    (found,) = troubles(figures(sources=sources))
    assert found.what == "5 sources fail: s0, s1, s2 and 2 more; 2 of them: HTTP 500"


def test_many_sources_that_fail_for_one_reason_are_told_apart_and_polled_at_once_and_pushes_are_not() -> None:
    alike = [
        SourceFigures(f"a{at}", "failing", error=f"the host a{at}.example cannot be found", pushed=at == 4)
        for at in range(5)
    ]
    others = [SourceFigures(f"b{number}", "failing", error=f"HTTP 41{number}") for number in range(4)]
    found = troubles(figures(sources=(*others, *alike, SourceFigures("c", "failing"))))
    assert [trouble.what for trouble in found] == [
        "5 sources fail: a0, a1, a2 and 2 more; each: the host … cannot be found",
        "5 sources fail: b0, b1, b2 and 2 more; 1 of them: HTTP 410",
    ]
    assert [trouble.remedy for trouble in found] == [
        Remedy("poll sources", "failing the host … cannot be found", 4),
        Remedy("show sources"),
    ]


def test_a_reason_is_one_whatever_took_how_long_and_another_by_its_status_or_the_field_it_quotes() -> None:
    errors = {
        "slow": "https://s{0}.example/feed was given up after 3{0} s, {0}.5 MB of it read",
        "gone": "https://s{0}.example/feed answers 404 (not found)",
        "broken": "https://s{0}.example/feed answers 500",
        "unread": 'the next page, at "data.next", is no address',
        "elsewhere": 'the next page, at "links.next.more", is no address',
    }
    sources = [
        SourceFigures(f"{kind}{at}", "failing", error=said.format(at))
        for kind, said in errors.items()
        for at in range(4)
    ]
    found = troubles(figures(sources=tuple(sources)))
    assert [trouble.remedy for trouble in found] == [
        Remedy("poll sources", f"failing {reason}", 4)
        for reason in (
            "… was given up after … s, … MB of it read",
            "… answers 404 (not found)",
            "… answers 500",
            'the next page, at "data.next", is no address',
            'the next page, at "links.next.more", is no address',
        )
    ]


def test_dead_letters_of_a_few_reasons_are_told_each_and_sent_back_where_they_were_records() -> None:
    letters = LetterView("raw.v1.dead", "no title", "no title", 9, 9), LetterView("raw.v1.dead", "no url", "no url", 3)
    found = troubles(replace(WELL, letters=letters))
    assert [(trouble.what, trouble.remedy, trouble.grave) for trouble in found] == [
        (
            "9 of 12 dead letters in raw.v1.dead, together more than 1 of 100 records: no title",
            Remedy("replay letters", "raw.v1.dead no title", 9),
            True,
        ),
        (
            "3 of 12 dead letters in raw.v1.dead, together more than 1 of 100 records: no url",
            Remedy("show letters", "raw.v1.dead"),
            True,
        ),
    ]


def test_of_dead_letters_of_many_reasons_the_most_frequent_are_told_and_how_many_more_there_are() -> None:
    letters = tuple(LetterView("raw.v1.dead", f"no {at}", f"no {at}", at) for at in range(1, 6))
    found = troubles(replace(WELL, letters=letters))
    assert [trouble.what.replace(", together more than 1 of 100 records", "") for trouble in found] == [
        "5 of 15 dead letters in raw.v1.dead: no 5",
        "4 of 15 dead letters in raw.v1.dead: no 4",
        "3 of 15 dead letters in raw.v1.dead: no 3",
        "3 more dead letters in raw.v1.dead, of 2 other reasons",
    ]


def test_a_few_sources_are_told_one_by_one_beside_many_of_another_kind() -> None:
    few = tuple(SourceFigures(f"few{number}", "failing", error="HTTP 500") for number in range(3))
    many = tuple(SourceFigures(f"many{number}", "hanging") for number in range(4))
    assert len(troubles(figures(sources=(*few, *many)))) == 4


def test_many_workers_that_are_lost_or_do_not_work_are_one_trouble_each() -> None:
    gone = [replace(worker(), worker=f"gone{number}") for number in range(5)]
    idle = [replace(worker(ready=False, reason="halted"), worker=f"w{number}", seen_at=LATER) for number in range(5)]
    found = troubles(replace(WELL, at=LATER, services=(ServiceView("matcher", 0, (*gone, *idle)),)))
    assert [trouble.what for trouble in found] == [
        "5 workers of matcher do not work (w0, w1, w2 and 2 more): halted",
        f"5 workers of matcher are lost, the last heard of 10 min ago ({NOON:%Y-%m-%d %H:%M}Z):"
        " gone0, gone1, gone2 and 2 more",
    ]
    assert "`jobchime worker list`" in found[1].do


def polled(*minutes: int, asked: bool = False, state: SourceState = "ok", collects: bool = True) -> Overview:
    """Sources that have been due for so many minutes."""
    sources = tuple(
        SourceFigures(f"s{late}", state, next_due=NOON - late * MINUTE, asked_since=NOON if asked else None)
        for late in minutes
    )
    own = (replace(service("ingest.collector"), paused=not collects),)
    return replace(figures(sources=sources), services=own)


def test_polls_that_are_late_are_told_with_how_many_and_how_late() -> None:
    (found,) = troubles(polled(-30, 1, 16, 90, 120))
    assert found.what == "3 of 5 sources have been due and are not asked, the longest for 2 h"
    assert "ingest.polls_at_once" in found.do
    assert found.grave


@pytest.mark.parametrize(
    "overview", [polled(5), polled(90, asked=True), polled(90, state="off"), replace(polled(), figures=None)]
)
def test_polls_that_run_or_have_only_come_due_are_not_late(overview: Overview) -> None:
    assert troubles(overview) == ()


def test_that_the_collector_is_paused_is_told_and_not_that_polls_are_late() -> None:
    (found,) = troubles(polled(90, collects=False))
    assert found.what == "ingest.collector is paused by operator"


def test_a_portal_that_does_not_run_is_told_beside_all_else_in_both_forms() -> None:
    portal = ServiceView("portal", None)
    for form in ("embedded", "deployed"):
        (found,) = troubles(replace(WELL, form=form, services=(service(), portal)))
        assert found.what.startswith("the portal does not run: links in mails")
        assert "`jobchime portal`" in found.do
        assert found.grave
    both = troubles(replace(WELL, form="embedded", services=(ServiceView("matcher", 0), portal)))
    assert [trouble.what.partition(":")[0] for trouble in both] == ["jobchime does not run", "the portal does not run"]
    gone = replace(WELL, form="embedded", services=(ServiceView("matcher", 0), service("portal")))
    for has_portal in (False, True):
        assert [trouble.what for trouble in troubles(replace(gone, has_portal=has_portal))] == ["jobchime does not run"]


@pytest.mark.parametrize("form", ["deployed", "embedded"])
def test_a_console_that_ended_without_a_goodbye_is_a_note_and_one_that_was_stopped_is_nothing(
    form: Literal["deployed", "embedded"],
) -> None:
    def found(*consoles: Worker) -> list[str]:
        view = ServiceView("console", None, consoles, needed=False)
        told = troubles(replace(WELL, form=form, services=(service(), view)))
        return [f"{trouble.grave} {trouble.what}; {trouble.do}" for trouble in told]

    running = replace(worker("console"), started_at=NOON - timedelta(hours=1))
    killed = replace(running, seen_at=NOON - timedelta(minutes=3))
    assert found(running) == found(replace(killed, stopped=True)) == []
    [said] = found(killed)
    assert said.startswith("False the console does not run, last heard of ")
    assert said.endswith(" `jobchime worker forget w1`")
    beside = found(replace(running, worker="w2"), killed)
    assert [said.partition(",")[0] for said in beside] == ["False the worker w1 of console is lost"] * (
        form == "deployed"
    )


def test_that_nothing_runs_is_told_beside_a_console_that_does() -> None:
    console = ServiceView("console", None, (worker("console"),), needed=False)
    (found,) = troubles(replace(WELL, form="embedded", services=(ServiceView("matcher", 0), console)))
    assert found.what.startswith("jobchime does not run")


def test_a_portal_that_is_part_of_what_does_not_run_is_told_with_it() -> None:
    services = (ServiceView("matcher", 0), ServiceView("portal", None))
    (found,) = troubles(replace(WELL, form="embedded", services=services, has_portal=True))
    assert found.what.startswith("jobchime does not run, nor does the portal in it")


def test_an_index_that_lost_postings_is_told() -> None:
    stored = figures(recent_postings=100)
    (found,) = troubles(replace(stored, indexed=60))
    assert found.what.startswith("the index of postings has 60 of the last week, and the store has 100")
    assert "`jobchime reindex`" in found.do
    assert found.grave
    for well in (100, 140, None):
        assert troubles(replace(stored, indexed=well)) == ()


def test_an_index_that_lost_criteria_is_told_as_nobody_is_mailed_by_them() -> None:
    stored = figures(settled_criteria=100)
    (found,) = troubles(replace(stored, indexed_criteria=0))
    assert found.what.startswith("the index of criteria has 0, and searches use 100: ")
    assert (found.grave, found.remedy) == (True, Remedy("reindex", "criteria"))
    for well in (100, 140, None):
        assert troubles(replace(stored, indexed_criteria=well)) == ()
    short = replace(stored, indexed_criteria=40)
    paused = replace(service(lag=60), paused=True)
    assert [found.grave for found in troubles(replace(short, services=(paused,)))] == [False], "they wait for it"
    imported = figures(settled_criteria=100, outbox=50)
    for lag, lost in ((9, True), (10, False)):
        told = troubles(replace(imported, indexed_criteria=40, services=(service(lag=lag),)))
        assert any("index of criteria" in found.what for found in told) == lost


def test_a_board_that_had_its_last_jobs_hides_not_that_all_others_list_nothing() -> None:
    over = SourceFigures("a", "empty", amiss=Amiss("barren", NOON - timedelta(days=2), ran_out=True))
    for others, is_told in ((("barren",), True), (("barren", "ok"), False), ((), False)):
        seen = figures(sources=(over, *(given_nothing(state, state) for state in others)))
        found = troubles(seen)
        assert seen.figures is not None
        assert seen.figures.nothing_comes is is_told, "as JobchimeNothingComes"
        assert any(trouble.grave and "no posting comes" in trouble.what for trouble in found) is is_told, others


def test_where_sources_had_moved_is_said_though_many_fail_and_where_nothing_is_listed_any_more() -> None:
    several = [SourceFigures(name, "failing", error="404", moved_to=f"https://{name}.example") for name in "abcdefghi"]
    [trouble] = source_troubles(several, NOON)
    assert "; 9 of them had moved for good: a to https://a.example" in trouble.what
    day = NOON - timedelta(days=1)
    [trouble] = source_troubles([SourceFigures("a", "silent", empty_since=day, moved_to="https://new.example")], NOON)
    assert "it had moved for good to https://new.example" in trouble.what


def source_troubles_of_no_posting(view: Overview, now: datetime) -> list[str]:
    assert view.figures is not None
    return [trouble.what for trouble in no_postings(view.figures, now)]


def test_that_no_posting_comes_is_a_note_once_it_lasts() -> None:
    sources = (SourceFigures("a", "ok"), SourceFigures("b", "paused"))
    quiet = troubles(figures(sources=sources, last_posting=NOON - timedelta(hours=13)))
    (found,) = [trouble for trouble in quiet if "no posting" in trouble.what]
    assert found.what == "no posting has come for 13 h from any source of 1"
    assert not found.grave
    assert troubles(figures(sources=sources[:1], last_posting=NOON - timedelta(hours=11))) == ()
    assert troubles(figures(sources=sources[:1], last_posting=None)) == ()
    small = (SourceFigures("a", "ok", rested=timedelta(days=9)), SourceFigures("b", "ok", rested=timedelta(days=3)))
    for days, is_told in ((2, False), (4, True)):
        quiet = troubles(figures(sources=small, last_posting=NOON - timedelta(days=days)))
        assert any("no posting" in trouble.what for trouble in quiet) is is_told, "longer than it ever rested"
    rests = (SourceFigures("a", "ok", rested=timedelta(days=3)),)
    new_year = datetime(2027, 1, 9, 12, tzinfo=UTC)
    for last, is_told in ((datetime(2026, 12, 22, 12, tzinfo=UTC), False), (datetime(2026, 12, 20, tzinfo=UTC), True)):
        view = replace(figures(sources=rests, last_posting=last), at=new_year, services=())
        found = source_troubles_of_no_posting(view, new_year)
        assert ("no posting" in " ".join(found)) is is_told, "its longest rest is known without the turn of the year"
    known = Giving(began=NOON - timedelta(days=28), moved_at=NOON, moves=8, longest=timedelta(days=3))
    assert rest_of(known) == timedelta(days=3)
    assert rest_of(replace(known, moves=7)) == timedelta(), "so few moves say nothing"


def test_a_provider_that_tells_nothing_is_told() -> None:
    mail = MailFigures(unheard=7, unheard_since=NOON - timedelta(hours=3))
    (found,) = troubles(figures(mail=mail))
    assert found.what.startswith("the mail provider tells nothing: of 7 accepted mails since 2026-03-01 09:00Z")
    assert found.grave


@pytest.mark.parametrize(("days", "graves"), [(0.5, [True]), (2, [False]), (31, [])])
def test_links_that_another_secret_killed_are_told_for_as_long_as_they_should_act(
    days: float, graves: list[bool]
) -> None:
    found = troubles(figures(links_lost=NOON - timedelta(days=days)))
    assert [trouble.grave for trouble in found] == graves
    for trouble in found:
        assert "those to unsubscribe among them, lead nowhere" in trouble.what
        assert "former_link_secrets" in trouble.do


def test_events_that_are_signed_with_another_key_are_told_as_that() -> None:
    mail = MailFigures(unheard=7, unheard_since=NOON - 11 * MINUTE, events_refused=3)
    (found,) = troubles(figures(mail=mail))
    assert found.what.startswith("events about mails come that mail.sendgrid.event_key did not sign")
    assert "mail.sendgrid.event_key" in found.do
    assert found.grave


def test_letters_that_stopped_by_themselves_are_told_where_all_else_goes_on() -> None:
    stopped = Pauses(confirmations_stopped_because="12 of the last 100 mails came back for good")
    (found,) = troubles(figures(pauses=stopped))
    assert found.what.startswith("letters that confirm an address stopped by themselves, as 12 of the last 100 mails")
    assert "`jobchime resume sending`" in found.do
    assert found.grave


def test_sending_that_stopped_by_itself_is_told_first_and_needs_a_person() -> None:
    stopped = Pauses(sending=True, stopped_because="5 readers of the last 100 mails called it spam")
    (found,) = troubles(figures(pauses=stopped, deliveries={"pending": 3}))
    assert found.what.startswith(
        "sending stopped by itself, as 5 readers of the last 100 mails called it spam; 3 mails"
    )
    assert "`jobchime resume sending`" in found.do
    assert found.grave


def test_a_clock_that_ran_ahead_is_a_failure_until_its_traces_are_put_right_and_told_for_a_day() -> None:
    [late] = troubles(figures(ran_ahead=RanAhead(due_too_late=1)))
    assert late.grave
    assert late.what == "a clock ran ahead, or one is behind: 1 search is due later than the cadence allows"
    mended = RanAhead(put_right=12, put_right_at=NOON, until=NOON + timedelta(days=5))
    for at, grave in ((timedelta(), True), (timedelta(hours=2), False)):
        [trouble] = ran_ahead_troubles(mended, NOON + at)
        assert trouble.grave is grave
        assert "or the notifier's was behind: 12 searches were due too late" in trouble.what
        assert "where one ran ahead, who was mailed meanwhile was mailed early" in trouble.what
        assert "NTP" in trouble.do
    assert list(ran_ahead_troubles(mended, NOON + timedelta(days=2))) == []


def test_sources_that_are_all_paused_for_hours_are_a_pause_that_was_forgotten() -> None:
    def paused(hours: int, *more: SourceFigures) -> list[tuple[str, bool]]:
        since = NOON - timedelta(hours=hours)
        some = [SourceFigures(name, "paused", pause=Pause(since)) for name in ("one", "two")]
        found = troubles(figures(sources=(*some, *more), searches=1))
        return [(trouble.what, trouble.grave) for trouble in found]

    assert paused(1) == [(f"the source {name} is paused by operator", False) for name in ("one", "two")]
    each = [(f"the source {name} is paused by operator, for 3 h now", False) for name in ("one", "two")]
    assert paused(3) == [("each of the 2 sources is paused by operator, for 3 h now: no posting comes", True), *each]
    assert paused(3, SourceFigures("three", "ok")) == each
    assert paused(3, SourceFigures("three", "off"))[1:] == each


def test_a_pause_until_a_time_is_well_until_then_and_not_well_after() -> None:
    def told(days: int, *more: Pause) -> list[tuple[str, bool]]:
        planned = Pause(NOON - timedelta(days=9), Terms(NOON + timedelta(days=days), "holidays", "ada"))
        sources = [SourceFigures("board", "paused", pause=pause) for pause in (planned, *more)]
        held = ServiceView("matcher", 0, paused=True, held_by="matcher", pause=planned)
        seen = figures(sources=tuple(sources), searches=1, pauses=Pauses(sending=True, of={"sending": planned}))
        return [(trouble.what, trouble.grave) for trouble in troubles(replace(seen, services=(held,)))]

    said = "is paused by operator until 2026-03-03 12:00Z (ada: holidays)"
    assert told(2) == [
        (f"matcher {said}", False),
        (f"sending {said}; 0 mails wait", False),
        (f"the only source {said}: no posting comes", False),
        (f"the source board {said}", False),
    ]
    over = "is paused by operator (ada: holidays), and was to be until 24 h ago (2026-02-28 12:00Z)"
    assert told(-1) == [
        (f"matcher {over}", True),
        (f"sending {over}; 0 mails wait", True),
        (f"the only source {over}: no posting comes", True),
        (f"the source board {over}", True),
    ]
    [*_, (each, grave), _, _] = told(2, Pause(NOON - timedelta(days=60)))
    assert (each, grave) == (f"each of the 2 sources {said}: no posting comes", False), "who said so knows"


def test_of_many_sources_whose_pause_was_to_be_over_it_is_said_of_how_many() -> None:
    over = Pause(NOON - timedelta(days=9), Terms(NOON - timedelta(days=1)))
    sources = [SourceFigures(f"board-{at}", "paused", pause=over if at else Pause(NOON)) for at in range(5)]
    [trouble, _] = troubles(figures(sources=(*sources, SourceFigures("other", "ok")), last_posting=NOON - timedelta(1)))
    assert trouble.grave
    assert trouble.what.endswith("and 2 more; of 4 the time is over until which they were to be so")


def test_of_a_single_source_that_is_not_well_it_is_said_whom_that_harms() -> None:
    failing = figures(sources=(SourceFigures("board", "failing", error="HTTP 500"),))
    [trouble] = troubles(replace(failing, source_readers={"board": SourceReaders(3, 40, 500)}))
    assert trouble.what.endswith(": HTTP 500; 3 of the 40 readers of the last 500 mails had jobs of it")


def test_two_releases_beside_each_other_are_a_note_while_an_upgrade_may_take_and_then_are_not_well() -> None:
    def told(minutes: int) -> list[tuple[str, bool]]:
        newer = replace(worker(), worker="w2", version="2", started_at=NOON - minutes * MINUTE)
        older = replace(worker(), version="1", started_at=NOON - timedelta(days=9))
        found = troubles(replace(WELL, services=(ServiceView("matcher", 0, (older, newer)),)))
        return [(trouble.what, trouble.grave) for trouble in found]

    assert told(30) == [("workers of 2 releases run beside each other: 1 (w1) and 2 (w2)", False)]
    assert told(180) == [("workers of 2 releases run beside each other, for 3 h now: 1 (w1) and 2 (w2)", True)]


def test_a_data_folder_that_was_copied_is_not_well_for_an_hour_and_then_a_note_where_nobody_says_whose_it_is() -> None:
    def told(hours: int, answered_by: str = "", nowhere: Nowhere | None = None, **more: bool) -> list[bool]:
        own = OwnFile("here", NOON - timedelta(hours=hours))
        seen = figures(own_file=own, pauses=Pauses(**more), cut_off=CutOff(nowhere=nowhere))
        found = troubles(replace(seen, leaving=Leaving(run=answered_by)))
        return [trouble.grave for trouble in found if trouble.what.startswith("the data folder is a copy, ")]

    assert [told(0), told(2), told(25)] == [[True], [False], []]
    assert told(0, restored=True) == [], "it is held, and that is told"
    assert told(0, answered_by="here") == [], "it was restored, moved, or its disk was mounted anew"
    assert told(0, nowhere="folder") == [], "what it mails reaches nobody"


def test_a_copy_beside_its_original_is_told_for_as_long_as_the_other_answers_where_mails_lead() -> None:
    def told(answered_by: str, own: OwnFile, **more: bool) -> list[bool]:
        found = troubles(replace(figures(own_file=own, pauses=Pauses(**more)), leaving=Leaving(run=answered_by)))
        return [trouble.grave for trouble in found if trouble.what.startswith("another jobchime than this one ")]

    long_ago = OwnFile("here", NOON - timedelta(days=30))
    assert told("there", long_ago) == [True]
    assert told("there", OwnFile("here")) == [True], "a machine was cloned, with the same files"
    assert told("there", long_ago, sending=True) == [False]
    assert told("here", long_ago) == told("", long_ago) == told("there", OwnFile()) == []


def test_what_was_late_is_a_note_once_nothing_waits_and_a_failure_while_something_does() -> None:
    late = StageFigures("fetched to stored", 100, 0.1, 0.2, 0.3, Objective(60.0, 0.99), 0.85, -9.0, 100, 15)
    through = replace(WELL, stages=(late,), services=(service(), service("notifier")))

    def told(overview: Overview) -> list[tuple[bool, bool]]:
        return [(trouble.grave, "nothing waits any more" in trouble.what) for trouble in troubles(overview)]

    assert told(through) == [(False, True)]
    for lag, rate, waits in ((10, 0.0, False), (11, 0.0, True), (299, 5.0, False), (301, 5.0, True)):
        at_work = service("notifier", lag=lag, rate=rate)
        assert told(replace(through, services=(service(), at_work))) == [(waits, not waits)], "what came just now"
    dead = ServiceView("portal", None, needed=True)
    assert told(replace(through, services=(*through.services, dead)))[1] == (False, True), "no posting comes through it"
    assert told(replace(through, freshness_s={"matcher": 61.0}))[0] == (True, False), "each still takes as long"


def test_mails_that_were_late_are_a_note_once_none_waits_for_long() -> None:
    late = StageFigures("digest due to accepted", 450, 1.0, 1.0, 1.0, Objective(900.0, 0.99), 0.0, -9.0, 450, 450)

    def told(**more: object) -> list[bool]:
        overview = replace(figures(**more), stages=(late,))
        return [trouble.grave for trouble in troubles(overview) if trouble.what.startswith("digest due to accepted")]

    def put_off(minutes: int) -> MailFigures:
        since = NOON - minutes * MINUTE
        return MailFigures((MailFault("busy", True, 3, since, NOON, "429"),), last_accepted=NOON)

    assert told() == [False]
    assert told(due_subscribers=3, due_since=NOON - MINUTE) == [False], "what fell due just now"
    assert told(due_subscribers=3, due_since=NOON - 16 * MINUTE) == [True]
    assert told(mail=MailFigures(untaken=3, untaken_since=NOON - 16 * MINUTE)) == [True]
    assert (told(mail=put_off(14)), told(mail=put_off(16))) == ([False], [True])
    assert told(mail=MailFigures((MailFault("message", False, 3, NOON - 99 * MINUTE, NOON, "no"),))) == [False]


def test_a_dead_letter_of_a_feed_is_not_said_to_be_sent_back_since_the_next_poll_reads_it_again() -> None:
    def do(returnable: int) -> str:
        letter = LetterView("raw.v1.dead", "no title", "no title", 3, returnable)
        [trouble] = troubles(replace(WELL, letters=(letter,)))
        return trouble.do

    assert "dead replay" in do(3)
    assert "dead replay" not in do(0)
    assert "its next poll reads it again" in do(0)


@pytest.mark.parametrize("passed", [timedelta(seconds=-1), timedelta(seconds=5), timedelta(seconds=119)])
def test_a_start_in_its_usual_time_is_a_note(passed: timedelta) -> None:
    begins = replace(WELL, form="embedded", run_since=NOON - passed, services=(ServiceView("matcher", 5),))
    assert healthy(begins)
    (note,) = troubles(begins)
    assert "is not heard of yet" in note.what
    assert not healthy(replace(begins, run_since=None)), "none that runs is a failure at once"
    for seen_at, well in ((begins.at - passed - MINUTE, True), (begins.at - passed + timedelta(seconds=1), False)):
        silent = replace(worker(), seen_at=seen_at, stopped=True)
        heard = replace(begins, services=(ServiceView("matcher", 5, (silent,)),))
        assert healthy(heard) == well, "it was heard of since it began, and is no more"


def test_what_a_first_start_has_yet_to_make_is_no_failure_and_what_it_cannot_use_is_one() -> None:
    def told(engine: EngineView, passed: float = 5) -> list[bool]:
        since = NOON - timedelta(seconds=passed)
        begins = replace(WELL, form="embedded", figures=None, run_since=since, services=(ServiceView("matcher", 5),))
        return [trouble.grave for trouble in troubles(replace(begins, engines=(engine,)))]

    for name in ("store", "log"):
        missing = EngineView(name, False, "there is none in data; `jobchime run` begins one")
        assert told(missing) == [False], "that it began"
        assert True in told(missing, 121)
        assert True in told(replace(missing, mend="restore"))
    assert True in told(EngineView(DATA_FOLDER, False, "its disk is full"))


def test_a_server_that_is_away_is_told_though_jobchime_began_a_moment_ago() -> None:
    away = EngineView("store", False, "the store at db:5432/jobchime is away: Connection refused")
    begins = replace(WELL, form="embedded", figures=None, run_since=NOON - MINUTE, services=(), engines=(away,))
    for is_server in (True, False):
        assert healthy(replace(begins, store_is_server=is_server)) is not is_server


def test_no_source_hangs_in_a_poll_that_waits_for_an_engine_that_is_away() -> None:
    def told(hangs: int, *, reachable: bool) -> list[str]:
        asked = SourceFigures("slow", "hanging", asked_since=NOON - MINUTE, hangs=hangs)
        seen = replace(figures(sources=(asked,)), engines=(EngineView("Kafka", reachable, "no answer"),))
        return [trouble.what for trouble in troubles(seen) if trouble.what.startswith("the source slow hangs")]

    assert len(told(0, reachable=True)) == 1
    assert told(0, reachable=False) == [], "what its board gave has nowhere to go"
    assert len(told(2, reachable=False)) == 1, "its board did at its last polls"


def test_where_no_worker_of_any_service_is_heard_of_at_once_none_is_said_to_be_gone() -> None:
    def silent(name: str, process: str, seconds: int) -> ServiceView:
        seen_at = NOON - timedelta(seconds=seconds)
        gone = replace(worker(name), worker=process, seen_at=seen_at, started_at=NOON - 9 * MINUTE)
        return ServiceView(name, 0, (gone,))

    names = ("ingest.normaliser", "matcher", "notifier")
    at_once = tuple(silent(name, name, 60 + at) for at, name in enumerate(names))
    [told] = troubles(replace(WELL, services=at_once))
    assert told.what.startswith("no worker of any service is heard of, all since 60 s ago")
    assert "`jobchime doctor`" in told.do
    one_after_the_other = (*at_once[:2], silent("notifier", "notifier", 300))
    assert ["no worker of" in trouble.what for trouble in troubles(replace(WELL, services=one_after_the_other))] == [
        True
    ] * 3
    some = (*at_once, silent("portal", "portal", 0))
    assert len(troubles(replace(WELL, services=some))) == 3, "one is heard of, so that the store takes heartbeats"


def test_what_ran_and_ended_by_itself_is_told_with_its_last_words() -> None:
    ended = NOON - timedelta(minutes=9), "log.sqlite-wal was emptied while jobchime ran on it"
    gone = replace(WELL, form="embedded", services=(ServiceView("matcher", 5),), last_words=ended)
    [told] = troubles(gone)
    assert told.what.startswith("jobchime does not run; it ended by itself at ")
    assert told.what.endswith(": log.sqlite-wal was emptied while jobchime ran on it")
    [killed] = troubles(replace(gone, last_words=None))
    assert "by itself" not in killed.what

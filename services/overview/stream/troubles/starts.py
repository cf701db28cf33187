"""What is not well with when workers began, and by which release and clock. Pure.

Those that are started again and again, of two releases, or heard of at a time to come.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas.counted import counted
from services.overview.stream.model import Overview, Trouble
from services.overview.stream.spans import MOST_NAMED, ago, ended, forgotten, joined, named_of
from services.overview.stream.troubles.workers import BEGINS_FOR
from services.processes import CONSOLE, PORTAL
from services.runtime.figures.restarts import OVER_AFTER, Restarts
from services.runtime.health.heartbeat import MISSED, Worker
from services.runtime.health.last_words import LastWords

AGAIN_AND_AGAIN: Final = 3
"""So many restarts of one worker in an hour are no upgrade, and no operator's second thought."""
_SELDOM_BUT_STEADILY: Final = 6
"""So many in a day of one that ended by itself the last time: it will again, though it goes on for long between."""
_STEADILY_WITHIN: Final = timedelta(hours=1)


def restarting(overview: Overview) -> Iterator[Trouble]:
    """Workers that are started again and again: each is well when somebody looks, and what it had in hand waits."""
    found: dict[Restarts, list[str]] = {}
    words: dict[str, LastWords] = {}
    # A portal that is part of the process of all others is started with them.
    for service in (view for view in overview.services if not (overview.has_portal and view.name == PORTAL)):
        words |= {last.worker: last for last in service.last_words}
        for restart in service.restarts:
            if restart.hour >= AGAIN_AND_AGAIN and restart.last is not None:
                found.setdefault(restart, []).append(service.name)
    yield from _anew_after(overview, {restart.worker for restart in found})
    often = sorted(found, key=lambda restart: -restart.hour)
    for restart in often[:MOST_NAMED]:
        passed = max(overview.at - (restart.last or overview.at), timedelta())
        yield Trouble(
            f"the worker {restart.worker} of {named_of(found[restart])} was started anew"
            f" {counted(restart.hour, 'time')} in the last hour, the last time {ago(passed)} ago"
            + (ended(words[restart.worker].at, words[restart.worker].said) if restart.worker in words else ""),
            "nothing, if that was you; else its log, or the platform's, says why it ended: 137 is memory or `kill -9`,"
            " 2 wrong settings, with one sentence on what to do",
            "process",
            grave=restart.go_on(overview.at),
        )
    if len(often) > MOST_NAMED:
        yield Trouble(
            f"{len(often) - MOST_NAMED:,} more workers were started anew {AGAIN_AND_AGAIN} times and more in the last"
            " hour",
            "`jobchime worker list` names them; see the platform's log",
            "process",
            grave=any(restart.go_on(overview.at) for restart in often[MOST_NAMED:]),
        )


def _anew_after(overview: Overview, told: Collection[str]) -> Iterator[Trouble]:
    """Workers that ended by themselves and were started again: whether that helped shows once they have gone on."""
    by_worker: dict[str, tuple[LastWords, Worker, list[str]]] = {}
    day = {restart.worker: restart.day for service in overview.services for restart in service.restarts}
    for service in overview.services:
        alive = {worker.worker: worker for worker in service.alive(overview.at)}
        for words in service.last_words:
            worker = alive.get(words.worker)
            if worker is not None and words.worker not in told and words.at <= worker.started_at:
                by_worker.setdefault(words.worker, (words, worker, []))[2].append(service.name)
    for name, (words, worker, services) in by_worker.items():
        runs, steadily = overview.at - worker.started_at, day.get(name, 0) >= _SELDOM_BUT_STEADILY
        if runs < (_STEADILY_WITHIN if steadily else OVER_AFTER) and not {*services} <= {CONSOLE}:
            yield Trouble(
                f"the worker {name} of {named_of(services)} was started anew {ago(runs)} ago"
                + f", {day.get(name, 0):,} times within 24 hours" * steadily
                + ended(words.at, words.said),
                "do what its last words say, or its log: it will end again, if it was not you who started it so often"
                if steadily
                else "nothing, if it goes on; if it ends again, do what its last words say, or its log",
                "process",
                grave=runs < BEGINS_FOR,
            )


def releases(overview: Overview) -> Iterator[Trouble]:
    """They may work beside each other for as long as an upgrade takes."""
    of: dict[str, dict[str, datetime]] = {}
    for worker in (worker for service in overview.services for worker in service.alive(overview.at)):
        of.setdefault(worker.version, {})[worker.worker] = worker.started_at
    if len(of) > 1:
        long = forgotten(max(min(begun.values()) for begun in of.values()), overview.at)
        each = joined([f"{version} ({named_of(list(workers))})" for version, workers in of.items()])
        yield Trouble(
            f"workers of {len(of)} releases run beside each other{long}: {each}",
            "end the upgrade, or go back: `jobchime worker list` has the release of each",
            "process",
            grave=bool(long),
        )


def clocks(overview: Overview) -> Iterator[Trouble]:
    """A heartbeat of a time to come says nothing of whether its worker lives now."""
    ahead: dict[str, list[Worker]] = {}
    for worker in (worker for service in overview.services for worker in service.workers):
        if not worker.stopped and worker.seen_at - overview.at > MISSED:
            ahead.setdefault(worker.host, []).append(worker)
    for host, workers in ahead.items():
        names = named_of(list(dict.fromkeys(worker.worker for worker in workers)))
        furthest = max(worker.seen_at for worker in workers)
        yield Trouble(
            f"the last heartbeat of {names} is of {ago(furthest - overview.at)} from now: a clock of {host} or here is"
            " or was wrong, and whether they run cannot be told",
            "set the clocks by NTP, then start them again; `jobchime doctor` compares the clocks",
            "machine",
        )

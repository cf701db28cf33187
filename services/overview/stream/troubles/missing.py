"""What is not well where workers are missing while others of their service go on. Pure.

Where none goes on, that is told of the service.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from services.overview.stream.model import Overview, Remedy, ServiceView, Trouble
from services.overview.stream.spans import MOST_NAMED, ended, named_of, short, when
from services.processes import CONSOLE, process_of
from services.runtime.health.heartbeat import Worker
from services.runtime.health.last_words import LastWords
from services.runtime.health.missing import words_of

_ONE_AFTER_ANOTHER: Final = 3
"""So many that died and were replaced within an hour die of what the next will die of, too."""
_REPLACED_LATELY: Final = timedelta(hours=1)


def missing_workers(overview: Overview) -> Iterator[Trouble]:
    """Workers in whose place nobody came, and those that die one after another under ever new names."""
    found: dict[str, list[tuple[ServiceView, Worker]]] = {}
    for service in overview.services:
        for worker in service.lost(overview.at) if service.alive(overview.at) else ():
            found.setdefault(worker.worker, []).append((service, worker))
    if len(found) > MOST_NAMED:
        yield _many(overview, found)
    else:
        yield from (_missing(overview, name, rows) for name, rows in found.items())
    yield from _replaced(overview)


def _missing(overview: Overview, name: str, rows: Sequence[tuple[ServiceView, Worker]]) -> Trouble:
    services = " and ".join(service.name for service, _ in rows)
    left = min(len(service.alive(overview.at)) for service, _ in rows)
    worker = max((worker for _, worker in rows), key=lambda worker: worker.seen_at)
    gone, start = when(worker.seen_at, overview.at), f"start it again: `jobchime {process_of(rows[0][0].name)}`"
    last = f"; {left} {'works' if left == 1 else 'work'} on"
    words = _words_of(worker, [service for service, _ in rows])
    if words is not None:
        what = (
            f"the worker {name} of {services} ended by itself {gone} on {worker.host}: {short(words.said, 400)}{last}"
        )
        start = f"do what its last words say, then {start}"
    else:
        what = f"the worker {name} of {services} is lost, last heard of {gone} from {worker.host}{last}"
    return Trouble(
        what,
        f"{start}; gone for good: `jobchime worker forget {name}`",
        Remedy("forget worker", name),
        grave=any(service.name != CONSOLE for service, _ in rows),
    )


def _words_of(worker: Worker, services: Sequence[ServiceView]) -> LastWords | None:
    """Of one that was killed nobody has heard any."""
    return words_of(worker, (last for service in services for last in service.last_words)) if worker.stopped else None


def _many(overview: Overview, lost: Mapping[str, Sequence[tuple[ServiceView, Worker]]]) -> Trouble:
    workers = [worker for rows in lost.values() for _, worker in rows]
    services = dict.fromkeys(service.name for rows in lost.values() for service, _ in rows)
    last = max(worker.seen_at for worker in workers)
    return Trouble(
        f"{len(lost):,} workers of {' and '.join(services)} are lost, the last heard of {when(last, overview.at)}:"
        f" {named_of(list(lost))}",
        "`jobchime worker list` names them; start them again; those gone for good: `jobchime worker forget NAME`",
        Remedy("forget lost workers"),
    )


def _replaced(overview: Overview) -> Iterator[Trouble]:
    """Of each service, as the services of one process die together and are told once."""
    by_names: dict[tuple[str, ...], list[ServiceView]] = {}
    for service in (view for view in overview.services if view.name != CONSOLE):
        lately = [worker for worker in service.replaced(overview.at) if overview.at - worker.seen_at < _REPLACED_LATELY]
        if lately:
            by_names.setdefault(tuple(worker.worker for worker in lately), []).append(service)
    for names, services in by_names.items():
        last = next(worker for worker in services[0].workers if worker.worker == names[-1])
        words, gone = _words_of(last, services), when(last.seen_at, overview.at)
        of, often = " and ".join(service.name for service in services), len(names) >= _ONE_AFTER_ANOTHER
        yield Trouble(
            (
                f"{len(names):,} workers of {of} died within an hour, and others came in their place: {named_of(names)}"
                if names[1:]
                else f"the worker {names[0]} of {of} died {gone}, and another came in its place"
            )
            + (ended(words.at, words.said) if words else ""),
            "their log, or the platform's, says why: 137 is memory or `kill -9`; the next may die of it, too"
            if often
            else "nothing, if the other goes on; its log, or the platform's, says why",
            "process",
            grave=often,
        )

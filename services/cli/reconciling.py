"""`jobchime reconcile`: what a day's postings match, found in two directions and held against the store."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated

import typer
from sqlalchemy import Engine

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from schemas.keys import keys_of
from services.cli.options import Config, Now, moment
from services.cli.output import progress
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.app import patient_engine
from services.matcher.outgoing import outgoing_matches
from services.matcher.ports import CriteriaIndex, Hits
from services.matcher.reconciling import (
    Asked,
    Backwards,
    Came,
    Day,
    Difference,
    asked_by_key,
    expected_backwards,
    forward,
    index_differences,
    postings_of,
    reverse,
    store_differences,
)
from services.matcher.settings import MatcherSettings
from services.notifier.adapters.sql.stored_keys import stored_keys
from services.runtime.clock import FixedClock
from services.runtime.datadir import LOG_FILE
from services.runtime.errors import UsageError
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.log_sqlite import SqliteLog
from services.runtime.records import Producer, TopicReader, chunked
from services.runtime.store import open_store
from services.settings import Settings, load_settings

_APPLIED_AT_ONCE = 5_000
_PRODUCED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is compared, and where missing matches are sent."""

    settings: MatcherSettings
    reader: TopicReader
    producer: Producer
    store: Engine
    index: CriteriaIndex | None
    """None: it is in the workers' memory, and made here the way they make it."""


def reconcile(
    day: Annotated[str, typer.Option("--day", metavar="DATE", help="The day on which the postings came, UTC.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report.")] = False,
    now: Now = None,
    config: Config = None,
) -> None:
    """Compare what the postings of a day match, in both directions and in the store; send the matches that are missing.

    What a source had before its first poll (its backlog) and what has closed since alert nobody: they are counted, and
    not compared. A line for each difference; exit code 1 where some remain.
    """
    at = moment(now)
    begins = _begin_of(day, at)
    with _opened(load_settings(config), at) as ground:
        found, came_on = _differences(ground, begins)
        for one in found:
            typer.echo(str(one))
        missing = [one for one in found if one.where == "store"]
        if missing and not dry_run:
            _send(ground, missing, came_on.news, at)
    _tell(found, came_on, day, repaired=not dry_run)
    if len(found) > len(missing) or (missing and dry_run):
        raise typer.Exit(1)


def _differences(ground: _Ground, begins: datetime) -> tuple[list[Difference], Day]:
    """What differs, and still does at a second look: services may be at work meanwhile."""
    came_on = postings_of(ground.reader, begins)
    came = came_on.news
    asked = asked_by_key(ground.reader)
    with progress("Judging criteria", len(asked)) as advance:
        truth = forward(asked, came, advance)
    found = list(index_differences(truth, reverse(_index_of(ground, asked), came)))
    missing = list(store_differences(truth, stored_keys(ground.store, came)))
    backwards = Backwards(ground.settings.backwards, ground.settings.backwards_most)
    found += expected_backwards(ground.reader, missing, asked, came, backwards)
    if not found:
        return [], came_on
    names = {one.posting_id for one in found}
    some = {name: one for name, one in came.items() if name in names}
    now_asked, now_came = asked_by_key(ground.reader), postings_of(ground.reader, begins).news
    again = set(index_differences({name: truth[name] for name in some}, reverse(_index_of(ground, now_asked), some)))
    again |= set(store_differences({name: truth[name] for name in some}, stored_keys(ground.store, some)))

    def same(one: Difference) -> bool:
        unchanged = now_asked.get(one.key) == asked.get(one.key)
        return one in again and unchanged and now_came.get(one.posting_id) == came[one.posting_id]

    return [one for one in found if same(one)], came_on


def _index_of(ground: _Ground, asked: dict[int, Asked]) -> CriteriaIndex:
    if ground.index is not None:
        return ground.index
    index = MemoryCriteriaIndex()
    keys = list(asked)
    for first in range(0, len(keys), _APPLIED_AT_ONCE):
        index.apply([decode(CriteriaRecord, asked[key].value) for key in keys[first : first + _APPLIED_AT_ONCE]])
    return index


def _send(ground: _Ground, missing: Sequence[Difference], came: Mapping[str, Came], at: datetime) -> None:
    matched: dict[str, tuple[list[int], list[int]]] = {}
    for one in missing:
        matched.setdefault(one.posting_id, ([], []))[one.verdict == "near"].append(one.key)
    records = (
        record
        for name, (keys, near) in sorted(matched.items())
        for record in outgoing_matches(
            came[name].posting, Hits(keys_of(keys), keys_of(near)), "backfill", at, ground.settings.keys_a_record
        )
    )
    with progress("Sending matches", len(matched)) as advance:
        for some in chunked(records, _PRODUCED_AT_ONCE):
            ground.producer.produce(some)
            advance(len(some))


def _tell(found: Sequence[Difference], came: Day, day: str, *, repaired: bool) -> None:
    missing = sum(one.where == "store" for one in found)
    wrong = len(found) - missing
    left_out = [
        f"{count:,} {what}" for count, what in ((came.backlog, "of a backlog"), (came.closed, "closed")) if count
    ]
    beside = f" (and {', '.join(left_out)}, which alert nobody)" if left_out else ""
    postings = f"{day}: {len(came.news):,} postings{beside}"
    typer.echo(f"{postings}, {missing:,} matches missing in the store, {wrong:,} wrong in the index.")
    if missing and repaired:
        typer.echo("The missing matches were sent; the notifier stores them.")
    if wrong:
        typer.echo("Mend the index with `jobchime reindex`, then reconcile again.")


@contextmanager
def _opened(settings: Settings, at: datetime) -> Iterator[_Ground]:
    with ExitStack() as stack:
        path = settings.data / LOG_FILE
        if not settings.deployed and not path.is_file():
            raise UsageError(f"there is no log in {settings.data} yet; `jobchime run` begins one")
        store = open_store(settings.store_url, settings.store_limits)
        stack.callback(store.dispose)
        clock = FixedClock(at)
        if settings.deployed:
            index = None
            if settings.matcher.index == "elasticsearch":
                engine = patient_engine(settings.elasticsearch)
                stack.callback(engine.close)
                index = ElasticsearchCriteriaIndex(engine)
            reader = stack.enter_context(RecordReader(settings.kafka))
            producer = stack.enter_context(RecordProducer(settings.kafka, clock=clock))
            yield _Ground(settings.matcher, reader, producer, store, index)
            return
        log = stack.enter_context(SqliteLog(path, clock=clock))
        yield _Ground(settings.matcher, log, log, store, None)


def _begin_of(day: str, now: datetime) -> datetime:
    try:
        begins = datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError:
        raise UsageError(f"{day!r} is not a date; write it as 2026-11-20") from None
    if begins > now:
        raise UsageError(f"{day} has not come yet")
    return begins

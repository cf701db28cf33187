"""The index of criteria in Elasticsearch: plain documents, found by posting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import numpy as np
import orjson

from schemas.codec import decode
from schemas.criteria import CriteriaRecord, Nearby
from schemas.elasticsearch import definition
from schemas.keys import Keys, keys_of
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.documents import BY_FIELDS, document, field_of, query_of
from services.matcher.adapters.elasticsearch.generations import Generations
from services.matcher.adapters.elasticsearch.hits import FILTER_PATH, SearchHits, aggregation_of, hits_in
from services.matcher.ports import Hits
from services.rules.criterion import Fit, terms_mark
from services.rules.criterion.near import near_fit
from services.rules.prepared import PreparedPosting
from services.rules.roles.taxonomy import neighbours_mark
from services.rules.text import TextQuery
from services.runtime.chunks import chunked
from services.runtime.clock import Clock, SystemClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.refusals import MissingIndexError, SlowError
from services.runtime.errors import UnavailableError

T = TypeVar("T")

SCHEMA: Final = "criteria.v6"
_WRITTEN_AT_ONCE: Final = 2_000
_SEARCHED_AT_ONCE: Final = 16
"""Postings a request. More gain nothing, and with a million criteria would not be answered in time."""
_RESOLVED_AGAIN: Final = 3
_PURGED_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of a key."""

    version: int
    criteria_id: str
    removed: bool


class ElasticsearchCriteriaIndex:
    """`CriteriaIndex` for all workers together. Criteria must be canonical.

    The server decides all but phrases, and towns. For those it tells which fit in all
    else, and text and towns are decided here, by the same rule as the truth.
    """

    def __init__(self, engine: SearchEngine, clock: Clock | None = None) -> None:
        """Asks the cluster nothing yet: `ensure` makes what is missing."""
        settings = engine.settings
        self.engine = engine
        self._clock = clock or SystemClock()
        self._at_once = _SEARCHED_AT_ONCE
        # Documents hold the roles that were near when they were written.
        form = definition(
            SCHEMA,
            terms=map(field_of, BY_FIELDS),
            shards=settings.shards,
            replicas=settings.replicas,
            mark=f"{terms_mark()} {neighbours_mark()}",
        )
        self.generations = Generations(engine, "criteria", form)

    def ensure(self) -> None:
        """Make the index where there is none."""
        self.generations.ensure()

    def __len__(self) -> int:
        return self.engine.count(self.generations.alias, {"term": {"removed": False}})

    def apply(self, records: Sequence[CriteriaRecord]) -> None:
        """Add, change or remove criteria, in every generation; visible when this returns.

        A removed key keeps its version, so that no older record revives it, until `purge`.
        """
        newest: dict[int, CriteriaRecord] = {}
        for record in records:
            if record.version < 0:
                continue  # Not newer than nothing: versions count from 0.
            if record.key not in newest or newest[record.key].version < record.version:
                newest[record.key] = record
        if not newest:
            return
        for _ in range(_RESOLVED_AGAIN):
            try:
                self.write(list(newest.values()), self.generations.targets())
                return
            except MissingIndexError:
                continue  # A generation was dropped since it was named.
        raise UnavailableError(
            "the index of criteria, or the alias to write to it, is missing, or its generations change too quickly: try"
            " again",
            mend="reindex",
        )

    def write(self, records: Sequence[CriteriaRecord], targets: Sequence[str]) -> None:
        """Write through the write aliases of some generations; visible in all of them when this returns.

        Raises MissingIndexError where one of them is gone.
        """
        now = self._clock.now()
        for some in chunked(records, _WRITTEN_AT_ONCE):
            lines = b"".join(_line(record, now) for record in some)
            for target in targets:
                self.engine.bulk(lines, index=target, params={"require_alias": "true"})
        self.engine.refresh(",".join(targets))

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting, in the order given; all of them, however many.

        Raises UnavailableError, where an engine is slow only once it has no answer in time for one posting alone.
        """
        prepared = [PreparedPosting(posting) for posting in postings]
        asked = [candidate for candidate in prepared if candidate.posting.status != "closed"]
        hits = iter(self._hits_of(asked))
        return [_NOBODY if candidate.posting.status == "closed" else next(hits) for candidate in prepared]

    def _hits_of(self, asked: Sequence[PreparedPosting]) -> list[Hits]:
        """Ask as many at once as are answered in time: far fewer after a try in vain, and more again later."""
        found: list[Hits] = []
        while len(found) < len(asked):
            some = asked[len(found) : len(found) + self._at_once]
            try:
                found += self._search(some)
            except SlowError:
                if len(some) == 1:
                    raise
                self._at_once = max(len(some) // 4, 1)
        self._at_once = min(2 * self._at_once, _SEARCHED_AT_ONCE)
        return found

    def _search(self, asked: Sequence[PreparedPosting]) -> list[Hits]:
        searches = [{"size": 0, "query": query_of(candidate), "aggs": aggregation_of(candidate)} for candidate in asked]
        answers = self.engine.search_many(self.generations.alias, searches, filter_path=FILTER_PATH)
        return [_hits(candidate, hits_in(answer)) for candidate, answer in zip(asked, answers, strict=True)]

    def entries(self, keys: Iterable[int]) -> dict[int, Entry]:
        """What is held of some keys, visible to searches or not; those of which nothing is known are left out."""
        found: dict[int, Entry] = {}
        for some in chunked(keys, _WRITTEN_AT_ONCE):
            answer = self.engine.ask(
                "POST",
                f"/{self.generations.alias}/_mget",
                {"ids": [str(key) for key in some]},
                params={"filter_path": "docs.found,docs._id,docs._version,docs._source,docs.error"},
            )
            for read in answer["docs"]:
                if "error" in read:
                    raise UnavailableError(f"Elasticsearch cannot read criteria: {read['error'].get('reason')}")
                if read["found"]:
                    source = read["_source"]
                    found[int(read["_id"])] = Entry(read["_version"], source["criteria_id"], source["removed"])
        return found

    def purge(self, before: datetime) -> int:
        """Forget some criteria that were removed before then; returns how many: ask again until there are none.

        An older record that comes later still would revive them: keep them longer than any record may be late.
        """
        query = {"range": {"removed_at": {"lt": int(before.timestamp() * 1000), "format": "epoch_millis"}}}
        # What changed meanwhile is left alone.
        return self.engine.delete_some(self.generations.write_alias, query, _PURGED_AT_ONCE)


_NOBODY: Final = Hits(keys_of(()), keys_of(()))


def _line(record: CriteriaRecord, now: datetime) -> bytes:
    """Ours are id and version: a record that is written again, or late, changes nothing."""
    head = b'{"index":{"_id":"%d","version":%d,"version_type":"external"}}' % (record.key, record.version)
    return b"%b\n%b\n" % (head, orjson.dumps(document(record, now)))


def _hits(prepared: PreparedPosting, found: SearchHits) -> Hits:
    """Decide about texts and towns, all that are distinct once, and sort."""
    texts = {worded.text for worded in found.worded}
    says = {text: TextQuery.parse(text).fits_haystack(prepared.haystack) for text in texts}
    towns = {(worded.towns, worded.accept_unknown_town) for worded in found.worded}
    lies = {asked: _lies(*asked, prepared) for asked in towns}
    said = [(worded, lies[worded.towns, worded.accept_unknown_town]) for worded in found.worded if says[worded.text]]
    keys = [worded.key for worded, fit in said if fit == "yes" and not worded.near]
    near = [worded.key for worded, fit in said if fit == "near" or (fit == "yes" and worded.near)]
    return Hits(_sorted(found.keys, keys), _sorted(found.near, near))


def _lies(towns: tuple[str, ...], accept_unknown: bool, prepared: PreparedPosting) -> Fit:
    near = [decode(Nearby, town.encode()) for town in towns]
    return near_fit(near, prepared.posting, accept_unknown=accept_unknown)


def _sorted(keys: Keys, more: list[int]) -> Keys:
    return np.sort(np.concatenate((keys, np.array(more, dtype=np.uint32))))

"""Recent postings in Elasticsearch, one index for all workers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

import orjson
from cachetools import LRUCache

from schemas.codec import decode
from schemas.criteria import Criteria
from schemas.elasticsearch import definition
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.documents import field_of
from services.matcher.adapters.elasticsearch.generations import Generations
from services.matcher.adapters.elasticsearch.posting_document import BY_FIELDS, document_of, far_from, micros, query_of
from services.matcher.backtest import Far
from services.matcher.ports import BackwardHit
from services.rules.criterion import terms_mark
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from services.runtime.chunks import chunked
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.refusals import MissingIndexError
from services.runtime.errors import UnavailableError

SCHEMA: Final = "postings.v6"
_RESOLVED_AGAIN: Final = 3
_PUT_BYTES: Final = 4 << 20
_SEARCHES_AT_ONCE: Final = 50
_PAGE: Final = 500
_FETCH_AT_ONCE: Final = 500
_REMEMBERED: Final = 4_000
"""Postings kept ready to be judged: criteria that come together look for the same newest ones."""
_FORGET_AT_ONCE: Final = 1_000
# The newest first, as in memory; the version tells whether a remembered posting is still the one.
_SORT: Final = [{"seen_at": "desc"}, {"posting_id": "asc"}, {"version": "desc"}]
_AT_ONCE: Final = 5_000
"""Below the 10,000 hits that a server answers one search with."""


class ElasticsearchRecentPostings:
    """`RecentPostings` for all workers of an installation. For many threads.

    The external version of a document is the posting's. What is put is durable at once and visible after a refresh:
    a worker puts a posting before it matches it, and refreshes, after its criteria are visible, before it searches
    backwards; so whichever comes second sees the first.
    """

    def __init__(self, engine: SearchEngine, kind: str = "postings") -> None:
        """`kind` names the index, after the installation's prefix."""
        self._engine = engine
        terms = map(field_of, BY_FIELDS)
        form = definition(SCHEMA, terms=terms, replicas=engine.settings.replicas, mark=terms_mark())
        self.generations = Generations(engine, kind, form)
        self._remembered = _Remembered(_REMEMBERED)

    def put(self, postings: Sequence[PostingCore]) -> None:
        """Write to all generations. Raises UnavailableError; then put all again."""
        if not postings:
            return
        for _ in range(_RESOLVED_AGAIN):
            try:
                self.write(postings, self.generations.targets())
                return
            except MissingIndexError:
                continue  # A generation was dropped since it was named.
        raise UnavailableError(
            "the index of postings is missing, or its generations change too quickly: try again", mend="reindex"
        )

    def write(self, postings: Sequence[PostingCore], targets: Sequence[str]) -> None:
        """Write through the write aliases of some generations. Raises MissingIndexError where one of them is gone."""
        documents = [_action(PreparedPosting(posting)) for posting in postings]
        for lines in _bulks(documents, targets):
            self._engine.bulk(lines, params={"require_alias": "true"})

    def refresh(self) -> None:
        """Make all that was put visible, in every generation: searches may be turned to another at any time."""
        self._engine.refresh(self.generations.write_alias)

    def search(self, criteria: Criteria, since: datetime, most: int, *, backlog: bool = True) -> list[BackwardHit]:
        """The newest `most` that the truth accepts or nearly accepts. Raises UnavailableError."""
        return self.search_each([criteria], since, most, backlog=backlog)[0]

    def search_each(
        self, asked: Sequence[Criteria], since: datetime, most: int, *, backlog: bool = True
    ) -> list[list[BackwardHit]]:
        """`search`, for several criteria, page by page until each has enough. Raises UnavailableError."""
        walks = [_Walk(criteria, query_of(criteria, since, backlog=backlog), min(most, _PAGE)) for criteria in asked]
        for waiting in chunked(walks, _SEARCHES_AT_ONCE):
            while waiting:
                self._next_page(waiting, most)
                waiting = [walk for walk in waiting if not walk.ended and len(walk.hits) < most]
        return [walk.hits[:most] for walk in walks]

    def forget(self, before: datetime) -> int:
        """Delete some of what was seen before then. Raises UnavailableError."""
        self.refresh()
        seen = {"range": {"seen_at": {"lt": micros(before)}}}
        return self._engine.delete_some(self.generations.write_alias, seen, _FORGET_AT_ONCE)

    def count(self, since: datetime) -> int:
        """How many it holds that were seen since then. Raises UnavailableError."""
        return self._engine.count(self.generations.alias, {"range": {"seen_at": {"gte": micros(since)}}})

    def _next_page(self, walks: Sequence["_Walk"], most: int) -> None:
        answers = self._engine.search_many(
            self.generations.alias, [walk.request() for walk in walks], filter_path="hits.hits.sort"
        )
        pages = [[tuple(hit["sort"]) for hit in answer.get("hits", {}).get("hits", ())] for answer in answers]
        prepared = self._fetch({(posting_id, version) for page in pages for _, posting_id, version in page})
        for walk, page in zip(walks, pages, strict=True):
            walk.take(page, prepared, most)

    def _fetch(self, wanted: set[tuple[str, int]]) -> dict[str, PreparedPosting]:
        """The postings as they are now; those that have gone meanwhile are left out."""
        found = self._remembered.of(wanted)
        missing = sorted({posting_id for posting_id, _ in wanted} - found.keys())
        for some in chunked(missing, _FETCH_AT_ONCE):
            answer = self._engine.ask(
                "POST",
                f"/{self.generations.alias}/_mget",
                {"ids": some},
                params={"filter_path": "docs._source.document,docs.error"},
            )
            for read in answer.get("docs", ()):
                if "error" in read:
                    raise UnavailableError("Elasticsearch could not read a posting that it had found")
                if "_source" in read:
                    posting = decode(PostingCore, read["_source"]["document"])
                    found[posting.posting_id] = PreparedPosting(posting)
        self._remembered.add(found.values())
        return found


@dataclass(slots=True)
class _Walk:
    """One search on its way from new to old."""

    criteria: Criteria
    query: dict[str, Any]
    size: int
    hits: list[BackwardHit] = field(default_factory=list)
    ended: bool = False
    after: tuple[Any, ...] | None = None
    seen: set[str] = field(default_factory=set)

    def request(self) -> dict[str, Any]:
        found = {
            "query": self.query,
            "size": self.size,
            "sort": _SORT,
            "stored_fields": "_none_",
            "track_total_hits": False,
        }
        return found if self.after is None else found | {"search_after": self.after}

    def take(self, page: Sequence[tuple[Any, ...]], prepared: dict[str, PreparedPosting], most: int) -> None:
        """Judge a page's postings, in order."""
        self.ended = len(page) < self.size
        self.after = page[-1] if page else None
        for _, posting_id, _ in page:
            candidate = prepared.get(posting_id)
            if candidate is None or posting_id in self.seen or len(self.hits) >= most:
                continue
            self.seen.add(posting_id)
            outcome = outcome_of(self.criteria, candidate)
            if outcome != "reject":
                self.hits.append(BackwardHit(candidate.posting, near=outcome == "near"))


class _Remembered:
    """The postings looked at last, ready to be judged. For many threads."""

    def __init__(self, most: int) -> None:
        self._prepared: LRUCache[str, PreparedPosting] = LRUCache(most)
        self._lock = Lock()

    def of(self, wanted: Iterable[tuple[str, int]]) -> dict[str, PreparedPosting]:
        """Those that are remembered in this version or a newer one."""
        with self._lock:
            known = ((posting_id, version, self._prepared.get(posting_id)) for posting_id, version in wanted)
            return {
                posting_id: prepared
                for posting_id, version, prepared in known
                if prepared is not None and prepared.posting.version >= version
            }

    def add(self, read: Iterable[PreparedPosting]) -> None:
        with self._lock:
            self._prepared.update((prepared.posting.posting_id, prepared) for prepared in read)


@dataclass(frozen=True, slots=True)
class _Action:
    posting_id: str
    version: int
    source: bytes


def _action(prepared: PreparedPosting) -> _Action:
    posting = prepared.posting
    return _Action(posting.posting_id, posting.version, orjson.dumps(document_of(prepared)))


def _bulks(documents: Sequence[_Action], targets: Sequence[str]) -> Iterator[bytes]:
    """`_bulk` bodies of some megabytes: each document for each target."""
    lines: list[bytes] = []
    size = 0
    for document in documents:
        for target in targets:
            head = {
                "_index": target,
                "_id": document.posting_id,
                "version": document.version,
                "version_type": "external",
            }
            lines.append(b"%b\n%b\n" % (orjson.dumps({"index": head}), document.source))
            size += len(lines[-1])
        if size >= _PUT_BYTES:
            yield b"".join(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines)


class ElasticsearchSieve:
    """`Sieve` by the documents of `ElasticsearchRecentPostings`, whichever of the postings it holds.

    What it lacks, by age or after a loss, what is not visible yet, what it holds in another version than the store, and
    what another release or taxonomy put there is not told of, and so is read: nothing hangs on what the index holds.
    """

    def __init__(self, engine: SearchEngine, kind: str = "postings", *, at_once: int = _AT_ONCE) -> None:
        """`kind` names the index, after the installation's prefix; `at_once` is how many are asked of in a search."""
        self._engine = engine
        self._at_once = at_once
        self._generations = ElasticsearchRecentPostings(engine, kind).generations
        self._of_this_form = False

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """Those whose documents meet too few of what the criteria ask."""
        query = far_from(criteria)
        if query is None:
            return {}
        self._check_form()
        found: dict[str, Far] = {}
        for some in chunked(versions, self._at_once):
            found.update(self._far(query, some, versions))
        return found

    def _far(self, query: Mapping[str, Any], some: list[str], versions: Mapping[str, int]) -> Iterator[tuple[str, Far]]:
        asked = {
            "query": {"bool": {"filter": [{"ids": {"values": some}}, query]}},
            "size": len(some),
            "sort": ["_doc"],
            "track_total_hits": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["posting_id", "version", "core"],
        }
        answer = self._engine.search_many(self._generations.alias, [asked], filter_path="hits.hits.fields")[0]
        for hit in answer.get("hits", {}).get("hits", ()):
            fields = hit["fields"]
            posting_id = fields["posting_id"][0]
            if versions[posting_id] == fields["version"][0]:
                yield posting_id, Far(frozenset(fields.get("core", ())))

    def _check_form(self) -> None:
        """Documents of another form lack what is asked for, and would all seem far."""
        if self._of_this_form:
            return
        generations = self._generations
        read = generations.current()
        if not read or read.schema != generations.schema:
            form = f"is of the form {read.schema or 'unknown'}" if read else "is missing"
            sentence = f"the index of postings {form}: `jobchime reindex` makes it of {generations.schema}"
            raise UnavailableError(sentence, mend="reindex")
        self._of_this_form = True

"""Backtests and previews by the index of postings in Elasticsearch: that it helps, and what happens where it cannot."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.posting_document import document_of
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings, ElasticsearchSieve
from services.notifier.domain.ids import Ids
from services.rules.prepared import PreparedPosting
from services.rules.verdict import verdict
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import UnavailableError
from tests.support import generate
from tests.support.command_line import run
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import having, skills
from tests.support.notifying import NotifierStore, arrival, sqlite_store

pytestmark = pytest.mark.live

DAY = timedelta(days=1)
ASKED = {
    "skills": {"any": ["Python", "Go"]},
    "places": ["DE"],
    "seniority": ["senior"],
    "salary_floor": {"amount": 60_000, "currency": "EUR"},
}
SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = """
data = "."
secret = "{secret}"
[kafka]
bootstrap = ["127.0.0.1:1"]
[elasticsearch]
urls = ["{search.urls[0]}"]
prefix = "{search.prefix}"
[matcher]
index = "{index}"
"""


@pytest.fixture
def search() -> Iterator[ElasticsearchSettings]:
    with elasticsearch_of_my_own() as settings:
        yield settings.model_copy(update={"timeout_s": 30.0})


@pytest.fixture
def recent(search: ElasticsearchSettings) -> Iterator[ElasticsearchRecentPostings]:
    with closing(SearchEngine(search)) as engine:
        recent = ElasticsearchRecentPostings(engine)
        recent.generations.ensure()
        yield recent


def test_most_of_what_fails_two_criteria_need_not_be_read_closed_ones_neither(
    search: ElasticsearchSettings, recent: ElasticsearchRecentPostings
) -> None:
    postings = [posting.model_copy(update={"timezones": None}) for posting in generate.postings(300, seed=5)]
    recent.put(postings)
    recent.refresh()
    versions = {posting.posting_id: posting.version for posting in postings}
    failing = ruled_out = closed = 0
    with closing(SearchEngine(search)) as engine:
        sieve = ElasticsearchSieve(engine, at_once=70)
        for asked in generate.criteria(20, seed=6, models=postings):
            opened = (posting.model_copy(update={"status": "open"}) for posting in postings)
            failing += sum(
                sum(reason.fit != "yes" for reason in verdict(asked, posting).reasons) >= 2 for posting in opened
            )
            far = sieve.far(asked, versions)
            ruled_out += len(far)
            closed += sum(posting.status == "closed" and posting.posting_id in far for posting in postings)
    assert ruled_out > 0.8 * failing > 0
    assert closed > 0


@pytest.mark.parametrize("by", ["an earlier release", "another taxonomy"])
def test_what_others_worked_out_is_read(
    search: ElasticsearchSettings, recent: ElasticsearchRecentPostings, by: str
) -> None:
    ours, theirs = having("PHP", posting_id="ours"), having("PHP", posting_id="theirs")
    document = document_of(PreparedPosting(theirs))
    if by == "an earlier release":
        document = {name: fact for name, fact in document.items() if name not in ("rules", "core")}
    else:
        document["rules"] = f"{document['rules']}0"
    recent.put([ours])
    with closing(SearchEngine(search)) as engine:
        params = {"version": theirs.version, "version_type": "external"}
        engine.ask("PUT", f"/{recent.generations.alias}/_doc/theirs", document, params=params)
        recent.put([theirs])  # what a rebuild does: the same version is held already
        recent.refresh()
        asked = skills(all=("Go",), none=("PHP",))
        assert set(ElasticsearchSieve(engine).far(asked, {"ours": ours.version, "theirs": theirs.version})) == {"ours"}


def test_an_index_that_is_missing_or_of_another_form_is_told_with_what_mends_it(
    search: ElasticsearchSettings,
) -> None:
    asked, stored = skills(all=("Go",), none=("PHP",)), having("PHP")
    with closing(SearchEngine(search)) as engine:
        with pytest.raises(UnavailableError, match="is missing: `jobchime reindex`"):
            ElasticsearchSieve(engine).far(asked, {stored.posting_id: stored.version})
        recent = ElasticsearchRecentPostings(engine)
        recent.generations.ensure()
        engine.ask("PUT", f"/{recent.generations.alias}/_mapping", {"_meta": {"schema": "postings.v1"}})
        with pytest.raises(UnavailableError, match=r"of the form postings\.v1: `jobchime reindex`"):
            ElasticsearchSieve(engine).far(asked, {stored.posting_id: stored.version})


def said(folder: Path, index: str, search: ElasticsearchSettings, *words: str) -> tuple[str, str]:
    """What a command prints and tells, with criteria and postings held in this index."""
    config = folder / "jobchime.toml"
    config.write_text(SETTINGS.format(search=search, index=index, secret=SECRET), encoding="utf-8")
    ran = run(*words, "--now", generate.NOON.isoformat(), "-c", config)
    assert ran.code == 0, ran.err
    return ran.out, ran.err


def test_the_command_prints_the_same_page_in_both_forms_and_when_elasticsearch_is_away(
    search: ElasticsearchSettings, recent: ElasticsearchRecentPostings, tmp_path: Path
) -> None:
    postings = generate.postings(200, seed=7)
    store = sqlite_store(tmp_path)
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(postings)], generate.NOON)
    store.engine.dispose()
    recent.put(postings)
    recent.refresh()
    criteria = tmp_path / "search.json"
    criteria.write_text(json.dumps(ASKED), encoding="utf-8")
    away = search.model_copy(update={"urls": ("http://127.0.0.1:1",)})

    def tested(index: str, of: ElasticsearchSettings, *options: str) -> tuple[str, str]:
        return said(tmp_path, index, of, "backtest", str(criteria), *options)

    for options in ((), ("--json", "--most", "100"), ("--days", "5")):
        page, _ = tested("memory", search, *options)
        assert page.strip()
        by_index, errors = tested("elasticsearch", search, *options)
        assert by_index == page
        assert "Elasticsearch" not in errors
        without, errors = tested("elasticsearch", away, *options)
        assert without == page
        assert "Elasticsearch does not answer" in errors
        assert errors.count("every posting is read from the store") == 1


def a_store_with_a_reader(folder: Path, *postings: PostingCore) -> None:
    store = NotifierStore(sqlite_store(folder).engine, Ids(SECRET.encode()))
    store.person(now=generate.NOON)
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(postings)], generate.NOON)
    store.engine.dispose()


def test_a_preview_of_a_search_is_the_same_page_in_both_forms_and_when_elasticsearch_is_away(
    search: ElasticsearchSettings, recent: ElasticsearchRecentPostings, tmp_path: Path
) -> None:
    postings = generate.postings(200, seed=8)
    a_store_with_a_reader(tmp_path, *postings)
    recent.put(postings)
    away = search.model_copy(update={"urls": ("http://127.0.0.1:1",)})
    fitting = 0
    for number, asked in enumerate(generate.criteria(12, seed=9, models=postings)):
        criteria = tmp_path / f"search{number}.json"
        criteria.write_text(asked.model_dump_json(), encoding="utf-8")
        for options in ((), ("--json", "--dropped"), ("--days", "5")):
            words = ("preview", "ada@example.com", "--search", str(criteria), *options)
            page, _ = said(tmp_path, "memory", search, *words)
            assert said(tmp_path, "elasticsearch", search, *words) == (page, "")
        found = json.loads(said(tmp_path, "elasticsearch", search, *words[:4], "--json")[0])["found"]
        fitting += found["fit"] + found["nearly"]
    assert fitting > 0
    without, errors = said(tmp_path, "elasticsearch", away, *words)
    assert without == page
    assert "Elasticsearch does not answer" in errors
    assert errors.count("every posting is read from the store") == 1


def test_a_preview_of_a_search_asks_the_index_and_sees_what_was_put_just_now(
    search: ElasticsearchSettings,
    recent: ElasticsearchRecentPostings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the index has it: the store takes it in later."""
    # Whether it would be wanted is not what is asked here.
    monkeypatch.setenv("JOBCHIME_NOTIFIER__CURATE__LEAST_CHANCE", "0")
    a_store_with_a_reader(tmp_path)
    recent.put([having("Go", posting_id="just now", fetched_at=generate.NOON)])
    criteria = tmp_path / "search.json"
    criteria.write_text(json.dumps({"skills": {"any": ["Go"]}}), encoding="utf-8")
    words = ("preview", "ada@example.com", "--search", str(criteria), "--json")
    page, errors = said(tmp_path, "elasticsearch", search, *words)
    assert ([posting["posting_id"] for posting in json.loads(page)["items"]], errors) == (["just now"], "")


def test_a_preview_says_where_the_index_of_postings_is_missing(search: ElasticsearchSettings, tmp_path: Path) -> None:
    a_store_with_a_reader(tmp_path, having("Go", fetched_at=generate.NOON))
    criteria = tmp_path / "search.json"
    criteria.write_text(json.dumps({"skills": {"any": ["Go"]}}), encoding="utf-8")
    words = ("preview", "ada@example.com", "--search", str(criteria), "--json")
    page, errors = said(tmp_path, "elasticsearch", search, *words)
    assert json.loads(page)["found"]["fit"] == 1
    assert "Elasticsearch lacks an index" in errors

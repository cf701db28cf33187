"""`jobchime reconcile` in the deployed form: matches that are missing on real engines are told, sent and then there."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update

from schemas.keys import keys_of, pack, unpack
from schemas.posting import posting_id_of
from schemas.sql.tables import matches
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.sql.store import open_store, writing
from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import Installation, searching
from tests.support.postgresql import empty_database
from tests.support.pushing import Client, posting
from tests.support.truth_check import stored_criteria, stored_pairs
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(300)]

ASKED = {"text": "gardener"}
PERSON = {
    "address": "ada@example.com",
    "name": "Ada",
    "time_zone": "UTC",
    "currency": "EUR",
    "searches": [
        {"name": "gardens", "cadence": "weekly", "criteria": ASKED},
        {
            "name": "paid",
            "cadence": "weekly",
            "criteria": {**ASKED, "salary_floor": {"amount": 30_000, "currency": "EUR"}, "accept_undisclosed": False},
        },
    ],
}
JOBS = {"1": "Gardener", "2": "Head gardener", "3": "Gardener for an orchard"}
FIRST, SECOND, THIRD = (posting_id_of("acme", number) for number in JOBS)


@dataclass(frozen=True)
class Running:
    """The three services over all engines, what goes in, and what their store holds."""

    installation: Installation
    store: Engine
    search: ElasticsearchSettings
    day: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d}")

    def push(self, *numbers: str) -> None:
        rows = [posting(number, title=JOBS[number], company=f"Garden {number}") for number in numbers]
        assert Client(self.installation.push_port).push(rows).status == 202

    @property
    def keys(self) -> tuple[int, int]:
        """Of who asks of gardeners, and of who asks for pay besides, which none of them discloses."""
        by_floor = {asked.salary_floor is not None: key for key, asked in stored_criteria(self.store).items()}
        return by_floor[False], by_floor[True]

    def holds(self, *posting_ids: str) -> bool:
        """Each of them once as a match and once as nearly one, and nothing else."""
        plain, paid = self.keys
        expected = [(plain, own) for own in posting_ids], [(paid, own) for own in posting_ids]
        return [Counter(found) for found in stored_pairs(self.store)] == [Counter(pairs) for pairs in expected]

    def until_held(self, *posting_ids: str) -> None:
        until(lambda: self.holds(*posting_ids), lambda: str(stored_pairs(self.store)))

    def reconcile(self, *options: str) -> tuple[int, list[str]]:
        ran = run("reconcile", "--day", self.day, *options, "-c", self.installation.config)
        assert "Traceback" not in ran.err
        return ran.code, ran.out.splitlines()

    def previewed(self) -> set[str]:
        ran = run("preview", "ada@example.com", "--json", "-c", self.installation.config)
        assert ran.code == 0, ran.err
        return {item["posting_id"] for item in json.loads(ran.out).get("items", ())}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Criteria are published and indexed; no posting has come."""
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search, empty_database() as url:
        installation = Installation(tmp_path, kafka, url, more=searching(search))
        people = tmp_path / "people.jsonl"
        people.write_text(json.dumps(PERSON))
        for words in (("topics", "create"), ("migrate",), ("subscriber", "import", str(people), *OPTIONS)):
            code, said = installation.command(*words)
            assert code == 0, said
        store = open_store(url)
        try:
            with installation.running():
                until(lambda: installation.topic("criteria.v1")["end"] == 2, "criteria are published")
                until(lambda: installation.service("matcher")["lag"] == 0, "and indexed")
                until(lambda: installation.probe("ingest", "/readyz")[0] == 200, "pushes are taken")
                yield Running(installation, store, search)
        finally:
            store.dispose()


def test_what_the_store_lost_is_told_sent_and_then_nothing_is_missing(running: Running) -> None:
    running.push("1", "2")
    running.until_held(FIRST, SECOND)
    assert running.reconcile() == (
        0,
        [f"{running.day}: 2 postings, 0 matches missing in the store, 0 wrong in the index."],
    )
    plain, paid = running.keys
    with writing(running.store) as connection:
        connection.execute(delete(matches).where(matches.c.posting_id == FIRST))
        row = connection.execute(select(matches).where(matches.c.posting_id == SECOND)).one()
        kept = pack(keys_of(int(key) for key in unpack(row.near) if key != paid))
        connection.execute(update(matches).where(matches.c.posting_id == SECOND).values(near=kept))
    assert running.previewed() == {SECOND}

    expected = {
        f"criteria {plain}, posting {FIRST}: match, and not in the store",
        f"criteria {paid}, posting {FIRST}: nearly match, and not in the store",
        f"criteria {paid}, posting {SECOND}: nearly match, and not in the store",
    }
    counted = f"{running.day}: 2 postings, 3 matches missing in the store, 0 wrong in the index."
    code, said = running.reconcile("--dry-run")
    assert (code, set(said[:-1]), said[-1]) == (1, expected, counted)
    assert running.installation.topic("matches.v1")["end"] == 2, "a dry run sends nothing"

    code, said = running.reconcile()
    assert (code, set(said[:-2])) == (0, expected)
    assert said[-2:] == [counted, "The missing matches were sent; the notifier stores them."]
    running.until_held(FIRST, SECOND)
    assert running.previewed() == {FIRST, SECOND}
    assert running.reconcile() == (
        0,
        [f"{running.day}: 2 postings, 0 matches missing in the store, 0 wrong in the index."],
    )
    assert running.installation.topic("matches.v1")["end"] == 4, "what is not missing is not sent"


def test_a_match_that_was_never_made_is_sent_and_the_index_that_missed_it_is_told(running: Running) -> None:
    running.push("1")
    running.until_held(FIRST)
    plain, paid = running.keys
    with closing(SearchEngine(running.search)) as engine:
        index = ElasticsearchCriteriaIndex(engine).generations
        engine.delete_some(index.write_alias, {"term": {"key": plain}}, 10)
    running.push("3")
    until(lambda: running.installation.topic("matches.v1")["end"] == 2, "the second posting is matched")
    until(lambda: (paid, THIRD) in stored_pairs(running.store)[1], "and stored")
    assert (plain, THIRD) not in stored_pairs(running.store)[0]

    code, said = running.reconcile()
    assert code == 1, "what is wrong in the index is left to `jobchime reindex`"
    assert f"criteria {plain}, posting {THIRD}: match, and not in the store" in said
    assert {line for line in said if "and the index does not give it so" in line} == {
        f"criteria {plain}, posting {own}: match, and the index does not give it so" for own in (FIRST, THIRD)
    }
    assert f"{running.day}: 2 postings, 1 match missing in the store, 2 wrong in the index." in said
    running.until_held(FIRST, THIRD)
    assert running.installation.command("reindex", "--only", "criteria")[0] == 0
    assert running.reconcile() == (
        0,
        [f"{running.day}: 2 postings, 0 matches missing in the store, 0 wrong in the index."],
    )

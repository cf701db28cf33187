"""Somebody signs up over real engines, is mailed, moves, bounces and erases themself: then nothing knows them."""

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import select

from schemas.sql.tables import suppressions
from schemas.topics import TOPICS, dead_of
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.runtime.log.sqlite import all_topics
from services.runtime.pauses import SqlPauses
from services.runtime.records import Outgoing
from services.runtime.sql.store import open_store, reading
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import SERVICES, Installation, of_a_board, searching
from tests.support.loopback import free_port
from tests.support.mail_events import body_of, event, signed
from tests.support.postgresql import dumped, empty_database, migrated_database, restored
from tests.support.pushing import Client, posting
from tests.support.traces import Traces, in_dump, in_files, in_store
from tests.support.waiting import until
from tests.support.walking import Letterbox, answers, link_of

_DEAD = tuple(dead_of(topic.name) for topic in TOPICS)

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1.5)]

_ENGINES = Path(os.environ.get("JOBCHIME_ENGINES") or Path(__file__).resolve().parents[2] / ".engines")


class Place:
    """An installation with a portal, and somebody who is at it."""

    def __init__(self, folder: Path, kafka: KafkaSettings, search: ElasticsearchSettings, store: str) -> None:
        self.base = f"http://127.0.0.1:{free_port()}"
        more = of_a_board(self.base) + searching(search)
        self.folder, self.search, self.store = folder, search, store
        self.installed = Installation(folder, kafka, store, tick_every_s=0.2, more=more)
        # Of this run alone: the engines' own logs are searched too, which all runs share.
        own = f"hopperling{secrets.token_hex(4)}"
        self.who = Traces(f"Grace.{own}@fern.example", f"Grace {own.title()}")
        self.never, self.moved = (Traces(f"{to}.{own}@fern.example", self.who.name) for to in ("never", "moved"))
        """By an address that they ask for and never confirm, and by the one that they move to."""
        canary = f"canary{secrets.token_hex(4)}"
        self.canary = Traces(f"{canary}@fern.example", f"Jo {canary.title()}")
        """Nobody, planted where nobody is to be found: by whom each search shows that it can find somebody."""
        self.letters = Letterbox(folder / "mails", self.who.address)
        self.numbers = iter(range(1_000))

    def push(self) -> None:
        text = "You will write Python all day. Required: Python, five years of it. Remote, worldwide."
        own = posting(f"job-{next(self.numbers)}", title="Senior Python Engineer", description=text)
        broken = posting(f"job-{next(self.numbers)}", title="", description=text)
        assert Client(self.installed.push_port).push([own, broken]).status == 207

    def tell(self, kind: str, **fields: str) -> None:
        """As SendGrid."""
        now = datetime.now(UTC)
        own = event(next(self.numbers), kind, now, email=self.who.address, **fields)
        body = body_of([own])
        answer = httpx2.post(f"{self.base}/events/sendgrid", content=body, headers=signed(body, now))
        assert (answer.status_code, answer.json()["taken"]) == (200, 1)

    def erased_ids(self) -> list[str]:
        code, said = self.installed.command("opt-outs", "list", "--json")
        assert code == 0
        lines = [json.loads(line) for line in said.splitlines()]
        return [line["subscriber_id"] for line in lines if line["kind"] == "erased"]

    def in_dump(self, dump: bytes) -> tuple[list[str], list[str]]:
        """By what a dump names them, as it reads and in what it has compressed, by whichever of their addresses."""
        found = [in_dump(dump, who) for who in (self.who, self.never, self.moved)]
        return [what for plain, _ in found for what in plain], [what for _, packed in found for what in packed]

    def plant(self) -> set[str]:
        """Have somebody in topics, in an index, in logs of engines and of services; what the searches call these."""
        with RecordProducer(self.installed.kafka) as producer:
            named = json.dumps({"to": self.canary.address}).encode()
            producer.produce([Outgoing(topic, b"canary", named) for topic in _DEAD])
        name = f"{self.search.prefix}{self.canary.address.partition('@')[0]}"
        with Elasticsearch(self.search.urls[0]) as server:
            # Its name is in the log of Elasticsearch, too.
            server.index(index=name, document={"to": self.canary.address})
        (self.folder / "canary.log").write_text(f"a mail to {self.canary.address} failed")
        return {"files", name, "logs of engines", *_DEAD}

    def everywhere(self, *others: Traces) -> dict[str, list[str]]:
        """Where they are named, or others, by what was looked at."""
        engine = open_store(self.store)
        everybody = others or (self.who, self.never, self.moved)

        def within(data: bytes) -> list[str]:
            return [what for who in everybody for what in who.within(data)]

        found = {"store": [what for who in everybody for what in in_store(engine, who)]}
        files = [what for who in everybody for what in in_files(self.folder, who)]
        found["mails"] = [what for what in files if what.startswith("mails/")]
        found["files"] = [what for what in files if not what.startswith("mails/")]
        engine.dispose()
        with RecordReader(self.installed.kafka) as reader:
            for topic in all_topics():
                for record in reader.read_all(topic):
                    data = [record.key, record.value, json.dumps(dict(record.headers)).encode()]
                    found.setdefault(topic, []).extend(what for each in data for what in within(each))
        with Elasticsearch(self.search.urls[0]) as server:
            server.indices.refresh(index=f"{self.search.prefix}*")
            for name in server.indices.get(index=f"{self.search.prefix}*").body:
                documents = server.search(index=name, size=10_000).body
                about = [documents, server.indices.get(index=name).body, server.indices.stats(index=name).body]
                found[name] = within(json.dumps(about).encode())
        logs = [(who, where) for who in everybody for where in ("*/log*/**/*", "*/log")]
        found["logs of engines"] = [what for who, where in logs for what in in_files(_ENGINES, who, where)]
        for service in SERVICES:
            found[f"metrics of {service}"] = within(self.installed.probe(service, "/metrics")[1].encode())
        found["status"] = within(json.dumps(self.installed.status()).encode())
        return {where: what for where, what in found.items() if what}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("JOBCHIME_LOG_LEVEL", "debug")
    with ExitStack() as stack:
        kafka, search = stack.enter_context(kafka_of_my_own()), stack.enter_context(elasticsearch_of_my_own())
        store = stack.enter_context(migrated_database())
        create(kafka)
        yield Place(tmp_path, kafka, search, store)


def post(url: str, cookie: str = "", **fields: str) -> httpx2.Response:
    return httpx2.post(url, data=fields, headers={"Cookie": cookie} if cookie else {}, timeout=30)


def come_in(place: Place) -> str:
    """Sign up and confirm; the cookie of their browser."""
    wish = {"address": place.who.address, "skills": "Python", "time_zone": "Europe/Berlin", "cadence": "instant"}
    assert post(f"{place.base}/sign-up", **wish).status_code == 200
    confirmed = post(link_of(place.letters.next("the letter that asks to confirm"), place.base, "c"))
    assert confirmed.status_code == 303
    return confirmed.headers["set-cookie"].partition(";")[0]


def act(place: Place, cookie: str, **form: str) -> None:
    page = httpx2.get(f"{place.base}/home", headers={"Cookie": cookie}, timeout=30)
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    assert post(f"{place.base}/home", cookie, csrf=csrf, **form).status_code == 200


def move(place: Place, cookie: str) -> str:
    """Ask for an address and never confirm it, then move to another; the cookie of the browser that did."""
    for wanted in (place.never, place.moved):
        act(place, cookie, do="move", address=wanted.address)
        letter = Letterbox(place.folder / "mails", wanted.address).next("the letter that asks to confirm an address")
    confirmed = post(link_of(letter, place.base, "a"))
    assert confirmed.status_code == 303
    until(
        lambda: any("go to another address" in str(each["Subject"]) for each in place.letters.new()), "the old is told"
    )
    return confirmed.headers["set-cookie"].partition(";")[0]


@pytest.mark.timeout(600)
def test_nothing_knows_who_erased_themself_and_an_older_backup_erases_them_again(place: Place) -> None:
    it = place.installed
    with it.running(*SERVICES, "portal"):
        it.until_ready()
        until(lambda: answers(place.base), "the portal answers")
        cookie = come_in(place)
        assert it.command("subscriber", "edit", place.who.address, "--name", place.who.name)[0] == 0
        place.push()
        digest = place.letters.next("the first digest")
        place.tell("bounce", type="blocked", reason=f"452 {place.who.address} is over quota")
        assert post(link_of(digest, place.base, "n"), do="say").status_code == 200
        assert post(f"{place.base}/sign-in", address=place.who.address).status_code == 200
        place.push()
        cookie = move(place, cookie)
        before = dumped(place.store)
        place.tell("bounce", reason=f"550 5.1.1 <{place.who.address}>: no such user")
        known, planted = place.everywhere(), place.plant()
        assert {"store", "mails"} == set(known), "a search that finds nothing before shows nothing after"
        assert all(place.in_dump(before)), "in a dump too, as text and compressed"
        assert set(place.everywhere(place.canary)) == planted, "where they are not to be found they would be"
        act(place, cookie, do="erase", sure="yes")
        until(lambda: it.service("notifier")["lag"] == 0, "all is read")
        assert place.everywhere() == {}
        assert place.in_dump(dumped(place.store)) == ([], [])
        assert place.letters.new() == []

    # The services have ended, and have written what they had to say.
    assert place.everywhere() == {}
    assert set(place.everywhere(place.canary)) == planted
    engine = open_store(place.store)
    with reading(engine) as connection:
        [kept] = connection.execute(select(suppressions)).all()
    engine.dispose()
    assert re.fullmatch("[0-9a-f]{32}", kept.address_hash)
    [gone] = place.erased_ids()
    see_them_erased_again(place, before, gone)


def see_them_erased_again(place: Place, before: bytes, gone: str) -> None:
    """By an older backup in another database, and the list of opt-outs that was kept beside it."""
    kept = place.folder / "opt-outs.jsonl"
    kept.write_text(place.installed.command("opt-outs", "list", "--json")[1])
    with empty_database() as url:
        restored(before, url)
        engine = open_store(url)
        assert in_store(engine, place.who) != []
        assert SqlPauses(engine).read().restored
        other = Installation(place.folder, place.installed.kafka, url)
        assert other.command("opt-outs", "replay", str(kept)) == (
            0,
            "1 person erased again.\n1 suppression taken over.\n",
        )
        assert not SqlPauses(engine).read().restored
        assert in_store(engine, place.who) == []
        assert place.in_dump(dumped(url)) == ([], [])
        engine.dispose()
        assert gone in other.command("opt-outs", "list", "--json")[1]

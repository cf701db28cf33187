"""Sources and sending in the console: what each gave, a new one tried before it is added, and what holds mails."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest

from schemas.giving import Giving
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import Counts, SourceHealth
from services.ingest.push import REFUSED_WHOLE, PushReport, TakenRecord
from services.ingest.push_settings import PushKey, PushSettings
from services.ingest.settings import IngestSettings, SourceSettings
from services.notifier.mail_settings import MailSettings, WarmUpSettings
from services.runtime.clock import FixedClock
from services.runtime.errors import UsageError
from services.runtime.figures.hours import HourCounts
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.pauses import SqlPauses
from services.settings import load_settings
from services.usecases import mapping_feeds, operators, sources
from services.usecases.accounts import masked
from tests.support.console import ServedConsole, served_console
from tests.support.notifying import NOW, NotifierStore
from tests.support.sending import open_deliveries
from tests.support.serving import DAY, HOUR

SOURCE = SourceSettings(name="board", url="https://board.example/feed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "jobchime.toml"
    written.write_text('data = "."\n')
    return written


@pytest.fixture
def console(tmp_path: Path, file: Path) -> Iterator[ServedConsole]:
    warm_up = WarmUpSettings(since=date(2026, 6, 30), per_day=(100, 200, 400))
    ingest, mail = IngestSettings(sources=(SOURCE,)), MailSettings(warm_up=warm_up)
    with served_console(tmp_path, file=file, ingest=ingest, mail=mail) as made:
        made.now = NOW + HOUR
        made.sign_in()
        yield made


def post(console: ServedConsole, path: str, **fields: str) -> tuple[int, str]:
    answer = console.client.post(path, data=fields | {"token": console.form_token()})
    return answer.status_code, answer.text


def settle(console: ServedConsole, *, new: int = 0, failed: bool = False) -> None:
    health = SourceHealth("board", added_at=NOW - DAY, next_due=NOW + 5 * HOUR, last_attempt=NOW, last_success=NOW)
    ledger = SqlSourceLedger(console.installation.engine)
    ledger.settle(
        SourceHealth(
            health.source, health.added_at, health.next_due, NOW, NOW, failures=int(failed), last_error="HTTP 503"
        ),
        Counts(new=new),
    )


def test_the_stream_shows_the_hours_of_the_sources_that_fare_worst_and_a_source_its_own_in_numbers(
    tmp_path: Path,
) -> None:
    names = [f"board{number:02}" for number in range(15)]
    ingest = IngestSettings(
        sources=tuple(SourceSettings(name=name, url=f"https://{name}.example/feed") for name in names)
    )
    with served_console(tmp_path, ingest=ingest) as console:
        console.now = now = datetime.now(UTC)
        console.sign_in()
        ledger = SqlSourceLedger(console.installation.engine)
        for name in names:
            well = SourceHealth(name, now - DAY, now + HOUR, last_attempt=now, last_success=now)
            ledger.settle(well, Counts(items=20, new=3), unread=12 if name == "board14" else 0)
        failed = SourceHealth("board13", now - DAY, now + HOUR, now - HOUR, now, failures=1, last_error="HTTP 503")
        ledger.settle(failed, Counts())
        page = console.client.get("/").text
        pictures = re.findall(r'id="source-(\w+)".*?aria-label="([^"]+)"', page, re.S)
        assert len(pictures) == 12
        assert pictures[0] == (
            "board13",
            f"24 hours: 2 polls, 20 seen, 3 new or changed, 1 failed, 0 rows unread; amiss at {now - HOUR:%H:00}",
        )
        assert pictures[1][0] == "board14"
        assert pictures[1][1].endswith(f"12 rows unread; amiss at {now:%H:00}")
        assert "The 12 that fare worst." in page
        signs = re.findall(r'<i class="(\w+)"[^>]*>(.?)</i>', page)
        assert signs[22:24] == [("grave", "×"), ("well", "+")]
        assert signs[47] == ("note", "?")
        own = console.client.get("/sources/board14").text
        cells = re.findall(r'<td class="figure">(.*?)</td>', own.partition("Its last 24 hours")[2])
        assert cells[:4] == ["1", "20", "3", "0"]
        assert ">12</span>" in cells[4]


def test_what_is_pushed_has_its_hours_and_a_page_as_what_is_polled(tmp_path: Path) -> None:
    key = PushKey(source="acme", key="k" * 24)
    with served_console(
        tmp_path, ingest=IngestSettings(sources=(SOURCE,), push=PushSettings(keys={"a": key}))
    ) as console:
        console.now = now = datetime.now(UTC)
        console.sign_in()
        counts = HourCounts(FixedClock(now - HOUR))
        taken, refused = PushReport((TakenRecord(0, "1", "p", "new"),) * 7), REFUSED_WHOLE
        counts.of_part("acme", taken.hours)
        counts.of_part("acme", refused)
        counts.keep(console.installation.engine)
        page = console.client.get("/").text.partition('id="source-acme"')[2].partition("</tr>")[0]
        said = "24 hours: 2 pushes, 7 taken, 7 new or changed, 1 not taken, 0 records refused"
        assert f'aria-label="{said}; amiss at {now - HOUR:%H:00}"' in page
        assert "not pushed to" in page
        assert "/sources/acme" in console.client.get("/sources").text
        own = console.client.get("/sources/acme").text
        cells = re.findall(r'<td class="figure">(.*?)</td>', own.partition("Its last 24 hours")[2])
        assert cells[:3] == ["2", "7", "7"]
        assert ("Poll now" in own, "Pause" in own) == (False, True)


def test_what_a_source_gave_is_shown_by_day(console: ServedConsole) -> None:
    settle(console, new=1_200)
    settle(console, new=34)
    settle(console, failed=True)
    row = console.client.get("/sources").text.partition(">board</a>")[2].partition("</tr>")[0]
    assert "failing" in row
    assert ">1,234<" in row
    page = console.client.get("/sources/board").text
    assert "HTTP 503" in page
    assert '<th scope="row">01 Jul</th><td class="figure">1,234</td>' in page
    assert console.client.get("/sources/nowhere").status_code == 404


def test_a_source_is_polled_now_and_held_by_buttons(console: ServedConsole) -> None:
    settle(console)
    for act in ("poll source", "pause source", "resume source"):
        answer = console.client.post(
            "/do", data={"act": act, "about": "board", "back": "/sources/board", "token": console.form_token()}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/sources/board")
    health = SqlSourceLedger(console.installation.engine).health("board")
    assert health is not None
    assert health.next_due <= NOW
    assert [act.act for act in operators.latest(console.installation)] == [
        "resume source",
        "pause source",
        "poll source",
    ]
    assert post(console, "/do", act="poll source", about="nowhere")[0] == 400


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/enter", "/sources/a/../../x"])
def test_a_button_leads_to_pages_of_our_own_alone(console: ServedConsole, back: str) -> None:
    fields = {"act": "pause source", "about": "board", "back": back, "token": console.form_token()}
    assert console.client.post("/do", data=fields).headers["location"] == "/"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "http://127.0.0.1:1/feed", "http://[::1]/"])
def test_what_is_not_on_the_web_is_neither_read_nor_added(console: ServedConsole, file: Path, url: str) -> None:
    before = file.read_text()
    for act in ("check", "add"):
        page = post(console, "/sources", act=act, url=url, name="new")[1]
        assert "Add it to the settings" not in page
        assert "root:" not in page
    assert file.read_text() == before
    assert load_settings(file).ingest.sources == ()


def test_mails_that_will_not_go_out_are_listed_with_why_and_without_whom(console: ServedConsole) -> None:
    assert "None" in console.client.get("/sending").text.partition('id="failed"')[2]
    store = NotifierStore(console.installation.engine, console.installation.ids)
    refused, _ = open_deliveries(store, 2, NOW)
    [claimed] = store.deliveries.claim("w", "smtp", NOW, HOUR, 1)
    assert store.deliveries.begin([claimed], NOW, HOUR)
    store.deliveries.refused(claimed.delivery_id, claimed.attempt, "550 no such mailbox", NOW)
    page = console.client.get("/sending").text.partition('id="failed"')[2]
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == 1
    assert f">{refused}<" in rows
    assert "550 no such mailbox" in rows
    assert masked("person0@example.com") in rows
    assert "person0@example.com" not in console.client.get("/sending").text


def test_the_page_of_sending_does_not_say_that_mails_go_out_while_they_wait(tmp_path: Path) -> None:
    with served_console(tmp_path) as console:
        console.now = now = datetime.now(UTC)
        console.sign_in()
        store = NotifierStore(console.installation.engine, console.installation.ids)
        open_deliveries(store, 2, now - HOUR)
        page = console.client.get("/sending").text
        assert "2 mails are built and not handed over" in page
        assert "see that a notifier runs" in page
        assert "Mails go out, by " not in page


def test_the_page_of_a_source_says_what_is_wrong_since_when_and_what_to_do(console: ServedConsole) -> None:
    settle(console, new=12)
    settle(console, failed=True)
    page = console.client.get("/sources/board").text.partition("<main")[2].partition("<dl")[0]
    assert "the source board fails (last success " in page
    assert "read the reason; it is asked again by itself" in page


def test_what_holds_mails_is_shown_and_done(console: ServedConsole) -> None:
    page = console.client.get("/sending").text
    assert "2026-07-01 (today)" in page
    assert post(console, "/sending", act="check brake")[1].count("nothing speaks against sending") == 1
    pauses = SqlPauses(console.installation.engine)
    post(console, "/sending", act="stop letters")
    assert pauses.read().confirmations_stopped
    post(console, "/do", act="resume", about="sending", back="/sending")
    assert not pauses.read().confirmations_stopped
    post(console, "/do", act="pause", about="sending", back="/sending")
    assert "Paused by an operator" in console.client.get("/sending").text
    assert post(console, "/sending", act="explode")[0] == 400
    assert [act.act for act in operators.latest(console.installation)] == [
        "pause",
        "resume",
        "stop letters",
        "check brake",
    ]


FEED = """{"board": {"name": "Nimbus Fern"}, "data": {"vacancies": [
  {"ref": 17, "name": "Platform Engineer", "text": "<p>You know Go and Kafka.</p>", "link": "/jobs/17",
   "published": "03/08/2026", "recruiter": "Ann Example", "tags": [{"word": "a"}, {"word": "b"}, {"word": "c"}]},
  {"ref": 18, "name": "Data <b>Analyst</b>", "text": "<p>You write SQL.</p>", "link": "/jobs/18"},
  {"ref": 19, "text": "no title"}]}}"""
CHOSEN = {
    "from.source_id": "ref",
    "from.title": "name",
    "from.description": "text",
    "text.company": "Nimbus Fern",
    "text.url": "https://nimbus.example{link}",
    "from.posted_at": "published",
    "date.posted_at": "%d/%m/%Y",
    "items": "data.vacancies",
}


def test_a_feeds_fields_are_shown_with_what_stands_in_them_and_those_that_its_names_tell_are_chosen(
    console: ServedConsole,
) -> None:
    status, page = post(console, "/mapping", act="show", sample=FEED)
    assert status == 200
    assert "json, 3 rows looked at, at data.vacancies" in page
    assert '<code>name</code></th><td class="figure">2 of 3</td><td>Platform Engineer · Data &lt;b&gt;' in page
    assert '<option value="name" selected>' in page.partition('name="from.title"')[2].partition("</select>")[0]
    assert "Ann Example" not in page.partition("What it holds")[2]


def test_a_mapping_is_tried_on_a_sample_before_it_can_be_saved(console: ServedConsole) -> None:
    assert "Save it as a source" not in post(console, "/mapping", act="show", sample='[{"a": 1}]')[1]
    status, page = post(console, "/mapping", act="try", sample=FEED, **CHOSEN)
    assert status == 200
    assert "2 of 3 items would be a posting, 1 would not" in page
    assert "https://nimbus.example/jobs/17" in page
    assert "2026-08-03" in page
    fallen = page.partition("What would be no posting")[2].partition("</table>")[0]
    assert '<th scope="row">19</th><td>dead letter</td>' in fallen
    assert "Save it as a source" in page
    lacking, said = post(console, "/mapping", act="try", sample=FEED, **(CHOSEN | {"from.title": ""}))
    assert (lacking, "choose where title comes from" in said) == (400, True)
    # A press on what is here already is no act.
    assert [act.act for act in operators.latest(console.installation)] == ["show mapping"]


PAGED = """{"links": {"next": "/feed?page=2"}, "cursor": "x7", "jobs": {
  "a-1": {"title": "Gardener", "url": "https://fern.example/1"}, "a-2": {"title": "Cook", "url": "https://fern.example/2"}}}"""


def test_pages_and_rows_by_name_are_chosen_where_names_tell_them(console: ServedConsole) -> None:
    _, page = post(console, "/mapping", act="show", sample=PAGED)
    pages = page.partition('name="pages"')[2].partition("</select>")[0]
    assert '<option value="next" selected>' in pages
    assert '<option value="links.next" selected>' in page
    ids = page.partition('name="from.source_id"')[2].partition("</select>")[0]
    assert '<option value="key" selected>' in ids


@pytest.mark.parametrize(
    ("chosen", "following", "written"),
    [
        ({"pages": ""}, None, None),
        ({"pages": "next", "pages.at": "links.next"}, "https://fern.example/feed?page=2", '{ next = "links.next" }'),
        (
            {"pages": "cursor", "pages.at": "cursor", "pages.parameter": "after"},
            "https://fern.example/jobs?after=x7",
            '{ cursor = { parameter = "after", path = "cursor" } }',
        ),
        (
            {"pages": "page", "pages.parameter": "p", "pages.number": "0"},
            "https://fern.example/jobs?p=1",
            '{ page = { parameter = "p", first = 0 } }',
        ),
        (
            {"pages": "offset", "pages.parameter": "skip", "pages.number": "2"},
            "https://fern.example/jobs?skip=2",
            '{ offset = { parameter = "skip", size = 2 } }',
        ),
    ],
)
def test_the_page_that_a_choice_leads_to_is_shown_and_the_choice_written(
    console: ServedConsole, chosen: dict[str, str], following: str | None, written: str | None
) -> None:
    fields = {"from.source_id": "key", "from.title": "title", "from.url": "url", "text.company": "Fern"}
    status, page = post(
        console, "/mapping", act="try", sample=PAGED, items="jobs", url="https://fern.example/jobs", **fields, **chosen
    )
    assert (status, "2 of 2 items would be a posting" in page) == (200, True)
    assert (f"The next page is <code>{following}</code>" in page) == (following is not None)
    assert ("No page follows" in page) == (following is None)
    file = unescape(page.partition('aria-label="The mapping">')[2].partition("</pre>")[0])
    assert 'key = "key"' in file
    assert (f"paging = {written}" in file) if written else ("paging" not in file)
    assert tomllib.loads(file)["kind"] == "json"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"pages": "next"}, "choose where in the feed it stands"),
        ({"pages": "page"}, "say by which parameter"),
        ({"pages": "offset", "pages.parameter": "skip"}, "how many rows a page has"),
        ({"pages": "page", "pages.parameter": "p", "pages.number": "one"}, "one is no number"),
        ({"pages": "guess", "pages.parameter": "p"}, "followed by one of"),
        ({"pages": "next", "pages.at": "a["}, "is not JSONPath"),
    ],
)
def test_pages_that_lead_nowhere_are_said(console: ServedConsole, chosen: dict[str, str], said: str) -> None:
    fields = {"from.source_id": "key", "from.title": "title", "items": "jobs"}
    status, page = post(console, "/mapping", act="try", sample=PAGED, **fields, **chosen)
    assert (status, said in page.partition('role="alert">')[2].partition("</p>")[0]) == (400, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sample": "{", "act": "show"}, "begins as JSON and is none"),
        ({"sample": "", "act": "show", "url": "/etc/passwd"}, "an http(s) address"),
        ({"sample": FEED, "act": "try", "from.company": "a[", **CHOSEN, "text.company": ""}, "is not JSONPath"),
        ({"sample": FEED, "act": "save", **CHOSEN}, "give it a name"),
        ({"sample": FEED, "act": "save", "name": "nimbus", **CHOSEN}, "give the address"),
        ({"sample": FEED, "act": "save", "name": "x", "url": "/etc/passwd", **CHOSEN}, "an http(s) address"),
        ({"sample": FEED, "act": "save", "name": "../x", "url": "https://nimbus.example/", **CHOSEN}, "a name holds"),
        ({"sample": "", "act": "show", "url": "http://127.0.0.1:1/feed"}, "nothing came"),
    ],
)
def test_what_cannot_be_mapped_or_saved_is_said_and_nothing_is_written(
    console: ServedConsole, file: Path, fields: dict[str, str], said: str
) -> None:
    before = file.read_text()
    status, page = post(console, "/mapping", **fields)
    assert status == 400
    assert said in page.partition('role="alert">')[2].partition("</p>")[0]
    assert file.read_text() == before
    assert not (file.parent / "mappings").exists()


def test_a_mapped_feed_is_saved_as_a_source_of_the_settings_that_reads_as_it_was_tried(
    console: ServedConsole, file: Path, tmp_path: Path
) -> None:
    feed = tmp_path / "openings.json"
    feed.write_text(FEED)
    found = mapping_feeds.survey(FEED.encode())
    fields = {"source_id": "ref", "title": "name", "company": {"constant": "Nimbus Fern"}, "pay.currency": "x"}
    mapping = mapping_feeds.table(found, fields, complete=True)
    ingest = load_settings(file).ingest
    written = mapping_feeds.save(ingest, file, "nimbus", str(feed), mapping, every="1d", now=NOW)
    [source] = (settings := load_settings(file).ingest).sources
    assert (source.format, source.every.days, written) == ("mapping:nimbus", 1, tmp_path / "mappings/nimbus.toml")
    report = sources.check(settings, str(feed), source.format, allow_private=False, now=NOW, tell=lambda _: None)
    assert (report.postings, report.complete, report.sample and report.sample.company.name) == (2, True, "Nimbus Fern")
    before = file.read_text()
    wrong = mapping_feeds.table(found, {"source_id": "ref", "title": "x"}, complete=False)
    for name, tried, said in (("nimbus", mapping, "already"), ("other", wrong, "would give no posting")):
        with pytest.raises(UsageError, match=said):
            mapping_feeds.save(ingest, file, name, str(feed), tried, every=None, now=NOW)
    assert (file.read_text(), list((tmp_path / "mappings").iterdir())) == (before, [written])


def test_a_value_that_is_pressed_and_named_is_taken_and_what_becomes_of_its_row_is_shown(
    console: ServedConsole,
) -> None:
    chosen = {"items": "data.vacancies", "from.source_id": "ref", "text.title": "Cook", "text.company": "Fern"}
    status, page = post(console, "/mapping", sample=FEED, at="name", row="1", **chosen, **{"is": "title"})
    tree, becomes = page.partition('class="tree"')[2].partition('id="becomes"')[::2]
    assert (status, "row 2 of the 3 looked at" in page) == (200, True)
    named = tree.partition('value="name" checked>')[2].partition("</label>")[0]
    assert "Data &lt;b&gt;Analyst&lt;/b&gt;" in named
    assert '<b class="state well">title</b>' in named
    assert "<dt>Title</dt><dd>Data &lt;b&gt;Analyst&lt;/b&gt;</dd>" in becomes.partition("</section>")[0]
    assert '<option value="name" selected>' in page.partition('name="from.title"')[2].partition("</select>")[0]
    first = post(console, "/mapping", sample=FEED, **CHOSEN)[1].partition('class="tree"')[2]
    assert re.search(r'<code>tags\[\*\]</code><ul><li><label class="value"><input [^>]*value="tags\[\*\].word"', first)


def test_a_value_is_taken_back_another_row_is_shown_and_a_row_that_is_no_posting_says_why(
    console: ServedConsole,
) -> None:
    chosen = CHOSEN | {"from.company": "name", "text.company": ""}
    _, page = post(console, "/mapping", sample=FEED, at="name", **(chosen | {"is": ""}))
    assert "choose where title comes from" in page
    assert '<option value="name" selected>' not in page
    _, page = post(console, "/mapping", sample=FEED, **(CHOSEN | {"row": "2"}))
    assert "It would be no posting (dead letter)" in page.partition('id="becomes"')[2].partition("</section>")[0]
    status, page = post(console, "/mapping", sample=FEED, **(CHOSEN | {"is": "title"}))
    assert (status, "press a value of the row first" in page) == (400, True)
    assert post(console, "/mapping", sample=FEED, at="name", **(CHOSEN | {"is": "nonsense"}))[0] == 400


LINES = """{"id": 1, "title": "Cook"}
{"id": 2, "title":
{"id": 3, "title": "Baker"}
"""


def test_beside_a_row_stands_what_becomes_of_that_row_where_one_before_it_cannot_be_read(
    console: ServedConsole,
) -> None:
    chosen = {"from.source_id": "id", "from.title": "title", "text.company": "Fern", "row": "1"}
    _, page = post(console, "/mapping", act="try", sample=LINES, **chosen)
    assert "row 2 of the 2 looked at" in page
    tree, becomes = page.partition('class="tree"')[2].partition('id="becomes"')[::2]
    assert "<span>Baker</span>" in tree
    assert "<dt>Title</dt><dd>Baker</dd>" in becomes.partition("</section>")[0]


@pytest.mark.parametrize("act", ["show", "try"])
def test_a_feed_with_fewer_rows_is_shown_from_its_first_and_with_nothing_pressed(
    console: ServedConsole, act: str
) -> None:
    _, page = post(console, "/mapping", act=act, sample=FEED, at="name", **(CHOSEN | {"row": "30"}))
    assert "row 1 of the 3 looked at" in page
    assert "Platform Engineer" in page.partition('class="tree"')[2].partition('id="becomes"')[0]
    assert " checked>" not in page.partition('class="tree"')[2].partition("</fieldset>")[0]


def test_presses_have_a_bound_looser_than_that_of_reading_feeds(console: ServedConsole) -> None:
    answers = [post(console, "/mapping", act="try", sample="[]")[0] for _ in range(121)]
    assert answers == [400] * 120 + [429]
    assert post(console, "/mapping", act="show", sample="[]")[0] == 400


def test_only_who_signed_in_maps_and_feeds_are_read_thirty_times_a_minute(console: ServedConsole) -> None:
    answers = [post(console, "/mapping", act="show", sample="[]")[0] for _ in range(31)]
    assert answers == [400] * 30 + [429]
    console.client.cookies.clear()
    led = [console.client.get("/mapping"), console.client.post("/mapping", data={"act": "show"})]
    assert [answer.headers["location"] for answer in led] == ["/enter?next=%2Fmapping", "/enter?next=%2F"]


def test_the_first_page_says_what_is_odd_in_what_a_source_gives_and_polls_one_that_is_silent(
    console: ServedConsole,
) -> None:
    odd = Giving(began=NOW - 3 * DAY, moved_at=NOW, unread=500, unread_since=NOW)
    health = SourceHealth("board", NOW - DAY, NOW + 5 * HOUR, last_attempt=NOW, last_success=NOW, giving=odd)
    SqlSourceLedger(console.installation.engine).settle(health)
    page = console.client.get("/").text
    assert "nothing can be read of 500 rows" in page.partition("<h2>Sources</h2>")[2]
    # It has been silent for long by the clock of the overview, which is today's.
    assert 'id="trouble-poll%20source%20board-1">Poll now: board<' in page


@pytest.mark.parametrize("works", [True, False])
def test_the_page_of_sending_says_that_mails_go_out_while_a_notifier_works(tmp_path: Path, works: bool) -> None:
    with served_console(tmp_path) as console:
        console.now = now = datetime.now(UTC)
        console.sign_in()
        heartbeats = SqlHeartbeats(console.installation.engine, "embedded@a", now)
        heartbeats.publish([Heartbeat("notifier", ready=True)], now)
        if not works:
            heartbeats.goodbye(now)
        page = console.client.get("/sending").text
        assert ("Mails go out, by " in page) is works
        assert ("jobchime does not run, last heard of embedded@a" in page) is not works

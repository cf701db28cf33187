"""The demo: the same bytes each time, and every mail is one that its reader asked for."""

import email
import email.policy
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ingest.adapters.formats.registry import named_formats
from services.notifier.importing import Entry, read_people
from services.runtime.errors import UsageError
from services.usecases import accounts
from services.usecases.installation import open_installation
from services.usecases.simulation.days import demo_settings, simulate
from services.usecases.simulation.shelf import feed_files
from tests.support.command_line import run

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FEW = ("remoteok.json", "posting-lines.jsonl", "jobs.atom", "ashby-rookery.json")


def _feeds(folder: Path) -> Path:
    folder.mkdir()
    for name in FEW:
        shutil.copy(SAMPLES / "feeds" / name, folder / name)
    return folder


def _bytes(out: Path) -> dict[str, bytes]:
    shown = [path for part in ("mails", "pages") for path in (out / part).iterdir()]
    return {str(path.relative_to(out)): path.read_bytes() for path in [*shown, out / "index.html"]}


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    people = (SAMPLES / "subscribers.jsonl").read_text(encoding="utf-8")
    feeds = _feeds(tmp_path / "feeds")
    steps: list[int] = []
    first = simulate(feeds, people, now=NOW, days=1, out=tmp_path / "first", advance=steps.append)
    second = simulate(feeds, people, now=NOW, days=1, out=tmp_path / "second", advance=steps.append)
    assert first == second
    assert len(steps) == 2 * 49
    mailed = _bytes(tmp_path / "first")
    assert mailed == _bytes(tmp_path / "second")
    assert sum(name.endswith(".eml") for name in mailed) == sum(person.mailed for person in first.people) > 2
    for name, data in mailed.items():
        if name.endswith(".eml"):
            message = email.message_from_bytes(data, policy=email.policy.default)
            html = message.get_body(("html",))
            assert html is not None
            assert 'class="card"' in html.get_content()
            assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_of_a_folder_of_mixed_dates_the_days_that_hold_most_are_simulated_and_give_mail(tmp_path: Path) -> None:
    feeds = _feeds(tmp_path / "feeds")
    line = json.loads((feeds / "posting-lines.jsonl").read_text(encoding="utf-8").splitlines()[0])
    odd = [line | {"id": f"odd-{date}", "posted_at": f"{date}T00:00:00Z"} for date in ("2024-02-01", "2026-11-27")]
    (feeds / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in odd), encoding="utf-8")
    ran = run("demo", "--feeds", feeds, "--out", tmp_path / "out", "--days", "1")
    assert ran.code == 0
    [(days, covered, of)] = re.findall(
        r"^(\d+ to \d+ November 2026) hold (\d+) of (\d+) postings", ran.out, re.MULTILINE
    )
    assert 10 < int(covered) < int(of)
    assert len(list((tmp_path / "out" / "mails").glob("*.eml"))) > 2
    assert days in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def _of_any_trade(folder: Path) -> Path:
    """Two feeds of work that none of the samples' people asks for."""
    trades = [
        (
            "Physiotherapeut (m/w/d)",
            "Bremen, Deutschland",
            "<p>Wir suchen für unsere Praxis eine Physiotherapeutin.</p>",
        ),
        ("Welder", "Houston, TX, United States", "<p>You weld pipes and read drawings, on site in our yard.</p>"),
        ("Primary school teacher", "Nairobi, Kenya", "<p>You teach a class of 30 pupils, on site at our school.</p>"),
    ]
    lines = [
        {
            "id": f"{trade}-{at}", "title": title, "company": f"{title} {at}", "url": f"https://a.example/{trade}/{at}",
            "description_html": text, "locations": [where], "posted_at": f"2026-11-{17 + at}T08:00:00Z",
        }
        for trade, (title, where, text) in enumerate(trades) for at in range(3)
    ]  # fmt: skip
    folder.mkdir()
    (folder / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    items = [
        {
            "id": str(at), "position": "Translator", "company": f"Bureau {at}", "location": "Worldwide",
            "description": "<p>You translate manuals, working remotely from anywhere.</p>", "tags": ["translation"],
            "date": f"2026-11-{17 + at}T08:00:00+00:00", "url": f"https://remoteok.com/remote-jobs/{at}",
        }
        for at in range(3)
    ]  # fmt: skip
    (folder / "remoteok.json").write_text(
        json.dumps([{"legal": "API terms", "last_updated": 0}, *items]), encoding="utf-8"
    )
    return folder


def test_over_feeds_of_any_trade_people_ask_for_what_these_hold_and_are_mailed(tmp_path: Path) -> None:
    ran = run("demo", "--feeds", _of_any_trade(tmp_path / "feeds"), "--out", tmp_path / "out", "--days", "2")
    assert ran.code == 0, ran.err
    mails = [path.read_bytes() for path in (tmp_path / "out" / "mails").glob("*.eml")]
    for title in ("Physiotherapeut", "Welder", "Primary school teacher", "Translator"):
        assert any(title.encode() in mail for mail in mails), title
    assert "each asks for work that this folder holds" in ran.out.replace("\n", " ")
    assert "each asks for work" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_the_samples_searches_ask_for_what_their_names_say() -> None:
    entries = list(read_people((SAMPLES / "subscribers.jsonl").read_text(encoding="utf-8")))
    searches = [search for entry in entries if isinstance(entry, Entry) for search in entry.searches]
    assert len(entries) == 23
    remote = [search for search in searches if re.search("remot", search.name, re.IGNORECASE)]
    contract = [search for search in searches if "contract" in search.name]
    assert remote
    assert contract
    assert all(search.criteria.workplace == ("remote",) for search in remote)
    assert all("contract" in search.criteria.employment for search in contract)


@pytest.mark.slow(minutes=1)
@pytest.mark.timeout(600)
def test_the_samples_people_get_good_mail_and_some_go_their_own_way(tmp_path: Path) -> None:
    people = (SAMPLES / "subscribers.jsonl").read_text(encoding="utf-8")
    happenings = (SAMPLES / "happenings.jsonl").read_text(encoding="utf-8")
    feeds, out = SAMPLES / "feeds", tmp_path / "out"
    ran = simulate(feeds, people, now=NOW, days=4, out=out, advance=lambda _: None, happenings=happenings)
    mailed = {person.name: person.mailed for person in ran.people}
    few = {"Viktor": 0, "Tess": 2, "Henrik": 2}
    assert {name: mailed[name] for name in few} == few, "one asks for too much, one pauses, one leaves"
    assert mailed["Olive"] < 3, "called a mail spam"
    assert all(count >= 3 for name, count in mailed.items() if name not in {*few, "Olive"})
    assert {source.format for source in ran.sources} == {known.name for known in named_formats()}
    assert (len(ran.dead), ran.closed) == (2, 1)
    readme = (SAMPLES.parent / "README.md").read_text(encoding="utf-8")
    assert f"{ran.postings} invented postings" in readme
    assert f"{len(ran.people)} invented" in readme
    assert ran.near > 3
    again = [mail for mail in (out / "mails").glob("*.eml") if b"Here again" in mail.read_bytes()]
    assert len(again) == 1, "an edited posting now states its pay"
    with open_installation(demo_settings(out, feeds), create=False, tell=lambda _: None) as installation:
        status = {account.subscriber.profile.name: account.status for account in accounts.everybody(installation)}
    assert {name: status[name] for name in ("Tess", "Henrik", "Olive", "Marta")} == {
        "Tess": "paused",
        "Henrik": "unsubscribed",
        "Olive": "suppressed",
        "Marta": "active",
    }
    [search_id] = next(person.search_ids for person in ran.people if person.name == "Viktor")
    backtested = run("backtest", search_id, "--now", "2026-11-21T17:00", "-c", out / "jobchime.toml")
    assert backtested.code == 0, backtested.err
    assert re.search(r"^Without the floor of .* [1-9]", backtested.out, re.MULTILINE)
    assert "2 dead letters" in run("dead", "list", "-c", out / "jobchime.toml").out


def test_a_later_edition_of_a_file_is_served_from_its_hour_on(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    for name in ("greenhouse-oakhurst.json", "greenhouse-oakhurst@2026-11-19T06.json"):
        shutil.copy(SAMPLES / "feeds" / name, feeds / name)
    assert [path.name for path in feed_files(feeds)] == ["greenhouse-oakhurst.json"]
    before = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
    early = simulate(feeds, "", now=before, days=1, out=tmp_path / "early", advance=lambda _: None)
    late = simulate(feeds, "", now=NOW, days=1, out=tmp_path / "late", advance=lambda _: None)
    assert [source.source for source in early.sources] == ["greenhouse-oakhurst"]
    assert (early.closed, late.closed) == (1, 0), "what only the first edition holds closes, or was never there"


def test_the_demo_deletes_nothing_that_it_did_not_write(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="holds other files"):
        simulate(_feeds(tmp_path / "feeds"), "", now=NOW, days=1, out=out, advance=lambda _: None)
    assert (out / "thesis.txt").exists()


def test_a_folder_without_feeds_is_a_usage_error(tmp_path: Path) -> None:
    ran = run("demo", "--feeds", tmp_path, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "name a folder of feed files" in ran.err

"""The command line: what an operator does in the first hour, and what they get wrong."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.usecases import accounts
from tests.support.command_line import Ran, run
from tests.support.consenting import OPTIONS

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "feeds"
NOW = "2026-11-20T18:00+00:00"


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A settings file with one source: the sample of posting lines."""
    file = tmp_path / "jobchime.toml"
    assert run("config", "init", file).code == 0
    source = f'\n[[ingest.sources]]\nname = "own"\nurl = "{SAMPLES / "posting-lines.jsonl"}"\n'
    file.write_text(file.read_text(encoding="utf-8") + source, encoding="utf-8")
    return file


def _criteria(folder: Path, **fields: object) -> Path:
    file = folder / "criteria.json"
    file.write_text(json.dumps(fields), encoding="utf-8")
    return file


def test_the_settings_file_that_is_written_is_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    run("config", "init", file)
    written = json.loads(run("config", "show", "--json", "-c", file).out)
    bare = tmp_path / "bare.toml"
    bare.write_text("", encoding="utf-8")
    assert written == json.loads(run("config", "show", "--json", "-c", bare).out)
    again = run("config", "init", file)
    assert again.code == 2
    assert "exists already" in again.err


def test_what_is_commented_out_in_the_settings_file_is_the_default_too(tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    run("config", "init", file)
    written = json.loads(run("config", "show", "--json", "-c", file).out)
    # The paragraphs of a source and of a push key are examples as a whole.
    paragraphs = [each for each in file.read_text(encoding="utf-8").split("\n\n") if not re.search(r"(?m)^#\[", each)]
    lines = [line for line in "\n\n".join(paragraphs).splitlines() if not line.endswith("# an example")]
    file.write_text(re.sub(r"(?m)^#(?=\w)", "", "\n".join(lines)), encoding="utf-8")
    assert json.loads(run("config", "show", "--json", "-c", file).out) == written


def test_the_first_hour(installation: Path, tmp_path: Path) -> None:
    added = run("subscriber", "add", "ada@example.com", *OPTIONS, "--time-zone", "Europe/Berlin", "-c", installation)
    assert added.code == 0, added.err
    criteria = _criteria(
        tmp_path, skills={"any": ["Python", "SQL", "Excel", "React", "Figma"]}, accept_unknown_place=True
    )
    saved = run("search", "add", "ada@example.com", criteria, "--cadence", "instant", "-c", installation)
    assert saved.code == 0, saved.err
    assert "instant" in run("search", "list", "-c", installation).out

    ran = run("run", "--once", "-c", installation)
    assert ran.code == 0, ran.err
    assert "1 ok" in run("source", "list", "-c", installation).out
    letters = run("dead", "list", "-c", installation).out
    assert "not JSON" in letters
    assert "2 dead letters" in letters

    backup = tmp_path / "backup.zip"
    assert run("backup", backup, "-c", installation).code == 0
    shown = json.loads(run("subscriber", "show", "ada@example.com", "-c", installation).out)
    assert "ada@example.com" in json.dumps(shown)
    assert run("subscriber", "erase", "ada@example.com", "--yes", "-c", installation).code == 0
    assert "0 subscribers" in run("subscriber", "list", "-c", installation).out
    assert run("restore", backup, "-c", installation).code == 2
    restored = run("restore", backup, "--force", "-c", installation)
    assert (restored.code, "1 person erased again" in restored.out) == (0, True)
    assert "0 subscribers" in run("subscriber", "list", "-c", installation).out


def test_a_person_is_shown_whole_or_briefly_without_how_their_mails_look(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = {"digest_id": "d-1", "outcome": "digest", "email": {"html": "<p>Baker</p>", "text": "Baker"}}
    kept = {"subscriber": {"address": "ada@example.com"}, "digests": [digest], "mail_events": []}
    assert run("subscriber", "add", "ada@example.com", *OPTIONS, "-c", installation).code == 0
    monkeypatch.setattr(accounts, "export", lambda *_: kept)
    show = ("subscriber", "show", "ada@example.com", "-c", installation)
    assert json.loads(run(*show).out) == kept, "it is theirs, all of it"
    brief = run(*show, "--brief").out
    assert json.loads(brief) == kept | {"digests": [{"digest_id": "d-1", "outcome": "digest"}]}
    assert brief.count("\n") > 8, "whoever is woken reads it"


def test_people_are_imported_line_by_line_and_faults_do_not_repeat_the_address(
    installation: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people.jsonl"
    good = {"address": "one@example.com", "searches": [{"name": "Go", "criteria": {"skills": {"all": ["Go"]}}}]}
    unknown = {"address": "two@example.com", "searches": [{"name": "x", "criteria": {"skills": {"all": ["Pyhton"]}}}]}
    lines = [good, unknown, {"address": "no address"}, good]
    people.write_text("\n".join(map(json.dumps, lines)) + "\n{broken\n", encoding="utf-8")
    ran = run("subscriber", "import", people, *OPTIONS, "-c", installation)
    assert ran.code == 1
    assert "1 subscriber with 1 search taken in, 4 lines left out" in ran.out
    assert "line 2: search 1, criteria" in ran.err
    assert "Python" in ran.err, "the nearest known skill is named"
    assert "line 3: address" in ran.err
    assert "line 4: address: line 1 has the same address" in ran.err
    assert "line 5: not JSON" in ran.err
    assert "two@example.com" not in ran.err
    assert "1 subscriber" in run("subscriber", "list", "-c", installation).out


def test_who_speaks_english_and_spanish_is_offered_no_job_that_needs_danish(tmp_path: Path) -> None:
    texts = {
        "plain": "We look for a Python engineer who likes tides.",
        "danish": "We look for a Python engineer. You speak Danish fluently.",
        "either": "We look for a Python engineer. Fluent in Spanish or Danish.",
        "wish": "We look for a Python engineer. Danish is a plus.",
        "skrevet": "Vi søger en udvikler, som kan skrive Python og gerne vil arbejde sammen med os i vores lille hold. "
        "Du får gode kolleger, fleksible arbejdstider og en arbejdsplads tæt på havnen, hvor vi spiser frokost sammen.",
    }
    jobs = [
        {"id": name, "title": f"Python engineer {name}", "company": f"{name} works", "description": text,
         "url": f"https://jobs.example.com/{name}", "posted_at": datetime.now(UTC).isoformat()}
        for name, text in texts.items()
    ]  # fmt: skip
    (tmp_path / "jobs.jsonl").write_text("\n".join(map(json.dumps, jobs)), encoding="utf-8")
    search = {"name": "Snakes", "cadence": "instant", "criteria": {"skills": {"all": ["Python"]}}}
    people = [
        {"address": "eva@example.com", "speaks": ["English", "es"], "searches": [search]},
        {"address": "dan@example.com", "speaks": "da; en", "searches": [search]},
        {"address": "silent@example.com", "searches": [search]},
    ]
    (tmp_path / "people.jsonl").write_text("\n".join(map(json.dumps, people)), encoding="utf-8")
    config = tmp_path / "jobchime.toml"
    config.write_text(
        f'[[ingest.sources]]\nname = "own"\nurl = "{tmp_path / "jobs.jsonl"}"\n'
        "[notifier.curate]\nleast_chance = 0.0\nleast_mail_chance = 0.0\n",
        encoding="utf-8",
    )
    assert run("subscriber", "import", tmp_path / "people.jsonl", *OPTIONS, "-c", config).code == 0
    assert run("run", "--once", "-c", config).code == 0
    digests = {
        person["address"]: json.loads(run("preview", person["address"], "--json", "-c", config).out)
        for person in people
    }
    got = {to: {item["title"].split()[-1] for item in digest["items"]} for to, digest in digests.items()}
    assert got == {
        "eva@example.com": {"plain", "either", "wish"},
        "dan@example.com": set(texts),
        "silent@example.com": set(texts),
    }


@pytest.fixture
def undated(tmp_path: Path) -> Path:
    """A settings file with one source whose postings were first seen when they are first polled, whenever that is."""
    feed = tmp_path / "undated.jsonl"
    for line in (SAMPLES / "posting-lines.jsonl").read_text(encoding="utf-8").splitlines():
        with suppress(ValueError), feed.open("a", encoding="utf-8") as lines:
            dated = json.loads(line)
            lines.write(json.dumps({name: dated[name] for name in dated if not name.endswith("_at")}) + "\n")
    file = tmp_path / "undated.toml"
    file.write_text(f'[[ingest.sources]]\nname = "own"\nurl = "{feed}"\n', encoding="utf-8")
    return file


def test_a_saved_search_is_tested_back_and_explained_from_what_is_stored(undated: Path, tmp_path: Path) -> None:
    run("subscriber", "add", "ada@example.com", *OPTIONS, "-c", undated)
    criteria = _criteria(tmp_path, skills={"any": ["Python", "SQL"]}, workplace=["remote"])
    search = run("search", "add", "ada@example.com", criteria, "-c", undated).out.strip()
    assert run("run", "--once", "-c", undated).code == 0

    ran = run("backtest", search, "--json", "-c", undated)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["postings"] > 0
    assert sum(found["by_day"].values()) == found["matches"]["jobs"] > 0
    best = found["best_matches"][0]
    page = run("backtest", search, "-c", undated).out
    assert best["title"] in page
    assert "What each criterion costs" in page
    assert max(map(len, page.splitlines())) <= 80
    beyond = run("backtest", search, "--days", "90", "-c", undated)
    assert (beyond.code, "for 60 days: ask for no more, or give --postings" in beyond.err) == (2, True)

    assert "preferred" not in run("explain", search, best["posting_id"], "-c", undated).out
    assert "Preferred: JP, worldwide" in run("search", "prefer", search, "worldwide", "Japan", "-c", undated).out
    assert json.loads(run("search", "list", "--json", "-c", undated).out)["preferred_places"] == ["JP", "worldwide"]
    assert " of 7: " in run("explain", search, best["posting_id"], "-c", undated).out
    assert "preferred" not in best["parts"]
    ranked = json.loads(run("backtest", search, "--json", "-c", undated).out)["best_matches"]
    assert all("preferred" in job["parts"] for job in ranked)
    assert run("search", "prefer", search, "Atlantis", "-c", undated).code == 2

    explained = json.loads(run("explain", search, best["posting_id"], "--json", "-c", undated).out)
    assert explained["verdict"] == "match"
    workplace = next(reason for reason in explained["reasons"] if reason["criterion"] == "workplace")
    assert workplace["evidence"], "the log still has the words that decided"


def test_normalise_then_backtest_without_a_store(tmp_path: Path) -> None:
    file = tmp_path / "postings.jsonl"
    postings = run("normalise", SAMPLES / "remoteok.json", "--now", NOW).out
    file.write_text(postings + postings + "{broken\n", encoding="utf-8")
    asked = _criteria(tmp_path, skills={"all": ["Python"]}, salary_floor={"amount": 60_000, "currency": "EUR"})
    ran = run("backtest", asked, "--postings", file, "--days", "400", "--json")
    assert ran.code == 0, ran.err
    assert "left out" in ran.err
    found = json.loads(ran.out)
    assert 0 < found["postings"] <= len(postings.splitlines()), "each posting once"
    assert {cost["criterion"] for cost in found["costs"]} == {"skills.all", "salary"}
    file.write_text("", encoding="utf-8")
    empty = run("backtest", asked, "--postings", file)
    assert empty.code == 2
    assert "contains no posting" in empty.err


def test_normalise_then_match_then_explain(tmp_path: Path) -> None:
    dead = tmp_path / "dead.jsonl"
    ran = run("normalise", SAMPLES / "posting-lines.jsonl", SAMPLES / "remoteok.json", "--dead", dead, "--now", NOW)
    assert ran.code == 0, ran.err
    postings = ran.out.splitlines()
    fallen = [json.loads(line) for line in dead.read_text(encoding="utf-8").splitlines()]
    assert sorted({row["kind"] for row in fallen}) == ["dead letter", "skip"]
    rows = 49 + 34
    assert len(postings) + len(fallen) == rows, "every item comes out or falls out"

    file = tmp_path / "postings.jsonl"
    file.write_text(ran.out, encoding="utf-8")
    criteria = tmp_path / "criteria.jsonl"
    criteria.write_text('{"id": "py", "criteria": {"skills": {"all": ["Python"]}}}\n', encoding="utf-8")
    pairs = [
        json.loads(line) for line in run("match", file, "--criteria", criteria, "--all", "--json").out.splitlines()
    ]
    assert len(pairs) == len(postings)
    matched = [pair for pair in pairs if pair["verdict"] == "match"]
    assert 0 < len(matched) < len(pairs)
    assert all(pair["criteria_id"] == "py" and pair["reasons"] for pair in pairs)

    job_file = tmp_path / "one.json"
    job_file.write_text(
        next(p for p in postings if json.loads(p)["posting_id"] == matched[0]["posting_id"]), encoding="utf-8"
    )
    answer = run("explain", _criteria(tmp_path, skills={"all": ["Python"]}), job_file)
    assert answer.code == 0, answer.err
    assert "matches" in answer.out
    as_json = json.loads(run("explain", _criteria(tmp_path, skills={"all": ["Python"]}), job_file, "--json").out)
    assert as_json["verdict"] == "match"


def test_a_feed_is_checked_before_it_is_added() -> None:
    ran = run("source", "check", SAMPLES / "ashby-rookery.json", "--now", NOW)
    assert ran.code == 0, ran.err
    assert "Ashby" in ran.out
    assert "salary" in ran.out
    assert "For example" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("normalise", "no-such-file.json"), 2, "there is no file"),
        (("normalise", SAMPLES, "--format", "nonsense"), 2, "there is no format"),
        (("run", "-c", "no-such.toml"), 2, "there is no settings file"),
        (("dead", "show", "postings.v1.dead:0:1", "-c", "{file}"), 2, "there is no log"),
        (("search", "pause", "nobody", "-c", "{file}"), 2, "there is no store"),
        (("source", "list", "-c", "{file}"), 2, "there is no store"),
        (("subscriber", "list", "-c", "{file}"), 2, "there is no store"),
        (("subscriber", "erase", "nobody", "--yes", "-c", "{file}"), 2, "there is no store"),
        (("subscriber", "add", "not an address", *OPTIONS, "-c", "{file}"), 2, "address"),
        (("subscriber", "add", "a@example.com", *OPTIONS, "--time-zone", "Mars/Base", "-c", "{file}"), 2, "time_zone"),
        (("explain", "no-search", "no-posting", "-c", "{file}"), 2, "there is no store"),
        (("demo", "--feeds", "no-such-folder"), 2, "there is no folder"),
        (("demo", "--now", "yesterday"), 2, "is not a time"),
        (("restore", "no-such.zip", "-c", "{file}"), 2, "no-such.zip"),
        (("source", "check", "ftp://example.com/feed"), 2, "neither http"),
        (("source", "check", "http://127.0.0.1:9/feed"), 1, "127.0.0.1"),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(
    arguments: tuple[str | Path, ...], code: int, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text("", encoding="utf-8")
    ran: Ran = run(*(str(argument).replace("{file}", str(file)) for argument in arguments))
    assert (ran.code, said in ran.err + ran.out) == (code, True), (ran.code, ran.err, ran.out)
    assert "Traceback" not in ran.err
    assert not (tmp_path / "jobchime-data" / "store.sqlite").exists(), "a mistake begins no installation"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"skills": ' + "[" * 20_000, "nested deeper"),
        ('{"skills": {}, "skills": {}}', "twice"),
        ('{"text": "\xff"}', "not UTF-8"),
        ('{"text": "go"} more', "more after the value"),
        ('{"text": "-internship"}', "only excludes"),
        ('{"places": "DE"}', "criteria.places: it must be a list, not text"),
    ],
)
def test_a_file_of_criteria_that_cannot_be_taken_is_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    file, postings, settings = tmp_path / "criteria.json", tmp_path / "postings.jsonl", tmp_path / "jobchime.toml"
    file.write_bytes(text.encode("latin-1"))
    postings.write_text("", encoding="utf-8")
    settings.write_text("", encoding="utf-8")
    for command in (
        ("search", "add", "ada@example.com", file, "-c", settings),
        ("match", postings, "--criteria", file),
        ("backtest", file, "--postings", postings),
    ):
        ran = run(*command)
        assert (ran.code, said in ran.err) == (2, True), ran.err
        assert "Traceback" not in ran.err


def test_a_store_that_is_there_is_asked_for_what_is_not_in_it(tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text("", encoding="utf-8")
    assert run("migrate", "-c", file).code == 0
    for command in (("search", "pause", "no-search"), ("explain", "no-search", "no-posting")):
        ran = run(*command, "-c", file)
        assert (ran.code, "no-search" in ran.err) == (2, True), ran.err
    assert "0 subscribers" in run("subscriber", "list", "-c", file).out


def test_a_file_that_cannot_be_read_in_a_folder_is_told_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "gone.json").symlink_to(tmp_path / "never-there")
    (tmp_path / "posting-lines.jsonl").write_bytes((SAMPLES / "posting-lines.jsonl").read_bytes())
    ran = run("normalise", tmp_path, "--now", NOW)
    assert ran.code == 0
    assert "gone.json cannot be read: No such file or directory; left out\n" in ran.err
    assert "in 1 file" in ran.err
    assert ran.out.count("\n") > 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data = ", "cannot be read"),
        ("nonsense = 1", "nonsense: there is no such setting"),
        ('[ingest]\n[[ingest.sources]]\nname = "A B"\nurl = "x"', "ingest.sources.0.name"),
        ('[[ingest.sources]]\nname = "a"\nurl = "ftp://x"', "neither http(s) nor a path"),
        ('[ingest]\ngap = "soon"', "ingest.gap"),
        ('[mail]\nmailer = "smtp"', "the smtp mailer cannot start"),
    ],
)
def test_wrong_settings_name_their_place(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(text, encoding="utf-8")
    ran = run("run", "--once", "-c", file)
    assert ran.code == 2
    assert said in ran.err


def test_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text('[mail]\nsender_name = "File"\n[mail.smtp]\npassword = "from-file"\n', encoding="utf-8")
    monkeypatch.setenv("JOBCHIME_MAIL__SENDER_NAME", "Environment")
    shown = run("config", "show", "--json", "-c", file).out
    assert json.loads(shown)["mail"]["sender_name"] == "Environment"
    assert "from-file" not in shown, "secrets are masked"

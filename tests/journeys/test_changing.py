"""What a subscriber changes their mind about: the command says what changes, and the right mails follow."""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import update

from schemas.sql.tables import consents
from services.embedded import embedded
from services.notifier.adapters.sql.people.suppressions import SqlSuppressions
from services.notifier.domain.wording.letters import MOVE
from services.runtime.clock import FixedClock
from services.runtime.sql.store import open_store, writing
from services.settings import load_settings
from services.usecases import accounts, consent, signing
from services.usecases.installation import Installation
from tests.support.command_line import Ran, run
from tests.support.consenting import OPTIONS

MORNING = "2026-11-20T06:00+00:00"


def _posting(name: str, skill: str) -> dict[str, object]:
    return {
        "id": name,
        "title": f"{skill} engineer, {name}",
        "company": f"Company {name}",
        "url": f"https://jobs.example.com/{name}",
        "description": f"We look for someone who writes {skill} every day for the product that is called {name}.",
        "skills": [skill],
        "posted_at": "2026-11-19T12:00:00Z",
    }


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """Ada, who is served at 8 in Berlin, and a feed of jobs for Python and for Go."""
    feed = tmp_path / "feed.jsonl"
    jobs = [_posting("snake", "Python"), _posting("adder", "Python"), _posting("gopher", "Go")]
    feed.write_text("\n".join(map(json.dumps, jobs)), encoding="utf-8")
    file = tmp_path / "jobchime.toml"
    file.write_text(f'[[ingest.sources]]\nname = "own"\nurl = "{feed}"\nevery = "1s"\n', encoding="utf-8")
    berlin = ("--time-zone", "Europe/Berlin", "--now", MORNING)
    done(run("subscriber", "add", "ada@example.com", *OPTIONS, *berlin, "-c", file))
    return file


def done(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return ran.out


def criteria(folder: Path, *skills: str) -> Path:
    file = folder / f"{'-'.join(skills)}.json"
    file.write_text(json.dumps({"skills": {"any": skills}}), encoding="utf-8")
    return file


def mails(installation: Path) -> list[tuple[str, set[str]]]:
    """To whom each mail went, and which jobs it named, in order."""
    found = []
    for file in sorted(installation.parent.rglob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        assert body is not None
        jobs = set(re.findall(r"jobs\.example\.com/(\w+)", body.get_content()))
        found.append((mail["Date"].datetime, str(mail["To"]), jobs))
    return [(to, jobs) for _, to, jobs in sorted(found)]


def at(installation: Path, time: str) -> None:
    now = datetime.fromisoformat(f"2026-11-{time}+00:00")
    with embedded(load_settings(installation).in_one_go(), clock=FixedClock(now)) as form:
        form.runner.load()
        for _ in range(3):
            form.runner.tick(now)
            form.runner.drain()


def test_an_edited_search_brings_what_it_asks_for_now_and_nothing_twice(installation: Path, tmp_path: Path) -> None:
    search = done(
        run("search", "add", "ada@example.com", criteria(tmp_path, "Go"), "--now", MORNING, "-c", installation)
    ).strip()
    at(installation, "20T06:30")
    at(installation, "20T07:00")
    assert mails(installation) == [("ada@example.com", {"gopher"})]

    changed = run(
        "search", "edit", search, criteria(tmp_path, "Go", "Python"), "--hour", "9", "--name", "Both",
        "--now", "2026-11-20T07:30+00:00", "-c", installation,
    )  # fmt: skip
    assert done(changed).splitlines() == [
        "name: My search -> Both",
        "hour: 8 -> 9",
        'criteria.skills: {"any": ["Go"]} -> {"any": ["Go", "Python"]}',
    ]
    at(installation, "20T08:30")
    assert len(mails(installation)) == 1, "that day had its digest"
    at(installation, "21T07:30")
    assert len(mails(installation)) == 1
    at(installation, "21T08:00")
    assert mails(installation)[1:] == [("ada@example.com", {"snake", "adder"})]
    at(installation, "22T08:00")
    assert len(mails(installation)) == 2


def test_somebody_who_moves_and_changes_address_goes_on_where_they_were(installation: Path, tmp_path: Path) -> None:
    run("search", "add", "ada@example.com", criteria(tmp_path, "Python"), "--now", MORNING, "-c", installation)
    moved = run(
        "subscriber", "edit", "ada@example.com", "--time-zone", "America/New_York", "--currency", "usd",
        "--language", "de", "--email", "Ada@New.example", "--now", "2026-11-20T06:30+00:00", "-c", installation,
        *OPTIONS,
    )  # fmt: skip
    assert done(moved).splitlines() == [
        "address: ada@example.com -> Ada@new.example",
        "time_zone: Europe/Berlin -> America/New_York",
        "currency: EUR -> USD",
        "locale: en -> de",
        "consent: what you declare is kept",
    ]
    at(installation, "20T07:00")
    assert mails(installation) == []
    at(installation, "20T13:00")
    assert mails(installation) == [("Ada@new.example", {"snake", "adder"})]
    assert run("subscriber", "show", "ada@example.com", "-c", installation).code == 2
    [listed] = done(run("search", "list", "ada@NEW.example", "--json", "-c", installation)).splitlines()
    assert json.loads(listed)["address"] == "Ada@new.example"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("subscriber", "edit", "ada@example.com"), "nothing changes"),
        (("subscriber", "edit", "ada@example.com", "--time-zone", "Europe/Berlin"), "nothing changes"),
        (("subscriber", "edit", "ada@example.com", "--time-zone", "Mars"), "IANA"),
        (("subscriber", "edit", "ada@example.com", "--email", "nonsense"), "address"),
        (("subscriber", "edit", "ada@example.com", "--currency", ""), "currency: it is empty"),
        (("subscriber", "edit", "bob@example.com", "--currency", "USD"), "Nobody"),
        (("search", "edit", "no-search", "--hour", "7"), "no saved search"),
    ],
)
def test_a_change_that_cannot_be_made_is_one_sentence(
    installation: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = run(*arguments, "-c", installation)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_whoever_changes_to_a_suppressed_address_is_told_of_it(installation: Path) -> None:
    settings = load_settings(installation)
    engine = open_store(settings.store_url)
    now = datetime.fromisoformat(MORNING)
    SqlSuppressions(engine, settings.ids()).suppress("ada@gone.example", "the mailbox does not exist", now)
    engine.dispose()
    ran = run("subscriber", "edit", "ada@example.com", "--email", "ada@gone.example", *OPTIONS, "-c", installation)
    assert ran.code == 0
    assert "no mail goes to this address: the mailbox does not exist" in ran.err


def test_another_address_that_nobody_declares_is_confirmed_there_first(installation: Path) -> None:
    edit = ("subscriber", "edit", "ada@example.com", "--email", "ada@new.example", "--currency", "USD")
    refused = run(*edit, "-c", installation)
    assert (refused.code, "names no portal" in refused.err) == (2, True)
    assert "EUR" in done(run("subscriber", "list", "-c", installation)), "half of it would be worse than nothing"
    with installation.open("a", encoding="utf-8") as file:
        file.write('[mail]\npublic_url = "https://alerts.example"\n')
    assert done(run(*edit, "-c", installation)).splitlines() == [
        "currency: EUR -> USD",
        "address: ada@new.example once they confirm it, within 48 hours, by the link that was mailed there",
    ]
    [letter] = list(installation.parent.rglob("*.eml"))
    mail = message_from_bytes(letter.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail["To"] == "ada@new.example"
    body = mail.get_body(("plain",))
    assert body is not None
    token = re.findall(r"https://alerts\.example/a/([\w-]+)", body.get_content())[0]
    shown = json.loads(done(run("subscriber", "show", "ada@example.com", "-c", installation)))
    assert shown["new_address"]["address"] == "ada@new.example"
    assert run("subscriber", "show", "ada@new.example", "-c", installation).code == 2

    again = run(*edit[:5], "-c", installation)
    assert (again.code, "was mailed others of late" in again.err) == (2, True)
    settings = load_settings(installation)
    with Installation(settings, open_store(settings.store_url)) as opened:
        signing.confirm_new_address(opened, token, "https://alerts.example", datetime.now(UTC))
    kept = json.loads(done(run("subscriber", "show", "ada@new.example", "-c", installation)))["consents"][-1]
    assert (kept["kind"], kept["origin"]) == ("moved", "page")
    assert kept["wording"] == MOVE


def test_an_operator_ends_his_own_pause_and_no_other_without_saying_who_asked(installation: Path) -> None:
    named = ("ada@example.com", "-c", installation)
    done(run("subscriber", "pause", *named))
    done(run("subscriber", "resume", *named))
    settings = load_settings(installation)
    with Installation(settings, open_store(settings.store_url)) as opened:
        own_id = accounts.find(opened, "ada@example.com").subscriber_id
        consent.pause(opened, own_id, "Pause all mails", datetime(2026, 11, 20, tzinfo=UTC))
    refused = run("subscriber", "resume", *named)
    assert (refused.code, "they paused themselves" in refused.err) == (2, True)
    early = run("subscriber", "resume", *OPTIONS, *named)
    assert (early.code, "before they paused" in early.err) == (2, True)
    asked = ("--consent-origin", "their mail of that day", "--consent-wording", "Please go on")
    done(run("subscriber", "resume", *asked, "--consent-date", "2026-11-20", *named))
    shown = json.loads(done(run("subscriber", "show", *named)))
    assert shown["subscriber"]["status"] == "active"
    assert [(kept["kind"], kept["origin"], kept["source"]) for kept in shown["consents"][1:]] == [
        ("paused", "operator", ""),
        ("resumed", "operator", ""),
        ("paused", "page", ""),
        ("resumed", "operator", "their mail of that day"),
    ]


def test_nobody_is_taken_in_of_whom_nothing_is_declared(installation: Path, tmp_path: Path) -> None:
    lone = run("subscriber", "add", "bob@example.com", "-c", installation)
    assert (lone.code, "--consent-origin, --consent-date and --consent-wording" in lone.err) == (2, True)
    people = tmp_path / "people.csv"
    people.write_text("address\nbob@example.com\ncleo@example.com\n", encoding="utf-8")
    many = run("subscriber", "import", people, "-c", installation)
    assert many.code == 1
    assert many.err.count("state it for the whole file") == 2
    assert "0 subscribers" in many.out
    assert "2 subscribers" in done(run("subscriber", "import", people, *OPTIONS, "-c", installation))


def test_doctor_and_status_count_who_is_served_without_a_word_on_their_consent(
    installation: Path, tmp_path: Path
) -> None:
    """As a migration leaves who was taken in before declarations were kept, until an import declares of them."""
    engine = open_store(load_settings(installation).store_url)
    with writing(engine) as connection:
        connection.execute(update(consents).values(wording="", source="added before declarations were kept"))
    engine.dispose()
    said = "1 subscriber is served without a word on where, when and to what words they agreed"
    findings = [json.loads(line) for line in run("doctor", "--json", "-c", installation).out.splitlines()]
    [found] = [finding for finding in findings if finding["what"] == "consents"]
    assert (found["grade"], found["said"]) == ("note", said)
    assert said in " ".join(run("status", "-c", installation).out.replace("│", " ").split())
    people = tmp_path / "people.csv"
    people.write_text("address\nada@example.com\n", encoding="utf-8")
    done(run("subscriber", "import", people, "--update", *OPTIONS, "-c", installation))
    assert said not in run("doctor", "-c", installation).out


def test_a_dry_run_of_an_import_says_person_by_person_what_would_change(installation: Path, tmp_path: Path) -> None:
    run("search", "add", "ada@example.com", criteria(tmp_path, "Go"), "--name", "Work", "-c", installation)
    run("subscriber", "add", "bob@example.com", *OPTIONS, "--name", "Bob", "-c", installation)
    go = {"name": "Work", "hour": 6, "criteria": {"skills": {"any": ["Go", "Rust"]}}}
    rows = [
        {"address": "ADA@example.com", "time_zone": "Asia/Tokyo", "searches": [go, {**go, "name": "More"}]},
        {"address": "bob@example.com", "name": "Bob"},
        {"address": "cleo@example.com", "searches": [go]},
        {"address": "nobody"},
    ]
    people = tmp_path / "people.jsonl"
    people.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    def state() -> list[str]:
        shown = [
            run("subscriber", "show", who, "-c", installation).out for who in ("ada@example.com", "bob@example.com")
        ]
        return [*shown, run("subscriber", "list", "-c", installation).out]

    before = state()
    assert "--update" in run("subscriber", "import", people, "--dry-run", "-c", installation).err
    ran = run("subscriber", "import", people, *OPTIONS, "--update", "--dry-run", "-c", installation)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "line 1, ada@example.com: address: ada@example.com -> ADA@example.com",
        "line 1, ada@example.com: time_zone: Europe/Berlin -> Asia/Tokyo",
        "line 1, ada@example.com: search 'Work', hour: 8 -> 6",
        """line 1, ada@example.com: search 'Work', criteria.skills: {"any": ["Go"]} -> {"any": ["Go", "Rust"]}""",
        "line 1, ada@example.com: search 'More': new",
        "line 3, cleo@example.com: new, with 1 search",
        "1 subscriber with 1 search would be taken in, 1 would be changed, 1 the same, 1 line left out; "
        "nothing was changed.",
    ]
    assert state() == before

    ran = run("subscriber", "import", people, *OPTIONS, "--update", "-c", installation)
    assert ran.out.strip() == "1 subscriber with 1 search taken in, 1 changed, 1 the same, 1 line left out."
    shown = json.loads(run("subscriber", "show", "ada@example.com", "-c", installation).out)
    assert shown["subscriber"]["currency"] == "EUR", "what a line leaves out stays"
    assert [(search["name"], search["hour"]) for search in shown["searches"]] == [("More", 6), ("Work", 6)]
    again = run("subscriber", "import", people, *OPTIONS, "--update", "--dry-run", "-c", installation)
    assert "0 would be changed, 3 the same" in again.out


def test_a_dry_run_begins_no_installation(tmp_path: Path) -> None:
    file, people = tmp_path / "jobchime.toml", tmp_path / "people.csv"
    file.write_text("", encoding="utf-8")
    people.write_text("address\nada@example.com\n", encoding="utf-8")
    ran = run("subscriber", "import", people, *OPTIONS, "--dry-run", "-c", file)
    assert ran.out.splitlines()[0] == "line 2, ada@example.com: new, with 0 searches"
    assert not (tmp_path / "jobchime-data").exists()


def test_a_search_by_role_needs_no_file_and_its_mail_names_the_role(installation: Path) -> None:
    named = ("--role", "Desarrollador backend", "--not-role", "nurse")
    search = done(run("search", "add", "ada@example.com", *named, "--now", MORNING, "-c", installation)).strip()
    at(installation, "20T06:30")
    at(installation, "20T07:00")
    [(_, jobs)] = mails(installation)
    assert jobs == {"snake", "adder", "gopher"}
    [mail] = installation.parent.rglob("*.eml")
    body = message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    assert body.get_content().count("a Backend Engineer job") == len(jobs)

    changed = run("search", "edit", search, "--neighbours", "--now", MORNING, "-c", installation)
    assert done(changed).splitlines() == [
        'criteria.roles: {"any": ["backend-engineer"], "none": ["nurse"], "accept_unknown": false} -> '
        '{"any": ["backend-engineer"], "none": ["nurse"], "neighbours": true, "accept_unknown": false}'
    ]


def test_a_search_says_whether_mentions_count(installation: Path, tmp_path: Path) -> None:
    lax = ("ada@example.com", criteria(tmp_path, "Go"), "--mentions")
    search = done(run("search", "add", *lax, "--now", MORNING, "-c", installation)).strip()
    changed = run("search", "edit", search, "--no-mentions", "--now", MORNING, "-c", installation)
    assert done(changed).splitlines() == ['criteria.skills: {"any": ["Go"], "mentions": true} -> {"any": ["Go"]}']


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ((), "the search asks for nothing: give a file of criteria"),
        (("--role", "bakend enginer"), "did you mean Backend Engineer"),
        (("--role", "construction"), "may be Construction Manager or Construction Worker"),
        (("--not-role", "nurse"), "the search only excludes"),
    ],
)
def test_a_role_that_cannot_be_searched_for_is_refused_in_one_sentence(
    installation: Path, named: tuple[str, ...], said: str
) -> None:
    refused = run("search", "add", "ada@example.com", *named, "--now", MORNING, "-c", installation)
    assert refused.code == 2
    assert said in refused.err

"""`jobchime preview` and `subscriber feedback`: what the next digest would be, why, and what is said changes of it."""

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from schemas.posting import Company, Condition, Reach, Skill, Spoken
from services.cli.commands.status import page
from services.notifier.domain.ids import Ids
from services.notifier.domain.links import token
from services.notifier.settings import NotifierSettings
from services.overview.stream.model import Overview
from services.rules.languages.speaking import Unspoken
from services.runtime.figures.stream import read_figures
from services.wording.catalogues import english
from services.wording.speaking import unspoken_in_words
from tests.support.command_line import Ran, run
from tests.support.notifying import NOW, PYTHON, NotifierStore, arrival, posting, sqlite_store
from tests.support.simulated_days import Days

SECRET = "0123456789abcdef0123456789abcdef"
PAY = {"amount": 50_000, "currency": "EUR"}
AT = (NOW + timedelta(hours=5)).isoformat()
JOBS = {
    "robots": posting("robots", roles=("data-engineer",), title="Robotics engineer", company=Company(name="Acme")),
    "billing": posting(
        "billing", title="Billing engineer", roles=("data-engineer",), company=Company(name="Dull GmbH")
    ),
    "passing": posting("passing", title="Office manager", roles=("data-engineer",), skills=(Skill(name="Python"),)),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    made = NotifierStore(sqlite_store(tmp_path / "jobchime-data").engine, Ids(SECRET.encode()))
    (tmp_path / "jobchime.toml").write_text(
        f'data = "jobchime-data"\nsecret = "{SECRET}"\n[notifier.curate]\nleast_chance = 0.0\nleast_mail_chance = 0.0\n'
    )
    search = made.search(made.person(), "Snakes", PYTHON, hour=8)
    arrivals = [arrival(number, job, [search.key]) for number, job in enumerate(JOBS.values())]
    made.matches.store(0, arrivals, NOW)
    yield made
    made.engine.dispose()


class Command:
    def __init__(self, config: Path) -> None:
        self.config = config

    def __call__(self, *words: str) -> Ran:
        return run(*words, "-c", self.config, "--now", AT)

    def feedback(self, *words: str) -> Ran:
        return self("subscriber", "feedback", "ada@example.com", *words)

    def titles(self) -> list[str]:
        return list(self.chances())

    def chances(self) -> dict[str, float]:
        items = json.loads(self("preview", "ada@example.com", "--json").out)["items"]
        return {item["title"]: item["chance"]["value"] for item in items}


@pytest.fixture
def jobchime(tmp_path: Path, store: NotifierStore) -> Command:
    return Command(tmp_path / "jobchime.toml")


def test_a_preview_says_why_each_job_is_where_it_is(jobchime: Command) -> None:
    lines = jobchime("preview", "ada@example.com").out.splitlines()
    assert lines[0].startswith("1.  ")
    assert "found by “Snakes”" in lines[0]
    assert lines[1].strip() == "fit 50 of 50: Python is core to it"
    assert any("names Python only in passing" in line for line in lines)
    assert jobchime.titles()[-1] == "Office manager"


def test_a_preview_of_an_address_that_gets_no_mail_says_so_first(jobchime: Command) -> None:
    jobchime("suppression", "add", "ada@example.com", "--why", "asked by phone")
    ran = jobchime("preview", "ada@example.com")
    first = ran.out.splitlines()[0]
    assert first.startswith("Note: no mail goes to this address: asked by phone. `jobchime suppression lift`")
    assert "Robotics engineer" in ran.out, "what it would hold is shown all the same"
    assert json.loads(jobchime("preview", "ada@example.com", "--json").out)["suppressed"] == "asked by phone"


def test_a_preview_says_which_languages_a_job_needs_and_leaves_out_those_that_are_not_spoken(
    jobchime: Command, store: NotifierStore
) -> None:
    danish = posting("danish", title="Danish engineer", languages=(Spoken(any=("da",), level="fluent"),))
    [search] = store.searches.all()
    store.matches.store(0, [arrival(len(JOBS), danish, [search.key])], NOW)
    assert "needs Danish (fluent)" in jobchime("preview", "ada@example.com").out
    assert "needs Danish (fluent)" in jobchime("explain", search.search_id, danish.posting_id).out
    assert "speaks: nothing -> en" in jobchime("subscriber", "edit", "ada@example.com", "--speaks", "English").out
    preview = jobchime("preview", "ada@example.com", "--dropped").out
    missing = unspoken_in_words(Unspoken("needed", ("da",), "fluent"), english())
    assert f"{danish.posting_id}  {missing}" in preview
    assert "Danish engineer" not in preview
    why = jobchime("explain", search.search_id, danish.posting_id).out
    assert f"left out of every mail: {missing}" in why
    as_json = json.loads(jobchime("explain", search.search_id, danish.posting_id, "--json").out)
    assert as_json["languages"] == {"needs": "needs Danish (fluent)", "unspoken": missing}
    shown = json.loads(run("subscriber", "show", "ada@example.com", "-c", jobchime.config).out)
    assert shown["subscriber"]["speaks"] == ["en"]
    assert "speaks: en -> nothing" in jobchime("subscriber", "edit", "ada@example.com", "--speaks", "").out
    assert "Danish engineer" in jobchime("preview", "ada@example.com").out
    assert "home: nothing -> Munich, DE" in jobchime("subscriber", "edit", "ada@example.com", "--home", "München").out
    assert "years: nothing -> 0" in jobchime("subscriber", "edit", "ada@example.com", "--years", "0").out
    assert "years: 0 -> nothing" in jobchime("subscriber", "edit", "ada@example.com", "--years", "").out
    edited = "subscriber", "edit", "ada@example.com", "--worked-as"
    assert "worked_as: nothing -> nurse, paralegal" in jobchime(*edited, "Paralegal", "--worked-as", "nurse").out
    assert "worked_as: nurse, paralegal -> nothing" in jobchime(*edited, "").out
    assert "knows: nothing -> payroll, Java" in jobchime(*edited[:3], "--knows", "payroll", "--knows", "Java").out
    assert "avoids: nothing -> cold calling" in jobchime(*edited[:3], "--avoids", "cold calling").out
    said = json.loads(run("subscriber", "show", "ada@example.com", "-c", jobchime.config).out)["subscriber"]
    assert (said["knows"], said["avoids"]) == (["payroll", "Java"], ["cold calling"])
    assert "knows: payroll, Java -> nothing" in jobchime(*edited[:3], "--knows", "", "--avoids", "").out
    assert "selectivity: usual -> all" in jobchime(*edited[:3], "--selectivity", "all").out
    assert "below 0% no near miss (notifier.curate, of which they want all)." in (
        jobchime("preview", "ada@example.com").out
    )
    wrong = jobchime("subscriber", "edit", "ada@example.com", "--speaks", "Danisch")
    assert (wrong.code, "did you mean Danish?" in wrong.err) == (2, True)


def test_explain_and_preview_say_what_a_job_sets_as_a_condition(jobchime: Command, store: NotifierStore) -> None:
    licensed = posting("licensed", title="Python nurse", conditions=(Condition(kind="licence", places=("US-TX",)),))
    [search] = store.searches.all()
    store.matches.store(0, [arrival(len(JOBS), licensed, [search.key])], NOW)
    assert "needs a licence of Texas" in jobchime("preview", "ada@example.com").out
    explained = jobchime("explain", search.search_id, licensed.posting_id).out
    assert "needs a licence of Texas" in explained
    assert "its condition: licence US-TX" in explained
    as_json = json.loads(jobchime("explain", search.search_id, licensed.posting_id, "--json").out)
    assert as_json["conditions"] == [{"kind": "licence", "places": ["US-TX"], "towns": []}]
    assert {"condition"} <= {doubt["fact"] for doubt in as_json["chance"]["against"]}


def test_explain_says_which_years_a_job_asks_for_beside_ones_own(jobchime: Command, store: NotifierStore) -> None:
    seasoned = posting("seasoned", description_text="You have at least 9 years of experience with Python.")
    [search] = store.searches.all()
    store.matches.store(0, [arrival(len(JOBS), seasoned, [search.key])], NOW)
    assert jobchime("subscriber", "edit", "ada@example.com", "--years", "2").code == 0
    explained = "explain", search.search_id, seasoned.posting_id
    assert "it asks for 9 years, of which they have 2" in jobchime(*explained).out
    against = json.loads(jobchime(*explained, "--json").out)["chance"]["against"]
    [asked] = [doubt for doubt in against if doubt["fact"] == "experience"]
    assert (asked["of"], asked["own"]) == (9, 2)


def test_explain_says_what_somebody_has_worked_as_beside_a_job_far_from_it(
    jobchime: Command, store: NotifierStore
) -> None:
    engineering = posting("engineering", title="Python platform engineer", roles=("platform-engineer",))
    [search] = store.searches.all()
    store.matches.store(0, [arrival(len(JOBS), engineering, [search.key])], NOW)
    assert jobchime("subscriber", "edit", "ada@example.com", "--worked-as", "paralegal").code == 0
    said = jobchime("explain", search.search_id, engineering.posting_id).out
    assert "another role: platform engineer; they have worked as paralegal" in " ".join(said.split()).lower()


def test_who_had_the_instant_mails_of_a_day_is_told_until_when_the_next_waits(tmp_path: Path) -> None:
    folder, settings = tmp_path / "jobchime-data", NotifierSettings(most_instant=1)
    (tmp_path / "jobchime.toml").write_text(
        f'data = "jobchime-data"\nsecret = "{SECRET}"\n[notifier]\nmost_instant = 1\n'
    )
    days = Days(NotifierStore(sqlite_store(folder).engine, Ids(SECRET.encode())), tmp_path / "mails", settings=settings)
    days.store.search(days.store.person(), "Snakes", PYTHON, cadence="instant")
    jobchime = Command(tmp_path / "jobchime.toml")
    now = NOW + timedelta(hours=4)
    assert jobchime("preview", "ada@example.com").out.startswith("No mail")
    assert read_figures(days.store.engine, now, ()).instant_capped == 0
    for name in ("robots", "billing"):
        days.publish(JOBS[name], now)
        days.live(now)
    assert len(days.files()) == 1
    lines = jobchime("preview", "ada@example.com").out.splitlines()
    assert lines[0] == "Instant mails: the 1 of today are out; what comes waits until 2026-07-02 00:00 UTC."
    assert "Billing engineer" in lines[2]
    assert json.loads(jobchime("preview", "ada@example.com", "--json").out)["instant_waits_until"][:10] == "2026-07-02"
    assert read_figures(days.store.engine, now, ()).instant_capped == 1
    shown = Console(width=200, record=True, file=io.StringIO())
    shown.print(page(Overview(now, "embedded", (), read_figures(days.store.engine, now, ()))))
    assert re.search("instant mails of the day out *1, more tomorrow", shown.export_text())
    # The next day they are as before.
    assert read_figures(days.store.engine, now + timedelta(days=1), ()).instant_capped == 0
    days.store.engine.dispose()


def test_what_is_said_moves_hides_and_can_be_taken_back(jobchime: Command) -> None:
    first, second, third = before = jobchime.chances()
    by_title = {job.title: job.posting_id for job in JOBS.values()}
    assert (
        jobchime.feedback("more-like", by_title[second]).out == f"Kept: more like “{second}” at {_company(second)}.\n"
    )
    after = jobchime.chances()
    assert all(after[title] > before[title] for title in (first, second, third)), "all have Python and a place"
    assert after[second] - before[second] > after[first] - before[first]
    assert jobchime.feedback("not-relevant", by_title[second]).code == 0
    assert jobchime.titles() == [first, third]
    assert jobchime.feedback("not-relevant", by_title[second], "--undo").out == "Taken back.\n"
    assert jobchime.titles() == [first, second, third]
    assert jobchime.feedback("hide-company", "DULL").code == 0
    assert "Billing engineer" not in jobchime.titles()
    left_out = jobchime("preview", "ada@example.com", "--dropped").out
    assert "its company is hidden by the subscriber" in left_out
    [listed] = [json.loads(line) for line in jobchime.feedback("--json").out.splitlines()]
    assert (listed["kind"], listed["value"]) == ("hidden_company", "dull")


def test_explain_weighs_a_job_as_the_preview_does_by_what_the_owner_of_the_search_said(
    jobchime: Command, store: NotifierStore
) -> None:
    [search] = store.searches.all()
    assert jobchime.feedback("more-like", JOBS["robots"].posting_id).code == 0
    items = json.loads(jobchime("preview", "ada@example.com", "--json").out)["items"]
    assert len(items) == len(JOBS)
    for item in items:
        explained = json.loads(jobchime("explain", search.search_id, item["posting_id"], "--json").out)
        assert explained["score"] == {"total": item["score"], "at": AT, "parts": item["parts"]}
        assert explained["chance"]["value"] == item["chance"]["value"]
        assert explained["chance"]["answered"] == item["chance"]["answered"]
    words = jobchime("explain", search.search_id, JOBS["robots"].posting_id).out.splitlines()
    assert f"score {items[0]['score']:.1f} on {AT[:10]}:" in words
    assert "  fit 50 of 50: Python is core to it" in words
    assert any("more since more like “Robotics engineer” at Acme was asked for on" in line for line in words)


def test_explain_weighs_no_job_that_does_not_fit(jobchime: Command, store: NotifierStore) -> None:
    store.matches.store(0, [arrival(9, posting("cook", title="Cook", skills=()), [1])], NOW)
    [search] = store.searches.all()
    explained = json.loads(jobchime("explain", search.search_id, posting("cook").posting_id, "--json").out)
    assert (explained["verdict"], explained["score"]) == ("reject", None)
    assert "score" not in jobchime("explain", search.search_id, posting("cook").posting_id).out


def _company(title: str) -> str:
    return next(job.company.name for job in JOBS.values() if job.title == title)


def test_a_feedback_link_is_followed_for_whom_it_was_made(jobchime: Command, store: NotifierStore) -> None:
    [ada] = store.subscribers.all()
    signed = token(SECRET.encode(), "irrelevant", ada.subscriber_id, JOBS["robots"].posting_id)
    assert jobchime("subscriber", "follow", f"https://jobs.example.com/n/{signed}").code == 0
    assert "Robotics engineer" not in jobchime.titles()


def found(jobchime: Command, file: Path, *options: str) -> dict[str, Any]:
    preview: dict[str, Any] = json.loads(
        jobchime("preview", "ada@example.com", "--search", str(file), "--json", *options).out
    )
    return preview


def test_a_search_that_nobody_saved_is_previewed_over_all_that_is_held(
    jobchime: Command, store: NotifierStore, tmp_path: Path
) -> None:
    gardens = [
        posting("stock", title="Gardener", skills=(), backlog=True),
        posting("old", title="Gardener of old", skills=(), posted_at=NOW - timedelta(days=20)),
        posting("gone", title="Gardener no more", skills=(), status="closed"),
    ]
    store.matches.store(0, [arrival(7 + at, job) for at, job in enumerate(gardens)], NOW)
    asked = tmp_path / "gardens.json"
    asked.write_text(json.dumps({"text": "gardener"}))
    page = jobchime("preview", "ada@example.com", "--search", str(asked)).out.splitlines()
    assert page[:2] == ["Of the postings of the last 30 days 2 fit, and 0 nearly.", ""]
    assert page[2].startswith("1.  ")
    assert "found by “gardens”" in page[2]
    preview = found(jobchime, asked)
    assert preview["found"] == {"days": 30, "fit": 2, "nearly": 0, "more": False}
    assert [item["title"] for item in preview["items"]] == ["Gardener", "Gardener of old"]
    assert found(jobchime, asked, "--days", "7")["found"]["fit"] == 1
    assert jobchime.titles() == [JOBS[name].title for name in ("robots", "billing", "passing")], (
        "the digest is as it was"
    )


def test_a_preview_of_a_search_counts_near_misses_and_says_where_it_stopped(
    jobchime: Command, store: NotifierStore, tmp_path: Path
) -> None:
    asked, config = tmp_path / "paid.json", tmp_path / "jobchime.toml"
    asked.write_text(json.dumps({"text": "engineer", "salary_floor": PAY, "accept_undisclosed": False}))
    assert found(jobchime, asked)["found"]["nearly"] == 2
    with config.open("a") as more:
        more.write("[matcher]\nbackwards_most = 1\n")
    assert found(jobchime, asked)["found"] == {"days": 30, "fit": 0, "nearly": 1, "more": True}
    page = jobchime("preview", "ada@example.com", "--search", str(asked)).out.splitlines()
    assert page[0] == "Of the postings of the last 30 days at least 0 fit, and at least 1 nearly."
    assert page[2].startswith("No mail: ")


def test_a_preview_of_a_search_is_for_its_reader_and_knows_saved_searches_by_id(
    jobchime: Command, store: NotifierStore
) -> None:
    [saved] = store.searches.all()
    assert jobchime.feedback("hide-company", "DULL").code == 0
    preview = json.loads(jobchime("preview", "ada@example.com", "--search", saved.search_id, "--json").out)
    assert preview["found"]["fit"] == len(JOBS)
    assert "Billing engineer" not in [item["title"] for item in preview["items"]]
    assert {item["searches"][0] for item in preview["items"]} == {"Snakes"}


def test_a_preview_of_a_search_ranks_by_the_places_that_it_prefers(
    jobchime: Command, store: NotifierStore, tmp_path: Path
) -> None:
    gardens = [
        posting(name, title=f"Gardener in {name}", skills=(), reach=Reach(scope="listed", countries=(name,)))
        for name in ("DE", "PT", "FR")
    ]
    store.matches.store(0, [arrival(7 + at, job) for at, job in enumerate(gardens)], NOW)
    asked = tmp_path / "gardens.json"
    for first in ("PT", "FR"):
        asked.write_text(json.dumps({"criteria": {"text": "gardener"}, "preferred_places": [first]}))
        assert found(jobchime, asked)["items"][0]["title"] == f"Gardener in {first}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--days", "7"), "--days needs --search"),
        (("--search", "nope"), "nope"),
        (("--search", "{file}", "--days", "31"), "for 30 days: ask for no more"),
    ],
)
def test_a_preview_that_cannot_be_made_is_one_sentence(
    jobchime: Command, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    asked = tmp_path / "asked.json"
    asked.write_text(json.dumps({"text": "gardener"}))
    ran = jobchime("preview", "ada@example.com", *(word.format(file=asked) for word in words))
    assert (ran.code, said in ran.err, len(ran.err.splitlines())) == (2, True, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("feedback", "ada@example.com", "more-like"), "name the posting"),
        (("feedback", "ada@example.com", "more-like", "nope"), "no posting nope"),
        (("feedback", "ada@example.com", "hide-company", "Acme", "--undo"), "never said that"),
        (("feedback", "bob@example.com"), "Nobody is subscribed"),
        (("follow", "https://jobs.example.com/n/x"), "no feedback link"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(jobchime: Command, words: tuple[str, ...], said: str) -> None:
    ran = jobchime("subscriber", *words)
    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1

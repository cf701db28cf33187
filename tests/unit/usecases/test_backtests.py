"""A backtest told in jobs, and as a page."""

import io
from datetime import timedelta

from rich.console import Console

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Cluster, Company, PostingCore, Reach, Skill
from services.cli.commands.backtesting import backtest_page
from services.matcher.backtest import Past, backtest
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import score
from services.usecases.backtests import Report, report_json, report_of
from tests.support.judging import FETCHED, a_posting, floor, paying

DAY = timedelta(days=1)
GO = (Skill(name="Go", core=True),)
ASKED = Criteria(skills=SkillTerms(any=("Go",)), seniority=("senior",), salary_floor=floor(80_000))


def _job(name: str, cluster: str = "", **fields: object) -> PostingCore:
    given = {"title": f"{name} engineer", "skills": GO, "seniority": "senior", "company": Company(name=f"{name} Ltd")}
    return a_posting(posting_id=name, cluster=Cluster(key=cluster or f"{name}|{name}|x"), **(given | fields))


def _report(
    *postings: PostingCore, asked: Criteria = ASKED, days: int = 30, preferred_places: tuple[str, ...] = ()
) -> Report:
    past = (Past(posting, posting.seen_at) for posting in postings)
    return report_of(backtest(asked, past), FETCHED - days * DAY, FETCHED, preferred_places)


def _page(report: Report, most: int = 5) -> str:
    out = io.StringIO()
    Console(width=80, file=out).print(backtest_page(report, most))
    return out.getvalue()


def test_copies_of_a_job_count_once_and_on_the_day_of_the_first() -> None:
    copies = [_job(f"c{n}", "acme|go engineer|de", title="Go engineer", posted_at=FETCHED - n * DAY) for n in (1, 4)]
    report = _report(*copies, _job("other", posted_at=FETCHED - 2 * DAY))
    assert [(match.copies, (FETCHED - match.seen_at).days) for match in report.matches if match.copies > 1] == [(2, 4)]
    assert len(report.matches) == 2
    counted = dict(report.by_day)
    assert counted[(FETCHED - 4 * DAY).date()] == counted[(FETCHED - 2 * DAY).date()] == 1
    assert sum(counted.values()) == 2


def test_every_day_is_there_and_no_job_is_outside() -> None:
    report = _report(_job("at the end"), _job("at the start", posted_at=FETCHED - 30 * DAY + timedelta(seconds=1)))
    assert len(report.by_day) == 31, "parts of the first and the last day"
    assert [count for _, count in report.by_day if count] == [1, 1]
    assert len(_report(_job("at the end")).by_day) == 30


def test_what_a_criterion_costs_is_told_in_jobs_that_are_not_found_already() -> None:
    shared = "acme|go engineer|de"
    report = _report(
        _job("found", shared, title="Go engineer"),
        _job("its copy", shared, title="Go engineer", seniority="mid"),
        _job("another", seniority="mid"),
        _job("and its copy", "another|another|x", title="another engineer", seniority="junior"),
    )
    cost = next(cost for cost in report.costs if cost.without.relaxation.criterion == "seniority")
    assert (cost.without.jobs, cost.without.postings) == (1, 3)
    assert [(step.relaxation.value, step.jobs) for step in cost.steps] == [("mid", 1), ("junior", 1)]


def test_age_does_not_decide_which_is_best() -> None:
    good = paying({"EUR": 120_000}).salary
    report = _report(_job("good", salary=good, posted_at=FETCHED - 25 * DAY), _job("plain", posted_at=FETCHED - DAY))
    assert [match.tried.posting.posting_id for match in report.matches] == ["good", "plain"]


def test_a_job_in_a_preferred_place_comes_first_and_weighs_what_a_digest_would_make_of_it() -> None:
    jobs = [_job(f"{place} job", reach=Reach(scope="listed", countries=(place,))) for place in ("DE", "PT")]
    asked = ASKED.model_copy(update={"places": ("DE", "PT")})

    def order(*preferred_places: str) -> list[str]:
        report = _report(*jobs, asked=asked, preferred_places=preferred_places)
        for match in report.matches:
            judged = JudgedPosting(asked, PostingFeatures(match.tried.posting))
            assert match.score == score(judged, match.tried.posting.seen_at, preferred_places).total
        return [match.tried.posting.posting_id for match in report.matches]

    assert order() == order("DE") == ["DE job", "PT job"]
    assert order("PT") == ["PT job", "DE job"]
    report = _report(*jobs, asked=asked, preferred_places=("PT",))
    assert "names PT, which is preferred" in " ".join(_page(report).split())
    assert [job["parts"]["preferred"] for job in report_json(report, 5)["best_matches"]] == [7, 0]


def test_the_page_says_how_many_when_why_what_was_missed_and_at_which_cost() -> None:
    report = _report(
        _job("Alpha", salary=paying({"EUR": 100_000}).salary, posted_at=FETCHED - 3 * DAY),
        _job("Beta", status="closed", posted_at=FETCHED - 3 * DAY),
        _job("Gamma", salary=paying({"EUR": 76_000}).salary),
        _job("Delta", seniority="lead"),
    )
    drawn = _page(report)
    page = " ".join(drawn.split())
    assert "Of 4 postings of the 30 days up to 10 August 2026 12:00 UTC." in page
    assert "2 jobs would have matched, and 1 nearly: about 2 a month, on 1 of 30 days." in page
    assert "Alpha engineer, Alpha Ltd" in page
    assert "pays up to €100,000 a year, 25% above your minimum" in page
    assert "Beta engineer, Beta Ltd (closed since)" in page
    assert "5% below your minimum of €80,000 a year" in page
    assert "is at lead level, 1 step above; you ask for senior" in page
    assert "floor of €72,000 a year (10% lower)" in page
    assert max(map(len, drawn.splitlines())) <= 80


def test_of_what_fails_one_criterion_no_criterion_crowds_out_the_others() -> None:
    """Of close ones many fail by pay and one by its level, which is farther off."""
    cheap = [_job(f"cheap {n}", salary=paying({"EUR": 60_000 - n}).salary) for n in range(4)]
    report = _report(*cheap, _job("junior", seniority="junior"))
    every = [job.fault.criterion for job in report.close if job.fault]
    assert every == ["salary"] * 4 + ["seniority"]
    assert [job.fault.criterion for job in report.closest(3) if job.fault] == [
        "salary",
        "salary",
        "seniority",
    ]
    assert [job["posting_id"] for job in report_json(report, 3)["closest"]] == ["cheap 0", "cheap 1", "junior"]
    page = " ".join(_page(report, 3).split())
    assert "junior engineer" in page
    assert "cheap 2" not in page
    assert len(report.closest(9)) == len(report.close) == 5


def test_the_page_of_nothing_says_so() -> None:
    page = _page(_report(_job("junior", seniority="junior")))
    assert "0 jobs would have matched, and 0 nearly." in page
    assert "1 more" in page
    assert _page(_report()).startswith("Of 0 postings")


def test_a_feeds_text_does_not_steer_the_terminal() -> None:
    page = _page(_report(_job("bad", title="Bad\x1b[2Jtitle", company=Company(name="A\x07cme"))))
    assert "Bad [2Jtitle, A cme" in page
    assert not {"\x1b", "\x07"} & set(page)


def test_the_json_names_no_more_jobs_than_asked_for_and_counts_all() -> None:
    report = _report(*(_job(f"job {n}") for n in range(7)))
    found = report_json(report, 3)
    assert len(found["best_matches"]) == 3
    assert found["matches"] == {"jobs": 7, "postings": 7}
    assert sum(found["by_day"].values()) == 7
    assert set(found["best_matches"][0]["parts"]) >= {"fit", "pay", "fresh"}

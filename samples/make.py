"""Writes samples/feeds anew: `python -m samples.make`."""

from collections.abc import Callable
from pathlib import Path

from samples import boards_company, boards_further, boards_plain, boards_wide
from samples.compose import Job, all_jobs, with_pay

FEEDS = Path(__file__).parent / "feeds"
_REMOTE_ONLY = ("himalayas", "himalayas-rss", "weworkremotely", "remoteok", "remotive", "jobicy")
_BOARDS: dict[str, tuple[str, Callable[[list[Job]], str]]] = {
    "arbeitnow": ("arbeitnow.json", boards_wide.arbeitnow),
    "ashby-rookery": ("ashby-rookery.json", lambda jobs: boards_company.ashby(jobs, "rookery")),
    "ashby-saltmarsh": ("ashby-saltmarsh.json", lambda jobs: boards_company.ashby(jobs, "saltmarsh")),
    "board-rss": ("board.rss", boards_plain.rss),
    "careers": ("careers.html", boards_company.json_ld),
    "greenhouse-amberlock": ("greenhouse-amberlock.json", lambda jobs: boards_company.greenhouse(jobs, "amberlock")),
    "greenhouse-oakhurst": ("greenhouse-oakhurst.json", lambda jobs: boards_company.greenhouse(jobs, "oakhurst")),
    "hackernews": ("hackernews.json", boards_further.hackernews),
    "himalayas": ("himalayas.json", boards_wide.himalayas),
    "himalayas-rss": ("himalayas-feed.rss", boards_wide.himalayas_rss),
    "jobicy": ("jobicy.json", boards_wide.jobicy),
    "jobs-atom": ("jobs.atom", boards_plain.atom),
    "jobs-feed": ("jobs.feed.json", boards_plain.json_feed),
    "lever-mossgate": ("lever-mossgate.json", lambda jobs: boards_company.lever(jobs, "mossgate")),
    "page": ("page.html", lambda jobs: boards_further.page(jobs[0])),
    "posting-lines": ("posting-lines.jsonl", boards_plain.posting_lines),
    "recruitee-elmsworth": ("recruitee-elmsworth.json", lambda jobs: boards_company.recruitee(jobs, "elmsworth")),
    "remoteok": ("remoteok.json", boards_wide.remoteok),
    "remotive": ("remotive.json", boards_wide.remotive),
    "smartrecruiters-job": ("smartrecruiters-job.json", lambda jobs: boards_company.smartrecruiters_job(jobs[0])),
    "themuse": ("themuse.json", boards_further.themuse),
    "weworkremotely": ("weworkremotely.rss", boards_wide.weworkremotely),
    "workable-bilby": ("workable-bilby.json", lambda jobs: boards_company.workable(jobs, "Bilby Books")),
}
"""By the name that openings call it: the file, and who writes it."""


def feeds() -> dict[str, str]:
    """Each feed's file name and text."""
    shelves: dict[str, list[Job]] = {board: [] for board in _BOARDS}
    for job in all_jobs():
        if job.board in _REMOTE_ONLY and job.workplace != "remote":
            raise ValueError(f"{job.board} lists no {job.workplace} jobs such as {job.title} at {job.firm.name}")
        shelves[job.board].append(job)
    written = {file: write(shelves[board]) for board, (file, write) in _BOARDS.items()}
    # Two days later Oakhurst says what a job pays, and another one is filled.
    later = [_changed(job) for job in shelves["greenhouse-oakhurst"] if job.title != "Accountant, Month End"]
    written["greenhouse-oakhurst@2026-11-19T06.json"] = boards_company.greenhouse(later, "oakhurst")
    return written


def _changed(job: Job) -> Job:
    if job.title != "Senior Backend Engineer, Java" or job.pay:
        return job
    return with_pay(job, "152-172k CAD")


def main() -> None:
    """Write the files, and take away what is written no more."""
    FEEDS.mkdir(exist_ok=True)
    written = feeds()
    for old in FEEDS.iterdir():
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FEEDS / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

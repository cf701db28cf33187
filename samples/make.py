"""Writes samples/feeds and samples/further anew: `python -m samples.make`."""

from pathlib import Path

from samples import boards_company, boards_further, boards_plain, boards_wide
from samples.compose import Job, agency_copy, english_jobs, local_jobs

FEEDS = Path(__file__).parent / "feeds"
FURTHER = Path(__file__).parent / "further"
_SEED = 20261120


def feeds() -> dict[str, str]:
    """Each feed's file name and text."""
    english = english_jobs(_SEED, 330)
    local = local_jobs(_SEED, 1_000)
    remote = [job for job in english if job.workplace == "remote"]
    rest = [job for job in english if job.workplace != "remote"]
    # Boards of remote jobs take remote ones; companies' own boards take what is left and the hybrid and on-site ones.
    taken = iter(remote)

    def take(count: int) -> list[Job]:
        return [next(taken) for _ in range(count)]

    himalayas, himalayas_rss, wwr = take(55), take(22), take(35)
    copies = [agency_copy(job, 2_000 + n) for n, job in enumerate(himalayas[:6])]
    remoteok, push, feed, rss = take(35) + copies, take(16), take(13), take(12)
    left = sorted([*taken, *rest], key=lambda job: job.number)
    shares = [left[n::7] for n in range(7)]
    return {
        "himalayas.json": boards_wide.himalayas(himalayas),
        "himalayas.rss": boards_wide.himalayas_rss(himalayas_rss),
        "weworkremotely.rss": boards_wide.weworkremotely(wwr),
        "remoteok.json": boards_wide.remoteok(remoteok),
        "posting-lines.jsonl": boards_plain.posting_lines([*push, *local]),
        "board.rss": boards_plain.rss(rss),
        "greenhouse-amberlock.json": boards_company.greenhouse(shares[0], "amberlock"),
        "greenhouse-oakhurst.json": boards_company.greenhouse(shares[1], "oakhurst"),
        "lever-mossgate.json": boards_company.lever(shares[2], "mossgate"),
        "ashby-rookery.json": boards_company.ashby(shares[3], "rookery"),
        "ashby-saltmarsh.json": boards_company.ashby(shares[4], "saltmarsh"),
        "careers.html": boards_company.json_ld(shares[5]),
        "jobs.atom": boards_plain.atom(shares[6]),
        "jobs.feed.json": boards_plain.json_feed(feed),
    }


def further() -> dict[str, str]:
    """Feeds that the demo does not read by itself: `jobchime demo --feeds samples/further`."""
    jobs = english_jobs(_SEED + 1, 122)
    return {
        "hackernews.json": boards_further.hackernews(jobs[:80]),
        "themuse.json": boards_further.themuse(jobs[80:120]),
        "jobicy-job.json": boards_further.jobicy_job(jobs[120]),
        "page.html": boards_further.page(jobs[121]),
    }


def main() -> None:
    """Write the files."""
    for folder, written in ((FEEDS, feeds()), (FURTHER, further())):
        folder.mkdir(exist_ok=True)
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

"""Feeds whose postings are comments, or come from pages that write their markup oddly."""

import json
from html import escape
from typing import Final

from samples.compose import Job
from samples.writing import Json, as_json, epoch

_STORY: Final = 47_990_001
_FORMS: Final = {"full_time": "Full-time", "contract": "Contract", "part_time": "Part-time", "temporary": "Temporary"}
_LEVELS: Final = {"Junior": "Entry Level", "Senior": "Senior Level", "Lead": "Senior Level", "Staff": "Senior Level"}


def hackernews(jobs: list[Job]) -> str:
    """First lines in several customs, and what is no posting: an answer, a question, somebody who seeks work."""
    hits = [_hit(_comment(job, index), job, index) for index, job in enumerate(jobs)]
    asides = ("Do you take people from elsewhere?", "SEEKING WORK | Lisbon | Remote<p>I mill and I bake.")
    hits += [_hit(text, jobs[-1], len(jobs) + n) for n, text in enumerate(asides)]
    answer = _hit("Is the role still open?", jobs[0], len(jobs) + len(asides))
    hits.append({**answer, "parent_id": int(hits[0]["objectID"])})
    return as_json({"hits": hits, "nbHits": len(hits), "nbPages": 1, "page": 0, "hitsPerPage": 1000})


def themuse(jobs: list[Job]) -> str:
    """Towns and `Flexible / Remote` in one list, levels by words of the board's own, no pay."""
    rows: list[Json] = []
    for job in jobs:
        slug = "-".join(job.firm.name.lower().split())
        town = ", ".join((job.market.city, job.market.country)) if job.workplace != "remote" else job.market.country
        places = [town] if job.workplace != "remote" else ["Flexible / Remote", town]
        rows.append(
            {
                "contents": job.html,
                "name": job.title,
                "type": "external",
                "publication_date": job.posted.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "short_name": job.slug,
                "model_type": "jobs",
                "id": 14_000_000 + job.number,
                "locations": [{"name": place} for place in places],
                "categories": [{"name": "Everything"}],
                "levels": [{"name": _LEVELS.get(job.level, "Mid Level"), "short_name": "mid"}],
                "tags": [],
                "refs": {"landing_page": f"https://www.themuse.com/jobs/{slug}/{job.slug}"},
                "company": {"id": job.number, "short_name": slug, "name": job.firm.name},
            }
        )
    return as_json({"page": 0, "page_count": 1, "items_per_page": 20, "total": len(rows), "results": rows})


def page(job: Job) -> str:
    """A job's page that writes the type of its script with a character reference, and an earlier one in a comment."""
    posting = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": job.title,
        "description": job.html,
        "datePosted": job.posted.date().isoformat(),
        "hiringOrganization": {"@type": "Organization", "name": job.firm.name},
        "jobLocation": {"@type": "Place", "address": {"addressCountry": job.market.country}},
    }
    old = json.dumps({**posting, "title": "An old opening"}, ensure_ascii=False)
    return (
        f'<!doctype html>\n<html lang="en"><head><title>{escape(job.title)}</title>\n'
        f'<link rel="canonical" href="https://jobs.example.com/{job.slug}?a=1&amp;b=2">\n'
        f'<!-- <script type="application/ld+json">{old}</script> -->\n'
        f'<script type="application/ld&#x2B;json">{json.dumps(posting, ensure_ascii=False)}</script>\n'
        f"</head><body><h1>{escape(job.title)}</h1></body></html>\n"
    )


def _comment(job: Job, index: int) -> str:
    form = _FORMS[job.employment]
    where = f"REMOTE ({job.wide or job.market.country})" if job.workplace == "remote" else job.market.place
    how = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "ONSITE"}[job.workplace]
    thousands = job.yearly and f"{job.yearly.low // 1000}k-{job.yearly.high // 1000}k {job.yearly.currency}"
    pay = [thousands] if thousands else []
    link = f"https://jobs.example.com/{job.slug}"
    orders = (
        [job.firm.name, job.title, where, form, *pay],
        [f"{job.firm.name} ({link})", where, how, form, job.title],
        [job.firm.name, link, how, where, job.title, *pay, form],
        [job.title, job.firm.name, where, how],
    )
    lines = [" | ".join(dict.fromkeys(orders[index % 4]))]
    if index % 9 == 8:
        lines = [f"{job.firm.name} | {where} | {form}", f"- {job.title}"]
    text = job.html.replace("</p>", "").replace("<h3>", "<p>").replace("</h3>", "")
    text = text.replace("<ul>", "").replace("</ul>", "").replace("<li>", "<p>- ").replace("</li>", "")
    return "<p>".join([*(escape(line).replace("/", "&#x2F;") for line in lines), text.removeprefix("<p>")])


def _hit(text: str, job: Job, index: int) -> Json:
    name = f"sample_{index}"
    return {
        "_tags": ["comment", f"author_{name}", f"story_{_STORY}"],
        "author": name,
        "comment_text": text,
        "created_at": job.posted.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_i": epoch(job.posted),
        "objectID": str(47_990_100 + index),
        "parent_id": _STORY,
        "story_id": _STORY,
        "story_title": "Ask HN: Who is hiring? (November 2026)",
    }

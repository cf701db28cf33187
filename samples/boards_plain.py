"""Formats that any board may serve: RSS, Atom, JSON Feed and our own posting lines."""

import json
from email.utils import format_datetime
from html import escape

from samples.compose import Job
from samples.writing import Json, as_json


def _placed(job: Job) -> str:
    """The text with the place at its top, as boards write it whose format has no field for it."""
    how = {"remote": "remote", "hybrid": "hybrid", "onsite": "on-site"}[job.workplace]
    return f"<p><strong>Location:</strong> {escape(job.place)} ({how})</p>{job.html}"


def rss(jobs: list[Job]) -> str:
    """Any board's RSS: the company in dc:creator, the rest in the text, titles with bare ampersands."""
    items = [
        f"<item><title>{job.title}</title><link>https://board.example.com/{job.slug}</link>"
        f"<guid>https://board.example.com/{job.slug}</guid><dc:creator>{escape(job.firm.name)}</dc:creator>"
        f"<description>{escape(_placed(job))}</description><pubDate>{format_datetime(job.posted)}</pubDate>"
        + "".join(f"<category>{escape(skill)}</category>" for skill in job.skills)
        + "</item>"
        for job in jobs
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        "<title>Sample board</title><link>https://board.example.com</link>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def atom(jobs: list[Job]) -> str:
    """Any board's Atom: author as company, content as HTML."""
    entries = [
        f"<entry><id>tag:jobs.example.org,2026:{job.number}</id><title>{escape(job.title)}</title>"
        f'<link href="https://jobs.example.org/{job.slug}"/><author><name>{escape(job.firm.name)}</name></author>'
        f"<published>{job.posted.isoformat()}</published><updated>{job.posted.isoformat()}</updated>"
        f'<content type="html">{escape(_placed(job))}</content></entry>'
        for job in jobs
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:jobs.example.org,2026:feed</id>'
        "<title>Sample jobs</title>\n" + "\n".join(entries) + "\n</feed>\n"
    )


def json_feed(jobs: list[Job]) -> str:
    """Any board's JSON Feed 1.1."""
    return as_json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Sample jobs",
            "home_page_url": "https://feed.example.net",
            "items": [
                {
                    "id": f"jf-{job.number}",
                    "url": f"https://feed.example.net/{job.slug}",
                    "title": job.title,
                    "content_html": _placed(job),
                    "date_published": job.posted.isoformat(),
                    "authors": [{"name": job.firm.name}],
                    "tags": list(job.skills),
                    "language": job.language,
                }
                for job in jobs
            ],
        }
    )


def posting_lines(jobs: list[Job]) -> str:
    """A board's own push: one posting a line, in our own fields; one line is broken and one lacks its title."""
    lines = []
    for job in jobs:
        row: Json = {
            "id": f"push-{job.number}",
            "title": job.title,
            "company": job.firm.name,
            "url": f"https://push.example.com/{job.slug}",
            "description_html": job.html,
            "location": job.place,
            "workplace": job.workplace,
            "skills": list(job.skills),
            "posted_at": job.posted.isoformat(),
            "employment": job.employment,
        }
        if job.pay:
            row |= {
                "salary_min": job.pay.low,
                "salary_max": job.pay.high,
                "salary_period": job.pay.period,
                "salary_currency": job.pay.currency,
            }
        lines.append(json.dumps(row, ensure_ascii=False))
    lines.insert(3, '{"id": "push-cut", "title": "Backend Engi')
    lines.insert(6, json.dumps({"id": "push-untitled", "company": "Amberlock", "description_html": "<p>No title.</p>"}))
    return "\n".join(lines) + "\n"

"""Boards with the jobs of many companies, as they serve them, with their oddities."""

import base64
from datetime import timedelta
from email.utils import format_datetime
from html import escape

from samples.compose import Job, Pay
from samples.writing import Json, as_json, epoch

_HIMALAYAS_LEVEL = {
    "Junior": "Entry-level",
    "Mid-level": "Mid-level",
    "Senior": "Senior",
    "Lead": "Senior",
    "Staff": "Senior",
    "Principal": "Senior",
}
_HIMALAYAS_TYPE = {
    "full_time": "Full Time",
    "contract": "Contractor",
    "part_time": "Part Time",
    "temporary": "Temporary",
}


_HIMALAYAS_PERIOD = {"year": "annual", "month": "monthly", "day": "daily", "hour": "hourly"}


def himalayas(jobs: list[Job]) -> str:
    """Seconds where the docs say ms, `annual` beside null pay, a stray +14, an hourly 14, a company called `name`."""
    rows: list[Json] = []
    for index, job in enumerate(jobs):
        offset: int | float = job.market.utc if job.market.utc % 1 else int(job.market.utc)
        restricted = job.wide is None or job.wide in ("Latin America", "European Union")
        countries = [job.market.country] if job.wide is None else [job.wide] if restricted else []
        said = job.pay if index % 5 else None
        url = f"https://himalayas.app/companies/{job.slug.rsplit('-', 1)[0]}/jobs/{job.slug}"
        stray = index % 19 == 18
        rows.append(
            {
                "title": job.title,
                "excerpt": f"{job.firm.name} {job.firm.does}.",
                "companyName": "name" if index % 23 == 22 else job.firm.name,
                "companySlug": "-".join(job.firm.name.lower().split()),
                "companyLogo": "thumbnail_url" if index % 23 == 22 else "https://cdn.example.com/logo.png",
                "employmentType": _HIMALAYAS_TYPE[job.employment],
                "minSalary": 14 if stray else said.low if said else None,
                "maxSalary": 14 if stray else said.high if said else None,
                "salaryPeriod": "hourly" if stray else _HIMALAYAS_PERIOD[said.period] if said else "annual",
                "seniority": [_HIMALAYAS_LEVEL.get(job.level, "Mid-level")],
                "currency": "USD" if stray else said.currency if said else None,
                "locationRestrictions": countries,
                "timezoneRestrictions": [*([14] if index % 7 == 6 else []), offset] if job.wide is None else [],
                "categories": [skill.replace(" ", "-") for skill in job.skills],
                "parentCategories": [],
                "description": job.html.replace(job.said, "") if stray and job.said else job.html,
                "pubDate": epoch(job.posted),
                "expiryDate": epoch(job.posted + timedelta(days=60)),
                "applicationLink": url,
                "guid": url,
            }
        )
    return as_json(
        {
            "comments": "Sample data.",
            "updatedAt": epoch(max(j.posted for j in jobs)),
            "offset": 0,
            "limit": 100,
            "totalCount": len(rows),
            "nextCursor": None,
            "jobs": rows,
        }
    )


def himalayas_rss(jobs: list[Job]) -> str:
    """Two guid elements an item and one restriction element a country."""
    items = []
    for job in jobs:
        url = f"https://himalayas.app/companies/{job.slug.rsplit('-', 1)[0]}/jobs/{job.slug}"
        countries = [job.market.country, "Ireland"] if job.wide is None else []
        items.append(
            f"<item><title><![CDATA[{job.title}]]></title><description><![CDATA[{job.firm.name} {job.firm.does}.]]></description>"
            f'<link>{url}</link><guid isPermaLink="true">{url}</guid><guid>{url}</guid>'
            + "".join(f"<category><![CDATA[{skill.replace(' ', '-')}]]></category>" for skill in job.skills)
            + f"<pubDate>{format_datetime(job.posted, usegmt=True)}</pubDate>"
            f"<himalayasJobs:companyName>{escape(job.firm.name)}</himalayasJobs:companyName>"
            + "".join(f"<himalayasJobs:locationRestriction>{c}</himalayasJobs:locationRestriction>" for c in countries)
            + f"<himalayasJobs:timezoneRestriction>{job.market.utc:g}</himalayasJobs:timezoneRestriction>"
            f"<content:encoded><![CDATA[{job.html}]]></content:encoded>"
            f"<himalayasJobs:expiryDate>{format_datetime(job.posted + timedelta(days=60), usegmt=True)}</himalayasJobs:expiryDate>"
            "</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:himalayasJobs="https://himalayas.app/ns/jobs">'
        "<channel><title>Sample remote jobs</title>\n" + "\n".join(items) + "\n</channel></rss>\n"
    )


def weworkremotely(jobs: list[Job]) -> str:
    """`Company: Role`, flags before countries, `Anywhere in the World` as the region that nobody filled in."""
    flags = {"US": "🇺🇸", "CA": "🇨🇦", "GB": "🇬🇧", "DE": "🇩🇪", "ES": "🇪🇸", "FR": "🇫🇷", "PT": "🇵🇹"}
    regions = {
        "US": "USA Only",
        "CA": "Canada Only",
        "GB": "UK Only",
        "BR": "Latin America Only",
        "MX": "Latin America Only",
    }
    items = []
    for index, job in enumerate(jobs):
        region = (
            "Anywhere in the World"
            if job.wide
            else regions.get(
                job.market.code,
                "Europe Only"
                if job.market.code in {"DE", "ES", "FR", "PT", "NL", "PL", "SE", "CH"}
                else "Other (don’t specify)",
            )
        )
        country = "" if job.wide else f"{flags.get(job.market.code, '')} {job.market.country}".strip()
        title = f"{job.firm.name}{' ' if index % 9 == 4 else ''}: {job.title}{': 100% remote' if index == len(jobs) - 1 else ''}"
        seat = f"<p><strong>Headquarters:</strong> {job.market.city}<br /></p>"
        url = f"https://weworkremotely.com/remote-jobs/{job.slug}"
        skills = ", ".join(job.skills[:-1]) + f", and {job.skills[-1]}" if index % 2 else ""
        items.append(
            f"<item><title>{escape(title)}</title><region>{region}</region><country>{country}</country><state/>"
            f"<skills>{escape(skills)}</skills><category>Sample Jobs</category>"
            f"<type>{'Contract' if job.employment == 'contract' else 'Full-Time'}</type>"
            f"<description>{escape(seat + job.html)}</description><pubDate>{format_datetime(job.posted)}</pubDate>"
            f"<expires_at>{format_datetime(job.posted + timedelta(days=30))}</expires_at><guid>{url}</guid><link>{url}</link></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss"><channel>'
        "<title>We Work Remotely: Sample Jobs</title><link>https://weworkremotely.com</link><ttl>60</ttl>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def remoteok(jobs: list[Job]) -> str:
    """A legal notice first, 0 for unknown pay, UTF-8 read as Latin-1, a beacon at the end, one empty row."""
    rows: list[Json] = [
        {"last_updated": epoch(max(j.posted for j in jobs)), "legal": "API Terms of Service: link back."}
    ]
    words = ("HARBOUR", "LANTERN", "PEBBLE", "ORCHARD", "THIMBLE")
    for index, job in enumerate(jobs):
        beacon = base64.b64encode(b"192.0.2.7").decode()
        place = job.wide or job.market.country
        if index % 9 == 8 and job.wide is None:
            place = f"{job.market.city}, "
        identity = str(1_100_000 + job.number)
        url = f"https://remoteOK.com/remote-jobs/remote-{job.slug}-{identity}"
        dollars = job.yearly if job.yearly and job.yearly.currency == "USD" else None
        description = (
            f"{job.html}<br/><br/>Please mention the word **{words[index % 5]}** and tag R{beacon} when applying to show you "
            f"read the job post completely (#R{beacon}). This is a beta feature to avoid spam applicants."
        )
        garbled = description.encode().decode("latin-1") if index % 3 == 0 else description
        rows.append(
            {
                "slug": f"remote-{job.slug}-{identity}",
                "id": identity,
                "epoch": epoch(job.posted),
                "date": job.posted.isoformat(),
                "company": job.firm.name.replace("&", "&amp;"),
                "company_logo": "",
                "position": job.title,
                "tags": [*(s.lower() for s in job.skills), job.skills[0].lower()],
                "description": garbled,
                "location": place.encode().decode("latin-1") if index % 3 == 0 else place,
                "salary_min": dollars.low if dollars else 0,
                "salary_max": dollars.high if dollars else 0,
                "apply_url": url,
                "logo": "",
                "url": url,
            }
        )
    rows.append(
        {
            "slug": "remote-1099999",
            "id": "1099999",
            "epoch": epoch(jobs[0].posted),
            "date": jobs[0].posted.isoformat(),
            "company": "",
            "company_logo": "",
            "position": "",
            "tags": [],
            "description": "<br/>",
            "location": "",
            "salary_min": 0,
            "salary_max": 0,
            "apply_url": "",
            "logo": "",
            "url": "",
        }
    )
    return as_json(rows)


def remotive(jobs: list[Job]) -> str:
    """A legal notice beside the list, places with commas in one text, pay as somebody wrote it."""
    rows: list[Json] = [
        {
            "id": 2_090_000 + job.number,
            "url": f"https://remotive.com/remote-jobs/all/{job.slug}",
            "title": job.title,
            "company_name": f"{job.firm.name} ",
            "category": "All others",
            "tags": [skill.lower() for skill in job.skills],
            "job_type": job.employment,
            "publication_date": f"{job.posted:%Y-%m-%dT%H:%M:%S}",
            "candidate_required_location": job.wide or job.market.country,
            "salary": _in_thousands(job.yearly) if index % 2 else "",
            "description": job.html,
        }
        for index, job in enumerate(jobs)
    ]
    return as_json({"0-legal-notice": "Link back.", "job-count": len(rows), "total-job-count": len(rows), "jobs": rows})


def _in_thousands(pay: Pay | None) -> str:
    mark = {"USD": "$", "EUR": "€", "GBP": "£"}.get(pay.currency) if pay else None
    return f"{mark}{pay.low // 1000}k - {mark}{pay.high // 1000}k" if pay and mark else ""


def jobicy(jobs: list[Job]) -> str:
    """Character references in titles, a level called `Any`, pay that need not be there."""
    forms = {"full_time": "Full-Time", "part_time": "Part-Time", "contract": "Contract", "temporary": "Temporary"}
    rows: list[Json] = []
    for job in jobs:
        row: Json = {
            "id": 150_000 + job.number,
            "url": f"https://jobicy.com/jobs/{150_000 + job.number}-{job.slug}",
            "jobTitle": escape(job.title),
            "companyName": job.firm.name,
            "jobIndustry": ["Everything"],
            "jobType": [forms[job.employment]],
            "jobGeo": "Anywhere" if job.wide == "Worldwide" else job.wide or job.market.country,
            "jobLevel": "Any",
            "jobExcerpt": f"{job.firm.name} {job.firm.does}&#8230;",
            "jobDescription": job.html,
            "pubDate": job.posted.isoformat(),
        }
        if job.yearly:
            row |= {"salaryMin": job.yearly.low, "salaryMax": job.yearly.high}
            row |= {"salaryCurrency": job.yearly.currency, "salaryPeriod": "yearly"}
        rows.append(row)
    return as_json({"apiVersion": "2.0", "jobCount": len(rows), "lastUpdate": "2026-11-20 17:00:00", "jobs": rows})


def arbeitnow(jobs: list[Job]) -> str:
    """Form and level in one list, in two languages; what it says of its pages stands behind the postings."""
    forms = {"full_time": "Vollzeit", "part_time": "Teilzeit", "contract": "Freelance", "temporary": "befristet"}
    rows: list[Json] = [
        {
            "slug": job.slug,
            "company_name": f"{job.firm.name} GmbH",
            "title": job.title,
            "description": job.html,
            "remote": job.workplace == "remote",
            "url": f"https://www.arbeitnow.com/jobs/companies/{job.slug}",
            "tags": [],
            "job_types": [forms[job.employment], "berufserfahren"],
            "location": job.market.city,
            "created_at": epoch(job.posted),
        }
        for job in jobs
    ]
    return as_json({"data": rows, "links": {"next": None}, "meta": {"current_page": 1, "per_page": 100}})

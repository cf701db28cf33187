"""Companies' own boards, as their hiring systems serve them, with their oddities."""

import json
from datetime import timedelta
from html import escape

from samples.compose import Job
from samples.writing import Json, as_json, epoch


def greenhouse(jobs: list[Job], token: str) -> str:
    """HTML escaped once, cents and zones, `metadata` null, a prospect post that is no vacancy."""
    rows: list[Json] = []
    for index, job in enumerate(jobs):
        cents = job.low is not None and job.high is not None and index % 3 == 0
        content = job.html.replace(f"<h3>Pay</h3><p>{escape(job.pay)}</p>", "") if cents else job.html
        row: Json = {
            "absolute_url": f"https://job-boards.greenhouse.io/{token}/jobs/{8_500_000 + job.number}",
            "internal_job_id": None if index == 3 else 6_300_000 + job.number,
            "location": {"name": job.wide or job.market.place},
            "metadata": None
            if index % 2
            else [{"id": 1, "name": "Workplace", "value": job.workplace.capitalize(), "value_type": "single_select"}],
            "id": 8_500_000 + job.number,
            "updated_at": (job.posted + timedelta(hours=3)).isoformat(),
            "requisition_id": str(6_000 + job.number),
            "title": job.title,
            "company_name": job.firm.name,
            "first_published": job.posted.isoformat(),
            "language": job.language,
            "content": escape(content),
            "departments": [{"id": 1, "name": "EMEA - Commercial", "child_ids": [], "parent_id": None}],
            "offices": [{"id": 2, "name": job.market.city, "location": None, "child_ids": [], "parent_id": None}],
        }
        if cents:
            row["pay_input_ranges"] = [
                {
                    "min_cents": (job.low or 0) * 100,
                    "max_cents": (job.high or 0) * 100,
                    "currency_type": job.market.currency,
                    "title": f"{job.market.city} Salary Range",
                    "blurb": "",
                },
                {
                    "min_cents": (job.low or 0) * 90,
                    "max_cents": (job.high or 0) * 90,
                    "currency_type": job.market.currency,
                    "title": "Other places",
                    "blurb": "",
                },
            ]
        rows.append(row)
    return as_json({"jobs": rows, "meta": {"total": len(rows)}})


def lever(jobs: list[Job], site: str) -> str:
    """Milliseconds, the skills in `lists` and not in `description`, `country` null, intervals by many names."""
    rows: list[Json] = []
    for index, job in enumerate(jobs):
        opening, _, rest = job.html.partition("<h3>What you bring</h3>")
        listed, _, closing = rest.partition("</ul>")
        identity = f"7d6cc0b4-a5f9-4f02-8542-{job.number:012d}"
        row: Json = {
            "additionalPlain": "",
            "additional": closing,
            "categories": {
                "commitment": {"contract": "Contract", "part_time": "Part Time"}.get(job.employment, "Full Time"),
                "department": "Everything",
                "location": job.place,
                "team": "Everything",
                "allLocations": [job.place],
            },
            "createdAt": epoch(job.posted) * 1000,
            "descriptionPlain": "",
            "description": opening,
            "id": identity,
            "lists": [{"text": "What you bring", "content": listed.replace("<ul>", "")}] if listed else [],
            "text": job.title,
            "country": None if index % 6 == 2 else job.market.code,
            "workplaceType": {"remote": "remote", "hybrid": "hybrid", "onsite": "on-site"}[job.workplace],
            "opening": "",
            "openingPlain": "",
            "hostedUrl": f"https://jobs.lever.co/{site}/{identity}",
            "applyUrl": f"https://jobs.lever.co/{site}/{identity}/apply",
        }
        if job.low and job.high and index % 2 == 0:
            monthly = job.market.style.endswith("month")
            parts = 12 if monthly else 1
            row["salaryRange"] = {
                "currency": job.market.currency,
                "interval": "per-month-salary" if monthly else "per-year-salary",
                "min": job.low // parts,
                "max": job.high // parts,
            }
        rows.append(row)
    return as_json(rows)


def _tiers(job: Job, low: int, high: int, *, zones: int) -> Json:
    """What Ashby says of pay: a tier a zone, each with equity beside the salary."""
    equity = {
        "compensationType": "EquityPercentage",
        "interval": "NONE",
        "currencyCode": None,
        "minValue": None,
        "maxValue": None,
    }
    return {
        "compensationTiers": [
            {
                "id": str(n),
                "title": zone,
                "tierSummary": "",
                "components": [
                    equity,
                    {
                        "compensationType": "Salary",
                        "interval": "1 YEAR",
                        "currencyCode": job.market.currency,
                        "minValue": int(low * share),
                        "maxValue": int(high * share),
                    },
                ],
            }
            for n, (zone, share) in enumerate([("Zone A", 1.0), ("Zone B", 0.9)][:zones])
        ]
    }


def ashby(jobs: list[Job], board: str) -> str:
    """`isRemote` true on hybrid jobs, components in any order, several zones, one job that is not listed."""
    rows: list[Json] = []
    types = {"full_time": "FullTime", "contract": "Contract", "part_time": "PartTime", "temporary": "Temporary"}
    for index, job in enumerate(jobs):
        identity = f"05e14247-17c4-4e98-9a13-{job.number:012d}"
        row: Json = {
            "id": identity,
            "title": job.title,
            "department": "Everything",
            "team": "Everything",
            "employmentType": types[job.employment],
            "location": job.place,
            "secondaryLocations": ["Ireland"]
            if index % 8 == 5
            else [{"location": "Remote: Canada", "address": {"postalAddress": {"addressCountry": "Canada"}}}]
            if index % 8 == 2
            else [],
            "publishedAt": job.posted.isoformat(timespec="milliseconds"),
            "isListed": index != 4,
            "isRemote": job.workplace != "onsite",
            "workplaceType": {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite"}[job.workplace]
            if index % 5
            else None,
            "address": {
                "postalAddress": {
                    "addressCountry": job.market.country,
                    "addressLocality": job.market.city.split(",")[0],
                }
            },
            "jobUrl": f"https://jobs.ashbyhq.com/{board}/{identity}",
            "applyUrl": f"https://jobs.ashbyhq.com/{board}/{identity}/application",
            "descriptionHtml": job.html,
            "descriptionPlain": "",
            "shouldDisplayCompensationOnJobPostings": True,
        }
        if job.low and job.high and index % 2:
            row["compensation"] = _tiers(job, job.low, job.high, zones=2 if index % 4 == 1 else 1)
        rows.append(row)
    return as_json({"apiVersion": "1", "jobs": rows})


def json_ld(jobs: list[Job]) -> str:
    """A careers page: one script with an @graph, one with a list, one with a bare-number salary."""
    nodes: list[Json] = []
    types = {"full_time": "FULL_TIME", "contract": "CONTRACTOR", "part_time": "PART_TIME", "temporary": "TEMPORARY"}
    for index, job in enumerate(jobs):
        node: Json = {
            "@type": "JobPosting",
            "title": job.title,
            "description": escape(job.html) if index % 2 else job.html,
            "identifier": {"@type": "PropertyValue", "name": job.firm.name, "value": f"S-{job.number}"},
            "url": f"https://careers.example.com/{job.slug}",
            "datePosted": job.posted.date().isoformat(),
            "validThrough": (job.posted + timedelta(days=40)).isoformat(),
            "employmentType": [types[job.employment]] if index % 2 else types[job.employment],
            "hiringOrganization": {
                "@type": "Organization",
                "name": job.firm.name,
                "sameAs": "https://careers.example.com",
            },
            "skills": ", ".join(job.skills),
        }
        if job.workplace == "remote":
            node["jobLocationType"] = "TELECOMMUTE"
            node["applicantLocationRequirements"] = [{"@type": "Country", "name": job.market.country}]
        else:
            node["jobLocation"] = [
                {
                    "@type": "Place",
                    "address": {
                        "@type": "PostalAddress",
                        "addressLocality": job.market.city.split(",")[0],
                        "addressCountry": job.market.code,
                    },
                }
            ]
        if job.low and job.high:
            value: object = (
                job.high
                if index % 3 == 2
                else {"@type": "QuantitativeValue", "minValue": job.low, "maxValue": job.high, "unitText": "YEAR"}
            )
            node["baseSalary"] = {"@type": "MonetaryAmount", "currency": job.market.currency, "value": value}
        nodes.append(node)
    third = len(nodes) // 3
    scripts: tuple[object, ...] = (
        {"@context": "https://schema.org/", "@graph": [{"@type": "WebPage", "name": "Careers"}, *nodes[:third]]},
        [{"@context": "https://schema.org/", **node} for node in nodes[third : 2 * third]],
        *({"@context": "https://schema.org/", **node} for node in nodes[2 * third :]),
    )
    tags = "\n".join(
        f'<script type="application/ld+json">{json.dumps(s, ensure_ascii=False)}</script>' for s in scripts
    )
    return f"<!doctype html>\n<html lang=en><head><title>Careers</title>\n{tags}\n</head><body><h1>Careers</h1></body></html>\n"

"""Companies' own boards, as their hiring systems serve them, with their oddities."""

import json
from datetime import timedelta
from html import escape

from samples.compose import Job, Pay
from samples.writing import Json, as_json, epoch


def greenhouse(jobs: list[Job], token: str) -> str:
    """HTML escaped once, cents and zones, `metadata` null, a prospect post that is no vacancy."""
    rows: list[Json] = []
    for index, job in enumerate(jobs):
        cents = job.yearly if index % 3 == 0 else None
        content = job.html.replace(escape(job.said), "See the ranges below.") if cents else job.html
        row: Json = {
            "absolute_url": f"https://job-boards.greenhouse.io/{token}/jobs/{8_500_000 + job.number}",
            "internal_job_id": None if index == 3 else 6_300_000 + job.number,
            "location": {"name": job.place},
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
                    "min_cents": cents.low * 100,
                    "max_cents": cents.high * 100,
                    "currency_type": cents.currency,
                    "title": f"{job.market.city} Salary Range",
                    "blurb": "",
                },
                {
                    "min_cents": cents.low * 90,
                    "max_cents": cents.high * 90,
                    "currency_type": cents.currency,
                    "title": "Other places",
                    "blurb": "",
                },
            ]
        rows.append(row)
    return as_json({"jobs": rows, "meta": {"total": len(rows)}})


def _before_requirements(html: str) -> tuple[str, str, str]:
    """A text up to its second heading, that heading, and what follows it."""
    opening, _, rest = html.partition("<h3>")
    first, _, rest = rest.partition("<h3>")
    heading, _, rest = rest.partition("</h3>")
    return f"{opening}<h3>{first}", heading, rest


def lever(jobs: list[Job], site: str) -> str:
    """Milliseconds, the skills in `lists` and not in `description`, `country` null, intervals by many names."""
    rows: list[Json] = []
    for index, job in enumerate(jobs):
        opening, heading, rest = _before_requirements(job.html)
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
            "lists": [{"text": heading, "content": listed.replace("<ul>", "")}] if listed else [],
            "text": job.title,
            "country": None if index % 6 == 2 else job.market.code,
            "workplaceType": {"remote": "remote", "hybrid": "hybrid", "onsite": "on-site"}[job.workplace],
            "opening": "",
            "openingPlain": "",
            "hostedUrl": f"https://jobs.lever.co/{site}/{identity}",
            "applyUrl": f"https://jobs.lever.co/{site}/{identity}/apply",
        }
        if job.pay and index % 2 == 0:
            row["salaryRange"] = {
                "currency": job.pay.currency,
                "interval": f"per-{job.pay.period}-{'wage' if job.pay.period == 'hour' else 'salary'}",
                "min": job.pay.low,
                "max": job.pay.high,
            }
        rows.append(row)
    return as_json(rows)


def _tiers(pay: Pay, *, zones: int) -> Json:
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
                        "currencyCode": pay.currency,
                        "minValue": int(pay.low * share),
                        "maxValue": int(pay.high * share),
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
            "isListed": index != 6,
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
        if job.yearly and index % 2:
            row["compensation"] = _tiers(job.yearly, zones=2 if index % 4 == 1 else 1)
        rows.append(row)
    return as_json({"apiVersion": "1", "jobs": rows})


def json_ld(jobs: list[Job]) -> str:
    """A careers page: one script with an @graph, one with a list, the rest alone."""
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
        if job.pay:
            unit = job.pay.period.upper()
            value = {"@type": "QuantitativeValue", "minValue": job.pay.low, "maxValue": job.pay.high, "unitText": unit}
            node["baseSalary"] = {"@type": "MonetaryAmount", "currency": job.pay.currency, "value": value}
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


def recruitee(jobs: list[Job], company: str) -> str:
    """Text and requirements apart, dates with a zone's name, forms and levels with underscores."""
    forms = {"full_time": "fulltime_permanent", "part_time": "parttime_permanent", "contract": "freelance"}
    offers: list[Json] = []
    for job in jobs:
        opening, heading, rest = _before_requirements(job.html)
        city = job.market.city.split(",")[0]
        place = {"id": 1, "name": city, "city": city, "country": job.market.country, "country_code": job.market.code}
        offers.append(
            {
                "id": 2_700_000 + job.number,
                "guid": f"g{job.number}",
                "slug": job.slug,
                "title": job.title,
                "department": "Everything",
                "description": opening,
                "requirements": f"<h3>{heading}</h3>{rest}",
                "careers_url": f"https://{company}.recruitee.com/o/{job.slug}",
                "careers_apply_url": f"https://{company}.recruitee.com/o/{job.slug}/c/new",
                "company_name": job.firm.name,
                "city": city,
                "country": job.market.country,
                "country_code": job.market.code,
                "location": "Remote job" if job.workplace == "remote" else job.market.place,
                "locations": [place],
                "remote": job.workplace == "remote",
                "hybrid": job.workplace == "hybrid",
                "on_site": job.workplace == "onsite",
                "salary": {
                    "min": job.pay.low if job.pay else None,
                    "max": job.pay.high if job.pay else None,
                    "period": job.pay.period if job.pay else None,
                    "currency": job.pay.currency if job.pay else None,
                },
                "employment_type_code": forms[job.employment],
                "experience_code": "mid_level",
                "tags": [],
                "published_at": f"{job.posted:%Y-%m-%d %H:%M:%S} UTC",
                "created_at": f"{job.posted:%Y-%m-%d %H:%M:%S} UTC",
                "close_at": None,
                "status": "published",
            }
        )
    return as_json({"offers": offers})


def workable(jobs: list[Job], account: str) -> str:
    """A row for each place of a posting, days without a time."""
    forms = {"full_time": "Full-time", "part_time": "Part-time", "contract": "Contract", "temporary": "Temporary"}
    rows: list[Json] = []
    for job in jobs:
        code = f"{job.number:06X}B1"
        city = job.market.city if job.workplace != "remote" else ""
        place = {"country": job.market.country, "countryCode": job.market.code, "city": city, "region": ""}
        rows.append(
            {
                "title": job.title,
                "shortcode": code,
                "code": "",
                "employment_type": forms[job.employment],
                "telecommuting": job.workplace == "remote",
                "department": "Everything",
                "url": f"https://apply.workable.com/j/{code}",
                "shortlink": f"https://apply.workable.com/j/{code}",
                "application_url": f"https://apply.workable.com/j/{code}/apply",
                "published_on": job.posted.date().isoformat(),
                "created_at": job.posted.date().isoformat(),
                "country": job.market.country,
                "city": city,
                "state": "",
                "locations": [{"hidden": False, **place}],
                "description": job.html,
            }
        )
    return as_json({"name": account, "description": None, "jobs": rows})


def smartrecruiters_job(job: Job) -> str:
    """The answer for one job: no list around it, the text in sections."""
    company = job.firm.name.replace(" ", "")
    opening, heading, rest = _before_requirements(job.html)
    return as_json(
        {
            "id": str(743_999_000_000_000 + job.number),
            "name": job.title,
            "company": {"identifier": company, "name": job.firm.name},
            "releasedDate": job.posted.isoformat(timespec="milliseconds"),
            "location": {
                "city": job.market.city.split(",")[0],
                "country": job.market.code.lower(),
                "remote": job.workplace == "remote",
                "hybrid": job.workplace == "hybrid",
                "fullLocation": job.market.place,
            },
            "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
            "experienceLevel": {"id": "mid_senior_level", "label": "Mid-Senior Level"},
            "visibility": "PUBLIC",
            "language": {"code": job.language},
            "jobAd": {
                "sections": {
                    "companyDescription": {"title": "Company Description", "text": ""},
                    "jobDescription": {"title": "Job Description", "text": opening},
                    "qualifications": {"title": heading, "text": rest},
                }
            },
            "postingUrl": f"https://jobs.smartrecruiters.com/{company}/{job.slug}",
            "applyUrl": f"https://jobs.smartrecruiters.com/{company}/{job.slug}?apply",
        }
    )

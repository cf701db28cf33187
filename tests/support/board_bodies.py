"""Builders of more invented feed bodies: boards and applicant systems in JSON, in the exact shape of each."""

import json
from typing import Any

from services.ingest.ports import JsonObject


def remotive(*jobs: JsonObject) -> bytes:
    """A listing of Remotive's API, with its legal notice."""
    around = {"0-legal-notice": "Remotive API Legal Notice …", "job-count": len(jobs), "total-job-count": len(jobs)}
    return json.dumps({**around, "jobs": jobs}).encode()


def remotive_job(number: int = 2091093, **changes: Any) -> JsonObject:
    """A job of Remotive's API."""
    return {
        "id": number,
        "url": f"https://remotive.com/remote-jobs/software-dev/backend-engineer-{number}",
        "title": "Backend Engineer",
        "company_name": "Coral Ledger ",
        "company_logo": f"https://remotive.com/job/{number}/logo",
        "category": "Software Development",
        "tags": ["python", "aws"],
        "job_type": "full_time",
        "publication_date": "2026-08-13T06:25:53",
        "candidate_required_location": "USA, Canada, Europe",
        "salary": "$31,2k- $52k",
        "description": '<p style="margin: 0">We keep ledgers.</p>',
        "company_logo_url": f"https://remotive.com/job/{number}/logo",
        **changes,
    }


def jobicy(*jobs: JsonObject) -> bytes:
    """A listing of Jobicy's API."""
    around = {"apiVersion": "2.0", "jobCount": len(jobs), "xRayHash": "xID_1", "lastUpdate": "2026-08-15 15:33:17"}
    return json.dumps({**around, "jobs": jobs}).encode()


def jobicy_job(number: int = 150791, **changes: Any) -> JsonObject:
    """A job of Jobicy's API in the form of 2026."""
    return {
        "id": number,
        "url": f"https://jobicy.com/jobs/{number}-chief-of-staff",
        "jobSlug": f"{number}-chief-of-staff",
        "jobTitle": "Chief of Staff &#8211; R&amp;D",
        "companyName": "Coral Ledger",
        "companyLogo": "https://img.example/1.webp",
        "jobIndustry": ["Product &amp; Operations"],
        "jobType": ["Full-Time"],
        "jobGeo": "LATAM,  Canada,  Europe,  USA",
        "jobLevel": "Director",
        "jobExcerpt": "You run capabilities&#8230;",
        "jobDescription": "<p>You run capabilities.</p>",
        "pubDate": "2026-08-15T15:08:07+00:00",
        "salaryMin": 115000,
        "salaryMax": 135000,
        "salaryCurrency": "USD",
        "salaryPeriod": "yearly",
        **changes,
    }


def jobicy_job_of_2024(number: int = 113597, **changes: Any) -> JsonObject:
    """A job of Jobicy's API in the form of 2024: yearly pay as texts, a naive date."""
    job = jobicy_job(number, jobType=["full-time"], pubDate="2024-12-07 04:10:26")
    pay = {"annualSalaryMin": "72800", "annualSalaryMax": "92000", "salaryCurrency": "USD"}
    return {name: value for name, value in job.items() if not name.startswith("salary")} | pay | changes


def arbeitnow(*jobs: JsonObject, page: int = 1, following: bool = False) -> bytes:
    """A page of Arbeitnow's API; what it says of the pages stands behind the list."""
    address = "https://www.arbeitnow.com/api/job-board-api?page="
    links = {"first": f"{address}1", "last": None, "prev": None, "next": f"{address}{page + 1}" if following else None}
    return json.dumps({"data": jobs, "links": links, "meta": {"current_page": page, "per_page": 100}}).encode()


def arbeitnow_job(number: int = 1, **changes: Any) -> JsonObject:
    """A job of Arbeitnow's API."""
    slug = f"data-engineer-heidelberg-{number}"
    return {
        "slug": slug,
        "company_name": "Coral Ledger GmbH",
        "title": "Data Engineer (m/w/d)",
        "description": "<p>Wir f&uuml;hren B&uuml;cher.</p>",
        "remote": False,
        "url": f"https://www.arbeitnow.com/jobs/companies/coral-ledger-gmbh/{slug}",
        "tags": ["Data &amp; Analytics"],
        "job_types": ["full time", "professional / experienced"],
        "location": "Heidelberg",
        "created_at": 1785792634,
        **changes,
    }


def themuse(*jobs: JsonObject, page: int = 0, pages: int = 1) -> bytes:
    """A page of The Muse's API."""
    around = {"page": page, "page_count": pages, "items_per_page": 20, "took": 4, "timed_out": False, "total": 1}
    return json.dumps({**around, "results": jobs, "aggregations": {}}).encode()


def themuse_job(number: int = 6747012, *places: str, **changes: Any) -> JsonObject:
    """A job of The Muse's API."""
    name = f"sales-representative-{number}"
    return {
        "contents": "<p>You sell ledgers.<br><b>Requirements</b></p><ul><li>SQL &amp; Excel</li></ul>",
        "name": "Sales Representative &amp; Trainer",
        "type": "external",
        "publication_date": "2026-08-03T11:54:53Z",
        "short_name": name,
        "model_type": "jobs",
        "id": number,
        "locations": [{"name": place} for place in places or ("Folsom, CA", "Oslo, Norway")],
        "categories": [{"name": "Sales"}],
        "levels": [{"name": "Senior Level", "short_name": "senior"}],
        "tags": [{"name": "Fortune 1000", "short_name": "fortune-1000-companies"}],
        "refs": {"landing_page": f"https://www.themuse.com/jobs/coralledger/{name}"},
        "company": {"id": 11807, "short_name": "coralledger", "name": "Coral Ledger"},
        **changes,
    }


def hackernews(*hits: JsonObject, page: int = 0, pages: int = 1) -> bytes:
    """A page of comments as Algolia serves them."""
    around = {"nbHits": len(hits), "nbPages": pages, "page": page, "hitsPerPage": 1000, "exhaustiveNbHits": True}
    return json.dumps({"hits": hits, **around}).encode()


def hackernews_hit(line: str = "Coral Ledger | Baker | Oslo | ONSITE", *further: str, **changes: Any) -> JsonObject:
    """A comment on a thread; its first line, and further paragraphs."""
    text = "<p>".join((line, *(further or ("We bake ledgers.",))))
    return {
        "_highlightResult": {"author": {"value": "robin_fern", "matchLevel": "none"}, "comment_text": {"value": text}},
        "_tags": ["comment", "author_robin_fern", "story_48747976"],
        "author": "robin_fern",
        "children": [1],
        "comment_text": text,
        "created_at": "2026-08-03T16:02:11Z",
        "created_at_i": 1785772931,
        "objectID": "48860201",
        "parent_id": 48747976,
        "story_id": 48747976,
        "story_title": "Ask HN: Who is hiring? (August 2026)",
        "updated_at": "2026-08-03T16:10:00Z",
        **changes,
    }


def hackernews_tree(*hits: JsonObject) -> bytes:
    """A thread with these comments, each with an answer, as Algolia serves an item."""
    answer = {"id": 7, "type": "comment", "author": "kim", "text": "Remote?", "children": [], "options": []}
    comments = [
        {
            "id": int(hit["objectID"]),
            "created_at": hit["created_at"],
            "created_at_i": hit["created_at_i"],
            "type": "comment",
            "author": hit["author"],
            "title": None,
            "text": hit["comment_text"],
            "parent_id": hit["parent_id"],
            "story_id": hit["story_id"],
            "children": [answer],
            "options": [],
        }
        for hit in hits
    ]
    story = {"id": 48747976, "type": "story", "author": "whoishiring", "title": "Ask HN: Who is hiring? (August 2026)"}
    return json.dumps({**story, "text": "<p>State the place.", "children": comments, "options": []}).encode()


def workable(*jobs: JsonObject, name: str = "Coral Ledger") -> bytes:
    """An account of Workable's widget."""
    return json.dumps({"name": name, "description": None, "jobs": jobs}).encode()


def workable_job(shortcode: str = "74172297A5", *, place: JsonObject | None = None, **changes: Any) -> JsonObject:
    """A row of Workable's widget: one place of one posting."""
    where = place or {"country": "Australia", "countryCode": "AU", "city": "", "region": "New South Wales"}
    return {
        "title": "Account Executive",
        "shortcode": shortcode,
        "code": "",
        "employment_type": "Full-time",
        "telecommuting": True,
        "department": "Sales",
        "url": f"https://apply.workable.com/j/{shortcode}",
        "shortlink": f"https://apply.workable.com/j/{shortcode}",
        "application_url": f"https://apply.workable.com/j/{shortcode}/apply",
        "published_on": "2026-08-05",
        "created_at": "2026-06-24",
        "country": where.get("country", ""),
        "city": where.get("city", ""),
        "state": where.get("region", ""),
        "education": "Bachelor's Degree",
        "experience": "Associate",
        "function": "Business Development",
        "industry": "Computer Software",
        "locations": [{"hidden": False, **where}],
        "description": "<p>You sell ledgers.</p>",
        **changes,
    }


def workable_place(city: str, country: str, code: str, **more: Any) -> JsonObject:
    """A place in Workable's form."""
    return {"country": country, "countryCode": code, "city": city, "region": "", **more}


def smartrecruiters(*postings: JsonObject, offset: int = 0, total: int | None = None) -> bytes:
    """A page of SmartRecruiters' listing."""
    found = len(postings) if total is None else total
    return json.dumps({"offset": offset, "limit": 100, "totalFound": found, "content": postings}).encode()


def smartrecruiters_posting(number: int = 743999706414750, **changes: Any) -> JsonObject:
    """A posting as SmartRecruiters lists it: without its text."""
    return {
        "id": str(number),
        "name": "Pricing Analyst",
        "uuid": f"29c1a2f0-8398-4654-ae21-{number % 10**12:012d}",
        "refNumber": "REF43N",
        "company": {"identifier": "CoralLedger1", "name": "Coral Ledger"},
        "releasedDate": "2026-02-06T19:42:44.000Z",
        "location": {
            "city": "San Jose",
            "region": "CA",
            "country": "us",
            "remote": False,
            "hybrid": False,
            "fullLocation": "San Jose, CA, United States",
        },
        "industry": {"id": "it_and_services", "label": "Information Technology And Services"},
        "department": {},
        "function": {"id": "information_technology", "label": "Information Technology"},
        "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
        "experienceLevel": {"id": "mid_senior_level", "label": "Mid-Senior Level"},
        "customField": [{"fieldId": "COUNTRY", "fieldLabel": "Country/Region", "valueLabel": "United States"}],
        "visibility": "PUBLIC",
        "ref": f"https://api.smartrecruiters.com/v1/companies/CoralLedger1/postings/{number}",
        "language": {"code": "en", "label": "English"},
        **changes,
    }


def smartrecruiters_detail(
    number: int = 743999706414750, text: str = "<p>You set prices.</p>", **changes: Any
) -> bytes:
    """The answer to the call for one posting."""
    sections = {
        "companyDescription": {"title": "Company Description", "text": "<p>We keep ledgers.</p>"},
        "jobDescription": {"title": "Job Description", "text": text},
        "qualifications": {"title": "Qualifications", "text": ""},
        "additionalInformation": {"title": "Additional Information", "text": "<p>Remote days.</p>"},
    }
    more = {
        "jobAd": {"sections": sections},
        "applyUrl": f"https://jobs.smartrecruiters.com/CoralLedger1/{number}?apply",
        "postingUrl": f"https://jobs.smartrecruiters.com/CoralLedger1/{number}-pricing-analyst",
        "compensation": {"min": 80000, "max": 95000, "currency": "USD", "period": "YEARLY"},
        "creator": {"name": "Robin Fern"},
    }
    return json.dumps(smartrecruiters_posting(number) | more | changes).encode()


def recruitee(*offers: JsonObject) -> bytes:
    """The offers of a company at Recruitee."""
    return json.dumps({"offers": offers}).encode()


def recruitee_offer(number: int = 2707521, **changes: Any) -> JsonObject:
    """An offer at Recruitee."""
    place = {
        "id": 1,
        "name": "Lisbon",
        "city": "Lisbon",
        "state": "Lisbon",
        "country": "Portugal",
        "country_code": "PT",
    }
    return {
        "id": number,
        "guid": "m6ovn",
        "slug": "customer-success-engineer",
        "title": "Customer Success Engineer",
        "department": "Sales",
        "description": "<p>You help.</p>",
        "requirements": "<ul><li>SQL</li></ul>",
        "careers_url": "https://coral.recruitee.com/o/customer-success-engineer",
        "careers_apply_url": "https://coral.recruitee.com/o/customer-success-engineer/c/new",
        "company_name": "Coral Ledger",
        "mailbox_email": "job.m6ovn@coral.recruitee.com",
        "city": "Lisbon",
        "state_name": "Lisbon",
        "country": "Portugal",
        "country_code": "PT",
        "location": "Remote job",
        "locations": [place],
        "remote": True,
        "hybrid": False,
        "on_site": False,
        "salary": {"min": None, "max": None, "period": None, "currency": None},
        "employment_type_code": "fulltime_permanent",
        "experience_code": "mid_level",
        "education_code": "bachelor_degree",
        "category_code": "sales",
        "tags": [],
        "options_cv": "required",
        "open_questions": [{"id": 1, "body": "Are you fluent?"}],
        "translations": {"en": {"title": "Customer Success Engineer", "description": "<p>You help.</p>"}},
        "position": 179,
        "published_at": "2026-08-11 20:45:29 UTC",
        "created_at": "2026-08-11 20:42:57 UTC",
        "updated_at": "2026-08-11 20:45:29 UTC",
        "close_at": None,
        "status": "published",
        **changes,
    }

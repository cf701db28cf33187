"""Builders of invented feed bodies, in the exact shape of each format, and short ways to read them."""

import html
import json
from typing import Any

from services.ingest.adapters.formats.registry import format_named
from services.ingest.domain.draft import Draft
from services.ingest.ports import Broken, Item, JsonObject, Skip

Part = Item | Skip | Broken


def parts(name: str, body: bytes | str) -> list[Part]:
    """All that a format cuts a body into."""
    return list(format_named(name).split(body.encode() if isinstance(body, str) else body))


def items(name: str, body: bytes | str) -> list[Item]:
    """The items alone."""
    return [part for part in parts(name, body) if isinstance(part, Item)]


def broken(name: str, body: bytes | str) -> list[Broken]:
    """The faults alone."""
    return [part for part in parts(name, body) if isinstance(part, Broken)]


def skips(name: str, body: bytes | str) -> list[Skip]:
    """The skips alone."""
    return [part for part in parts(name, body) if isinstance(part, Skip)]


def drafts(name: str, body: bytes | str) -> list[Draft]:
    """The drafts of all items."""
    return [format_named(name).draft(item.data) for item in items(name, body)]


def draft(name: str, body: bytes | str) -> Draft:
    """The draft of the one item."""
    (found,) = drafts(name, body)
    return found


def texts(stated: Any) -> list[str]:
    """What was stated, without where."""
    return [text.text for text in stated]


def himalayas(*jobs: JsonObject, **wrapper: Any) -> bytes:
    """A page of Himalayas' browse API."""
    around = {"comments": "…", "updatedAt": 1786813300, "offset": 0, "limit": 20, "totalCount": 101_737}
    return json.dumps({**around, **wrapper, "jobs": jobs}).encode()


def himalayas_job(number: int = 1, **changes: Any) -> JsonObject:
    """A job of Himalayas' API."""
    address = f"https://himalayas.app/companies/nimbus-fern/jobs/senior-data-engineer-{number}"
    return {
        "title": "Senior Data Engineer",
        "excerpt": "We build …",
        "companyName": "Nimbus Fern",
        "companySlug": "nimbus-fern",
        "companyLogo": "https://img.example/1",
        "employmentType": "Full Time",
        "minSalary": 77905,
        "maxSalary": 116858,
        "salaryPeriod": "annual",
        "seniority": ["Senior"],
        "currency": "USD",
        "locationRestrictions": ["United States"],
        "timezoneRestrictions": [-10, -9, -8, -7, -6, -5, 14],
        "categories": ["Senior-Data-Engineer", "ETL-Developer"],
        "parentCategories": ["Data"],
        "description": "<p>We build …</p>",
        "pubDate": 1786813232,
        "expiryDate": 1791997231,
        "applicationLink": address,
        "guid": address,
        **changes,
    }


def remoteok(*jobs: JsonObject) -> bytes:
    """Remote OK's listing, with its legal notice first."""
    return json.dumps([{"last_updated": 1786757871, "legal": "Please link back."}, *jobs]).encode()


def beacon(word: str, tag: str) -> str:
    """What Remote OK appends to each description: a word of the row and the caller's address."""
    return (
        f"<br/><br/>Please mention the word **{word}** and tag {tag} when applying to show you read the job post"
        f" completely (#{tag}). This is a beta feature to avoid spam applicants. Companies can search these words to"
        " find applicants that read this and see they're human."
    )


def remoteok_job(number: int = 1059249, **changes: Any) -> JsonObject:
    """A job of Remote OK."""
    address = f"https://remoteOK.com/remote-jobs/remote-senior-backend-engineer-nimbus-fern-{number}"
    return {
        "slug": f"remote-senior-backend-engineer-nimbus-fern-{number}",
        "id": str(number),
        "epoch": 1733260504,
        "date": "2024-12-03T21:15:04+00:00",
        "company": "Nimbus Fern",
        "company_logo": "",
        "position": "Senior Backend Engineer",
        "tags": ["golang", "senior"],
        "description": "<p>Build it.</p>" + beacon("AMELIORATE", "RMTI3LjAuMC4x"),
        "location": "Berlin",
        "salary_min": 70000,
        "salary_max": 110000,
        "apply_url": address,
        "logo": "",
        "url": address,
        **changes,
    }


def greenhouse(*jobs: JsonObject) -> bytes:
    """A Greenhouse board."""
    return json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode()


def greenhouse_job(number: int = 8503792002, **changes: Any) -> JsonObject:
    """A job of a Greenhouse board."""
    return {
        "absolute_url": f"https://job-boards.greenhouse.io/nimbusfern/jobs/{number}",
        "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
        "internal_job_id": 6396658002,
        "location": {"name": "Remote, Italy"},
        "metadata": [{"id": 1, "name": "Workplace", "value": "Remote", "value_type": "single_select"}],
        "id": number,
        "updated_at": "2026-08-10T16:52:46-04:00",
        "requisition_id": "6263",
        "title": "Account Executive - Italy",
        "company_name": "Nimbus Fern ",
        "first_published": "2026-04-17T05:58:03-04:00",
        "language": "en",
        "application_deadline": None,
        "content": html.escape('<div class="intro"><p>We are R&amp;D.</p></div>'),
        "departments": [{"id": 2, "name": "EMEA - Commercial", "child_ids": [], "parent_id": 3}],
        "offices": [{"id": 4, "name": "Italy", "location": None, "child_ids": [], "parent_id": 5}],
        **changes,
    }


def lever(*postings: JsonObject) -> bytes:
    """Lever's list of postings."""
    return json.dumps(postings).encode()


def lever_posting(number: int = 1, **changes: Any) -> JsonObject:
    """A posting of Lever's."""
    source_id = f"7d6cc0b4-a5f9-4f02-8542-{number:012d}"
    return {
        "additionalPlain": "Closing.",
        "additional": "<p>Closing.</p>",
        "categories": {
            "commitment": "Full Time",
            "department": "Sales",
            "location": "Bangalore, India - Remote",
            "team": "Field",
            "allLocations": ["Bangalore, India - Remote", "Pune"],
        },
        "createdAt": 1785339866689,
        "descriptionPlain": "Opening.",
        "description": "<div>Opening.</div>",
        "id": source_id,
        "lists": [{"text": "Requirements", "content": "<li>Go</li><li>SQL</li>"}],
        "text": "Account Executive",
        "country": "IN",
        "workplaceType": "remote",
        "opening": "",
        "openingPlain": "",
        "descriptionBody": "<div>Opening.</div>",
        "descriptionBodyPlain": "Opening.",
        "salaryRange": {"currency": "USD", "interval": "per-year-salary", "min": 140000, "max": 190000},
        "hostedUrl": f"https://jobs.lever.co/nimbus-fern/{source_id}",
        "applyUrl": f"https://jobs.lever.co/nimbus-fern/{source_id}/apply",
        **changes,
    }


def ashby(*jobs: JsonObject) -> bytes:
    """An Ashby board."""
    return json.dumps({"jobs": jobs, "apiVersion": "1"}).encode()


def ashby_job(number: int = 1, **changes: Any) -> JsonObject:
    """A job of an Ashby board."""
    source_id = f"05e14247-17c4-4e98-9a13-{number:012d}"
    return {
        "id": source_id,
        "title": "Product Designer",
        "department": "Design",
        "team": "Brand",
        "employmentType": "FullTime",
        "location": "San Francisco, California",
        "secondaryLocations": [],
        "publishedAt": "2026-07-02T17:18:41.823+00:00",
        "isListed": True,
        "isRemote": True,
        "address": {
            "postalAddress": {
                "addressRegion": "California",
                "addressCountry": "United States",
                "addressLocality": "San Francisco",
            }
        },
        "jobUrl": f"https://jobs.ashbyhq.com/nimbusfern/{source_id}",
        "applyUrl": f"https://jobs.ashbyhq.com/nimbusfern/{source_id}/application",
        "descriptionHtml": "<h1>Who We Are</h1>",
        "descriptionPlain": "WHO WE ARE",
        "shouldDisplayCompensationOnJobPostings": True,
        **changes,
    }


def himalayas_rss(*inner: str) -> str:
    """Himalayas' RSS of these items' inner elements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:himalayasJobs="https://himalayas.app/ns/jobs"><channel><title>Remote jobs</title>'
        + "".join(f"<item>{item}</item>\n" for item in inner)
        + "</channel></rss>"
    )


def himalayas_item(number: int = 1, more: str = "") -> str:
    """The inner elements of one item of Himalayas' RSS, with its two guids."""
    address = f"https://himalayas.app/companies/nimbus-fern/jobs/senior-data-engineer-{number}"
    return (
        "<title><![CDATA[Senior Data Engineer]]></title><description><![CDATA[Short]]></description>"
        f'<link>{address}</link><guid isPermaLink="true">{address}</guid><guid>{address}-other</guid>'
        "<category><![CDATA[Data-Engineer]]></category><category><![CDATA[ETL-Developer]]></category>"
        "<pubDate>Tue, 11 Aug 2026 05:04:31 GMT</pubDate>"
        f"<himalayasJobs:companyName>Nimbus Fern</himalayasJobs:companyName>{more}"
        "<content:encoded><![CDATA[<p>We build …</p>]]></content:encoded>"
        "<himalayasJobs:expiryDate>Sat, 10 Oct 2026 05:04:30 GMT</himalayasJobs:expiryDate>"
    )


def wwr(*inner: str) -> str:
    """We Work Remotely's RSS of these items' inner elements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:media="http://search.yahoo.com/mrss"><channel><title>We Work Remotely: Programming Jobs</title>'
        "<link>https://weworkremotely.com</link><ttl>60</ttl>\n"
        + "".join(f"<item>{item}</item>\n" for item in inner)
        + "</channel></rss>"
    )


def wwr_item(number: int = 1, **changes: str) -> str:
    """The inner elements of one item of We Work Remotely's RSS."""
    address = f"https://weworkremotely.com/remote-jobs/coral-ledger-senior-python-engineer-{number}"
    description = (
        '<img src="https://img.example/logo.gif" />\n\n<p>\n  <strong>Headquarters:</strong> Remote - Portugal\n'
        '    <br /><strong>URL:</strong> <a href="https://coral.example">https://coral.example</a>\n</p>\n'
        "<div>Build ledgers.</div>"
    )
    fields = {
        "title": "Coral Ledger: Senior Python Engineer",
        "region": "Europe Only",
        "country": "",
        "state": "",
        "skills": "Python, Django, and PostgreSQL",
        "category": "Back-End Programming",
        "type": "Full-Time",
        "description": description,
        "pubDate": "Tue, 11 Aug 2026 07:30:41 +0000",
        "expires_at": "Thu, 10 Sep 2026 07:30:41 +0000",
        "guid": address,
        "link": address,
    } | changes
    return '<media:content url="https://img.example/logo.gif" type="image/png"/>' + "".join(
        f"<{name}>{html.escape(value)}</{name}>" for name, value in fields.items()
    )


def page(*scripts: Any, head: str = "") -> str:
    """A web page with these values as JSON-LD scripts; a text stands as it is."""
    written = (script if isinstance(script, str) else json.dumps(script) for script in scripts)
    return f"<!doctype html><html><head>{head}" + "".join(
        f'<script type="application/ld+json">{script}</script>' for script in written
    )


def job_posting(**changes: Any) -> JsonObject:
    """A schema.org JobPosting; a change to None leaves the member out."""
    posting = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Senior Data Engineer",
        "description": "<p>Build it.</p>",
        "identifier": {"@type": "PropertyValue", "name": "Nimbus Fern", "value": "NF-42"},
        "datePosted": "2026-08-11",
        "validThrough": "2026-10-10T00:00:00+00:00",
        "employmentType": ["FULL_TIME", "CONTRACTOR"],
        "hiringOrganization": {"@type": "Organization", "name": "Nimbus Fern", "sameAs": "https://nimbus.example"},
        "jobLocationType": "TELECOMMUTE",
        "applicantLocationRequirements": [
            {"@type": "Country", "name": "USA"},
            {"@type": "State", "name": "Ontario, Canada"},
        ],
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "USD",
            "value": {"@type": "QuantitativeValue", "minValue": 120000, "maxValue": 150000, "unitText": "YEAR"},
        },
        "skills": "Python, Kafka",
        **changes,
    }
    return {name: value for name, value in posting.items() if value is not None}

"""Examples for docs/fields.md where a default says too little; a test holds them to the models."""

import json
from pathlib import Path
from typing import Any

CRITERIA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "schemas" / "examples" / "criteria.v1.json").read_text("utf-8")
)["criteria"]

EVENT_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPBlIm2eUq/ftOy/8tY+eX+uxxrhUKeBw8DtoO2oV442d"
    "9O82cyYZaoWFcHR/L9chAbOx/kO5B+DR8HFFA7vpcw=="
)
"""Of nobody: its private half was thrown away."""

PUSHED: dict[str, tuple[Any, str]] = {
    "id": ("4711", "Yours; the url stands for it where it is missing."),
    "title": ("Senior Python Developer", "Needed."),
    "company": ("Acme Ltd", "Needed."),
    "company_url": ("https://acme.example", "The company's own pages."),
    "url": ("https://jobs.example.com/4711", "Where the posting is read; http(s)."),
    "apply_url": ("https://jobs.example.com/4711/apply", "Where one applies, if elsewhere."),
    "description": ("You build pipelines with Python and Kafka.", "The text: plain, or HTML, which is sanitised."),
    "description_html": (
        "<p>You build pipelines.</p>",
        "The same in HTML; it is taken before `description`.",
    ),
    "skills": (["Python", "Kafka"], "Beside those that the text names."),
    "location": ("Berlin, Germany", "Where the job is."),
    "locations": (["Berlin", "Vienna"], "The same, where there are several."),
    "countries": (["DE", "AT"], "Where one may work from, by code or name; `worldwide` is everywhere."),
    "remote": (True, "Whether it is remote work, where `workplace` is not given."),
    "workplace": ("remote", "`remote`, `hybrid` or `onsite`."),
    "timezones": ([0, 1, 2], "In which one may work, -12 to 14."),
    "salary": ("€70k to €90k a year", "Pay as it is written, where its parts are not known."),
    "salary_min": (70000, "The least pay."),
    "salary_max": (90000, "The highest; not below `salary_min`."),
    "salary_currency": ("EUR", "ISO 4217."),
    "salary_period": ("year", "What the amounts are for: `year`, `month`, `week`, `day`, `hour` or `project`."),
    "seniority": ("senior", "As boards write it."),
    "employment": ("full time", "As boards write it."),
    "department": ("Engineering", "Part of the company."),
    "language": ("en", "ISO 639-1, of the text; told from it where it is missing."),
    "languages": (["de", "English"], "What one must speak, by name or ISO 639-1, beside what the text says of it."),
    "posted_at": ("2026-11-20T09:00:00Z", "When it was posted."),
    "expires_at": ("2026-12-20T00:00:00Z", "When it ends; else 45 days after its date, see `ingest.max_age`."),
}

SETTINGS: dict[str, dict[str, Any]] = {
    "": {
        "secret": "openssl-rand-hex-32-makes-one",
        "suppression_key": "openssl-rand-hex-32-makes-another",
        "store": "postgresql://jobchime:password@db.example/jobchime",
        "sentry_dsn": "https://key@sentry.example/1",
        "worker": "notifier-1",
    },
    "tracing": {"endpoint": "http://collector.example:4318/v1/traces"},
    "ingest": {"contact": "https://jobs.example.com/about-our-bot", "reads_beside": False},
    "ingest.sources[]": {
        "name": "himalayas",
        "url": "https://himalayas.app/jobs/api",
        "format": "himalayas",
        "every": "6h",
        "complete": True,
        "robots": False,
        "headers_from": {"X-Api-Key": "ACME_KEY"},
        "max_details": 40,
    },
    "ingest.sources[].attribution": {"name": "Acme Jobs", "url": "https://jobs.example.com"},
    "ingest.push.keys.NAME": {"source": "acme", "key": "openssl-rand-hex-24-makes-one", "key_from": "ACME_PUSH_KEY"},
    "ingest.push.keys.NAME.attribution": {"name": "Acme Jobs", "url": "https://jobs.example.com"},
    "mail": {
        "public_url": "https://jobs.example.com",
        "sender_address": "alerts@jobs.example.com",
        "postal_address": "Acme Jobs, 1 Main Street, 10115 Berlin, Germany",
        "ca_file": "own-ca.pem",
        "dkim_selectors": ["mail2027"],
        "allow": ["@example.com", "ada@example.org"],
        "link_secret": "openssl-rand-hex-32-makes-one",
    },
    "console": {
        "token": "openssl-rand-hex-32-makes-one",
        "password_hash": "$argon2id$v=19$m=65536,t=3,p=4$bm90IGEgc2FsdA$bm90IHRoZSBoYXNoIG9mIGEgcGFzc3dvcmQ",
        "user_header": "X-Remote-User",
        "labels": "labels.jsonl",
        "proxies": ["10.0.0.1"],
    },
    "mail.former_link_secrets[]": {"secret": "the one that signed until now", "until": "2027-12-31T00:00:00Z"},
    "mail.brand": {
        "colour": "#8a1538",
        "colour_dark": "#ffb3c4",
        "logo": "logo.svg",
        "website": "https://board.example",
        "welcome": {"en": "Jobs at sea, as they come in."},
    },
    "mail.warm_up": {"since": "2027-01-11"},
    "mail.smtp": {
        "host": "smtp.example.com",
        "username": "alerts",
        "password": "better in the environment",
        "return_path": "bounces@example.com",
    },
    "mail.sendgrid": {
        "api_key": "better in the environment",
        "reply_to": "help@jobs.example.com",
        "event_key": EVENT_KEY,
    },
    "portal": {
        "privacy_contact": "privacy@jobs.example.com",
        "api_origins": ["https://jobs.example.com"],
        "processors": ["Twilio SendGrid, USA: sends the mails"],
        "logs_kept_days": 14,
    },
    "probes": {"embedded_port": 8130},
    "kafka": {
        "bootstrap": ["kafka-1.example:9093"],
        "prefix": "test-",
        "username": "jobchime",
        "password": "better in the environment",
        "ca_file": "kafka-ca.pem",
    },
    "elasticsearch": {
        "urls": ["https://search.example:9200"],
        "username": "jobchime",
        "password": "better in the environment",
        "api_key": "better in the environment",
        "ca_file": "search-ca.pem",
    },
}
"""By table, as docs/make_fields.py names them."""

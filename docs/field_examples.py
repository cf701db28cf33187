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
    "id": ("4711", "Your own id. If it is missing, the url is used."),
    "title": ("Senior Python Developer", "The title of the job. Needed."),
    "company": ("Acme Ltd", "The employer's name. Needed."),
    "company_url": ("https://acme.example", "The company's own pages."),
    "url": ("https://jobs.example.com/4711", "Where the posting can be read; http(s)."),
    "apply_url": ("https://jobs.example.com/4711/apply", "Where people apply, if that is elsewhere."),
    "description": (
        "You build pipelines with Python and Kafka.",
        "The text, as plain text or as HTML, which is sanitised.",
    ),
    "description_html": (
        "<p>You build pipelines.</p>",
        "The text as HTML. It is used instead of `description`.",
    ),
    "skills": (["Python", "Kafka"], "Skills in addition to those in the text."),
    "location": ("Berlin, Germany", "Where the job is."),
    "locations": (["Berlin", "Vienna"], "Where the job is, if in several places."),
    "countries": (["DE", "AT"], "Where one may work from, by code or name; `worldwide` for everywhere."),
    "remote": (True, "Whether the work is remote. Used if `workplace` is not given."),
    "workplace": ("remote", "`remote`, `hybrid` or `onsite`."),
    "timezones": ([0, 1, 2], "Time zones in which one may work, -12 to 14."),
    "salary": ("€70k to €90k a year", "Pay as one text, if you do not know its parts."),
    "salary_min": (70000, "The least pay."),
    "salary_max": (90000, "The highest pay; not below `salary_min`."),
    "salary_currency": ("EUR", "The currency, by ISO 4217."),
    "salary_period": ("year", "What the amounts are paid for: `year`, `month`, `week`, `day`, `hour` or `project`."),
    "seniority": ("senior", "The level, in the words of your board."),
    "employment": ("full time", "The kind of employment, in the words of your board."),
    "department": ("Engineering", "The part of the company."),
    "language": ("en", "The language of the text, by ISO 639-1. If missing, it is recognised."),
    "languages": (
        ["de", "English"],
        "Languages that one must speak, by name or ISO 639-1, in addition to those in the text.",
    ),
    "posted_at": ("2026-11-20T09:00:00Z", "When it was posted."),
    "expires_at": ("2026-12-20T00:00:00Z", "When it ends. If missing: 45 days after `posted_at` (`ingest.max_age`)."),
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
    "probes": {"embedded_port": 8100},
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

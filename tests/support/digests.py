"""Builders for digests: a posting, a search, a subscriber, each sound unless a test says otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Attribution, Cluster, Company, Period, PostingCore, Reach, Salary, Skill, posting_id_of
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.model import Candidate, Digest, DueSearch, Recipient, Sender
from services.notifier.ports import Email
from services.rules.money import Rates, annual, tops
from services.rules.signature import cluster_key, signature_of

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
RATES = Rates(date(2026, 9, 11), {"EUR": 1.0, "USD": 1.25, "GBP": 0.8, "CHF": 0.95, "INR": 100.0, "JPY": 160.0})
SENDER = Sender("Harbour Jobs", "alerts@harbour.example", "Harbour Jobs, 1 Quay Street, Porto, Portugal")
PYTHON = Criteria(skills=SkillTerms(any=("Python",)))


def pay(
    low: float | None, high: float | None, currency: str | None = "EUR", period: Period = "year", rates: Rates = RATES
) -> Salary:
    """A salary with its tops, as the normaliser writes it."""
    annual_low = annual(low, period) if low is not None else None
    annual_high = annual(high, period) if high is not None else None
    return Salary(
        min=low,
        max=high,
        currency=currency,
        period=period,
        annual_min=annual_low,
        annual_max=annual_high,
        tops=tops(annual_high if annual_high is not None else annual_low, currency, rates),
        rates_on=rates.on.isoformat(),
    )


def posting(name: str = "one", **changes: Any) -> PostingCore:
    """An open Python job of yesterday at a company of its own, with a text of its own."""
    title = changes.pop("title", "Python engineer")
    company = changes.pop("company", f"Company {name}")
    reach = changes.pop("reach", Reach(scope="worldwide"))
    text = changes.pop("description_text", words_about(name))
    source_id = changes.pop("source_id", name)
    seen = changes.pop("posted_at", NOON - timedelta(days=1))
    fields: dict[str, Any] = {
        "posting_id": posting_id_of("sample", source_id),
        "version": 1,
        "source": "sample",
        "source_id": source_id,
        "url": f"https://jobs.example.com/{source_id}",
        "title": title,
        "company": Company(name=company),
        "description_text": text,
        "language": "en",
        "skills": (Skill(name="Python", core=True),),
        "workplace": "remote",
        "reach": reach,
        "posted_at": seen,
        "fetched_at": seen or NOON - timedelta(hours=3),
        "cluster": Cluster(key=cluster_key(company, title, reach), signature=signature_of(text)),
    }
    return PostingCore(**(fields | changes))


def words_about(name: str, count: int = 60) -> str:
    """A text that is like no other name's."""
    return " ".join(f"{name}word{number}" for number in range(count))


def search(name: str = "Python anywhere", criteria: Criteria = PYTHON, **changes: Any) -> DueSearch:
    """A daily search."""
    fields: dict[str, Any] = {"search_id": f"s-{name}", "name": name, "cadence": "daily", "criteria": criteria}
    return DueSearch(**(fields | changes))


def recipient(**changes: Any) -> Recipient:
    """A subscriber in Lisbon who counts in euros."""
    fields: dict[str, Any] = {
        "subscriber_id": "k3v9xq2m",
        "address": "ines@mail.example",
        "name": "Inês",
        "time_zone": "Europe/Lisbon",
        "currency": "EUR",
    }
    return Recipient(**(fields | changes))


def digest(*postings: PostingCore, to: Recipient | None = None, by: DueSearch | None = None) -> Digest:
    """A digest of postings that one search found, however likely. The test is wrong where nothing fits."""
    found_by, settings = by or search(), CurateSettings(least_chance=0)
    candidates = [Candidate(core, (found_by,)) for core in postings]
    made = curate(to or recipient(), [found_by], candidates, [], NOON, settings)
    assert isinstance(made, Digest), made
    return made


def linked_to(made: Digest, url: str | None) -> Digest:
    """A digest whose jobs have another address, be it one with which none would be in it."""
    changed = {"url": url, "apply_url": None}
    items = (replace(item, posting=item.posting.model_copy(update=changed)) for item in made.items)
    return replace(made, items=tuple(items))


def email(**changes: Any) -> Email:
    """A message that every mailer takes."""
    fields: dict[str, Any] = {
        "delivery_id": "d-0001",
        "sender_name": "Harbour Jobs",
        "sender_address": "alerts@harbour.example",
        "to_address": "ines@mail.example",
        "subject": "3 new Python jobs",
        "html": '<p lang="en">Três vagas</p>',
        "text": "Três vagas\n.\n..dots\nFrom here on\n",
        "date": NOON,
        "unsubscribe_url": "https://jobs.harbour.example/u/k3v9xq2m.abcdefghijklmnop",
    }
    return Email(**(fields | changes))


def rich_digest(to: Recipient | None = None) -> Digest:
    """A digest with something of everything: ranges, hours, other currencies, near misses, long and foreign words."""
    remote = search(
        "Remote Python",
        Criteria(
            skills=SkillTerms(any=("Python",)),
            places=("PT", "DE"),
            workplace=("remote",),
            salary_floor=SalaryFloor(amount=70_000, currency="EUR"),
            accept_undisclosed=False,
        ),
    )
    data = search("Data, any pay", Criteria(skills=SkillTerms(any=("Apache Kafka", "PostgreSQL")), places=("PT",)))
    wide = Reach(scope="worldwide")
    eu = Reach(scope="listed", groups=("eu",), excluded=("FR",))
    named = Reach(scope="listed", countries=("DE", "PT", "ES", "PL", "NL", "SE"))
    skills = (Skill(name="Python", core=True), Skill(name="PostgreSQL", core=True), Skill(name="Apache Kafka"))
    jobs = [
        posting("a", title="Senior Python Engineer, Grid Forecasting", company="Tidewater Energy", reach=eu,
                salary=pay(78_000, 95_000), seniority="senior", employment="full_time", skills=skills,
                roles=("backend-engineer",)),
        posting("b", title="Backend Engineer (Python, Kafka)", company="Lantern & Loom", reach=wide,
                salary=pay(55, 70, "USD", "hour"), employment="contract", skills=skills,
                attribution=Attribution(name="Sample Board", url="https://board.example/jobs"),
                posted_at=NOON - timedelta(hours=5)),
        posting("c", title="مهندس بايثون أول", company="شركة المرفأ", reach=named, salary=pay(None, 72_000, "GBP"),
                seniority="lead", posted_at=NOON - timedelta(days=6)),
        posting("d", title="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsleiterin",
                company="Übersee-Dampf GmbH", reach=named, salary=pay(6_500, 7_000, "EUR", "month"),
                timezones={"min": -1.0, "max": 3.5}, posted_at=NOON - timedelta(days=3)),
        posting("e", title="Data Platform Engineer", company="Quillfeather", reach=wide, skills=skills[1:],
                posted_at=NOON - timedelta(days=2)),
        posting("f", title="Python Developer", company="Brackwater Labs", reach=wide, salary=pay(60_000, 68_000)),
        posting("g", title="Platform Engineer, Python", company="Mossgate", reach=named),
    ]  # fmt: skip
    candidates = [Candidate(job, (remote, data)) for job in jobs]
    made = curate(to or recipient(), [remote, data], candidates, [], NOON, CurateSettings(least_chance=0))
    assert isinstance(made, Digest), made
    return made

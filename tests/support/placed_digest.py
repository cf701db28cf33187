"""A digest of jobs that employers post once a place: told alike, told otherwise on their lines, and near misses."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Cluster, PostingCore, Reach, Skill
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.model import Candidate, Digest, Recipient
from services.rules.places.towns import town_of
from services.rules.seat import Seat
from services.rules.signature import cluster_key, signature_of
from tests.support.digests import NOON, pay, posting, recipient, search, words_about

TOWNS = ("Berlin, DE", "Hamburg, DE", "Munich, DE", "Köln, DE", "Leipzig, DE")
DAYS_AGO = NOON - timedelta(days=4)
AT_HOME = ""
"""In place of a town: remote."""


def in_town(label: str, *, title: str, company: str, country: str = "DE", **changes: Any) -> PostingCore:
    """One posting of a job, in a town or at home."""
    town = town_of(label)
    country, of_town = (town.code[:2], frozenset([f"{town.id % 65_536:04x}"])) if town else (country, frozenset[str]())
    reach, text = Reach(scope="listed", countries=(country,)), words_about(title.split(" - ")[0].replace(" ", ""))
    key = cluster_key(company, title, reach, Seat(town is None, of_town), "en")
    named = {
        "title": title,
        "company": company,
        "reach": reach,
        "towns": (town.id,) if town else (),
        "workplace": "onsite" if town else "remote",
        "description_text": text,
        "cluster": Cluster(key=key, signature=signature_of(text)),
        "skills": (Skill(name="Python", core=True), Skill(name="PostgreSQL", core=True)),
    }
    return posting(f"{title} {label or country}".replace(" ", "").replace(",", ""), **(named | changes))


def in_towns(labels: Sequence[str], **of_all: Any) -> list[PostingCore]:
    """A posting of one job in each."""
    return [in_town(label, **of_all) for label in labels]


def placed_digest(to: Recipient | None = None) -> Digest:
    """Of five towns, then of places that differ in pay, workplace and age, then a near miss in two."""
    by = search("Python", Criteria(skills=SkillTerms(any=("Python",))))
    paid = search(
        "Well paid",
        Criteria(
            skills=SkillTerms(any=("Go",)),
            salary_floor=SalaryFloor(amount=60_000, currency="EUR"),
            accept_undisclosed=False,
        ),
    )
    data, support = {"title": "Data Engineer", "company": "Tidewater Energy"}, {"company": "Lantern & Loom GmbH"}
    backend = {"title": "Backend Engineer, Grid", "company": "Quillfeather", "skills": (Skill(name="Go", core=True),)}
    jobs = [
        *in_towns(TOWNS, salary=pay(70_000, 85_000), **data),
        in_town("Lisbon, PT", title="Support Engineer - Lisbon", salary=pay(1_030, 1_200, "EUR", "month"), **support),
        in_town("Athens, GR", title="Support Engineer - Athens", salary=pay(1_400, 1_400, "EUR", "month"), **support),
        in_town(AT_HOME, title="Support Engineer - Remote", country="PT", posted_at=DAYS_AGO, **support),
        posting("alone", salary=pay(60_000, 70_000), seniority="senior", employment="full_time"),
    ]
    near = in_towns(("Vienna, AT", "Graz, AT"), salary=pay(None, 57_000), **backend)
    found = [*(Candidate(job, (by,)) for job in jobs), *(Candidate(job, (paid,)) for job in near)]
    made = curate(to or recipient(), [by, paid], found, [], NOON, CurateSettings(least_chance=0))
    assert isinstance(made, Digest), made
    return made

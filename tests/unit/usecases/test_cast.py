"""Whom a demo over anybody's feeds mails: many trades and countries, by what the feeds hold and by nothing else."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from schemas.posting import PostingCore, Reach
from services.notifier.importing import Entry, read_people
from services.usecases.simulation.shelf import MOST_PEOPLE, Resident, cast, choose
from tests.support.notifying import NOW, posting

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
ADA = Resident("Ada", "DE", "Europe/Berlin", "EUR", "de", ("de", "en"))
BEN = Resident("Ben", "DE", "Europe/Berlin", "EUR", "de", ("de",))
LANDS = ("DE", "KE", "FR", "US", "BR")
CLEO = Resident("Cleo", "KE", "Africa/Nairobi", "KES", "en", ("en", "sw"))


def jobs(role: str, country: str, count: int, language: str = "en") -> list[PostingCore]:
    fields: dict[str, Any] = {
        "roles": (role,),
        "reach": Reach(scope="listed", countries=(country,)),
        "language": language,
        "workplace": "remote",
    }
    return [posting(f"{role}-{country}-{at}", **fields) for at in range(count)]


def asked(chosen: list[tuple[Resident, str]]) -> dict[str, str]:
    return {resident.name: role for resident, role in chosen}


def test_each_asks_for_work_where_they_live_in_a_language_that_they_speak() -> None:
    stored = [*jobs("nurse", "DE", 3, "de"), *jobs("data-analyst", "DE", 5), *jobs("accountant", "KE", 1)]
    assert asked(choose([ADA, BEN, CLEO], stored)) == {"Ada": "data-analyst", "Ben": "nurse", "Cleo": "accountant"}


def test_nobody_is_chosen_for_whom_the_folder_holds_nothing() -> None:
    assert asked(choose([ADA, BEN, CLEO], jobs("nurse", "FR", 9))) == {}
    assert asked(choose([ADA, BEN], jobs("nurse", "DE", 9))) == {"Ada": "nurse"}


def test_trades_and_countries_are_spread() -> None:
    residents = [
        Resident(f"{country}{at}", country, "UTC", "EUR", "en", ("en",)) for country in ("DE", "KE") for at in (1, 2)
    ]
    stored = [*jobs("nurse", "DE", 30), *jobs("data-analyst", "DE", 20), *jobs("nurse", "KE", 10)]
    chosen = choose(residents, [*stored, *jobs("accountant", "KE", 8)])
    assert asked(chosen) == {"DE1": "nurse", "DE2": "data-analyst", "KE1": "accountant", "KE2": "nurse"}


def test_what_may_be_done_from_anywhere_is_asked_for_by_a_few_alone() -> None:
    residents = [
        Resident(f"H{at}", land, "UTC", "EUR", "en", ("en",)) for at, land in enumerate(("DE", "KE", "FR", "US", "BR"))
    ]
    anywhere = [posting(str(at), roles=("translator",), reach=Reach(scope="worldwide")) for at in range(9)]
    assert set(asked(choose(residents, [*anywhere, *jobs("nurse", "BR", 1)])).values()) == {"translator", "nurse"}
    assert len(choose(residents, anywhere)) == 3


def test_the_same_postings_in_any_order_choose_the_same() -> None:
    residents = [Resident(f"H{at}", LANDS[at % 5], "UTC", "EUR", "en", ("en",)) for at in range(MOST_PEOPLE + 4)]
    roles = ("nurse", "data-analyst", "accountant", "electrician", "welder", "teacher")
    stored = [job for role in roles for land in LANDS for job in jobs(role, land, 4)]
    first = choose(residents, stored)
    assert len(first) == MOST_PEOPLE
    assert len({(resident.country, role) for resident, role in first}) == MOST_PEOPLE
    Random(1).shuffle(stored)
    assert choose(residents[::-1], stored) == first


def test_the_people_can_be_taken_in_and_ask_for_what_those_days_hold(tmp_path: Path) -> None:
    lines = [
        {
            "id": str(at), "title": "Krankenschwester (m/w/d)", "company": "Klinik", "url": f"https://k.example/{at}",
            "description_html": "<p>Wir suchen eine Krankenschwester für unsere Station in Berlin, Deutschland.</p>",
            "locations": ["Berlin, Deutschland"], "posted_at": NOW.isoformat(),
        }
        for at in range(3)
    ]  # fmt: skip
    (tmp_path / "jobs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    residents = (SAMPLES / "residents.jsonl").read_text(encoding="utf-8")
    entries = list(read_people(cast(residents, tmp_path, NOW + timedelta(days=1), 4)))
    assert entries
    for entry in entries:
        assert isinstance(entry, Entry)
        assert entry.profile.locale == "de"
        assert [search.criteria.roles.any for search in entry.searches] == [("nurse",)]
    assert cast(residents, tmp_path, NOW + timedelta(days=40), 4) == ""

"""Searches that find nothing in all that the store holds are told: at their import, and in `status`."""

import json
from pathlib import Path

from schemas.criteria import Criteria, SkillTerms
from services.overview.search_yield import (
    LEAST_POSTINGS,
    LEAST_SEARCHES,
    SearchYield,
    more_in,
    read_search_yield,
    yield_of,
)
from services.overview.stream.model import Overview
from services.overview.stream.troubles.every import troubles
from services.usecases import importing
from services.usecases.installation import Installation
from tests.support.consenting import FIELDS
from tests.support.generate import criteria, postings
from tests.support.installed_store import installation_in
from tests.support.logs import NOON
from tests.support.notifying import NOW, arrival

NEWEST = [of for of in postings(2 * LEAST_POSTINGS, 1) if of.status == "open"][:LEAST_POSTINGS]
MADE_FOR_THEM = criteria(40, 2, NEWEST)
COBOL = [Criteria(skills=SkillTerms(all=("COBOL",)), places=("DE",))] * 38


def test_searches_that_were_made_for_what_is_here_find_some_of_it() -> None:
    found = yield_of(MADE_FOR_THEM, NEWEST)
    assert found.nothing < 0.3 * found.of
    assert not found.hardly_any


def test_where_hardly_any_finds_something_it_is_said_of_how_many_and_what_most_lack() -> None:
    found = yield_of([*COBOL, *MADE_FOR_THEM[:2]], NEWEST)
    assert found.hardly_any
    assert found.said == (
        "of 40 saved searches 38 fit none of the newest 200 open postings: most ask for skills that none of these has"
    )
    [trouble] = troubles(Overview(NOON, "deployed", search_yield=found))
    assert (trouble.what, trouble.grave) == (found.said, True)
    assert not yield_of(COBOL[: LEAST_SEARCHES - 1], NEWEST).hardly_any, "of so few nobody can tell"
    assert not yield_of(COBOL, NEWEST[:-1]).hardly_any, "a new board has few postings"


def test_where_the_newest_are_all_of_one_kind_as_of_a_source_that_was_added_the_others_count_too() -> None:
    fits = {at: yield_of(MADE_FOR_THEM, [of]).nothing for at, of in enumerate(NEWEST)}
    added = [NEWEST[max(fits, key=lambda at: fits[at])]] * LEAST_POSTINGS
    assert yield_of(MADE_FOR_THEM, added).hardly_any
    assert not yield_of(MADE_FOR_THEM, added, lambda: NEWEST).hardly_any
    assert yield_of(COBOL, added, lambda: NEWEST) == yield_of(COBOL, added)


def test_all_open_postings_are_looked_at_where_the_newest_are_not_enough(tmp_path: Path) -> None:
    with installation_in(tmp_path) as installation:
        installation.matches.store(0, [arrival(at, of) for at, of in enumerate(NEWEST)], NOW)
        assert {of.posting_id for of in more_in(installation.engine)} == {of.posting_id for of in NEWEST}


def test_an_import_and_status_look_at_what_the_store_holds(tmp_path: Path) -> None:
    def imported(of: str, skill: str) -> SearchYield | None:
        people = [
            {"address": f"{of}{at}@example.com", "searches": [{"name": "Work", "criteria": wanted(skill, at)}]}
            for at in range(30)
        ]
        data = "\n".join(map(json.dumps, people)).encode()
        return importing.import_all(
            installation, data, FIELDS, NOW, update=False, dry_run=False, tell=lambda _: None
        ).search_yield

    with installation_in(tmp_path) as installation:
        assert imported("early", "COBOL") is None, "there is nothing yet to find"
        assert told(installation) == []
        installation.matches.store(0, [arrival(at, of) for at, of in enumerate(NEWEST)], NOW)
        assert told(installation) == [(30, 30, "skills")]
        late = imported("late", "Python")
        assert late is not None
        assert not late.hardly_any
        assert told(installation) == [], "it is over once enough of them find something"


def wanted(skill: str, at: int) -> dict[str, object]:
    return {"skills": {"any": [skill, "COBOL"]}, "salary_floor": {"amount": 1_000 + at, "currency": "EUR"}}


def told(installation: Installation) -> list[tuple[int, int, str]]:
    found = read_search_yield(installation.engine)
    return [(found.of, found.nothing, found.fails)] if found is not None and found.hardly_any else []

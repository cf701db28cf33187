"""Subscribers from files: every line is taken or named with its fault, and no address is repeated in one."""

import json
from typing import Any

import pytest

from services.notifier.importing import Entry, Fault, read_people

SEARCH: dict[str, Any] = {"name": "Python", "criteria": {"skills": {"all": ["python"]}}}


def lines(*rows: Any) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


def only_fault(text: str) -> Fault:
    [fault] = [found for found in read_people(text) if isinstance(found, Fault)]
    return fault


def test_a_person_with_searches_is_read_from_a_line_of_json() -> None:
    row = {
        "address": "ada@example.com",
        "name": "Ada",
        "time_zone": "Europe/Berlin",
        "currency": "eur",
        "locale": "de-AT",
        "searches": [SEARCH | {"cadence": "weekly", "hour": 7, "weekday": "Friday"}],
    }
    [entry] = read_people(lines(row))
    assert isinstance(entry, Entry)
    assert (entry.profile.currency, entry.profile.locale) == ("EUR", "de_AT")
    [search] = entry.searches
    assert (search.timing.cadence, search.timing.hour, search.timing.weekday) == ("weekly", 7, 4)
    assert search.criteria.skills.all == ("Python",)


def test_people_are_read_from_csv_with_one_search_each() -> None:
    text = (
        "address,name,time_zone,search,cadence,hour,criteria\r\n"
        'ada@example.com,Ada,Asia/Tokyo,Snakes,daily,6,"{""skills"": {""all"": [""Python""]}}"\r\n'
        "bob@example.com,Bob,,,,,\r\n"
    )
    ada, bob = read_people("\ufeff" + text)
    assert isinstance(ada, Entry)
    assert isinstance(bob, Entry)
    assert (ada.searches[0].name, ada.searches[0].timing.hour) == ("Snakes", 6)
    assert (bob.searches, bob.profile.time_zone) == ((), "UTC")


@pytest.mark.parametrize("written", [["Portugal", "eu"], "eu; Portugal;", ["EU"]])
def test_a_search_may_prefer_places_by_code_or_name(written: Any) -> None:
    """A place within another one says nothing more."""
    row = {"address": "ada@example.com", "searches": [SEARCH | {"preferred_places": written}]}
    [entry] = read_people(lines(row))
    assert isinstance(entry, Entry)
    assert entry.searches[0].preferred_places == ("eu",)


def test_preferred_places_are_a_column_of_csv_with_semicolons() -> None:
    text = (
        "address,criteria,preferred_places\r\n"
        'ada@example.com,"{""skills"": {""all"": [""Python""]}}",Japan; worldwide\r\n'
    )
    [ada] = read_people(text)
    assert isinstance(ada, Entry)
    assert ada.searches[0].preferred_places == ("JP", "worldwide")


@pytest.mark.parametrize("written", [7, {"PT": 1}, [7], ["Atlantis"]])
def test_preferred_places_that_are_none_are_a_fault_of_the_line(written: Any) -> None:
    row = {"address": "ada@example.com", "searches": [SEARCH | {"preferred_places": written}]}
    assert "search 1, preferred_places: " in only_fault(lines(row)).said


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"address": "not an address"}, "address"),
        ({"address": ""}, "address"),
        ({"address": 7}, "address"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"currency": "EURO"}, "currency"),
        ({"locale": "no such locale"}, "locale"),
        ({"name": "x" * 200}, "name"),
        ({"searches": [{**SEARCH, "cadence": "hourly"}]}, "search 1, cadence"),
        ({"searches": [{**SEARCH, "hour": 24}]}, "search 1, hour"),
        ({"searches": [{**SEARCH, "cadence": "weekly", "weekday": "someday"}]}, "search 1, weekday"),
        ({"searches": [SEARCH, {**SEARCH, "name": " "}]}, "search 2, name"),
        ({"searches": [{"name": "x", "criteria": {}}]}, "search 1, criteria"),
        ({"searches": [{"name": "x", "criteria": {"skills": {"all": ["Pyton"]}}}]}, "search 1, criteria"),
        ({"searches": [{"name": "x", "criteria": {"skils": {}}}]}, "search 1, criteria.skils"),
        ({"frequency": "daily"}, "frequency"),
    ],
)
def test_a_fault_names_line_and_field_and_not_the_address(fields: dict[str, Any], field: str) -> None:
    good = {"address": "good@example.com"}
    fault = only_fault(lines(good, {"address": "ada@example.com"} | fields, good | {"address": "other@example.com"}))
    assert fault.line == 2
    assert fault.said.startswith(f"{field}: ")
    assert "ada@example.com" not in fault.said


def test_an_unknown_skill_is_named_with_the_nearest_known() -> None:
    row = {"address": "ada@example.com", "searches": [{"name": "x", "criteria": {"skills": {"all": ["Pyton"]}}}]}
    assert "Python" in only_fault(lines(row)).said


@pytest.mark.parametrize("line", ['{"address": ', "[1, 2]", '"text"', '{"address": "a@example.com"} trailing'])
def test_a_line_that_is_no_object_is_a_fault_and_the_rest_goes_on(line: str) -> None:
    found = list(read_people(lines({"address": "ada@example.com"}, line, "", {"address": "bob@example.com"})))
    assert [(type(one), one.line) for one in found] == [(Entry, 1), (Fault, 2), (Entry, 4)]


def test_an_address_may_come_once_in_a_file() -> None:
    fault = only_fault(lines({"address": "ada@example.com"}, {"address": "ADA@EXAMPLE.com"}))
    assert fault == Fault(2, "address: line 1 has the same address")

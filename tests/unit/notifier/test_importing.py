"""Subscribers from files: every line is taken or named with its fault, and no address is repeated in one."""

import csv
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.people import Subscriber
from services.notifier.importing import Entry, Fault, KnownSubscriber, read_people
from services.notifier.importing.differences import of_entry

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


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"time_zone": "Berlin"}, "did you mean Europe/Berlin?"),
        ({"time_zone": "Europe/Berln"}, "did you mean Europe/Berlin?"),
        ({"currency": "EURO"}, "did you mean EUR?"),
        ({"currency": "XXX"}, "currency in use"),
        ({"locale": "German"}, "did you mean de?"),
        ({"adress": "x"}, "did you mean address?"),
        ({"language": "de"}, "did you mean locale?"),
        ({"searches": [SEARCH | {"cadense": "daily"}]}, "did you mean cadence?"),
        ({"searches": [{"name": "x", "criteria": {"skill": {}}}]}, "did you mean skills?"),
        ({"searches": [{"name": "x", "criteria": {"skills": {"al": ["Go"]}}}]}, "did you mean all?"),
        ({"searches": [{"name": "x", "criteria": {"salary_floor": {"amount": 1, "curency": "EUR"}}}]}, "currency?"),
        ({"searches": [{"name": "x", "criteria": {"salary_floor": {"amount": 0, "currency": "EUR"}}}]}, "above 0"),
        ({"searches": [{"name": "x", "criteria": {"text": "-internship"}}]}, "only excludes"),
        ({"searches": [SEARCH, SEARCH]}, "another search named 'Python'"),
    ],
)
def test_a_slip_is_answered_with_what_was_probably_meant(fields: dict[str, Any], said: str) -> None:
    fault = only_fault(lines({"address": "ada@example.com"} | fields))
    assert said in fault.said
    assert "pydantic" not in fault.said


@pytest.mark.parametrize("line", ['{"address": ', "[1, 2]", '"text"', '{"address": "a@example.com"} trailing'])
def test_a_line_that_is_no_object_is_a_fault_and_the_rest_goes_on(line: str) -> None:
    found = list(read_people(lines({"address": "ada@example.com"}, line, "", {"address": "bob@example.com"})))
    assert [(type(outcome), outcome.line) for outcome in found] == [(Entry, 1), (Fault, 2), (Entry, 4)]


def test_an_address_may_come_once_in_a_file() -> None:
    fault = only_fault(lines({"address": "ada@example.com"}, {"address": "ADA@EXAMPLE.com"}))
    assert fault == Fault(2, "address: line 1 has the same address")


HEADER = "address,name,search,criteria"
GO = '"{""skills"": {""all"": [""Go""]}}"'


def outcomes(data: bytes | str) -> list[tuple[int, str]]:
    """Each line's number, with the name of whom it takes in or with its fault."""
    return [
        (outcome.line, outcome.profile.name if isinstance(outcome, Entry) else outcome.said)
        for outcome in read_people(data)
    ]


def csv_with(*rows: str) -> str:
    return "\r\n".join((HEADER, "a@example.com,Ada,Work," + GO, *rows, "b@example.com,Bob,Work," + GO, ""))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('c@example.com,"Cleo,Work,', "a quote is opened that nothing closes"),
        ('c@example.com,"Cleo" x,Work,', "a quote stands within a field"),
        (f"c@example.com,Cleo,Work,{'x' * 200_000}", "longer than 131,072 characters"),
        (f"c@example.com,Cleo,Work,{'[' * 20_000}", "nested deeper"),
        (f"c@example.com,Cleo,Work,{'[' * 20_000}{']' * 20_000}", "nested deeper"),
        ("c@example.com,Cleo,Work,{not JSON", "criteria: not JSON"),
        ("c@example.com,Cleo,Work,,,", "6 fields and the header 4"),
        ("c@example.com,Cl\0eo,,", "NUL"),
    ],
)
@pytest.mark.parametrize("limit", [131_072, 2_000_000], ids=["", "beside a reader of longer fields"])
def test_a_bad_line_of_csv_is_named_and_the_rest_comes(row: str, said: str, limit: int) -> None:
    before = csv.field_size_limit(limit)
    try:
        first, bad, last = outcomes(csv_with(row))
    finally:
        csv.field_size_limit(before)
    assert (first, last) == ((2, "Ada"), (4, "Bob"))
    assert (bad[0], said in bad[1]) == (3, True), bad[1]


def test_two_stray_quotes_cost_their_own_lines_alone() -> None:
    found = outcomes(csv_with('c@example.com,"Cleo,,', 'd@example.com,Dan,"Work,', "e@example.com,Eve,,"))
    assert [(line, said) for line, said in found if line not in (3, 4)] == [(2, "Ada"), (5, "Eve"), (6, "Bob")]
    assert [line for line, _ in found] == [2, 3, 4, 5, 6]


def test_a_quoted_field_may_run_over_lines() -> None:
    spread = GO.replace(": {", ": {\r\n")
    assert outcomes(csv_with(f"c@example.com,Cleo,Work,{spread}")) == [(2, "Ada"), (3, "Cleo"), (5, "Bob")]


@pytest.mark.parametrize("brackets", ["[" * 20_000, '{"a":' * 20_000, "[" * 20_000 + "]" * 20_000])
def test_a_line_of_json_with_many_brackets_is_named_and_the_rest_comes(brackets: str) -> None:
    row = f'{{"address": "c@example.com", "searches": {brackets}}}'
    found = outcomes(lines({"address": "a@example.com", "name": "Ada"}, row, {"address": "b@example.com"}))
    assert [line for line, _ in found] == [1, 2, 3]
    assert "nested deeper" in found[1][1]


@pytest.mark.parametrize(
    "line",
    ['{"address": NaN}', '{"hour": ' + "9" * 5_000 + "}", '{"address": "a@example.com", "address": "b@example.com"}'],
)
def test_json_that_means_nothing_certain_is_a_fault(line: str) -> None:
    assert [line_number for line_number, _ in outcomes(lines({"address": "ada@example.com"}, line))] == [1, 2]
    only_fault(lines({"address": "ada@example.com"}, line))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_however_a_spreadsheet_saved_it(encoding: str, delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (("Address", "Name"), ("a@example.com", "Ädä"), ("b@x.org", "Bob")))
    assert outcomes(text.encode(encoding)) == [(2, "Ädä"), (3, "Bob")]


def test_lines_that_are_not_utf_8_are_named_and_the_rest_comes() -> None:
    rows = ["address,name", "a@example.com,Ada", "c@example.com,Zoë", "b@example.com,Bob"]
    first, bad, last = outcomes("\n".join(rows).encode("latin-1"))
    assert (first, last) == ((2, "Ada"), (4, "Bob"))
    assert bad == (3, "it is not UTF-8; save the file as UTF-8")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("adress,name", 'no column "adress"; did you mean address?'),
        ("address,name,name", 'the column "name" stands twice'),
        ("name,locale", 'no column "address"'),
        ("address;nmae", 'no column "nmae"; did you mean name?'),
    ],
)
def test_a_header_that_cannot_be_read_is_the_one_fault(header: str, said: str) -> None:
    [(line, found)] = outcomes(f"{header}\na@example.com,Ada\nb@example.com,Bob\n")
    assert (line, said in found) == (1, True), found


@pytest.mark.parametrize(
    ("data", "said"),
    [(b'[{"address": "a@example.com"}]', "one JSON list"), (b"\xff\xfea\x00b", "UTF-16 that is cut short")],
)
def test_a_file_of_another_kind_is_said_to_be_one(data: bytes, said: str) -> None:
    [(_, found)] = outcomes(data)
    assert said in found


def test_an_empty_file_holds_nobody() -> None:
    assert outcomes(b"") == outcomes(b"\xef\xbb\xbf\r\n") == []


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_faults(data: bytes) -> None:
    assert all(line >= 1 for line, _ in outcomes(data))


@given(st.lists(st.text(st.sampled_from('",;ab@x.\t '), max_size=30), max_size=8))
def test_no_line_is_lost_but_by_a_quote_that_closes_on_another(rows: list[str]) -> None:
    """Good lines before and after whatever stands between them come, each with its number."""
    plain = [row.replace('"', "") for row in rows]
    found = outcomes("\n".join(["address,name", "a@example.com,Ada", *plain, "b@example.com,Bob"]))
    assert found[0] == (2, "Ada")
    assert found[-1] == (len(rows) + 3, "Bob")


@pytest.mark.parametrize(
    "written", [["en", "de:working"], "German: B2, english", "en; Deutsch:working; en", ["de-AT:Working", "EN"]]
)
def test_a_person_may_say_what_they_speak_by_code_or_name(written: Any) -> None:
    [entry] = read_people(lines({"address": "ada@example.com", "speaks": written}))
    assert isinstance(entry, Entry)
    assert [str(language) for language in entry.profile.speaks] == ["de:working", "en"]


def test_what_is_spoken_is_a_column_of_csv() -> None:
    ada, bob = read_people("address,speaks,search,criteria\nada@example.com,en; de:basic,,\nbob@example.com,,,\n")
    assert isinstance(ada, Entry)
    assert isinstance(bob, Entry)
    assert [str(language) for language in ada.profile.speaks] == ["de:basic", "en"]
    assert bob.profile.speaks == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["Danisch"], "speaks: 'Danisch' is not a language; did you mean Danish?"),
        ("zz", "speaks: 'zz' is not a language, such as en, de or Portuguese"),
        (["de:flunt"], "speaks: 'flunt' is not a level of a language; did you mean fluent?"),
        (["de:9"], "speaks: '9' is not a level of a language; it is one of basic, working, fluent, native"),
        (["de", "de:basic"], "speaks: de stands there twice, with two levels"),
        ([7], 'speaks: a list of languages such as ["en", "de:working"] was expected'),
        ({"de": "basic"}, 'speaks: a list of languages such as ["en", "de:working"] was expected'),
    ],
)
def test_a_language_that_is_none_is_a_fault_of_the_line(written: Any, said: str) -> None:
    assert only_fault(lines({"address": "ada@example.com", "speaks": written})).said == said


def test_a_list_of_languages_under_another_name_is_told_the_right_one() -> None:
    assert "did you mean speaks?" in only_fault(lines({"address": "ada@example.com", "languages": ["de"]})).said


def test_what_somebody_has_worked_as_is_a_column_of_csv_with_titles_in_any_language() -> None:
    table = "address,worked_as\nada@example.com,Krankenschwester; paralegal; nurse\nbob@example.com,\n"
    ada, bob = read_people(table)
    assert isinstance(ada, Entry)
    assert isinstance(bob, Entry)
    assert (ada.profile.worked_as, bob.profile.worked_as) == (("nurse", "paralegal"), ())


def test_what_somebody_can_do_and_would_rather_not_are_columns_of_csv_each_said_once_in_their_order() -> None:
    ada_says = "Payroll ;Java;;\u200bpayroll;C++,cold  calling; crypto"
    table = f"address,knows,avoids\nada@example.com, {ada_says}\nbob@example.com,,\n"
    ada, bob = read_people(table)
    assert isinstance(ada, Entry)
    assert isinstance(bob, Entry)
    assert (ada.profile.knows, ada.profile.avoids) == (("Payroll", "Java", "C++"), ("cold calling", "crypto"))
    assert (bob.profile.knows, bob.profile.avoids) == ((), ())
    [twenty] = read_people(lines({"address": "ada@example.com", "knows": [f"{number:060}" for number in range(20)]}))
    assert isinstance(twenty, Entry)
    assert len(twenty.profile.knows) == 20


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("no crypto; NO on-call, not sales, don't want insurance", ("crypto", "on-call", "sales", "insurance")),
        ("kein Vertrieb; keine Kaltakquise; ohne Reisen", ("Vertrieb", "Kaltakquise", "Reisen")),
        ("sin ventas, nada de ventas", ("ventas",)),
        ("pas de vente, pas d'appels, pas d’astreinte, pas des ventes", ("vente", "appels", "astreinte", "ventes")),
        ("sem vendas, nenhum plantão", ("vendas", "plantão")),
        (
            "aucun déplacement; ningún viaje; nessuna vendita; keinerlei Akquise",
            ("déplacement", "viaje", "vendita", "Akquise"),
        ),
        ("zero hours contracts", ("zero hours contracts",)),
        ("SEM, sem, SEM campaigns", ("SEM", "SEM campaigns")),
        ("no-code, Nordic clients, night shifts", ("no-code", "Nordic clients", "night shifts")),
        (
            "anything with crypto; irgendwas mit Versicherungen, n'importe quoi en vente",
            ("crypto", "Versicherungen", "vente"),
        ),
        ("no", ()),
    ],
)
def test_a_no_before_what_somebody_would_rather_not_do_is_no_part_of_it(typed: str, meant: tuple[str, ...]) -> None:
    [ada] = read_people(lines({"address": "ada@example.com", "avoids": typed, "knows": "no"}))
    assert isinstance(ada, Entry)
    assert (ada.profile.avoids, ada.profile.knows) == (meant, ("no",))


def test_what_somebody_can_do_is_taken_back_by_an_empty_text_and_stays_where_it_is_left_out() -> None:
    [ada] = read_people(lines({"address": "ada@example.com", "knows": ["Java"], "avoids": ["crypto"]}))
    assert isinstance(ada, Entry)
    known = KnownSubscriber(Subscriber("ada", ada.profile, "active", datetime(2026, 7, 1, tzinfo=UTC)), ())
    [changed] = read_people(lines({"address": "ada@example.com", "avoids": ""}), lambda _: known)
    assert isinstance(changed, Entry)
    assert (changed.profile.knows, changed.profile.avoids) == (("Java",), ())
    assert list(of_entry(changed)) == ["avoids: crypto -> nothing"]


def test_how_choosy_mails_are_is_a_column_of_csv_and_the_usual_where_it_is_empty() -> None:
    ada, bob = read_people("address,selectivity\nada@example.com,All\nbob@example.com,\n")
    assert isinstance(ada, Entry)
    assert isinstance(bob, Entry)
    assert (ada.profile.selectivity, bob.profile.selectivity) == ("all", "usual")


def test_where_somebody_lives_and_for_how_long_they_have_worked_are_columns_of_csv() -> None:
    table = 'address,home,years,search,criteria\nada@example.com,"Cambridge, MA",6,,\nbob@example.com,,,,\n'
    ada, bob = read_people(table)
    assert isinstance(ada, Entry)
    assert isinstance(bob, Entry)
    assert (str(ada.profile.home), ada.profile.years) == ("Cambridge, US-MA", 6)
    assert (bob.profile.home, bob.profile.years) == (None, None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"home": "Munichh"},
            "home: 'Munichh' is not a town that is known here, as villages are not; did you mean",
        ),
        ({"home": "Manchester"}, "home: 'Manchester' may be Manchester, GB; Manchester, US-NH"),
        ({"home": 7}, "home: a town or a country was expected, not int"),
        ({"years": 61}, "years: 61 is not a whole number from 0 to 60"),
        ({"years": -1}, "years: -1 is not a whole number from 0 to 60"),
        ({"years": "some"}, "years: 'some' is not a whole number from 0 to 60"),
        ({"worked_as": ["nurze"]}, "worked_as: 'nurze' is not a role that is known here"),
        ({"worked_as": 7}, "worked_as: a list of job titles such as"),
        ({"knows": 7}, "knows: a list of what they can do, such as"),
        ({"knows": ["J" * 61]}, f"knows: '{'J' * 60}' goes on: 60 characters each"),
        ({"avoids": [str(number) for number in range(21)]}, "avoids: 21 stand there, and 20 are the most"),
        ({"skills": ["Java"]}, "skills: a subscriber has no such field; did you mean knows?"),
        ({"selectivity": "some"}, "selectivity: 'some' is not one of strict, usual, wide, all"),
        ({"selectivity": 7}, "selectivity: text was expected, not int"),
        ({"lives": "Munich"}, "lives: a subscriber has no such field; did you mean home?"),
    ],
)
def test_what_of_themself_cannot_be_taken_is_a_fault_of_the_line(fields: dict[str, Any], said: str) -> None:
    assert only_fault(lines({"address": "ada@example.com", **fields})).said.startswith(said)

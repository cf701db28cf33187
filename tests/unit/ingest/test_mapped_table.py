"""Tables by a mapping."""

import pytest

from services.ingest.ports import Broken, Item
from tests.support.mapped_feeds import CSV_FIELDS, drafts, mapped, only_draft, parts, reasons, titles

KNOWN = mapped('kind = "csv"' + CSV_FIELDS)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_delimiter_is_told_by_the_first_row(mark: str, end: str) -> None:
    body = end.join(
        mark.join(row) for row in (("Id", "Job Title", "City"), ("1", "Baker", "Porto"), ("2", "Miller", "Lyon"))
    )
    assert titles(drafts(KNOWN, body)) == ["Baker", "Miller"]


def test_cells_may_hold_delimiters_quotes_and_lines() -> None:
    assert titles(drafts(KNOWN, 'Id,Job Title\n1,"Baker, ""master"" of\nbread"\n\n,\n2,Miller\n')) == [
        'Baker, "master" of bread',
        "Miller",
    ]


def test_columns_go_by_name_whatever_its_case_or_by_number() -> None:
    assert only_draft(KNOWN, "\ufeffID , job title\n1,Baker\n").title == "Baker"
    numbered = mapped('kind = "csv"\ncsv = { header = false, delimiter = ";" }\n[fields]\nsource_id = 2\ntitle = 1')
    assert titles(drafts(numbered, "Baker;7\nMiller;8")) == ["Baker", "Miller"]
    both = mapped('kind = "csv"\n[fields]\nsource_id = "Id"\ntitle = 2')
    assert only_draft(both, "Id,\n1,Baker").title == "Baker"


def test_an_encoding_can_be_named() -> None:
    known = mapped('kind = "csv"\nencoding = "cp1252"' + CSV_FIELDS)
    assert only_draft(known, "Id,Job Title\n1,Bäcker – früh".encode("cp1252")).title == "Bäcker – früh"


def test_a_row_with_too_many_cells_costs_only_itself() -> None:
    found = parts(KNOWN, "Id,Job Title\n1,Baker,,\n2,Miller,more\n3,Smith")
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1", "3"]
    assert [part.reason for part in found if isinstance(part, Broken)] == [
        "a row has 3 cells and the table 2 columns: Id, Job Title"
    ]


def test_a_table_that_ends_within_quotation_marks_is_cut_short() -> None:
    found = parts(KNOWN, 'Id,Job Title\n1,Baker\n2,"Mill')
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1"]
    last = found[-1]
    assert isinstance(last, Broken)
    assert last.ends_feed


@pytest.mark.parametrize("last", ['2,"Mill"', '2,Mill "er', '2,"Mill""er"\n', "2,Miller\n"])
def test_a_table_whose_last_quotation_mark_is_closed_or_none_is_whole(last: str) -> None:
    assert len(drafts(KNOWN, f"Id,Job Title\n1,Baker\n{last}")) == 2


def test_a_table_that_ends_within_a_row_is_cut_short() -> None:
    last = parts(KNOWN, "Id,Job Title,City\n1,Baker,Porto\n2,Mil")[-1]
    assert isinstance(last, Broken)
    assert last.ends_feed
    assert last.reason == "the table is cut short: its last row has 2 of 3 cells and no end"
    assert titles(drafts(KNOWN, "Id,Job Title,City\n1,Baker\n2,Miller\n")) == ["Baker", "Miller"], "short, and ended"


@pytest.mark.parametrize("first", ["sep=;", "\ufeffSEP=;", '"sep=;"', "sep=;;"])
def test_a_line_that_tells_spreadsheets_the_delimiter_is_no_header(first: str) -> None:
    assert titles(drafts(KNOWN, f"{first}\r\nId;Job Title\r\n1;Baker, Miller\r\n")) == ["Baker, Miller"]


def test_a_quotation_mark_that_is_never_closed_costs_what_it_swallows_and_is_told() -> None:
    body = 'Id,Job Title\n1,Baker\n2,"' + "x" * 2_200_000 + "\n3,Smith\n"
    found = parts(KNOWN, body)
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1", "3"]
    assert "larger than field limit" in reasons(KNOWN, body)[0]


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    assert reasons(KNOWN, "Number,Job Title\n1,Baker") == [
        'no source_id: "Id" is not there; there are: Number, Job Title'
    ]
    assert reasons(KNOWN, "Id,Job Title\n,Baker") == ['no source_id: "Id" is empty']

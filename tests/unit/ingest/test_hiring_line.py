"""First lines of "Who is hiring" comments, in the variety that people write them in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.adapters.formats.comment_titles import roles_listed
from services.ingest.adapters.formats.hiring_line import MOST_LINE, read_line


@pytest.mark.parametrize(
    ("line", "company", "titles"),
    [
        ("Nimbus Fern | Data Engineer | Remote | Full-time", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern|Remote (US)|FT|Data Engineer", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern (YC W22) | ONSITE | Data Engineer", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern (https://nimbus.example) | Data Engineer", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern https://nimbus.example | Data Engineer", "Nimbus Fern", ["Data Engineer"]),
        ("https://nimbus.example (YC S22) | Data Engineer", "nimbus.example", ["Data Engineer"]),
        ("*Nimbus Fern | Data Engineer*", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern // Oslo, Norway // Data Engineer // Full-Time", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern • Oslo • Data Engineer", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern — Data Engineer — Remote", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern | Data Engineer | Product Designer | Oslo", "Nimbus Fern", ["Data Engineer", "Product Designer"]),
        ("Nimbus Fern | Hiring: Data Engineer | Oslo", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern | Data Engineer (£65-80k) | London", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern | Senior Engineer | Rust, Clojure | Remote", "Nimbus Fern", ["Senior Engineer"]),
        ("Nimbus Fern | .NET Developer | Oslo", "Nimbus Fern", [".NET Developer"]),
        ("Data Engineer | Nimbus Fern | Remote", "Nimbus Fern", ["Data Engineer"]),
        ("Data Engineer | Remote | Full-time", "", ["Data Engineer"]),
        ("Software Engineering Group | Oslo | Full-time", "Software Engineering Group", []),
        ("Lisbon Bakers | Oslo | Baker", "Lisbon Bakers", ["Baker"]),
        ("Remote | Full-time | Data Engineer", "", ["Data Engineer"]),
        ("Nimbus Fern (Series B, $30M) | Data Engineer", "Nimbus Fern", ["Data Engineer"]),
        ("Nimbus Fern | Multiple roles | Remote", "Nimbus Fern", ["Multiple roles"]),
        ("Nimbus Fern | Wizzard of Bread | Remote", "Nimbus Fern", ["Wizzard of Bread"]),
        ("Nimbus Fern | Remote | https://nimbus.example", "Nimbus Fern", []),
        ("Nimbus Fern is hiring a Data Engineer to mill bread.", "Nimbus Fern", ["Data Engineer"]),
        ("We at Nimbus Fern are looking for a data engineer (remote).", "Nimbus Fern", ["data engineer"]),
        ("Hi, we are looking for a data engineer.", "", ["data engineer"]),
        ("Does anybody here bake?", "", []),
        ("", "", []),
    ],
)
def test_company_and_roles(line: str, company: str, titles: list[str]) -> None:
    read = read_line(line)
    assert (read.company, list(read.titles)) == (company, titles)


def test_each_part_is_told_by_what_it_holds() -> None:
    read = read_line(
        "Nimbus Fern | Cook | Oslo, Norway | REMOTE (EU) | HQ: Lisbon | Full-time or contract | $120k - $150k + equity"
        " | VISA | https://nimbus.example/jobs. | $4M seed funded"
    )
    assert read.texts("place", "workplace") == ("Oslo, Norway", "REMOTE (EU)")
    assert read.texts("seat") == ("HQ: Lisbon",)
    assert read.employment == ("Full-time", "contract")
    assert read.pay == ("$120k - $150k + equity",)
    assert read.texts("visa") == ("VISA",)
    assert read.link == "https://nimbus.example/jobs"


@pytest.mark.parametrize(
    ("written", "workplace", "places"),
    [
        ("REMOTE (US)", "remote", ["REMOTE (US)"]),
        ("London (Hybrid)", "hybrid", ["London"]),
        ("London, UK ONSITE", "onsite", ["London, UK"]),
        ("NY, SF & Munich (In-Person)", "onsite", ["NY, SF & Munich"]),
        ("ONSITE | Oslo", "onsite", ["Oslo"]),
        ("Oslo | Hybrid/Onsite", "hybrid", ["Oslo"]),
        ("Onsite or Remote (US)", "remote", ["Remote (US)"]),
        ("ONSITE+PART REMOTE", "hybrid", []),
        ("Oslo ONSITE, no remote", "onsite", None),
        ("US, UK (Remote/Hybrid)", "remote", ["US, UK (Remote)"]),
        ("Oslo", None, ["Oslo"]),
    ],
)
def test_the_freest_workplace_counts_and_the_others_are_no_place(
    written: str, workplace: str | None, places: list[str] | None
) -> None:
    read = read_line(f"Nimbus Fern | Cook | {written} | Full-time")
    assert read.workplace == workplace
    assert places is None or list(read.places) == places


@pytest.mark.parametrize(
    "sum_of", ["120k-150k", "60.000 - 70.000 EUR", "£65-80k", "80K€-100K€", "$45/h", "45 USD per hour"]
)
def test_a_sum_is_pay(sum_of: str) -> None:
    assert read_line(f"Nimbus Fern | Cook | {sum_of}").pay == (sum_of,)


@pytest.mark.parametrize(
    "words", ["$4M Seed funded", "Series B, $30M raised", "55K weekly users", "3 days", "2% equity"]
)
def test_what_a_firm_raised_or_counts_is_no_pay(words: str) -> None:
    assert read_line(f"Nimbus Fern | Cook | {words}").pay == () or words == "2% equity"


def test_pay_beside_a_role_is_kept_with_it() -> None:
    assert read_line("Nimbus Fern | Cook (£65-80k) | London").pay == ("Cook (£65-80k)",)


def test_further_lines_that_are_titles_are_roles() -> None:
    lines = [
        "We bake bread and are looking for people.",
        "- Senior Data Engineer - $145-190K + equity",
        "2. Product Designer | Oslo",
        "Open roles: Account Executive",
        "(Senior) Backend Engineer https://nimbus.example/2",
        "Tech stack: Python and engineers",
        "Engineering Opportunities:",
        "- a database administrator with oven experience (Oslo)",
        "Senior Data Engineer",
    ]
    assert roles_listed(lines, 9) == (
        "Senior Data Engineer",
        "Product Designer",
        "Account Executive",
        "(Senior) Backend Engineer",
        "database administrator",
    )
    assert roles_listed(lines, 2) == ("Senior Data Engineer", "Product Designer")


PIECES = st.sampled_from(
    ["Nimbus Fern", "Cook", "Engineer", "REMOTE (US)", "ONSITE", "Oslo, Norway", "$120k", "-", "(", ")", "FT",
     "https://a.example", " | ", "|", " // ", " - ", "•", "\u200b", "🎉", "is hiring", "looking for a",
     ",", ".", "?", " "]
) | st.text(max_size=5)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_line_is_read_and_nothing_is_said_that_does_not_stand_in_it(line: str) -> None:
    read = read_line(line)
    stands = "".join(line.split())
    for said in (read.company, *(part.text for part in read.parts), *read.titles, *read.employment, *read.pay):
        assert all(word in stands for word in said.split())


@pytest.mark.parametrize(
    "piece", ["(", "| ", "a-", "$1", " - ", "is hiring ", "https://", "[x] ", "Engineer,", "we are looking for a "]
)
def test_a_long_line_is_cut(piece: str) -> None:
    assert len(read_line(piece * 50_000).line) <= MOST_LINE
    roles_listed([piece * 50_000], 3)

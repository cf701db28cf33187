"""Folding titles to what they say of the work."""

import pytest

from services.rules.titles import fold_title, sells, works_a_market


@pytest.mark.parametrize(
    "title",
    [
        "Senior Engineer (m/f/d)",
        "Senior Engineer (M/W/D)",
        "Sr. Engineer - Remote",
        "Remote - Senior Engineer (Brazil)",
        "Senior Engineer (Mexico/Remote)",
        "Senior Engineer (all genders)",
        "Senior Engineer | Germany",
        "Senior Engineer - Berlin, Germany (Remote)",
        "Senior Engineer [w/m/d] \u2013 remote within Europe",
        "Senior Engineer \U0001f1eb\U0001f1f7",
        "SENIOR  ENGINEER",
    ],
)
def test_titles_are_folded_without_genders_and_places(title: str) -> None:
    assert fold_title(title) == "senior engineer"


@pytest.mark.parametrize(
    "title",
    ["Engineer", "Senior Engineer, Payments", "Senior Engineer - Kafka", "Junior Engineer", "Senior Engineer II"],
)
def test_what_says_something_of_the_work_stays_in_a_title(title: str) -> None:
    assert fold_title(title) != "senior engineer"


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Full-Stack Developer", "Fullstack Developer"),
        ("Ingénieur(e) logiciel", "Ingénieur logiciel"),
        ("Desenvolvedora/o Mobile", "Desenvolvedora Mobile"),
        ("Enfermeiro(a) (todos os gêneros)", "Enfermeiro"),
        ("Programista (k/m)", "Programista"),
        ("Client Support with Dutch", "Customer Support with Dutch - Remote"),
        ("Data Engineer \u2013 Payments", "Data Engineer (Payments)"),
        ("Receivables Collector - Marketing (Brazil)", "Remote - Receivables Collector - Marketing (Uruguay)"),
    ],
)
def test_one_title_is_written_in_several_ways(title: str, other: str) -> None:
    assert fold_title(title) == fold_title(other)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Account Executive - Spain", "Account Executive - Italy"),
        ("Country Manager, France", "Country Manager, Japan"),
        ("Vertriebsleiter (m/w/d) - \u00d6sterreich", "Vertriebsleiter (m/w/d) - Schweiz"),
        ("Ingénieur technico-commercial (Belgique)", "Ingénieur technico-commercial (Suisse)"),
        ("Addetto vendite - Spagna", "Addetto vendite - Italia"),
        ("Medewerker buitendienst (Duitsland)", "Medewerker buitendienst (Belgi\u00eb)"),
        ("Specjalista ds. sprzedaży (Czechy)", "Specjalista ds. sprzedaży (Niemcy)"),
        ("Customer Success Manager (EMEA)", "Customer Success Manager (APAC)"),
    ],
)
def test_the_market_that_one_works_is_part_of_the_work(title: str, other: str) -> None:
    assert works_a_market(title)
    assert fold_title(title) != fold_title(other)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Sales Operations Analyst (Peru)", "Sales Operations Analyst (Chile)"),
        ("Backend Engineer, Sales Intelligence - Spain", "Backend Engineer, Sales Intelligence - Italy"),
        ("Sales Enablement Manager | Poland", "Sales Enablement Manager | Romania"),
        ("After-Sales Technician, Austria", "After-Sales Technician, Germany"),
    ],
)
def test_who_works_for_those_who_sell_works_no_market(title: str, other: str) -> None:
    assert not sells(title)
    assert fold_title(title) == fold_title(other)


@pytest.mark.parametrize(
    "title", ["Sales Manager", "Inside Sales Analyst and Sales Agent", "Director of Sales, Operations"]
)
def test_who_sells_is_told_by_any_word_that_says_so(title: str) -> None:
    assert sells(title)


def test_the_workplace_is_no_part_of_the_work_for_who_works_a_market_either() -> None:
    assert fold_title("Sales Manager - Remote") == fold_title("Sales Manager")


@pytest.mark.parametrize("title", ["Remote", "Germany", "(m/f/d)", "***", ""])
def test_a_title_of_nothing_else_is_kept_as_it_is(title: str) -> None:
    assert bool(fold_title(title)) == bool(title)

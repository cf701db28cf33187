"""Words of the seven further languages: what boards' fields and titles in them say."""

import pytest

from tests.support.drafting import a_band, normalised


@pytest.mark.parametrize(
    ("field", "workplace"),
    [
        ("Homeoffice", "remote"),
        ("Vor Ort", "onsite"),
        ("Télétravail", "remote"),
        ("Présentiel", "onsite"),
        ("Lavoro ibrido", "hybrid"),
        ("In sede", "onsite"),
        ("Da remoto", "remote"),
        ("Op kantoor", "onsite"),
        ("Thuiswerken", "remote"),
        ("Praca hybrydowa", "hybrid"),
        ("Stacjonarnie", "onsite"),
        ("Zdalnie", "remote"),
    ],
)
def test_a_boards_field_for_the_workplace(field: str, workplace: str) -> None:
    assert normalised("Data Engineer", workplace=field).workplace == workplace


@pytest.mark.parametrize(
    ("field", "level"),
    [
        ("Berufserfahren", "mid"),
        ("Führungskraft", "manager"),
        ("Responsable d'équipe", "manager"),
        ("Directeur", "director"),
        ("Sin experiencia", "junior"),
        ("Jefe de equipo", "manager"),
        ("Estagiário", "intern"),
        ("Diretor", "director"),
        ("Neolaureato", "junior"),
        ("Tirocinio", "intern"),
        ("Dirigente o quadro", "manager"),
        ("Ervaren", "senior"),
        ("Leidinggevend", "manager"),
        ("Młodszy specjalista", "junior"),
        ("Starszy specjalista", "senior"),
        ("Kierownik", "manager"),
    ],
)
def test_a_boards_field_for_the_level(field: str, level: str) -> None:
    assert normalised("Planner", seniority=field).seniority == level


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("Contrato a plazo fijo", "contract"),
        ("Prazo determinado", "contract"),
        ("Umowa zlecenie", "contract"),
        ("Lavoro stagionale", "temporary"),
        ("Uitzendbaan", "temporary"),
        ("Praca tymczasowa", "temporary"),
        ("Indépendant", "freelance"),
        ("Partita IVA", "freelance"),
        ("Zelfstandige", "freelance"),
        ("Emploi étudiant", "part_time"),
        ("Bijbaan", "part_time"),
    ],
)
def test_a_boards_field_for_the_form_of_employment(field: str, form: str) -> None:
    assert normalised("Planner", employment=field).employment == form


@pytest.mark.parametrize("field", ["anual", "rocznie", "per jaar", "annuale", "jährlich", "annuel"])
def test_a_boards_field_for_what_time_a_pay_is(field: str) -> None:
    salary = normalised("Planner", pay=(a_band(60_000, 70_000, "EUR", field),)).salary
    assert salary is not None
    assert salary.period == "year"


@pytest.mark.parametrize("field", ["mensal", "miesięcznie", "per maand", "mensile", "monatlich", "mensuel"])
def test_such_a_field_for_a_month(field: str) -> None:
    salary = normalised("Planner", pay=(a_band(4_000, 5_000, "EUR", field),)).salary
    assert salary is not None
    assert salary.period == "month"


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Prezes Zarządu", "executive"),
        ("Algemeen directeur", "executive"),
        ("Lider zespołu", "lead"),
        ("Projectleider Bouw", None),
        ("Capo cantiere", None),
    ],
)
def test_a_title(title: str, level: str | None) -> None:
    assert normalised(title).seniority == level


@pytest.mark.parametrize(
    "title",
    [
        "Assistenz der Geschäftsführung",
        "Assistenz der Bereichsleitung",
        "Adjoint au directeur",
        "Asistente del director",
        "Assistente do diretor",
        "Assistente del direttore",
        "Asystent dyrektora",
    ],
)
def test_who_assists_a_head_is_no_head(title: str) -> None:
    assert normalised(title).seniority is None
    assert "chief-executive" not in normalised(title).roles


def test_a_board_and_who_assists_it() -> None:
    assert normalised("Vorstandsassistenz").roles == ("executive-assistant",)
    assert normalised("Geschäftsführer").seniority == "executive"

"""The level: titles in eight languages, statements in texts, boards' fields, and what is none."""

import pytest

from tests.support.drafting import normalised
from tests.support.in_one_test import in_one_test
from tests.support.notations import notations

TITLES = [
    # English
    ("Sr Data Engineer", "senior"),
    ("(Senior) Accountant", "senior"),
    ("Mid-Level Backend Developer", "mid"),
    ("Graduate Analyst", "junior"),
    ("Associate Product Designer", "junior"),
    ("Apprentice Technician", "intern"),
    ("Software Lead Intern", "intern"),
    ("Store Manager", "manager"),
    ("Data Science Manager", "manager"),
    ("Country Manager, Kenya", "manager"),
    ("Warehouse Supervisor", "manager"),
    ("Team Lead, Support", "lead"),
    ("Lead Senior Auditor", "lead"),
    ("Senior Director, Finance", "director"),
    ("Sr. Mgr, Field Marketing", "manager"),
    ("Assoc. Dir. of Grants", "director"),
    ("Mgr, Payroll", "manager"),
    ("Prin. Engineer", "principal"),
    ("Sr. Staff Engineer", "staff"),
    ("Senior Principal Scientist", "principal"),
    ("Sr. Staff Nurse", "senior"),
    ("VP of Operations", "executive"),
    ("CFO", "executive"),
    ("Staff Product Manager", "staff"),
    ("Member of Technical Staff", None),
    ("Staff Nurse", None),
    ("Staff Recruiter", "staff"),
    ("Software Engineer, Staff", "staff"),
    ("Data Scientist - Staff (Ranking)", "staff"),
    ("Engineer, Staff Training", None),
    ("Nurse, Staff", None),
    ("Distinguished Engineer", "principal"),
    ("Partner Development Manager", None),
    ("Software Development Manager", "manager"),
    ("Staff Accountant", None),
    ("Project Manager", None),
    ("Customer Success Manager", None),
    ("Sales Executive", None),
    ("Executive Assistant to the CEO", None),
    ("Art Director", None),
    ("Account Executive, Mid-Enterprise", None),
    ("Customer Success - Middle East", None),
    ("Senior Living Coordinator", None),
    ("Associate General Counsel", None),
    ("Internal Auditor", None),
    # grades by number: the first is junior, the second mid, the third and above senior
    ("Software Engineer I", "junior"),
    ("Analyst II, Payments", "mid"),
    ("Solutions Architect III", "senior"),
    ("Engineer IV", "senior"),
    ("Support Engineer 2", "mid"),
    ("Product Manager II", "mid"),
    ("Software Engineer (L5)", "senior"),
    ("Data Scientist IC6", "staff"),
    ("L2 Support Agent", None),
    ("Adjuster Level 2 or 3", None),
    ("Partner Manager, I Corps", None),
    # German
    ("Teamleiter Buchhaltung (m/w/d)", "manager"),
    ("Abteilungsleiterin Einkauf", "manager"),
    ("Leiter Controlling (w/m/d)", "director"),
    ("Geschäftsführer (m/w/d)", "executive"),
    ("Werkstudent Marketing", "intern"),
    ("Ausbildung zum Mechatroniker", "intern"),
    ("Ausbildung Mechatroniker (m/w/d)", "intern"),
    ("Projektleiter Bau", None),
    # French
    ("Responsable comptable", "manager"),
    ("Chef d'équipe logistique", "manager"),
    ("Chef de projet web", None),
    ("Directrice marketing", "director"),
    ("Développeur confirmé", "mid"),
    ("Alternance - Chargé de communication", "intern"),
    ("Ingénieur logiciel débutant", "junior"),
    # Spanish
    ("Jefe de almacén", "manager"),
    ("Jefa de proyecto", None),
    ("Gerente regional", "manager"),
    ("Directora comercial", "director"),
    ("Desarrollador Semi Senior", "mid"),
    ("Becario de finanzas", "intern"),
    # Portuguese
    ("Analista de Dados Pleno", "mid"),
    ("Desenvolvedor Júnior", "junior"),
    ("Engenheira de Software Sênior", "senior"),
    ("Coordenador de Logística", "manager"),
    ("Gerente de Projetos", None),
    ("Estágio em Direito", "intern"),
    # Italian, Dutch, Polish
    ("Responsabile amministrativo", "manager"),
    ("Tirocinio in comunicazione", "intern"),
    ("Medior Developer", "mid"),
    ("Teamleider klantenservice", "manager"),
    ("Starszy programista", "senior"),
    ("Młodsza księgowa", "junior"),
    ("Kierownik sklepu", "manager"),
    ("Kierownik projektu", None),
    # Who needs to have done nothing yet
    ("Verkäufer für Berufsanfänger", "junior"),
    ("Lagerhelfer ohne Berufserfahrung", "junior"),
    ("Serveur, débutants acceptés", "junior"),
    ("Camarero/a (sin experiencia)", "junior"),
    ("Operador de caixa sem experiência", "junior"),
    ("Commesso senza esperienza", "junior"),
    ("Inpakker, geen ervaring nodig", "junior"),
    ("Pracownik magazynu bez doświadczenia", "junior"),
    ("Teamleiter Verkauf, auch ohne Erfahrung", "manager"),
    ("Helfer Lager, auch ohne Erfahrung", None),
    ("Magazziniere, anche senza esperienza", None),
    ("Koch mit Erfahrung", None),
]


@in_one_test("title, level", TITLES)
def test_a_title_names_a_level_or_none(title: str, level: str | None) -> None:
    assert normalised(title).seniority == level


@in_one_test("title, level", notations("titles"))
def test_titles_of_eight_languages_and_names_of_roles_that_only_sound_like_a_level(title: str, level: str) -> None:
    assert normalised(title).seniority == (None if level == "-" else level)


TEXTS = [
    ("We are looking for a curious Senior Engineer to join us.", "senior"),
    ("We’re hiring a (Junior) Analyst.", "junior"),
    ("This is an entry-level position.", "junior"),
    ("This is a junior-to-mid-level role.", "junior"),
    ("In this intermediate level role you will grow.", "mid"),
    ("Seniority: Mid–Senior", "mid"),
    ("Career level: Director", "director"),
    ("A role designed for early-career professionals.", "junior"),
    ("A college degree. Fresh graduates are highly encouraged to apply.", "junior"),
    ("Freshers can apply.", "junior"),
    ("Open to fresh graduates and experienced professionals.", None),
    ("Although fresh graduates are welcome to apply, two years are preferred.", None),
    ("One of the top employers for fresh graduates.", None),
    ("As a Senior Engineer on the team, you will own our payments.", "senior"),
    ("Job title: Lead Engineer", "lead"),
    ("Wir suchen einen Senior Entwickler.", "senior"),
    ("Buscamos un desarrollador junior.", "junior"),
    ("Procuramos um analista pleno.", "mid"),
    ("We are looking for a senior engineer to join us.", "senior"),
    ("You will work alongside our senior engineers.", None),
    ("Wir suchen eine erfahrene Fachkraft.", None),
    ("Niveau : Confirmé", "mid"),
    ("Nivel: Semi Senior", "mid"),
    ("You report to the Director of Data.", None),
    ("Seniority: Senior", "senior"),
    ("Niveau d'expérience : débutant", "junior"),
    ("Senioridade: Pleno", "mid"),
    ("Karrierestufe: Berufseinsteiger", "junior"),
    ("Nivel: Junior", "junior"),
    ("Nous recherchons un développeur senior.", "senior"),
    ("Tu accompagnes nos développeurs juniors.", None),
    ("Level: L5", None),
    ("English level: Intermediate", None),
    ("Status: to be confirmed", None),
    ("You work with senior leaders and mentor junior colleagues.", None),
    ("You will report to a Senior Engineering Lead.", None),
    ("We are looking for an entrepreneurial Chief of Staff.", None),
]


@pytest.mark.parametrize(("text", "level"), TEXTS)
def test_a_statement_in_the_text_counts_where_the_title_names_none(text: str, level: str | None) -> None:
    assert normalised("Engineer", f"<p>{text}</p>").seniority == level


@in_one_test("text, level", notations("levels"))
def test_a_statement_in_six_languages_and_levels_that_are_not_of_the_job(text: str, level: str) -> None:
    assert normalised("Engineer", f"<p>{text}</p>").seniority == (None if level == "-" else level)


def test_a_manager_whom_people_report_to_is_one() -> None:
    reports = "<p>You hire, manage, and coach an excellent team of eight agents.</p>"
    assert normalised("Support Manager", reports).seniority == "manager"
    assert normalised("Support Manager", "<p>You manage our ticket queue.</p>").seniority is None
    assert normalised("Support Manager", "<p>Other duties as assigned by the line manager.</p>").seniority is None
    assert normalised("Support Specialist", reports).seniority is None


def test_a_field_that_repeats_a_role_name_says_nothing() -> None:
    assert normalised("Project Manager", seniority="Manager").seniority is None
    assert normalised("Account Executive", seniority="Executive").seniority is None
    assert normalised("Operations Owner", seniority="Manager").seniority == "manager"
    assert normalised("Account Executive", seniority=("Executive", "Senior")).seniority == "senior"


FIELDS = [
    ("Entry-level", "junior"),
    ("Midweight", "mid"),
    ("mid_senior_level", "senior"),
    ("Mid-Senior Level", "senior"),
    ("Associate", "junior"),
    ("Internship", "intern"),
    ("student_college", "intern"),
    ("experienced", None),
    ("Not Applicable", None),
]


@pytest.mark.parametrize(("field", "level"), FIELDS)
def test_the_words_of_boards_for_levels(field: str, level: str | None) -> None:
    assert normalised("Engineer", seniority=field).seniority == level


def test_an_internship_by_its_text_is_for_interns_where_nothing_names_a_level() -> None:
    text = "You work on ledgers. As part of your internship you will meet every team."
    assert normalised("Harbour Fellowship - Ledger Analyst", text).seniority == "intern"
    assert normalised("Senior Ledger Analyst", text).seniority == "senior"

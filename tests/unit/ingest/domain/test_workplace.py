"""The workplace: statements about the role in eight languages, weighed against fields, options and slogans."""

from dataclasses import replace

import pytest

from services.ingest.domain.normalise import normalise
from tests.support.drafting import RATES, a_draft, a_raw, normalised
from tests.support.in_one_test import in_one_test
from tests.support.notations import notations

TEXTS = [
    # English
    ("This role is remote and open to residents of all states.", "remote"),
    ("This is a flexible, remote opportunity.", "remote"),
    ("Location: Remote", "remote"),
    ("We have an office in Leeds, but we are also remote-friendly.", "remote"),
    ("We are hiring remotely for this role.", "remote"),
    ("This position is based in Leeds, full-time remote work is not possible.", "onsite"),
    ("Experience working in a distributed team", "unknown"),
    ("Du arbeitest aus dem Homeoffice.", "remote"),
    ("Du arbeitest viel aus dem Homeoffice. Homeoffice-Möglichkeiten (bis zu 3 Tage/Woche)", "hybrid"),
    ("Read on for our perks and our people-first flexible/remote work approach.", "unknown"),
    ("You support people in remote offices and remote users.", "unknown"),
    ("Job Locations\nUS-Remote", "remote"),
    ("Remote in Portugal", "remote"),
    ("Remote - Portugal", "remote"),
    ("This opening is for a home-based position.", "remote"),
    ("You can work anywhere in Canada.", "remote"),
    ("This is a telework position.", "remote"),
    ("Location: Lisbon (hybrid)", "hybrid"),
    ("This is a hybrid role based in Lisbon.", "hybrid"),
    ("You spend three days per week in our Lisbon office.", "hybrid"),
    ("You come into the office twice a week.", "hybrid"),
    ("You are in-office 2 days per week.", "hybrid"),
    ("Hybrid: 1-2 days on-site in Lisbon", "hybrid"),
    ("This role is in-person.", "onsite"),
    ("This is a fully in-person role; we do not offer remote or hybrid options.", "onsite"),
    ("We do not offer remote or hybrid.", "unknown"),
    ("You must be able to work full-time onsite at our plant.", "onsite"),
    ("Work from home flexibility", "unknown"),
    ("This is an on-site position.", "onsite"),
    ("This position is based at our Lisbon office.", "onsite"),
    ("We are five days a week in the office.", "onsite"),
    ("This is not a remote position.", "onsite"),
    ("#LI-Onsite", "onsite"),
    ("You work with us on site in Tokyo.", "onsite"),
    ("You'll join us in person in Nairobi.", "onsite"),
    ("Sie arbeiten vor Ort in Berlin.", "onsite"),
    ("Sie arbeiten vor Ort in Projekten mit Kunden.", "unknown"),
    ("Vous travaillez sur site à Lyon.", "onsite"),
    ("Trabajas presencialmente en Madrid.", "onsite"),
    ("Trabalhará presencialmente em Curitiba.", "onsite"),
    ("Lavorerai in presenza a Torino.", "onsite"),
    ("Je werkt op locatie in Utrecht.", "onsite"),
    ("You work on site in Oslo two days a month.", "unknown"),
    ("Our customers work on site in Berlin.", "unknown"),
    ("Remote. We hire in all of Europe.", "remote"),
    # at the homes of others
    ("You will visit patients in their own homes.", "onsite"),
    ("• Conduct in-home therapy sessions with children", "onsite"),
    ("We provide care in patients' homes.", "unknown"),
    ("You will see members by video or in their homes.", "unknown"),
    ("Work from home and see families in their homes once a month.", "remote"),
    # options: whoever wants remote work gets it
    ("Lisbon or remote", "remote"),
    ("Remote or from our office in Lisbon.", "remote"),
    ("We are open to fully remote candidates.", "remote"),
    ("Remote, hybrid or onsite, as you prefer", "remote"),
    ("This role could be hybrid, home based or site based.", "remote"),
    ("You have the option to work remotely two days a week.", "hybrid"),
    ("You have the option to work remotely one flexible day per week.", "hybrid"),
    ("There is the option to work remotely.", "remote"),
    # a field of a form that says no
    ("Work Remotely: No", "unknown"),
    ("Work Remotely\nNo", "unknown"),
    ("Remote: No", "unknown"),
    ("Remote work? No.", "unknown"),
    ("Work from home: no", "unknown"),
    ("Fully remote: No\nSchedule: Monday to Friday", "unknown"),
    ("Homeoffice: nein", "unknown"),
    ("Télétravail : non", "unknown"),
    ("Teletrabajo: no", "unknown"),
    ("Trabalho remoto: não", "unknown"),
    ("Praca zdalna: nie", "unknown"),
    ("Thuiswerken: nee", "unknown"),
    ("Smart working: no", "unknown"),
    ("Work Remotely: Yes", "remote"),
    ("Remote: no travel, no office", "remote"),
    # words that are about something else
    ("You work with remote teams across the world.", "unknown"),
    ("Experience leading remote teams", "unknown"),
    ("You join a remote team.", "remote"),
    ("You need previous remote work experience.", "unknown"),
    ("You run a hybrid cloud and hybrid search.", "unknown"),
    ("This role is a hybrid of analyst and engineer.", "unknown"),
    ("You manage remote access tools and remote monitoring.", "unknown"),
    ("You use Microsoft Office.", "unknown"),
    ("You meet customers in person.", "unknown"),
    ("Work from anywhere for four weeks a year.", "unknown"),
    ("We meet in person one day every other month.", "unknown"),
    # German
    ("Arbeitsort: Remote", "remote"),
    ("Du arbeitest an zwei Tagen pro Woche im Büro.", "hybrid"),
    ("2 Tage vor Ort", "hybrid"),
    ("Homeoffice möglich", "hybrid"),
    ("100 % Homeoffice", "remote"),
    # French
    ("Poste en télétravail complet", "remote"),
    ("2 jours de télétravail par semaine", "hybrid"),
    ("Télétravail partiel", "hybrid"),
    ("Le poste est en présentiel.", "onsite"),
    # Spanish
    ("Modalidad: híbrido", "hybrid"),
    ("3 días en la oficina", "hybrid"),
    ("Trabajo presencial en Bogotá", "onsite"),
    ("100% teletrabajo", "remote"),
    ("Trabajo remoto", "remote"),
    ("Posibilidad de teletrabajo", "hybrid"),
    ("POSIBILIDAD DE DESARROLLAR TELETRABAJO", "hybrid"),
    ("Dependiendo del cliente vemos si es posible teletrabajo.", "hybrid"),
    ("Oferta híbrida: presencial y teletrabajo", "hybrid"),
    # Portuguese
    ("Modelo de trabalho híbrido", "hybrid"),
    ("Vaga presencial em Recife", "onsite"),
    ("Contratação: Remoto", "remote"),
    ("2x por semana no escritório", "hybrid"),
    # Italian, Dutch, Polish
    ("2 giorni di smart working", "hybrid"),
    ("Je werkt 2 dagen op kantoor.", "hybrid"),
    ("Praca zdalna", "remote"),
    ("Praca stacjonarna", "onsite"),
    ("Umożliwiamy częściową pracę zdalną.", "hybrid"),
    ("Oferujemy w tym częściowa praca zdalna", "hybrid"),
    ("Możliwość częściowej pracy zdalnej", "hybrid"),
    ("Elastyczny czas pracy i możliwość pracy zdalnej", "hybrid"),
    ("Możliwa praca w trybie zdalnym lub mieszanym", "hybrid"),
    ("Pracujesz zdalnie z całej Polski.", "remote"),
    ("Współpraca w 100% zdalna", "remote"),
    ("Wspieramy sprzedaż zdalną i obsługę klientów.", "unknown"),
]


@in_one_test("text, workplace", TEXTS)
def test_a_text_states_a_workplace_or_none(text: str, workplace: str) -> None:
    markup = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    assert normalised(html=markup).workplace == workplace


@pytest.mark.parametrize("field", ["remote", "onsite", "hybrid"])
@in_one_test("text, workplace", notations("workplace"))
def test_what_a_text_states_of_the_role_beats_any_field_and_what_it_says_of_other_things_none(
    text: str, workplace: str, field: str
) -> None:
    expected = field if workplace == "-" else workplace
    assert normalised(html=f"<p>{text}</p>", workplace=field).workplace == expected


def test_the_text_beats_the_field_and_a_tag_does_not_beat_days_in_the_office() -> None:
    days = "<p>You spend two days per week in our office.</p>"
    assert normalised(html=days, workplace="remote").workplace == "hybrid"
    assert normalised(html=f"{days}<p>#LI-Remote</p>").workplace == "hybrid"
    assert normalised(html=days, locations="Remote").workplace == "hybrid"


def test_a_hybrid_policy_for_those_near_an_office_does_not_bind_the_others() -> None:
    policy = "<p>Flexible hybrid setup with a fine office for Lisbon-based teammates.</p>"
    assert normalised(html=policy, workplace="remote").workplace == "remote"
    near = "<p>If you live near Lisbon, you will be in the office 2 days per week.</p>"
    assert normalised(html=near, workplace="remote").workplace == "remote"


def test_a_benefit_is_weaker_than_a_field_that_says_remote_but_not_than_one_that_only_denies_it() -> None:
    benefit = "<h3>Benefits</h3><ul><li>Flexible hybrid work</li></ul>"
    assert normalised(html=benefit, workplace="remote").workplace == "remote"
    assert normalised(html=benefit, workplace="onsite").workplace == "hybrid"


def test_a_company_that_is_remote_first_with_hybrid_offices_is_remote() -> None:
    text = "<p>You work in a remote-first hybrid environment, with offices in Lisbon.</p>"
    assert normalised(html=text).workplace == "remote"


def test_a_slogan_decides_only_where_nothing_else_does() -> None:
    slogan = "<p>We are a remote-first company.</p>"
    assert normalised(html=slogan).workplace == "remote"
    assert normalised(html=slogan, workplace="onsite").workplace == "onsite"


def test_the_evidence_is_the_sentence_that_decided() -> None:
    posting = normalised(html="<p>Hello.</p><p>This role is remote, in any country.</p>", workplace="onsite")
    assert [found.source for found in posting.evidence["workplace"]] == ["text"]
    assert "This role is remote" in posting.evidence["workplace"][0].text


@pytest.mark.parametrize(
    ("title", "text", "workplace"),
    [
        ("Data Engineer", "We look after gauges along the coast.", "remote"),
        ("Data Engineer", "A hybrid way of working if you live near our Lisbon office.", "remote"),
        ("Data Engineer", "You work two days a week in our Lyon office.", "hybrid"),
        ("Data Engineer", "This role is on-site at our plant.", "onsite"),
        ("Data Engineer", "Pas de télétravail.", "onsite"),
        ("Data Engineer (Hybrid)", "", "hybrid"),
    ],
)
def test_a_board_for_remote_jobs_alone_tells_what_a_posting_leaves_open(title: str, text: str, workplace: str) -> None:
    assert normalised(title, f"<p>{text}</p>", board_workplace="remote").workplace == workplace


@pytest.mark.parametrize(
    ("place", "workplace", "town"),
    [
        ("Bern, mobiles Arbeiten", "hybrid", True),
        ("Bern, Homeoffice möglich", "hybrid", True),
        ("Bern, Home Office & Mobil", "hybrid", True),
        ("Bern, Teilweise Homeoffice", "hybrid", True),
        ("Homeoffice", "remote", False),
    ],
)
def test_work_that_one_may_do_elsewhere_too_keeps_its_town(place: str, workplace: str, town: bool) -> None:
    found = normalised(locations=place)
    assert (found.workplace, bool(found.towns)) == (workplace, town)


@pytest.mark.parametrize(
    "denial",
    [
        "No teletrabajo.", "Sin posibilidad de teletrabajo.", "No se ofrece teletrabajo.", "Ohne Homeoffice.",
        "Keine Möglichkeit zum Homeoffice.", "Sans télétravail.", "Aucun télétravail.", "No smart working.",
        "Non è previsto lo smart working.", "Sem possibilidade de trabalho remoto.", "Não há teletrabalho.",
        "Geen mogelijkheid tot thuiswerken.", "Thuiswerken niet mogelijk.", "Brak możliwości pracy zdalnej.",
        "Bez pracy zdalnej.", "Nie oferujemy pracy zdalnej.", "No remote work.",
    ],
)  # fmt: skip
def test_work_that_is_not_done_from_home_is_on_site(denial: str) -> None:
    assert normalised(html=f"<p>{denial}</p>", workplace="remote").workplace == "onsite"


@pytest.mark.parametrize(
    "offer",
    [
        "Possibilidade de trabalho remoto.", "Possibilidade de home office.", "Thuiswerken is mogelijk.",
        "Mogelijkheid om thuis te werken.", "Possibilità di smart working.", "Possibilità di lavorare da remoto.",
        "Possibilité de télétravail.", "Posibilidad de trabajo remoto.", "Möglichkeit zum Homeoffice.",
        "Możliwość pracy zdalnej.",
    ],
)  # fmt: skip
def test_work_that_may_be_done_from_home_is_hybrid(offer: str) -> None:
    assert normalised(html=f"<p>{offer}</p>").workplace == "hybrid"


@pytest.mark.parametrize(
    ("title", "workplace"),
    [
        ("Sachbearbeiter (kein Homeoffice)", "onsite"),
        ("Administrativo - sin teletrabajo", "onsite"),
        ("Comptable, pas de télétravail", "onsite"),
        ("Engineer (no remote)", "onsite"),
        ("Comptable, télétravail possible", "hybrid"),
        ("Buchhalter - Möglichkeit zum Homeoffice", "hybrid"),
        ("Buchhalter, 100 % Homeoffice möglich", "remote"),
        ("Comptable, télétravail", "remote"),
    ],
)
def test_a_title_may_deny_work_from_home_or_offer_some(title: str, workplace: str) -> None:
    assert normalised(title, workplace="remote").workplace == workplace


def test_a_field_counts_more_than_what_the_board_lists() -> None:
    assert normalised(workplace="onsite", board_workplace="remote").workplace == "onsite"


def test_the_evidence_says_that_the_board_decided() -> None:
    (shown,) = normalised(board_workplace="remote").evidence["workplace"]
    assert (shown.source, shown.text) == ("board", "lists remote jobs alone")


@pytest.mark.parametrize(
    ("title", "workplace"),
    [
        ("Home Health Nurse", "onsite"),
        ("In-Home Physical Therapist - Dayton", "onsite"),
        ("Physiotherapist, home visits", "onsite"),
        ("Pflegefachkraft ambulant (m/w/d)", "onsite"),
        ("Enfermera a domicilio", "onsite"),
        ("Home Health Intake Coordinator", "remote"),
        ("Home Care Scheduler", "remote"),
        ("Virtual In-Home Physician", "remote"),
        ("Home Health RN (Remote)", "remote"),
        ("Nurse, home based", "remote"),
    ],
)
def test_work_at_the_homes_of_others_is_on_site_on_a_board_of_remote_jobs_too(title: str, workplace: str) -> None:
    draft = replace(a_draft(title, "<p>Job location type: Remote</p>"), board_workplace="remote")
    assert normalise(draft, raw=a_raw(), rates=RATES).workplace == workplace


def test_visits_at_home_beat_what_a_board_lists_and_not_what_the_text_says() -> None:
    visits = "<p>You will visit patients in their own homes.</p>"
    listed = replace(a_draft("Nurse", visits), board_workplace="remote")
    assert normalise(listed, raw=a_raw(), rates=RATES).workplace == "onsite"
    said = replace(a_draft("Nurse", f"{visits}<p>This role is remote.</p>"), board_workplace="remote")
    assert normalise(said, raw=a_raw(), rates=RATES).workplace == "remote"


@pytest.mark.parametrize(
    ("title", "text", "workplace"),
    [
        ("Head of Operations", "Relocation to Nairobi, Kenya is required.", "unknown"),
        ("Backend Engineer (relocation to Cyprus)", "You write services.", "unknown"),
        ("Backend Engineer", "You are willing to relocate to Germany.", "remote"),
        ("Backend Engineer", "This is a fully remote position. Relocation to Nairobi is required.", "remote"),
        ("Backend Engineer", "We offer relocation support to Nairobi.", "remote"),
    ],
)
def test_a_field_that_says_remote_does_not_stand_against_a_move_to_a_town(
    title: str, text: str, workplace: str
) -> None:
    found = normalised(title, f"<p>{text}</p>", workplace="remote")
    assert (found.workplace, bool(found.towns)) == (workplace, "Nairobi, Kenya" in text)


@pytest.mark.parametrize(
    ("title", "text", "workplace"),
    [
        ("RV Technician (m/w/d)", "You repair campers.", "unknown"),
        ("Koch (m/w/d)", "Du kochst.", "unknown"),
        ("Electrician", "You wire houses.", "unknown"),
        ("Electrician (Remote)", "You advise on wiring.", "remote"),
        ("Electrician", "This role is fully remote: you check plans.", "remote"),
        ("Sales Assistant", "You sell.", "remote"),
        ("Backend Engineer, Kitchens", "You write services for cooks.", "remote"),
    ],
)
def test_a_field_alone_makes_no_work_by_hand_remote(title: str, text: str, workplace: str) -> None:
    assert normalised(title, f"<p>{text}</p>", workplace="remote").workplace == workplace


@pytest.mark.parametrize(
    ("text", "workplace"),
    [
        ("Part time. Does this position have telework options? No", "unknown"),
        ("Does this position have telework options? -Telework options may change at any time- Yes", "unknown"),
        ("Kann die Stelle remote ausgeübt werden? Nein", "unknown"),
        ("Is this role remote? Yes, fully remote.", "remote"),
        ("Looking for a fully remote job? Join us!", "remote"),
        ("You can work remotely.", "remote"),
        ("Ability to work remotely, if necessary.", "unknown"),
        ("Employment Type: Full-Time and On-site", "onsite"),
    ],
)
def test_what_a_form_asks_and_what_is_needed_at_times_is_no_statement(text: str, workplace: str) -> None:
    assert normalised("Accountant", f"<p>{text}</p>").workplace == workplace

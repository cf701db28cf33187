"""What the text of a job demands of whoever has it: a clearance, a degree, to travel, to lead, its hours."""

import pytest

from services.notifier.domain.curation.demands import (
    Degree,
    degree_asked,
    is_on_call,
    leads_people,
    needs_clearance,
    only_overlaps,
    travel_asked,
    works_weekends,
    years_asked,
)


@pytest.mark.parametrize(
    ("says", "years"),
    [
        ("At least five years of experience in nursing", 5),
        ("Minimum of three (3) years of experience", 3),
        ("You have seven to eight years of experience", 7),
        ("Between 3 and 5 years of experience", 3),
        ("Zwischen drei und fünf Jahren Berufserfahrung", 3),
        ("Entre 3 e 5 anos de experiência", 3),
        ("Java 8 and 5 years of experience", 5),
        ("Mindestens fünf Jahre Berufserfahrung", 5),
        ("Au moins trois ans d'expérience", 3),
        ("Cinco años de experiencia como enfermera", 5),
        ("Mínimo de dois anos de experiência", 2),
        ("2+ years of leading people and 6+ years of experience", 6),
        ("8 years of experience in marketing, ideally in SaaS", 8),
        ("8 years of experience preferably in SaaS", 8),
        ("5+ years of experience (SaaS preferred)", 5),
        ("1 year of experience required; 3 years of experience preferred", 1),
        ("In two years we have grown to be a leader in the field", 0),
        ("Up to two years of experience", 0),
        ("A degree, or 5 years of experience", 0),
        ("5+ years of experience preferred", 0),
        ("Ideally 3+ years in sales", 0),
        ("Much experience of React (2+ years preferred)", 0),
        ("2 years of experience are a big plus but not required", 0),
        ("Many strong candidates have 10+ years of experience", 0),
        ("Strong candidates may have:\n• 10+ years of experience", 0),
        ("Bonus points:\n• One\n• Two\n• Three\n• Four\n• Five\n• 3+ years of experience", 0),
        ("Bonus points:\n• 6+ years of experience\n\nRequirements:\n• 3+ years of experience", 3),
        ("5 Jahre Erfahrung von Vorteil", 0),
    ],
)
def test_years_are_those_that_a_sentence_asks_for_in_digits_or_words_and_no_wish(says: str, years: int) -> None:
    assert years_asked(f"You build things.\n{says}\n") == years


@pytest.mark.parametrize(
    ("says", "share"),
    [
        ("Travel up to 50-60% within the region", 60),
        ("Up to 30 % travel", 30),
        ("Ability to travel as needed (approx. 40 percent)", 40),
        ("Travel 20%. In a bad year travel 45%.", 45),
        ("Reisebereitschaft von ca. 40 %", 40),
        ("Déplacements fréquents (35 %)", 35),
        ("Disponibilidad para viajar un 25%", 25),
        ("Disponibilità a trasferte (50%)", 50),
        ("100% remote. We travel to see each other.", 0),
        ("We serve travelers, with 70% of the market", 0),
        ("Sold through travel agencies, of which 70% are ours", 0),
        ("We travel. 401(k) with a match of 50%", 0),
        ("You must travel", 0),
    ],
)
def test_travel_is_the_most_per_cent_that_a_sentence_asks_for(says: str, share: int) -> None:
    assert travel_asked(says) == share


@pytest.mark.parametrize(
    "says",
    [
        "You will manage a team of five",
        "Lead, coach and develop a high-performing team",
        "Proven people management",
        "With six direct reports",
        "Sie übernehmen Personalverantwortung",
        "Liderar un equipo de ventas",
        "Encadrer une petite équipe",
    ],
)
def test_a_text_says_that_people_are_led(says: str) -> None:
    assert leads_people(says)


@pytest.mark.parametrize(
    "says",
    ["You are part of a team of seven", "You lead projects", "Report to the head of the team", "Manage your own time"],
)
def test_a_team_in_a_text_is_not_always_led(says: str) -> None:
    assert not leads_people(says)


def test_hours_overlap_in_part_unless_they_do_so_in_full() -> None:
    assert only_overlaps("four hours of overlap with New York")
    assert not only_overlaps("full overlap with the hours of New York")
    assert not only_overlaps("nine to five in New York")


@pytest.mark.parametrize(
    "says",
    [
        "Required: Top Secret clearance with eligibility for SCI",
        "Must have a Top-Secret security clearance",
        "• Active security clearance or the ability to obtain one.",
        "This role requires active SC Clearance (with willingness to obtain DV Clearance)",
        "Active Top Secret/SCI with polygraph",
        "Please note that a security clearance is required: yes",
        "Candidates who do not hold a security clearance will not be considered.",
        "Secret clearance, with no adverse findings",
        "Bereitschaft zur Sicherheitsüberprüfung",
        "Sicherheitsüberprüfung der Stufe Ü2",
        "Vous devez être éligible à une habilitation Secret Défense",
    ],
)
def test_a_text_asks_for_a_security_clearance(says: str) -> None:
    assert needs_clearance(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    "says",
    [
        "• Security Clearance is highly preferred.",
        "Nice to have:\n• Python\n• An active security clearance",
        "Customs clearance of goods",
        "We protect veterans under Section 503 of the Rehabilitation Act",
        "You decide who is suitable for security clearances",
        "No security clearance is required.",
        "You do not need an active security clearance.",
        "A security clearance isn't needed, but a licence is.",
        "Security clearance required: No",
        "Keine Sicherheitsüberprüfung nötig",
        "Eine Sicherheitsüberprüfung ist nicht erforderlich.",
        "Du führst die Sicherheitsüberprüfung der Anlagen durch.",
        "Aucune habilitation de sécurité n'est requise",
        "No se requiere habilitación de seguridad",
        "Não é necessária credenciação de segurança",
    ],
)
def test_one_that_is_a_wish_or_of_others_is_not_asked_for(says: str) -> None:
    assert not needs_clearance(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    "says",
    [
        "• Bachelor’s degree in Nursing",
        "A university degree in law.",
        "• BS in a technical or quantitative field",
        "• Master's degree required",
        "• PhD in Physics",
        "• Du hast ein abgeschlossenes Studium der Informatik",
        "• Hochschulabschluss im Bereich Wirtschaft",
        "• Vous disposez d’un Master en informatique",
        "• Diplôme d’ingénieur",
        "• Bac +5 en informatique",
        "• Título universitario en Derecho",
        "• Licenciatura en Economía",
        "• Graduação completa em Ciência da Computação",
        "• Laurea in Economia",
        "• Afgeronde HBO opleiding",
        "• Wykształcenie wyższe ekonomiczne",
    ],
)
def test_a_text_asks_for_a_degree(says: str) -> None:
    assert degree_asked(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    "says",
    [
        "• Bachelor’s degree in Nursing or equivalent experience",
        "• Bachelor's degree in Statistics. Equivalent professional experience may be considered.",
        "• Bachelor's degree preferred",
        "• Bachelor's degree in Computer Science or 3-5 years of testing",
        "• Currently pursuing a degree in Economics",
        "We welcome candidates without a college degree.",
        "• A high degree of autonomy",
        "• Tuition for your bachelor's degree",
        "Nice to have:\n• Degree in Physics",
        "Preferred qualifications\n• One\n• Two\n• Three\n• Four\n• Five\n• Degree in Physics",
        "• Abgeschlossenes Studium oder eine vergleichbare Qualifikation",
        "• Abgeschlossenes Studium oder Ausbildung zum Koch",
        "• Diplôme d’ingénieur ou équivalent",
        "• Título universitario o experiencia",
        "• Cursando Licenciatura em Economia",
        "",
    ],
)
def test_a_degree_in_whose_place_something_else_will_do_is_not_asked_for(says: str) -> None:
    assert not degree_asked(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    ("says", "degree"),
    [
        ("• Bachelor's degree in Nursing required", Degree("Nursing")),
        ("• Must hold a degree in Social Work.", Degree("Social Work")),
        ("• BS in Chemical Engineering with 5 years of experience", Degree("Chemical Engineering")),
        ("• Degree in Computer Science, Mathematics, or a related field", Degree("Computer Science", alone=False)),
        ("• A degree in Marketing/Business", Degree("Marketing", alone=False)),
        ("• Degree in Law (LL.B.)", Degree("Law")),
        ("• A bachelor's degree in a related field", Degree()),
        ("• Bachelor's degree in Finance and two years at a bank", Degree()),
        ("• Degree in Computer or Software Engineering", Degree()),
        ("• Degree in biological/medical science", Degree()),
        ("• Degree in Finance or Accounting", Degree("Finance", alone=False)),
        ("• University degree", Degree()),
        ("• Degree required.\n• Master's degree in Physics", Degree("Physics")),
        ("• Abgeschlossenes Studium der Informatik", Degree("Informatik")),
        ("• Abgeschlossenes Studium im Bereich Wirtschaft oder Technik", Degree("Wirtschaft", alone=False)),
        ("• Vous disposez d’un Master en informatique", Degree("informatique")),
        ("• Licenciatura en Economía", Degree("Economía")),
        ("• Graduação em Direito", Degree("Direito")),
        ("• Laurea in Economia", Degree("Economia")),
    ],
)
def test_a_degree_has_a_subject_where_the_text_names_one_plainly(says: str, degree: Degree) -> None:
    assert degree_asked(f"You build things.\n{says}\nYou like it.") == degree


@pytest.mark.parametrize(
    "says",
    [
        "• Participate in our on-call rotation",
        "You will share the on-call duty of the team.",
        "• Willingness to be on call for emergencies",
        "• On-call rotation",
        "• Bereitschaft zur Rufbereitschaft",
        "• Participation aux astreintes",
        "• Disponibilidad para realizar guardias rotativas",
        "• Disponibilidade para sobreaviso",
        "• Disponibilità alla reperibilità",
    ],
)
def test_a_text_asks_to_be_on_call(says: str) -> None:
    assert is_on_call(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    "says",
    [
        "• Build the on-call rotation of the team",
        "• Improve monitoring, alerting and on-call processes",
        "• Experience with on-call rotations",
        "There is no on-call duty.",
        "• Join us on call with customers",
        "Nice to have:\n• Python\n• Willing to be on call",
        "Keine Rufbereitschaft",
        "Sin guardias",
    ],
)
def test_on_call_that_is_of_others_or_not_asked_for_says_nothing(says: str) -> None:
    assert not is_on_call(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    "says",
    [
        "• Must be able to work nights and weekends",
        "Please note that weekend work is required 1-3 times per month.",
        "• Availability for various shifts, including weekends and holidays",
        "• Both Saturday and Sunday availability",
        "• Bereitschaft zur Arbeit am Wochenende",
        "• Disponible le soir et le week-end: horaires de week-end",
        "• Disponibilidad para trabajar los fines de semana",
        "• Disponibilidade para trabalhar aos fins de semana",
        "• Disponibilità a lavorare nel weekend",
    ],
)
def test_a_text_asks_for_work_on_weekends(says: str) -> None:
    assert works_weekends(f"You build things.\n{says}\nYou like it.")


@pytest.mark.parametrize(
    "says",
    [
        "• No nights and weekends",
        "• Half days before long weekends",
        "Weekends off",
        "• Some evening flexibility may be required. No regular weekends are required.",
        "The role may require work on weekends.",
        "For weekend hackers and founders",
        "Keine Wochenendarbeit",
        "Wochenenden frei",
        "Pas de travail le week-end",
        "No se trabaja los fines de semana",
    ],
)
def test_weekends_that_are_free_or_only_perhaps_worked_say_nothing(says: str) -> None:
    assert not works_weekends(f"You build things.\n{says}\nYou like it.")

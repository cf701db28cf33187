"""What a posting sets as a condition, from sentences in eight languages."""

import pytest

from schemas.posting import Condition
from services.ingest.domain.conditions import KINDS, read_conditions
from services.ingest.domain.text.anchors import anchor_words
from services.rules.lexicon.builder import LANGUAGES, spelled, written
from services.rules.sections import document_of
from tests.support.drafting import normalised

RELOCATION = [
    ("en", "This position requires relocation to Lisbon.", ("PT",)),
    ("en", "You must be willing to relocate to Austin, Texas.", ("US-TX",)),
    ("en", "• Living in Dublin, or prepared to move to Ireland", ("IE",)),
    ("en", "Relocation to Nairobi is mandatory after your first month.", ("KE",)),
    ("de", "Bereitschaft zum Umzug nach Hamburg setzen wir voraus.", ("DE",)),
    ("de", "Du bist bereit, nach Wien umzuziehen.", ("AT",)),
    ("de", "Ein Umzug nach Zürich ist erforderlich.", ("CH",)),
    ("fr", "Vous êtes prêt à déménager à Lyon.", ("FR",)),
    ("fr", "Un déménagement à Bruxelles est nécessaire.", ("BE",)),
    ("es", "Disponibilidad para trasladarse a Bogotá.", ("CO",)),
    ("es", "Se requiere mudanza a Barcelona: reubicación obligatoria.", ("ES",)),
    ("pt", "Disponibilidade para mudança para Lisboa.", ("PT",)),
    ("pt", "É preciso estar disposto a se mudar para Curitiba.", ("BR",)),
    ("it", "Disponibilità al trasferimento a Milano.", ("IT",)),
    ("it", "È richiesto il trasferimento a Monaco di Baviera.", ("DE",)),
    ("nl", "Je bent bereid om naar Rotterdam te verhuizen.", ("NL",)),
    ("pl", "Wymagana przeprowadzka (Kraków).", ("PL",)),
    ("pl", "Gotowość do relokacji (Berlin).", ("DE",)),
]
LICENCE = [
    ("en", "• Active RN license in Ohio", ("US-OH",)),
    ("en", "You hold a current TX license as a physical therapist.", ("US-TX",)),
    ("en", "• Licensed in NC or SC as a clinical social worker", ("US-NC", "US-SC")),
    ("en", "Registration with the HCPC is essential.", ("GB",)),
    ("en", "• Compact nursing license required", ("US",)),
    ("en", "• Admitted to practice law in New York", ("US-NY",)),
    ("en", "Must be a licensed pharmacist in Ontario.", ("CA-ON",)),
    ("en", "• Unrestricted medical licence", ()),
    ("de", "Approbation als Ärztin oder Arzt", ("DE",)),
    ("de", "Du bringst das zweite juristische Staatsexamen mit.", ("DE",)),
    ("fr", "Inscription à l'ordre des médecins exigée.", ("FR",)),
    ("fr", "Vous êtes titulaire du diplôme d'État d'infirmier.", ("FR",)),
    ("es", "Imprescindible estar colegiado.", ("ES",)),
    ("es", "Título y cédula profesional.", ()),
    ("pt", "CRM ativo.", ("BR",)),
    ("pt", "Inscrição na Ordem dos Enfermeiros.", ()),
    ("it", "Iscrizione all'albo degli psicologi.", ("IT",)),
    ("it", "Abilitazione all'esercizio della professione forense.", ()),
    ("nl", "Je hebt een BIG-registratie.", ("NL",)),
    ("pl", "Prawo wykonywania zawodu lekarza.", ()),
    # a title that only those in a register of the trade bear
    ("en", "• CPA, Bachelor's degree in Accounting required", ()),
    ("en", "• Active CPA required. Ten years of experience.", ()),
    ("en", "• CPA or ACCA qualified", ()),
    ("en", "• ACCA affiliate (mandatory)", ()),
    ("en", "• CPA and recent experience of audits", ()),
    ("en", "You are a qualified accountant.", ()),
    ("en", "You must be a registered nurse.", ()),
    ("en", "• Certified public accountant", ()),
    # a wish for one more, or of what a bracket says
    ("en", "• Utah state license, and it's preferred to have an additional one, not required", ("US-UT",)),
    ("en", "• Active Texas RN license, additional compact license preferred", ("US-TX",)),
    ("en", "• Admitted to practice in Kenya (a degree from Ghana preferred)", ("KE",)),
]
SHIFTS = [
    ("en", "You will work night shifts."),
    ("en", "This is a rotating shift, and we cover 24/7."),
    ("en", "Schedule: graveyard"),
    ("de", "Du arbeitest im Schichtdienst."),
    ("de", "Bereitschaft zur Nachtschicht"),
    ("fr", "Travail de nuit, un week-end sur deux."),
    ("fr", "Horaires en 3x8."),
    ("es", "Turnos rotativos de lunes a domingo."),
    ("es", "Horario nocturno."),
    ("pt", "Trabalho noturno em escala 12x36."),
    ("it", "Lavoro su tre turni, anche notturni."),
    ("nl", "Je werkt in ploegendienst."),
    ("pl", "Praca w systemie trzyzmianowym."),
    ("pl", "Praca na nocne zmiany."),
]
ENROLMENT = [
    ("en", "• You are currently enrolled at a university"),
    ("en", "You must be enrolled in a degree programme for the whole internship."),
    ("en", "• Currently pursuing a Bachelor's degree in geology"),
    ("de", "Du bist an einer Hochschule immatrikuliert."),
    ("de", "• Eingeschriebene Studentin oder eingeschriebener Student der Informatik"),
    ("fr", "Stage avec convention de stage obligatoire."),
    ("fr", "Tu es étudiant en école de commerce."),
    ("es", "Ser estudiante de último año de ingeniería."),
    ("es", "Posibilidad de firmar convenio con tu universidad."),
    ("pt", "Estar cursando Engenharia ou áreas afins."),
    ("pt", "Ensino superior em curso."),
    ("it", "Sei un laureando in economia."),
    ("it", "Sei uno studente universitario."),
    ("nl", "Je volgt een hbo-opleiding en zoekt een afstudeerstage."),
    ("pl", "Wymagany status studenta."),
    ("pl", "Jesteś studentem ostatniego roku."),
]
NOTHING = [
    ("en", "Benefits\n• Relocation support to Berlin if you want to move"),
    ("en", "Relocation to Berlin is not required."),
    ("en", "We offer a relocation package."),
    ("en", "• A CPA license is a plus"),
    ("en", "• CPA qualification is an advantage, but not required"),
    ("en", "• CPA or ACCA qualified, or equivalent professional certification"),
    ("en", "• Degree in accounting required; CPA preferred"),
    ("en", "• Professional qualifications (e.g. CPA)"),
    ("en", "• You own our CPA and ROAS"),
    ("en", "• CPA, CTR and conversion rates"),
    ("en", "You work with our CPA firm partners."),
    ("en", "Nice to have\n• CPA in good standing"),
    ("en", "• Active RN license (strongly preferred)"),
    ("en", "• Valid driver's license"),
    ("en", "You negotiate software license agreements with our suppliers."),
    ("en", "We will pay for your P&C license."),
    ("en", "We are a licensed bank and payment institution."),
    ("en", "No night shifts, no weekends."),
    ("en", "You manage the shift from spreadsheets to our product."),
    ("en", "Our platform runs 24/7 and you take part in on-call."),
    ("en", "You help students with their enrolment."),
    ("en", "Enrolled in or graduated from a degree programme."),
    ("en", "Recent graduates and current students are welcome; no degree is needed."),
    ("de", "Wir unterstützen dich beim Umzug nach Berlin."),
    ("de", "Ein abgeschlossenes Studium der Informatik"),
    ("de", "Keine Nachtschichten und keine Wochenendarbeit."),
    ("fr", "Aide au déménagement proposée."),
    ("fr", "Vous formez les étudiants de nos écoles partenaires."),
    ("es", "Ayuda para la mudanza."),
    ("es", "Licencia de conducir vigente."),
    ("es", "Licenciatura terminada."),
    ("pt", "Apoio à mudança."),
    ("pt", "Experiência com CRM e vendas."),
    ("it", "Offriamo un contributo per il trasferimento."),
    ("it", "Laurea in economia."),
    ("nl", "Wij helpen je bij de verhuizing."),
    ("pl", "Pomagamy w relokacji."),
    ("pl", "Zarządzanie zmianą w organizacji."),
]


def read(language: str, text: str, title: str = "Colleague") -> tuple[Condition, ...]:
    return read_conditions(document_of(title, text), language, (), None).value


@pytest.mark.parametrize(("language", "text", "places"), RELOCATION)
def test_that_one_must_move_is_read_with_where_to(language: str, text: str, places: tuple[str, ...]) -> None:
    (found,) = read(language, text)
    assert (found.kind, found.places) == ("relocation", places)


@pytest.mark.parametrize(("language", "text", "places"), LICENCE)
def test_a_licence_is_read_with_the_place_that_it_is_of(language: str, text: str, places: tuple[str, ...]) -> None:
    (found,) = read(language, text)
    assert (found.kind, found.places) == ("licence", places)


@pytest.mark.parametrize(("language", "text"), SHIFTS)
def test_nights_and_shifts_are_read(language: str, text: str) -> None:
    assert read(language, text) == (Condition(kind="shifts"),)


@pytest.mark.parametrize(("language", "text"), ENROLMENT)
def test_that_one_must_be_a_student_is_read(language: str, text: str) -> None:
    assert read(language, text) == (Condition(kind="enrolment"),)


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_benefits_wishes_denials_and_other_senses_are_no_conditions(language: str, text: str) -> None:
    assert read(language, text) == ()


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Backend Engineer (relocation to Cyprus)", Condition(kind="relocation", places=("CY",))),
        ("Licensed Therapist (LPC) – Florida, remote", Condition(kind="licence", places=("US-FL",))),
        ("Support Agent, night shift", Condition(kind="shifts")),
        ("Working Student Accounting (f/m/d)", Condition(kind="enrolment")),
        ("Engineering (talent pool)", Condition(kind="pool")),
        ("Expression of Interest: Design", Condition(kind="pool")),
    ],
)
def test_a_title_sets_conditions_too(title: str, found: Condition) -> None:
    assert read("en", "You will like it here.", title) == (found,)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("en", "General application", ""),
        ("en", "Nothing for you? Register your interest", ""),
        ("en", "Future Engineering Opportunities", ""),
        ("en", "Upcoming Roles - Nursing", ""),
        ("en", "Stay in touch!", ""),
        ("en", "Initiativbewerbung (m/w/d)", ""),
        ("en", "Candidature spontanée - Sales", ""),
        ("de", "Jetzt initiativ bewerben", ""),
        ("fr", "Opportunités futures", ""),
        ("es", "Futuras oportunidades en ventas", ""),
        ("pt", "Vagas futuras", ""),
        ("en", "Data Engineer", "This advert is for our talent pool."),
        ("en", "Data Engineer", "We are not actively hiring for this role."),
        ("en", "Data Engineer", "Please note that this is not a live vacancy."),
        ("en", "Programme Lead", "This is an internal recruitment process."),
        ("en", "Programme Lead", "Only current Acme employees are eligible to apply."),
        ("en", "Programme Lead", "Internal candidates only."),
        ("en", "Clerk", "Candidates must be current DOT employees."),
        ("en", "Porter", "This post is open only to existing Trust staff."),
        ("en", "Clerk", "ALL APPLICANTS MUST BE PERMANENT IN THE CIVIL SERVICE TITLE OF CLERK."),
        ("en", "Clerk", "To be considered you must already be serving permanently in the title of Clerk."),
        ("en", "Clerk", "Open to permanent Clerical Associates only."),
        ("en", "Clerk", "Applicants must be currently serving as a permanent Staff Analyst."),
        ("en", "Clerk", "Only candidates who have a permanent Staff Analyst civil service title will be considered."),
        ("de", "Teamleitung", "Nur für interne Bewerber."),
        ("fr", "Chef d'équipe", "Poste réservé aux candidats internes."),
        ("es", "Supervisor", "Solo candidatos internos."),
        ("pt", "Supervisor", "Exclusivo para colaboradores internos."),
        ("en", "Porter", "Current Trust employees only."),
        ("en", "Porter", "Applications are restricted to current employees of the council."),
        ("en", "Clerk", "This is a promotional examination."),
        ("en", "Clerk", "Please note: this vacancy is advertised internally only."),
        ("en", "Clerk", "This post is not open to external candidates."),
        ("en", "Clerk", "External applicants will not be considered."),
        ("en", "Clerk", "Confined interdepartmental competition."),
        ("en", "Clerk (Internal Applicants Only)", ""),
        ("de", "Sachbearbeitung", "Die Ausschreibung richtet sich ausschließlich an Beschäftigte der Stadt."),
        ("de", "Sachbearbeitung", "Nur für interne Bewerberinnen und Bewerber."),
        ("de", "Sachbearbeitung", "Bewerben können sich nur Beschäftigte des Landkreises."),
        ("de", "Interne Ausschreibung: Sachbearbeitung", ""),
        ("fr", "Gestionnaire", "Poste réservé aux agents titulaires."),
        ("fr", "Gestionnaire", "Offre ouverte uniquement en interne."),
        ("fr", "Gestionnaire", "Recrutement en interne uniquement."),
        ("es", "Administrativo", "Solo personal interno."),
        ("es", "Administrativo", "Turno de promoción interna."),
        ("pt", "Técnico", "Processo seletivo interno."),
        ("pt", "Técnico", "Apenas funcionários internos."),
        ("it", "Impiegato", "Concorso interno."),
        ("it", "Impiegato", "Selezione riservata al personale interno."),
        ("nl", "Medewerker", "Alleen interne kandidaten."),
        ("pl", "Referent", "To rekrutacja wewnętrzna."),
        ("de", "Initiativbewerbung Vertrieb", ""),
        ("de", "Buchhaltung", "Diese Anzeige ist für unseren Bewerberpool."),
        ("fr", "Candidature spontanée", ""),
        ("es", "Candidatura espontánea: ventas", ""),
        ("pt", "Banco de talentos", ""),
        ("it", "Candidatura spontanea", ""),
        ("nl", "Open sollicitatie", ""),
        ("pl", "Baza kandydatów", ""),
    ],
)
def test_where_no_post_is_open_a_posting_says_so(language: str, title: str, text: str) -> None:
    assert read(language, text or "We look forward to you.", title) == (Condition(kind="pool"),)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Talent Community Manager", ""),
        ("Director, Future Opportunities Fund", ""),
        ("Engineer, Future Mobility", "You shape future roles of our platform and stay in touch with clients."),
        ("Application Engineer", ""),
        ("Open Application Security Lead", "This role is open."),
        ("Recruiter", "You build our talent pipeline and care for our candidate pool."),
        ("Designer", "Not the right job? Join our talent community."),
        ("Engineer", "We are not hiring for this role outside Chile."),
        ("Engineer", "This role is open to internal and external candidates."),
        ("Clerk", "Open to internal and external candidates."),
        ("Clerk", "External candidates are welcome; applications are not limited to current employees."),
        ("Sales Manager", "You enjoy promotional opportunities. You lead promotional campaigns."),
        ("Brand Ambassador", "This is a promotional position in malls."),
        ("Archivist", "The reading room is not open to the general public."),
        ("Trainer", "You run courses for internal staff only and report to the head of learning."),
        ("Guard", "Access to the vault is restricted to current employees."),
        ("Contractor", "You must be employed by the agency that we work with once you start."),
        ("Sales Manager", "Our discount is limited to current employees and their families."),
        ("Auditor", "You carry out internal audits of current employees' pay."),
        ("Clerk", "This is a permanent post. Only permanent residents of the state may apply."),
        ("Clerk", "Preference is given to those who are permanent in the title; please indicate if you are."),
        ("Clerk", "You must be eligible for a permanent contract in the city."),
        ("Engineer", "You build an internal recruitment tool. All employees are eligible to apply for a sabbatical."),
    ],
)
def test_pools_that_others_fill_and_other_openings_are_no_condition(title: str, text: str) -> None:
    assert read("en", text or "We look forward to you.", title) == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Bewerben können sich interne und externe Bewerber."),
        ("de", "Die Stelle richtet sich nicht nur an Beschäftigte der Stadt."),
        ("de", "Du organisierst Schulungen nur für interne Mitarbeitende."),
        ("de", "Unser Angebot an Kursen richtet sich ausschließlich an Beschäftigte der Stadt."),
        ("fr", "Poste ouvert en interne et en externe."),
        ("fr", "Réservé aux titulaires du permis B."),
        ("fr", "Formation assurée uniquement en interne."),
        ("fr", "Vous gérez le parking réservé aux salariés de l'entreprise."),
        ("es", "Ofrecemos promoción interna y formación."),
        ("es", "Gestionas el comedor, reservado al personal interno."),
        ("es", "Nuestro sistema de formación y promoción interna es conocido."),
        ("es", "Abierto a candidatos internos y externos."),
        ("pt", "Vaga aberta a candidatos internos e externos."),
        ("pt", "Você cuida do processo seletivo interno das lojas."),
        ("it", "Selezione aperta a candidati interni ed esterni."),
        ("nl", "Voor interne en externe kandidaten."),
        ("pl", "Rekrutacja wewnętrzna i zewnętrzna."),
    ],
)
def test_a_post_that_outsiders_may_take_too_is_open(language: str, text: str) -> None:
    assert read(language, text, "Office") == ()


def test_a_licence_in_the_title_has_its_place_from_the_text() -> None:
    read_ = read("en", "• Independently licensed and living in Alabama", "Licensed Therapist")
    assert read_ == (Condition(kind="licence", places=("US-AL",)),)


def test_one_licence_of_several_states_or_of_the_compact_will_do() -> None:
    (found,) = read("en", "• Compact, New York or Massachusetts license required")
    assert set(found.places) == {"US", "US-NY", "US-MA"}


def test_a_wish_for_one_licence_is_none_for_another() -> None:
    assert read("en", "Nice to have\n• Licensed in Texas") == ()
    assert read("en", "Nice to have\n• Licensed in Texas (required within a year)") != ()


def test_the_country_of_the_work_tells_a_state_from_a_country_of_its_name() -> None:
    document = document_of("Therapist", "• Independently licensed and living in Georgia")
    (found,) = read_conditions(document, "en", (), "US").value
    assert found.places == ("US-GA",)


def test_work_for_students_is_for_those_who_are_enrolled() -> None:
    document = document_of("Help in the archive", "Ten hours a week.")
    assert read_conditions(document, "en", ("student",), None).value == (Condition(kind="enrolment"),)
    assert read_conditions(document, "en", ("student", "internship"), None).value == ()


def test_a_town_to_move_to_is_known_by_name() -> None:
    (found,) = read("en", "This role requires relocation to Munich.")
    assert found.places == ("DE",)
    assert len(found.towns) == 1


def test_an_office_in_another_country_is_no_town_of_a_job_that_one_must_move_for() -> None:
    moved = normalised("Officer (Luxembourg)", "<p>It requires relocation to Luxembourg.</p>", locations="Milan, Italy")
    assert moved.reach.countries == ("LU",)
    assert moved.towns == ()
    assert moved.conditions == (Condition(kind="relocation", places=("LU",)),)
    assert normalised("Officer", "<p>Work in our office.</p>", locations="Milan, Italy").towns


def test_a_posting_of_several_conditions_has_each_once_with_its_words() -> None:
    text = "You must relocate to Porto.\n• Active RN license in Utah\n• Active license in Ohio\nYou work night shifts."
    found = read_conditions(document_of("Nurse", text), "en", (), None)
    assert [condition.kind for condition in found.value] == ["relocation", "licence", "shifts"]
    assert [shown.text for shown in found.evidence] == [
        "You must relocate to Porto.", "• Active RN license in Utah", "You work night shifts.",
    ]  # fmt: skip


def _in_full(way: str, kind: str, language: str) -> str:
    """A way of writing, with the words of an entry that it refers to."""
    titles = "|".join(written(f"condition.{kind}.title_of_trade", language)) if "{title_of_trade}" in way else ""
    return way.replace("{title_of_trade}", f"[{titles}]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_way_to_ask_holds_a_word_that_leads_to_it(language: str) -> None:
    anchors = anchor_words()
    lacking = [
        (kind, phrase)
        for kind in KINDS
        for entry in ("asks", "title")
        for way in written(f"condition.{kind}.{entry}", language)
        for phrase in spelled(_in_full(way, kind, language).partition(" !> ")[0].partition(" > ")[0])
        if not any(anchor.strip() in phrase.replace("*", "") for anchor in anchors[kind])
    ]
    assert lacking == []

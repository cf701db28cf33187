"""What role a posting is: its title first, then the board's category, then its text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.draft import Stated
from services.ingest.domain.role.reading import read_role
from services.ingest.domain.role.title import read_title
from services.rules.roles.taxonomy import roles
from tests.support.in_one_test import in_one_test

TITLES = {
    # A noun of several trades is none of them beside a word of another.
    "Tree Surgeon": "gardener",
    "Orthopedic Surgeon": "physician",
    "Server": "waiter",
    "Lead Server - Fine Dining": "waiter",
    "Restaurant Server (Part-time)": "waiter",
    "Server Administrator": "systems-administrator",
    "Debt Collector": "accounts-receivable-clerk",
    "Nuclear Medicine Technologist": "radiographer",
    "Bademeister (m/w/d)": "lifeguard",
    "Industriemeister Metall": "production-manager",
    "Animatrice périscolaire": "youth-and-family-worker",
    "Senior Animator": "motion-designer",
    "Therapist - Remote": "psychotherapist",
    "Behavioral Health Therapist": "psychotherapist",
    "Beauty Therapist": "beautician",
    "Fachkraft für Lagerlogistik (m/w/d)": "warehouse-worker",
    "Senior Artist": "3d-artist",
    "Lash Technician": "beautician",
    "Facility Technician": "building-maintenance-technician",
    "Forklift Driver": "warehouse-worker",
    "Gabelstaplerfahrer": "warehouse-worker",
    "Consultant/Doctor": "physician",
    "Doctor's Assistant": "medical-assistant",
    # "New" is no "news".
    "Marketing Internship, New York": "marketing-manager",
    # Signs that stand for both genders are no words, and the head of something is no cook.
    "Chef-fe de projet électricité": "project-manager",
    "CHEF-FE DE PRODUIT": "product-manager",
    "Infirmier-ère chef-fe d'Unité de soins": "nurse",
    "Chef-fe de clinique au Service de pédiatrie": "physician",
    "Agent-e-s de propreté": "cleaner",
    "Conseiller-ère clientèle": "customer-support-representative",
    "Chef, Lyon": "cook",
    # What a genitive ties to a field says more of it.
    "Líder de Ciberseguridad de Producto": "security-engineer",
    "Chef 80-100 %": "cook",
    "Chef di cucina": "cook",
    "Employé-e de commerce": "administrative-assistant",
    "Chef de partie": "cook",
    "Técnico Programad@r de Aplicaciones Web": "web-developer",
    "Camarer@s": "waiter",
    "Pflegefachmann/-frau": "nurse",
    "Pflegefachfrau:mann": "nurse",
    # English: the noun at the end decides, then what stands beside it.
    "Backend Engineer, Payments": "backend-engineer",
    "Customer Care Business Process Specialist": "operations-specialist",
    "Business Process Consultant": "business-analyst",
    "Business Process Engineer": "business-analyst",
    "Senior Backend Go Engineer (m/f/d)": "backend-engineer",
    "Software Engineer, Backend": "backend-engineer",
    "Staff Engineer, Kotlin": "software-engineer",
    # What software is for makes nobody of another trade.
    "Member of Technical Staff, Safety for Tools": "software-engineer",
    "Software Engineer, Manufacturing": "software-engineer",
    "Software Engineer, Embedded": "embedded-engineer",
    # An architect beside a word that is not known may be of anything.
    "Architekt (m/w/d)": "architect-buildings",
    "Architekt Hochbau": "architect-buildings",
    "Architecte SI": "software-architect",
    "Arquitecto de sistemas": "software-architect",
    "Netzwerkarchitekt": "network-engineer",
    "Kotlin Engineer (Android)": "android-engineer",
    "Software Engineer - Billing": "software-engineer",
    "Solutions Engineer, Backend Team": "solutions-engineer",
    "Sales Engineer": "solutions-engineer",
    "Engineering Manager, Payments": "engineering-manager",
    "Head of Engineering": "engineering-manager",
    "VP of Sales": "sales-manager",
    "Vice President, Marketing": "marketing-manager",
    "Director, Customer Support": "customer-support-manager",
    "Account Executive - DACH": "account-executive",
    "Strategic Account Executive, Nordics": "account-executive",
    "Senior Product Designer (f/m/x) Growth": "product-designer",
    "Working Student Marketing": "marketing-manager",
    "Software Engineering Intern": "software-engineer",
    "Software Intern": "software-engineer",
    "Software Developer Lead": "engineering-manager",
    # A developer is one of software where nothing else is said; other trades have theirs.
    "Developer": "software-engineer",
    "Junior Developer (m/f/d)": "software-engineer",
    "Developer - Berlin": "software-engineer",
    "Remote Developer": "software-engineer",
    "Freelance Developer in Berlin": "software-engineer",
    "Entwickler": "software-engineer",
    "Senior Entwicklerin - Berlin": "software-engineer",
    "Ontwikkelaar in Utrecht": "software-engineer",
    "Entwickler Elektronik": "electronics-engineer",
    "Entwickler für Maschinenbau": "mechanical-engineer",
    "Training Developer": "learning-development-specialist",
    "Content Developer": "editor",
    "Product Developer": "product-engineer",
    "Senior Business Developer": "business-development-manager",
    # Trades of councils.
    "Senior Statutory Planner": "town-planner",
    "Environmental Health Officer": "environmental-health-officer",
    "Local Laws Officer": "parking-officer",
    "Senior Turf Maintenance Officer": "gardener",
    "Park Ranger": "park-ranger",
    "Community Development Officer": "community-development-worker",
    # Trades of everyday work.
    "Building Services Engineer - Mechanical Systems": "building-services-engineer",
    "TGA-Planer (m/w/d)": "building-services-engineer",
    "Gestor de Cobranzas": "accounts-receivable-clerk",
    "Waste Collection Team Leader": "refuse-collector",
    "Bodeguero/a": "warehouse-worker",
    "Despachador/a": "warehouse-worker",
    "Asesor ventas": "sales-assistant",
    "Mercaderista": "shelf-stacker",
    "Chef de partida": "cook",
    "1st & 2nd Level Support (m/w/d)": "it-support-specialist",
    "Refuse Collector": "refuse-collector",
    "Éboueur (H/F)": "refuse-collector",
    "Pest Control Technician": "pest-controller",
    "Técnico en control de plagas": "pest-controller",
    "Topógrafo": "land-surveyor",
    "Vermessungstechniker (m/w/d)": "land-surveyor",
    "Able Seaman": "seafarer",
    "Matelot": "seafarer",
    "Fachkraft für Veranstaltungstechnik (m/w/d)": "stage-technician",
    "Régisseur lumière": "stage-technician",
    "Underground Miner": "miner",
    "Operador de mina": "miner",
    # Italian joins words by what is an abbreviation elsewhere: DEI, AI.
    "Analista dei rischi finanziari": "risk-analyst",
    "Infermiere addetto ai prelievi": "nurse",
    # What stands alone in a field's name says another trade in a longer one.
    "Asistente Social": "social-worker",
    "Assistente sociale": "social-worker",
    "Directeur de service social": "social-worker",
    "Social Media Lead": "social-media-manager",
    "Equity and Inclusion Advisor": "hr-specialist",
    "Distribution Manager": "logistics-manager",
    "Swim Teacher": "sports-coach",
    "Machinist GWW": "heavy-equipment-operator",
    "Conducteur d'excavatrice": "heavy-equipment-operator",
    "Conducteur / Conductrice de véhicules Super Lourds (H/F)": "truck-driver",
    "Conducteur de four": "production-worker",
    "Conducteur (H/F)": "driver",
    # A field with no noun of a leader, a helper or an officer stands for them where it is a tool's alone.
    "Python Expert": "backend-engineer",
    # What a bare noun of many trades means elsewhere: an office of public works, a hospital's, a stage of building.
    "Consultant": "management-consultant",
    "Consultant - Berlin": "management-consultant",
    "Consultant Gastroenterologist": "physician",
    "Consultant Paediatrician": "physician",
    "Locum Consultant in Respiratory Medicine": "physician",
    "Consultant in Cardiology": "physician",
    "Consultant in Old Age Psychiatry": "psychiatrist",
    # What somebody speaks says nothing of the work, nor does a dot that shortens a joining word end a part of a title.
    "Bilingual Therapist": "psychotherapist",
    "Spanish-Speaking Therapist": "psychotherapist",
    "German Speaking Developer": "software-engineer",
    "Specjalista ds. kadr i płac": "payroll-specialist",
    "Fiber Technician": "telecom-technician",
    # Each everyday trade is one: who bakes is no cook, who drives a bus needs another licence than who drives a lorry.
    "Bäcker (m/w/d)": "baker",
    "Conductrice de bus H/F": "bus-driver",
    "HGV Class 2 Driver": "truck-driver",
    "Steuerfachangestellte (m/w/d)": "tax-clerk",
    "Tiermedizinische Fachangestellte": "veterinary-technician",
    "Feuerwehrfrau": "firefighter",
    "Lifeguard": "lifeguard",
    "Cajera de supermercado": "cashier",
    "Maestra de infantil": "kindergarten-teacher",
    "Pflegedienstleitung (m/w/d)": "nursing-director",
    "Registered Manager - Children's Home": "care-home-manager",
    "Podóloga": "podiatrist",
    "Audioprothésiste": "hearing-aid-dispenser",
    "Vakkenvuller": "shelf-stacker",
    "Muratore": "bricklayer",
    "Dekarz": "roofer",
    "Clinical Fellow in Urology": "physician",
    "Paramedic Clinical Fellow": "paramedic",
    "Statutory Planner": "town-planner",
    "Town Planner": "town-planner",
    "Production Planner": "supply-chain-manager",
    "Office Engineer": "civil-engineer",
    "Business Support Officer": "administrative-assistant",
    "Medical Secretary": "administrative-assistant",
    "Medical Assistant": "medical-assistant",
    "Development Officer": "fundraiser",
    "Youth Development Officer": "youth-and-family-worker",
    "Economic Development Officer": "economist",
    "Software Development Manager": "engineering-manager",
    "Property Development Lead": "real-estate-agent",
    "Procurement Business Partner": "procurement-specialist",
    "Gym Instructor": "sports-coach",
    "Domestic Assistant": "cleaner",
    "Storekeeper": "warehouse-worker",
    "CDI Specialist": "medical-coder",
    # Administrators of systems, heads of administration and planners of projects are no clerks.
    "Senior Windows Administrator": "systems-administrator",
    "Storage/Backup Administrator": "systems-administrator",
    "Oracle Middleware Administrator": "systems-administrator",
    "Director of Administration": "office-manager",
    "Administration Manager": "office-manager",
    "CPM Scheduler II": "project-manager",
    "Production Scheduler": "supply-chain-manager",
    "Appointment Scheduler": "administrative-assistant",
    # The health of a people is no care of patients.
    "Public Health Analyst": "public-health-specialist",
    "Epidemiologist": "public-health-specialist",
    "Public Health Inspector, Food Safety": "environmental-health-officer",
    "Public Health Nurse": "nurse",
    "Public Health Social Worker": "social-worker",
    # Who has one stem with their trade is somebody, wherever the word stands.
    "Part-time Nurse in Leeds": "nurse",
    "Primary Care Physician (Family/Internal Med)": "physician",
    "Nursing Assistant": "care-assistant",
    "Customer Support with Danish": "customer-support-representative",
    "Chief of Staff": "chief-of-staff",
    "Staff Accountant": "accountant",
    "Executive Assistant to the CEO": "executive-assistant",
    "Full Stack React Developer": "full-stack-engineer",
    "Member of Technical Staff, Inference": "machine-learning-engineer",
    "Reinforcement Learning Engineer (Cybersecurity)": "machine-learning-engineer",
    "Personal Protection Officer (m/w/d)": "security-guard",
    "ERP Technical Engineer": "enterprise-apps-developer",
    "Head of Technical Writing": "technical-writer",
    "Director of Market Development": "business-development-manager",
    "Market Development Representative": "sales-development-representative",
    "Field Marketing Manager": "marketing-manager",
    "Nurse Recruiter": "recruiter",
    "Registered Nurse - Night Shift": "nurse",
    "Fleet Care Manager, Leeds": "logistics-manager",
    "Marketing Operations": "marketing-operations-manager",
    "Insurance Producer Toledo OH": "insurance-specialist",
    "RN Developer": "mobile-engineer",
    "Inclusive Design Specialist": "product-designer",
    "Graphic Design Intern": "graphic-designer",
    "Workforce Planning Analyst": "operations-analyst",
    "Manager - Insurance Services": "insurance-specialist",
    "SAP Architect": "enterprise-apps-consultant",
    "Conveyancing Assistant": "paralegal",
    "Principal, Business Development": "business-development-manager",
    # German
    "Softwareentwickler (m/w/d)": "software-engineer",
    "Backend-Entwickler:in Java": "backend-engineer",
    "Finanzbuchhalterin": "accountant",
    "Vertriebsmitarbeiter*in im Außendienst": "account-executive",
    "Pflegefachkraft (w/m/d)": "nurse",
    "Projektleiter Bau": "construction-manager",
    "Leiter Marketing": "marketing-manager",
    "LKW-Fahrer (m/w/d) Nahverkehr": "truck-driver",
    "Fahrzeugtechnikerin (m/w/d)": "vehicle-mechanic",
    # French
    "Développeuse back-end H/F": "backend-engineer",
    "Chef de projet (H/F)": "project-manager",
    "Chargé(e) de recrutement": "recruiter",
    "Infirmière de nuit": "nurse",
    "Responsable marketing digital": "digital-marketing-manager",
    # Spanish
    "Desarrolladora backend": "backend-engineer",
    "Ingeniero/a de datos": "data-engineer",
    "Jefe de ventas": "sales-manager",
    "Enfermera": "nurse",
    # Portuguese
    "Desenvolvedora full stack": "full-stack-engineer",
    "Analista de dados pleno": "data-analyst",
    "Gerente de produto": "product-manager",
    # Italian
    "Sviluppatrice frontend": "frontend-engineer",
    "Responsabile risorse umane": "hr-manager",
    "Magazziniere": "warehouse-worker",
    # Dutch
    "Medewerker klantenservice": "customer-support-representative",
    "Boekhouder (m/v)": "accountant",
    "Bookkeeper": "bookkeeper",
    "Medical Assistant, Remote": "medical-assistant",
    "Physician Assistant": "physician-assistant",
    "Pharmacy Technician": "pharmacy-technician",
    "Utilization Review Nurse": "nurse",
    "Community Matron": "nurse",
    "Rotational Midwife": "midwife",
    "Hebamme (m/w/d)": "midwife",
    "Nursing Associate, Band 4": "nursing-associate",
    "Registered Nursing Associates": "nursing-associate",
    "Clinical Nurse Associate": "nurse",
    "Healthcare Assistant, Band 2": "care-assistant",
    # Each register or licence is a role of its own, also where one of its trade is called in short.
    "Community Mental Health Nurse": "mental-health-nurse",
    "Staff Nurse RMN": "mental-health-nurse",
    "RGN - Nights": "nurse",
    "Learning Disability Nurse, Band 5": "learning-disability-nurse",
    "Paediatric Nurse": "childrens-nurse",
    "Pediatric Nurse": "nurse",
    "Gesundheits- und Kinderkrankenpflegerin (m/w/d)": "childrens-nurse",
    "Health Visitor": "health-visitor",
    "LPN (Night Shift)": "practical-nurse",
    "Técnica de enfermagem": "practical-nurse",
    "PMHNP, Telehealth": "psychiatric-nurse-practitioner",
    "Infirmier anesthésiste H/F": "nurse-anesthetist",
    "Facharzt für Psychiatrie (m/w/d)": "psychiatrist",
    "Operating Department Practitioner": "surgical-technologist",
    "Dental Nurse": "dental-assistant",
    "Dental Hygienist": "dental-hygienist",
    "Zahntechniker (m/w/d)": "dental-technician",
    "Registered Veterinary Nurse": "veterinary-technician",
    "Tierpflegerin": "animal-caretaker",
    "Clinical Psychologist": "psychologist",
    "BCBA": "behavior-analyst",
    "Physical Therapist Assistant": "physical-therapist-assistant",
    "Community OT": "occupational-therapist",
    "COTA - Outpatient": "occupational-therapy-assistant",
    "Band 6 SLT": "speech-therapist",
    "HCA - Bank": "care-assistant",
    "Notfallsanitäter (m/w/d)": "paramedic",
    "Rettungssanitäter (m/w/d)": "emergency-medical-technician",
    "Technicienne de laboratoire médical": "medical-technologist",
    "Manipulatrice radio": "radiographer",
    "Dispensing Optician": "optician",
    "Family Support Worker": "youth-and-family-worker",
    "Schulsozialarbeiterin": "social-worker",
    "Primary School Teacher": "primary-teacher",
    "Professeure des écoles": "primary-teacher",
    "Secondary School Maths Teacher": "teacher",
    "SEN Teacher": "special-education-teacher",
    "Insegnante di sostegno": "special-education-teacher",
    "SEN TA": "teaching-assistant",
    "TA Partner": "recruiter",
    "Enterprise AE": "account-executive",
    "AE (Remote)": "account-executive",
    "HGV Technician": "vehicle-mechanic",
    "Class A CDL - Local": "truck-driver",
    # A branch in which any nurse of the country may work is no register.
    "Psychiatric Nurse (RN)": "nurse",
    "Registered Psychiatric Nurse": "mental-health-nurse",
    "Infirmière en psychiatrie H/F": "nurse",
    "Enfermera de salud mental": "nurse",
    "Infermiere psichiatrico": "nurse",
    "Infirmière de santé publique": "nurse",
    "Pflegefachkraft für Menschen mit geistiger Behinderung (m/w/d)": "nurse",
    "Fisioterapeuta respiratório": "physiotherapist",
    "Oberärztin Psychiatrie (m/w/d)": "psychiatrist",
    "Infermiere professionale": "nurse",
    "Altenpflegehelferin (m/w/d)": "care-assistant",
    "Aide médico-psychologique": "care-assistant",
    "Behavioral Health Technician": "care-assistant",
    "Técnica en enfermería": "practical-nurse",
    "Técnico RMN": "radiographer",
    "Augenoptikermeister (m/w/d)": "optician",
    "Nursery Nurse": "kindergarten-teacher",
    "Newborn Nursery Nurse": "nurse",
    "Professora de educação infantil": "kindergarten-teacher",
    "3rd Grade Teacher": "primary-teacher",
    "Lehrkraft für Sonderpädagogik": "special-education-teacher",
    "SEN LSA": "teaching-assistant",
    "Specialist Physiotherapist": "physiotherapist",
    "Band 6 Occupational Therapist": "occupational-therapist",
    "Ergotherapeut (m/w/d)": "occupational-therapist",
    "Speech and Language Therapist": "speech-therapist",
    "Orthophoniste H/F": "speech-therapist",
    "Associate Medical Director Utilization Management": "physician",
    "Head of Web": "digital-marketing-manager",
    "Cybersecurity Compliance Specialist": "security-compliance-specialist",
    "Solutions Architect Team Lead": "solutions-architect",
    "Founding Engineer": "product-engineer",
    "Founding Product Designer": "product-designer",
    "Vrachtwagenchauffeur": "truck-driver",
    # Making, storing, repairing
    "Technicien régleur / Technicienne régleuse en plasturgie (H/F)": "machine-setter",
    "Maschineneinrichter (m/w/d)": "machine-setter",
    "Opérateur / Opératrice de plieuse (H/F)": "production-worker",
    "AGENT DE FABRICATION (H/F)": "production-worker",
    "Operario de fabricación": "production-worker",
    "Operador de extrusora": "production-worker",
    "Operator maszyn produkcyjnych": "production-worker",
    "Conduttore di impianti": "production-worker",
    "Chef de ligne H/F": "production-manager",
    "Opérateur logistique (H/F)": "warehouse-worker",
    "Operador logístico": "warehouse-worker",
    "Mitarbeiter Logistik (m/w/d)": "warehouse-worker",
    "Magasinier / Magasinière gestionnaire de stocks (H/F)": "warehouse-worker",
    "Déménageur / Déménageuse (H/F)": "mover",
    "Facilities Technician": "building-maintenance-technician",
    "Mechanical Draughtsman": "drafter",
    "Bauzeichner": "drafter",
    "Biomedical Engineer": "biomedical-engineer",
    "OHS Inspector (X2 Posts)": "safety-engineer",
    # Serving and receiving
    "Receptions": "receptionist",
    "Mitarbeiter Empfang": "receptionist",
    "Agent d'accueil": "receptionist",
    "Chef gérant / Manager de site cuisinant F/H": "cook",
    "Agent de nettoyage (H/F)": "cleaner",
    "Social Media Host": "live-stream-host",
    # One noun, said for both genders
    "Chauffeur / Chauffeuse de poids lourd (H/F)": "truck-driver",
    "Conducteur / Conductrice de pelle (H/F)": "heavy-equipment-operator",
    # A noun without a trade behind one with one
    "Infirmier généraliste (H/F)": "nurse",
    # Sellers to firms in Spanish, and who looks after applications in French
    "Ejecutivo comercial": "account-executive",
    "Ejecutiva Comercial Senior": "account-executive",
    "Ejecutivo/a comercial zona norte": "account-executive",
    "Analyste support applicatif (H/F)": "technical-support-engineer",
    "Technicien support applicatif": "technical-support-engineer",
    "Director comercial": "sales-manager",
    # Polish
    "Programista Java": "backend-engineer",
    "Starszy analityk danych": "data-analyst",
    "Kierownik projektu": "project-manager",
    "Księgowa": "accountant",
}


@in_one_test("title, role", TITLES.items())
def test_a_title_says_what_the_role_is(title: str, role: str) -> None:
    read = read_role(title, (), "", roles())
    assert read.roles[:1] == (role,)
    assert read.source == "title"
    assert read.evidence


@pytest.mark.parametrize(
    "title",
    [
        "Join us!",
        "Land Developer",
        # A field tells no trade of somebody who does not work in it.
        "Property Developer",
        "Community Developer",
        "Project Engineer",
        "Shift Engineer - Pasig City",
        "Delivery Helper",
        "US Healthcare Architect",
        "Horticulture Maintenance Worker",
        "Supervisor Roads",
        "Visitor Economy Coordinator",
        "Coordinator Engineering and Works Planning",
        "Organizational Design Consultant",
        "Executive Officer",
        # Not of management: what stands beside the noun is another trade.
        "Strategic Planner",
        "Strategist, Agent Development",
        "Development Manager",
        "Lead Generation Developer",
        "Engineer II",
        "Open application",
        "",
        "💼",
        "Associate",
        "(m/w/d)",
        "Botany Expert | Up to $40/hr",
        # Short for two trades, or for something else.
        "TA",
        "OT",
        "PT",
        "Pega LSA",
        # Of trades that are no role here.
        "Ophthalmic Technician",
        "Terapeuta floral",
        "Tattoo Artist",
        "Elektromeister (m/w/d)",
        # Of beginners, in whatever trade.
        "Graduate Programme 2026",
        "Internship Programme (Multiple Disciplines)",
        "24-Month Learnership Programme",
        "Engineer-in-Training/ Intern",
        "Graduate in Training - GIT",
        "2026 Internship & P1/P2 Experiential Learning",
    ],
)
def test_a_title_that_does_not_say_it_is_unknown(title: str) -> None:
    assert read_role(title, (), "", roles()).source == "unknown"


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Recruiter / Office Manager", ("recruiter", "office-manager")),
        ("Nurse or Paramedic", ("nurse", "paramedic")),
        ("Occupational Therapist or Physiotherapist, Band 6", ("occupational-therapist", "physiotherapist")),
        ("RN/LPN", ("nurse", "practical-nurse")),
        ("Registered Nurse (RN) or Physical Therapist (PT)", ("nurse", "physiotherapist")),
        ("Infirmière ou sage-femme", ("nurse", "midwife")),
        ("Enfermera o auxiliar de enfermería", ("nurse", "care-assistant")),
        ("Buchhalter oder Controller (m/w/d)", ("accountant", "financial-controller")),
        ("Teacher or Teaching Assistant", ("teacher", "teaching-assistant")),
        ("Nurse, Paramedic, or Midwife", ("nurse", "paramedic", "midwife")),
        ("RN/LPN/CNA", ("nurse", "practical-nurse", "care-assistant")),
        ("Physiotherapeut, Ergotherapeut oder Logopäde (m/w/d), Kiel",
         ("physiotherapist", "occupational-therapist", "speech-therapist")),
        ("Registered Nurse (RN), LPN, or Medical Assistant - Oslo", ("nurse", "practical-nurse", "medical-assistant")),
        ("Enfermera, fisioterapeuta o logopeda", ("nurse", "physiotherapist", "speech-therapist")),
        ("PA/NP, Urgent Care", ("physician-assistant", "nurse-practitioner")),
        ("PA / Receptionist", ("executive-assistant", "receptionist")),
    ],
)  # fmt: skip
def test_all_roles_are_read_that_a_title_names(title: str, named: tuple[str, ...]) -> None:
    read = read_role(title, (), "", roles())
    assert read.roles == named
    assert [roles().find(title[start:end].strip()) for start, end in read.spans]
    assert len(read.spans) == len(named)


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("PA to the CEO", ("executive-assistant",)),
        # Not a list of titles: a field, a level, a generic title, a place beside one.
        ("Sales and Marketing Manager", ("sales-manager",)),
        ("Senior / Lead Data Analyst", ("data-analyst",)),
        ("Software Engineer or Backend Engineer", ("backend-engineer",)),
        ("Nurse, London and Leeds", ("nurse",)),
        ("Account Manager, Nurse Staffing", ("account-manager",)),
    ],
)
def test_a_list_of_other_things_is_no_list_of_roles(title: str, named: tuple[str, ...]) -> None:
    assert read_role(title, (), "", roles()).roles == named


SCHOOL_YEARS = {
    "primary-teacher": (
        "Year 1 Teacher", "Year 1 to 6 Teacher", "Teacher - Year 2", "Year Three Teacher", "Year 5/6 Teacher",
        "Grade 1 to 5 Teacher", "Fourth Grade ELA Teacher", "2nd Grade Teacher", "Reception Teacher",
        "KS1/KS2 Teacher", "Key Stage 2 Teacher", "K-5 Music Teacher",
    ),
    "teacher": (
        "Year 8 Teacher", "Year 10 Science Teacher", "Teacher, Year 12", "Grade 9 English Teacher",
        "6th Grade Math Teacher", "Grades 4-8 Teacher", "Year 6 and 7 Teacher", "KS3/KS4 Maths Teacher",
        "Key Stage 3 Teacher", "K-12 Teacher", "Teacher (1 year 6 months)", "Tenth Grade Teacher",
        "Teacher of Grade 3 piano", "Teacher, Pay Grade 2",
    ),
    "teaching-assistant": ("Year 2 Teaching Assistant",),
}  # fmt: skip


@in_one_test(
    "title, named",
    [
        ("PT/OT/SLP", ("physiotherapist", "occupational-therapist", "speech-therapist")),
        ("Travel PT / PTA - Ohio", ("physiotherapist", "physical-therapist-assistant")),
        ("PTA/PKA (m/w/d)", ("pharmacy-technician",)),
        ("RN, LPN, CNA", ("nurse", "practical-nurse", "care-assistant")),
        ("PA/MD", ("physician-assistant", "physician")),
        ("Clinic Nurse (LVN / RN licence)", ("nurse",)),
        ("Driver PT/FT", ("driver",)),
        (
            "PT, OT, SLP, COTA, PTA, RN, CNA",
            ("physiotherapist", "occupational-therapist", "speech-therapist", "occupational-therapy-assistant",
             "physical-therapist-assistant", "nurse"),
        ),
    ],
)  # fmt: skip
def test_a_run_of_abbreviations_names_the_trade_of_each_six_at_most(title: str, named: tuple[str, ...]) -> None:
    assert read_role(title, (), "", roles()).roles == named


@in_one_test(
    "title",
    ["Architekt Umweltdaten", "Assistent Chef Fachstab", "Chef Fachdienst", "Estate Architect"],
)
def test_a_noun_of_several_trades_beside_an_unknown_word_is_none_of_them(title: str) -> None:
    assert read_role(title, (), "", roles()).roles == ()


def test_an_animator_of_people_is_told_from_one_of_pictures_by_two_words_of_the_text() -> None:
    assert read_role("Animateur H/F", (), "Vous animez les loisirs des résidents.", roles()).roles == (
        "youth-and-family-worker",
    )
    assert read_role("Animator", (), "You animate characters in Maya.", roles()).roles == ("motion-designer",)


@in_one_test("title, role", [(title, role) for role, titles in SCHOOL_YEARS.items() for title in titles])
def test_school_years_tell_which_school_a_teacher_is_sought_for(title: str, role: str) -> None:
    assert read_role(title, (), "", roles()).roles == (role,)


@pytest.mark.parametrize("title", ["Nurse, Intensive Care", "Cook or Chef de Partie", "Full or Part Time Nurse"])
def test_one_role_is_read_where_both_sides_are_one_or_one_names_none(title: str) -> None:
    assert len(read_role(title, (), "", roles()).roles) == 1


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Lead Frontend/Mobile Developer", ("mobile-engineer", "frontend-engineer")),
        ("Payroll and Recruiting Specialist", ("recruiter", "payroll-specialist")),
        ("Partnerships & Events Manager", ("event-manager", "partnerships-manager")),
        # What is one field, a field that the noun does not go with, and what only stands beside it are no second role.
        ("Network and Security Engineer", ("security-engineer",)),
        ("Search and Rescue Pilot", ("pilot",)),
        ("Data Engineer - Fraud & Abuse", ("data-engineer",)),
    ],
)
def test_two_fields_share_the_noun_behind_them(title: str, named: tuple[str, ...]) -> None:
    assert read_role(title, (), "", roles()).roles == named


@pytest.mark.parametrize(
    ("title", "text", "role"),
    [
        ("Design Engineer", "You build our website in React and keep its design system in Figma.", "ux-engineer"),
        (
            "Design Engineer",
            "You draw brackets in SolidWorks and React to drawings of suppliers.",
            "mechanical-engineer",
        ),
        ("Head of Onboarding", "You own KYC and due diligence of new clients.", "fraud-analyst"),
        ("Onboarding Manager", "You train new clients on our product.", "implementation-specialist"),
        ("Product Manager, Onboarding", "You shape KYC and due diligence of new clients.", "product-manager"),
        ("CRM Specialist", "You plan newsletters and campaigns.", "email-marketer"),
        ("Growth Lead", "You own a quota and close deals with hospitals.", "business-development-manager"),
        ("Growth Lead", "You run paid campaigns and landing pages.", "growth-marketer"),
        ("Registered Nurse - Mental Health", "RMN with an NMC pin, for an NHS ward.", "mental-health-nurse"),
        ("Registered Nurse - Mental Health", "An RN license of Ohio and two years of care are needed.", "nurse"),
        ("Staff Nurse (Paediatrics)", "You are a registered children's nurse with an NMC pin.", "childrens-nurse"),
        (
            "Nurse Practitioner, Psychiatry",
            "PMHNP-BC; you prescribe psychotropic medicines.",
            "psychiatric-nurse-practitioner",
        ),
        ("PTA - Outpatient", "You work under a physical therapist in rehab.", "physical-therapist-assistant"),
        ("OTA - Outpatient", "You work under an occupational therapist in rehab.", "occupational-therapy-assistant"),
        ("OTA (m/w/d)", "Sie arbeiten im OP.", "surgical-technologist"),
        ("Psychiatric Nurse", "RMN with an NMC pin, for an NHS ward.", "mental-health-nurse"),
        ("Biomedical Scientist", "HCPC registration, in our NHS laboratory.", "medical-technologist"),
        ("Case Reviewer", "You read background investigations for security clearances.", "police-officer"),
        ("CRM Specialist", "You look after objects and flows in Salesforce.", "business-systems-administrator"),
    ],
)
def test_a_text_tells_which_trade_a_shared_title_is_of(title: str, text: str, role: str) -> None:
    read = read_role(title, (), text, roles())
    assert (read.roles, read.source) == ((role,), "title")


def test_the_evidence_is_where_the_words_stand() -> None:
    title = "Senior Data Scientist - Berlin"
    [(start, end)] = read_role(title, (), "", roles()).spans
    assert title[start:end] == "Data Scientist"


def test_the_category_helps_a_title_that_says_too_little() -> None:
    read = read_role("Engineer II", (Stated("department", "Backend"),), "", roles())
    assert (read.roles, read.source) == (("backend-engineer",), "category")


def test_a_category_that_is_a_field_tells_nothing_of_a_title_without_a_noun_of_work() -> None:
    assert read_role("Internal job board", (Stated("department", "Engineering"),), "", roles()).roles == ()
    assert read_role("Internal job board", (Stated("department", "Nurse"),), "", roles()).roles == ("nurse",)


def test_a_maintenance_technician_is_of_buildings_where_two_words_of_the_text_tell_it() -> None:
    flats = "You look after our apartment community and the residents' flats."
    assert read_role("Maintenance Technician", (), flats, roles()).roles == ("building-maintenance-technician",)
    press = "You look after presses and robots on three lines."
    assert read_role("Maintenance Technician", (), press, roles()).roles == ("industrial-maintenance-technician",)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("We are a small team. We are looking for a data scientist who loves maps.", "data-scientist"),
        ("Als Vertriebsmitarbeiter wirst du unsere Kunden beraten.", "account-executive"),
        ("As a product designer you will shape our app.", "product-designer"),
        ("Nous recherchons un comptable pour notre agence.", "accountant"),
        ("Buscamos una enfermera para nuestra clínica.", "nurse"),
    ],
)
def test_a_text_is_asked_where_the_title_says_nothing(text: str, role: str) -> None:
    read = read_role("Join us!", (), text, roles())
    assert (read.roles, read.source) == ((role,), "text")
    [(start, end)] = read.spans
    assert text[start:end].strip()


def test_a_text_does_not_decide_where_the_title_does() -> None:
    assert read_role("Nurse", (), "We are looking for a data scientist.", roles()).roles == ("nurse",)


@given(
    title=st.sampled_from(sorted(set(TITLES) - {"Full Stack React Developer"})),
    level=st.sampled_from(["", "Senior ", "Junior ", "Sr. ", "Mid-level "]),
    gender=st.sampled_from(["", " (m/w/d)", " (f/m/x)", " H/F", " (all genders)"]),
    place=st.sampled_from(["", " - Berlin", " | Remote", ", São Paulo", " (Kraków)", " – Texas"]),
)
def test_a_reading_is_stable_under_level_gender_and_place(title: str, level: str, gender: str, place: str) -> None:
    plain = [read.role for read in read_title(title, roles())]
    assert [read.role for read in read_title(level + title + gender + place, roles())] == plain


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_is_read(title: str, text: str) -> None:
    read = read_role(title, (Stated("department", title),), text, roles())
    assert all(role in roles() for role in read.roles)
    assert (read.source == "unknown") == (not read.roles)


class _Counted(dict[tuple[str, ...], str]):
    """Known titles that count how often they are asked."""

    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        return super().__contains__(key)


def _lookups(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    known = roles()
    titles = _Counted(known.vocabulary.titles)
    with monkeypatch.context() as patched:
        patched.setattr(known, "vocabulary", replace(known.vocabulary, titles=titles))
        read_title(text, known)
    return titles.asked


def test_twice_the_words_cost_at_most_twice_the_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    once, twice = (_lookups("Backend Payments Wizard, " * times, monkeypatch) for times in (40, 80))
    assert once > 0
    assert twice <= 2 * once + 100

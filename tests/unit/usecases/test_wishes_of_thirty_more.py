"""Sentences that 30 people of five languages typed, with the country they browse from; written before any was read.

One is not read as it is meant: a misspelt title, which a press reads right.
"""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

TYPED = [
    ("dental hygenist 3 days a week near Swindon", "GB", "GB; Swindon GB; part_time; “dental hygenist”"),
    (
        "HGV class 1 driver days only no nights out Doncaster",
        "GB",
        "truck-driver; GB; Doncaster GB; “HGV”; “days only”; “no nights out”",
    ),
    (
        "primary teaching assistant term time only Sheffield",
        "GB",
        "teaching-assistant; GB; Sheffield GB; “primary”; “term”",
    ),
    ("barista or waitress galway weekends", "IE", "waiter; IE; Galway IE; “weekends”"),
    ("registered nurse icu denver 12 hour shifts 45/hr", "US", "nurse; US; Denver US-CO; 45 USD/hour; “icu”; “shifts”"),
    (
        "cna night shift jacksonville florida 20 an hour",
        "US",
        "care-assistant; US; Jacksonville US-FL; 20 USD/hour; “night shift”",
    ),
    ("forklift operator within 15 miles of Fresno", "US", "warehouse-worker; US; Fresno US-CA"),
    (
        "salesforce admin remote us only 110k",
        "US",
        "business-systems-administrator~; Salesforce; Salesforce Administrator; US; remote; 110000 EUR/year",
    ),
    ("junior copywriter Toronto or remote Canada", "CA", "copywriter; CA; Toronto CA-ON; junior"),
    ("looking for cleaning work mornings in Cork city", "IE", "cleaner~; IE; Cork IE; “mornings”"),
    (
        "Pflegefachkraft ohne Nachtdienst Raum Augsburg ab 3800",
        "DE",
        "nurse; DE; Augsburg DE; 3800 EUR/month; “ohne Nachtdienst”",
    ),
    (
        "Erzieherin Kita Teilzeit 30 Std Leipzig",
        "DE",
        "kindergarten-teacher; DE; Leipzig DE; part_time; “Kita”; “30 Std”",
    ),
    ("Quereinsteiger IT Support Hannover oder Homeoffice", "DE", "it-support-specialist; DE; Hannover DE"),
    ("Elektriker Montage nein danke, Nürnberg 40 km", "DE", "electrician; DE; Nürnberg DE; “Montage nein danke”"),
    ("Bauleiter Hochbau Wien ab 60000", "AT", "construction-manager; AT; Vienna AT; 60000 EUR/year; “Hochbau”"),
    ("Lokführer Schweiz", "CH", "train-driver; CH"),
    ("aide soignante de nuit Toulouse cdi", "FR", "care-assistant; FR; Toulouse FR; permanent; “de nuit”"),
    (
        "developpeur php symfony full remote france 45k",
        "FR",
        "backend-engineer~; PHP; Symfony; FR; remote; 45000 EUR/year",
    ),
    (
        "vendeuse pret a porter mi-temps Nantes centre",
        "FR",
        "sales-assistant; FR; Nantes FR; part_time; “pret”; “porter”",
    ),
    (
        "cherche alternance communication Lyon ou Grenoble",
        "FR",
        "communications-manager; FR; Grenoble FR; Lyon FR; intern",
    ),
    ("chef de chantier Bordeaux sans deplacement", "FR", "construction-manager; FR; Bordeaux FR; “sans deplacement”"),
    (
        "conductor de ambulancia Zaragoza jornada completa",
        "ES",
        "emergency-medical-technician; ES; Zaragoza ES; full_time",
    ),
    ("camarera de pisos Mallorca temporada", "ES", "cleaner; ES; Palma ES; temporary"),
    (
        "contador publico bogota o remoto colombia 5 millones",
        "CO",
        "accountant; CO; Bogotá CO; 5000000 COP/month; “publico”",
    ),
    ("recepcionista de hotel noches Ciudad de Mexico", "MX", "hotel-staff; MX-CMX; “noches”"),
    (
        "programador junior sin experiencia python valencia o remoto",
        "ES",
        "software-engineer; Python; ES; Valencia ES; junior",
    ),
    ("auxiliar de limpeza Porto part-time manhas", "PT", "cleaner; PT; Porto PT; part_time; “manhas”"),
    ("analista de dados pleno remoto Brasil pj 12k", "BR", "data-analyst; BR; remote; mid; contract; 12000 BRL/month"),
    ("tecnico de enfermagem Curitiba 12x36", "BR", "practical-nurse; BR; Curitiba BR; “12x36”"),
    ("hotel manager algarve or lisbon", "PT", "hotel-staff; PT; Faro PT; Lisbon PT"),
]
MENDED = [
    ("security jobs Leeds", "GB", "security-analyst; security-guard; GB; Leeds GB"),
    ("IT security Berlin", "DE", "security-analyst; DE; Berlin DE"),
    ("cloud, security, devops", "GB", "cloud-engineer~; devops-engineer~; security-analyst~"),
    ("hotel reception Galway", "IE", "hotel-staff; IE; Galway IE"),
    ("night porter London hotel", "GB", "hotel-staff; GB; London GB"),
    ("nurse columbus ohio within 40 miles", "US", "nurse; US; Columbus US-OH"),
    ("cook portland maine", "US", "cook; US; Portland US-ME"),
    ("carer days only Leeds", "GB", "care-assistant; GB; Leeds GB; “days only”"),
    ("Buchhalter Zürich ab 90000", "DE", "accountant; CH; Zürich CH; 90000 CHF/year"),
    ("nurse Leeds from 2027", "GB", "nurse; GB; Leeds GB; “2027”"),
    ("nurse no nights in Leeds", "GB", "nurse; GB; Leeds GB; “no nights”"),
    ("designer, no jobs in London", "GB", "product-designer; “no jobs in London”"),
    ("cleaner no experience in hospitals", "GB", "cleaner; “no experience in hospitals”"),
]


@in_one_test("text, country, expected", [*TYPED, *MENDED])
def test_a_sentence_asks_for_what_its_writer_means(text: str, country: str, expected: str) -> None:
    asked = asked_in(text, "EUR", NOW, country)
    assert asked is not None
    assert said(asked) == expected

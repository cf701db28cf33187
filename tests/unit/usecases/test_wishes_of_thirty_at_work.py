"""Sentences that 30 more people of five languages typed or spoke, with the country they browse from.

Five are not read as they are meant: work with a forklift, partly from home or at a salon, "sponsorship" without more
words, and a marketing manager beside tools.
"""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

TYPED = [
    ("midwife Exeter bank or part time", "GB", "midwife; GB; Exeter GB; part_time; “bank”"),
    ("LOOKING FOR FORKLIFT WORK IN ROTTERDAM START ASAP", "NL", "Forklift Operation; NL; Rotterdam NL"),
    (
        "ich suche eine stelle als erzieherin in leipzig am liebsten teilzeit vormittags",
        "DE",
        "kindergarten-teacher; DE; Leipzig DE; part_time; “liebsten”; “vormittags”",
    ),
    ("🚚💨 Kraftfahrer CE Nahverkehr Raum Stuttgart", "DE", "truck-driver; DE; Stuttgart DE; “Nahverkehr”"),
    ("plumer in birmingham", "GB", "GB; Birmingham GB; “plumer”"),
    ("busco trabajo de camarero en sevilla fines de semana", "ES", "waiter; ES; Sevilla ES; “fines de semana”"),
    ("auxiliar de enfermería Bilbao turno de noche", "ES", "care-assistant; ES; Bilbao ES; “turno de noche”"),
    (
        "comptable général Lyon CDI 38k télétravail partiel",
        "FR",
        "accountant; FR; Lyon FR; hybrid; remote; permanent; 38000 EUR/year",
    ),
    (
        "cherche poste de cuisinier ou commis de cuisine à Bordeaux logé si possible",
        "FR",
        "cook; FR; Bordeaux FR; “logé si possible”",
    ),
    ("professor de inglês online", "BR", "teacher; remote"),
    ("motorista categoria D Curitiba clt", "BR", "driver; BR; Curitiba BR; permanent; “categoria D”"),
    (
        "um hi i do nails and lashes and i want a salon job near Leeds please",
        "GB",
        "GB; Leeds GB; “um hi”; “nails”; “lashes”; “salon job”",
    ),
    ("Registered Nurse ICU, Sydney, sponsorship 482", "AU", "nurse; AU; Sydney AU-NSW; “ICU”; “sponsorship 482”"),
    ("solar installer Phoenix", "US", "solar-installer; US; Phoenix US-AZ"),
    ("Reinigungskraft Minijob abends Köln Ehrenfeld", "DE", "cleaner; DE; Köln DE; part_time; “Ehrenfeld”; “abends”"),
    (
        "Marketing Manager (m/w/d) | 6 Jahre Erfahrung | SEO, SEA, HubSpot | Hamburg oder remote",
        "DE",
        "seo-specialist; HubSpot; SEA; DE; Hamburg DE; “m/w/d”",
    ),
    ("call centre, work from home, no cold calling", "GB", "call-center-agent; remote; “no cold calling”"),
    ("cook", "CA", "cook"),
    ("barista full time student summer only Vancouver", "CA", "waiter; CA; Vancouver CA-BC; full_time; “summer”"),
    (
        "PLC programmer siemens tia portal 4 day week Nürnberg",
        "DE",
        "control-automation-engineer; Siemens TIA Portal; TIA Portal; DE; Nürnberg DE; full_time; part_time",
    ),
    (
        "tax advisor who is tired of big 4, wants in-house, Zürich 100-120%",
        "CH",
        "tax-specialist; CH; Zürich CH; “tired”; “big 4”; “wants in-house”; “100-120%”",
    ),
    ("teaching assistant SEN Cardiff term time only", "GB", "teaching-assistant; GB; Cardiff GB; “SEN”"),
    ("data entry clerk online no experience", "IN", "data-entry-clerk; remote"),
    (
        "Mecánico de coches en Valencia 22000 al año jornada completa",
        "ES",
        "vehicle-mechanic; ES; Valencia ES; full_time; 22000 EUR/year; “coches”",
    ),
    (
        "security officer nights off, SIA licence, Croydon 14.50ph",
        "GB",
        "security-guard; GB; Croydon GB; 15 GBP/hour; “SIA licence”; “nights”",
    ),
    ("office admin manchester £26k", "GB", "administrative-assistant; GB; Manchester GB; 26000 GBP/year"),
    (
        "paralegal or legal secretary, Toronto, hybrid ok but not 5 days in office",
        "CA",
        "paralegal; CA; Toronto CA-ON; hybrid",
    ),
    ("veterinário São Paulo plantão", "BR", "veterinarian; BR; São Paulo BR; “plantão”"),
    (
        "Steuerfachangestellte Münster unbefristet mit Homeoffice",
        "DE",
        "tax-clerk; DE; Münster DE; hybrid; remote; permanent",
    ),
    ("chef de chantier BTP Nantes 3000 net", "FR", "construction-manager; FR; Nantes FR; 3000 EUR/month; “BTP”; “net”"),
]
MENDED = [
    ("office admin", "GB", "administrative-assistant"),
    ("office admin Leeds", "GB", "administrative-assistant; GB; Leeds GB"),
    ("paralegal Leeds, not 5 days a week in office", "GB", "paralegal; GB; Leeds GB; hybrid; remote"),
    ("Buchhalter Münster mit Homeoffice", "DE", "accountant; DE; Münster DE; hybrid; remote"),
    ("comptable Lyon avec télétravail", "FR", "accountant; FR; Lyon FR; hybrid; remote"),
    ("contable Sevilla con teletrabajo", "ES", "accountant; ES; Sevilla ES; hybrid; remote"),
    ("contador Curitiba com home office", "BR", "accountant; BR; Curitiba BR; hybrid; remote"),
    ("software engineer London need sponsorship", "GB", "software-engineer; GB; London GB; visa"),
    (
        "software engineer London no sponsorship needed",
        "GB",
        "software-engineer; GB; London GB; “no sponsorship needed”",
    ),
]


@in_one_test("text, country, expected", [*TYPED, *MENDED])
def test_a_sentence_asks_for_what_its_writer_means(text: str, country: str, expected: str) -> None:
    asked = asked_in(text, "EUR", NOW, country)
    assert asked is not None
    assert said(asked) == expected

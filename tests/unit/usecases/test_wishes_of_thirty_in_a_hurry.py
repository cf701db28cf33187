"""Sentences that 30 more people of five languages typed or spoke in a hurry, with the country they browse from.

One is not read as it is meant: "2 days from home", as remote work too.
"""

from services.rules.money import currency_of
from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

TYPED = [
    (
        "veterinary nurse Bristol 28k no weekends",
        "GB",
        "veterinary-technician; GB; Bristol GB; 28000 GBP/year; “no weekends”",
    ),
    (
        "um so im looking for like a warehouse job near Leeds maybe part time and i dont drive",
        "GB",
        "warehouse-worker; GB; Leeds GB; part_time; “um so”; “dont drive”",
    ),
    ("PLUMBER WANTED GLASGOW", "GB", "plumber; GB; Glasgow GB"),
    ("elecrtician Cardiff", "GB", "GB; Cardiff GB; “elecrtician”"),
    ("florist", "GB", "florist"),
    ("care asistant nights Hull 13.50 an hour", "GB", "GB; Kingston upon Hull GB; 14 GBP/hour; “care asistant nights”"),
    ("train driver or signaller, Crewe", "GB", "train-driver; GB; Crewe GB; “signaller”"),
    (
        "social worker children's services Dublin permanent",
        "IE",
        "social-worker; IE; Dublin IE; permanent; “children's services”",
    ),
    (
        "Jane Smith, Registered Nurse, St James Hospital 2015-2021, Theatre Nurse Mater 2021-2024. jane@x.ie Dublin",
        "IE",
        "nurse; IE; Dublin IE; “Jane Smith”; “St James Hospital 2015-2021”; “Theatre”; “Mater 2021-2024”; “jane@x.ie”",
    ),
    (
        "hiring? I want to work as a data scientist remotely from Austin for 150k",
        "US",
        "data-scientist; US-TX; remote; 150000 USD/year",
    ),
    (
        "dental assistant Phoenix AZ no weekends $22/hr",
        "US",
        "dental-assistant; US; Phoenix US-AZ; 22 USD/hour; “no weekends”",
    ),
    ("high school math teacher Chicago", "US", "teacher; US; Chicago US-IL; “high school”"),
    ("truck driver OTR Dallas home weekly", "US", "truck-driver; US; Dallas US-TX; “OTR”; “home”"),
    ("CUSTOMER SERVICE REP WORK FROM HOME TEXAS", "US", "customer-support-representative; US-TX; remote"),
    ("Steuerfachangestellte Teilzeit Mannheim", "DE", "tax-clerk; DE; Mannheim DE; part_time"),
    ("Altenpflegerin Nachtschicht Dortmund unbefristet", "DE", "nurse; DE; Dortmund DE; permanent; “Nachtschicht”"),
    (
        "ich suche was als Koch oder Beikoch in Freiburg, kein Schichtdienst",
        "DE",
        "cook; DE; Freiburg DE; “ich suche was”; “kein Schichtdienst”",
    ),
    (
        "Projektleiter Bau, Stuttgart, 75k, Homeoffice 2 Tage",
        "DE",
        "construction-manager; DE; Stuttgart DE; hybrid; remote; 75000 EUR/year",
    ),
    (
        "Bürokauffrau Zürich 80% ab 5500",
        "CH",
        "administrative-assistant; CH; Zürich CH; full_time; part_time; 5500 CHF/month",
    ),
    ("Zahnarzthelferin", "AT", "dental-assistant"),
    ("coiffeuse Lille mi-temps", "FR", "hairdresser; FR; Lille FR; part_time"),
    ("ingénieur génie civil Lyon 42k CDI", "FR", "civil-engineer; FR; Lyon FR; permanent; 42000 EUR/year"),
    ("boulanger paris pas de dimanche", "FR", "baker; FR; Paris FR; “pas de dimanche”"),
    ("infirmière puéricultrice Rennes temps partiel 80%", "FR", "childrens-nurse; FR; Rennes FR; part_time"),
    ("camarero barcelona fines de semana", "ES", "waiter; ES; Barcelona ES; “fines de semana”"),
    (
        "BUSCO TRABAJO DE ADMINISTRATIVA EN MALAGA MEDIA JORNADA",
        "ES",
        "administrative-assistant; ES; Málaga ES; part_time",
    ),
    (
        "desarrolladora react remoto desde México 45 mil al mes",
        "MX",
        "frontend-engineer~; React; MX; remote; 45000 MXN/month",
    ),
    ("profesora de inglés Bogotá", "CO", "teacher; CO; Bogotá CO; “inglés”"),
    ("enfermeiro Lisboa noites 1500 euros", "PT", "nurse; PT; Lisbon PT; 1500 EUR/month; “noites”"),
    ("motorista de caminhão Campinas CLT", "BR", "truck-driver; BR; Campinas BR; permanent"),
]
MENDED = [
    ("cleaner 14.50ph Leeds", "GB", "cleaner; GB; Leeds GB; 15 GBP/hour"),
    ("cook 400 p/w Leeds", "GB", "cook; GB; Leeds GB; 400 GBP/week"),
    ("nurse 35k pa Leeds", "GB", "nurse; GB; Leeds GB; 35000 GBP/year"),
    ("PA 35k Leeds", "GB", "executive-assistant; GB; Leeds GB; 35000 GBP/year"),
    ("cook 9-5 pm Leeds", "GB", "cook; GB; Leeds GB; “9-5 pm”"),
    ("contable 30000 Madrid", "ES", "accountant; ES; Madrid ES; “30000”"),
]


@in_one_test("text, country, expected", [*TYPED, *MENDED])
def test_a_sentence_asks_for_what_its_writer_means(text: str, country: str, expected: str) -> None:
    asked = asked_in(text, currency_of(country) or "EUR", NOW, country)
    assert asked is not None
    assert said(asked) == expected


def test_a_misspelt_title_of_two_words_is_asked_about_beside_other_words() -> None:
    asked = asked_in("care asistant nights Hull", "GBP", NOW, "GB")
    assert asked is not None
    assert asked.meant == "care assistant nights Hull"

"""Sentences that 30 more people of five languages typed by thumb, with the country they browse from.

Two are not read as they are meant: the pence of an hour's pay, which are rounded up, and "commis" beside a cook.
"""

from services.rules.money import currency_of
from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

TYPED = [
    ("cleaning jobs near Croydon mornings only", "GB", "cleaner; GB; Croydon GB; “mornings”"),
    ("fork lift driver needed asap Doncaster 12.80 ph", "GB", "warehouse-worker; GB; Doncaster GB; 13 GBP/hour"),
    ("HR advisor Birmingham, hybrid, 35k+", "GB", "hr-business-partner; GB; Birmingham GB; hybrid; 35000 GBP/year"),
    ("barista or kitchen porter Edinburgh student visa", "GB", "kitchen-assistant; waiter; GB; Edinburgh GB"),
    ("junior data analyst remote uk no agencies", "GB", "data-analyst; GB; remote; junior; “no agencies”"),
    ("Lkw Fahrer Klasse CE Nahverkehr Kassel", "DE", "truck-driver; DE; Kassel DE; “Klasse CE Nahverkehr”"),
    ("Erzieherin 30 Stunden Leipzig", "DE", "kindergarten-teacher; DE; Leipzig DE; part_time"),
    ("Buchhalter Remote mindestens 55000", "DE", "accountant; remote; 55000 EUR/year"),
    ("Elektriker Graz ab 3200 brutto", "AT", "electrician; AT; Graz AT; 3200 EUR/month"),
    ("Softwareentwickler Java Homeoffice 100%", "DE", "backend-engineer~; Java; remote; full_time"),
    ("Verkäufer Lidl oder Aldi Bremen Vollzeit", "DE", "sales-assistant; DE; Bremen DE; full_time; “Lidl”; “Aldi”"),
    ("Pflegefachkraft Basel 60-80%", "CH", "nurse; CH; Basel CH; part_time"),
    ("aide soignante Nantes nuit CDD ok", "FR", "care-assistant; FR; Nantes FR; “nuit CDD”"),
    ("développeur php symfony télétravail complet", "FR", "backend-engineer~; PHP; Symfony; remote"),
    ("cuisinier ou commis Bordeaux 2000 net", "FR", "cook; FR; Bordeaux FR; 2000 EUR/month; “commis”; “net”"),
    ("assistante RH Toulouse mi temps", "FR", "hr-specialist; FR; Toulouse FR; part_time"),
    ("électricien CDI Strasbourg ref 45120", "FR", "electrician; FR; Strasbourg FR; permanent; “ref 45120”"),
    ("prof de maths remplacements Lille", "FR", "teacher; FR; Lille FR; “maths remplacements”"),
    ("auxiliar de enfermería Sevilla turno de noche", "ES", "care-assistant; ES; Sevilla ES; “turno de noche”"),
    ("contable teletrabajo 28.000 euros", "ES", "accountant; remote; 28000 EUR/year"),
    ("mozo de almacén Zaragoza jornada completa", "ES", "warehouse-worker; ES; Zaragoza ES; full_time"),
    ("programador python junior Medellín o remoto", "CO", "backend-engineer~; Python; CO; Medellín CO; junior"),
    ("electricista Monterrey 18 mil mensuales", "MX", "electrician; MX; Monterrey MX; 18000 MXN/month"),
    ("profesor de primaria Valencia interino", "ES", "primary-teacher; ES; Valencia ES; “interino”"),
    ("auxiliar administrativo Porto part-time", "PT", "administrative-assistant; PT; Porto PT; part_time"),
    ("desenvolvedor react pleno remoto PJ", "BR", "frontend-engineer~; React; remote; mid; contract"),
    ("cozinheira Belo Horizonte sem finais de semana", "BR", "cook; BR; Belo Horizonte BR; “sem finais de semana”"),
    ("estágio em marketing São Paulo", "BR", "marketing-manager; BR; São Paulo BR; intern; internship"),
    ("ux designer remote europe 4 day week", "GB", "ux-designer; europe; remote; full_time; part_time"),
    ("bookkeeper from home 15-20 hrs a week Leeds", "GB", "bookkeeper; GB; remote; part_time"),
]
MENDED = [
    ("welder ref 45000 Leeds", "GB", "welder; GB; Leeds GB; “ref 45000”"),
    ("Verkäufer Kennziffer 52000", "DE", "sales-assistant; “Kennziffer 52000”"),
    (
        "Bürokauffrau 80% ab 5500 Zürich",
        "CH",
        "administrative-assistant; CH; Zürich CH; full_time; part_time; 5500 CHF/month",
    ),
    ("Pflege 60 % ab 4800 Bern", "CH", "nurse; CH; Bern CH; part_time; 4800 CHF/month"),
    ("Erzieherin 50% ab 2200 Köln", "DE", "kindergarten-teacher; DE; Köln DE; part_time; 2200 EUR/month"),
    ("Nachhilfelehrer online", "DE", "tutor; remote"),
    ("profesora de yoga online", "ES", "teacher; remote"),
    ("online marketing manager", "GB", "digital-marketing-manager"),
    ("nurse Phoenix", "US", "nurse; US; Phoenix US-AZ"),
    ("Phoenix elixir developer", "US", "backend-engineer~; Elixir; Phoenix"),
    ("Buchhalterin teilweise Homeoffice Köln", "DE", "accountant; DE; Köln DE; hybrid; remote"),
    ("Controller teils Homeoffice", "DE", "financial-controller; hybrid; remote"),
    ("paralegal partly remote London", "GB", "paralegal; GB; London GB; hybrid; remote"),
    ("sales online, Leeds", "GB", "account-executive~; GB; Leeds GB"),
    (
        "marketing internship New York or remote, paid",
        "US",
        "marketing-manager; US; New York City US-NY; intern; internship; “paid”",
    ),
    ("nurse Leeds contract ok", "GB", "nurse; GB; Leeds GB; “contract”"),
    ("nurse Leeds contract", "GB", "nurse; GB; Leeds GB; contract"),
    ("nurse visa sponsorship Leeds", "GB", "nurse; GB; Leeds GB; visa"),
]


@in_one_test("text, country, expected", [*TYPED, *MENDED])
def test_a_sentence_asks_for_what_its_writer_means(text: str, country: str, expected: str) -> None:
    asked = asked_in(text, currency_of(country) or "EUR", NOW, country)
    assert asked is not None
    assert said(asked) == expected

"""Sentences that 70 people of many trades typed without knowing how they are read, with the country they browse from.

Of the first 40 three are not read as they are meant: two that misspell (a press reads them right), and a state between
other words.
"""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

TYPED = [
    ("nurse part time near Leeds, no nights", "GB", "nurse; GB; Leeds GB; part_time; “no nights”"),
    ("Electrician in Manchster 20 pounds per hour or more", "GB", "electrician; 20 GBP/hour; “Manchster”"),
    (
        "warehouse operative night shift Birmingham no agencies",
        "GB",
        "warehouse-worker; GB; Birmingham GB; “night shift”; “no agencies”",
    ),
    ("primary school teacher Kent", "GB", "primary-teacher; GB; Maidstone GB"),
    ("sous chef Barcelona at least 2000 euros a month", "ES", "cook; ES; Barcelona ES; 2000 EUR/month"),
    ("Buchhalterin Teilzeit 20 Stunden Raum Stuttgart", "DE", "accountant; DE; Stuttgart DE; part_time; “20 Stunden”"),
    ("chauffeur poids lourd Lyon CDI", "FR", "truck-driver; FR; Lyon FR; permanent"),
    ("hairdresser saturdays only Dublin", "IE", "hairdresser; IE; Dublin IE; “saturdays”"),
    ("care assistant within 10 miles of Bristol own car", "GB", "care-assistant; GB; Bristol GB; “own car”"),
    ("Reinigungskraft Minijob Hamburg vormittags", "DE", "cleaner; DE; Hamburg DE; part_time; “vormittags”"),
    ("security guard weekend shifts Toronto", "CA", "security-guard; CA; Toronto CA-ON; “weekend shifts”"),
    (
        "receptionist who speaks french and english brussels",
        "BE",
        "receptionist; BE; Brussels BE; speaks fr en",
    ),
    ("avocat droit du travail Paris 5 ans d'experience", "FR", "lawyer; FR; Paris FR; “droit”"),
    ("translator german to english remote freelance", "GB", "translator; remote; freelance; “german to english”"),
    ("biologist, lab job, Boston, visa sponsorship", "US", "biologist; US; Boston US-MA; visa"),
    (
        "arquitecto en Valencia o Alicante, sin viajes",
        "ES",
        "architect-buildings; ES; Alicante ES; Valencia ES; “sin viajes”",
    ),
    ("enfermeira em Lisboa tempo inteiro", "PT", "nurse; PT; Lisbon PT; full_time"),
    ("motorista de entregas São Paulo meio período", "BR", "driver; BR; São Paulo BR; part_time"),
    ("camarero fines de semana Madrid", "ES", "waiter; ES; Madrid ES; “fines de semana”"),
    ("Krankenpfleger Nachtdienst Berlin ab 3500 brutto", "DE", "nurse; DE; Berlin DE; 3500 EUR/month; “Nachtdienst”"),
    (
        "i search job as software tester in Munich, i speak only english",
        "DE",
        "qa-engineer; DE; Munich DE; speaks en; “speak only”",
    ),
    (
        "python developper remote europe 60k no crypto",
        "GB",
        "-blockchain-engineer; Python; europe; remote; 60000 EUR/year; “developper”",
    ),
    (
        "senior java dev Warsaw or Krakow 25000 PLN monthly b2b",
        "PL",
        "backend-engineer~; Java; PL; Kraków PL; Warsaw PL; senior; contract; 25000 PLN/month",
    ),
    (
        "looking for junior data analyst london 30k+ hybrid",
        "GB",
        "data-analyst; GB; London GB; hybrid; junior; 30000 EUR/year",
    ),
    (
        "marketing manager, 4 day week, home office, Netherlands",
        "NL",
        "marketing-manager; NL; remote; full_time; part_time",
    ),
    (
        "ux designer no on-site no agencies portugal or spain",
        "PT",
        "ux-designer; ES; PT; hybrid; remote; “no agencies”",
    ),
    (
        "customer support spanish speaking work from home usa $18/h",
        "US",
        "customer-support-representative; US; remote; 18 USD/hour; speaks es",
    ),
    ("truck driver no overnight trips texas cdl class a", "US", "truck-driver; “no overnight trips texas cdl class a”"),
    ("dental assistent, 3 days a week, Calgary", "CA", "dental-assistant; CA; Calgary CA-AB; part_time"),
    ("Elektriker Zürich 80-100% ab CHF 6000", "CH", "electrician; CH; Zürich CH; 6000 CHF/month"),
    ("kindergarten teacher Vienna german B1", "AT", "kindergarten-teacher; AT; Vienna AT; speaks de"),
    ("plumber apprenticeship Glasgow", "GB", "plumber; GB; Glasgow GB; intern"),
    ("social worker not in a hospital Melbourne", "AU", "social-worker; AU; Melbourne AU-VIC; “not in a hospital”"),
    (
        "contable medio tiempo remoto Mexico 15,000 pesos al mes",
        "MX",
        "accountant; MX; remote; part_time; 15000 MXN/month",
    ),
    ("comptable en alternance à Nantes ou Rennes", "FR", "accountant; FR; Nantes FR; Rennes FR; intern"),
    ("cook in italian restaurant near Frankfurt", "DE", "cook; DE; Frankfurt am Main DE; “italian restaurant”"),
    ("assistente social Porto", "PT", "social-worker; PT; Porto PT"),
    (
        "devops engineer kubernetes no on call no travel 90k eur remote germany",
        "DE",
        "devops-engineer; Kubernetes; DE; remote; 90000 EUR/year; “no on call”; “no travel”",
    ),
    ("pharmacist weekends off Sydney 55 an hour", "AU", "pharmacist; AU; Sydney AU-NSW; 55 AUD/hour; “weekends”"),
    (
        "office cleaner early morning Rotterdam 16 hours per week",
        "NL",
        "cleaner; NL; Rotterdam NL; part_time; “office”; “early morning”",
    ),
    ("midwife Cardiff 30 hours a week", "GB", "midwife; GB; Cardiff GB; part_time"),
    ("gardener full time Kent or Sussex", "GB", "gardener; GB; Brighton GB; Maidstone GB; full_time"),
    ("welder Houston $28 an hour days only", "US", "welder; US; Houston US-TX; 28 USD/hour; “days only”"),
    ("kassiererin aushilfe Köln abends", "DE", "cashier; DE; Köln DE; temporary; “abends”"),
    (
        "physiotherapist in Edinburgh, no weekends, 35k",
        "GB",
        "physiotherapist; GB; Edinburgh GB; 35000 EUR/year; “no weekends”",
    ),
    ("Lagerist Frühschicht Leipzig Vollzeit", "DE", "warehouse-worker; DE; Leipzig DE; full_time; “Frühschicht”"),
    ("secrétaire médicale mi-temps Toulouse", "FR", "medical-assistant; FR; Toulouse FR; part_time"),
    (
        "cuisinier restaurant japonais Bordeaux 2200 euros par mois",
        "FR",
        "cook; FR; Bordeaux FR; 2200 EUR/month; “restaurant japonais”",
    ),
    ("agente de limpieza por la mañana Sevilla", "ES", "cleaner; ES; Sevilla ES; “mañana”; “por la mañana”"),
    ("conductor de autobús Bilbao contrato indefinido", "ES", "bus-driver; ES; Bilbao ES; permanent"),
    ("professora de matemática Coimbra", "PT", "teacher; PT; Coimbra PT"),
    ("eletricista Curitiba CLT 3000 reais", "BR", "electrician; BR; Curitiba BR; permanent; 3000 BRL/month"),
    (
        "i want work in hotel reception, i speak english and russian, dubai",
        "AE",
        "hotel-staff; AE; Dubai AE; speaks en ru",
    ),
    (
        "seeking graphic designer job brooklyn hybrid 70k-85k",
        "US",
        "graphic-designer; US; Brooklyn US-NY; hybrid; 70000 EUR/year",
    ),
    (
        "project manager construction, Ottawa, no travelling",
        "CA",
        "project-manager; CA; Ottawa CA-ON; “construction”; “no travelling”",
    ),
    ("legal secretary central London £32,000", "GB", "paralegal; GB; London GB; 32000 GBP/year"),
    ("night porter Bath", "GB", "hotel-staff; GB; Bath GB"),
    ("school bus driver part-time Ohio", "US", "bus-driver; US-OH; part_time"),
    ("veterinary nurse within 15 km of Utrecht", "NL", "veterinary-technician; NL; Utrecht NL"),
    ("mechanical engineer Stuttgart 5 years experience visa", "DE", "mechanical-engineer; DE; Stuttgart DE; visa"),
    (
        "data scientist NYC no finance no startups 150k",
        "US",
        "data-scientist; -financial-analyst; US; New York City US-NY; 150000 EUR/year; “no startups”",
    ),
    (
        "front end developer react remote uk only contract £450 per day",
        "GB",
        "frontend-engineer; React; GB; remote; contract; 450 GBP/day",
    ),
    ("Steuerberater Homeoffice Bayern", "DE", "tax-specialist; DE-BY; remote"),
    ("lehrer in Sachsen teilzeit", "DE", "teacher; DE-SN; part_time"),
    ("HR business partner Lyon or remote, french fluent", "FR", "hr-business-partner; FR; Lyon FR; speaks fr"),
    (
        "carpenter sydney not agencies $45ph",
        "AU",
        "carpenter; AU; Sydney AU-NSW; 45 AUD/hour; “not agencies”",
    ),
    (
        "lab technician Basel german and english temporary",
        "CH",
        "laboratory-technician; CH; Basel CH; temporary; speaks de en",
    ),
    (
        "security officer airport Frankfurt Schichtdienst",
        "DE",
        "security-guard; DE; Frankfurt am Main DE; “airport”; “Schichtdienst”",
    ),
    ("copywriter remote worldwide, no gambling, freelance", "US", "copywriter; remote; freelance; “no gambling”"),
    ("social media manager miami bilingual spanish", "US", "social-media-manager; US; Miami US-FL; speaks es"),
]


@in_one_test("text, country, expected", TYPED)
def test_a_sentence_asks_for_what_people_of_many_trades_mean(text: str, country: str, expected: str) -> None:
    asked = asked_in(text, "EUR", NOW, country)
    assert asked is not None
    assert said(asked) == expected

"""Sentences that 30 people of five languages typed of all trades, with the country they browse from.

Two are not read as they are meant: "MFA" beside "Arzthelferin" is asked for as a tool, and "20h" changes the trade.
"""

from services.rules.money import currency_of
from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

TYPED = [
    ("phlebotomist Bradford 3 mornings a week", "GB", "medical-technologist; GB; Bradford GB; part_time; “mornings”"),
    ("looking for carpentry work around Norwich, own tools", "GB", "carpenter~; GB; Norwich GB; “own tools”"),
    (
        "dental hygienist Tucson no saturdays $45 an hour",
        "US",
        "dental-hygienist; US; Tucson US-AZ; 45 USD/hour; “no saturdays”",
    ),
    ("entry level cyber security analyst, Virginia or remote", "US", "security-analyst; US-VA; junior"),
    ("primary school teacher aide Geelong", "AU", "teaching-assistant; AU; Geelong AU-VIC"),
    (
        "deli assistant Limerick evenings and weekends",
        "IE",
        "food-service-worker; IE; Limerick IE; “weekends”; “evenings”",
    ),
    ("driver with class BCE licence Nakuru", "KE", "driver; KE; Nakuru KE; “class BCE licence”"),
    ("MBA fresher HR executive Hyderabad", "IN", "hr-specialist; IN; Hyderābād IN; junior; “MBA”"),
    ("accounting staff, Quezon City, 25k monthly", "PH", "accountant; PH; Quezon City PH; 25000 PHP/month"),
    (
        "senior structural engineer hybrid Bristol 55-65k",
        "GB",
        "civil-engineer; GB; Bristol GB; hybrid; senior; 55000 GBP/year",
    ),
    ("graphic designer remote, dollars", "NG", "graphic-designer; remote; “dollars”"),
    ("Mechatroniker Augsburg keine Schicht", "DE", "electrician; DE; Augsburg DE; “keine Schicht”"),
    ("Quereinsteiger IT Support Dresden", "DE", "it-support-specialist; DE; Dresden DE"),
    ("Arzthelferin MFA Freiburg halbtags", "DE", "MFA; DE; Freiburg DE; part_time"),
    ("Koch Salzburg Saisonstelle mit Unterkunft", "AT", "cook; AT; Salzburg AT; temporary; “Unterkunft”"),
    ("Projektleiter Hochbau Winterthur 80-100%", "CH", "construction-manager; CH; Winterthur CH; full_time; part_time"),
    ("Werkstudent Data Science München 20h", "DE", "data-manager; DE; Munich DE; intern"),
    ("cherche poste d'assistante maternelle ou nounou Rennes", "FR", "kindergarten-teacher; FR; Rennes FR"),
    ("conducteur de bus débutant accepté Grenoble", "FR", "bus-driver; FR; Grenoble FR; junior"),
    (
        "chef de chantier Lille, 45k, voiture de fonction",
        "FR",
        "construction-manager; FR; Lille FR; 45000 EUR/year; “voiture de fonction”",
    ),
    ("magasinier Liège temps plein CDI", "BE", "warehouse-worker; BE; Liège BE; full_time; permanent"),
    ("préposée aux bénéficiaires Laval de soir", "CA", "care-assistant; CA; Laval CA-QC; “soir”"),
    ("busco trabajo de soldador en Bilbao o alrededores", "ES", "welder; ES; Bilbao ES"),
    ("recepcionista hotel Mallorca con inglés y alemán", "ES", "hotel-staff; ES; Palma ES; speaks en de"),
    ("analista contable semi senior CABA presencial", "AR", "accountant; AR; Buenos Aires AR; onsite; mid"),
    ("conductor licencia C2 Bogotá", "CO", "driver; CO; Bogotá CO; “licencia C2”"),
    (
        "desarrollador .NET Guadalajara 40k mensuales",
        "MX",
        "backend-engineer~; .NET; MX; Guadalajara MX; 40000 MXN/month",
    ),
    ("técnico de enfermagem UTI Curitiba noturno", "BR", "practical-nurse; BR; Curitiba BR; “UTI”; “noturno”"),
    ("analista de RH pleno híbrido Campinas", "BR", "hr-specialist; BR; Campinas BR; hybrid; mid"),
    ("engenheiro civil Braga recém-licenciado", "PT", "civil-engineer; PT; Braga PT; junior"),
]
MENDED = [
    ("nurse anywhere in Kenya", "GB", "nurse; KE"),
    ("python developer anywhere", "GB", "backend-engineer~; Python; remote"),
    ("python developer, remote, anywhere in Europe", "GB", "backend-engineer~; Python; europe; remote"),
    ("accountant Pasig or anywhere in Metro Manila", "PH", "accountant; PH; Manila PH; Pasig City PH"),
    ("Erzieherin irgendwo in Bayern", "DE", "kindergarten-teacher; DE-BY"),
    ("Elektriker bundesweit", "DE", "electrician; DE"),
    ("Elektriker deutschlandweit", "DE", "electrician; DE"),
    ("copywriter remote worldwide", "GB", "copywriter; remote"),
    ("comptable Lyon ou n'importe où en France", "FR", "accountant; FR"),
    ("enfermera en cualquier lugar de Andalucía", "ES", "nurse; ES-AN"),
    ("enfermeira em qualquer lugar do Brasil", "BR", "nurse; BR"),
    (
        "Buchhalterin in München und Umgebung, unbefristet, teilweise Homeoffice",
        "DE",
        "accountant; DE; Munich DE; hybrid; remote; permanent",
    ),
    ("comptable Montréal ou télétravail au Québec", "CA", "accountant; CA-QC; Montréal CA-QC"),
    ("développeur à Québec", "CA", "software-engineer; CA; Québec CA-QC"),
    ("nurse in the state of New York", "US", "nurse; US-NY"),
    ("fresh graduate marketing London", "GB", "marketing-manager; GB; London GB; junior"),
    ("recent graduate, accounting", "GB", "accountant; junior"),
    ("fresher java developer Pune", "IN", "backend-engineer~; Java; IN; Pune IN; junior"),
    ("recién graduado marketing Madrid", "ES", "marketing-manager; ES; Madrid ES; junior"),
    ("any shift, forklift operator, Dallas", "US", "warehouse-worker; US; Dallas US-TX"),
    ("warehouse work any shift Leeds", "GB", "warehouse-worker~; GB; Leeds GB"),
    ("ouvrier, tous horaires", "FR", "production-worker"),
    ("data entry home based", "GB", "data-entry-clerk; remote"),
    ("nurse, Phoenix", "US", "nurse; US; Phoenix US-AZ"),
    ("Phoenix, Elixir developer", "US", "backend-engineer~; Elixir; Phoenix"),
    ("Marketing Manager, SEO", "GB", "marketing-manager"),
    ("prof d'anglais Paris", "FR", "teacher; FR; Paris FR; “d'anglais”"),
    ("profe de matemáticas", "ES", "teacher; “matemáticas”"),
    ("C# .NET developer Leeds", "GB", "backend-engineer; .NET; C#; GB; Leeds GB"),
    ("Sekretärin Bonn", "DE", "administrative-assistant; DE; Bonn DE"),
    ("Physiotherapeutin Köln", "DE", "physiotherapist; DE; Köln DE"),
    ("Architektin Berlin", "DE", "architect-buildings; DE; Berlin DE"),
    ("Fotografin", "DE", "photographer"),
    ("accountant 30 to 35k", "GB", "accountant; 30000 GBP/year"),
    ("Ingenieur 60-70k Ulm", "DE", "DE; Ulm DE; 60000 EUR/year"),
    ("cleaner 2 evenings per week", "GB", "cleaner; part_time; “evenings”"),
    ("Koch halbtags", "DE", "cook; part_time"),
    ("nurse £13.50 an hour", "GB", "nurse; 14 GBP/hour"),
]


@in_one_test("text, country, expected", [*TYPED, *MENDED])
def test_a_sentence_asks_for_what_its_writer_means(text: str, country: str, expected: str) -> None:
    asked = asked_in(text, currency_of(country) or "EUR", NOW, country)
    assert asked is not None
    assert said(asked) == expected

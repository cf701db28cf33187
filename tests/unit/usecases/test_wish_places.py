"""Where somebody wants to work, as a sentence says it."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW

REMOTE = ("remote",)


@in_one_test(
    "text, places, towns, workplace",
    [
        # A tool that is called as a town is, and the town where its state or a trade without tools tells it.
        ("Spring Boot, Kafka, Java, remote", (), (), REMOTE),
        ("Playwright, Cypress, TypeScript, remoto", (), (), REMOTE),
        ("Cypress, Selenium, von zu Hause", (), (), REMOTE),
        ("Java developer in Spring, TX", ("US",), ("Spring, US-TX",), ()),
        ("nurse in Aurora, Colorado", ("US",), ("Aurora, US-CO",), ()),
        # Where only a posting would be taken for another country's.
        ("physician reviewer or medical director, utilization management, from home", (), (), REMOTE),
        ("US tax accountant in Leeds", ("GB",), ("Leeds, GB",), ()),
        # A town beside remote work.
        ("Frontend developer, Galway or remote Ireland", ("IE",), ("Galway, IE",), ()),
        ("Entwickler, Leipzig oder remote in Deutschland", ("DE",), ("Leipzig, DE",), ()),
        ("développeuse, Brest ou télétravail en France", ("FR",), ("Brest, FR",), ()),
        ("engineer, remote Spain or Malaga", ("ES",), ("Málaga, ES",), ()),
        ("engineer, remote from Leeds or London", ("GB",), (), REMOTE),
        ("designer, London hybrid or remote UK", ("GB",), ("London, GB",), ("hybrid", "remote")),
        # Parts of a country.
        ("nurse in California", ("US-CA",), (), ()),
        ("LVN chart review or utilization review from home in California", ("US-CA",), (), REMOTE),
        ("sales rep, texas or oklahoma", ("US-OK", "US-TX"), (), ()),
        ("Krankenschwester in Bayern", ("DE-BY",), (), ()),
        ("analista financeiro, são paulo", ("BR",), ("São Paulo, BR",), ()),
        # Names that are words too.
        ("sales representative or account executive, Cork", ("IE",), ("Cork, IE",), ()),
        ("nurse, Reading", ("GB",), ("Reading, GB",), ()),
        ("Mobile, developer", (), (), ()),
        # As it is typed on a phone.
        ("dental hygienist, phoenix az", ("US",), ("Phoenix, US-AZ",), ()),
        ("react native dev, remote uk or eu", ("GB", "eu"), (), REMOTE),
        ("kierowca kat. B wroclaw od zaraz", ("PL",), ("Wrocław, PL",), ()),
        ("who wants to work with us as a nurse", (), (), ()),
        ("enfermera, como auxiliar de noche", (), (), ()),
    ],
)
def test_each_place_that_is_named_is_meant(
    text: str, places: tuple[str, ...], towns: tuple[str, ...], workplace: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    criteria = asked.criteria
    assert (criteria.places, tuple(near.town for near in criteria.near), criteria.workplace) == (
        places,
        towns,
        workplace,
    )


@in_one_test(
    "text, places, towns, missed",
    [
        ("risk analyst, no London office", (), (), ("no London office",)),
        ("contable en España, no Madrid", ("ES",), (), ("no Madrid",)),
        ("developer in Poland, not Warsaw", ("PL",), (), ("not Warsaw",)),
        ("nurse, London or Leeds, no manchester", ("GB",), ("Leeds, GB", "London, GB"), ("no manchester",)),
        ("data analyst, remote europe, except UK", ("europe",), (), ("except UK",)),
        ("accountant, remote, no US companies", (), (), ("no US companies",)),
        ("Desenvolvedor Python, no Brasil", ("BR",), (), ()),
        ("professora no porto", ("PT",), ("Porto, PT",), ()),
    ],
)
def test_a_place_that_is_refused_is_not_asked_for_and_said_so(
    text: str, places: tuple[str, ...], towns: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    near = tuple(near.town for near in asked.criteria.near)
    assert (asked.criteria.places, near, asked.missed) == (places, towns, missed)


@in_one_test(
    "text, skills",
    [
        ("nurse in Aurora, Colorado", ()),
        ("QA engineer in Cypress, California", ()),
        ("QA engineer in Cypress, California, Cypress and Playwright", ("Cypress", "Playwright")),
    ],
)
def test_the_name_of_a_town_is_no_skill_besides(text: str, skills: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.skills.any == skills

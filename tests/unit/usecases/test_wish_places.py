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
        ("bookkeeper, Philippines, US or UK clients", ("PH",), (), ()),
        # Whom the work is for may be elsewhere.
        ("atención al cliente, remoto para empresas de Estados Unidos, Bogotá", ("CO",), (), REMOTE),
        ("Buchhalter für US-Firmen, remote aus Deutschland", ("DE",), (), REMOTE),
        ("comptable pour des entreprises de Suisse, Lyon", ("FR",), ("Lyon, FR",), ()),
        ("contador para clientes dos Estados Unidos, Recife", ("BR",), ("Recife, BR",), ()),
        ("account manager for customers in the US, Leeds", ("GB",), ("Leeds, GB",), ()),
        ("contador en empresas de Colombia", ("CO",), (), ()),
        # A town beside remote work.
        ("Frontend developer, Galway or remote Ireland", ("IE",), ("Galway, IE",), ()),
        ("Entwickler, Leipzig oder remote in Deutschland", ("DE",), ("Leipzig, DE",), ()),
        ("développeuse, Brest ou télétravail en France", ("FR",), ("Brest, FR",), ()),
        ("engineer, remote Spain or Malaga", ("ES",), ("Málaga, ES",), ()),
        ("engineer, remote from Leeds or London", ("GB",), (), REMOTE),
        ("designer, London hybrid or remote UK", ("GB",), ("London, GB",), ("hybrid", "remote")),
        # A state or country beside it: what is open beyond it is open to whoever lives there.
        ("nurse, California or remote US", ("US-CA",), (), ()),
        ("Buchhalter, Bayern oder remote in Deutschland", ("DE-BY",), (), ()),
        ("contable, Cataluña o remoto en España", ("ES-CT",), (), ()),
        ("enfermeiro, Bahia ou remoto no Brasil", ("BR-BA",), (), ()),
        ("médecin, Luxembourg ou télétravail en France", ("FR", "LU"), ("Luxembourg, LU",), ()),
        ("nurse, remote UK or Ireland", ("GB", "IE"), (), REMOTE),
        ("accountant, Tampa Florida or remote", ("US",), ("Tampa, US-FL",), ()),
        # What other languages call a town.
        ("Kellner, Athen oder Lissabon", ("GR", "PT"), ("Athens, GR", "Lisbon, PT"), ()),
        ("cameriera a Vienna o Zurigo", ("AT", "CH"), ("Vienna, AT", "Zürich, CH"), ()),
        ("cuisinier, Munich ou Salonique", ("DE",), ("Munich, DE",), ()),
        # What a country and a state are both called.
        ("nurse, Georgia", ("GE", "US-GA"), (), ()),
        ("nurse, Florida or Georgia", ("US-FL", "US-GA"), (), ()),
        ("accountant, Tbilisi, Georgia", ("GE",), ("Tbilisi, GE",), ()),
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
        # Where to work is no part of it, behind what is refused.
        ("nurse, no nights Leeds", ("GB",), ("Leeds, GB",), ("no nights",)),
        ("Kassiererin, kein Sonntag Bochum", ("DE",), ("Bochum, DE",), ("kein Sonntag",)),
        ("driver, no work in central London", (), (), ("no work in central London",)),
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


@in_one_test(
    "text, home, places, towns",
    [
        # Where somebody lives is not where they look for work, if they name another place for that.
        ("Python developer, remote in Europe, living in Porto", "Porto, PT", ("europe",), ()),
        ("I live in Berlin and look for work in Munich", "Berlin, DE", ("DE",), ("Munich, DE",)),
        ("im based in glasgow looking for receptionist work in edinburgh", "Glasgow, GB", ("GB",), ("Edinburgh, GB",)),
        ("London-based data engineer, remote in Europe", "London, GB", ("europe",), ()),
        ("nurse, I live in Paris, France, work in Lyon", "Paris, FR", ("FR",), ("Lyon, FR",)),
        ("welder living in Houston, TX looking for jobs in Dallas TX", "Houston, US-TX", ("US",), ("Dallas, US-TX",)),
        ("Ich wohne in Köln und suche Arbeit als Krankenpfleger in Bonn", "Köln, DE", ("DE",), ("Bonn, DE",)),
        ("Krankenpfleger, wohnhaft derzeit in Köln, Stelle in Bonn", "Köln, DE", ("DE",), ("Bonn, DE",)),
        ("Krankenpfleger, da ich in Köln wohne am liebsten in Bonn", "Köln, DE", ("DE",), ("Bonn, DE",)),
        ("vivo en Madrid, busco trabajo de enfermera en Toledo", "Madrid, ES", ("ES",), ("Toledo, ES",)),
        ("j’habite à Lyon, infirmière à Grenoble", "Lyon, FR", ("FR",), ("Grenoble, FR",)),
        ("moro em Braga, procuro trabalho como programador no Porto", "Braga, PT", ("PT",), ("Porto, PT",)),
        ("mieszkam w Polsce, szukam pracy jako kierowca w Niemczech", "PL", ("DE",), ()),
        ("woon in Utrecht, zoek werk als lasser in Amsterdam", "Utrecht, NL", ("NL",), ("Amsterdam, NL",)),
        ("abito a Torino, cerco lavoro come cuoco a Milano", "Turin, IT", ("IT",), ("Milan, IT",)),
        # If they name none, they look for it there, or for what can be done from there.
        ("nurse living in Leeds", "Leeds, GB", ("GB",), ("Leeds, GB",)),
        ("je vis à Bruxelles, développeur php en télétravail", "Brussels, BE", ("BE",), ()),
        ("Go developer, remote, living in Poland", "PL", ("PL",), ()),
        # Several places, a firm's, its customers', and one to move to are nobody's home.
        ("nurse based in Leeds or Bradford", "", ("GB",), ("Bradford, GB", "Leeds, GB")),
        ("nurse jobs based in Leeds, or in Bradford", "", ("GB",), ("Bradford, GB", "Leeds, GB")),
        ("startup based in Berlin, I live in Hamburg", "Hamburg, DE", ("DE",), ("Berlin, DE",)),
        ("carer for people living in Leeds, work in York", "", ("GB",), ("Leeds, GB", "York, GB")),
        ("cook in Graz, want to live in Munich", "", ("AT", "DE"), ("Graz, AT", "Munich, DE")),
        ("entreprise basée à Lyon, j'habite à Grenoble", "Grenoble, FR", ("FR",), ("Lyon, FR",)),
        # Nor are these: what is live, where people are cared for, and a doctor in training.
        ("live events technician in London, Leeds", "", ("GB",), ("Leeds, GB", "London, GB")),
        ("nurse, assisted living in Leeds, York", "", ("GB",), ("Leeds, GB", "York, GB")),
        ("resident doctor in Leeds, York", "", ("GB",), ("Leeds, GB", "York, GB")),
        ("técnico de eventos ao vivo em Lisboa, Porto", "", ("PT",), ("Lisbon, PT", "Porto, PT")),
        ("enfermera en residencia en Madrid, Valencia", "", ("ES",), ("Madrid, ES", "Valencia, ES")),
    ],
)
def test_where_somebody_lives_is_asked_for_only_where_no_other_place_is(
    text: str, home: str, places: tuple[str, ...], towns: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    near = tuple(near.town for near in asked.criteria.near)
    assert (str(asked.home or ""), asked.criteria.places, near) == (home, places, towns)


@in_one_test(
    "text",
    [
        "Python developer, remote in Europe, living in Porto",
        "Ich wohne in Köln und suche Arbeit als Krankenpfleger in Bonn",
        "je vis à Bruxelles, développeur php en télétravail",
        "ik woon in Utrecht en zoek werk als lasser",
    ],
)
def test_the_words_by_which_somebody_says_where_they_live_are_understood(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.missed == ()


@in_one_test(
    "text, country, towns",
    [
        # What is a word too, behind a trade: a town where its writer's browser is.
        ("electrician cork", "IE", ("Cork, IE",)),
        ("care assistant hull, nights", "GB", ("Kingston upon Hull, GB",)),
        ("cuoco bari", "IT", ("Bari, IT",)),
        ("koch essen", "DE", ("Essen, DE",)),
        ("barman split", "HR", ("Split, HR",)),
        ("chofer camion rosario", "AR", ("Rosario, AR",)),
        # And no town where it is not, behind a lead, or of the trade.
        ("electrician cork", "DE", ()),
        ("electrician cork", "", ()),
        ("developer mobile", "US", ()),
        ("nurse from march", "GB", ()),
        ("sales rep nice people", "FR", ()),
        ("cleaner nights", "GB", ()),
        # Of namesakes the one there, and what is named of a country before it.
        ("nurse in Cambridge", "GB", ("Cambridge, GB",)),
        ("nurse in Cambridge, MA", "GB", ("Cambridge, US-MA",)),
        ("nurse in Leeds", "US", ("Leeds, GB",)),
        # A word of titles, and a visa that is asked for in a town.
        ("vendedora loja shopping recife", "BR", ("Recife, BR",)),
        ("vendedora loja shopping recife", "", ("Recife, BR",)),
        ("vendedora de loja", "BR", ()),
        ("procuro vaga de vendedora de loja em Faro", "PT", ("Faro, PT",)),
        ("gerente de loja em loja", "BR", ("Loja, EC",)),
        ("choferes de loja", "EC", ("Loja, EC",)),
        ("primary school teacher dubai visa sponsorship", "", ("Dubai, AE",)),
    ],
)
def test_where_its_writer_is_tells_which_town_a_word_means(text: str, country: str, towns: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW, country)
    assert asked is not None
    assert tuple(near.town for near in asked.criteria.near) == towns


def test_a_name_of_a_country_and_a_state_is_the_one_where_its_writer_is() -> None:
    for country, code in (("US", "US-GA"), ("GE", "GE")):
        asked = asked_in("accountant, remote, Georgia", "USD", NOW, country)
        assert asked is not None
        assert (asked.criteria.places, asked.missed) == ((code,), ())

"""What somebody says that they can do, and what they would rather not do, held against a job."""

from dataclasses import replace

import pytest
from lxml import html as lxml_html

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Skill
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.chance.facts import FACTS
from services.notifier.domain.curation.chance.model import chance_of, may_reach, model
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import JudgedPosting, Judging, PostingFeatures
from services.notifier.domain.curation.wishes import signs_of, wish_of
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.wording.reason_order import doubt_in_words, telling_against
from services.notifier.domain.wording.score_lines import chance_line
from services.wording.catalogues import words_of
from tests.support.digests import NOON, SENDER, digest, posting, recipient, search

SUPPORT = Criteria(roles={"any": ["customer-support-representative"]})


def job(title: str = "Customer Support Representative", **changes: object) -> PostingCore:
    roles = ("customer-support-representative",)
    return posting("one", **({"title": title, "roles": roles, "skills": (), "seniority": None} | changes))


def chance(
    of: PostingCore, knows: tuple[str, ...] = (), avoids: tuple[str, ...] = (), search: str = "Support"
) -> Chance:
    signs = signs_of(recipient(knows=knows, avoids=avoids))
    return chance_of(JudgedPosting(SUPPORT, PostingFeatures(of)), wish_of(SUPPORT, search, signs))


ZENDESK = job(description_text="You answer by Zendesk and telephone, in English. Refunds by SAP.")


def test_a_job_that_names_what_somebody_can_do_is_likelier_the_more_of_it_it_names() -> None:
    none, quarter, all_of_it = (
        chance(ZENDESK, knows).value
        for knows in (("payroll", "welding"), ("Zendesk", "a", "b", "c"), ("Zendesk", "SAP"))
    )
    assert none < quarter < all_of_it
    assert quarter == pytest.approx(chance(ZENDESK).value, abs=0.0002), "as for who says nothing"


@pytest.mark.parametrize(
    ("knows", "of"),
    [
        ("Buchhaltung", job(skills=(Skill(name="Accounting", strength="required"),))),
        ("Projektmanagement", job(skills=(Skill(name="Project Management", strength="wanted"),))),
        ("Krankenpfleger", job(description_text="You are a registered nurse.")),
        ("registered nurse", job(description_text="Du bist Krankenpfleger.", language="de")),
    ],
)
def test_what_one_can_do_is_found_under_its_names_in_other_languages(knows: str, of: PostingCore) -> None:
    assert chance(of, (knows,)).value > chance(of).value
    other = of.model_copy(update={"skills": (), "description_text": "Something else."})
    assert chance(other, (knows,)).value < chance(other).value


def test_a_language_that_one_speaks_is_no_skill_of_other_names() -> None:
    german = job(skills=(Skill(name="German", strength="required"),), description_text="Deutsch.")
    assert chance(german, ("German",)).value < chance(german).value


def test_four_things_that_a_job_names_are_enough_however_many_one_can_do() -> None:
    many = tuple(f"thing{number}" for number in range(9))
    named = ("Zendesk", "telephone", "refunds", "SAP")
    assert chance(ZENDESK, named).value == chance(ZENDESK, (*named, *many)).value


def test_what_one_can_do_is_found_as_a_word_and_in_any_case() -> None:
    assert chance(ZENDESK, ("ZENDESK",)).value > chance(ZENDESK).value > chance(ZENDESK, ("desk",)).value


def test_a_short_word_in_capitals_is_found_in_capitals_alone() -> None:
    loves_it, is_it = job(description_text="You love it. Is it you?"), job(description_text="Support for IT teams.")
    assert chance(loves_it, ("IT",)).value < chance(loves_it).value
    assert chance(is_it, ("IT",)).value > chance(is_it).value
    assert chance(loves_it, avoids=("IT",)).value == chance(loves_it).value
    assert chance(is_it, avoids=("IT",)).value < chance(is_it).value


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("No Zendesk needed.", "en"),
        ("Zendesk experience is not required.", "en"),
        ("Zendesk is not strictly necessary", "en"),
        ("Zendesk-Kenntnisse sind nicht erforderlich.", "de"),
        ("Zendesk n'est pas indispensable", "fr"),
        ("Zendesk no es necesario", "es"),
        ("Zendesk não é obrigatório", "pt"),
    ],
)
def test_what_a_text_says_is_not_needed_is_not_what_a_job_names(text: str, language: str) -> None:
    of = job(description_text=text, language=language, skills=(Skill(name="Zendesk", strength="passing"),))
    assert chance(of, ("Zendesk",)).value < chance(of).value
    asked = job(description_text=f"{text} Zendesk, all day.", language=language)
    assert chance(asked, ("Zendesk",)).value > chance(asked).value


@pytest.mark.parametrize(
    "about",
    [
        job("Insurance Customer Support Representative"),
        job(skills=(Skill(name="Insurance", strength="required"),)),
        job(description_text="Insurance by day, insurance by night, and more insurance: all of it is insurance."),
    ],
)
def test_a_job_that_is_about_what_somebody_avoids_is_less_likely(about: PostingCore) -> None:
    found = chance(about, avoids=("insurance",))
    least = model().weights[FACTS.index("avoided")]
    assert [round(against.costs, 3) for against in found.against if against.doubt.fact == "avoided"] == [least]
    assert found.value < chance(about).value
    assert "it is about what they would rather not do: insurance" in chance_line(found)


@pytest.mark.parametrize(("sentences", "share"), [(0, 1), (20, 1 / 2), (80, 1 / 4)])
def test_what_is_said_once_costs_a_quarter_and_more_in_a_short_text(sentences: int, share: float) -> None:
    once = job(description_text="Our clients are in insurance. " + "You answer what they ask. " * sentences)
    costs = [against.costs for against in chance(once, avoids=("insurance",)).against if against.doubt.of]
    assert model().weights[FACTS.index("avoided")] * share in [pytest.approx(cost, abs=0.001) for cost in costs]


@pytest.mark.parametrize(
    ("avoids", "much_else", "it"),
    [
        (
            "driving",
            "You are driving results, driving growth, driving change.",
            "You are behind the wheel of our vans.",
        ),
        ("travel", "We sell travel: travel by air, travel by rail.", "You must be willing to travel."),
        ("nights", "Guests spend nights in our hotels.", "Open to nights and weekends."),
        ("conducir", "Sabes conducir proyectos.", "Eres conductor de camión."),
    ],
)
def test_a_word_that_means_much_else_in_texts_counts_by_what_else_it_is_called(
    avoids: str, much_else: str, it: str
) -> None:
    language = "es" if "Sabes" in much_else else "en"
    other, itself = (job(description_text=text, language=language) for text in (much_else, it))
    assert chance(other, avoids=(avoids,)).value == chance(other).value
    assert chance(itself, avoids=(avoids,)).value < chance(itself).value
    titled = job(f"Support ({avoids})", language=language)
    assert chance(titled, avoids=(avoids,)).value < chance(titled).value


@pytest.mark.parametrize(
    "beside",
    [
        "Benefits\n• Health insurance, life insurance, dental insurance\n• Travel insurance",
        "You answer mail.\n\nWe offer health insurance with paid time off, life insurance and more insurance.",
        "Legal notice: equal opportunities\nInsurance, insurance and insurance.",
        "You answer mail.\n\nOf any race, sexual orientation, insurance, insurance or insurance, all are welcome.",
    ],
)
def test_what_is_offered_and_what_the_law_asks_for_is_nothing_that_a_job_is_about_or_needs(beside: str) -> None:
    of = job(description_text=f"What you will do\n• Answer by Zendesk\n\n{beside}")
    assert chance(of, avoids=("insurance",)).value == chance(of).value
    assert chance(of, ("insurance", "welding")).value == chance(of, ("masonry", "welding")).value
    sells = job(description_text=f"What you will do\n• Sell insurance\n\n{beside}")
    assert chance(sells, avoids=("insurance",)).value < chance(sells).value


def test_a_role_that_somebody_avoids_is_known_by_any_of_its_names() -> None:
    carer = job("Representative", roles=("nurse",))
    assert chance(carer, avoids=("Krankenpfleger",)).value < chance(carer).value


@pytest.mark.parametrize(
    ("avoids", "other", "itself"),
    [
        ("on-call", "Call Center Agent", "On-Call Nurse"),
        ("door to door", "Door Installer", "Door-to-Door Canvasser"),
        ("on camera", "Camera Operator", "On Camera Host"),
    ],
)
def test_of_words_that_mean_something_together_one_alone_is_not_about_it(avoids: str, other: str, itself: str) -> None:
    assert chance(job(other), avoids=(avoids,)).value == chance(job(other)).value
    assert chance(job(itself), avoids=(avoids,)).value < chance(job(itself)).value


def test_words_of_scripts_without_spaces_are_found_in_a_title() -> None:
    nights = job("夜勤スタッフ")
    doubts = [against.doubt for against in chance(nights, avoids=("夜勤",)).against]
    assert [doubt.of for doubt in doubts if doubt.fact == "avoided"] == [("夜勤",)]


def test_a_tool_that_somebody_avoids_speaks_against_no_job_of_those_who_mostly_use_it() -> None:
    java = job("Backend Engineer", roles=("backend-engineer",), description_text="Java and Spring, all day.")
    assert chance(java, avoids=("PHP",)).value == chance(java).value
    php = java.model_copy(update={"skills": (Skill(name="PHP", strength="required"),)})
    assert chance(php, avoids=("PHP",)).value < chance(php).value
    cook = job("Kitchen Hand", roles=("cook",))
    assert chance(cook, avoids=("chef",)).value < chance(cook).value, "the name of a tool, and of a trade"


def test_a_tool_that_is_another_word_too_is_what_a_posting_lists_and_no_word_of_its_text() -> None:
    words = job("Go-to-Market Support", description_text="Ready to go? Go live, go far, excel. We go C-level.")
    lists = words.model_copy(update={"skills": (Skill(name="Go", strength="required"),)})
    for own in (("Go",), ("go", "Excel", "C")):
        assert chance(words, avoids=own).value == chance(words).value
        assert chance(words, own).value < chance(words).value < chance(lists, ("Go",)).value
    assert chance(lists, avoids=("Go",)).value < chance(lists).value


@pytest.mark.parametrize(
    ("avoids", "denied", "language"),
    [
        ("cold calling", "No cold calling! Never cold calling, and without cold calling you will thrive.", "en"),
        ("Kaltakquise", "Keine Kaltakquise, wirklich keine Kaltakquise.", "de"),
        ("prospection", "Pas de prospection, jamais de prospection, aucune prospection.", "fr"),
    ],
)
def test_a_job_that_says_it_has_none_of_what_somebody_avoids_is_not_about_it(
    avoids: str, denied: str, language: str
) -> None:
    for about in (job(description_text=denied), job(f"Support ({denied.partition(',')[0]})")):
        about = about.model_copy(update={"language": language})
        assert chance(about, avoids=(avoids,)).value == chance(about).value
    read_as_asked = job(
        description_text=denied, language=language, skills=(Skill(name="Cold Calling", strength="wanted"),)
    )
    assert chance(read_as_asked, avoids=(avoids,)).value == chance(read_as_asked).value
    both = job(description_text=f"{denied} {avoids}, {avoids}")
    assert chance(both, avoids=(avoids,)).value < chance(both).value


def test_a_job_of_a_trade_that_somebody_avoids_is_of_it_where_its_text_asks_for_no_experience() -> None:
    seller = job("Representative", roles=("account-executive",), description_text="No sales experience? No problem.")
    assert chance(seller, avoids=("sales",)).value < chance(seller).value


def test_a_word_that_denies_in_one_language_denies_nothing_in_another() -> None:
    agent = job("Atendente", description_text="Atua no telemarketing e no telemarketing ativo.", language="pt")
    assert chance(agent, avoids=("telemarketing",)).value < chance(agent).value


def test_what_the_search_itself_says_is_not_held_against_a_job() -> None:
    assert chance(job(), avoids=("customer support",)).value == chance(job()).value
    about = job("Insurance Support")
    assert (
        chance(about, avoids=("insurance",), search="Insurance support").value
        == chance(about, search="Insurance support").value
    )


@pytest.mark.parametrize(
    ("avoids", "about"),
    [
        ("crypto", job("Web3 Support Representative")),
        ("Krypto", job(description_text="DeFi, NFTs and stablecoins: the blockchain company.")),
        ("night shift", job("Customer Support Representative (overnight)")),
        ("travel", job(description_text="You travel up to 50% of the time.")),
        ("people management", job(description_text="You lead a team of eight people with direct reports.")),
        ("insurance", job(roles=("insurance-specialist",))),
        ("seguros", job("Kundenberater Versicherung", language="de")),
        ("gambling", job(skills=(Skill(name="Sports Betting", strength="required"),))),
    ],
)
def test_a_job_is_about_what_somebody_avoids_in_whichever_words_it_says_so(avoids: str, about: PostingCore) -> None:
    found = chance(about, avoids=(avoids,))
    costs = [
        (against.doubt.of, round(against.costs, 3)) for against in found.against if against.doubt.fact == "avoided"
    ]
    assert costs == [((avoids,), model().weights[FACTS.index("avoided")])]


@pytest.mark.parametrize(
    ("avoids", "language", "text"),
    [
        ("weapons", "en", "We hire whatever your military status, and combat fraud."),
        ("delivery driver", "en", "You write device drivers. Costs are a key driver."),
        ("copywriting", "en", "You like writing code."),
        ("translator", "en", "Translating business needs into software."),
        ("blockchain", "en", "You file the digital assets of the brand."),
        ("fund accounting", "en", "Microsoft Dynamics NAV."),
        ("spyware", "en", "Post-market surveillance of devices."),
        ("freelance", "de", "Du arbeitest selbstständig und sorgfältig."),
        ("Praktikum", "de", "Du arbeitest intern mit allen zusammen."),
        ("cannabis", "en", "Our office is in the CBD of Sydney."),
        ("Callcenter", "de", "Fragen? Telefon 030 1234."),
        ("Steuerberatung", "de", "Sie steuern Projekte."),
        ("Kellnern", "de", "Bedienung der Maschinen."),
        ("Texter", "de", "Schreiben Sie uns."),
        ("hôtellerie", "fr", "Avantages : tickets restaurant et mutuelle."),
        ("stagiaire", "fr", "Apprentissage automatique en production."),
        ("livreur", "fr", "Intégration et livraison continues."),
        ("becario", "es", "Aplicas buenas prácticas."),
        ("sector público", "es", "Gobierno de datos."),
        ("sector minero", "es", "Minería de datos."),
        ("motorista", "pt", "Conduzir revisões de código."),
        ("estafeta", "pt", "Garantir a qualidade das entregas."),
        ("docência", "pt", "Ensino superior completo."),
        ("crianças", "pt", "Benefícios: auxílio creche."),
    ],
)
def test_a_job_is_not_about_what_a_word_means_elsewhere(avoids: str, language: str, text: str) -> None:
    about = job(description_text=text, language=language)
    assert chance(about, avoids=(avoids,)).value == chance(about).value


@pytest.mark.parametrize("avoids", ["Büro", "office", "military", "selbstständig", "entregas"])
def test_who_types_a_wide_word_means_its_theme(avoids: str) -> None:
    of_theme = {
        "Büro": "Return to office.",
        "office": "Return to office.",
        "military": "We make missiles.",
        "selbstständig": "As a sole trader.",
        "entregas": "You are a courier.",
    }
    about = job(description_text=of_theme[avoids])
    assert chance(about, avoids=(avoids,)).value < chance(about).value


def test_a_part_of_a_theme_that_somebody_avoids_is_not_all_of_it() -> None:
    about = job("Insurance Support Representative")
    assert chance(about, avoids=("underwriting",)).value == chance(about).value


def test_a_job_that_denies_a_theme_in_other_words_is_not_about_it() -> None:
    denied = job(description_text="No blockchain here.", skills=(Skill(name="Blockchain", strength="wanted"),))
    assert chance(denied, avoids=("crypto",)).value == chance(denied).value


SELLING = Criteria(roles={"any": ["account-executive"]})


def test_who_seeks_a_trade_and_refuses_a_kind_of_it_is_spared_that_kind_alone() -> None:
    signs = signs_of(recipient(avoids=("enterprise sales", "sales")))
    wish = wish_of(SELLING, "Account executive", signs)
    enterprise, other = (
        job(title, roles=("account-executive",), description_text="You close deals.")
        for title in ("Account Executive, Enterprise", "Account Executive")
    )
    doubts = [
        [against.doubt.of for against in found.against if against.doubt.fact == "avoided"]
        for found in (chance_of(JudgedPosting(SELLING, PostingFeatures(of)), wish) for of in (enterprise, other))
    ]
    assert doubts == [[("enterprise sales",)], []]


def test_what_says_nothing_counts_for_nothing() -> None:
    assert chance(ZENDESK, ("...",), ("–",)).value == chance(ZENDESK).value


def test_a_mail_says_what_of_a_job_somebody_would_rather_not_do() -> None:
    about = job("Insurance Customer Support Representative")
    (doubt,) = telling_against(chance(about, avoids=("insurance",)), (), about)
    assert doubt_in_words(doubt, words_of("en")) == "is about insurance, which you would rather not do"


def test_a_mail_quotes_what_somebody_typed_as_text_and_nothing_else() -> None:
    typed = ("<b>sales</b> & {0} %s", "\u05de\u05db\u05d9\u05e8\u05d5\u05ea", "w" * 60)
    chance = Chance(0.6, lambda: [Against(Doubt("avoided", typed), 1.25)])
    made = digest(posting("one"))
    made = replace(made, items=tuple(replace(item, chance=chance) for item in made.items))
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    said = f"is about {typed[0]}, {typed[1]} and {typed[2]}, which you would rather not do"
    assert said in " ".join(str(lxml_html.fromstring(page.html).xpath("string()")).split())
    assert said in " ".join(page.text.split())
    assert "<b>sales" not in page.html


def test_two_people_who_share_a_search_and_differ_in_what_they_avoid_are_chosen_for_apart() -> None:
    by = search("Support", SUPPORT)
    found = [Candidate(job("Insurance Customer Support Representative"), (by,))]
    judging, settings = Judging(), CurateSettings(least_chance=0, least_mail_chance=0)
    chances = []
    for person, avoids in (("ada", ()), ("bob", ("insurance",)), ("ada", ()), ("ada", ("insurance",))):
        # The last is Ada once she changed it.
        whom = replace(recipient(avoids=avoids), subscriber_id=person)
        made = curate(whom, [by], found, [], NOON, settings, judging)
        assert isinstance(made, Digest)
        chances.append(made.items[0].chance.value)
    assert chances[0] == chances[2] > chances[1] == chances[3]


@pytest.mark.parametrize("avoids", [(), ("kubernetes",)])
def test_what_nearly_fits_is_looked_for_by_what_somebody_can_do_and_avoids(avoids: tuple[str, ...]) -> None:
    by = search("Support", Criteria(roles=SUPPORT.roles, seniority=("junior",)))
    near = job(seniority="mid", description_text="Kubernetes, Kubernetes, Kubernetes, Kubernetes.")
    ready = PostingFeatures(near)
    knows_it, silent = (
        wish_of(by.criteria, by.name, signs_of(recipient(knows=knows, avoids=avoids)))
        for knows in (("Kubernetes",), ())
    )
    value = chance_of(JudgedPosting(by.criteria, ready), knows_it).value
    assert value > chance_of(JudgedPosting(by.criteria, ready), silent).value
    assert may_reach(value, ready, knows_it)
    assert not may_reach(value, ready, silent)
